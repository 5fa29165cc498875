/* test_ingest.c - events from strangers: what is taken, what is refused, and in which words. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <esc/runtime.h>

#include "ingest_internal.h"
#include "support/alloc_fail.h"

/* --- a program with one of each kind of field -------------------------------------------------------- */

/* Sorted by bytes, as in a bundle. */
static const char *const text_list[] = {"",
                                        "account.name",
                                        "account.tier",
                                        "attempts",
                                        "callback",
                                        "critical",
                                        "due",
                                        "enterprise",
                                        "free",
                                        "id",
                                        "lead.rejected",
                                        "low",
                                        "owner.absent",
                                        "pro",
                                        "review.score",
                                        "score",
                                        "severity",
                                        "sla.breached",
                                        "sla.warning",
                                        "tags",
                                        "ticket.closed",
                                        "ticket.created",
                                        "ticket.reopened",
                                        "ticket.resolved",
                                        "ticket.updated",
                                        "title",
                                        "urgent",
                                        "vip"};
static EscText texts[ESC_COUNT_OF(text_list)];

static uint32_t text(const char *name)
{
    for (uint32_t i = 0; i < ESC_COUNT_OF(text_list); i++)
        if (strcmp(text_list[i], name) == 0)
            return i;
    fail_msg("no text %s", name);
    return 0;
}

enum { TITLE, SEVERITY, TIER, NAME, TAGS, DUE, CALLBACK, VIP, ID, SCORE, ATTEMPTS, REVIEW, FIELDS };

static EscMemberRow members[6];
static EscEnumRow enums[2];
static EscFieldRow fields[FIELDS];
static EscEventRow events[9];
static EscEventFieldRow event_fields[3] = {{SCORE}, {ATTEMPTS}, {REVIEW}};
static EscProgram program;

static void set_field(uint32_t index, EscScope scope, const char *name, EscType type)
{
    fields[index] = (EscFieldRow){
        .scope = scope, .name = text(name), .type = type, .size_max = 20, .items_max = 3};
}

static void set_fields(void)
{
    set_field(TITLE, ESC_SCOPE_TICKET, "title", ESC_TYPE(ESC_KIND_TEXT));
    set_field(SEVERITY, ESC_SCOPE_TICKET, "severity", ESC_TYPE_ENUM(0));
    set_field(TIER, ESC_SCOPE_TICKET, "account.tier", ESC_TYPE_ENUM(1) | ESC_TYPE_OPTIONAL);
    set_field(NAME, ESC_SCOPE_TICKET, "account.name", ESC_TYPE(ESC_KIND_TEXT));
    set_field(TAGS, ESC_SCOPE_TICKET, "tags", ESC_TYPE(ESC_KIND_LIST));
    set_field(DUE, ESC_SCOPE_TICKET, "due", ESC_TYPE(ESC_KIND_TIME));
    set_field(CALLBACK, ESC_SCOPE_TICKET, "callback", ESC_TYPE(ESC_KIND_DURATION));
    set_field(VIP, ESC_SCOPE_TICKET, "vip", ESC_TYPE(ESC_KIND_BOOL));
    set_field(ID, ESC_SCOPE_TICKET, "id", ESC_TYPE(ESC_KIND_TEXT));
    set_field(SCORE, ESC_SCOPE_EVENT, "score", ESC_TYPE(ESC_KIND_NUMBER));
    set_field(ATTEMPTS, ESC_SCOPE_EVENT, "attempts", ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL);
    set_field(REVIEW, ESC_SCOPE_EVENT, "review.score", ESC_TYPE(ESC_KIND_NUMBER));
    fields[ID].size_max = 200;
}

static int make_program(void **state)
{
    (void)state;
    static const char *const event_names[] = {
        "ticket.created", "ticket.updated", "ticket.resolved", "ticket.closed", "ticket.reopened",
        "sla.warning",    "sla.breached",   "owner.absent",    "lead.rejected"};
    static const char *const member_names[] = {"low",  "urgent", "critical",
                                               "free", "pro",    "enterprise"};
    for (size_t i = 0; i < ESC_COUNT_OF(text_list); i++)
        texts[i] = esc_text_from(text_list[i]);
    for (size_t i = 1; i < ESC_COUNT_OF(text_list); i++)
        assert_true(esc_text_compare(texts[i - 1], texts[i]) < 0);
    for (size_t i = 0; i < ESC_COUNT_OF(member_names); i++)
        members[i].name = text(member_names[i]);
    enums[0] = (EscEnumRow){text("severity"), 1, 0, 3};
    enums[1] = (EscEnumRow){text("account.tier"), 1, 3, 3};
    for (size_t i = 0; i < ESC_COUNT_OF(event_names); i++)
        events[i] = (EscEventRow){.name = text(event_names[i])};
    events[8].fields_count = 2;
    events[7].fields_first = 2, events[7].fields_count = 1;
    set_fields();
    program.texts = texts, program.texts_count = ESC_COUNT_OF(texts);
    program.members = members, program.members_count = ESC_COUNT_OF(members);
    program.enums = enums, program.enums_count = ESC_COUNT_OF(enums);
    program.fields = fields, program.fields_count = FIELDS;
    program.events = events, program.events_count = ESC_COUNT_OF(events);
    program.event_fields = event_fields, program.event_fields_count = ESC_COUNT_OF(event_fields);
    return 0;
}

/* --- one event a test ------------------------------------------------------------------------------------- */

static EscArena *arena;
static EscEvent event;
static EscWhy why;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new((size_t)64 << 20);
    why = (EscWhy){.text = ""};
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

#define DIGESTED                                                                                   \
    "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.created\""

static EscStatus parse(const char *json)
{
    return esc_event_parse(arena, &program, esc_text_from(json), &event, &why);
}

/* A ticket.created with this data. */
static EscStatus parse_data(const char *data)
{
    EscText json = esc_arena_printf(
        arena,
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"subject\":\"T-1\","
        "\"type\":\"ticket.created\",\"data\":%s}",
        data);
    return esc_event_parse(arena, &program, json, &event, &why);
}

static const EscValue *patch_of(uint32_t field)
{
    for (uint32_t i = 0; i < event.patches_count; i++)
        if (event.patches[i].field == field)
            return &event.patches[i].value;
    fail_msg("no patch of field %u", field);
    return NULL;
}

static void assert_refused(const char *data, const char *message)
{
    EscStatus status = parse_data(data);
    if (status != ESC_BAD_INPUT)
        print_error("data %s\n", data);
    assert_status(status, ESC_BAD_INPUT);
    assert_string_equal(why.text, message);
}

/* It is taken but for what the note says. */
static void assert_noted(const char *data, const char *note)
{
    assert_status(parse_data(data), ESC_OK);
    assert_int_equal(event.notes_count, 1);
    assert_text_equal(event.notes[0], note);
}

static bool has_patch(uint32_t field)
{
    for (uint32_t i = 0; i < event.patches_count; i++)
        if (event.patches[i].field == field)
            return true;
    return false;
}

static void a_whole_event_is_read(void **state)
{
    (void)state;
    assert_status(
        parse("{ \"specversion\": \"1.0\", \"id\": \"e-7\", \"source\": "
              "\"/shop\",\n\"type\":\"lead.rejected\","
              "\"subject\":\"T-9\",\"time\":\"2026-01-05T10:00:00+01:00\",\"traceparent\":\"x\","
              "\"datacontenttype\":\"Application/JSON; charset=utf-8\",\"dataschema\":null,"
              "\"data\":{\"score\": 0.25, \"ticket\":{\"title\":\"A  "
              "b\",\"account\":{\"tier\":\"PRO\"}}}}"),
        ESC_OK);
    assert_text_equal(event.id, "e-7");
    assert_text_equal(event.source, "/shop");
    assert_text_equal(event.subject, "T-9");
    assert_int_equal(event.type, 8);
    assert_int_equal(event.time_ms, INT64_C(1767603600000));
    assert_int_equal(event.fields_count, 2);
    assert_true(event.fields[0].number == 0.25);
    assert_true(event.fields[1].is_missing);
    assert_int_equal(event.patches_count, 2);
    assert_text_equal(patch_of(TITLE)->text, "A  b");
    assert_int_equal(patch_of(TIER)->member, 1);
    assert_true(
        esc_text_starts_with(event.json, ESC_TEXT("{\"specversion\":\"1.0\",\"id\":\"e-7\",")));
    assert_true(esc_text_contains(event.json, ESC_TEXT("\"A  b\"")));
}

