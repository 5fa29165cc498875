/* test_refusals.c - what the verifier would refuse the author hears first: each source is either built, or has exactly the
 * diagnostic that it is here for; a bundle of ours is never refused by our own loader. Beside each fault stands what is
 * nearest to it and right. */
#include <stdio.h>
#include <stdlib.h>

#include <esc/vm.h>

#include "workspace_scene.h"

#define MORE                                                                                       \
    "event lead { n: number  tags: list of text }\n"                                               \
    "extend ticket { labels: list of text at most 255  seats: number default 0  effort: "          \
    "duration? }\n"                                                                                \
    "route who -> person { otherwise -> ana }\n"                                                   \
    "schedule duty { weekly from 2026-01-05T09:00 ana, ben }\n"                                    \
    "system crm { action put(tags: list of text) { PUT \"/x\" json { tags: tags } }\n"             \
    "  action tag(tags: list of text) undo put(tags: previous) { PUT \"/x\" json { tags: tags } "  \
    "} }\n"
#define OWNERS "owners { primary ana ack within 5m }"
#define IN_STEPS(steps)                                                                            \
    "template t { start on lead  " OWNERS "  steps { " steps " }  close when resolved }\n"
#define IN_QA(checks)                                                                              \
    "template t { start on lead  " OWNERS "  steps { }  qa { " checks " }  close when resolved "   \
    "}\n"
#define MANUAL(name, steps)                                                                        \
    "template " name " { manual  " OWNERS "  steps { " steps " }  close when resolved }\n"

/* Checks and builds MORE and `source`. "" when it built, else the codes of its errors; the build's own words when it failed
 * otherwise. Advice (what nothing uses, templates without steps) keeps nothing from being built. */
static const char *built(const char *source)
{
    static char codes[512];
    EscWorkspace *workspace = scene_checked(source);
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    EscStatus status = esc_workspace_build(workspace, &bytes, &why);
    codes[0] = '\0';
    if (status != ESC_OK && status != ESC_BAD_SOURCE)
        (void)snprintf(codes, sizeof codes, "%s", why.text);
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); ++i) {
        const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, i);
        size_t size = strlen(codes);
        if (diagnostic->code[0] == 'E')
            (void)snprintf(codes + size, sizeof codes - size, "%s%s", size == 0 ? "" : " ",
                           diagnostic->code);
    }
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    return codes;
}

