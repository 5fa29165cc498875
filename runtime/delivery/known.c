/* known.c - what services call people and places, kept as long as it holds. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <esc/known.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)
/* That wait to be written; what does not fit is found out anew. */
#define LINES_BYTES_MAX ((size_t)1 << 20)

typedef struct Fact {
    char *text; /* owned: key and value, each with a NUL behind it; NULL: forgotten */
    EscText key, value;
} Fact;

/* Facts in the order in which they came, and where each key has its place. A ring: the oldest makes room. */
typedef struct Sort {
    Fact *facts;
    uint32_t next; /* place of the next one */
    EscNames *names;
} Sort;

struct EscKnown {
    const EscFiles *files;
    char *path;
    pthread_mutex_t lock; /* for what follows */
    Sort sorts[ESC_KNOWN_SORTS];
    EscBuf lines; /* that are not written yet */
    EscLane lane;
};

/* --- in memory -------------------------------------------------------------------------------- */

static void drop(Sort *sort, Fact *fact)
{
    if (fact->text != NULL)
        (void)esc_names_remove(sort->names, fact->key);
    free(fact->text);
    *fact = (Fact){.text = NULL};
}

static Fact *find(const Sort *sort, EscText key)
{
    uint32_t place = 0;
    return esc_names_find(sort->names, key, &place) ? &sort->facts[place] : NULL;
}

/* Without memory it is not kept. */
static void keep(Sort *sort, EscText key, EscText value)
{
    Fact *before = find(sort, key);
    if (before != NULL)
        drop(sort, before);
    char *text = malloc(key.size + value.size + 2);
    if (text == NULL)
        return;
    memcpy(text, key.data, key.size);
    text[key.size] = '\0';
    memcpy(text + key.size + 1, value.data, value.size);
    text[key.size + 1 + value.size] = '\0';
    Fact *fact = &sort->facts[sort->next];
    drop(sort, fact);
    *fact =
        (Fact){.text = text, .key = {text, key.size}, .value = {text + key.size + 1, value.size}};
    if (esc_names_put(sort->names, fact->key, sort->next) == ESC_OK) {
        sort->next = (sort->next + 1) % ESC_KNOWN_MAX;
    } else {
        free(text);
        *fact = (Fact){.text = NULL};
    }
}

/* --- in the file ------------------------------------------------------------------------------ */

static void write_lines(void *context)
{
    EscKnown *known = context;
    (void)pthread_mutex_lock(&known->lock);
    EscBuf lines = known->lines;
    esc_buf_init(&known->lines, LINES_BYTES_MAX);
    (void)pthread_mutex_unlock(&known->lock);
    if (lines.size > 0) /* what cannot be written is found out anew after the next start */
        (void)known->files->append(known->files->context, known->path, esc_buf_as_bytes(&lines));
    esc_buf_release(&lines);
}

static void note_line(EscKnown *known, EscText key, EscText value)
{
    EscBuf line;
    esc_buf_init(&line, 8 * ESC_KNOWN_BYTES_MAX);
    esc_buf_string(&line, "{\"k\":");
    esc_json_text(&line, key);
    esc_buf_string(&line, ",\"v\":");
    esc_json_text(&line, value);
    esc_buf_string(&line, "}\n");
    if (line.status == ESC_OK && known->lines.size + line.size <= LINES_BYTES_MAX) {
        esc_buf_text(&known->lines, esc_buf_as_text(&line));
        esc_lane_wake(&known->lane);
    }
    esc_buf_release(&line);
}

static void read_line(EscKnown *known, EscArena *arena, EscText line)
{
    static const EscJsonLimits limits = {.depth_max = 2, .values_max = 8};
    const EscJson *fact = NULL;
    if (esc_json_read(arena, line, &limits, &fact, NULL) != ESC_OK)
        return; /* cut off by a power cut, or by hand */
    EscText key = esc_json_text_or(esc_json_member(fact, ESC_TEXT("k")), (EscText){"", 0});
    EscText value = esc_json_text_or(esc_json_member(fact, ESC_TEXT("v")), (EscText){"", 0});
    Fact *before = find(&known->sorts[ESC_KNOWN_PERSON], key);
    if (key.size > 0 && value.size > 0 && key.size + value.size <= ESC_KNOWN_BYTES_MAX)
        keep(&known->sorts[ESC_KNOWN_PERSON], key, value);
    else if (before != NULL)
        drop(&known->sorts[ESC_KNOWN_PERSON], before);
}

