/* test_no_memory.c - an engine that is to be made where there is no memory. */
#include <esc/engine.h>

#include "support/alloc_fail.h"
#include "support/test.h"

static void without_memory_there_is_no_engine(void **state)
{
    (void)state;
    const EscEngineConfig config = {.hash_seed = 1};
    bool happened = true;
    for (unsigned nth = 1; happened; nth++) {
        alloc_fail_at(nth);
        EscEngine *engine = esc_engine_new(&config);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_true((engine == NULL) == happened);
        esc_engine_free(engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_there_is_no_engine),
    };
    return cmocka_run_group_tests_name("no_memory", tests, NULL, NULL);
}
