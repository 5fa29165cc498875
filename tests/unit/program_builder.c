/* program_builder.c - see program_builder.h. */
#include "program_builder.h"

#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "vm_internal.h"

/* --- tables ------------------------------------------------------------------------------------------------------- */

static uint32_t text(TestProgram *p, const char *string)
{
    EscText wanted = esc_text_from(string);
    for (uint32_t i = 0; i < p->texts_count; i++) {
        if (esc_text_equal(p->texts[i], wanted))
            return i;
    }
    p->texts[p->texts_count] = esc_arena_text(p->arena, wanted);
    return p->texts_count++;
}

uint32_t program_text(TestProgram *p, const char *string)
{
    return text(p, string);
}

static void make_room(TestProgram *p)
{
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    p->member = esc_arena_alloc_array(p->arena, PROGRAM_ROOM, sizeof(Struct));
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    p->texts = esc_arena_alloc_array(p->arena, PROGRAM_TEXT_ROOM, sizeof *p->texts);
    p->code = esc_arena_alloc_array(p->arena, PROGRAM_CODE_ROOM, sizeof *p->code);
    assert_false(esc_arena_failed(p->arena));
}

void program_refresh(TestProgram *p)
{
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    p->program.member = p->member;                                                                 \
    p->program.member##_count = p->member##_count;
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    p->program.texts = p->texts;
    p->program.texts_count = p->texts_count;
    p->program.code = p->code;
    p->program.code_count = p->code_count;
}

static void add_enum(TestProgram *p, const char *name, uint32_t is_ordered,
                     const char *const *members, uint32_t count)
{
    p->enums[p->enums_count++] = (EscEnumRow){text(p, name), is_ordered, p->members_count, count};
    for (uint32_t i = 0; i < count; i++)
        p->members[p->members_count++] = (EscMemberRow){text(p, members[i])};
}

static void add_field(TestProgram *p, EscScope scope, const char *name, EscType type)
{
    uint32_t slot =
        scope == ESC_SCOPE_TICKET ? p->fields_count : 0; /* ticket fields come first here */
    bool is_list = esc_type_kind(type) == ESC_KIND_LIST;
    p->fields[p->fields_count++] =
        (EscFieldRow){(uint32_t)scope, text(p, name), type, 200, is_list ? 10 : 0, slot, 0, 0};
}