static void read_file(EscKnown *known)
{
    EscBuf bytes;
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    esc_buf_init(&bytes, FILE_BYTES_MAX);
    (void)known->files->read(known->files->context, known->path, &bytes);
    EscText rest = esc_buf_as_text(&bytes);
    while (arena != NULL && rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);
        read_line(known, arena, (EscText){rest.data, size});
        esc_arena_clear(arena);
        size += end != NULL;
        rest = (EscText){rest.data + size, rest.size - size};
    }
    esc_arena_free(arena);
    esc_buf_release(&bytes);
}

/* --- life ------------------------------------------------------------------------------------- */

EscKnown *esc_known_new(const EscFiles *files, EscPool *pool, const char *path, uint64_t hash_seed)
{
    EscKnown *known = calloc(1, sizeof(*known));
    if (known == NULL)
        return NULL;
    known->files = files;
    known->path = strdup(path);
    bool is_fine = known->path != NULL;
    for (size_t i = 0; i < ESC_KNOWN_SORTS; i++) {
        known->sorts[i].facts = calloc(ESC_KNOWN_MAX, sizeof(Fact));
        known->sorts[i].names = esc_names_new(hash_seed);
        is_fine = is_fine && known->sorts[i].facts != NULL && known->sorts[i].names != NULL;
    }
    ESC_ASSERT(pthread_mutex_init(&known->lock, NULL) == 0);
    esc_buf_init(&known->lines, LINES_BYTES_MAX);
    esc_lane_init(&known->lane, pool, write_lines, known);
    if (!is_fine) {
        esc_known_free(known);
        return NULL;
    }
    read_file(known);
    return known;
}

void esc_known_free(EscKnown *known)
{
    if (known == NULL)
        return;
    esc_lane_close(&known->lane);
    if (known->lines.size > 0)
        write_lines(known);
    for (size_t i = 0; i < ESC_KNOWN_SORTS; i++) {
        for (uint32_t k = 0; known->sorts[i].facts != NULL && k < ESC_KNOWN_MAX; k++)
            free(known->sorts[i].facts[k].text);
        free(known->sorts[i].facts);
        esc_names_free(known->sorts[i].names);
    }
    esc_buf_release(&known->lines);
    (void)pthread_mutex_destroy(&known->lock);
    free(known->path);
    free(known);
}

/* --- what is known ---------------------------------------------------------------------------- */

EscText esc_known_find(EscKnown *known, EscArena *arena, EscKnownSort sort, EscText key)
{
    EscText found = {"", 0};
    if (known == NULL || key.size == 0)
        return found;
    (void)pthread_mutex_lock(&known->lock);
    const Fact *fact = find(&known->sorts[sort], key);
    if (fact != NULL)
        found = esc_arena_text(arena, fact->value);
    (void)pthread_mutex_unlock(&known->lock);
    return found;
}

EscText esc_known_of(EscKnown *known, EscArena *arena, EscText prefix, EscText value)
{
    EscText found = {"", 0};
    if (known == NULL || value.size == 0)
        return found;
    (void)pthread_mutex_lock(&known->lock);
    for (uint32_t i = 0; i < ESC_KNOWN_MAX && found.size == 0; i++) {
        const Fact *fact = &known->sorts[ESC_KNOWN_PERSON].facts[i];
        if (fact->text != NULL && esc_text_equal(fact->value, value) &&
            esc_text_starts_with(fact->key, prefix))
            found = esc_arena_text(
                arena, (EscText){fact->key.data + prefix.size, fact->key.size - prefix.size});
    }
    (void)pthread_mutex_unlock(&known->lock);
    return found;
}

void esc_known_put(EscKnown *known, EscKnownSort sort, EscText key, EscText value)
{
    if (known == NULL || key.size == 0 || value.size == 0 ||
        key.size + value.size > ESC_KNOWN_BYTES_MAX)
        return;
    (void)pthread_mutex_lock(&known->lock);
    const Fact *fact = find(&known->sorts[sort], key);
    bool is_news = fact == NULL || !esc_text_equal(fact->value, value);
    if (is_news)
        keep(&known->sorts[sort], key, value);
    if (is_news && sort == ESC_KNOWN_PERSON)
        note_line(known, key, value);
    (void)pthread_mutex_unlock(&known->lock);
}

void esc_known_forget(EscKnown *known, EscKnownSort sort, EscText key)
{
    if (known == NULL)
        return;
    (void)pthread_mutex_lock(&known->lock);
    Fact *fact = find(&known->sorts[sort], key);
    if (fact != NULL)
        drop(&known->sorts[sort], fact);
    if (fact != NULL && sort == ESC_KNOWN_PERSON)
        note_line(known, key, (EscText){"", 0});
    (void)pthread_mutex_unlock(&known->lock);
}
