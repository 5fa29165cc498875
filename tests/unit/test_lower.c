/* test_lower.c - from text to bundle: the same bytes whatever the order of files, examples that
 * load, deadlines that nobody wrote, and the bounds of the machine as diagnostics. What code a
 * feature gives is compared in tests/golden/disasm. */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler_internal.h"
#include "support/alloc_fail.h"
#include "support/test.h"

enum { FILES_MAX = 32, SOURCE_BYTES_MAX = 1 << 20 };

static const char prelude[] = "workspace unit \"Unit\" { language 1 timezone \"UTC\" }\n"
                              "channel incidents chat\n"
                              "person ana \"Ana\" { email \"ana@example.org\" }\n"
                              "person ben \"Ben\" { email \"ben@example.org\" }\n"
                              "calendar office { mon..fri 08:00..18:00 }\n"
                              "policy rules { last resort ben }\n";

/* --- building --------------------------------------------------------------------------------- */

typedef struct Built {
    EscWorkspace *workspace;
    EscBuf bytes;
    EscBundle *bundle;
    EscStatus status;
    EscWhy why;
} Built;

static void build_release(Built *built)
{
    esc_bundle_free(built->bundle);
    esc_buf_release(&built->bytes);
    esc_workspace_free(built->workspace);
}

static void build_finish(Built *built)
{
    esc_buf_init(&built->bytes, ESC_BUNDLE_BYTES_MAX);
    built->status = esc_workspace_check(built->workspace);
    if (built->status == ESC_OK)
        built->status = esc_workspace_build(built->workspace, &built->bytes, &built->why);
    if (built->status == ESC_OK)
        built->status =
            esc_bundle_load(esc_buf_as_bytes(&built->bytes), &built->bundle, &built->why);
}

static Built build_text(const char *source)
{
    Built built = {.workspace = esc_workspace_new()};
    EscText text = esc_text_from(source);
    assert_status(
        esc_workspace_add(built.workspace, ESC_TEXT("a.esc"), esc_text_from(prelude), false),
        ESC_OK);
    assert_status(esc_workspace_add(built.workspace, ESC_TEXT("b.esc"), text, false), ESC_OK);
    build_finish(&built);
    return built;
}

/* Of the errors; a scene need not use all that it declares. */
static const char *first_code(const Built *built)
{
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(built->workspace); i++) {
        const EscDiagnostic *diagnostic = esc_workspace_diagnostic(built->workspace, i);
        if (diagnostic->severity == ESC_SEVERITY_ERROR)
            return diagnostic->code;
    }
    return "";
}

static void assert_built(const Built *built)
{
    for (uint32_t i = 0;
         built->status != ESC_OK && i < esc_workspace_diagnostic_count(built->workspace); i++)
        print_error("%.*s\n", ESC_TEXT_ARG(esc_workspace_diagnostic(built->workspace, i)->message));
    assert_string_equal(built->why.text, "");
    assert_status(built->status, ESC_OK);
}

/* --- files, in any order ---------------------------------------------------------------------- */

typedef struct Folder {
    const char *names[FILES_MAX];
    const char *texts[FILES_MAX];
    int count;
    bool is_reversed;
} Folder;

static EscStatus list_files(void *context, void (*put)(void *, EscText), void *put_context,
                            EscWhy *why)
{
    (void)why;
    const Folder *folder = context;
    for (int i = 0; i < folder->count; i++)
        put(put_context,
            esc_text_from(folder->names[folder->is_reversed ? folder->count - 1 - i : i]));
    return ESC_OK;
}

static EscStatus read_file(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Folder *folder = context;
    for (int i = 0; i < folder->count; i++) {
        if (esc_text_equal(path, esc_text_from(folder->names[i]))) {
            esc_buf_string(out, folder->texts[i]);
            return out->status;
        }
    }
    return esc_why(why, ESC_NOT_FOUND, "", 0, "no such file");
}

static Built build_folder(Folder *folder)
{
    Built built = {.workspace = esc_workspace_new()};
    EscSourceFiles files = {.context = folder, .list = list_files, .read = read_file};
    assert_status(esc_workspace_load(built.workspace, &files, NULL), ESC_OK);
    build_finish(&built);
    return built;
}