static void add_schema(TestProgram *p)
{
    static const char *const roles[] = {"primary", "secondary", "escalation", "last_resort"};
    static const char *const severities[] = {"low", "medium", "high"};
    static const char *const statuses[] = {"open", "done"};
    static const char *const events[] = {"ticket.created", "ticket.updated",  "ticket.resolved",
                                         "ticket.closed",  "ticket.reopened", "sla.warning",
                                         "sla.breached",   "owner.absent",    "lead.rejected"};
    static const char *const exceptions[] = {
        "unowned",      "action_failed",       "delivery_dead", "qa_failed", "overdue",
        "engine_fault", "rollback_incomplete", "routing_loop",  "overtaken", "transferred",
        "outage"};
    add_enum(p, "role", 1, roles, 4);
    add_enum(p, "severity", 1, severities, 3);
    add_enum(p, "status", 0, statuses, 2);
    add_field(p, ESC_SCOPE_TICKET, "id", ESC_TYPE(ESC_KIND_TEXT));
    add_field(p, ESC_SCOPE_TICKET, "severity", ESC_TYPE_ENUM(ENUM_SEVERITY));
    add_field(p, ESC_SCOPE_TICKET, "status", ESC_TYPE_ENUM(ENUM_STATUS));
    add_field(p, ESC_SCOPE_TICKET, "count", ESC_TYPE(ESC_KIND_NUMBER));
    add_field(p, ESC_SCOPE_TICKET, "note", ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    add_field(p, ESC_SCOPE_TICKET, "tags", ESC_TYPE(ESC_KIND_LIST));
    add_field(p, ESC_SCOPE_TICKET, "due", ESC_TYPE(ESC_KIND_TIME));
    add_field(p, ESC_SCOPE_TICKET, "spent", ESC_TYPE(ESC_KIND_DURATION));
    add_field(p, ESC_SCOPE_TICKET, "flag", ESC_TYPE(ESC_KIND_BOOL));
    add_field(p, ESC_SCOPE_TICKET, "owner", ESC_TYPE(ESC_KIND_TEXT));
    add_field(p, ESC_SCOPE_EVENT, "percent", ESC_TYPE(ESC_KIND_NUMBER));
    add_field(p, ESC_SCOPE_EVENT, "clock", ESC_TYPE(ESC_KIND_TEXT));
    add_field(p, ESC_SCOPE_EXCEPTION, "vendor", ESC_TYPE(ESC_KIND_TEXT));
    for (uint32_t i = 0; i < ESC_COUNT_OF(events); i++)
        p->events[p->events_count++] = (EscEventRow){.name = text(p, events[i])};
    p->event_fields[0].field = FIELD_CLOCK;
    p->event_fields[1].field = FIELD_PERCENT;
    p->event_fields[2].field = FIELD_PERCENT;
    p->event_fields_count = 3;
    p->events[ESC_EVENT_SLA_WARNING].fields_count = 2; /* clock and percent */
    p->events[EVENT_LEAD].fields_first = 2;            /* percent only */
    p->events[EVENT_LEAD].fields_count = 1;
    for (uint32_t i = 0; i < ESC_COUNT_OF(exceptions); i++)
        p->exceptions[p->exceptions_count++] = (EscExceptionRow){text(p, exceptions[i])};
}

static void add_directory(TestProgram *p)
{
    p->persons[0] = (EscPersonRow){text(p, "ana"), text(p, "Ana Ruiz"), 0, 0, 1, 0, 2, 0, 0};
    p->persons[1] =
        (EscPersonRow){text(p, "ben"), 0, text(p, "Europe/Berlin") + 1, 0, 0, 0, 0, 1, 0};
    p->persons_count = 2;
    p->contacts[0] = (EscContactRow){ESC_CONTACT_EMAIL, text(p, "ana@acme.example"), 0};
    p->contacts_count = 1;
    p->teams[0] = (EscTeamRow){text(p, "ops"), 0, 0, 2, 1};
    p->teams_count = 1;
    p->team_members[1].person = 1;
    p->team_members_count = 2;
    p->calendars[0] = (EscCalendarRow){text(p, "office"), 0, 0, 2, 0, 2};
    p->calendars_count = 1;
    p->hours[0] = (EscHoursRow){0, 480, 720};
    p->hours[1] = (EscHoursRow){0, 720, 1080};
    p->hours_count = 2;
    p->holidays[0].day = 20000;
    p->holidays[1].day = 20001;
    p->holidays_count = 2;
    p->absences[0] = (EscAbsenceRow){2000, 3440, 2};
    p->absences[1] = (EscAbsenceRow){3440, 4880, 0};
    p->absences_count = 2;
    p->schedules[0] = (EscScheduleRow){text(p, "oncall"), 0, 0, 0, 2, 0, 1};
    p->schedules_count = 1;
    p->layers[0] = (EscLayerRow){text(p, "night"), 0, 2, 0, 0};
    p->layers[1] = (EscLayerRow){text(p, "import"), 0, 0, 1, 1};
    p->layers_count = 2;
    p->rotations[0] = (EscRotationRow){1000, 7 * 1440, 0, 0, 0, 2};
    p->rotations[1] = (EscRotationRow){9000, 0, 5, 1, 2, 1}; /* from a Wednesday, and on Mondays */
    p->rotations_count = 2;
    p->rotation_members[0].who = ESC_REF(ESC_REF_PERSON, 0);
    p->rotation_members[1].who = ESC_REF(ESC_REF_TEAM, 0);
    p->rotation_members[2].who = ESC_REF(ESC_REF_PERSON, 1);
    p->rotation_members[3].who = ESC_REF(ESC_REF_PERSON, 1);
    p->rotation_members[4].who = ESC_REF(ESC_REF_PERSON, 0);
    p->rotation_members_count = 5;
    p->turns[0] = (EscTurnRow){2000, 3440, 3, 1};
    p->turns[1] = (EscTurnRow){5000, 5600, 4, 1};
    p->turns_count = 2;
    p->channels[0] = (EscChannelRow){text(p, "incidents"), 0, ESC_CHANNEL_CHAT, 0, 0};
    p->channels[1] =
        (EscChannelRow){text(p, "board"), 0, ESC_CHANNEL_EMAIL, 1, ESC_LANGUAGE_GERMAN + 1};
    p->channels_count = 2;
    p->routes[0] = (EscRouteRow){text(p, "support"), 0, 2};
    p->routes_count = 1;
    p->route_rows[0].target = ESC_REF(ESC_REF_PERSON, 0);
    p->route_rows[1].target = ESC_REF(ESC_REF_TEAM, 0);
    p->route_rows_count = 2;
    p->slas[0] = (EscSlaRow){.name = text(p, "gold"), .clocks_count = 2};
    p->slas_count = 1;
    p->sla_clocks[0] = (EscSlaClockRow){.clock = ESC_SLA_CLOCK_RESPOND, .goals_count = 1};
    p->sla_clocks[1] = (EscSlaClockRow){
        .clock = ESC_SLA_CLOCK_RESOLVE, .goals_first = 1, .goals_count = 1, .warns_count = 1};
    p->sla_clocks_count = 2;
    p->goals[0] = (EscGoalRow){ESC_HOUR_MS, 0};
    p->goals[1] = (EscGoalRow){4 * ESC_HOUR_MS, 1};
    p->goals_count = 2;
    p->warns[0] = (EscWarnRow){.percent = 50};
    p->warns_count = 1;
}

static void add_connectors(TestProgram *p)
{
    p->systems[0] = (EscSystemRow){text(p, "crm"), 0};
    p->systems_count = 1;
    p->actions[0] = (EscActionRow){.name = text(p, "send"),
                                   .params_count = 2,
                                   .request = BODY_REQUEST,
                                   .undo_action = 2,
                                   .undo = BODY_UNDO + 1,
                                   .result = ESC_TYPE(ESC_KIND_TEXT),
                                   .result_path = text(p, "/id"),
                                   .statuses_count = 1,
                                   .body = ESC_BODY_JSON,
                                   .parts_count = 1};
    p->actions[1] = (EscActionRow){.name = text(p, "unsend"),
                                   .params_first = 2,
                                   .params_count = 1,
                                   .request = BODY_REQUEST_BACK,
                                   .body = ESC_BODY_JSON,
                                   .parts_first = 1,
                                   .parts_count = 1};
    p->actions_count = 2;
    p->parts[0] = (EscPartRow){.kind = ESC_PART_VALUE, .name = text(p, "to"), .argument = 1};
    p->parts[1] = p->parts[0];
    p->parts_count = 2;
    p->params[0] = (EscParamRow){text(p, "to"), ESC_TYPE(ESC_KIND_TEXT)};
    p->params[1] = (EscParamRow){text(p, "count"), ESC_TYPE(ESC_KIND_NUMBER)};
    p->params[2] = (EscParamRow){text(p, "to"), ESC_TYPE(ESC_KIND_TEXT)};
    p->params_count = 3;
    p->statuses[0].code = 201;
    p->statuses_count = 1;
    p->grants[0] = (EscGrantRow){ESC_GRANT_CHANNEL, 0};
    p->grants[1] = (EscGrantRow){ESC_GRANT_ACTION, 0};
    p->grants[2] = (EscGrantRow){ESC_GRANT_ACTION, 1};
    p->grants_count = 3;
    p->limits[0] = (EscLimitRow){ESC_LIMIT_NOTIFICATIONS_PER_PERSON, 20, ESC_HOUR_MS,
                                 ESC_LIMIT_ACTION_DIGEST, 0};
    p->limits_count = 1;
    p->files[0].name = text(p, "main.esc");
    p->files_count = 1;
    p->spans[0] = (EscSpanRow){0, 0, 1, 1};
    p->spans[1] = (EscSpanRow){2, 0, 2, 3};
    p->spans_count = 2;
}

static void add_template(TestProgram *p)
{
    p->templates[0] = (EscTemplateRow){.name = text(p, "incident"),
                                       .roles_count = 2,
                                       .steps = BODY_STEPS,
                                       .closing = BODY_CLOSING,
                                       .close_when = 0,
                                       .handlers_count = 1,
                                       .catches_count = 2,
                                       .checks_count = 2,
                                       .postmortem_role = 1,
                                       .postmortem_due_ms = ESC_DAY_MS,
                                       .again_after_ms = ESC_SECOND_MS,
                                       .is_manual = 1};
    p->templates_count = 1;
    p->roles[0] = (EscRoleRow){.role = 0,
                               .owner = ESC_REF(ESC_REF_SCHEDULE, 0),
                               .ack_ms = 5 * ESC_MINUTE_MS,
                               .ack_count = 1};
    p->roles[1] = (EscRoleRow){.role = 1,
                               .owner = ESC_REF(ESC_REF_FIELD, FIELD_OWNER),
                               .ack_ms = 5 * ESC_MINUTE_MS,
                               .ack_calendar = 1,
                               .ack_count = 1,
                               .hold_ms = ESC_HOUR_MS};
    p->roles_count = 2;
    p->triggers[0] =
        (EscTriggerRow){.template = 1, .kind = ESC_TRIGGER_EVENT, .event = EVENT_LEAD + 1};
    p->triggers_count = 1;
    p->preds[0] = (EscPredRow){.kind = ESC_PRED_AND, .children_first = 1, .children_count = 3};
    p->preds[1] = (EscPredRow){.kind = ESC_PRED_ENUM_IN, .field = FIELD_SEVERITY + 1, .low = 6};
    p->preds[2] = (EscPredRow){.kind = ESC_PRED_NOT, .children_first = 4, .children_count = 1};
    p->preds[3] = (EscPredRow){.kind = ESC_PRED_CODE, .detail = BODY_PRED};
    p->preds[4] =
        (EscPredRow){.kind = ESC_PRED_TEXT_IS, .field = FIELD_NOTE + 1, .detail = text(p, "no")};
    p->preds_count = 5;
    p->handlers[0] = (EscHandlerRow){EVENT_LEAD, BODY_COND + 1, BODY_HANDLER};
    p->handlers_count = 1;
    p->catches[0] = (EscCatchRow){.exception = 8, .body = BODY_CATCH};
    p->catches[1] = (EscCatchRow){.body = BODY_CATCH};
    p->catches_count = 2;
    p->checks[0] =
        (EscCheckRow){ESC_CHECK_DELIVERED, 0, 0, ESC_TIMING_WITHIN, ESC_MINUTE_MS, 0, BODY_ELSE + 1,
                      ESC_PROOF_ACCEPTED};
    p->checks[1] = (EscCheckRow){
        ESC_CHECK_CONFIRMED, text(p, "customer confirms"), 0, ESC_TIMING_IN_PLACE, 0, 0, 0, 0};
    p->checks_count = 2;
    p->function_events[0].event = EVENT_LEAD;
    p->function_events[1].event = ESC_EVENT_SLA_WARNING;
    p->function_events[2].event = EVENT_LEAD;
    p->function_events_count = 3;
}

/* --- effect sites and wait points that bodies may use --------------------------------------------------------------- */

static void site(TestProgram *p, uint32_t number, EscEffectRow row, uint32_t count,
                 const EscEffectArgRow *args)
{
    row.args_first = p->effect_args_count;
    row.args_count = count;
    for (uint32_t i = 0; i < count; i++)
        p->effect_args[p->effect_args_count++] = args[i];
    p->sites[number] = row;
}

#define ARGS(...)                                                                                  \
    (uint32_t)(sizeof((EscEffectArgRow[]){__VA_ARGS__}) / sizeof(EscEffectArgRow)),                \
        (const EscEffectArgRow[])                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define TEXT_ARG                                                                                   \
    {                                                                                              \
        .type = ESC_TYPE(ESC_KIND_TEXT)                                                            \
    }

static void add_sites(TestProgram *p)
{
    site(p, SITE_NOTIFY,
         (EscEffectRow){.kind = ESC_EFFECT_NOTIFY, .ref = ESC_REF(ESC_REF_CHANNEL, 0)},
         ARGS(TEXT_ARG));
    site(p, SITE_PAGE, (EscEffectRow){.kind = ESC_EFFECT_PAGE, .ref = ESC_REF(ESC_REF_ROLE, 0)},
         ARGS(TEXT_ARG));
    site(p, SITE_SET, (EscEffectRow){.kind = ESC_EFFECT_SET, .aux = FIELD_COUNT},
         ARGS({.field = FIELD_COUNT + 1, .type = ESC_TYPE(ESC_KIND_NUMBER)}));
    site(p, SITE_CREATE, (EscEffectRow){.kind = ESC_EFFECT_CREATE, .aux = text(p, "incident")},
         ARGS({.field = FIELD_NOTE + 1, .type = ESC_TYPE(ESC_KIND_TEXT)}));
    site(p, SITE_ASSIGN,
         (EscEffectRow){.kind = ESC_EFFECT_ASSIGN, .ref = ESC_REF(ESC_REF_PERSON, 1)}, 0, NULL);
    site(p, SITE_QUEUE, (EscEffectRow){.kind = ESC_EFFECT_QUEUE, .aux = text(p, "support")}, 0,
         NULL);
    site(p, SITE_HANDOFF,
         (EscEffectRow){
             .kind = ESC_EFFECT_HANDOFF, .ref = ESC_REF(ESC_REF_TEAM, 0), .extra_ms = ESC_HOUR_MS},
         ARGS(TEXT_ARG));
    site(p, SITE_SNAPSHOT,
         (EscEffectRow){.kind = ESC_EFFECT_SNAPSHOT,
                        .aux = ESC_EVIDENCE_TICKET | ESC_EVIDENCE_CHANGES,
                        .extra_ms = ESC_DAY_MS},
         0, NULL);
    site(p, SITE_ATTACH, (EscEffectRow){.kind = ESC_EFFECT_ATTACH}, ARGS(TEXT_ARG));
    site(p, SITE_WARROOM, (EscEffectRow){.kind = ESC_EFFECT_WARROOM}, ARGS(TEXT_ARG));
    site(p, SITE_CALL, (EscEffectRow){.kind = ESC_EFFECT_CALL, .aux = 0},
         ARGS(TEXT_ARG, {.type = ESC_TYPE(ESC_KIND_NUMBER)}));
    site(p, SITE_UNDO, (EscEffectRow){.kind = ESC_EFFECT_UNDO, .aux = 1}, ARGS(TEXT_ARG));
    site(p, SITE_NO_UNDO,
         (EscEffectRow){
             .kind = ESC_EFFECT_UNDO, .aux = ESC_NONE, .extra_ms = text(p, "customer confirms")},
         0, NULL);
    site(p, SITE_ASK, (EscEffectRow){.kind = ESC_EFFECT_ASK, .ref = ESC_REF(ESC_REF_ROLE, 1)},
         ARGS(TEXT_ARG, TEXT_ARG));
    site(p, SITE_APPROVE,
         (EscEffectRow){.kind = ESC_EFFECT_APPROVE, .ref = ESC_REF(ESC_REF_TEAM, 0), .aux = 2},
         ARGS(TEXT_ARG));
    site(p, SITE_RAISE, (EscEffectRow){.kind = ESC_EFFECT_RAISE, .aux = 6},
         ARGS({.field = FIELD_VENDOR + 1, .type = ESC_TYPE(ESC_KIND_TEXT)}));
    site(p, SITE_ROLLBACK, (EscEffectRow){.kind = ESC_EFFECT_ROLLBACK}, ARGS(TEXT_ARG));
    site(p, SITE_START, (EscEffectRow){.kind = ESC_EFFECT_START, .aux = 0}, 0, NULL);
    site(p, SITE_CHECK, (EscEffectRow){.kind = ESC_EFFECT_CHECK, .aux = 1}, 0, NULL);
    site(p, SITE_FAILOVER, (EscEffectRow){.kind = ESC_EFFECT_FAILOVER}, 0, NULL);
    site(p, SITE_REQUEST, (EscEffectRow){.kind = ESC_EFFECT_REQUEST, .aux = ESC_METHOD_POST},
         ARGS(TEXT_ARG, {.name = text(p, "to"), .type = ESC_TYPE(ESC_KIND_TEXT)}));
    site(p, SITE_CALL_BACK, (EscEffectRow){.kind = ESC_EFFECT_CALL, .aux = 1}, ARGS(TEXT_ARG));
}

static void add_waits(TestProgram *p)
{
    EscWaitRow *w = p->wait_points;
    for (uint32_t i = 0; i < WAIT_TOTAL; i++)
        w[i].deadline_ms = ESC_HOUR_MS;
    w[WAIT_ACK].kind = ESC_WAIT_ACK;
    w[WAIT_CONDITION].kind = ESC_WAIT_CONDITION;
    w[WAIT_CONDITION].cond = BODY_AT_WAIT + 1;
    w[WAIT_CONDITION].reminders_count = 1;
    w[WAIT_CONDITION].calendar = 1;
    p->reminders[0] = (EscReminderRow){.percent = 50, .body = BODY_REMINDER};
    p->reminders_count = 1;
    w[WAIT_EVENT].kind = ESC_WAIT_EVENT;
    w[WAIT_EVENT].event = EVENT_LEAD + 1;
    w[WAIT_REPLY].kind = ESC_WAIT_REPLY;
    w[WAIT_REPLY].result_register = 5;
    w[WAIT_REPLY].result_type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL;
    w[WAIT_ANSWER].kind = ESC_WAIT_ANSWER;
    w[WAIT_ANSWER].result_register = 6;
    w[WAIT_ANSWER].result_type = ESC_TYPE(ESC_KIND_NUMBER);
    w[WAIT_ANSWER].answers_count = 2;
    w[WAIT_APPROVAL].kind = ESC_WAIT_APPROVAL;
    w[WAIT_PAUSE].kind = ESC_WAIT_PAUSE;
    w[WAIT_CHECK].kind = ESC_WAIT_CHECK;
    w[WAIT_CHECK].check = 2;
    w[WAIT_RAISED].kind = ESC_WAIT_RAISED;
    w[WAIT_CLOSE_WHEN].kind = ESC_WAIT_CLOSE_WHEN;
    w[WAIT_QA].kind = ESC_WAIT_QA;
    w[WAIT_ROUND].kind = ESC_WAIT_ROUND;
}

/* --- default bodies ------------------------------------------------------------------------------------------------------ */

static const EscInstr cond_body[] = {OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG), OP(RETURN, 0, 0, 0, 0)};
static const EscInstr steps_body[] = {
    OP(OWN, 0, 0, 0, 0),
    OP(CONST, 0, 0, 0, CONST_TEXT),
    OP(EMIT, 0, 0, 1, SITE_NOTIFY),
    OP(CONST, 1, 0, 0, CONST_ONE),
    OP(EMIT, 0, 0, 2, SITE_CALL),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, 7)),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 7)),
    OP(TO_TEXT, 2, 5, 0, 0),
    OP(EMIT, 0, 2, 1, SITE_PAGE),
    OP(CLOSE, 0, 0, 0, 0),
};
static const EscInstr closing_body[] = {OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 2)),
                                        OP(DONE, 0, 0, 0, 0), OP(EMIT, 0, 0, 1, SITE_RAISE),
                                        OP(END, 0, 0, 0, ESC_END_RAISE)};
