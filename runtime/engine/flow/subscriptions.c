/* subscriptions.c - a person subscribes a browser of theirs for pushes, or ends that; and push services say that a browser takes
 * no more. */
#include "deeds.h"

#include <string.h>

#include "results.h"

static bool has_push(const EscEngine *engine, EscText person)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t index = 0;
    if (!esc_directory_person(program, person, &index))
        return false;
    const EscPersonRow *row = &program->persons[index];
    for (uint32_t i = 0; i < row->contacts_count; i++)
        if (program->contacts[row->contacts_first + i].kind == ESC_CONTACT_PUSH)
            return true;
    return false;
}

static EscBrowserNode *browser_by_id(EscEngine *engine, EscText person, EscText id)
{
    EscBrowserNode *node = NULL;
    for (size_t i = 0; (node = esc_browser_of(engine, person, i)) != NULL; i++)
        if (esc_text_equal(esc_browser_id(engine, node), id))
            return node;
    return NULL;
}

static bool is_same(const EscBrowserNode *node, const EscBrowser *browser)
{
    return node != NULL && esc_text_equal(node->key, browser->key) &&
           esc_text_equal(node->auth, browser->auth) && esc_text_equal(node->title, browser->title);
}

static EscStatus browser_add(EscEngine *engine, EscText person, const EscBrowser *browser,
                             EscWhy *why)
{
    const EscBrowserNode *before = esc_browser_with(engine, person, browser->url);
    if (!has_push(engine, person))
        return esc_why(why, ESC_CONFLICT, "", 0,
                       "the directory does not say that %.*s is reached by push: add it to their "
                       "ways, as in push \"%.*s\"",
                       ESC_TEXT_ARG(person), ESC_TEXT_ARG(person));
    if (before == NULL && esc_browser_of(engine, person, ESC_BROWSERS_MAX - 1) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "%.*s has %d browsers already: end one first",
                       ESC_TEXT_ARG(person), ESC_BROWSERS_MAX);
    engine->turn.outcome->is_noop = is_same(before, browser);
    if (engine->turn.outcome->is_noop)
        return ESC_OK;
    esc_browser_put(engine, person, browser);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_BROWSER_ADDED,
                     esc_audit_data(engine, "person", person, "title", browser->title, NULL),
                     "a browser of %.*s takes pushes%s%.*s", ESC_TEXT_ARG(person),
                     esc_words_with(browser->title, ": "), ESC_TEXT_ARG(browser->title));
    return ESC_OK;
}

static void browser_end(EscEngine *engine, EscBrowserNode *node, EscText because)
{
    EscText title = esc_turn_printf(engine, "%.*s", ESC_TEXT_ARG(node->title)),
            person = node->person;
    esc_browser_remove(engine, node);
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_BROWSER_GONE,
        esc_audit_data(engine, "person", person, "title", title, "because", because, NULL),
        "a browser of %.*s takes no more pushes%s%.*s%s%.*s", ESC_TEXT_ARG(person),
        esc_words_with(title, ": "), ESC_TEXT_ARG(title), esc_words_with(because, "; "),
        ESC_TEXT_ARG(because));
}

EscStatus esc_browser_apply(EscEngine *engine, const EscBrowserChange *change, EscWhy *why)
{
    EscText person = esc_engine_intern(engine, change->person);
    if (!esc_person_known(engine, person))
        return esc_why(why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(change->person, 64)));
    engine->turn.actor = person;
    if (!change->is_gone)
        return browser_add(engine, person, &change->browser, why);
    EscBrowserNode *node = browser_by_id(engine, person, change->browser.id);
    engine->turn.outcome->is_noop = node == NULL;
    if (node != NULL)
        browser_end(engine, node, (EscText){0});
    return ESC_OK;
}

void esc_browsers_gone(EscEngine *engine, EscText person, EscText ids)
{
    while (ids.size > 0) {
        const char *end = memchr(ids.data, ' ', ids.size);
        size_t size = end == NULL ? ids.size : (size_t)(end - ids.data);
        EscBrowserNode *node = browser_by_id(engine, person, (EscText){ids.data, size});
        if (node != NULL)
            browser_end(engine, node, ESC_TEXT("its push service says so"));
        size += end != NULL;
        ids = (EscText){ids.data + size, ids.size - size};
    }
}
