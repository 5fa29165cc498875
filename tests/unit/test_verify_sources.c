/* test_verify_sources.c - what is read of documents, what comes in, what goes back and what is made elsewhere (V48, V49, V50, V52, V53): the tables of a compiled source,
 * each with one change. */
#include <stdlib.h>

#include "rejections.h"
#include "workspace_scene.h"

static const char source[] =
    "system desk { action put(id: text, status: text) undo none because \"told\" {"
    "  PUT \"/x/{id}\"  json { status: status } }\n"
    "  action tell(id: text) undo none because \"told\" { PUT \"/y/{id}\" }\n"
    "  action make(title: text) -> text undo none because \"kept\" { POST \"/z\"  return body.id } }\n"
    "source hook {\n"
    "  verify hmac_sha256 header \"X-Sign\"\n"
    "  each body.items as item\n"
    "  event ticket.created when item.a = \"x\"\n"
    "  event vendor.outage\n"
    "  event.id <- item.key\n"
    "  event.time <- item.at\n"
    "  event.vendor <- item.vendor\n"
    "  ticket.id <- item.id\n"
    "  ticket.title <- body.title\n"
    "  ticket.tags <- pairs(item.labels)\n"
    "  ticket.description <- header \"X-Words\" else body[\"X-Sign\"] else body.x.y\n"
    "  ticket.status -> desk.put(id: ticket.id, status: ticket.status)\n"
    "  ticket.title -> desk.tell(id: ticket.id)\n"
    "  comment -> desk.tell(id: comment.text)\n"
    "  comment public -> desk.tell(id: ticket.id)\n"
    "  ticket -> desk.make(title: ticket.title) undo desk.tell(id: ticket.id)\n"
    "}\n"
    "source mute {\n"
    "  verify hmac_sha256 header \"X-Sign\"\n"
    "  event ticket.created\n"
    "  ticket.id <- body.id\n"
    "}\n"
    "template more { manual\n"
    "  owners { primary ana ack within 1h }\n"
    "  steps { create ticket order in desk { title: \"x\" } }\n"
    "  close when resolved\n"
    "}\n";

/* The errands of the source, in the order of their kinds. */
enum { TO_COMMENT, TO_COMMENT_PUBLIC, TO_MAKE, TO_UNDO };

/* Rows of a loaded bundle that may be written. */
typedef struct Change {
    EscProgram program;
    EscDocumentPathRow *paths;
    EscSourceRow *sources;
    EscSourceEventRow *events;
    EscSourceFieldRow *fields;
    EscSourceBackRow *backs;
    EscSourceErrandRow *errands;
    EscEffectRow *effects;
    EscActionRow *actions;
    EscFunctionRow *functions;
    EscInstr *code;
} Change;

static EscBundle *base;

static void *copy(const void *rows, size_t count, size_t size)
{
    void *made = malloc((count + 1) * size);
    assert_non_null(made);
    memcpy(made, rows, count * size);
    return made;
}

#define COPY(member, rows)                                                                         \
    (change->member =                                                                              \
         copy(change->program.rows, change->program.rows##_count, sizeof *change->member),         \
     change->program.rows = change->member)

static void change_begin(Change *change)
{
    change->program = *esc_bundle_program(base);
    COPY(paths, document_paths);
    COPY(sources, sources);
    COPY(events, source_events);
    COPY(fields, source_fields);
    COPY(backs, source_backs);
    COPY(errands, source_errands);
    COPY(effects, effects);
    COPY(actions, actions);
    COPY(functions, functions);
    COPY(code, code);
}

/* NULL: it is taken. */
static void change_end(const char *test, Change *change, const char *check)
{
    EscBuf bytes;
    EscBundle *loaded = NULL;
    EscWhy why = {.check = ""};
    esc_buf_init(&bytes, 1 << 20);
    assert_status(esc_bundle_encode(&change->program, &bytes), ESC_OK);
    EscStatus status = esc_bundle_load((EscBytes){bytes.data, bytes.size}, &loaded, &why);
    esc_bundle_free(loaded);
    esc_buf_release(&bytes);
    void *const rows[] = {change->paths,   change->sources, change->events,    change->fields,
                          change->backs,   change->errands, change->functions, change->code,
                          change->actions, change->effects};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        free(rows[i]);
    if (check == NULL) {
        if (status != ESC_OK)
            fail_msg("%s: %s", why.check, why.text);
        return;
    }
    assert_status(status, ESC_BAD_BUNDLE);
    assert_string_equal(why.check, check);
    rejection_is_said(test, &why);
}

static int begin(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(source);
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, 1 << 20);
    assert_status(esc_workspace_build(workspace, &bytes, &why), ESC_OK);
    assert_status(esc_bundle_load((EscBytes){bytes.data, bytes.size}, &base, &why), ESC_OK);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    return 0;
}

