/* scenario_expect.c - judges what a scenario expects against what the engine did. */
#include "scenario.h"

#include <string.h>

#define SHOWN_BYTES_MAX ((size_t)16 << 20)

/* Empty when there is no such text. */
static EscText text_of(const EscJson *object, const char *member)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(member)), (EscText){0});
}

/* --- who ----------------------------------------------------------------------------------------------- */

static bool route_holds(void *context, uint32_t function)
{
    (void)context;
    (void)function;
    return false; /* a scenario names people, teams and schedules, not routes */
}

static EscText no_text(void *context, uint32_t field)
{
    (void)context;
    (void)field;
    return ESC_TEXT("");
}

static bool is_never_absent(void *context, uint32_t person)
{
    (void)context;
    (void)person;
    return false;
}

static bool find_ref(const EscProgram *program, EscWho who, EscRef *ref)
{
    if (who.kind == ESC_WHO_PERSON) {
        uint32_t person = 0;
        bool is_found = esc_directory_person(program, who.name, &person);
        *ref = ESC_REF(ESC_REF_PERSON, person);
        return is_found;
    }
    for (uint32_t i = 0; who.kind == ESC_WHO_TEAM && i < program->teams_count; i++) {
        *ref = ESC_REF(ESC_REF_TEAM, i);
        if (esc_text_equal(program->texts[program->teams[i].name], who.name))
            return true;
    }
    for (uint32_t i = 0; who.kind == ESC_WHO_SCHEDULE && i < program->schedules_count; i++) {
        *ref = ESC_REF(ESC_REF_SCHEDULE, i);
        if (esc_text_equal(program->texts[program->schedules[i].name], who.name))
            return true;
    }
    return false;
}

typedef struct Views {
    EscPlay *play;
    EscEscalationView items[64];
    uint32_t count;
} Views;

static bool add_view(void *context, const EscEscalationView *view)
{
    Views *views = context;
    if (views->count < ESC_COUNT_OF(views->items))
        views->items[views->count++] = *view;
    return true;
}

static void collect_views(EscPlay *play, Views *views)
{
    *views = (Views){.play = play};
    esc_engine_each_escalation(play->engine, add_view, views);
}

/* The person that last had a role; `owner` is whoever is accountable now. */
static bool find_role_owner(EscPlay *play, EscText role, uint32_t *person)
{
    EscText name = {0};
    for (size_t i = 0; i < play->records_count; i++) {
        const EscJson *data = play->records[i].data;
        EscText of_role = text_of(data, "role"), owner = text_of(data, "owner");
        bool is_meant = esc_text_equal(role, ESC_TEXT("owner")) ||
                        (of_role.size > 0 && esc_text_equal(role, of_role));
        if (owner.size > 0 && is_meant)
            name = owner;
    }
    if (name.size > 0)
        return esc_directory_person(play->program, name, person);
    EscDirectoryHost host = {play, route_holds, no_text, is_never_absent};
    for (uint32_t i = 0; i < play->program->roles_count;
         i++) { /* not had yet: who would have it, in the first template that says so */
        EscOwners owners;
        EscRef ref = ESC_REF(ESC_REF_ROLE, play->program->roles[i].role);
        if (!esc_text_equal(esc_directory_ref_name(play->program, ref), role))
            continue;
        esc_directory_resolve(play->program, play->zones, &host, play->program->roles[i].owner,
                              play->now_ms, &owners);
        if (owners.count > 0) {
            *person = owners.persons[0];
            return true;
        }
    }
    return false;
}

void esc_play_who(EscPlay *play, EscWho who, EscOwners *owners)
{
    EscRef ref = 0;
    *owners = (EscOwners){0};
    if (who.kind == ESC_WHO_ROLE) {
        uint32_t person = 0;
        if (find_role_owner(play, who.name, &person))
            owners->persons[owners->count++] = person;
        return;
    }
    EscDirectoryHost host = {play, route_holds, no_text, is_never_absent};
    if (find_ref(play->program, who, &ref))
        esc_directory_resolve(play->program, play->zones, &host, ref, play->now_ms, owners);
}