static void the_order_of_files_does_not_matter(void **state)
{
    (void)state;
    Folder folder = {
        .names = {"a/one.esc", "a/two.esc", "b.esc", "c.esc"},
        .texts = {prelude,
                  "template one { start on ticket.created owners { primary ana ack within 5m }\n"
                  "  steps { notify incidents \"{ticket.id}\" await ack run book(n: 3) } close "
                  "when resolved }",
                  "runbook book \"B\" (n: number) { notify ben \"{n}\" wait 1h }",
                  "template two { start on ticket.updated when ticket.severity = low\n"
                  "  owners { primary ben ack within 1h of office } steps { await ack } close when "
                  "resolved }"},
        .count = 4};
    Built first = build_folder(&folder);
    folder.is_reversed = true;
    Built second = build_folder(&folder);
    assert_built(&first);
    assert_built(&second);
    assert_int_equal(first.bytes.size, second.bytes.size);
    assert_memory_equal(first.bytes.data, second.bytes.data, first.bytes.size);
    build_release(&first);
    build_release(&second);
}

/* --- what nobody wrote ------------------------------------------------------------------------ */

static int64_t first_deadline_ms(const char *owners)
{
    char source[1024];
    snprintf(source, sizeof source,
             "template t { start on ticket.created owners { %s } steps { await ack } close when "
             "resolved }",
             owners);
    Built built = build_text(source);
    assert_built(&built);
    const EscWaitRow *wait = &esc_bundle_program(built.bundle)->waits[0];
    assert_int_equal(wait->kind,
                     ESC_WAIT_CHAIN); /* it ends with the last turn, whatever this says */
    int64_t deadline_ms = wait->deadline_ms;
    build_release(&built);
    return deadline_ms;
}

static void await_ack_waits_for_every_owner(void **state)
{
    (void)state;
    assert_int_equal(first_deadline_ms("primary ana ack within 5m secondary ben ack within 10m"),
                     16 * ESC_MINUTE_MS);
    assert_int_equal(first_deadline_ms("primary ana ack within 5m of office"), 30 * ESC_DAY_MS);
}

static void a_template_without_a_catch_all_gets_the_triage(void **state)
{
    (void)state;
    Built built = build_text("template s { start on ticket.created owners { primary ana ack within "
                             "5m } steps { } close when resolved }\n"
                             "template t { start on ticket.updated owners { primary ben ack within "
                             "5m } steps { } close when resolved }");
    assert_built(&built);
    const EscProgram *program = esc_bundle_program(built.bundle);
    assert_int_equal(program->catches_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const EscFunctionRow *body = &program->functions[program->catches[i].body];
        assert_int_equal(program->catches[i].exception, 0);
        assert_int_equal(body->template, i + 1);
        assert_text_equal(esc_program_place(program, body->code_first).file, "std/triage.esc");
    }
    build_release(&built);
}

static void only_what_is_used_is_granted(void **state)
{
    (void)state;
    Built built = build_text(
        "channel quiet chat\n"
        "system crm \"CRM\" { action a(x: text) { POST \"/{x}\" } action b(x: text) { POST "
        "\"/{x}\" } }\n"
        "template t { start on ticket.created owners { primary ana ack within 5m }\n"
        "  steps { notify incidents \"x\" crm.b(x: \"1\") else { } } close when resolved }");
    assert_built(&built);
    const EscProgram *program = esc_bundle_program(built.bundle);
    assert_int_equal(program->grants_count, 2);
    assert_int_equal(program->grants[0].kind, ESC_GRANT_CHANNEL);
    assert_int_equal(program->grants[0].index, 0);
    assert_int_equal(program->grants[1].kind, ESC_GRANT_ACTION);
    assert_int_equal(program->grants[1].index, 1);
    build_release(&built);
}

static void an_inverse_is_granted_with_its_action(void **state)
{
    (void)state;
    Built built =
        build_text("system crm \"CRM\" { action a(x: text) undo b(x: x) { POST \"/{x}\" }\n"
                   "  action b(x: text) { POST \"/{x}\" } action c(x: text) { POST \"/{x}\" } }\n"
                   "template t { start on ticket.created owners { primary ana ack within 5m }\n"
                   "  steps { crm.a(x: \"1\") else { } } close when resolved }");
    assert_built(&built);
    const EscProgram *program = esc_bundle_program(built.bundle);
    assert_int_equal(program->grants_count, 2);
    assert_int_equal(program->grants[0].index, 0);
    assert_int_equal(program->grants[1].index, 1);
    build_release(&built);
}