static int end(void **state)
{
    (void)state;
    esc_bundle_free(base);
    return 0;
}

#define CHANGE(name, check, ...)                                                                   \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        Change change, *c = &change;                                                               \
        change_begin(c);                                                                           \
        __VA_ARGS__;                                                                               \
        change_end(__func__, c, check);                                                            \
    }

static uint32_t text_of(const Change *c, const char *text)
{
    for (uint32_t i = 0; i < c->program.texts_count; i++)
        if (esc_text_equal(c->program.texts[i], esc_text_from(text)))
            return i;
    fail_msg("no text %s", text);
    return 0;
}

/* Of the function that gives the value of row `i`, its LOAD_DOCUMENT. */
static EscInstr *load_of(Change *c, uint32_t function)
{
    EscInstr *instr = c->code + c->functions[function].code_first;
    while (instr->op != ESC_OP_LOAD_DOCUMENT)
        instr++;
    return instr;
}

/* The effect that makes a ticket elsewhere. */
static EscEffectRow *made_by(Change *c)
{
    EscEffectRow *row = c->effects;
    while (esc_effect_info[row->kind].aux != ESC_SITE_AUX_SOURCE)
        row++;
    return row;
}

/* Its id is written as a comment then, and nothing is made elsewhere. */
static void make_none(Change *c)
{
    EscEffectRow *row = made_by(c);
    row->kind = ESC_EFFECT_COMMENT;
    row->aux = ESC_ERRAND_COMMENT;
}

#define TEXT_TYPE (ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL)

CHANGE(a_source_is_accepted, NULL, (void)c)
/* V48: documents */
CHANGE(v48_rejects_what_is_no_pointer, "V48", c->paths[0].pointer = text_of(c, "X-Sign"))
CHANGE(v48_rejects_a_place_that_is_always_there, "V48", c->paths[0].type = ESC_TYPE(ESC_KIND_TEXT))
CHANGE(v48_rejects_a_person, "V48", c->paths[0].type = ESC_TYPE(ESC_KIND_REF) | ESC_TYPE_OPTIONAL)
CHANGE(v48_rejects_a_list_as_json, "V48",
       c->paths[0].type = ESC_TYPE(ESC_KIND_LIST) | ESC_TYPE_OPTIONAL;
       c->paths[0].form = ESC_DOCUMENT_JSON)
CHANGE(v48_rejects_pairs_as_a_text, "V48", c->paths[0].form = ESC_DOCUMENT_PAIRS)
CHANGE(v08_rejects_a_form_beyond_the_last, "V08", c->paths[0].form = ESC_DOCUMENT_FORM_COUNT)
CHANGE(v08_rejects_a_root_beyond_the_last, "V08", c->paths[0].root = ESC_DOCUMENT_ROOT_COUNT)
CHANGE(v48_rejects_a_header_of_two_steps, "V48", c->paths[0].root = ESC_DOCUMENT_HEADERS;
       c->paths[0].pointer = text_of(c, "/x/y"))
CHANGE(v48_rejects_a_header_in_capitals, "V48", c->paths[0].root = ESC_DOCUMENT_HEADERS;
       c->paths[0].pointer = text_of(c, "/X-Sign"))
CHANGE(v48_rejects_all_headers_at_once, "V48", c->paths[0].root = ESC_DOCUMENT_HEADERS;
       c->paths[0].pointer = 0)
CHANGE(v48_rejects_what_was_left_out_as_a_truth, "V48", c->sources[0].left_out = c->events[0].cond)
CHANGE(v06_rejects_a_place_beyond_the_last, "V06",
       load_of(c, c->fields[0].value)->imm = c->program.document_paths_count)
CHANGE(v09_rejects_a_place_that_nothing_reads, "V09",
       load_of(c, c->fields[0].value)->imm = load_of(c, c->sources[0].event_id - 1)->imm)
CHANGE(v48_rejects_the_ticket_where_a_document_is_read, "V48",
       load_of(c, c->fields[0].value)->op = ESC_OP_LOAD_TICKET;
       load_of(c, c->fields[1].value)->imm = 0)
CHANGE(v48_rejects_a_value_of_another_type, "V48",
       c->functions[c->fields[0].value].gives = ESC_TYPE(ESC_KIND_BOOL))
