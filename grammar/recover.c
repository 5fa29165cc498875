/* recover.c - going on behind a fault: where the next part of the block begins.
 *
 * Every list of parts (steps, fields, rows …) has one `error` production, whose action calls
 * esc_parse_recover(). What was read of the broken part is dropped, the rest of it is skipped, and
 * the list goes on at the next line that can begin a part of it, or at the `}` that ends it. So a
 * fault costs its own part and nothing else.
 *
 * LALR(1) cannot tell that a part is whole before it sees what comes next, so a word that begins no
 * part takes the part before it down with it. That part is then read again, quietly, up to the word,
 * in whose place the scanner gives the token BROKEN.
 *
 * Two things tell where a part ends. Braces: only what stands as deep as the broken part itself
 * counts. Lines: a part that goes on in further lines is indented there, and begins them with a
 * connecting word or a sign; so the next part is the next line that is indented no deeper and begins
 * with a word. Commas and blanks tell nothing: a second fault in the same line is most often the
 * same mistake again. */
#include "ast.h"
#include "escal_parser.h"

#include <string.h>

/* --- texts ------------------------------------------------------------------------------------ */

uint32_t esc_parse_behind_text(const EscParse *parse, uint32_t at)
{
    EscText rest = esc_parse_slice(parse, at, (uint32_t)parse->source.size);
    if (esc_text_starts_with(rest, ESC_TEXT("\"\"\""))) {
        for (size_t i = 3; i + 3 <= rest.size; i++)
            if (memcmp(rest.data + i, "\"\"\"", 3) == 0)
                return at + (uint32_t)i + 3;
        return (uint32_t)parse->source.size;
    }
    bool is_text[ESC_NESTING_MAX] = {true}; /* texts and braces inside one another */
    uint32_t depth = 1;
    size_t i = 1;
    for (; i < rest.size && depth > 0 && rest.data[i] != '\n'; i++) {
        char c = rest.data[i];
        bool is_in_text = is_text[depth - 1];
        if (is_in_text && c == '\\' && i + 1 < rest.size && rest.data[i + 1] != '\n')
            i++;
        else if ((c == '"' && is_in_text) || (c == '}' && !is_in_text))
            depth--;
        else if ((c == '"' || c == '{') && depth < ESC_NESTING_MAX)
            is_text[depth++] = c == '"';
    }
    return at + (uint32_t)i;
}

/* Leaves the texts that are open, with the brackets in them; gives the outermost one's place, or
 * UINT32_MAX when none is open. */
static uint32_t leave_texts(EscParse *parse)
{
    for (uint32_t i = 0; i < parse->bracket_count; i++) {
        BracketKind kind = parse->brackets[i].kind;
        if (kind != BRACKET_TEXT && kind != BRACKET_LONG_TEXT)
            continue;
        parse->bracket_count = i;
        return parse->brackets[i].at;
    }
    return UINT32_MAX;
}

/* --- lines ------------------------------------------------------------------------------------ */

#define INDENT_LOOK_BACK_MAX 400u /* longer lines tell nothing about indentation */

uint32_t esc_parse_line_indent(const EscParse *parse, uint32_t at)
{
    uint32_t line = at;
    while (line > 0 && parse->source.data[line - 1] != '\n') {
        if (at - line == INDENT_LOOK_BACK_MAX)
            return UINT32_MAX;
        line--;
    }
    uint32_t end = line;
    while (end < at && (parse->source.data[end] == ' ' || parse->source.data[end] == '\t'))
        end++;
    return end - line;
}

bool esc_parse_is_first_in_line(const EscParse *parse, uint32_t at)
{
    while (at > 0 && (parse->source.data[at - 1] == ' ' || parse->source.data[at - 1] == '\t'))
        at--;
    return at == 0 || parse->source.data[at - 1] == '\n';
}

/* --- parts ------------------------------------------------------------------------------------ */