/* Columns that no listing of code shows. */
static void what_is_written_comes_into_the_tables(void **state)
{
    (void)state;
    Built built = build_text(
        "team both { ana ben }\n"
        "template t { start on ticket.created when ticket.title = \"x\" for 3m again after 1h\n"
        "  owners { primary both ack by all within 5m holds 2h\n"
        "           secondary both ack by 2 of within 6m }\n"
        "  steps { snapshot ticket, changes for 24h, timeline  close }\n"
        "  close when resolved with postmortem by secondary due 5d }");
    assert_built(&built);
    const EscProgram *program = esc_bundle_program(built.bundle);
    const EscTemplateRow *row = &program->templates[0];
    assert_int_equal(program->triggers[0].for_ms, 3 * ESC_MINUTE_MS);
    assert_int_equal(row->again_after_ms, ESC_HOUR_MS);
    assert_int_equal(row->postmortem_role, 1 + 1);
    assert_int_equal(row->postmortem_due_ms, 5 * ESC_DAY_MS);
    assert_int_equal(program->roles[0].ack_count, 0);
    assert_int_equal(program->roles[0].hold_ms, 2 * ESC_HOUR_MS);
    assert_int_equal(program->roles[1].ack_count, 2);
    assert_int_equal(program->roles[1].hold_ms, 0);
    bool has_snapshot = false, has_close = false;
    for (uint32_t i = 0; i < program->effects_count; i++) {
        bool is_snapshot = program->effects[i].kind == ESC_EFFECT_SNAPSHOT;
        assert_true(!is_snapshot || program->effects[i].extra_ms == 24 * ESC_HOUR_MS);
        has_snapshot = has_snapshot || is_snapshot;
    }
    for (uint32_t pc = 0; pc < program->code_count; pc++) {
        if (program->code[pc].op != ESC_OP_CLOSE || has_close)
            continue;
        assert_text_equal(program->texts[program->code[pc].imm], "closed");
        has_close = true;
    }
    assert_true(has_snapshot && has_close);
    build_release(&built);
}

/* --- bounds ----------------------------------------------------------------------------------- */

/* A template whose steps are `step`, `count` times. */
static Built build_repeated(const char *step, int count)
{
    EscBuf source;
    esc_buf_init(&source, SOURCE_BYTES_MAX);
    esc_buf_string(
        &source,
        "template t { start on ticket.created owners { primary ana ack within 5m } steps {\n");
    for (int i = 0; i < count; i++)
        esc_buf_printf(&source, "%s\n", step);
    esc_buf_string(&source, "} close when resolved }");
    esc_buf_char(&source, '\0');
    assert_status(source.status, ESC_OK);
    Built built = build_text((const char *)source.data);
    esc_buf_release(&source);
    return built;
}

static void assert_refused(Built built, const char *code)
{
    assert_status(built.status, ESC_BAD_SOURCE);
    assert_string_equal(first_code(&built), code);
    assert_int_equal(built.bytes.size, 0);
    build_release(&built);
}

/* A condition is named as it was written, as far as a text can be. */
static void the_text_of_a_check_is_cut_to_a_text(void **state)
{
    (void)state;
    for (size_t size = ESC_TEXT_MAX - 1; size <= ESC_TEXT_MAX + 1; size++) {
        EscBuf steps;
        esc_buf_init(&steps, SOURCE_BYTES_MAX);
        esc_buf_string(&steps,
                       "template t { start on ticket.created owners { primary ana ack within 5m }\n"
                       "  steps { check ticket.seats");
        for (size_t i = strlen("ticket.seats > 5"); i < size; i++)
            esc_buf_char(&steps, ' ');
        esc_buf_string(&steps, " > 5 within 5m } close when resolved }\n"
                               "extend ticket { seats: number default 0 }");
        esc_buf_char(&steps, '\0');
        Built built = build_text((const char *)steps.data);
        assert_built(&built);
        const EscProgram *program = esc_bundle_program(built.bundle);
        assert_int_equal(program->checks_count, 1);
        assert_int_equal(program->texts[program->checks[0].text].size,
                         size < ESC_TEXT_MAX ? size : ESC_TEXT_MAX);
        build_release(&built);
        esc_buf_release(&steps);
    }
}

static void sixty_four_effects_fit_into_one_run(void **state)
{
    (void)state;
    /* raising `overdue` at the end belongs to the run behind the last wait */
    Built built = build_repeated("notify ana \"x\"", ESC_RUN_EFFECTS_MAX);
    assert_built(&built);
    build_release(&built);
    assert_refused(build_repeated("notify ana \"x\"", ESC_RUN_EFFECTS_MAX + 1), "E0350");
}