CHANGE(v48_rejects_a_document_function_that_gives_nothing, "V48",
       c->functions[c->fields[0].value].gives = 0)
/* What is expected of a reply is a truth about it. */
CHANGE(v48_rejects_a_reply_that_is_judged_by_a_text, "V48",
       c->actions[0].accepts = c->fields[0].value + 1)
CHANGE(v25_rejects_a_reply_that_is_judged_by_a_request, "V25",
       c->actions[0].accepts = c->actions[0].request + 1)
CHANGE(v48_rejects_a_call_that_gives_something, "V48",
       c->functions[c->backs[0].arguments].gives = TEXT_TYPE)
/* V49: what comes in */
CHANGE(v49_rejects_a_signature_nowhere, "V49", c->sources[0].place = ESC_VERIFY_PLACE_NONE;
       c->sources[0].place_name = 0)
CHANGE(v49_rejects_a_signature_in_the_address, "V49", c->sources[0].place = ESC_VERIFY_PLACE_QUERY)
CHANGE(v49_rejects_a_header_without_a_name, "V49", c->sources[0].place_name = 0)
CHANGE(v49_rejects_a_name_without_a_header, "V49", c->sources[0].verify = ESC_VERIFY_SLACK;
       c->sources[0].place = ESC_VERIFY_PLACE_NONE)
CHANGE(v49_rejects_a_list_that_is_no_pointer, "V49", c->sources[0].each = text_of(c, "X-Sign") + 1)
CHANGE(v49_rejects_an_event_of_the_engine, "V49", c->events[1].event = ESC_EVENT_SLA_WARNING)
CHANGE(v49_rejects_what_stands_behind_every_item, "V49", c->events[1].cond = c->events[0].cond;
       c->events[0].cond = 0)
CHANGE(v48_rejects_a_condition_that_gives_a_text, "V48", c->events[0].cond = c->sources[0].event_id)
CHANGE(v49_rejects_a_field_that_no_event_has, "V49", c->events[1].event = ESC_EVENT_TICKET_UPDATED)
CHANGE(v49_rejects_fields_out_of_order, "V49", EscSourceFieldRow first = c->fields[0];
       c->fields[0] = c->fields[1]; c->fields[1] = first)
CHANGE(v48_rejects_an_id_that_is_no_text, "V48", c->sources[0].event_id = c->events[0].cond)
CHANGE(v48_rejects_a_time_that_is_none, "V48", c->sources[0].event_time = c->sources[0].event_id)
CHANGE(v25_rejects_a_value_by_another_kind_of_function, "V25",
       c->fields[0].value = c->backs[0].arguments)
CHANGE(v35_rejects_a_source_without_a_name, "V35", c->sources[0].name = 0)
CHANGE(v08_rejects_a_proof_beyond_the_last, "V08", c->sources[0].verify = ESC_VERIFY_COUNT)
CHANGE(v09_rejects_a_source_without_events, "V09", c->sources[0].events_count = 0;
       c->sources[0].events_first = 0)
/* V50: what goes back */
CHANGE(v50_rejects_a_field_of_an_event, "V50", c->backs[0].field = c->fields[4].field)
CHANGE(v50_rejects_fields_out_of_order, "V50", EscSourceBackRow first = c->backs[0];
       c->backs[0] = c->backs[1]; c->backs[1] = first)
CHANGE(v50_rejects_another_action, "V50", c->backs[0].action = c->backs[1].action)
CHANGE(v25_rejects_what_is_no_call, "V25", c->backs[0].arguments = c->fields[0].value)

/* V52: what else is done by its system */
CHANGE(v52_rejects_kinds_out_of_order, "V52", EscSourceErrandRow first = c->errands[TO_COMMENT];
       c->errands[TO_COMMENT] = c->errands[TO_COMMENT_PUBLIC];
       c->errands[TO_COMMENT_PUBLIC] = first)
CHANGE(v52_rejects_a_kind_twice, "V52", c->errands[TO_COMMENT].kind = ESC_ERRAND_COMMENT_PUBLIC)
CHANGE(v52_rejects_a_ticket_without_an_id, "V52",
       c->actions[c->errands[TO_MAKE].action].result = 0)
CHANGE(v52_rejects_to_take_back_what_is_never_made, "V52", make_none(c); c->errands[0] = c->errands[TO_UNDO];
       c->program.source_errands_count = c->sources[0].errands_count = 1)
CHANGE(v52_rejects_to_take_back_a_comment, "V52", make_none(c); c->errands[TO_MAKE] = c->errands[TO_UNDO];
       c->program.source_errands_count = c->sources[0].errands_count = TO_UNDO)