static bool is_one_of(EscPlay *play, EscWho who, EscText name)
{
    EscOwners owners;
    if (esc_text_equal(who.name, name))
        return true;
    esc_play_who(play, who, &owners);
    for (uint32_t i = 0; i < owners.count; i++)
        if (esc_text_equal(play->program->texts[play->program->persons[owners.persons[i]].name],
                           name))
            return true;
    return false;
}

/* --- records and messages ----------------------------------------------------------------------------------- */

static bool data_is(const EscRecord *record, const char *member, EscText text)
{
    return text.size == 0 || esc_text_equal(text_of(record->data, member), text);
}

static bool has_record(const EscPlay *play, const char *kind, const char *member, EscText text)
{
    for (size_t i = 0; i < play->records_count; i++)
        if (esc_text_equal(play->records[i].kind, esc_text_from(kind)) &&
            data_is(&play->records[i], member, text))
            return true;
    return false;
}

static bool has_handoff(EscPlay *play, const EscScenarioExpect *expect)
{
    for (size_t i = 0; i < play->records_count; i++) {
        const EscRecord *record = &play->records[i];
        if (!esc_text_equal(record->kind, ESC_TEXT("handoff")) ||
            !data_is(record, "reason", expect->text))
            continue;
        EscText owner = text_of(record->data, "owner");
        if (expect->who.kind == ESC_WHO_NONE ||
            (owner.size > 0 && is_one_of(play, expect->who, owner)))
            return true;
    }
    return false;
}

static bool has_sent(EscPlay *play, const EscScenarioExpect *expect)
{
    for (size_t i = 0; i < play->sent_count; i++) {
        const EscSent *sent = &play->sent[i];
        bool is_call = expect->kind == ESC_EXPECTED_CALL;
        if (is_call != (sent->kind == ESC_OUTBOX_CALL))
            continue;
        if ((expect->kind == ESC_EXPECTED_PAGE && !sent->is_page) ||
            (expect->kind == ESC_EXPECTED_ASKED && !sent->is_question))
            continue;
        if (esc_text_contains(sent->text, expect->text) &&
            is_one_of(play, expect->who, sent->target))
            return true;
    }
    return false;
}

/* --- escalations -------------------------------------------------------------------------------------------------- */

static bool check_is(EscPlay *play, const EscEscalationView *view, EscText name, bool is_passed)
{
    const EscJson *checks = esc_play_json(play, view->checks_json);
    bool is_found = false, is_every = true;
    for (const EscJson *check = checks == NULL ? NULL : checks->first; check != NULL;
         check = check->next) {
        EscText result = text_of(check, "result");
        if (!esc_text_equal(text_of(check, "check"), name))
            continue;
        bool has_passed = esc_text_equal(result, ESC_TEXT("passed"));
        bool has_failed = esc_text_equal(result, ESC_TEXT("failed")) ||
                          esc_text_equal(result, ESC_TEXT("handled")) ||
                          esc_text_equal(result, ESC_TEXT("overridden"));
        if (is_passed)
            is_every = is_every && has_passed;
        is_found = is_found || (is_passed ? has_passed : has_failed);
    }
    return is_found && is_every;
}

static bool is_about_escalation(EscExpected kind)
{
    return kind == ESC_EXPECTED_OWNER || kind == ESC_EXPECTED_ROLE || kind == ESC_EXPECTED_PASSED ||
           kind == ESC_EXPECTED_FAILED || kind == ESC_EXPECTED_CLOSED;
}

static bool view_fits(EscPlay *play, const EscEscalationView *view, const EscScenarioExpect *expect)
{
    bool fits = true;
    switch (expect->kind) {
    case ESC_EXPECTED_OWNER:
        return is_one_of(play, expect->who, view->owner);
    case ESC_EXPECTED_ROLE:
        return esc_text_equal(
            esc_directory_ref_name(play->program, ESC_REF(ESC_REF_ROLE, view->role)), expect->name);
    case ESC_EXPECTED_CLOSED:
        return view->state == ESC_STATE_CLOSED &&
               (expect->name.size == 0 || esc_text_equal(view->outcome, expect->name));
    case ESC_EXPECTED_PASSED:
    case ESC_EXPECTED_FAILED:
        for (uint32_t i = 0; i < expect->names_count; i++)
            fits =
                fits && check_is(play, view, expect->names[i], expect->kind == ESC_EXPECTED_PASSED);
        return fits;
    case ESC_EXPECTED_NOTHING:
    case ESC_EXPECTED_NOTIFY:
    case ESC_EXPECTED_PAGE:
    case ESC_EXPECTED_ASKED:
    case ESC_EXPECTED_EXCEPTION:
    case ESC_EXPECTED_CREATED:
    case ESC_EXPECTED_HANDOFF:
    case ESC_EXPECTED_CALL:
    case ESC_EXPECTED_STARTED:
    case ESC_EXPECTED_CONDITION:
        break;
    }
    return false;
}

