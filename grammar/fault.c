/* fault.c - a token that does not fit, for the rules that say what it means: what was got, what would have been taken, and the
 * report. */
#include "unexpected.h"

#include <string.h>

bool esc_fault_has(const Fault *fault, const char *name)
{
    for (size_t i = 0; i < fault->count; i++)
        if (strcmp(fault->expected[i], name) == 0)
            return true;
    return false;
}

bool esc_fault_is(const Fault *fault, const char *name)
{
    return strcmp(fault->unexpected, name) == 0;
}

bool esc_fault_is_end(const Fault *fault)
{
    return fault->parse->token.start == fault->parse->source.size;
}

EscText esc_fault_before(const Fault *fault)
{
    EscSpan before = fault->parse->previous;
    EscText text = esc_parse_slice(fault->parse, before.start, before.end);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\n')
            text.size = i;
    return esc_utf8_cut(text, 40);
}

/* Where something is missing: at the token that stands there instead, but not on a line below. */
EscSpan esc_fault_gap(const Fault *fault)
{
    const EscParse *parse = fault->parse;
    if (parse->previous.end <= parse->previous.start)
        return parse->token;
    EscText between = esc_parse_slice(parse, parse->previous.end, parse->token.start);
    bool is_same_line = !esc_fault_is_end(fault) &&
                        memchr(between.data, '\n', between.size) == NULL &&
                        !esc_fault_is(fault, "}");
    return is_same_line ? parse->token : parse->previous;
}

bool esc_fault_put(const Fault *fault, EscSyntaxCode code, EscSpan span, EscText message,
                   const char *hint)
{
    EscSyntaxError error = esc_syntax_error(code, span, message);
    error.hint = esc_text_from(hint == NULL ? "" : hint);
    esc_syntax_put(fault->parse, &error);
    return true;
}

bool esc_fault_put_edit(const Fault *fault, EscSyntaxCode code, EscSpan span, EscText message,
                        const char *hint, FaultEdit edit)
{
    EscSyntaxError error = esc_syntax_error(code, span, message);
    error.hint = esc_text_from(hint == NULL ? "" : hint);
    error.has_fix = true;
    error.fix_is_guess = edit.is_guess;
    error.fix_span = esc_parse_span(fault->parse, edit.start, edit.end);
    error.fix = edit.text;
    esc_syntax_put(fault->parse, &error);
    return true;
}