static void every_kind_of_value_is_read(void **state)
{
    (void)state;
    assert_status(
        parse_data("{\"title\":\"\",\"severity\":\"Critical\",\"account.tier\":null,\"tags\":["
                   "\"a\",\"b\"],"
                   "\"due\":\"1970-01-01T00:00:01Z\",\"callback\":\"PT1H30M\",\"vip\":true}"),
        ESC_OK);
    assert_int_equal(patch_of(TITLE)->text.size, 0);
    assert_int_equal(patch_of(SEVERITY)->member, 2);
    assert_true(patch_of(TIER)->is_missing);
    assert_int_equal(patch_of(TAGS)->list.count, 2);
    assert_text_equal(patch_of(TAGS)->list.items[1], "b");
    assert_int_equal(patch_of(DUE)->ms, 1000);
    assert_int_equal(patch_of(CALLBACK)->ms, 90 * ESC_MINUTE_MS);
    assert_true(patch_of(VIP)->truth);
}

static void what_an_event_does_not_say_has_its_first_value(void **state)
{
    (void)state;
    assert_status(
        parse(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"lead.rejected\"}"),
        ESC_OK);
    assert_int_equal(event.subject.size, 0);
    assert_false(event.fields[0].is_missing);
    assert_true(event.fields[0].number == 0);
    assert_int_equal(event.patches_count, 0);
}

static void texts_become_composed(void **state)
{
    (void)state;
    assert_status(parse_data("{\"title\":\"Zoe\\u0308\"}"), ESC_OK);
    assert_text_equal(patch_of(TITLE)->text, "Zo\xC3\xAB");
    assert_status(parse_data("{\"title\":\"\\u1100\\u1161\"}"), ESC_OK);
    assert_text_equal(patch_of(TITLE)->text, "\uac00"); /* also where no byte is ASCII */
}

/* White space is dropped between values only: a quote behind a backslash ends no text. */
static void texts_with_escapes_stay_as_they_are(void **state)
{
    (void)state;
    assert_status(parse_data("{ \"title\" : \"a \\\"b  c\\\\\" , \"tags\":[\"] \\\", }\" ] }"),
                  ESC_OK);
    assert_text_equal(patch_of(TITLE)->text, "a \"b  c\\");
    assert_text_equal(patch_of(TAGS)->list.items[0], "] \", }");
    assert_true(esc_text_contains(
        event.json, ESC_TEXT("{\"title\":\"a \\\"b  c\\\\\",\"tags\":[\"] \\\", }\"]}")));
}

static void a_field_of_an_event_is_said_once(void **state)
{
    (void)state;
    const char *event_of = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/"
                           "a\",\"type\":\"owner.absent\",\"data\":%s}";
    EscText once = esc_arena_printf(arena, event_of, "{\"review\":{\"score\":4}}");
    assert_status(esc_event_parse(arena, &program, once, &event, &why), ESC_OK);
    assert_true(event.fields[0].number == 4);
    EscText twice =
        esc_arena_printf(arena, event_of, "{\"review\":{\"score\":4},\"review.score\":5}");
    assert_status(esc_event_parse(arena, &program, twice, &event, &why), ESC_BAD_INPUT);
    assert_string_equal(why.text, "data.review.score is said twice");
}

static void the_id_in_data_is_the_subject(void **state)
{
    (void)state;
    assert_status(
        parse("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.created\","
              "\"data\":{\"id\":\"T-5\"}}"),
        ESC_OK);
    assert_text_equal(event.subject, "T-5");
    assert_int_equal(event.patches_count, 0);
    assert_refused("{\"id\":\"T-5\"}", "data.id is T-5, but the subject is T-1");
    assert_refused("{\"id\":\"T-5\",\"title\":\"a\"}", "data.id is T-5, but the subject is T-1");
    assert_refused("{\"account\":{\"tier\":\"pro\"},\"account.tier\":\"pro\",\"title\":\"a\"}",
                   "data.account.tier is said twice");
    assert_status(parse_data("{\"id\":\"T-1\",\"title\":\"a\"}"), ESC_OK);
    assert_int_equal(event.patches_count, 1);
    assert_refused("{\"id\":\"\"}", "the ticket's id is empty");
    assert_refused("{\"id\":\"T\\u0085\"}", "the ticket's id has a control character");
    assert_status(parse_data("{\"id\":\"T-1\",\"id \":1}"), ESC_OK);
}

static void durations_are_read_in_both_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"0s", 0},
        {"90s", 90000},
        {"1h30m", 5400000},
        {"2d", 172800000},
        {"1.5s", 1500},
        {"PT0.25S", 250},
        {"P1W", 604800000},
        {"P1DT1S", 86401000},
        {"PT36H", 129600000},
        {"", -1},
        {"5", -1},
        {"m", -1},
        {"5m1h", -1},
        {"5m5m", -1},
        {"1.5h", -1},
        {"-5m", -1},
        {"5 m", -1},
        {"P1Y", -1},
        {"P1M", -1},
        {"PT", -1},
        {"P", -1},
        {"P1DT", -1},
        {"PT1M1H", -1},
        {"pt1m", -1},
        {"1e3s", -1},
        {"1.0005s", -1},
        {"99999999999999999999d", -1},
        {"9223372036854775807s", -1},
        {"3650000d", INT64_C(315360000000000)},
        {"3650001d", -1},
        {"3650000d1s", -1},
        {"P521428W5D", -1},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscText data = esc_arena_printf(arena, "{\"callback\":\"%s\"}", cases[i].text);
        EscStatus status = parse_data(data.data);
        assert_status(status, ESC_OK);
        if (has_patch(CALLBACK) != (cases[i].ms >= 0) ||
            (event.notes_count == 0) != (cases[i].ms >= 0))
            fail_msg("\"%s\" was read otherwise", cases[i].text);
        if (cases[i].ms >= 0)
            assert_int_equal(patch_of(CALLBACK)->ms, cases[i].ms);
    }
}

static void faults_are_said_in_words(void **state)
{
    (void)state;
    assert_noted("{\"titel\":\"x\"}",
                 "data.titel: the ticket has no such field; did you mean title?");
    assert_noted("{\"zzzzzzzz\":1}", "data.zzzzzzzz: the ticket has no such field");
    assert_noted("{\"account\":{\"teir\":\"pro\"}}",
                 "data.account.teir: the ticket has no such field; did you mean account.tier?");
    assert_noted("{\"account\":7}", "data.account is a number; wanted is an object");
    assert_noted("{\"account\":{\"tier\":\"gold\"}}",
                 "data.account.tier is \"gold\"; wanted is one of free, pro, enterprise");
    assert_noted("{\"severity\":3}",
                 "data.severity is a number; wanted is one of low, urgent, critical");
    assert_noted("{\"severity\":null}", "data.severity is null, but it is not optional");
    assert_noted("{\"title\":{}}", "data.title is an object; wanted is a text");
    assert_noted("{\"vip\":\"true\"}", "data.vip is a text; wanted is true or false");
    assert_noted("{\"due\":1767603600}",
                 "data.due is a number; wanted is a time such as \"2026-01-05T09:00:00Z\"");
    assert_noted("{\"due\":\"yesterday\"}",
                 "data.due is \"yesterday\"; wanted is a time such as \"2026-01-05T09:00:00Z\"");
    assert_noted("{\"tags\":\"a\"}", "data.tags is a text; wanted is a list of texts");
    assert_noted("{\"tags\":[\"a\",1]}", "data.tags is a number; wanted is a text");
    assert_refused("{\"title\":\"a\",\"account\":{\"tier\":\"pro\"},\"account.tier\":\"pro\"}",
                   "data.account.tier is said twice");
    assert_noted("{\"severity\":\"xow\"}",
                 "data.severity is \"xow\"; wanted is one of low, urgent, critical");
    assert_noted("{\"severity\":\"lo\"}",
                 "data.severity is \"lo\"; wanted is one of low, urgent, critical");
    assert_noted("{\"severity\":\"lox\"}",
                 "data.severity is \"lox\"; wanted is one of low, urgent, critical");
    assert_noted(
        "{\"callback\":5}",
        "data.callback is a number; wanted is a duration such as \"1h30m\" or \"PT1H30M\"");
    assert_noted(
        "{\"callback\":\"soon\"}",
        "data.callback is \"soon\"; wanted is a duration such as \"1h30m\" or \"PT1H30M\"");
    assert_noted("{\"title\":true}", "data.title is true or false; wanted is a text");
    assert_noted("{\"title\":[1.5]}", "data.title is a list; wanted is a text");
    assert_noted("{\"tags\":[1.5]}", "data.tags is a number; wanted is a text");
    assert_noted("{\"\":1}", "data has a member whose name is empty or longer than 256 bytes");
    assert_noted("{\"ticket\":{\"title\":\"a\"}}",
                 "data.ticket: the ticket has no such field; did you mean title?");
    assert_refused("[]", "data is a list; wanted is an object");
    assert_refused("7", "data is a number; wanted is an object");
    assert_refused("{\"id\":7}", "data.id is a number; wanted is a text");
}

