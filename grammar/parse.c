/* parse.c - one file: checks its bytes, runs the parser, and goes on behind every declaration that
 * is lost.
 *
 * Most faults cost only the part of a declaration in which they stand (recover.c). Where the
 * declaration itself cannot be read, it is lost: declarations are independent and begin with a word
 * of their own at the start of a line. So after such a fault it is sound to skip to the next such word and to start with an empty parser: nothing of
 * the broken declaration can spoil the others. */
#include "ast.h"
#include "escal_parser.h"

#include <string.h>

/* --- bytes ------------------------------------------------------------------------------------ */

/* Characters that turn the direction of the text, so that a reviewer sees something else than the
 * compiler: U+202A to U+202E and U+2066 to U+2069. */
static bool is_direction_control(const char *at, size_t left)
{
    if (left < 3 || at[0] != '\xe2')
        return false;
    if (at[1] == '\x80')
        return at[2] >= '\xaa' && at[2] <= '\xae';
    return at[1] == '\x81' && at[2] >= '\xa6' && at[2] <= '\xa9';
}

static void check_directions(EscParse *parse)
{
    const char *data = parse->source.data;
    size_t size = parse->source.size, at = 0;
    while (at < size && parse->error_count < ESC_SYNTAX_ERRORS_MAX) {
        const char *found = memchr(data + at, '\xe2', size - at);
        if (found == NULL)
            return;
        at = (size_t)(found - data);
        if (is_direction_control(found, size - at))
            esc_syntax_put_fix(
                parse, ESC_SYNTAX_DIRECTION_CONTROL,
                esc_parse_span(parse, (uint32_t)at, (uint32_t)at + 3),
                ESC_TEXT("an invisible character here turns the direction of the text"),
                ESC_TEXT(""));
        at += 3;
    }
}

/* False when the file cannot be read at all; that is reported then. */
static bool check_bytes(EscParse *parse)
{
    EscSyntaxError error;
    size_t bad_at = 0;
    if (parse->source.size > ESC_SOURCE_SIZE_MAX) {
        error = esc_syntax_error(ESC_SYNTAX_SOURCE_TOO_LONG, esc_parse_span(parse, 0, 0),
                                 ESC_TEXT("this file is longer than 1 MiB"));
        error.hint = ESC_TEXT("a workspace may have any number of files");
        esc_syntax_put(parse, &error);
        return false;
    }
    if (!esc_utf8_is_valid(parse->source, &bad_at)) {
        EscSpan span = esc_parse_span(parse, (uint32_t)bad_at, (uint32_t)bad_at + 1);
        bool is_nul = parse->source.data[bad_at] == '\0';
        error = esc_syntax_error(is_nul ? ESC_SYNTAX_NUL_BYTE : ESC_SYNTAX_NOT_UTF8, span,
                                 is_nul ? ESC_TEXT("there is a NUL byte here")
                                        : ESC_TEXT("the bytes here are not UTF-8"));
        error.hint = ESC_TEXT("a source file is text in UTF-8");
        esc_syntax_put(parse, &error);
        return false;
    }
    check_directions(parse);
    return true;
}

/* --- declarations ----------------------------------------------------------------------------- */

static EscNodeKind kind_declared_by(int token)
{
    switch (token) {
    case T_WORKSPACE:
        return ESC_NODE_WORKSPACE;
    case T_USE:
        return ESC_NODE_USE;
    case T_TICKET:
    case T_EXTEND_TICKET:
        return ESC_NODE_TICKET;
    case T_EVENT:
        return ESC_NODE_EVENT;
    case T_PERSON:
        return ESC_NODE_PERSON;
    case T_TEAM:
        return ESC_NODE_TEAM;
    case T_CALENDAR:
        return ESC_NODE_CALENDAR;
    case T_SCHEDULE:
        return ESC_NODE_SCHEDULE;
    case T_CHANNEL:
        return ESC_NODE_CHANNEL;
    case T_SYSTEM:
        return ESC_NODE_SYSTEM;
    case T_SOURCE:
        return ESC_NODE_SOURCE;
    case T_SLA:
        return ESC_NODE_SLA;
    case T_ROUTE:
        return ESC_NODE_ROUTE;
    case T_RUNBOOK:
        return ESC_NODE_RUNBOOK;
    case T_TEMPLATE:
        return ESC_NODE_TEMPLATE;
    case T_AUTOMATION:
        return ESC_NODE_AUTOMATION;
    case T_POLICY:
        return ESC_NODE_POLICY;
    case T_TEST:
        return ESC_NODE_TEST;
    default:
        return ESC_NODE_BROKEN;
    }
}