/* Connecting words and literals that begin parts of one kind of list only. */
static const struct {
    EscItems items;
    int token;
} beginnings[] = {
    {ESC_ITEMS_STATEMENTS, T_AT},   {ESC_ITEMS_STATEMENTS, T_AFTER},
    {ESC_ITEMS_STATEMENTS, T_ACK},  {ESC_ITEMS_STATEMENTS, T_EXPECT},
    {ESC_ITEMS_ROWS, T_WHEN},       {ESC_ITEMS_STATEMENTS, T_EXPECT_THAT},
    {ESC_ITEMS_ROWS, T_OTHERWISE},  {ESC_ITEMS_ARMS, T_OTHERWISE},
    {ESC_ITEMS_ARMS, T_TEXT},       {ESC_ITEMS_ARMS, T_INTEGER},
    {ESC_ITEMS_ARMS, T_TRUE},       {ESC_ITEMS_ARMS, T_FALSE},
    {ESC_ITEMS_ENTRIES, T_TEXT},    {ESC_ITEMS_TURNS, T_EVERY},
    {ESC_ITEMS_PLAIN, T_EVERY}, /* rounds, among steps */
    {ESC_ITEMS_REQUESTS, T_EXPECT}, {ESC_ITEMS_REQUESTS, T_RETURN},
};

/* Words that could be names but go on with a part when they stand at the start of a line. */
static bool goes_on(int token)
{
    switch (token) {
    case T_WITH_POSTMORTEM_BY:
    case T_BEFORE_CLOSE:
    case T_WARN_AT:
    case T_UNDO:
    case T_UNDO_NONE:
    case T_DEFAULT:
    case T_ALL:
        return true;
    default:
        return false;
    }
}

/* Steps that stand among the parts of a template are one fault, however many they are. */
static bool is_step(int token)
{
    switch (token) {
    case T_NOTIFY:
    case T_PAGE:
    case T_SET:
    case T_ADD:
    case T_REMOVE:
    case T_AWAIT:
    case T_WAIT:
    case T_ASK:
    case T_CHECK:
    case T_IF:
    case T_MATCH:
    case T_FOR_EACH:
    case T_EVERY:
    case T_HANDOFF_TO:
    case T_PATH:
        return true;
    default:
        return false;
    }
}

static bool may_begin(EscItems items, int token)
{
    for (size_t i = 0; i < ESC_COUNT_OF(beginnings); i++)
        if (beginnings[i].items == items && beginnings[i].token == token)
            return true;
    bool is_word = token == T_NAME || token == T_PATH || token > T_LIST_OF;
    return is_word && !goes_on(token) && !(items == ESC_ITEMS_PARTS && is_step(token));
}

static uint32_t count_braces(const EscParse *parse)
{
    uint32_t braces = 0;
    for (uint32_t i = 0; i < parse->bracket_count; i++)
        braces += parse->brackets[i].kind == BRACKET_BRACE;
    return braces;
}

/* Index behind the brace that the list behind `start` stands in. */
static uint32_t brackets_around(const EscParse *parse, uint32_t start)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < parse->bracket_count; i++)
        if (parse->brackets[i].kind == BRACKET_BRACE && parse->brackets[i].at < start)
            count = i + 1;
    return count;
}

typedef struct Skip {
    EscItems items;
    uint32_t around; /* brackets around the list */
    uint32_t braces; /* open around the list */
    uint32_t indent; /* of the line in which the broken part begins */
    uint32_t behind; /* no part begins before this */
} Skip;

static bool is_declaration_start(const EscParse *parse)
{
    return esc_token_is_declaration(parse->token_kind) &&
           esc_parse_is_line_start(parse, parse->token.start);
}

/* Whether the token just read begins the next part; `braces` are open before it. */
static bool is_next_part(const EscParse *parse, const Skip *skip, uint32_t braces)
{
    uint32_t at = parse->token.start;
    if (braces != skip->braces || at < skip->behind || !may_begin(skip->items, parse->token_kind))
        return false;
    return esc_parse_is_first_in_line(parse, at) &&
           esc_parse_line_indent(parse, at) <= skip->indent;
}

/* Reads on quietly; ends with the token behind which the list goes on: the next part, the `}` of the
 * list, the next declaration, or the end of the file. */
static void skip_part(EscParse *parse, const Skip *skip)
{
    bool was_quiet = parse->is_quiet;
    parse->is_quiet = true;
    for (;;) {
        ESC_YYSTYPE value;
        EscSpan span;
        uint32_t braces = count_braces(parse);
        int token = esc_yylex(&value, &span, parse);
        bool is_close = token == T_BRACE_CLOSE && braces <= skip->braces;
        if (is_close && parse->is_brace_extra) { /* it belongs to the block that was closed */
            parse->is_brace_extra = false;
            parse->bracket_count = skip->around;
            continue;
        }
        if (token == T_YYEOF || is_close || is_declaration_start(parse) ||
            is_next_part(parse, skip, braces))
            break;
        if (token != T_ESC_YYerror)
            continue;
        if (parse->bracket_count == ESC_NESTING_MAX)
            parse->bracket_count = skip->around;
        (void)leave_texts(parse);
        if (parse->resume_at != 0)
            esc_scanner_seek(parse, parse->resume_at);
        parse->resume_at = 0;
    }
    parse->is_quiet = was_quiet;
}