static const struct {
    const char *source, *codes;
} cases[] = {
    /* "{31 create}" stands for so many steps: values of a text beside a full house of registers */
    {IN_STEPS("{31 create} notify incidents \"{ticket.id}-{ticket.id}-{ticket.id}-{ticket.id}-"
              "{ticket.id}-\""),
     "E0351"},
    {IN_STEPS("{21 create} notify incidents \"{ticket.id}-{ticket.id}-{ticket.id}-{ticket.id}-"
              "{ticket.id}-\""),
     ""},
    /* names that a condition itself gives */
    {IN_QA("check any(t in ticket.tags: t = \"vip\") within 10m"), ""},
    {IN_STEPS("check any(t in ticket.tags: t = \"vip\") within 10m"), ""},
    {IN_STEPS("check all(t in ticket.tags: any(u in ticket.tags: t = u)) within 10m"), ""},
    {IN_STEPS("for each t in ticket.tags { check ticket.title = t within 10m }"), "E0355"},
    {IN_STEPS("for each u in ticket.tags { check any(t in ticket.tags: t = u) within 10m }"),
     "E0355"},
    {IN_STEPS(
         "for each u in ticket.tags { check any(u2 in ticket.tags: u2 = \"{u}\") within 10m }"),
     "E0355"},
    /* hours */
    {"calendar c { mon 24:00..00:00 }\n", "E0320"},
    {"calendar c { mon 24:00..06:00 }\n", "E0320"},
    {"calendar c { mon 08:00..08:00 }\n", "E0320"},
    {"calendar c { mon 00:00..24:00 }\n", ""},
    {"calendar c { mon 23:59..24:00 }\n", ""},
    {"calendar c { mon 23:59..00:00 }\n", ""},
    {"calendar c { mon 22:00..06:00 }\n", ""},
    {"calendar c { timezone \"Europe/Berlin\" }\n", "E0319"},
    /* lists without a value */
    {IN_STEPS("crm.tag(tags: ticket.tags)"), ""},
    {IN_STEPS(
         "raise lost { tags: ticket.tags }") "template u { manual " OWNERS
                                             " steps { } on exception lost { crm.put(tags: "
                                             "exception.tags) resume } close when resolved }\n",
     "E0204"},
    /* people */
    {"template t { manual  owners { primary who ack by 1001 of within 5m }  steps { }  close when "
     "resolved }\n",
     "E0321"},
    {"template t { manual  owners { primary who ack by 1000 of within 5m }  steps { }  close when "
     "resolved }\n",
     ""},
    {"template t { manual  owners { primary platform ack by 3 of within 5m }  steps { }  close "
     "when resolved }\n",
     "E0321"},
    {"template t { manual  owners { primary platform ack by 2 of within 5m }  steps { }  close "
     "when resolved }\n",
     ""},
    {"template t { manual  owners { primary duty ack by 2 of within 5m }  steps { }  close when "
     "resolved }\n",
     "E0321"},
    {IN_STEPS("approve by 1001 of owner \"so\" within 5m"), "E0321"},
    {IN_STEPS("approve by 1000 of owner \"so\" within 5m"), ""},
    {IN_STEPS("approve by 2 of duty \"so\" within 5m"), "E0321"},
    {IN_STEPS("approve by 3 of platform \"so\" within 5m"), "E0321"},
    {IN_STEPS("approve by 2 of platform \"so\" within 5m"), ""},
    /* durations as values */
    {IN_STEPS("notify incidents \"{400y}\""), ""},
    {IN_STEPS("notify incidents \"{401y}\""), "E0010"},
    {IN_STEPS("set ticket.due_at to now + 800y"), "E0010"},
    {IN_STEPS("set ticket.due_at to now + 399y"), ""},
    {IN_STEPS("if ticket.left > 400y { set ticket.left to -400y }"), ""},
    /* confirmations */
    {IN_QA("check confirmed \"\" before close"), "E0363"},
    {IN_QA("check confirmed \" \" before close"), "E0363"},
    {IN_STEPS("check confirmed \"\" within 5m"), "E0363"},
    {IN_QA("check confirmed \"x\" before close"), ""},
    /* circles */
    {MANUAL("a", "start template a()"), "E0364"},
    {MANUAL("a", "start template b()") MANUAL("b", "start template a()"), "E0364"},
    {MANUAL("a", "start template b()") MANUAL("b", ""), ""},
    {MANUAL("a", "run r()") "runbook r { start template b() }\n" MANUAL(
         "b", "run r2()") "runbook r2 { start template a() }\n",
     "E0364"},
    {MANUAL("a", "run r()")
         MANUAL("b", "run r()") "runbook r { start template c() }\n" MANUAL("c", ""),
     ""},
    {MANUAL("a", "start template b()  start template c()") MANUAL("b", "start template c()")
         MANUAL("c", ""),
     ""},
    {"template a { manual  again after 1s  " OWNERS
     "  steps { start template b() }  close when resolved }\n" MANUAL("b", "start template a()"),
     ""},
    {"template a { manual  " OWNERS "  steps { }  on lead { start template b() }  close when "
     "resolved }\n" MANUAL("b", "await ack within 1h else { start template a() }"),
     "E0364"},
    {"template a { manual  " OWNERS
     "  steps { }  on exception lost { start template a()  resume }  "
     "close when resolved }\n" IN_STEPS("raise lost"),
     "E0364"},
    {"template a { manual  " OWNERS "  steps { }  qa { check acknowledged within 5m else { start "
     "template a() } }  close when resolved }\n",
     "E0364"},
    /* units of what was tested */
    {IN_STEPS("if ticket.effort is present { set ticket.seats to ticket.effort.minutes }"), ""},
    {IN_STEPS("if ticket.effort is missing { skip } else { set ticket.seats to "
              "ticket.effort.hours }"),
     "E0313"},
    {IN_STEPS("set ticket.seats to ticket.effort.minutes"), "E0204"},
    {IN_STEPS("if ticket.effort.minutes is present { set ticket.seats to ticket.effort.hours }"),
     ""},
    {IN_STEPS("if ticket.effort is present { set ticket.left to ticket.effort }"), ""},
    /* numbers of many kinds at their ends */
    {IN_STEPS("for each t in ticket.labels at most 255 { notify incidents \"{t}\" }"), "E0350"},
    {IN_STEPS("for each t in ticket.tags at most 32 { notify incidents \"{t}\" }"), ""},
    {IN_STEPS("for each t in ticket.tags at most 0 { notify incidents \"{t}\" }"), "E0010"},
    {IN_STEPS("await resolved within 1h at 1% { page owner \"x\" } at 99% { page owner \"x\" }"),
     ""},
    {IN_STEPS("await resolved within 1h at 100% { page owner \"x\" }"), "E0318"},
    {"workspace again { language 70000 }\n", "E0302"},
    {IN_STEPS("raise lost { {24 fields}}"), ""},
    {IN_STEPS("raise lost { {25 fields}}"), "E0351"},
    {"system s { action a() { POST \"/\" json { {23 fields}} } }\n", ""},
    {"system s { action a() { POST \"/\" json { {24 fields}} } }\n", "E0351"},
};

