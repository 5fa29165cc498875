/* test_format.c - the one layout: what it looks like, that it stays, and that it changes no
 * meaning. */
#include "support/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <esc/compiler.h>
#include <esc/grammar.h>

enum { TEXT_MAX = 8 << 20, MEMORY_MAX = 512 << 20 };

static EscBuf once, twice;

static int set_up(void **state)
{
    (void)state;
    esc_buf_init(&once, TEXT_MAX);
    esc_buf_init(&twice, TEXT_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_buf_release(&once);
    esc_buf_release(&twice);
    return 0;
}

static void dump(EscText source, EscBuf *out)
{
    EscArena *arena = esc_arena_new(MEMORY_MAX);
    assert_non_null(arena);
    const EscNode *file = esc_source_parse(arena, 0, source, NULL);
    assert_non_null(file);
    assert_int_equal(file->file.error_count, 0);
    esc_node_dump(out, file);
    esc_arena_free(arena);
}

/* Formats; a second time gives the same bytes, and both have the tree of the source. */
static EscText format(EscText source)
{
    esc_buf_clear(&once);
    esc_buf_clear(&twice);
    assert_status(esc_source_format(source, &once), ESC_OK);
    assert_status(esc_source_format(esc_buf_as_text(&once), &twice), ESC_OK);
    if (!esc_text_equal(esc_buf_as_text(&once), esc_buf_as_text(&twice)))
        fail_msg("not stable:\n%.*s\n%.*s", ESC_TEXT_ARG(esc_buf_as_text(&once)),
                 ESC_TEXT_ARG(esc_buf_as_text(&twice)));
    EscBuf before, after;
    esc_buf_init(&before, MEMORY_MAX);
    esc_buf_init(&after, MEMORY_MAX);
    dump(source, &before);
    dump(esc_buf_as_text(&once), &after);
    bool is_same = esc_text_equal(esc_buf_as_text(&before), esc_buf_as_text(&after));
    esc_buf_release(&before);
    esc_buf_release(&after);
    assert_true(is_same);
    return esc_buf_as_text(&once);
}

#define assert_format(source, expected) assert_text_equal(format(esc_text_from(source)), expected)

static void nothing_stays_nothing(void **state)
{
    (void)state;
    assert_format("", "");
    assert_format("\n\n  \n", "");
    assert_format("\n\n# note  \n\n\n", "# note\n");
}

static void blanks_between_tokens(void **state)
{
    (void)state;
    assert_format("template   t{steps{notify x\"y\"wait   5m}}",
                  "template t { steps { notify x \"y\"  wait 5m } }\n");
    assert_format("runbook r(a:text?,b:number){run s( a : 1 ,b:-2)}",
                  "runbook r(a: text?, b: number) { run s(a: 1, b: -2) }\n");
    assert_format("sla s for a-b>-c and(d or e)and f not   in[g,h]{}",
                  "sla s for a - b > -c and (d or e) and f not in [g, h] { }\n");
    assert_format("calendar c{mon  ..  fri 08:00 .. 18:00}",
                  "calendar c { mon..fri 08:00..18:00 }\n");
    assert_format("sla s for any( t in u : t starts  with(v) ) { }",
                  "sla s for any(t in u: t starts with (v)) { }\n");
}

static void a_block_is_in_one_line_or_has_one_part_in_a_line(void **state)
{
    (void)state;
    assert_format("template t { steps { skip resume\n} }",
                  "template t {\n  steps {\n    skip\n    resume\n  }\n}\n");
    assert_format("team t {\nana ben lead ana }", "team t {\n  ana ben\n  lead ana\n}\n");
    assert_format("team t { ana # first\n ben }", "team t {\n  ana  # first\n  ben\n}\n");
}

static void a_block_that_is_too_wide_is_broken(void **state)
{
    (void)state;
    char text[101];
    memset(text, 'x', 100);
    text[100] = '\0';
    char source[256], expected[260];
    snprintf(source, sizeof source, "person a { email \"%.95s\" }", text);
    snprintf(expected, sizeof expected, "%s\n", source);
    assert_int_equal(strlen(source), 116);
    assert_format(source, expected);
    snprintf(source, sizeof source, "person a { email \"%.100s\" }", text);
    snprintf(expected, sizeof expected, "person a {\n  email \"%s\"\n}\n", text);
    assert_format(source, expected);
}

static void statements_go_on_two_blanks_further(void **state)
{
    (void)state;
    assert_format("template t {\nstart on a\nwhen b\nand c\nsteps {\nawait resolved within 1h\nat "
                  "50% { skip }\nelse {\nskip\n}\n}\n}",
                  "template t {\n  start on a\n    when b\n    and c\n  steps {\n    await "
                  "resolved within 1h\n"
                  "      at 50% { skip }\n      else {\n        skip\n      }\n  }\n}\n");
}

static void braces_and_else_stay_on_their_lines(void **state)
{
    (void)state;
    assert_format("template t\n{ steps\n{ if a\n{ skip }\nelse\n{ resume } } }",
                  "template t {\n  steps {\n    if a { skip } else { resume }\n  }\n}\n");
}

static void comments_and_empty_lines_stay(void **state)
{
    (void)state;
    assert_format(
        "# head\n\n\n\nteam t { ana }# tail\nteam u {\n\n  # inside\n  ana\n  # last\n}\n# end",
        "# head\n\nteam t { ana }  # tail\nteam u {\n\n  # inside\n  ana\n  # last\n}\n\n# end\n");
    assert_format("template t {\n  start on a # why\n    # more\n    when b\n}",
                  "template t {\n  start on a  # why\n    # more\n    when b\n}\n");
}

static void a_block_of_nothing_stays_in_one_line(void **state)
{
    (void)state;
    assert_format("template t {\n steps {\n}\n}", "template t {\n  steps { }\n}\n");
    assert_format("template t {\n steps {\n\n}\n}", "template t {\n  steps { }\n}\n");
    assert_format("template t {\n steps { # why\n}\n}", "template t {\n  steps {  # why\n  }\n}\n");
}

static void idle_commas_go(void **state)
{
    (void)state;
    assert_format("event e { a: text, b: x | y, }", "event e { a: text  b: x | y }\n");
    assert_format("event e {\n a: text, # one\n b: text\n}",
                  "event e {\n  a: text  # one\n  b: text\n}\n");
    assert_format("event e {\n a: text\n # why\n , b: text\n}",
                  "event e {\n  a: text\n  # why\n  b: text\n}\n");
    assert_format("sla s for a in [b,c] { x within 1h warn at 50%,80% }",
                  "sla s for a in [b, c] { x within 1h  warn at 50%, 80% }\n");
}

static void columns_line_up(void **state)
{
    (void)state;
    assert_format(
        "template t {\n owners {\n primary a ack within 5m\n secondary bcd ack within 10m\n }\n}",
        "template t {\n  owners {\n    primary   a    ack within 5m\n    secondary bcd  ack within "
        "10m\n  }\n}\n");
    assert_format("team a { x }\nteam bcd { y }\nteam efghi {\n  z\n}\n",
                  "team a   { x }\nteam bcd { y }\nteam efghi {\n  z\n}\n");
    assert_format("channel a chat\nchannel bcd email\n\nchannel e chat",
                  "channel a   chat\nchannel bcd email\n\nchannel e chat\n");
    assert_format("route r -> team {\n when a -> b\n otherwise -> c\n}",
                  "route r -> team {\n  when a    -> b\n  otherwise -> c\n}\n");
}

static void comments_at_the_end_of_lines_stand_in_a_column(void **state)
{
    (void)state;
    assert_format("template t {\n owners {\n primary a ack within 5m # one\n secondary bcd ack "
                  "within 10m # two\n }\n}",
                  "template t {\n  owners {\n    primary   a    ack within 5m   # one\n    "
                  "secondary bcd  ack within 10m  # two\n  }\n}\n");
    assert_format("channel a chat # one\nchannel bcd webhook # two\n",
                  "channel a   chat     # one\nchannel bcd webhook  # two\n");
    assert_format(
        "sla s for a in [b] { # one\n x within 1h # two\n yy within 10h # three\n}\n",
        "sla s for a in [b] {  # one\n  x within 1h    # two\n  yy within 10h  # three\n}\n");
}

/* Each kind of line that has columns, one with a part that another has not. */
static void every_kind_of_line_has_its_columns(void **state)
{
    (void)state;
    assert_format("template t {\n"
                  "owners {\n"
                  "primary a ack within 5m holds 1h\n"
                  "secondary bcd ack by 2 of within 10m holds 2h\n"
                  "}\n"
                  "steps {\n"
                  "ask owner \"x\" within 1h {\n"
                  "answer yes \"Yes\" { rollback }\n"
                  "answer perhaps \"Perhaps\" { rollback }\n"
                  "timeout { rollback }\n"
                  "}\n"
                  "match ticket.severity {\n"
                  "low => { rollback }\n"
                  "medium, high => { rollback }\n"
                  "otherwise => { rollback }\n"
                  "}\n"
                  "}\n"
                  "qa {\n"
                  "check acknowledged within 5m else { rollback }\n"
                  "check confirmed \"so\" within 10m else { rollback }\n"
                  "check accepted\n"
                  "}\n"
                  "}\n"
                  "sla s for ticket.vip {\n"
                  "respond within 15m of office warn at 50%\n"
                  "resolve within 4h of always_open warn at 80%\n"
                  "}\n"
                  "policy p {\n"
                  "approve templates by a\n"
                  "}\n"
                  "channel a \"A\" chat proves seen\n"
                  "channel bcd \"Bcd\" email\n"
                  "channel ef webhook proves acked\n"
                  "person a \"A\" { chat \"@a\" }\n"
                  "person bcd \"Bcd Ef\" { chat \"@b\" }\n"
                  "event a.b \"T\" { x: text }\n"
                  "event a.bcd { x: text }\n"
                  "calendar a { mon 08:00..09:00 }\n"
                  "calendar bcd { mon 08:00..09:00 }\n",
                  "template t {\n"
                  "  owners {\n"
                  "    primary   a    ack within 5m          holds 1h\n"
                  "    secondary bcd  ack by 2 of within 10m holds 2h\n"
                  "  }\n"
                  "  steps {\n"
                  "    ask owner \"x\" within 1h {\n"
                  "      answer yes     \"Yes\" { rollback }\n"
                  "      answer perhaps \"Perhaps\" { rollback }\n"
                  "      timeout { rollback }\n"
                  "    }\n"
                  "    match ticket.severity {\n"
                  "      low          => { rollback }\n"
                  "      medium, high => { rollback }\n"
                  "      otherwise    => { rollback }\n"
                  "    }\n"
                  "  }\n"
                  "  qa {\n"
                  "    check acknowledged   within 5m  else { rollback }\n"
                  "    check confirmed \"so\" within 10m else { rollback }\n"
                  "    check accepted\n"
                  "  }\n"
                  "}\n"
                  "\n"
                  "sla s for ticket.vip {\n"
                  "  respond within 15m of office       warn at 50%\n"
                  "  resolve within 4h  of always_open  warn at 80%\n"
                  "}\n"
                  "\n"
                  "policy p {\n"
                  "  approve templates by a\n"
                  "}\n"
                  "\n"
                  "channel a   \"A\"   chat proves seen\n"
                  "channel bcd \"Bcd\" email\n"
                  "channel ef        webhook proves acked\n"
                  "person a   \"A\"      { chat \"@a\" }\n"
                  "person bcd \"Bcd Ef\" { chat \"@b\" }\n"
                  "event a.b \"T\" { x: text }\n"
                  "event a.bcd   { x: text }\n"
                  "calendar a   { mon 08:00..09:00 }\n"
                  "calendar bcd { mon 08:00..09:00 }\n");
}

static void a_statement_of_a_test_stays_behind_its_after(void **state)
{
    (void)state;
    assert_format(
        "test \"t\" {\n after 5m expect nothing\n after 1h\n ack by a resolve by a\n}",
        "test \"t\" {\n  after 5m  expect nothing\n  after 1h\n  ack by a\n  resolve by a\n}\n");
}

static void long_texts_move_with_their_line(void **state)
{
    (void)state;
    assert_format("runbook r {\nnotify x \"\"\"\na\n  b\n\n c\"\"\"\n}",
                  "runbook r {\n  notify x \"\"\"\n    a\n      b\n\n     c\"\"\"\n}\n");
    assert_format("runbook r {\n      notify x \"\"\"\n        a\n          b\n      \"\"\"\n}",
                  "runbook r {\n  notify x \"\"\"\n    a\n      b\n  \"\"\"\n}\n");
}

static void other_line_ends_become_plain_ones(void **state)
{
    (void)state;
    assert_format("team t {\r\n  ana\r\n}\r\n", "team t {\n  ana\n}\n");
    assert_format("\xef\xbb\xbfteam t {\xc2\xa0"
                  "ana }",
                  "team t { ana }\n");
}

/* Without its brackets nobody knows what belongs together. */
static void wrong_sources_are_left_alone(void **state)
{
    (void)state;
    esc_buf_clear(&once);
    esc_buf_string(&once, "before");
    assert_status(esc_source_format(ESC_TEXT("team t {"), &once), ESC_BAD_SOURCE);
    assert_text_equal(esc_buf_as_text(&once), "before");
    /* as many as there should be, and they cross; at the NUL the parser gave up */
    esc_buf_clear(&once);
    assert_status(esc_source_format((EscText){"{(\0}(}}", 7}, &once), ESC_BAD_SOURCE);
    assert_text_equal(esc_buf_as_text(&once), "");
}

/* A part that cannot be read stays as it is, and what is around it gets its layout. */
static void broken_parts_stay_as_they_are(void **state)
{
    (void)state;
    static const char source[] =
        "template   t {\n manual\n   steps {\nskip\n  notfy   x,\n       \"y\"\n"
        "  resume }\n}\nteam  a-b   {   ana }\nteam   c { ana }\n";
    static const char wanted[] =
        "template t {\n  manual\n  steps {\n    skip\n    notfy   x,\n       \"y\"\n"
        "    resume\n  }\n}\n\nteam  a-b   {   ana }\nteam c { ana }\n";
    esc_buf_clear(&once);
    assert_status(esc_source_format(esc_text_from(source), &once), ESC_BAD_SOURCE);
    assert_text_equal(esc_buf_as_text(&once), wanted);
}

static void too_small_a_buffer_is_told(void **state)
{
    (void)state;
    EscBuf small;
    esc_buf_init(&small, 8);
    assert_status(esc_source_format(ESC_TEXT("team t { ana }"), &small), ESC_OVER_LIMIT);
    esc_buf_release(&small);
}

static void too_long_a_layout_is_refused(void **state)
{
    (void)state;
    EscBuf source;
    esc_buf_init(&source, ESC_SOURCE_SIZE_MAX);
    esc_buf_string(&source, "template t { steps {\n");
    while (source.size < ESC_SOURCE_SIZE_MAX - 100)
        esc_buf_string(&source, "skip\n"); /* four blanks more each, when indented */
    esc_buf_string(&source, "} }");
    esc_buf_clear(&once);
    assert_status(esc_source_format(esc_buf_as_text(&source), &once), ESC_OVER_LIMIT);
    assert_int_equal(once.size, 0);
    esc_buf_release(&source);
}

/* Every golden source that parses: stable, and the same tree. */
static void golden_sources_keep_their_trees(void **state)
{
    (void)state;
    const char *folder = ESC_TEST_SOURCE_DIR "/tests/golden/parse";
    DIR *sources = opendir(folder);
    assert_non_null(sources);
    unsigned formatted = 0;
    for (const struct dirent *entry = readdir(sources); entry != NULL; entry = readdir(sources)) {
        size_t size = strlen(entry->d_name);
        if (size < 4 || strcmp(entry->d_name + size - 4, ".esc") != 0)
            continue;
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        static char source[1 << 16];
        EscText text = {source, fread(source, 1, sizeof source, file)};
        fclose(file);
        esc_buf_clear(&once);
        if (esc_source_format(text, &once) != ESC_OK)
            continue;
        format(text);
        formatted++;
    }
    closedir(sources);
    assert_true(formatted >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_stays_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blanks_between_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_block_is_in_one_line_or_has_one_part_in_a_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_block_that_is_too_wide_is_broken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(statements_go_on_two_blanks_further, set_up, tear_down),
        cmocka_unit_test_setup_teardown(braces_and_else_stay_on_their_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_and_empty_lines_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_block_of_nothing_stays_in_one_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idle_commas_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_line_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_at_the_end_of_lines_stand_in_a_column, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_kind_of_line_has_its_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_statement_of_a_test_stays_behind_its_after, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(long_texts_move_with_their_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_line_ends_become_plain_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_sources_are_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_parts_stay_as_they_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_small_a_buffer_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_long_a_layout_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(golden_sources_keep_their_trees, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
