/* syntax_error.c - what faults there are, and how one gets to the caller's sink. Which fault it is, is decided elsewhere.
 */
#include "ast.h"

static const EscSyntaxExplanation explanations[ESC_SYNTAX_CODE_COUNT] = {
#define CODE(name, code, title, text, wrong, right)                                                \
    [ESC_SYNTAX_##name] = {code, title, text, wrong, right},
#include "syntax_codes.def"
#undef CODE
};

uint32_t esc_syntax_explanation_count(void)
{
    return ESC_SYNTAX_CODE_COUNT;
}

const EscSyntaxExplanation *esc_syntax_explanation(uint32_t index)
{
    ESC_ASSERT(index < ESC_SYNTAX_CODE_COUNT);
    return &explanations[index];
}

EscSyntaxError esc_syntax_error(EscSyntaxCode code, EscSpan span, EscText message)
{
    ESC_ASSERT((unsigned)code < ESC_SYNTAX_CODE_COUNT);
    return (EscSyntaxError){.code = explanations[code].code, .span = span, .message = message};
}

static void send(EscParse *parse, const EscSyntaxError *error)
{
    if (parse->errors != NULL)
        parse->errors->put(parse->errors->context, error);
}

void esc_syntax_put(EscParse *parse, const EscSyntaxError *error)
{
    if (parse->is_quiet || parse->error_count >= ESC_SYNTAX_ERRORS_MAX)
        return;
    parse->error_count++;
    if (parse->error_count < ESC_SYNTAX_ERRORS_MAX) {
        send(parse, error);
        return;
    }
    EscSyntaxError last = esc_syntax_error(ESC_SYNTAX_TOO_MANY_ERRORS, error->span,
                                           ESC_TEXT("there are too many faults in this file"));
    last.hint = ESC_TEXT("the rest is shown when these are mended");
    send(parse, &last);
}

void esc_syntax_put_fix(EscParse *parse, EscSyntaxCode code, EscSpan span, EscText message,
                        EscText fix)
{
    EscSyntaxError error = esc_syntax_error(code, span, message);
    error.has_fix = true;
    error.fix_span = span;
    error.fix = fix;
    esc_syntax_put(parse, &error);
}

void esc_syntax_put_too_deep(EscParse *parse, EscSpan span)
{
    EscSyntaxError error = esc_syntax_error(ESC_SYNTAX_NESTED_TOO_DEEP, span,
                                            ESC_TEXT("too much stands inside one another here"));
    error.hint =
        ESC_TEXT("at most 32 blocks, brackets and texts; a runbook can take some of them over");
    esc_syntax_put(parse, &error);
}
