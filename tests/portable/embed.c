/* embed.c - Escal within another program: a workspace from memory is checked and compiled, a ticket is held against the
 * condition of its template, and the steps run until they wait. Needs the C library and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <esc/compiler.h>
#include <esc/vm.h>

static const char SOURCE[] = "workspace shop { timezone \"Europe/Berlin\" }\n"
                             "channel incidents chat\n"
                             "person ana \"Ana Ruiz\" { email \"ana@example.org\" }\n"
                             "person ben \"Ben Falk\" { email \"ben@example.org\" }\n"
                             "policy shop { last resort ben }\n"
                             "template outage \"A customer is down\" {\n"
                             "  start on ticket.created when ticket.severity = critical\n"
                             "  owners { primary ana ack within 5m }\n"
                             "  steps { notify incidents \"down: {ticket.title}\"  await ack }\n"
                             "  close when resolved\n"
                             "}\n";

/* --- the host: what a program asks for, and what it does ---------------------------------------- */

typedef struct Host {
    const EscProgram *program;
    const char *title, *severity;
} Host;

static uint32_t member_called(const EscProgram *program, EscType type, const char *name)
{
    const EscEnumRow *row = &program->enums[esc_type_enum(type)];
    for (uint32_t i = 0; i < row->members_count; i++) {
        if (esc_text_equal(program->texts[program->members[row->members_first + i].name],
                           esc_text_from(name)))
            return i;
    }
    return 0;
}

static EscStatus load(void *context, EscLoad what, uint32_t index, EscValue *value)
{
    const Host *host = context;
    if (what != ESC_LOAD_TICKET)
        return ESC_NOT_FOUND; /* SOURCE reads nothing else */
    const EscFieldRow *field = &host->program->fields[index];
    EscText name = host->program->texts[field->name];
    *value = esc_field_default(field);
    if (esc_text_equal(name, ESC_TEXT("title")))
        value->text = esc_text_from(host->title);
    if (esc_text_equal(name, ESC_TEXT("severity")))
        value->member = member_called(host->program, field->type, host->severity);
    return ESC_OK;
}

/* Marks say which words of a text are the author's and which a value's; people see none of them. */
static void print_text(EscText text)
{
    for (;;) {
        size_t mark = esc_mark_find(text);
        printf("%.*s", (int)mark, text.size == 0 ? "" : text.data);
        if (mark == text.size)
            return;
        text = (EscText){text.data + mark + ESC_MARK_SIZE, text.size - mark - ESC_MARK_SIZE};
    }
}

static EscStatus emit(void *context, uint32_t effect, const EscValue *arguments, uint32_t count,
                      EscValue *result)
{
    const Host *host = context;
    (void)result; /* no effect of SOURCE has one */
    printf("%s", esc_effect_info[host->program->effects[effect].kind].name);
    for (uint32_t i = 0; i < count; i++) {
        printf(": ");
        print_text(arguments[i].text);
    }
    printf("\n");
    return ESC_OK;
}

static EscStatus own(void *context, uint32_t role)
{
    (void)context;
    printf("role %u is accountable\n", role);
    return ESC_OK;
}

/* --- compile, match, run ------------------------------------------------------------------------ */

static EscStatus compile(EscBuf *bundle)
{
    EscWhy why = {0};
    EscWorkspace *workspace = esc_workspace_new();
    EscStatus status = workspace == NULL ? ESC_NO_MEMORY
                                         : esc_workspace_add(workspace, ESC_TEXT("shop.esc"),
                                                             esc_text_from(SOURCE), false);
    if (status == ESC_OK)
        status = esc_workspace_check(workspace);
    if (status == ESC_OK)
        status = esc_workspace_build(workspace, bundle, &why);
    for (uint32_t i = 0; status == ESC_BAD_SOURCE && i < esc_workspace_diagnostic_count(workspace);
         i++) {
        const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, i);
        printf("%s: %.*s\n", diagnostic->code, ESC_TEXT_ARG(diagnostic->message));
    }
    esc_workspace_free(workspace);
    return status;
}

static EscStatus try_ticket(const EscBundle *bundle, const EscHost *host, char *scratch)
{
    const EscProgram *program = esc_bundle_program(bundle);
    const EscTriggerRow *trigger = &program->triggers[0];
    EscRun run;
    EscRunEnd end;
    bool holds = false;
    EscStatus status =
        esc_pred_holds(bundle, trigger->pred, host, 0, scratch, ESC_RUN_SCRATCH_MAX, &holds);
    if (status != ESC_OK || !holds) {
        printf("nothing starts\n");
        return status;
    }
    esc_run_init(&run, bundle, program->templates[trigger->template - 1].steps, NULL, 0, scratch,
                 ESC_RUN_SCRATCH_MAX);
    status = esc_run_go(&run, host, 0, &end, NULL);
    if (status == ESC_OK && end == ESC_RUN_WAITING) {
        EscPlace place =
            esc_program_place(program, program->functions[run.function].code_first + run.pc);
        printf("waits at %.*s:%u\n", ESC_TEXT_ARG(place.file), place.line);
    }
    return status;
}

int main(void)
{
    EscBuf bytes;
    EscBundle *bundle = NULL;
    char *scratch = malloc(ESC_RUN_SCRATCH_MAX);
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    EscStatus status = scratch == NULL ? ESC_NO_MEMORY : compile(&bytes);
    if (status == ESC_OK)
        status = esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, NULL);
    static const char *const severities[] = {"critical", "low"};
    for (size_t i = 0; status == ESC_OK && i < ESC_COUNT_OF(severities); i++) {
        Host state = {esc_bundle_program(bundle), "the shop", severities[i]};
        EscHost host = {.context = &state, .load = load, .emit = emit, .own = own};
        status = try_ticket(bundle, &host, scratch);
    }
    esc_bundle_free(bundle);
    esc_buf_release(&bytes);
    free(scratch);
    if (status != ESC_OK)
        printf("failed: %s\n", esc_status_text(status));
    return status == ESC_OK ? 0 : 1;
}
