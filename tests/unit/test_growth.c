/* test_growth.c - nothing that one file can list costs more than its length: each source here fills a file with one kind of
 * thing, and is checked and built in a bounded time of the processor. What grows with the square of the list needs minutes
 * for these, what grows with the list a part of a second, so the bound tells them apart on any machine. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <esc/vm.h>

#include "workspace_scene.h"

enum { SOURCE_SIZE = (1 << 20) - 1, BOUND_SECONDS = 15 };

#define OWNERS "owners { primary ana ack within 5m }"

/* `before`, then `%u` lines until the file is full or there are `count`, then `behind`. The item's number stands for each
 * `#` in it. */
typedef struct Growth {
    const char *name, *before, *item, *behind;
    unsigned count;
} Growth;

static const Growth growths[] = {
    {"fields of a raise", "runbook r { raise lost { ", "a#:1 ", "} }", 60000},
    {"one field of a raise", "runbook r { raise lost { ", "a:1 ", "} }", 60000},
    {"fields of an exception in many raises", "runbook r { ", "raise lost{a#:1} ", "}", 50000},
    {"exceptions and a handler of all", "template t { manual " OWNERS " steps { ",
     "raise e#{b#:1} ",
     "} on exception { notify incidents \"{exception.b7}\" } close when resolved }", 50000},
    {"readers of exceptions' fields",
     "template t { manual " OWNERS " steps { raise a{x:1} } on exception { ", "attach exception.y ",
     "} close when resolved }", 50000},
    {"given fields", "test \"t\" { given ticket { ", "a#:1 ", "} }", 60000},
    {"fields of a new ticket", "runbook r { create ticket a { title:\"x\" ", "seats:1 ", "} }",
     60000},
    {"arguments", "runbook r { s.a(", "a#:1,", "z:1) }", 60000},
    {"numbers of a match", "runbook r { match ticket.left.minutes { ", "#=>{} ",
     "otherwise=>{} } }", 60000},
    {"texts of a match", "runbook r { match ticket.title { ", "\"#\"=>{} ", "otherwise=>{} } }",
     60000},
    {"answers", "runbook r { ask ana \"x\" within 1h { ", "answer a#{} ", "timeout{} } }", 60000},
    {"handlers of exceptions", "template t { manual " OWNERS " steps { } ", "on exception e#{}\n",
     "close when resolved }", 50000},
    {"one exception handled often", "template t { manual " OWNERS " steps { } ", "on exception{}\n",
     "close when resolved }", 60000},
    {"confirmations", "template t { manual " OWNERS " steps { } qa { ", "check confirmed \"#\"\n",
     "} close when resolved }", 40000},
    {"checks", "template t { manual " OWNERS " steps { } qa { ", "check consistent\n",
     "} close when resolved }", 60000},
    {"events", "", "event e.e#{x:text}\n", "", 50000},
    {"fields of an event", "event e.x { ", "a#:text ", "}", 60000},
    {"fields of the ticket", "extend ticket { ", "a#:text ", "}", 60000},
    {"values of a field", "extend ticket { a: ", "b#|", "c default c }", 60000},
    {"members of a team", "team t { ", "ana ", "}", 60000},
    {"unknown members of a team", "team t { ", "ann# ", "}", 60000},
    {"people and wrong names", "", "person b#{chat \"@b\"}\nteam t#{bb#}\n", "", 20000},
    {"wrong fields", "runbook r { ", "attach ticket.titel ", "}", 50000},
    {"wrong events", "template t { start on ", "ticket.create,",
     "ticket.created " OWNERS " steps { } close when resolved }", 60000},
    {"one event said often", "template t { start on ", "ticket.created,",
     "ticket.created " OWNERS " steps { } close when resolved }", 60000},
    {"steps in one line", "",
     "template t#{manual " OWNERS
     " steps{page ana \"é\" notify ana \"é\" page ana \"é\"} close when resolved} ",
     "", 10000},
    {"faults in one line", "runbook r { ", "attach ticket.é ", "}", 50000},
    {"runs of a runbook far away", "",
     "template t#{manual " OWNERS " steps{run far()} close when resolved}\n",
     "runbook far { notify incidents \"x\" }", 10000},
    {"starts of templates", "template t { manual " OWNERS " close when resolved steps { ",
     "start template u()\n", "} }\ntemplate u { manual " OWNERS " steps { } close when resolved }",
     50000},
    {"rules of a policy", "policy q { ", "require owners primary\n", "}", 40000},
    {"names of a rule", "policy q { require qa ", "acknowledged,", "acknowledged }", 60000},
    {"rotations", "schedule s { ", "daily from 2026-01-05 ana\n", "}", 40000},
    {"overrides", "schedule s { daily from 2026-01-05 ana ",
     "override 2026-08-03..2026-08-04 ana\n", "}", 20000},
    {"absences", "person p { chat \"@p\" ", "absent 2026-08-03..2026-08-04 covered by ana\n", "}",
     30000},
    {"hours", "calendar c { ", "mon 08:00..08:01\n", "}", 50000},
    {"days", "calendar c { mon 08:00..18:00 ", "closed 2026-01-05\n", "}", 50000},
    {"parameters", "runbook r (", "a#:text,", "z:text) { }", 60000},
    {"names of steps", "runbook r { ", "create ticket a#{title:\"x\"} ", "}", 30000},
    {"conditions", "template t { manual " OWNERS " steps { } close when ", "ticket.title=\"#\" or ",
     "resolved }", 30000},
};

