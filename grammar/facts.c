/* facts.c - habits of tests: a name that an expectation begins with and that is no fact. A name can also begin a comparison, so
 * the fault shows only behind it. */
#include "habits.h"

static const struct {
    const char *words, *text, *instead;
} others[] = {
    {"message messages notification notified", "a message is expected with `notify`", "notify"},
    {"paged", "a page is expected with `page`", "page"},
    {"assignee assigned", "who is accountable is expected with `owner`", "owner"},
};

static const char *const facts[] = {"notify",  "page",    "asked",   "call",    "exception",
                                    "handoff", "created", "started", "nothing", "owner",
                                    "role",    "passed",  "failed",  "closed",  "qa"};

/* Behind a bare name at the beginning of an expectation only an operator can follow; elsewhere `and` could, too. */
static bool is_bare_name(const Fault *fault, EscText name)
{
    EscText lead = esc_look_name_before(fault, fault->parse->previous.start);
    return name.size > 0 && esc_fault_has(fault, "=") && !esc_fault_has(fault, "and") &&
           esc_text_equal(esc_look_name_at(fault, fault->parse->previous.start), name) &&
           esc_look_is_one_of(lead, "expect and or not far that");
}

static bool put(const Fault *fault, EscText name, const char *text, const char *instead,
                bool is_guess)
{
    EscSpan span = fault->parse->previous;
    EscText message = esc_arena_printf(fault->parse->arena, "`%.*s` is not something to expect%s%s",
                                       ESC_TEXT_ARG(name), text[0] == '\0' ? "" : ": ", text);
    const char *hint = "what happened begins with a word such as `page`, `notify` or `closed`, and "
                       "a field with `ticket.`";
    if (instead == NULL)
        return esc_fault_put(fault, ESC_SYNTAX_UNEXPECTED, span, message, hint);
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, span, message, "",
                              (FaultEdit){.start = span.start,
                                          .end = span.end,
                                          .text = esc_text_from(instead),
                                          .is_guess = is_guess});
}

static const char *nearest(EscText name)
{
    unsigned limit = name.size <= 3 ? 1 : 2, best = limit + 1;
    const char *found = NULL;
    for (size_t i = 0; i < ESC_COUNT_OF(facts); i++) {
        unsigned distance = esc_text_distance(name, esc_text_from(facts[i]), limit);
        if (distance < best) {
            best = distance;
            found = facts[i];
        }
    }
    return found;
}

bool esc_shape_of_fact(const Fault *fault)
{
    EscText name = esc_fault_before(fault);
    if (!is_bare_name(fault, name))
        return false;
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        if (esc_look_is_one_of(name, others[i].words))
            return put(fault, name, others[i].text, others[i].instead, false);
    return put(fault, name, "", nearest(name), true);
}