/* The same of an event's own fields. */
static void faults_of_other_events_are_said_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *type, *data;
        bool has_default;
        uint32_t notes_count;
        const char *note; /* the first */
    } cases[] = {
        {"lead.rejected", "{\"score\":1,\"scoer\":1}", false, 1,
         "data.scoer: this event has no such field; did you mean score?"},
        {"lead.rejected", "{\"score\":1,\"title\":\"a\"}", false, 1,
         "data.title: this event has no such field"},
        {"lead.rejected", "{\"score\":1,\"ticket\":{\"titel\":1}}", false, 1,
         "data.ticket.titel: the ticket has no such field; did you mean title?"},
        {"lead.rejected", "{\"score\":1,\"ticket\":5}", false, 1,
         "data.ticket: this event has no such field"},
        {"lead.rejected", "{}", false, 1,
         "data.score was not given: the first value of its type is assumed"},
        {"lead.rejected", "{}", true, 1, "data.score was not given: its default is assumed"},
        {"lead.rejected", "{\"score\":\"x\"}", false, 2,
         "data.score is a text; wanted is a number"},
        {"ticket.created", "{\"score\":1}", false, 1, "data.score: the ticket has no such field"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        fields[SCORE].has_default = cases[i].has_default;
        EscText json = esc_arena_printf(
            arena,
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"%s\",\"data\":%s}",
            cases[i].type, cases[i].data);
        assert_status(esc_event_parse(arena, &program, json, &event, &why), ESC_OK);
        fields[SCORE].has_default = false;
        assert_int_equal(event.notes_count, cases[i].notes_count);
        assert_text_equal(event.notes[0], cases[i].note);
    }
}

/* A text or a list that nobody gave is empty, and looks it; what may be missing is missing. */
static void what_is_empty_is_not_assumed(void **state)
{
    (void)state;
    static const struct {
        EscType type;
        bool is_noted;
    } cases[] = {{ESC_TYPE(ESC_KIND_TEXT), false},
                 {ESC_TYPE(ESC_KIND_LIST), false},
                 {ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL, false},
                 {ESC_TYPE(ESC_KIND_BOOL), true},
                 {ESC_TYPE(ESC_KIND_TIME), true},
                 {ESC_TYPE(ESC_KIND_DURATION), true}};
    EscType before = fields[SCORE].type;
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        fields[SCORE].type = cases[i].type;
        assert_status(parse("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/"
                            "a\",\"type\":\"lead.rejected\"}"),
                      ESC_OK);
        assert_int_equal(event.notes_count, cases[i].is_noted);
    }
    fields[SCORE].type = before;
}

/* Three slips are near, four are another name. */
static void names_are_near_by_three_slips(void **state)
{
    (void)state;
    assert_noted("{\"txxxe\":1}", "data.txxxe: the ticket has no such field; did you mean title?");
    assert_noted("{\"txxxx\":1}", "data.txxxx: the ticket has no such field");
    assert_noted(
        "{\"tgs\":1}",
        "data.tgs: the ticket has no such field; did you mean tags?"); /* title is 3 away */
    static const struct {
        const char *type, *why;
    } types[] = {
        {"ticket.crea",
         "the workspace has no event type ticket.crea; did you mean ticket.created?"},
        {"ticket.cre", "the workspace has no event type ticket.cre"},
        {"ticket.reopene",
         "the workspace has no event type ticket.reopene; did you mean ticket.reopened?"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(types); i++) {
        EscText json = esc_arena_printf(
            arena, "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"%s\"}",
            types[i].type);
        assert_status(esc_event_parse(arena, &program, json, &event, &why), ESC_BAD_INPUT);
        assert_string_equal(why.text, types[i].why);
    }
}

/* From the first to the last of the events of a ticket. */
static void members_of_ticket_events_are_the_tickets(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        bool is_taken;
    } cases[] = {{"ticket.created", true}, {"ticket.updated", true},  {"ticket.resolved", true},
                 {"ticket.closed", true},  {"ticket.reopened", true}, {"sla.warning", false}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscText json = esc_arena_printf(arena,
                                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/"
                                        "a\",\"type\":\"%s\",\"data\":{\"title\":\"a\"}}",
                                        cases[i].type);
        assert_status(esc_event_parse(arena, &program, json, &event, &why), ESC_OK);
        assert_int_equal(event.patches_count, cases[i].is_taken);
        assert_int_equal(event.notes_count, !cases[i].is_taken);
    }
}

#define GOOD "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.created\""

/* What somebody wrote is shown up to a limit, in a message and in a note. */
static void what_is_shown_has_its_limits(void **state)
{
    (void)state;
    static const struct {
        const char *json; /* %s: very many x */
        size_t shown;     /* of them */
        const char *text; /* %.*s: those that are shown */
        bool is_note;
    } cases[] = {
        {"{\"specversion\":\"%s\"}", 40, "specversion is \"%.*s\"; wanted is \"1.0\"", false},
        {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"%s\"}", 80,
         "the workspace has no event type %.*s", false},
        {"{" GOOD ",\"time\":\"%s\"}", 40, "time is \"%.*s\"; wanted is \"2026-01-05T09:00:00Z\"",
         false},
        {"{" GOOD ",\"datacontenttype\":\"%s\"}", 80,
         "datacontenttype is \"%.*s\"; wanted is application/json", false},
        {"{" GOOD ",\"X%s\":1}", 63,
         "\"X%.*s\" cannot be an attribute: their names are lower-case letters and digits", false},
        {"{" GOOD ",\"%s\":[]}", 64, "attribute %.*s is a list; attributes are plain values",
         false},
        {"{" GOOD ",\"data\":{\"%s\":1}}", 64, "data.%.*s: the ticket has no such field", true},
        {"{" GOOD ",\"data\":{\"due\":\"%s\"}}", 40,
         "data.due is \"%.*s\"; wanted is a time such as \"2026-01-05T09:00:00Z\"", true},
        {"{" GOOD ",\"data\":{\"severity\":\"%s\"}}", 40,
         "data.severity is \"%.*s\"; wanted is one of low, urgent, critical", true},
        {"{" GOOD ",\"subject\":\"T\",\"data\":{\"id\":\"%s\"}}", 50,
         "data.id is %.*s, but the subject is T", false},
        {"{" GOOD ",\"subject\":\"%s\",\"data\":{\"id\":\"T\"}}", 50,
         "data.id is T, but the subject is %.*s", false},
    };
    char many[101], text[512];
    memset(many, 'x', sizeof many);
    many[100] = '\0';
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscText json = esc_arena_printf(arena, cases[i].json, many);
        EscStatus status = esc_event_parse(arena, &program, json, &event, &why);
        assert_status(status, cases[i].is_note ? ESC_OK : ESC_BAD_INPUT);
        (void)snprintf(text, sizeof text, cases[i].text, (int)cases[i].shown, many);
        if (cases[i].is_note)
            assert_text_equal(event.notes[0], text);
        else
            assert_string_equal(why.text, text);
    }
}

/* All four kinds of it, between any two values, and none within a text. */
static void white_space_is_of_four_kinds(void **state)
{
    (void)state;
    static const char kinds[] = " \t\n\r";
    for (size_t i = 0; i < strlen(kinds); i++) {
        char c = kinds[i];
        EscText json =
            esc_arena_printf(arena, "%c{%c" GOOD "%c,%c\"data\"%c:%c{\"title\":\"a b\"%c}%c}%c", c,
                             c, c, c, c, c, c, c, c);
        assert_status(esc_event_parse(arena, &program, json, &event, &why), ESC_OK);
        assert_text_equal(event.json, "{" GOOD ",\"data\":{\"title\":\"a b\"}}");
        EscParsedEvent *list;
        uint32_t count;
        json = esc_arena_printf(arena, "%c[%c{" GOOD "}%c,%c{" GOOD "}%c]%c", c, c, c, c, c, c);
        assert_status(esc_event_parse_batch(arena, &program, json, &list, &count, &why), ESC_OK);
        assert_int_equal(count, 2);
    }
}