/* --- conditions over the ticket -------------------------------------------------------------------------------------- */

typedef struct Probing {
    EscPlay *play;
    const EscScenarioExpect *expect;
    const EscJson *ticket;
    uint32_t at;
} Probing;

static EscJson truth_json(bool truth)
{
    return (EscJson){.kind = truth ? ESC_JSON_TRUE : ESC_JSON_FALSE};
}

static EscJson text_json(EscText text)
{
    return (EscJson){.kind = ESC_JSON_TEXT, .text = text};
}

static EscJson escalation_value(const Probing *probing, const EscEscalationView *view, EscText path)
{
    if (esc_text_equal(path, ESC_TEXT("escalation.handoffs")))
        return (EscJson){.kind = ESC_JSON_INTEGER, .integer = view->handoffs};
    if (esc_text_equal(path, ESC_TEXT("escalation.acked")))
        return truth_json(view->is_acked);
    if (esc_text_equal(path, ESC_TEXT("escalation.owner")))
        return text_json(view->owner);
    if (esc_text_equal(path, ESC_TEXT("escalation.role")))
        return text_json(
            esc_directory_ref_name(probing->play->program, ESC_REF(ESC_REF_ROLE, view->role)));
    return (EscJson){.kind = ESC_JSON_NULL};
}

/* Null when there is none. */
static EscJson probed_value(const Probing *probing, EscText path)
{
    static const EscJson nothing = {.kind = ESC_JSON_NULL};
    Views views;
    if (esc_text_starts_with(path, ESC_TEXT("ticket."))) {
        const EscJson *field =
            esc_json_member(probing->ticket, (EscText){path.data + 7, path.size - 7});
        return field == NULL ? nothing : *field;
    }
    if (esc_text_equal(path, ESC_TEXT("resolved"))) {
        EscText status = text_of(probing->ticket, "status");
        return truth_json(esc_text_equal(status, ESC_TEXT("resolved")) ||
                          esc_text_equal(status, ESC_TEXT("closed")));
    }
    collect_views(probing->play, &views);
    return views.count == 0 ? nothing
                            : escalation_value(probing, &views.items[views.count - 1], path);
}

static EscText json_text(const EscJson *json)
{
    return esc_json_text_or(json, (EscText){0});
}

static double json_number(const EscJson *json)
{
    return json->kind == ESC_JSON_INTEGER ? (double)json->integer : json->real;
}

/* Negative, zero or positive; *fits is false when the two cannot be compared. */
static int compare(const Probing *probing, const EscProbe *probe, const EscJson *value, bool *fits)
{
    double number = 0;
    *fits = true;
    switch (probe->value.kind) {
    case ESC_DATUM_BOOL:
        return (value->kind == ESC_JSON_TRUE ? 1 : 0) - (probe->value.truth ? 1 : 0);
    case ESC_DATUM_NUMBER:
        number = probe->value.number;
        break;
    case ESC_DATUM_DURATION:
        number = (double)probe->value.ms;
        break;
    case ESC_DATUM_TEXT:
        return esc_text_compare(json_text(value), probe->value.text);
    case ESC_DATUM_MEMBER: {
        const EscProgram *program = probing->play->program;
        for (uint32_t i = 0; i < program->fields_count; i++) {
            EscText path = {probe->path.data + 7, probe->path.size < 7 ? 0 : probe->path.size - 7};
            if (program->fields[i].scope != ESC_SCOPE_TICKET ||
                !esc_text_equal(program->texts[program->fields[i].name], path))
                continue;
            const EscEnumRow *of = &program->enums[esc_type_enum(program->fields[i].type)];
            for (uint32_t m = 0; m < of->members_count; m++)
                if (esc_text_equal(program->texts[program->members[of->members_first + m].name],
                                   json_text(value)))
                    return (int)m - (int)probe->value.member;
        }
        return esc_text_compare(json_text(value), probe->value.text);
    }
    case ESC_DATUM_TIME:
    case ESC_DATUM_LIST:
        *fits = false;
        return 0;
    }
    *fits = value->kind == ESC_JSON_INTEGER || value->kind == ESC_JSON_REAL;
    double found = *fits ? json_number(value) : 0;
    return found < number ? -1 : found > number ? 1 : 0;
}