static const EscInstr catch_body[] = {
    OP(LOAD_EXCEPTION, 0, 0, 0, FIELD_VENDOR),
    OP(LOAD_TICKET, 1, 0, 0, FIELD_TAGS),
    OP(LOOP_BEGIN, 2, 1, 3, 6),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_CONDITION, 5)),
    OP(EMIT, 0, 2, 1, SITE_ROLLBACK),
    OP(LOOP_END, 0, 0, 0, 2),
    OP(END, 0, 0, 0, ESC_END_RESUME),
};
static const EscInstr handler_body[] = {OP(LOAD_EVENT, 0, 0, 0, FIELD_PERCENT),
                                        OP(EMIT, 0, 0, 1, SITE_SET),
                                        OP(END, 0, 0, 0, ESC_END_SKIP)};
static const EscInstr else_body[] = {OP(EMIT, 0, 0, 0, SITE_FAILOVER),
                                     OP(END, 0, 0, 0, ESC_END_FALL)};
static const EscInstr request_body[] = {OP(CONST, 2, 0, 0, CONST_TEXT), OP(MOVE, 3, 0, 0, 0),
                                        OP(EMIT, 0, 2, 2, SITE_REQUEST),
                                        OP(END, 0, 0, 0, ESC_END_FALL)};
static const EscInstr undo_body[] = {OP(EMIT, 0, 0, 1, SITE_CALL_BACK),
                                     OP(END, 0, 0, 0, ESC_END_FALL)};
