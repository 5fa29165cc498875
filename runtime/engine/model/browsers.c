/* browsers.c - browsers that pushes of people go to, as they subscribed themselves, until they or their push services say that it
 * is over. Each is a row of what is kept, and is known by its person and its address: the same browser is there once. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

static EscKeptId id_of(const EscEngine *engine, EscText person, EscText url)
{
    return esc_kept_id(engine, 'b', person, url);
}

static void drop(EscBrowserNode *node)
{
    esc_text_drop(&node->title);
    esc_text_drop(&node->url);
    esc_text_drop(&node->key);
    esc_text_drop(&node->auth);
}

/* Of the first one whose id is not less. */
static size_t place_of(const EscBrowsers *browsers, const EscKeptId *id)
{
    size_t at = 0;
    while (at < browsers->count &&
           memcmp(browsers->items[at].id.bytes, id->bytes, sizeof id->bytes) < 0)
        at++;
    return at;
}

static bool is_at(const EscBrowsers *browsers, size_t at, const EscKeptId *id)
{
    return at < browsers->count &&
           memcmp(browsers->items[at].id.bytes, id->bytes, sizeof id->bytes) == 0;
}

EscBrowserNode *esc_browser_of(EscEngine *engine, EscText person, size_t i)
{
    EscBrowsers *browsers = &engine->browsers;
    for (size_t at = 0; at < browsers->count; at++)
        if (esc_text_equal(browsers->items[at].person, person) && i-- == 0)
            return &browsers->items[at];
    return NULL;
}

EscBrowserNode *esc_browser_with(EscEngine *engine, EscText person, EscText url)
{
    EscKeptId id = id_of(engine, person, url);
    size_t at = place_of(&engine->browsers, &id);
    return is_at(&engine->browsers, at, &id) ? &engine->browsers.items[at] : NULL;
}

void esc_browser_restore(EscEngine *engine, const EscKeptId *id, const EscBrowserNode *said)
{
    EscBrowsers *browsers = &engine->browsers;
    size_t at = place_of(browsers, id);
    if (is_at(browsers, at, id)) {
        drop(&browsers->items[at]);
    } else {
        ESC_ENGINE_GROW(browsers->items, browsers->count, browsers->capacity);
        memmove(browsers->items + at + 1, browsers->items + at,
                (browsers->count++ - at) * sizeof *browsers->items);
    }
    browsers->items[at] = (EscBrowserNode){.id = *id,
                                           .person = esc_engine_intern(engine, said->person),
                                           .title = esc_text_own(said->title),
                                           .url = esc_text_own(said->url),
                                           .key = esc_text_own(said->key),
                                           .auth = esc_text_own(said->auth),
                                           .since_ms = said->since_ms,
                                           .is_dirty = said->is_dirty};
}

void esc_browser_put(EscEngine *engine, EscText person, const EscBrowser *browser)
{
    EscKeptId id = id_of(engine, person, browser->url);
    esc_browser_restore(engine, &id,
                        &(EscBrowserNode){.person = person,
                                          .title = browser->title,
                                          .url = browser->url,
                                          .key = browser->key,
                                          .auth = browser->auth,
                                          .since_ms = esc_elapsed_ms(engine),
                                          .is_dirty = true});
    engine->browsers.is_dirty = true;
}

void esc_browser_remove(EscEngine *engine, EscBrowserNode *node)
{
    EscBrowsers *browsers = &engine->browsers;
    size_t at = (size_t)(node - browsers->items);
    esc_kept_gone(engine, node->id.bytes);
    drop(node);
    memmove(browsers->items + at, browsers->items + at + 1,
            (--browsers->count - at) * sizeof *browsers->items);
}

void esc_browsers_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->browsers.count; i++)
        drop(&engine->browsers.items[i]);
    free(engine->browsers.items);
}

/* --- said --------------------------------------------------------------------------------------- */

EscText esc_browser_id(EscEngine *engine, const EscBrowserNode *node)
{
    char hex[2 * ESC_KEPT_ID_SIZE + 1];
    esc_hex((EscBytes){node->id.bytes, sizeof node->id.bytes}, hex);
    return esc_turn_printf(engine, "%s", hex);
}

EscText esc_browsers_json(EscEngine *engine, EscText person)
{
    EscBuf out = esc_turn_buf();
    const EscBrowserNode *node = NULL;
    for (size_t i = 0; (node = esc_browser_of(engine, person, i)) != NULL; i++) {
        esc_buf_string(&out, i == 0 ? "[{\"id\":" : ",{\"id\":");
        esc_json_text(&out, esc_browser_id(engine, node));
        esc_buf_string(&out, ",\"url\":");
        esc_json_text(&out, node->url);
        esc_buf_string(&out, ",\"key\":");
        esc_json_text(&out, node->key);
        esc_buf_string(&out, ",\"auth\":");
        esc_json_text(&out, node->auth);
        esc_buf_char(&out, '}');
    }
    if (out.size > 0)
        esc_buf_char(&out, ']');
    return esc_turn_take(engine, &out);
}

void esc_engine_browsers(EscEngine *engine, EscText person, EscBrowserVisit *visit, void *context)
{
    const EscBrowserNode *node = NULL;
    for (size_t i = 0; (node = esc_browser_of(engine, person, i)) != NULL; i++) {
        char hex[2 * ESC_KEPT_ID_SIZE + 1];
        esc_hex((EscBytes){node->id.bytes, sizeof node->id.bytes}, hex);
        const EscBrowser browser = {.id = esc_text_from(hex),
                                    .title = node->title,
                                    .url = node->url,
                                    .key = node->key,
                                    .auth = node->auth,
                                    .since_ms = node->since_ms + engine->moved_ms};
        if (!visit(context, &browser))
            return;
    }
}
