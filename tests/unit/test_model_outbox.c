/* test_model_outbox.c - rows that are not settled are found, in whatever order the others settle. */
#include <engine/model.h>

#include <stdlib.h>

#include "model_fixture.h"
#include "support/test.h"

enum { ROWS = 300 };

static void add_row(Model *model)
{
    const EscOutboxRow row = {
        .kind = ESC_OUTBOX_MESSAGE, .target = ESC_TEXT("incidents"), .medium = ESC_TEXT("webhook")};
    (void)esc_outbox_put(model->engine, model->escalation, &row);
}

static void settle(Model *model, uint64_t id)
{
    EscOutboxNode *found = esc_outbox_find(model->engine, id);
    assert_non_null(found);
    assert_true(found->id == id);
    EscOutboxNode node = *found;
    esc_outbox_remove(model->engine, found);
    assert_text_equal(node.ticket, "T-9");
    esc_text_drop(&node.ticket);
}

/* New rows come meanwhile, as they do. */
static void rows_settle_in_any_order(void **state)
{
    (void)state;
    Model *model = model_new();
    uint64_t first = model->engine->counters.next_outbox, seed = 7;
    bool is_settled[2 * ROWS] = {false};
    for (size_t i = 0; i < ROWS; i++)
        add_row(model);
    for (size_t count = ROWS; count > 0;) {
        size_t place = (size_t)(test_random(&seed) % (model->engine->counters.next_outbox - first));
        if (is_settled[place])
            continue;
        settle(model, first + place);
        is_settled[place] = true;
        count--;
        if (count % 3 == 0 && model->engine->counters.next_outbox - first < 2 * ROWS) {
            add_row(model);
            count++;
        }
        for (size_t i = 0; i < model->engine->counters.next_outbox - first; i++)
            assert_true((esc_outbox_find(model->engine, first + i) == NULL) == is_settled[i]);
    }
    assert_true(model->engine->outbox.count <= 2); /* what is settled does not stay */
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_settle_in_any_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