/* An id is never cut: it would be another ticket's. */
static void an_id_has_its_limits(void **state)
{
    (void)state;
    char id[202], data[256];
    memset(id, 'i', sizeof id);
    (void)snprintf(data, sizeof data, "{\"id\":\"%.*s\"}", 201, id);
    assert_refused(data, "data.id has 201 bytes; at most 200 are taken");
    (void)snprintf(data, sizeof data, "{\"id\":\"%.*s\"}", 200, id);
    assert_refused(data, "the ticket's id has 200 bytes; at most 128 are taken");
}

static void sizes_hold_at_their_limit_and_one_past_it(void **state)
{
    (void)state;
    assert_status(parse_data("{\"title\":\"12345678901234567890\"}"), ESC_OK);
    assert_int_equal(event.notes_count, 0);
    assert_noted("{\"title\":\"123456789012345678901\"}",
                 "data.title has 21 bytes; it was cut to 20");
    assert_text_equal(patch_of(TITLE)->text, "12345678901234567\u2026");
    assert_noted("{\"title\":\"1234567890123456\xC3\xAB\xC3\xAB\xC3\xAB\"}",
                 "data.title has 22 bytes; it was cut to 20");
    assert_text_equal(patch_of(TITLE)->text, "1234567890123456\u2026"); /* no half character */
    fields[TITLE].size_max = 3; /* room for the mark alone, and for less */
    assert_noted("{\"title\":\"abcd\"}", "data.title has 4 bytes; it was cut to 3");
    assert_text_equal(patch_of(TITLE)->text, "\u2026");
    fields[TITLE].size_max = 2;
    assert_noted("{\"title\":\"abcd\"}", "data.title has 4 bytes; it was cut to 2");
    assert_text_equal(patch_of(TITLE)->text, "ab");
    fields[TITLE].size_max = 20;
    assert_status(parse_data("{\"tags\":[\"a\",\"b\",\"c\"]}"), ESC_OK);
    assert_int_equal(event.notes_count, 0);
    assert_noted("{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}",
                 "data.tags has 4 items; the first 3 were taken");
    assert_int_equal(patch_of(TAGS)->list.count, 3);
    assert_noted("{\"tags\":[\"123456789012345678901\"]}",
                 "data.tags has 21 bytes; it was cut to 20");
}

static void a_note_is_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        size_t before, size; /* bytes in front of an e with two dots, and of the note */
    } cases[] = {{297, 299}, {298, 300}, {299, 299}, {300, 300}, {301, 300}, {400, 300}};
    char words[500];
    memset(words, 'w', sizeof words);
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscNotes notes = {.arena = arena};
        esc_ingest_note(&notes, "%.*s\u00eb", (int)cases[i].before, words);
        assert_int_equal(notes.count, 1);
        assert_int_equal(notes.items[0].size, cases[i].size);
        assert_true(esc_utf8_is_valid(notes.items[0], NULL));
    }
}

/* What does not fit is left out; what stands beside it is taken. */
static void the_rest_of_an_event_is_taken(void **state)
{
    (void)state;
    assert_status(
        parse_data(
            "{\"titel\":1,\"severity\":\"sev1\",\"vip\":null,\"tags\":[\"a\"],\"title\":\"Down\"}"),
        ESC_OK);
    assert_int_equal(event.patches_count, 2);
    assert_text_equal(patch_of(TITLE)->text, "Down");
    assert_int_equal(patch_of(TAGS)->list.count, 1);
    assert_int_equal(event.notes_count, 3);
    assert_int_equal(event.notes_left_out, 0);
    EscBuf data;
    esc_buf_init(&data, 1 << 16);
    esc_buf_string(&data, "{\"title\":\"Down\"");
    for (int i = 0; i < ESC_EVENT_NOTES_MAX + 2; i++)
        esc_buf_printf(&data, ",\"x%d\":1", i);
    esc_buf_string(&data, "}");
    EscText text = esc_arena_text(arena, esc_buf_as_text(&data));
    esc_buf_release(&data);
    assert_status(parse_data(text.data), ESC_OK);
    assert_int_equal(event.notes_count, ESC_EVENT_NOTES_MAX);
    assert_int_equal(event.notes_left_out, 2);
    assert_text_equal(patch_of(TITLE)->text, "Down");
}

/* What a sender's library does between two attempts: members in another order, other white space, a trace header. */
static void a_digest_is_of_what_is_said(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{" DIGESTED
        ",\"data\":{\"title\":\"a\",\"severity\":\"low\",\"account\":{\"tier\":\"pro\"}}}",
        "{\"data\":{\"account.tier\":\"PRO\",\"severity\":\"LOW\",\"title\":\"\\u0061\"}," DIGESTED
        "}",
        "{ " DIGESTED " , \"traceparent\":\"00-1\", \"data\" : { "
        "\"unknown\":1,\"title\":\"a\",\"severity\":\"low\",\"account\":{\"tier\":\"pro\"}}}",
        "{" DIGESTED ",\"time\":null,\"data\":{\"title\":\"a\",\"severity\":\"low\",\"account\":{"
        "\"tier\":\"pro\"}}}",
    };
    static const char *const other[] = {
        "{" DIGESTED
        ",\"data\":{\"title\":\"b\",\"severity\":\"low\",\"account\":{\"tier\":\"pro\"}}}",
        "{" DIGESTED
        ",\"data\":{\"title\":\"a\",\"severity\":\"low\",\"account\":{\"tier\":null}}}",
        "{" DIGESTED ",\"data\":{\"title\":\"a\",\"severity\":\"low\"}}",
        "{" DIGESTED ",\"time\":\"2026-01-05T09:00:00Z\",\"data\":{\"title\":\"a\",\"severity\":"
        "\"low\",\"account\":{\"tier\":\"pro\"}}}",
        "{" DIGESTED ",\"subject\":\"T-2\",\"data\":{\"title\":\"a\",\"severity\":\"low\","
        "\"account\":{\"tier\":\"pro\"}}}",
    };
    assert_status(parse(same[0]), ESC_OK);
    uint8_t digest[ESC_EVENT_DIGEST_SIZE];
    memcpy(digest, event.digest, sizeof digest);
    for (size_t i = 0; i < ESC_COUNT_OF(same); i++) {
        assert_status(parse(same[i]), ESC_OK);
        assert_memory_equal(event.digest, digest, sizeof digest);
    }
    for (size_t i = 0; i < ESC_COUNT_OF(other); i++) {
        assert_status(parse(other[i]), ESC_OK);
        assert_memory_not_equal(event.digest, digest, sizeof digest);
    }
}

static void put_bytes(EscBuf *out, const char *bytes, size_t size)
{
    esc_buf_append(out, bytes, size);
}

#define PUT(out, literal) put_bytes((out), (literal), sizeof(literal) - 1)

/* The format stands in ingest_digest.c; rows hold digests, so it stays as it is. */
static void a_digest_is_of_these_bytes(void **state)
{
    (void)state;
    assert_status(parse("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/"
                        "a\",\"subject\":\"T-1\",\"type\":\"lead.rejected\","
                        "\"time\":\"2026-01-05T09:00:00.007Z\",\"data\":{\"score\":-2.5,"
                        "\"attempts\":null,\"ticket\":{"
                        "\"vip\":true,\"title\":\"ab\",\"tags\":[\"x\",\"yz\"],\"severity\":"
                        "\"Critical\",\"due\":\"1970-01-01T00:00:01Z\","
                        "\"callback\":\"1m\",\"account\":{\"tier\":null}}}}"),
                  ESC_OK);
    EscBuf said;
    uint8_t digest[32];
    esc_buf_init(&said, 1000);
    PUT(&said, "\x0dlead.rejected\x03T-1\x00\x00\x01\x9b\x8d\x62\x7a\x87");
    PUT(&said, "\x00\x0c"
               "account.tier\x86");
    PUT(&said, "\x00\x08"
               "callback\x04\x00\x00\x00\x00\x00\x00\xea\x60");
    PUT(&said, "\x00\x03"
               "due\x05\x00\x00\x00\x00\x00\x00\x03\xe8");
    PUT(&said, "\x00\x08"
               "severity\x06\x08"
               "critical");
    PUT(&said, "\x00\x04"
               "tags\x07\x02\x01x\x02yz");
    PUT(&said, "\x00\x05"
               "title\x03\x02"
               "ab");
    PUT(&said, "\x00\x03"
               "vip\x01\x01");
    PUT(&said, "\x01\x08"
               "attempts\x82");
    PUT(&said, "\x01\x05"
               "score\x02\xc0\x04\x00\x00\x00\x00\x00\x00");
    esc_sha256(esc_buf_as_bytes(&said), digest);
    esc_buf_release(&said);
    assert_memory_equal(event.digest, digest, sizeof event.digest);
}

