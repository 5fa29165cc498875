/* test_model_groups.c - keys of tickets that belong together: which escalation has one, and which wait (model/groups.c). */
#include <engine/rows.h>

#include <stdio.h>
#include <stdlib.h>

#include "model_fixture.h"
#include "support/test.h"

static EscText key_of(char text[16], unsigned number)
{
    snprintf(text, 16, "n=%u", number);
    return esc_text_from(text);
}

static EscText name_of(const Model *model)
{
    return model->escalation->template_name;
}

/* The escalation of the fixture has that key. */
static void put(Model *model, const char *key)
{
    model->escalation->group_key = esc_text_own(esc_text_from(key));
    esc_group_put(model->engine, model->escalation);
}

static void the_newest_one_of_a_key_is_found(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    assert_null(esc_group_open(engine, name_of(model), ESC_TEXT("n=1")));
    put(model, "n=1");
    esc_group_put(engine, model->escalation); /* as when it wakes */
    assert_ptr_equal(esc_group_open(engine, name_of(model), ESC_TEXT("n=1")), model->escalation);
    assert_null(esc_group_open(engine, name_of(model), ESC_TEXT("n=2")));
    assert_null(esc_group_open(engine, ESC_TEXT("other"), ESC_TEXT("n=1")));
    EscEscalation older = *model->escalation;
    older.id--;
    esc_group_put(engine, &older); /* a start restores in any order */
    assert_ptr_equal(esc_group_open(engine, name_of(model), ESC_TEXT("n=1")), model->escalation);
    esc_group_close(engine, &older, 0); /* its end leaves the newer one */
    assert_ptr_equal(esc_group_open(engine, name_of(model), ESC_TEXT("n=1")), model->escalation);
    esc_group_close(engine, model->escalation, 0);
    assert_null(esc_group_open(engine, name_of(model), ESC_TEXT("n=1")));
    assert_int_equal(engine->groupings.count, 0);
    model_free(model);
}

static void a_key_waits_behind_its_end(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    put(model, "n=1");
    esc_group_close(engine, model->escalation, engine->now_ms + 100);
    assert_true(esc_group_free_ms(engine, name_of(model), ESC_TEXT("n=1")) == engine->now_ms + 100);
    assert_true(esc_group_free_ms(engine, name_of(model), ESC_TEXT("n=2")) == 0);
    esc_groups_move(engine, 1000);
    assert_true(esc_group_free_ms(engine, name_of(model), ESC_TEXT("n=1")) ==
                engine->now_ms + 1100);
    model_free(model);
}

/* What waits comes back as it was, by name; what is over does not. */
static void waiting_keys_are_kept(void **state)
{
    (void)state;
    Model *model = model_new(), *other = model_new();
    EscBuf first = esc_turn_buf(), second = esc_turn_buf();
    char text[16];
    for (unsigned i = 5; i > 0; i--)
        esc_group_free_put(model->engine, ESC_TEXT("t"), key_of(text, i),
                           model->engine->now_ms + (i == 3 ? 0 : (int64_t)i));
    esc_groups_pack(&first, model->engine);
    EscCursor cursor = esc_cursor(esc_buf_as_bytes(&first));
    esc_groups_unpack(&cursor, other->engine);
    assert_false(cursor.failed);
    assert_int_equal(other->engine->groupings.count, 4);
    esc_groups_pack(&second, other->engine);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    for (size_t size = 0; size < first.size; size++) { /* and nothing that is cut off */
        cursor = esc_cursor((EscBytes){first.data, size});
        esc_groups_unpack(&cursor, other->engine);
        assert_true(cursor.failed);
    }
    esc_buf_release(&first);
    esc_buf_release(&second);
    model_free(model);
    model_free(other);
}

/* Of too many, those whose time is over first may start. */
static void waiting_keys_are_bounded(void **state)
{
    (void)state;
    enum { COUNT = ESC_GROUP_WAITING_MAX + 2 * ESC_GROUP_SWEEP };
    Model *model = model_new();
    char text[16];
    put(model, "open");
    for (unsigned i = 0; i < COUNT; i++)
        esc_group_free_put(model->engine, ESC_TEXT("t"), key_of(text, i),
                           model->engine->now_ms + ESC_DAY_MS - i);
    assert_true(model->engine->groupings.count <= ESC_GROUP_WAITING_MAX + ESC_GROUP_SWEEP + 1);
    assert_true(model->engine->groupings.count >= ESC_GROUP_WAITING_MAX);
    assert_true(esc_group_free_ms(model->engine, ESC_TEXT("t"), key_of(text, 0)) > 0);
    assert_true(
        esc_group_free_ms(model->engine, ESC_TEXT("t"), key_of(text, ESC_GROUP_WAITING_MAX)) == 0);
    assert_non_null(esc_group_open(model->engine, name_of(model), ESC_TEXT("open")));
    model->engine->now_ms += 2 * ESC_DAY_MS; /* all are over: the next ones clear them up */
    for (unsigned i = 0; i <= ESC_GROUP_SWEEP; i++)
        esc_group_free_put(model->engine, ESC_TEXT("u"), key_of(text, i),
                           model->engine->now_ms + ESC_DAY_MS);
    assert_true(model->engine->groupings.count <= ESC_GROUP_SWEEP + 2);
    model_free(model);
}