static bool leaf_holds(Probing *probing, const EscProbe *probe)
{
    EscJson value = probed_value(probing, probe->path);
    const EscJson *item = value.kind == ESC_JSON_LIST ? value.first : NULL;
    bool is_present = value.kind != ESC_JSON_NULL, fits = false, holds = false;
    int order = is_present ? compare(probing, probe, &value, &fits) : 0;
    switch (probe->kind) {
    case ESC_PROBE_EQUAL:
        holds = fits && order == 0;
        break;
    case ESC_PROBE_LESS:
        holds = fits && order < 0;
        break;
    case ESC_PROBE_LESS_EQUAL:
        holds = fits && order <= 0;
        break;
    case ESC_PROBE_GREATER:
        holds = fits && order > 0;
        break;
    case ESC_PROBE_GREATER_EQUAL:
        holds = fits && order >= 0;
        break;
    case ESC_PROBE_STARTS:
        holds = esc_text_starts_with(json_text(&value), probe->value.text);
        break;
    case ESC_PROBE_ENDS:
        holds = esc_text_ends_with(json_text(&value), probe->value.text);
        break;
    case ESC_PROBE_CONTAINS:
        holds = esc_text_contains(json_text(&value), probe->value.text);
        for (; item != NULL; item = item->next)
            holds = holds || esc_text_equal(json_text(item), probe->value.text);
        break;
    case ESC_PROBE_PRESENT:
        holds = is_present;
        break;
    case ESC_PROBE_MISSING:
        holds = !is_present;
        break;
    case ESC_PROBE_TRUE:
        holds = value.kind == ESC_JSON_TRUE;
        break;
    case ESC_PROBE_AND:
    case ESC_PROBE_OR:
    case ESC_PROBE_NOT:
        break;
    }
    return is_present || probe->kind == ESC_PROBE_MISSING ? holds : false;
}

/* Prefix form; the source's nesting limit bounds the depth. */
static bool probe_holds(Probing *probing)
{
    ESC_ASSERT(probing->at < probing->expect->probes_count);
    const EscProbe *probe = &probing->expect->probes[probing->at++];
    if (probe->kind != ESC_PROBE_AND && probe->kind != ESC_PROBE_OR && probe->kind != ESC_PROBE_NOT)
        return leaf_holds(probing, probe);
    bool every = true, any = false;
    for (uint32_t i = 0; i < probe->children; i++) {
        bool holds = probe_holds(probing);
        every = every && holds;
        any = any || holds;
    }
    return probe->kind == ESC_PROBE_AND ? every : probe->kind == ESC_PROBE_OR ? any : !any;
}

static bool condition_holds(EscPlay *play, const EscScenarioExpect *expect)
{
    EscTicketRow row;
    if (!esc_engine_find_ticket(play->engine, play->ticket, &row))
        return false;
    EscBuf fields, sla;
    esc_buf_init(&fields, SHOWN_BYTES_MAX);
    esc_buf_init(&sla, SHOWN_BYTES_MAX);
    bool is_shown = esc_ticket_body_show(row.body, &fields, NULL, &sla);
    ESC_ASSERT(is_shown); /* the engine has just written it */
    Probing probing = {
        .play = play, .expect = expect, .ticket = esc_play_json(play, esc_buf_as_text(&fields))};
    bool holds = probe_holds(&probing);
    esc_buf_release(&fields);
    esc_buf_release(&sla);
    return holds;
}

/* --- one expectation ----------------------------------------------------------------------------------------------------- */