static const EscInstr pred_body[] = {OP(LOAD_EVENT, 0, 0, 0, FIELD_CLOCK), OP(UNWRAP, 1, 0, 0, 4),
                                     OP(CONST, 2, 0, 0, CONST_TEXT_B),     OP(EQ_TEXT, 3, 1, 2, 0),
                                     OP(CONST, 3, 0, 0, CONST_TRUE),       OP(RETURN, 3, 0, 0, 0)};
static const EscInstr at_wait_body[] = {OP(IS_PRESENT, 3, 0, 0, 0), OP(RETURN, 3, 0, 0, 0)};
static const EscInstr reminder_body[] = {OP(EMIT, 0, 2, 1, SITE_ATTACH),
                                         OP(END, 0, 0, 0, ESC_END_FALL)};

void program_begin(TestProgram *p)
{
    memset(p, 0, sizeof *p);
    p->arena = esc_arena_new((size_t)16 << 20);
    assert_non_null(p->arena);
    make_room(p);
    text(p, "");
    p->meta[0] = (EscMetaRow){.name = text(p, "acme"),
                              .title = text(p, "Acme"),
                              .timezone = text(p, "Etc/UTC"),
                              .language = 1,
                              .last_resort = ESC_REF(ESC_REF_PERSON, 1),
                              .resort_ack_ms = 15 * ESC_MINUTE_MS};
    p->meta_count = 1;
    add_schema(p);
    add_directory(p);
    add_connectors(p);
    add_template(p);
    add_sites(p);
    add_waits(p);
    p->answers[0].name = text(p, "yes");
    p->answers[1].name = text(p, "no");
    p->answers_count = 2;
    const Body bodies[BODY_TOTAL] = {BODY(cond_body),    BODY(steps_body),   BODY(closing_body),
                                     BODY(catch_body),   BODY(handler_body), BODY(else_body),
                                     BODY(request_body), BODY(request_body), BODY(undo_body),
                                     BODY(pred_body),    BODY(at_wait_body), BODY(reminder_body)};
    memcpy(p->bodies, bodies, sizeof bodies);
    /* unsend has one parameter: r1 is free, and nothing differs */
}