static void members_come_and_go(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscTicket *ticket = esc_ticket_new(engine, ESC_TEXT("M"), MODEL_START_MS);
    engine->schema.status_slot = ESC_NONE; /* the flag says it */
    put(model, "n=1");
    esc_member_add(engine, model->escalation, ticket);
    assert_true(esc_ticket_is_live(ticket));
    assert_true(ticket->is_dirty);
    assert_int_equal(esc_ticket_open_id(engine, ticket, name_of(model)), model->escalation->id);
    assert_int_equal(esc_ticket_open_id(engine, ticket, ESC_TEXT("other")), 0);
    assert_int_equal(esc_escalation_tickets(engine, model->escalation), 2);
    assert_false(esc_member_look(engine, model->escalation, ticket));
    esc_ticket_set_resolved(engine, ticket, "resolved", true);
    assert_true(esc_member_look(engine, model->escalation, ticket));
    assert_int_equal(esc_escalation_tickets(engine, model->escalation), 1);
    assert_false(esc_member_look(engine, model->escalation, model->ticket)); /* it leads */
    esc_ticket_set_resolved(engine, model->ticket, "resolved", true);
    assert_true(esc_escalation_is_resolved(engine, model->escalation));
    esc_group_close(engine, model->escalation, 0);
    assert_int_equal(ticket->joined_count, 0);
    assert_int_equal(esc_ticket_open_id(engine, ticket, name_of(model)), 0);
    model_free(model);
}

/* Of an escalation's part, and a ticket's: as they were, and nothing else. */
static void groups_are_read_back(void **state)
{
    (void)state;
    Model *model = model_new(), *other = model_new();
    EscBuf body = esc_turn_buf();
    put(model, "n=1");
    esc_member_put(model->escalation, ESC_TEXT("M"), true);
    esc_member_put(model->escalation, ESC_TEXT("N"), false);
    esc_group_pack(&body, model->escalation);
    EscText group = esc_buf_as_text(&body);
    for (size_t size = 1; size < group.size; size++) {
        EscEscalation cut = {.state = ESC_STATE_OPEN};
        assert_false(esc_group_unpack((EscText){group.data, size}, other->engine, &cut));
        for (size_t i = 0; i < cut.members_count; i++)
            esc_text_drop(&cut.members[i].ticket);
        free(cut.members);
    }
    assert_true(esc_group_unpack(group, other->engine, other->escalation));
    assert_text_equal(other->escalation->group_key, "n=1");
    assert_int_equal(other->escalation->members_count, 2);
    assert_text_equal(other->escalation->members[1].ticket, "N");
    assert_true(other->escalation->members[0].is_resolved);
    assert_false(other->escalation->members[1].is_resolved);
    assert_ptr_equal(esc_group_open(other->engine, name_of(other), ESC_TEXT("n=1")),
                     other->escalation);
    esc_buf_release(&body);
    model_free(model);
    model_free(other);
}

static void what_no_group_is_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"\0\0", 2},         /* no key */
        {"\1k\1\0\0", 5},    /* a ticket without an id */
        {"\1k\1\1T\2", 6},   /* neither resolved nor not */
        {"\1k\1\1T\0\0", 7}, /* something behind it */
        {"\1k\1\1T", 5},     /* cut off */
        {"\1k\350\7", 4},    /* a thousand further tickets */
    };
    Model *model = model_new();
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        EscEscalation read = {.state = ESC_STATE_OPEN};
        assert_false(esc_group_unpack((EscText){bad[i].bytes, bad[i].size}, model->engine, &read));
        for (size_t k = 0; k < read.members_count; k++)
            esc_text_drop(&read.members[k].ticket);
        free(read.members);
    }
    model_free(model);
}

static void what_a_ticket_joined_is_shown(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf body = esc_turn_buf(), shown = esc_turn_buf();
    esc_ticket_pack(&body, model->engine, model->ticket);
    assert_true(esc_ticket_joined_show(esc_buf_as_bytes(&body), &shown));
    assert_text_equal(esc_buf_as_text(&shown), "[]");
    esc_joined_put(model->ticket, 12, ESC_TEXT("down"));
    esc_joined_put(model->ticket, 13, ESC_TEXT("up"));
    esc_buf_clear(&body);
    esc_buf_clear(&shown);
    esc_ticket_pack(&body, model->engine, model->ticket);
    assert_true(esc_ticket_joined_show(esc_buf_as_bytes(&body), &shown));
    assert_text_equal(esc_buf_as_text(&shown), "[{\"escalation\":\"E-12\",\"template\":\"down\"},"
                                               "{\"escalation\":\"E-13\",\"template\":\"up\"}]");
    assert_false(esc_ticket_joined_show((EscBytes){body.data, 1}, &shown));
    assert_true(esc_ticket_joined_show((EscBytes){(const uint8_t *)"{}", 2}, &shown)); /* old */
    esc_buf_release(&body);
    esc_buf_release(&shown);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_one_of_a_key_is_found),
        cmocka_unit_test(a_key_waits_behind_its_end),
        cmocka_unit_test(waiting_keys_are_kept),
        cmocka_unit_test(waiting_keys_are_bounded),
        cmocka_unit_test(members_come_and_go),
        cmocka_unit_test(groups_are_read_back),
        cmocka_unit_test(what_no_group_is_is_refused),
        cmocka_unit_test(what_a_ticket_joined_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