CHANGE(v52_rejects_another_action, "V52",
       c->errands[TO_COMMENT].action = c->errands[TO_MAKE].action)
CHANGE(v25_rejects_an_errand_that_is_no_call, "V25",
       c->errands[TO_COMMENT].arguments = c->fields[0].value)
CHANGE(v08_rejects_an_errand_beyond_the_last, "V08", c->errands[TO_UNDO].kind = ESC_ERRAND_COUNT)
/* V53: what is made by it */
CHANGE(v53_rejects_a_source_that_makes_no_tickets, "V53", made_by(c)->aux = 1)
CHANGE(v06_rejects_to_make_by_a_source_beyond_the_last, "V06", made_by(c)->aux = 2)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_accepted),
        cmocka_unit_test(v48_rejects_what_is_no_pointer),
        cmocka_unit_test(v48_rejects_a_place_that_is_always_there),
        cmocka_unit_test(v48_rejects_a_person),
        cmocka_unit_test(v48_rejects_a_list_as_json),
        cmocka_unit_test(v48_rejects_pairs_as_a_text),
        cmocka_unit_test(v08_rejects_a_form_beyond_the_last),
        cmocka_unit_test(v08_rejects_a_root_beyond_the_last),
        cmocka_unit_test(v48_rejects_a_header_of_two_steps),
        cmocka_unit_test(v48_rejects_a_header_in_capitals),
        cmocka_unit_test(v48_rejects_all_headers_at_once),
        cmocka_unit_test(v48_rejects_what_was_left_out_as_a_truth),
        cmocka_unit_test(v06_rejects_a_place_beyond_the_last),
        cmocka_unit_test(v09_rejects_a_place_that_nothing_reads),
        cmocka_unit_test(v48_rejects_the_ticket_where_a_document_is_read),
        cmocka_unit_test(v48_rejects_a_value_of_another_type),
        cmocka_unit_test(v48_rejects_a_document_function_that_gives_nothing),
        cmocka_unit_test(v48_rejects_a_reply_that_is_judged_by_a_text),
        cmocka_unit_test(v25_rejects_a_reply_that_is_judged_by_a_request),
        cmocka_unit_test(v48_rejects_a_call_that_gives_something),
        cmocka_unit_test(v49_rejects_a_signature_nowhere),
        cmocka_unit_test(v49_rejects_a_signature_in_the_address),
        cmocka_unit_test(v49_rejects_a_header_without_a_name),
        cmocka_unit_test(v49_rejects_a_name_without_a_header),
        cmocka_unit_test(v49_rejects_a_list_that_is_no_pointer),
        cmocka_unit_test(v49_rejects_an_event_of_the_engine),
        cmocka_unit_test(v49_rejects_what_stands_behind_every_item),
        cmocka_unit_test(v48_rejects_a_condition_that_gives_a_text),
        cmocka_unit_test(v49_rejects_a_field_that_no_event_has),
        cmocka_unit_test(v49_rejects_fields_out_of_order),
        cmocka_unit_test(v48_rejects_an_id_that_is_no_text),
        cmocka_unit_test(v48_rejects_a_time_that_is_none),
        cmocka_unit_test(v25_rejects_a_value_by_another_kind_of_function),
        cmocka_unit_test(v35_rejects_a_source_without_a_name),
        cmocka_unit_test(v08_rejects_a_proof_beyond_the_last),
        cmocka_unit_test(v09_rejects_a_source_without_events),
        cmocka_unit_test(v50_rejects_a_field_of_an_event),
        cmocka_unit_test(v50_rejects_fields_out_of_order),
        cmocka_unit_test(v50_rejects_another_action),
        cmocka_unit_test(v25_rejects_what_is_no_call),
        cmocka_unit_test(v52_rejects_kinds_out_of_order),
        cmocka_unit_test(v52_rejects_a_kind_twice),
        cmocka_unit_test(v52_rejects_a_ticket_without_an_id),
        cmocka_unit_test(v52_rejects_to_take_back_what_is_never_made),
        cmocka_unit_test(v52_rejects_to_take_back_a_comment),
        cmocka_unit_test(v52_rejects_another_action),
        cmocka_unit_test(v25_rejects_an_errand_that_is_no_call),
        cmocka_unit_test(v08_rejects_an_errand_beyond_the_last),
        cmocka_unit_test(v53_rejects_a_source_that_makes_no_tickets),
        cmocka_unit_test(v06_rejects_to_make_by_a_source_beyond_the_last),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