/* A value of an own event's field counts in it too, whether it is the first of its type or not given. */
static void a_digest_is_of_fields_that_are_given(void **state)
{
    (void)state;
    uint8_t digests[3][ESC_EVENT_DIGEST_SIZE];
    static const char *const data[] = {"{}", "{\"score\":0}", "{\"score\":1}"};
    for (size_t i = 0; i < ESC_COUNT_OF(data); i++) {
        assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.rejected"), ESC_TEXT("t"),
                                     ESC_TEXT("1"), ESC_TEXT("T"), esc_text_from(data[i]), &event,
                                     &why),
                      ESC_OK);
        assert_int_equal(event.notes_count, i == 0); /* nobody gave the score: assumed */
        memcpy(digests[i], event.digest, sizeof digests[i]);
    }
    assert_memory_not_equal(digests[0], digests[1], sizeof digests[0]);
    assert_memory_not_equal(digests[1], digests[2], sizeof digests[1]);
    assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.rejected"), ESC_TEXT("t"),
                                 ESC_TEXT("1"), ESC_TEXT("T"), ESC_TEXT("{\"score\":-0.0}"), &event,
                                 &why),
                  ESC_OK);
    assert_memory_equal(event.digest, digests[1], sizeof digests[1]);
}

/* Attributes: the whole event with one of them changed. */
static void assert_attributes(const char *attributes, EscStatus expected)
{
    EscText json = esc_arena_printf(arena, "{%s}", attributes);
    EscStatus status = esc_event_parse(arena, &program, json, &event, &why);
    if (status != expected)
        fail_msg("{%s}: %s %s", attributes, esc_status_name(status), why.text);
}