/* Texts of 4096 and 4097 bytes, wherever a bundle keeps one. */
static void texts_are_as_long_as_a_bundle_holds(void **state)
{
    (void)state;
    static const char *const places[] = {
        "person jo \"%s\" { chat \"@jo\" }\n",
        "person jo { chat \"%s\" }\n",
        "team all \"%s\" { ana }\n",
        "channel ops \"%s\" chat\n",
        "event a.b \"%s\" { }\n",
        "system s \"%s\" { action a() { GET \"/\" } }\n",
        "system s { action a() { GET \"/%s\" } }\n",
        "schedule s \"%s\" { weekly from 2026-01-05 ana }\n",
        "template t \"%s\" { manual  " OWNERS "  steps { }  close when resolved }\n",
        IN_STEPS("notify incidents \"%s\""),
        IN_STEPS("set ticket.note to \"%s\""),
        IN_STEPS("ask primary \"x\" within 1h { answer yes \"%s\" { }  timeout { } }"),
        IN_STEPS("approve by owner \"%s\" within 5m"),
        IN_STEPS("handoff to ana because \"%s\" expect acked within 1h"),
        IN_STEPS("if ticket.note contains \"%s\" { rollback }"),
        IN_STEPS("check confirmed \"%s\" within 5m"),
        IN_STEPS("crm.put(tags: ticket.tags) undo none because \"%s\""),
    };
    static char text[4200], source[8192];
    bool is_fine = true;
    for (size_t i = 0; i < ESC_COUNT_OF(places); ++i) {
        size_t used = strstr(places[i], "/%s") != NULL ? 1 : 0;
        for (size_t size = ESC_TEXT_MAX - 1; size <= ESC_TEXT_MAX + 1; ++size) {
            memset(text, 'x', size - used);
            text[size - used] = '\0';
            size_t before = (size_t)snprintf(source, sizeof source, "%s", MORE);
            (void)snprintf(source + before, sizeof source - before, places[i], text);
            const char *wanted = size > ESC_TEXT_MAX ? "E0213" : "";
            const char *codes = built(source);
            bool is_field = strstr(places[i], "ticket.note to") != NULL; /* of 1024 bytes */
            if (strcmp(codes, is_field ? "E0213" : wanted) == 0)
                continue;
            print_error("%s\n  with %zu bytes: \"%s\"\n", places[i], size, codes);
            is_fine = false;
        }
    }
    assert_true(is_fine);
}