void esc_parse_note_broken(EscParse *parse, uint32_t start, uint32_t end)
{
    EscSpan span = esc_parse_span(parse, start, end < start ? start : end);
    EscNode *broken = esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_BROKEN, .span = span, .broken = {.declares = ESC_NODE_BROKEN}});
    parse->broken = esc_list_append(parse->broken, broken);
}

/* Goes on in front of the token just read. */
static void go_on(EscParse *parse, uint32_t brackets_left, uint32_t missing_braces)
{
    parse->bracket_count = brackets_left;
    parse->missing_braces = missing_braces;
    esc_scanner_seek(parse, parse->token.start);
    parse->token = parse->previous;
}

/* Within the last token of what was read: a fault in front of the next declaration belongs to the one
 * before. */
static uint32_t before_token(EscSpan token)
{
    return token.end > token.start ? token.end - 1 : token.start;
}

/* Skips a broken part that begins at `start`; the token that did not fit was read last. */
static void drop_part(EscParse *parse, EscItems items, uint32_t around, uint32_t start)
{
    EscSpan found = parse->token, before = parse->previous;
    bool is_over = parse->token_kind == T_YYEOF || is_declaration_start(parse);
    parse->bracket_count = parse->brackets_before;
    if (parse->is_part_among_steps && !is_over) {
        esc_parse_note_broken(parse, start, found.start);
        go_on(parse, around == 0 ? 0 : around - 1, 1);
        return;
    }
    uint32_t text_at = leave_texts(parse);
    uint32_t from = parse->resume_at != 0   ? parse->resume_at
                    : text_at != UINT32_MAX ? esc_parse_behind_text(parse, text_at)
                                            : found.start;
    parse->resume_at = 0;
    bool is_first = start >= found.start;
    Skip skip = {.items = items,
                 .around = around,
                 .indent = esc_parse_line_indent(parse, start),
                 .behind = is_first && found.end > from ? found.end : from};
    esc_scanner_seek(parse, from);
    uint32_t bracket_count = parse->bracket_count;
    parse->bracket_count = around;
    skip.braces = count_braces(parse);
    parse->bracket_count = bracket_count;
    skip_part(parse, &skip);
    is_over = parse->token_kind == T_YYEOF || is_declaration_start(parse);
    bool is_nothing = is_over && parse->token.start <= start;
    esc_parse_note_broken(parse, is_nothing ? before_token(before) : start, parse->token.start);
    parse->is_brace_extra = false;
    go_on(parse, is_over ? 0 : around, is_over ? skip.braces : 0);
}

bool esc_parse_recover(EscParse *parse, EscItems items, EscSpan list, EscSpan fault)
{
    if (parse->error_count >= ESC_SYNTAX_ERRORS_MAX || esc_arena_failed(parse->arena) ||
        parse->is_virtual || parse->is_reading_again || parse->brackets_before >= ESC_NESTING_MAX)
        return false;
    uint32_t bracket_count = parse->bracket_count;
    parse->bracket_count = parse->brackets_before;
    uint32_t around = brackets_around(parse, list.start);
    parse->bracket_count = bracket_count;
    bool is_behind = parse->is_part_complete && fault.start < parse->token.start &&
                     esc_parse_is_first_in_line(parse, parse->token.start);
    if (!is_behind) { /* the fault is in the part itself */
        drop_part(parse, items, around, fault.start);
        return true;
    }
    parse->is_reading_again = parse->is_quiet = true;
    parse->broken_at = parse->token.start;
    parse->broken_items = items;
    parse->broken_around = around;
    parse->bracket_count = around;
    parse->token = esc_parse_span(parse, fault.start, fault.start);
    esc_scanner_seek(parse, fault.start);
    return true;
}

int esc_parse_broken_part(EscParse *parse, EscSpan *span)
{
    uint32_t at = parse->broken_at;
    esc_parse_read_on(parse);
    drop_part(parse, parse->broken_items, parse->broken_around, at);
    *span = esc_parse_span(parse, at, at);
    return T_BROKEN;
}

void esc_parse_read_on(EscParse *parse)
{
    if (parse->is_reading_again)
        parse->is_quiet = false;
    parse->is_reading_again = false;
    parse->broken_at = 0;
}