static size_t put_item(char *out, const char *item, unsigned number)
{
    size_t size = 0;
    for (; *item != '\0'; ++item) {
        if (*item == '#')
            size += (size_t)sprintf(out + size, "%u", number);
        else
            out[size++] = *item;
    }
    return size;
}

static unsigned fill(char *out, const Growth *growth)
{
    size_t size = (size_t)sprintf(out, "%s", growth->before);
    unsigned made = 0;
    while (made < growth->count &&
           size + strlen(growth->item) + 40 + strlen(growth->behind) < SOURCE_SIZE)
        size += put_item(out + size, growth->item, made++);
    (void)sprintf(out + size, "%s", growth->behind);
    return made;
}

/* Checks, shows, and builds; how many seconds of the processor it took. */
static double seconds_of(const char *source)
{
    clock_t start = clock();
    EscWorkspace *workspace = scene_checked(source);
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    esc_diagnostics_write_json(workspace, &bytes);
    esc_buf_clear(&bytes);
    EscStatus status = esc_workspace_build(workspace, &bytes, &why);
    assert_true(status == ESC_OK || status == ESC_BAD_SOURCE);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void lists_cost_their_length(void **state)
{
    (void)state;
    char *source = malloc(SOURCE_SIZE + 1);
    bool is_fine = source != NULL;
    for (size_t i = 0; i < ESC_COUNT_OF(growths) && source != NULL; ++i) {
        unsigned made = fill(source, &growths[i]);
        double seconds = seconds_of(source);
        print_message("%6.2f s  %u  %s\n", seconds, made, growths[i].name);
        is_fine = is_fine && seconds < BOUND_SECONDS;
    }
    free(source);
    assert_true(is_fine);
}

/* A template that starts on a thousand events and reads them thousands of times: what its events have is found out once. */
static void many_events_are_read_often(void **state)
{
    (void)state;
    enum { EVENTS = 1000, BODIES = 20, READS = 60 };
    char *source = malloc(SOURCE_SIZE + 1);
    assert_non_null(source);
    size_t size = 0;
    for (unsigned i = 0; i < EVENTS; ++i)
        size += (size_t)sprintf(source + size, "event e.e%u { x: text  n%u: number }\n", i, i);
    size += (size_t)sprintf(source + size, "template t { " OWNERS " steps {\n");
    for (unsigned i = 0; i < BODIES * READS; ++i)
        size += (size_t)sprintf(source + size, "%s attach event.n%u\n%s",
                                i % READS == 0 ? "notify ana \"{event.x}\" " : "", i % EVENTS,
                                i % READS == READS - 1 ? "wait 5m\n" : "");
    size += (size_t)sprintf(source + size, "} close when resolved start on ");
    for (unsigned i = 0; i < EVENTS; ++i)
        size += (size_t)sprintf(source + size, "%se.e%u", i == 0 ? "" : ", ", EVENTS - 1 - i);
    (void)sprintf(source + size, " }\n");
    EscWorkspace *workspace = scene_sound(source);
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    if (esc_workspace_build(workspace, &bytes, &why) != ESC_OK)
        fail_msg("%s", why.text);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_cost_their_length),
        cmocka_unit_test(many_events_are_read_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