#define ID_128                                                                                     \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void attributes_are_required_and_checked(void **state)
{
    (void)state;
    assert_int_equal(strlen(ID_128), 128);
    assert_attributes(GOOD, ESC_OK);
    assert_attributes(GOOD ",\"data\":null,\"subject\":null,\"time\":null,\"datacontenttype\":null",
                      ESC_OK);
    assert_attributes(GOOD ",\"subject\":\"" ID_128 "\"", ESC_OK);
    assert_attributes(GOOD ",\"subject\":\"escal\"", ESC_OK);
    assert_attributes(GOOD ",\"subject\":\"Escal:T-1\"", ESC_OK);
    assert_attributes(GOOD ",\"sampledrate\":3,\"ext1\":true", ESC_OK);
    static const char *const bad[] = {
        "",
        "\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":1.0,\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":1,\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":\"" ID_128
        "b\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":\"a\\nb\",\"source\":\"/a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":\"a\\u009bb\",\"source\":\"/"
        "a\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"ticket.created\"",
        "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\"",
        "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.creatd\"",
        GOOD ",\"subject\":\"" ID_128 "b\"",
        GOOD ",\"subject\":\"escal:T-1\"",
        GOOD ",\"subject\":\"escal:\"",
        GOOD ",\"data\":{\"id\":\"escal:T-1\"}",
        GOOD ",\"subject\":5",
        GOOD ",\"time\":\"2026-01-05\"",
        GOOD ",\"time\":1767603600",
        GOOD ",\"datacontenttype\":\"text/xml\"",
        GOOD ",\"datacontenttype\":\"application/jsonl\"",
        GOOD ",\"datacontenttype\":\"application/jso\"",
        GOOD ",\"datacontenttype\":\"xpplication/json\"",
        GOOD ",\"datacontenttype\":\"application/jsox\"",
        GOOD ",\"datacontenttype\":5",
        GOOD ",\"\":5",
        GOOD ",\"a`\":5",
        GOOD ",\"a{\":5",
        GOOD ",\"a/\":5",
        GOOD ",\"a:\":5",
        GOOD ",\"ext\":[]",
        GOOD ",\"data_base64\":\"AAAA\"",
        GOOD ",\"data_base64\":\"e30\"",
        GOOD ",\"data_base64\":\"e30=\",\"data\":{}",
        GOOD ",\"data_base64\":\"e30=\",\"datacontenttype\":\"application/octet-stream\"",
        GOOD ",\"data_base64\":7",
        GOOD ",\"Subject\":\"T-1\"",
        GOOD ",\"ext\":{}",
        GOOD ",\"id\":\"2\"",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        assert_attributes(bad[i], ESC_BAD_INPUT);
    assert_attributes(
        "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"ticket.creatd\"",
        ESC_BAD_INPUT);
    assert_string_equal(
        why.text, "the workspace has no event type ticket.creatd; did you mean ticket.created?");
    assert_attributes(
        "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"zzzzzzzzzzzzzz\"",
        ESC_BAD_INPUT);
    assert_string_equal(why.text, "the workspace has no event type zzzzzzzzzzzzzz");
    static const struct {
        const char *attributes, *why;
    } empty[] = {
        {"\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"\"",
         "the event has no type"},
        {"\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/a\",\"type\":\"ticket.created\"",
         "the event has no id"},
        {"\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"ticket.created\"",
         "the event has no source"},
        {GOOD ",\"subject\":\"a\\u001f\"", "subject has a control character"},
        {GOOD ",\"subject\":\"a\\u007f\"", "subject has a control character"},
        {GOOD ",\"subject\":\"\\u0080\"", "subject has a control character"},
        {GOOD ",\"subject\":\"\\u009f\"", "subject has a control character"},
        {"\"specversion\":null", "specversion is \"\"; wanted is \"1.0\""},
        {GOOD ",\"datacontenttype\":5", "datacontenttype is a number; wanted is a text"},
        {GOOD ",\"subject\":[]", "subject is a list; wanted is a text"},
        {GOOD ",\"data_base64\":\"e30\"", "data_base64 is no base64"},
        {GOOD ",\"data_base64\":\"e3-=\"", "data_base64 is no base64"},
        {GOOD ",\"data_base64\":\"e===\"", "data_base64 is no base64"},
        {GOOD ",\"data_base64\":[]", "data_base64 is a list; wanted is a text"},
        {GOOD ",\"data_base64\":\"e30=\",\"data\":{}", "the event has both data and data_base64"},
        {GOOD ",\"data_base64\":\"WzFd\"", "data is a list; wanted is an object"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(empty); i++) {
        assert_attributes(empty[i].attributes, ESC_BAD_INPUT);
        assert_string_equal(why.text, empty[i].why);
    }
    static const char *const good[] = {GOOD ",\"subject\":\"a b\\u007e\\u00a0\"",
                                       GOOD ",\"datacontenttype\":\"APPLICATION/JSON\"",
                                       GOOD
                                       ",\"datacontenttype\":\"application/json ;charset=utf-8\"",
                                       GOOD ",\"datacontenttype\":\"\"",
                                       GOOD ",\"az09\":true",
                                       GOOD ",\"data_base64\":\"e30=\"",
                                       GOOD ",\"data_base64\":null,\"data\":{}",
                                       GOOD ",\"data_base64\":\"bnVsbA==\"",
                                       GOOD ",\"subject\":\"" ID_128 "\""};
    for (size_t i = 0; i < ESC_COUNT_OF(good); i++)
        assert_attributes(good[i], ESC_OK);
}

/* The same bytes behind either name say the same. */
static void data_in_base64_is_data(void **state)
{
    (void)state;
    EscEvent plain = {0}, coded = {0};
    EscStatus status = esc_event_parse(
        arena, &program, ESC_TEXT("{" GOOD ",\"data\":{\"title\":\"St\xC3\xB6rung\"}}"), &plain,
        &why);
    assert_status(status, ESC_OK);
    status = esc_event_parse(
        arena, &program, ESC_TEXT("{" GOOD ",\"data_base64\":\"eyJ0aXRsZSI6IlN0w7ZydW5nIn0=\"}"),
        &coded, &why);
    assert_status(status, ESC_OK);
    assert_int_equal(coded.patches_count, 1);
    assert_text_equal(coded.patches[0].value.text, "St\xC3\xB6rung");
    assert_memory_equal(plain.digest, coded.digest, sizeof plain.digest);
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t size; /* 0: up to the NUL */
    } cases[] = {
        {"", 0},
        {" ", 0},
        {"{", 0},
        {"}", 0},
        {"null", 0},
        {"7", 0},
        {"\"x\"", 0},
        {"[]", 0},
        {"{" GOOD "} x", 0},
        {"{" GOOD "}{" GOOD "}", 0},
        {"{" GOOD ",}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"a\",\"title\":\"b\"}}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"\xFF\"}}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"\xC0\x80\"}}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"\xED\xA0\x80\"}}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"a\\u0000b\"}}", 0},
        {"{" GOOD ",\"data\":{\"a\\u0000b\":1}}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"a\nb\"}}", 0},
        {"{" GOOD ",\"data\":{\"title\":\"a", 0},
        {"{" GOOD ",\"data\":{\"title\":\"a\\", 0},
        {"{" GOOD ",\"data\":{\"title\":'a'}}", 0},
        {"{" GOOD ",\"data\":{title:\"a\"}}", 0},
        {"{" GOOD ",\"data\":[}}", 0},
        {"{" GOOD ",\"data\":{\"vip\":True}}", 0},
        {"{" GOOD ",\"x\":NaN}", 0},
        {"{" GOOD ",\"x\":01}", 0},
        {"{" GOOD ",\"x\":1e999}", 0},
        {"{" GOOD ",\"x\":99999999999999999999}", 0},
        {"{" GOOD ",\"x\":.5}", 0},
        {"{" GOOD ",\"x\":1 2}", 0},
        {"{" GOOD ",\"x\":- 5}", 0},
        {"{" GOOD ",\"x\":tr ue}", 0},
        {"{" GOOD ",\"x\":\"a\" \"b\"}", 0},
        {"{" GOOD ",\"x\":1\0}", sizeof("{" GOOD ",\"x\":1\0}") - 1},
        {"{" GOOD " /* no */}", 0},
        {"\xEF\xBB\xBF{" GOOD "}", 0},
        {"{\"a\":1}\0", 8},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscText json = {cases[i].json, cases[i].size != 0 ? cases[i].size : strlen(cases[i].json)};
        EscStatus status = esc_event_parse(arena, &program, json, &event, &why);
        if (status != ESC_BAD_INPUT)
            fail_msg("%s: %s", cases[i].json, esc_status_name(status));
        assert_int_not_equal(strlen(why.text), 0);
    }
}

/* A sender that cuts a text between the halves of a pair loses the half, and not the incident. */
static void half_a_surrogate_pair_is_mended(void **state)
{
    (void)state;
    assert_status(parse("{" GOOD ",\"data\":{\"title\":\"\\ud83d\\ude00 \\\\ud83d \\uD83D\"}}"),
                  ESC_OK);
    assert_int_equal(event.patches_count, 1);
    assert_text_equal(event.patches[0].value.text, "\U0001F600 \\ud83d \uFFFD");
    assert_true(esc_text_ends_with(event.json, ESC_TEXT("\"\\ud83d\\ude00 \\\\ud83d \\ufffd\"}}")));
    assert_status(parse("{" GOOD ",\"data\":{\"title\":\"\\udc00\\ud800x\"}}"), ESC_OK);
    assert_text_equal(event.patches[0].value.text, "\uFFFD\uFFFDx");
    assert_true(esc_text_ends_with(event.json, ESC_TEXT("\"\\ufffd\\ufffdx\"}}")));
    static const char *const between[] = {"", "x", "xy", "xyz"}; /* behind another escape */
    for (size_t i = 0; i < ESC_COUNT_OF(between); i++) {
        char json[200], expected[64];
        (void)snprintf(json, sizeof json, "{" GOOD ",\"data\":{\"title\":\"\\n%s\\ud800\"}}",
                       between[i]);
        (void)snprintf(expected, sizeof expected, "\"\\n%s\\ufffd\"}}", between[i]);
        assert_status(parse(json), ESC_OK);
        assert_true(esc_text_ends_with(event.json, esc_text_from(expected)));
    }
}

/* Wherever it stands, and whatever stands before it; what is no half stays as it was. */
static void only_halves_are_mended(void **state)
{
    (void)state;
    static const char *const before[] = {
        "", "a", "ab", "abc", "abcd", "\\n", "\\\\", "\\\\\\\\", "\\ud83d\\ude00", "\\u00e4"};
    static const struct {
        const char *escape;
        bool is_half;
    } cases[] = {{"\\ud7ff", false}, {"\\ud800", true},  {"\\uDBFF", true}, {"\\udc00", true},
                 {"\\uDfff", true},  {"\\ue000", false}, {"\\u0d80", false}};
    char tail[200];
    memset(tail, 'z', sizeof tail);
    for (size_t i = 0; i < ESC_COUNT_OF(before); i++)
        for (size_t k = 0; k < ESC_COUNT_OF(cases); k++)
            for (int size = 0; size < 200; size += 67) {
                const char *mended = cases[k].is_half ? "\\ufffd" : cases[k].escape;
                EscText json = esc_arena_printf(arena, "{" GOOD ",\"x\":\"%s%s%.*s\"}", before[i],
                                                cases[k].escape, size, tail);
                EscText end =
                    esc_arena_printf(arena, "\"x\":\"%s%s%.*s\"}", before[i], mended, size, tail);
                assert_status(esc_event_parse(arena, &program, json, &event, &why), ESC_OK);
                if (!esc_text_ends_with(event.json, end))
                    fail_msg("%.*s gives %.*s", ESC_TEXT_ARG(json), ESC_TEXT_ARG(event.json));
            }
}

static void a_list_is_no_event(void **state)
{
    (void)state;
    assert_status(parse("null"), ESC_BAD_INPUT);
    assert_string_equal(why.text, "the event is null; wanted is an object");
    assert_status(parse("{" GOOD ",\"data\":null}"), ESC_OK);
    assert_status(parse("[]"), ESC_BAD_INPUT);
    assert_string_equal(why.text, "the event is a list; wanted is an object");
}

static void numbers_that_a_double_cannot_keep_are_left_out(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "9007199254740992", "-9007199254740992", "0.1",   "1e300", "-0.0",
        "9007199254740993", "-9007199254740993", "\"1\"", "true",  "[1]"};
    for (size_t i = 0; i < ESC_COUNT_OF(numbers); i++) {
        EscText json = esc_arena_printf(arena,
                                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\","
                                        "\"type\":\"lead.rejected\",\"data\":{\"score\":%s}}",
                                        numbers[i]);
        assert_status(esc_event_parse(arena, &program, json, &event, &why), ESC_OK);
        assert_int_equal(event.notes_count, i < 5 ? 0 : 2); /* left out, and assumed instead */
        assert_true(i < 5 || event.fields[0].number == 0);
    }
}

static EscText repeat(const char *before, const char *part, size_t count, const char *after)
{
    EscBuf buf;
    esc_buf_init(&buf, (size_t)32 << 20);
    esc_buf_string(&buf, before);
    for (size_t i = 0; i < count; i++)
        esc_buf_string(&buf, part);
    esc_buf_string(&buf, after);
    assert_status(buf.status, ESC_OK);
    EscText all = esc_arena_text(arena, esc_buf_as_text(&buf));
    esc_buf_release(&buf);
    return all;
}

