/* test_kept_rows.c - rows of what is counted and awaited: there and back, cut off, with every bit turned, and under a bundle
 * that has no use for them. */
#include "engine_scene.h"

#include <stdio.h>
#include <string.h>

#include <engine/rows.h>

#include "support/test.h"

#define WORLD                                                                                      \
    "extend ticket { site: text? }\n"                                                              \
    "event alert.firing { service: text }\nevent agent.heartbeat { host: text }\n"                 \
    "policy p { last resort dora  limit 3 keys }\n"
#define BODY                                                                                       \
    "owners { primary ana ack within 30m }\n"                                                      \
    "steps { await resolved within 30d else raise overdue }\nclose when resolved }\n"
#define SOURCE                                                                                     \
    WORLD "template storm { start on alert.firing when count(alert.firing per event.service "      \
          "within 10m) > 3\n" BODY                                                                 \
          "template silent { start after no agent.heartbeat per event.host for 10m when now in "   \
          "11:00..12:00 or event.host = \"told\"\n" BODY                                           \
          "template down { start on ticket.created when ticket.kind = problem\n" BODY              \
          "template link { start on ticket.created when ticket.kind = task and not open(down per " \
          "ticket.site)\n" BODY

static EscBuf bodies[8];
static size_t bodies_count;

static EscBuf *body_new(void)
{
    EscBuf *body = &bodies[bodies_count++];
    esc_buf_init(body, 100000);
    return body;
}

static void beat(Scene *scene, const char *host)
{
    char data[64];
    snprintf(data, sizeof data, "{\"host\":\"%s\"}", host);
    assert_status(scene_event(scene, "agent.heartbeat", "", data), ESC_OK);
}

/* A count, a silence of each state, what is open, and that there are too many. */
static void bodies_make(void)
{
    Scene *scene = scene_of(SOURCE);
    EscEngine *engine = scene_engine(scene);
    bodies_count = 0;
    beat(scene, "told");
    beat(scene, "over");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    for (int i = 0; i < 3; i++) {
        assert_status(scene_event(scene, "alert.firing", "", "{\"service\":\"db\"}"), ESC_OK);
        scene_after(scene, ESC_MINUTE_MS);
    }
    beat(scene, "refused");
    assert_status(
        scene_event(scene, "ticket.created", "T-1", "{\"kind\":\"problem\",\"site\":\"kiel\"}"),
        ESC_OK);
    assert_int_equal(engine->kepts.used, 3);
    for (uint32_t i = 0; i < engine->kepts.count; i++)
        esc_kept_pack(body_new(), engine, &engine->kepts.items[i]);
    assert_int_equal(engine->opens.count, 1);
    esc_open_pack(body_new(), &engine->opens.items[0]);
    EscKeptId id;
    assert_true(engine->kepts.told_ms > 0);
    esc_kepts_told_row(engine, &id, body_new());
    scene_free(scene);
}

static int set_up(void **state)
{
    (void)state;
    bodies_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < bodies_count; i++)
        esc_buf_release(&bodies[i]);
    return 0;
}

static EscStatus give(EscEngine *engine, uint32_t number, EscBytes body)
{
    EscKeptRow row = {.body = body};
    memcpy(row.id, &number, sizeof number);
    EscWhy why = {.text = ""};
    EscStatus status = esc_engine_restore_kept(engine, &row, &why);
    if (status != ESC_OK)
        assert_string_equal(why.text, "what is counted or awaited cannot be read");
    return status;
}

static void each_comes_back(void **state)
{
    (void)state;
    Scene *scene = scene_of(SOURCE);
    EscEngine *engine = scene_engine(scene);
    for (size_t i = 0; i < bodies_count; i++)
        assert_status(give(engine, (uint32_t)i, esc_buf_as_bytes(&bodies[i])), ESC_OK);
    assert_int_equal(engine->kepts.used, 3);
    assert_true(engine->kepts.told_ms > 0);
    assert_int_equal(engine->opens.count, 0); /* its escalation is not there: the row goes */
    assert_int_equal(engine->kepts.gone_count, 1);
    for (uint32_t i = 0; i < engine->kepts.count; i++) {
        EscBuf again;
        esc_buf_init(&again, 100000);
        esc_kept_pack(&again, engine, &engine->kepts.items[i]);
        assert_true(esc_text_equal(esc_buf_as_text(&again), esc_buf_as_text(&bodies[i])));
        esc_buf_release(&again);
    }
    assert_status(give(engine, 0, esc_buf_as_bytes(&bodies[0])), ESC_BAD_INPUT); /* a second time */
    scene_free(scene);
}

static void what_is_cut_off_is_refused(void **state)
{
    (void)state;
    Scene *scene = scene_of(SOURCE);
    uint32_t number = 0;
    for (size_t i = 0; i < bodies_count; i++)
        for (size_t size = 0; size < bodies[i].size; size++)
            assert_status(give(scene_engine(scene), number++, (EscBytes){bodies[i].data, size}),
                          ESC_BAD_INPUT);
    scene_free(scene);
}

static void every_bit_turned_is_refused_or_read(void **state)
{
    (void)state;
    Scene *scene = scene_of(SOURCE);
    uint32_t number = 0;
    for (size_t i = 0; i < bodies_count; i++)
        for (size_t bit = 0; bit < bodies[i].size * 8; bit++) {
            bodies[i].data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            EscStatus status = give(scene_engine(scene), number++, esc_buf_as_bytes(&bodies[i]));
            assert_true(status == ESC_OK || status == ESC_BAD_INPUT);
            bodies[i].data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    scene_free(scene);
}

static void a_ticket_has_an_id_of_one(void **state)
{
    (void)state;
    Scene *scene = scene_of(SOURCE), *other = scene_of(SOURCE);
    EscEngine *engine = scene_engine(scene);
    beat(scene, "web-1");
    EscSilence *silence = engine->kepts.items[0].silence;
    char id[ESC_ID_BYTES_MAX + 1];
    memset(id, 'x', sizeof id);
    const EscText ids[] = {{id, ESC_ID_BYTES_MAX}, {id, ESC_ID_BYTES_MAX + 1}, {id, 0}};
    for (uint32_t i = 0; i < ESC_COUNT_OF(ids); i++) {
        EscBuf body;
        esc_buf_init(&body, 100000);
        esc_text_drop(&silence->ticket);
        silence->ticket = esc_text_own(ids[i]);
        esc_kept_pack(&body, engine, &engine->kepts.items[0]);
        assert_status(give(scene_engine(other), i, esc_buf_as_bytes(&body)),
                      i == 0 ? ESC_OK : ESC_BAD_INPUT);
        esc_buf_release(&body);
    }
    scene_free(scene);
    scene_free(other);
}

static void what_no_start_asks_for_goes(void **state)
{
    (void)state;
    Scene *scene = scene_of(WORLD "template other { start on alert.firing\n" BODY);
    EscEngine *engine = scene_engine(scene);
    for (size_t i = 0; i < bodies_count; i++)
        assert_status(give(engine, (uint32_t)i, esc_buf_as_bytes(&bodies[i])), ESC_OK);
    assert_int_equal(engine->kepts.used, 0);
    assert_int_equal(engine->kepts.gone_count, 4);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comes_back),
        cmocka_unit_test(what_is_cut_off_is_refused),
        cmocka_unit_test(every_bit_turned_is_refused_or_read),
        cmocka_unit_test(a_ticket_has_an_id_of_one),
        cmocka_unit_test(what_no_start_asks_for_goes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