static void a_body_that_is_too_long_is_reported(void **state)
{
    (void)state;
    assert_refused(build_repeated("notify ana \"a {ticket.id} b {ticket.title}\" wait 1m", 700),
                   "E0353");
}

static void too_many_values_at_once_are_reported(void **state)
{
    (void)state;
    EscBuf steps;
    esc_buf_init(&steps, 8192);
    for (int i = 0; i < ESC_REGISTERS_MAX; i++)
        esc_buf_printf(&steps, "create ticket task_%d { title: \"x\" }\n", i);
    esc_buf_char(&steps, '\0');
    assert_refused(build_repeated((const char *)steps.data, 1), "E0351");
    esc_buf_release(&steps);
}

/* The check sees loops within one body; runbooks bring their own into it. */
static void loops_that_nest_too_deep_are_reported(void **state)
{
    (void)state;
    assert_refused(
        build_text(
            "runbook inner \"Inner\" () { for each c in ticket.tags at most 2 {\n"
            "  for each d in ticket.tags at most 2 { notify ana \"{c}{d}\" } } }\n"
            "template t { start on ticket.created owners { primary ana ack within 5m }\n"
            "  steps { for each a in ticket.tags at most 2 {\n"
            "    for each b in ticket.tags at most 2 { run inner() } } } close when resolved }"),
        "E0350");
}

static void a_check_cannot_use_names_of_the_steps(void **state)
{
    (void)state;
    assert_refused(
        build_repeated("create ticket task { title: \"x\" } check ticket.title = task within 5m",
                       1),
        "E0355");
}

/* Whatever allocation fails, the build says so, gives no bytes away and leaks nothing. */
static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    Built built = build_repeated("for each t in ticket.tags { notify ana \"{t}\" }\n"
                                 "await ticket.severity = low within 1h at 50% { page ana \"x\" }",
                                 1);
    assert_built(&built);
    EscBuf again;
    esc_buf_init(&again, ESC_BUNDLE_BYTES_MAX);
    bool happened = true;
    for (unsigned nth = 1; happened; nth++) {
        esc_buf_release(&again);
        esc_buf_init(&again, ESC_BUNDLE_BYTES_MAX);
        alloc_fail_at(nth);
        EscStatus status = esc_workspace_build(built.workspace, &again, NULL);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, happened ? ESC_NO_MEMORY : ESC_OK);
        assert_int_equal(again.size, happened ? 0 : built.bytes.size);
    }
    assert_memory_equal(again.data, built.bytes.data, again.size);
    esc_buf_release(&again);
    build_release(&built);
}

/* --- examples --------------------------------------------------------------------------------- */

static Folder example;

static int add_example_file(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)place;
    size_t size = strlen(path);
    if (kind != FTW_F || size < 4 || strcmp(path + size - 4, ".esc") != 0)
        return 0;
    assert_true(example.count < FILES_MAX);
    EscBuf text;
    esc_buf_init(&text, SOURCE_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        esc_buf_char(&text, (char)c);
    esc_buf_char(&text, '\0');
    fclose(file);
    example.names[example.count] = strdup(path);
    example.texts[example.count++] = (const char *)text.data; /* both stay to the end of the test */
    return 0;
}

static void the_first_example_builds(void **state)
{
    (void)state;
    assert_int_equal(nftw(ESC_TEST_SOURCE_DIR "/examples/first", add_example_file, 8, FTW_PHYS), 0);
    assert_true(example.count > 0);
    Built built = build_folder(&example);
    assert_built(&built);
    build_release(&built);
    for (int i = 0; i < example.count; i++) {
        free((void *)(uintptr_t)example.names[i]);
        free((void *)(uintptr_t)example.texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_files_does_not_matter),
        cmocka_unit_test(await_ack_waits_for_every_owner),
        cmocka_unit_test(a_template_without_a_catch_all_gets_the_triage),
        cmocka_unit_test(only_what_is_used_is_granted),
        cmocka_unit_test(an_inverse_is_granted_with_its_action),
        cmocka_unit_test(what_is_written_comes_into_the_tables),
        cmocka_unit_test(the_text_of_a_check_is_cut_to_a_text),
        cmocka_unit_test(sixty_four_effects_fit_into_one_run),
        cmocka_unit_test(a_body_that_is_too_long_is_reported),
        cmocka_unit_test(too_many_values_at_once_are_reported),
        cmocka_unit_test(loops_that_nest_too_deep_are_reported),
        cmocka_unit_test(a_check_cannot_use_names_of_the_steps),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(the_first_example_builds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