static bool happened(EscPlay *play, const EscScenarioExpect *expect)
{
    switch (expect->kind) {
    case ESC_EXPECTED_NOTHING:
        return !has_record(play, "opened", "", ESC_TEXT(""));
    case ESC_EXPECTED_NOTIFY:
    case ESC_EXPECTED_PAGE:
    case ESC_EXPECTED_ASKED:
    case ESC_EXPECTED_CALL:
        return has_sent(play, expect);
    case ESC_EXPECTED_EXCEPTION:
        return has_record(play, "exception", "name", expect->name);
    case ESC_EXPECTED_CREATED:
        if (esc_text_equal(expect->name, ESC_TEXT("postmortem")) &&
            has_record(play, "postmortem", "", ESC_TEXT("")))
            return true;
        return has_record(play, "created", "name", expect->name);
    case ESC_EXPECTED_HANDOFF:
        return has_handoff(play, expect);
    case ESC_EXPECTED_STARTED:
        return has_record(play, "opened", "template", expect->name);
    case ESC_EXPECTED_CONDITION:
        return condition_holds(play, expect);
    case ESC_EXPECTED_OWNER:
    case ESC_EXPECTED_ROLE:
    case ESC_EXPECTED_PASSED:
    case ESC_EXPECTED_FAILED:
    case ESC_EXPECTED_CLOSED:
        break;
    }
    return false;
}

/* What is said of escalations in one `expect` must hold of one and the same. */
static bool some_view_fits(EscPlay *play, const EscScenarioStep *step, uint32_t *failed)
{
    Views views;
    collect_views(play, &views);
    for (uint32_t i = 0; i < step->expects_count; i++)
        if (is_about_escalation(step->expects[i].kind))
            *failed = i;
    for (uint32_t v = 0; v < views.count; v++) {
        bool fits = true;
        for (uint32_t i = 0; i < step->expects_count && fits; i++) {
            const EscScenarioExpect *expect = &step->expects[i];
            fits = !is_about_escalation(expect->kind) ||
                   view_fits(play, &views.items[v], expect) != expect->is_negated;
            if (!fits)
                *failed = i;
        }
        if (fits)
            return true;
    }
    return false;
}

static void report_failure(EscPlay *play, const EscScenarioExpect *expect)
{
    EscLineColumn place =
        esc_workspace_place(play->workspace, expect->span.file, expect->span.start);
    EscText path = esc_workspace_file_path(play->workspace, expect->span.file);
    EscText line = esc_workspace_line(play->workspace, expect->span.file, place.line);
    while (line.size > 0 && line.data[0] == ' ')
        line = (EscText){line.data + 1, line.size - 1};
    esc_buf_printf(play->report, "  %.*s:%u: this does not hold: %.*s\n", ESC_TEXT_ARG(path),
                   place.line, ESC_TEXT_ARG(line));
    Views views;
    collect_views(play, &views);
    for (uint32_t i = 0; i < views.count; i++) {
        const EscEscalationView *view = &views.items[i];
        EscText role = esc_directory_ref_name(play->program, ESC_REF(ESC_REF_ROLE, view->role));
        esc_buf_printf(play->report, "    %.*s is %s, owner %.*s (%.*s)%s%.*s\n",
                       ESC_TEXT_ARG(view->template_name), esc_state_name(view->state),
                       ESC_TEXT_ARG(view->owner), ESC_TEXT_ARG(role),
                       view->outcome.size > 0 ? ", outcome " : "", ESC_TEXT_ARG(view->outcome));
    }
}

bool esc_play_expect(EscPlay *play, const EscScenarioStep *step)
{
    bool has_view_facts = false;
    for (uint32_t i = 0; i < step->expects_count; i++) {
        const EscScenarioExpect *expect = &step->expects[i];
        if (is_about_escalation(expect->kind)) {
            has_view_facts = true;
        } else if (happened(play, expect) == expect->is_negated) {
            report_failure(play, expect);
            return false;
        }
    }
    uint32_t failed = 0;
    if (has_view_facts && !some_view_fits(play, step, &failed)) {
        report_failure(play, &step->expects[failed]);
        return false;
    }
    return true;
}