static void measures_hold(void **state)
{
    (void)state;
    EscText deep = repeat("", "[", 100000, "");
    assert_status(esc_event_parse(arena, &program, deep, &event, &why), ESC_OVER_LIMIT);
    deep = repeat("{" GOOD ",\"data\":{\"account\":", "{\"account\":", 30, "");
    assert_status(esc_event_parse(arena, &program, deep, &event, &why),
                  ESC_BAD_INPUT); /* 32 deep, unfinished */
    deep = repeat("{" GOOD ",\"data\":{\"account\":", "{\"account\":", 31, "");
    assert_status(esc_event_parse(arena, &program, deep, &event, &why), ESC_OVER_LIMIT);
    EscText wide = repeat("{" GOOD ",\"data\":{\"tags\":[1", ",1", 9990, "]}}");
    assert_status(esc_event_parse(arena, &program, wide, &event, &why), ESC_OK);
    wide = repeat("{" GOOD ",\"data\":{\"tags\":[1", ",1", 10000, "]}}");
    assert_status(esc_event_parse(arena, &program, wide, &event, &why), ESC_OVER_LIMIT);
    wide = repeat("{" GOOD ",\"data\":{\"tags\":[1", ",1", 9992,
                  "]}}"); /* the event, 4 attributes, data, tags, 9993 items */
    assert_status(esc_event_parse(arena, &program, wide, &event, &why), ESC_OK);
    wide = repeat("{" GOOD ",\"data\":{\"tags\":[1", ",1", 9993, "]}}");
    assert_status(esc_event_parse(arena, &program, wide, &event, &why), ESC_OVER_LIMIT);
    size_t frame = strlen("{" GOOD ",\"data\":{\"title\":\"\"}}");
    EscText full =
        repeat("{" GOOD ",\"data\":{\"title\":\"", "x", ESC_EVENT_BYTES_MAX - frame, "\"}}");
    assert_status(esc_event_parse(arena, &program, full, &event, &why), ESC_OK);
    assert_int_equal(event.json.size, ESC_EVENT_BYTES_MAX);
    full = repeat("{" GOOD ",\"data\":{\"title\":\"", "x", ESC_EVENT_BYTES_MAX - frame + 1, "\"}}");
    assert_status(esc_event_parse(arena, &program, full, &event, &why), ESC_OVER_LIMIT);
    assert_string_equal(why.text, "the event has 1048577 bytes; at most 1048576 are taken");
    EscText big = repeat("{" GOOD ",\"data\":{\"title\":\"", "x", ESC_EVENT_BYTES_MAX, "\"}}");
    assert_status(esc_event_parse(arena, &program, big, &event, &why), ESC_OVER_LIMIT);
    EscText spaced = repeat("{" GOOD, " ", ESC_EVENT_BYTES_MAX, "}");
    assert_status(esc_event_parse(arena, &program, spaced, &event, &why),
                  ESC_OK); /* white space is not kept */
    EscText digits = repeat("{" GOOD ",\"x\":", "1", 100000, "}");
    assert_status(esc_event_parse(arena, &program, digits, &event, &why), ESC_BAD_INPUT);
    EscText key = repeat("{" GOOD ",\"data\":{\"", "k", 300, "\":1}}");
    assert_status(esc_event_parse(arena, &program, key, &event, &why), ESC_OK);
    assert_int_equal(event.notes_count, 1);
    key = repeat("{" GOOD ",\"data\":{\"", "k", 256, "\":1}}");
    assert_status(esc_event_parse(arena, &program, key, &event, &why), ESC_OK);
    assert_true(esc_text_ends_with(event.notes[0], ESC_TEXT("k: the ticket has no such field")));
    key = repeat("{" GOOD ",\"data\":{\"", "k", 257, "\":1}}");
    assert_status(esc_event_parse(arena, &program, key, &event, &why), ESC_OK);
    assert_text_equal(event.notes[0],
                      "data has a member whose name is empty or longer than 256 bytes");
}

/* --- batches -------------------------------------------------------------------------------------------- */

static EscStatus parse_batch(const char *json, EscParsedEvent **list, uint32_t *count)
{
    return esc_event_parse_batch(arena, &program, esc_text_from(json), list, count, &why);
}

static void a_batch_keeps_its_order(void **state)
{
    (void)state;
    EscParsedEvent *list;
    uint32_t count;
    assert_status(
        parse_batch(" [ {" GOOD
                    "} , {\"specversion\":\"1.0\",\"id\":\"2]\",\"source\":\"/a\",\"type\":"
                    "\"lead.rejected\"} ] ",
                    &list, &count),
        ESC_OK);
    assert_int_equal(count, 2);
    assert_text_equal(list[0].event.id, "1");
    assert_text_equal(list[1].event.id, "2]");
    assert_status(parse_batch("{" GOOD "}", &list, &count), ESC_OK);
    assert_int_equal(count, 1);
    assert_status(parse_batch("[]", &list, &count), ESC_OK);
    assert_int_equal(count, 0);
}

static void a_bad_batch_names_its_event(void **state)
{
    (void)state;
    EscParsedEvent *list;
    uint32_t count;
    static const struct {
        const char *json;
        uint64_t offset;
    } cases[] = {
        {"[{" GOOD "},{" GOOD "},nope]", 2},
        {"[{" GOOD "},]", 1},
        {"[,{" GOOD "}]", 0},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        assert_status(parse_batch(cases[i].json, &list, &count), ESC_BAD_INPUT);
        assert_int_equal(why.offset, cases[i].offset);
        assert_int_equal(count, 0);
        assert_null(list);
    }
    static const char *const broken[] = {
        "[", "[{" GOOD "}", "[{" GOOD "} {" GOOD "}]", "[] x", "[{" GOOD "}]]", "", "]"};
    static const char *const reasons[] = {NULL,
                                          "the batch is no JSON: ',' or ']' is missing",
                                          "the batch is no JSON: ',' or ']' is missing",
                                          "there is text behind the JSON",
                                          "there is text behind the JSON",
                                          NULL,
                                          NULL};
    for (size_t i = 0; i < ESC_COUNT_OF(broken); i++) {
        assert_status(parse_batch(broken[i], &list, &count), ESC_BAD_INPUT);
        if (reasons[i] != NULL)
            assert_string_equal(why.text, reasons[i]);
        assert_status(
            esc_event_parse_batch(arena, &program, esc_text_from(broken[i]), &list, &count, NULL),
            ESC_BAD_INPUT);
    }
}

/* Where an event ends is clear as long as it is JSON, so the others are taken. */
static void a_bad_event_is_refused_alone(void **state)
{
    (void)state;
    EscParsedEvent *list;
    uint32_t count;
    static const struct {
        const char *event, *why;
        EscStatus status;
    } cases[] = {
        {"{}", "specversion is \"\"; wanted is \"1.0\"", ESC_BAD_INPUT},
        {"7", "the event is a number; wanted is an object", ESC_BAD_INPUT},
        {"[{" GOOD "}]", "the event is a list; wanted is an object", ESC_BAD_INPUT},
        {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"owner.absent\"}",
         "only Escal itself raises owner.absent", ESC_BAD_INPUT},
        {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"sla.warning\"}",
         "only Escal itself raises sla.warning", ESC_BAD_INPUT},
        {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"sla.breached\"}",
         "only Escal itself raises sla.breached", ESC_BAD_INPUT},
        {"{\"s\":\"]}, "
         "[{\\\"\",\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
         "the event is too large: it is nested too deeply; at most 32 deep and 10000 values are "
         "taken",
         ESC_OVER_LIMIT},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscText json = esc_arena_printf(arena, "[{" GOOD "}, %s ,{" GOOD ",\"subject\":\"T-3\"}]",
                                        cases[i].event);
        assert_status(esc_event_parse_batch(arena, &program, json, &list, &count, &why), ESC_OK);
        assert_int_equal(count, 3);
        assert_status(list[0].status, ESC_OK);
        assert_status(list[1].status, cases[i].status);
        assert_text_equal(list[1].why, cases[i].why);
        assert_status(list[2].status, ESC_OK);
        assert_text_equal(list[2].event.subject, "T-3");
    }
}

#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"