static void declare_broken(EscParse *parse, uint32_t end)
{
    EscNodeKind kind = kind_declared_by(parse->declaration_token);
    uint32_t start = parse->declaration_token == 0 ? parse->token.start : parse->declaration_at;
    EscNode *broken = esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_BROKEN,
                          .span = esc_parse_span(parse, start, end < start ? start : end),
                          .broken = {.declares = kind, .name = parse->declaration_name}});
    parse->declarations = esc_list_append(parse->declarations, broken);
}

static void begin_declaration(EscParse *parse)
{
    parse->declaration_token = 0;
    parse->declaration_name = esc_name_empty();
    parse->wants_declared_name = false;
    parse->crooked_at = 0;
    parse->is_expression_too_deep = false;
}

void esc_parse_declare(EscParse *parse, EscNode *declaration)
{
    if (parse->is_expression_too_deep && declaration != NULL)
        declare_broken(parse, declaration->span.end);
    else
        parse->declarations = esc_list_append(parse->declarations, declaration);
    begin_declaration(parse);
}

/* --- recovery --------------------------------------------------------------------------------- */

/* A declaration at the start of a line, or outside of all brackets some other word, which is
 * probably the misspelt beginning of one. */
static bool is_fresh_start(const EscParse *parse, uint32_t behind)
{
    if (parse->token.start < behind || !esc_parse_is_line_start(parse, parse->token.start))
        return false;
    return esc_token_is_declaration(parse->token_kind) ||
           (parse->token_kind == T_NAME && parse->bracket_count == 0);
}

/* Texts end with the fault; the braces around stay, so that the end of the broken declaration is
 * found. */
static void drop_texts(EscParse *parse)
{
    uint32_t count = 0;
    while (count < parse->bracket_count && parse->brackets[count].kind == BRACKET_BRACE)
        count++;
    parse->bracket_count = count;
}

/* Goes on after a fault of the scanner: a text that is not closed, or brackets without end. */
static void skip_scanner_fault(EscParse *parse)
{
    drop_texts(parse);
    if (parse->resume_at != 0)
        esc_scanner_seek(parse, parse->resume_at);
    else if (parse->bracket_count == ESC_NESTING_MAX)
        parse->bracket_count = 0; /* nested too deep: forget where we are */
    parse->resume_at = 0;
}

/* Moves to the next declaration at the start of a line, behind the one that was broken. False when
 * there is none. */
static bool skip_to_declaration(EscParse *parse)
{
    uint32_t behind =
        parse->declaration_token == 0 ? parse->token.start + 1 : parse->declaration_at + 1;
    bool was_quiet = parse->is_quiet;
    parse->is_quiet = true;
    parse->missing_braces = 0;
    parse->is_part_among_steps = false;
    drop_texts(parse);
    ESC_YYSTYPE value;
    EscSpan span;
    while (parse->token_kind != T_YYEOF && !is_fresh_start(parse, behind)) {
        if (parse->token_kind == T_ESC_YYerror)
            skip_scanner_fault(parse);
        parse->declaration_token = T_NAME; /* nothing is declared while skipping */
        (void)esc_yylex(&value, &span, parse);
    }
    bool is_found = parse->token_kind != T_YYEOF;
    if (is_found)
        esc_scanner_seek(parse, parse->token.start);
    parse->bracket_count = 0;
    begin_declaration(parse);
    parse->is_quiet = was_quiet;
    return is_found;
}

/* Parses as often as there are broken declarations. Each turn goes on behind the one before, so
 * this ends. */
static void parse_declarations(EscParse *parse)
{
    for (;;) {
        uint32_t errors_before = parse->error_count;
        int rc = esc_yyparse(parse);
        if (rc == 0)
            return;
        esc_parse_read_on(parse);
        ESC_ASSERT(parse->error_count > errors_before ||
                   parse->error_count >= ESC_SYNTAX_ERRORS_MAX || esc_arena_failed(parse->arena));
        declare_broken(parse, parse->token.start);
        if (parse->error_count >= ESC_SYNTAX_ERRORS_MAX || esc_arena_failed(parse->arena) ||
            !skip_to_declaration(parse))
            return;
    }
}

const EscNode *esc_source_parse(EscArena *arena, uint32_t file, EscText source,
                                const EscSyntaxSink *errors)
{
    EscParse parse = {.arena = arena, .source = source, .file = file, .errors = errors};
    if (check_bytes(&parse)) {
        if (esc_scanner_open(&parse) != ESC_OK)
            return NULL;
        parse_declarations(&parse);
        esc_scanner_close(&parse);
    }
    uint32_t size = source.size > UINT32_MAX ? UINT32_MAX : (uint32_t)source.size;
    const EscNode *node =
        esc_node_put(&parse, &(EscNode){.kind = ESC_NODE_FILE,
                                        .span = esc_parse_span(&parse, 0, size),
                                        .file = {.declarations = parse.declarations,
                                                 .broken = parse.broken,
                                                 .error_count = parse.error_count,
                                                 .node_count = parse.node_count + 1}});
    return esc_arena_failed(arena) ? NULL : node;
}