/* A file's name is in the bundle too. */
static void names_of_files_are_utf8(void **state)
{
    (void)state;
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    assert_status(
        esc_workspace_add(workspace, ESC_TEXT("a\xff.esc"), ESC_TEXT(SCENE_PRELUDE), false),
        ESC_OK);
    assert_status(esc_workspace_check(workspace), ESC_BAD_SOURCE);
    assert_int_equal(esc_workspace_diagnostic_count(workspace), 1);
    assert_string_equal(esc_workspace_diagnostic(workspace, 0)->code, "E0002");
    esc_workspace_free(workspace);
}

static void bounds_have_codes_that_exist(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ESC_BOUND_COUNT; ++i) {
        const EscBoundInfo *info = &esc_bound_info[i];
        assert_true(esc_explanation_find(esc_text_from(info->code), NULL));
        assert_true(info->check[0] == '\0' || (info->check[0] == 'V' && strlen(info->check) == 3));
        assert_true(info->low < info->high);
        assert_true(esc_bound_holds((EscBound)i, info->low));
        assert_true(esc_bound_holds((EscBound)i, info->high));
        assert_false(esc_bound_holds((EscBound)i, info->low - 1));
        assert_false(esc_bound_holds((EscBound)i, info->high + 1));
    }
    for (uint32_t i = 0; i < ESC_RULE_COUNT; ++i) {
        assert_true(esc_explanation_find(esc_text_from(esc_rule_info[i].code), NULL));
        assert_true(esc_rule_info[i].check[0] == 'V' && strlen(esc_rule_info[i].check) == 3);
    }
}

/* A number of things that stands in braces: "{31 create}", "{24 fields}". */
typedef struct Repeated {
    const char *mark, *item;
} Repeated;

static const Repeated repeated[] = {
    {" create} ", "create ticket a%d { title: \"x\" } "},
    {" fields}", "a%d: 1 "},
};

/* The source with the number before `mark` written out as so many items. */
static const char *expanded(const char *source)
{
    static char text[8192];
    for (size_t i = 0; i < ESC_COUNT_OF(repeated); ++i) {
        const char *mark = strstr(source, repeated[i].mark), *brace = mark;
        if (mark == NULL)
            continue;
        while (*brace != '{')
            --brace;
        size_t size = (size_t)snprintf(text, sizeof text, "%.*s", (int)(brace - source), source);
        for (int k = 0; k < atoi(brace + 1); ++k)
            size += (size_t)snprintf(text + size, sizeof text - size, repeated[i].item, k);
        (void)snprintf(text + size, sizeof text - size, "%s", mark + strlen(repeated[i].mark));
        return text;
    }
    return source;
}

static void each_is_built_or_refused_in_words(void **state)
{
    (void)state;
    bool is_fine = true;
    static char source[16384];
    for (size_t i = 0; i < ESC_COUNT_OF(cases); ++i) {
        (void)snprintf(source, sizeof source, "%s%s", MORE, expanded(cases[i].source));
        const char *codes = built(source);
        if (strcmp(codes, cases[i].codes) == 0)
            continue;
        print_error("%s\n  expected \"%s\", got \"%s\"\n", cases[i].source, cases[i].codes, codes);
        is_fine = false;
    }
    assert_true(is_fine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_built_or_refused_in_words),
        cmocka_unit_test(texts_are_as_long_as_a_bundle_holds),
        cmocka_unit_test(names_of_files_are_utf8),
        cmocka_unit_test(bounds_have_codes_that_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