/* Where an event that is too large ends is found all the same, also when it is the last, or the only one. */
static void an_event_that_is_too_large_ends_somewhere(void **state)
{
    (void)state;
    EscParsedEvent *list;
    uint32_t count;
    static const char *const batches[] = {"[{" GOOD "},{\"a\":" DEEP "}]", "[{" GOOD "}," DEEP "]",
                                          "[{" GOOD "},{\"a\":" DEEP ",\"b\":{}} ]"};
    for (size_t i = 0; i < ESC_COUNT_OF(batches); i++) {
        assert_status(parse_batch(batches[i], &list, &count), ESC_OK);
        assert_int_equal(count, 2);
        assert_status(list[1].status, ESC_OVER_LIMIT);
    }
    assert_status(parse_batch("[" DEEP ",{" GOOD "}," DEEP "]", &list, &count), ESC_OK);
    assert_int_equal(count, 3);
    assert_status(list[1].status, ESC_OK);
    assert_status(parse_batch("{\"a\":" DEEP "}", &list, &count), ESC_OK);
    assert_int_equal(count, 1);
    assert_status(parse_batch("{\"a\":" DEEP "}}", &list, &count), ESC_BAD_INPUT);
    assert_status(parse_batch("{\"a\":" DEEP "},{}", &list, &count), ESC_BAD_INPUT);
    static const char deep[] = DEEP;
    char *unfinished = malloc(34); /* a block of its own: nobody reads behind it */
    assert_non_null(unfinished);
    memcpy(unfinished, deep, 34);
    EscStatus status =
        esc_event_parse_batch(arena, &program, (EscText){unfinished, 34}, &list, &count, &why);
    free(unfinished);
    assert_status(status, ESC_BAD_INPUT); /* its bracket is missing */
}

static void a_batch_has_at_most_1000_events(void **state)
{
    (void)state;
    EscParsedEvent *list;
    uint32_t count;
    EscText json = repeat("[{" GOOD "}", ",{" GOOD "}", ESC_BATCH_EVENTS_MAX - 1, "]");
    assert_status(esc_event_parse_batch(arena, &program, json, &list, &count, &why), ESC_OK);
    assert_int_equal(count, ESC_BATCH_EVENTS_MAX);
    json = repeat("[{" GOOD "}", ",{" GOOD "}", ESC_BATCH_EVENTS_MAX, "]");
    assert_status(esc_event_parse_batch(arena, &program, json, &list, &count, &why),
                  ESC_OVER_LIMIT);
}

static void an_event_is_made_from_its_parts(void **state)
{
    (void)state;
    assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.rejected"), ESC_TEXT("test"),
                                 ESC_TEXT("1"), ESC_TEXT("T-1"), ESC_TEXT("{\"score\":3}"), &event,
                                 &why),
                  ESC_OK);
    assert_true(event.fields[0].number == 3);
    assert_text_equal(
        event.json,
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"test\",\"type\":\"lead.rejected\","
        "\"subject\":\"T-1\",\"data\":{\"score\":3}}");
    assert_status(esc_event_make(arena, &program, ESC_TEXT("ticket.created"), ESC_TEXT("test"),
                                 ESC_TEXT("1"), ESC_TEXT(""), ESC_TEXT(""), &event, &why),
                  ESC_OK);
    assert_text_equal(
        event.json,
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"test\",\"type\":\"ticket.created\"}");
    assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.reject"), ESC_TEXT("test"),
                                 ESC_TEXT("1"), ESC_TEXT(""), ESC_TEXT(""), &event, &why),
                  ESC_BAD_INPUT);
}

/* White space around what fits is not kept, so there is room for as much of it again. */
static void an_event_is_made_from_twice_its_size(void **state)
{
    (void)state;
    EscText data = repeat("{", " ", ESC_EVENT_BYTES_MAX, "}");
    assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.rejected"), ESC_TEXT("test"),
                                 ESC_TEXT("1"), ESC_TEXT(""), data, &event, &why),
                  ESC_OK);
    size_t frame = strlen("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"test\",\"type\":"
                          "\"lead.rejected\",\"data\":{}}");
    data = repeat("{", " ", 2 * ESC_EVENT_BYTES_MAX - frame, "}");
    assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.rejected"), ESC_TEXT("test"),
                                 ESC_TEXT("1"), ESC_TEXT(""), data, &event, &why),
                  ESC_OK);
    data = repeat("{", " ", 2 * ESC_EVENT_BYTES_MAX - frame + 1, "}");
    assert_status(esc_event_make(arena, &program, ESC_TEXT("lead.rejected"), ESC_TEXT("test"),
                                 ESC_TEXT("1"), ESC_TEXT(""), data, &event, &why),
                  ESC_OVER_LIMIT);
    assert_string_equal(why.text, "the event does not fit");
}

/* An arena of every size: the parse fails in words or succeeds, and leaks nothing. */
static void memory_may_end_anywhere(void **state)
{
    (void)state;
    EscStatus status = ESC_NO_MEMORY;
    size_t size = 16;
    for (; status != ESC_OK && size < 8192; size += 16) {
        EscArena *small = esc_arena_new(size);
        status =
            esc_event_parse(small, &program,
                            ESC_TEXT("{" GOOD ",\"subject\":\"Zo\xC3\xAB\",\"data\":{\"title\":"
                                     "\"t\",\"tags\":[\"a\"],\"no\":1,\"name\":2}}"),
                            &event, &why);
        assert_true(status == ESC_OK || status == ESC_NO_MEMORY);
        if (status == ESC_OK) { /* then nothing of it is lost */
            assert_int_equal(event.patches_count, 2);
            assert_int_equal(event.notes_count, 2);
            assert_text_equal(event.notes[1],
                              "data.name: the ticket has no such field; did you mean tags?");
        }
        esc_arena_free(small);
    }
    assert_status(status, ESC_OK);
    assert_true(size > 300);
}

/* The n-th allocation fails, for each that there is. */
static void without_memory_nothing_is_read(void **state)
{
    (void)state;
    static const char *const json =
        "[{" GOOD
        ",\"subject\":\"Zo\xC3\xAB\",\"data\":{\"title\":\"t\",\"tags\":[\"a\"],\"no\":1}}]";
    for (int is_batch = 0; is_batch < 2; is_batch++) {
        EscText text = esc_text_from(json + (is_batch ? 0 : 1));
        text.size -= is_batch ? 0 : 1;
        bool happened = true;
        for (unsigned nth = 1; happened; nth++) {
            EscArena *own = esc_arena_new((size_t)1 << 20);
            EscParsedEvent *parsed = NULL;
            uint32_t count = 0;
            alloc_fail_at(nth);
            EscStatus status =
                is_batch ? esc_event_parse_batch(own, &program, text, &parsed, &count, &why)
                         : esc_event_parse(own, &program, text, &event, &why);
            happened = alloc_fail_happened();
            alloc_fail_at(0);
            assert_status(status, happened ? ESC_NO_MEMORY : ESC_OK);
            assert_int_equal(count, is_batch && !happened);
            esc_arena_free(own);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_event_is_read),
        TEST(every_kind_of_value_is_read),
        TEST(what_an_event_does_not_say_has_its_first_value),
        TEST(texts_become_composed),
        TEST(texts_with_escapes_stay_as_they_are),
        TEST(a_field_of_an_event_is_said_once),
        TEST(the_id_in_data_is_the_subject),
        TEST(durations_are_read_in_both_forms),
        TEST(faults_are_said_in_words),
        TEST(faults_of_other_events_are_said_in_words),
        TEST(what_is_empty_is_not_assumed),
        TEST(names_are_near_by_three_slips),
        TEST(members_of_ticket_events_are_the_tickets),
        TEST(what_is_shown_has_its_limits),
        TEST(white_space_is_of_four_kinds),
        TEST(an_id_has_its_limits),
        TEST(sizes_hold_at_their_limit_and_one_past_it),
        TEST(a_digest_is_of_fields_that_are_given),
        TEST(a_digest_is_of_what_is_said),
        TEST(the_rest_of_an_event_is_taken),
        TEST(attributes_are_required_and_checked),
        TEST(data_in_base64_is_data),
        TEST(what_is_no_json_is_refused),
        TEST(half_a_surrogate_pair_is_mended),
        TEST(a_note_is_cut_between_characters),
        TEST(only_halves_are_mended),
        TEST(a_digest_is_of_these_bytes),
        TEST(an_event_that_is_too_large_ends_somewhere),
        TEST(a_list_is_no_event),
        TEST(numbers_that_a_double_cannot_keep_are_left_out),
        TEST(measures_hold),
        TEST(a_batch_keeps_its_order),
        TEST(a_bad_batch_names_its_event),
        TEST(a_bad_event_is_refused_alone),
        TEST(a_batch_has_at_most_1000_events),
        TEST(an_event_is_made_from_its_parts),
        TEST(an_event_is_made_from_twice_its_size),
        TEST(memory_may_end_anywhere),
        TEST(without_memory_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, make_program, NULL);
}
