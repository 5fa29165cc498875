/* api_timeline.c - what happened to an escalation, in people's words: the records of its trail as sentences, oldest first.
 *
 * The trail is kept in English, and a sentence of it is told as it stands there. In another language it is said anew, from the
 * record's data (timeline.def). */
#include <string.h>

#include "api_timeline.h"

#define DATA_BYTES_MAX ((size_t)1 << 20)
#define SENTENCE_BYTES_MAX ((size_t)1 << 20)

/* --- a record as a sentence ---------------------------------------------------------------------- */

typedef struct Teller {
    EscBuf *out;
    const EscAuditRow *row;
    const EscJson *data; /* NULL: it has none */
} Teller;

/* In German; NULL: this kind has no row. */
static const char *words_of(EscText kind)
{
    static const struct {
        const char *kind, *german;
    } told[] = {
#define ESC_TOLD(kind, german) {kind, german},
#include "timeline.def"
#undef ESC_TOLD
    };
    for (size_t i = 0; i < ESC_COUNT_OF(told); i++)
        if (esc_text_equal(kind, esc_text_from(told[i].kind)))
            return told[i].german;
    return NULL;
}

static EscText value_of(const Teller *teller, EscText name)
{
    EscText value = esc_json_text_or(esc_json_member(teller->data, name), (EscText){0});
    if (value.size > 0)
        return value;
    return esc_text_equal(name, ESC_TEXT("actor"))    ? teller->row->actor
           : esc_text_equal(name, ESC_TEXT("ticket")) ? teller->row->ticket
                                                      : (EscText){0};
}

/* "… {member} …"; false: a member is not there. */
static bool put_words(Teller *teller, const char *at, const char *end)
{
    bool is_whole = true;
    for (; at < end; at++) {
        if (*at != '{') {
            esc_buf_char(teller->out, *at);
            continue;
        }
        size_t size = strcspn(at + 1, "}");
        EscText value = value_of(teller, (EscText){at + 1, size});
        is_whole = is_whole && value.size > 0;
        esc_buf_text(teller->out, value);
        at += size + 1;
    }
    return is_whole;
}

/* The same with parts in [ and ] that may be left out. */
static bool put_sentence(Teller *teller, const char *words)
{
    bool is_whole = true;
    for (const char *at = words; *at != '\0';) {
        const char *end = at + strcspn(at, "[");
        is_whole = put_words(teller, at, end) && is_whole;
        at = end;
        if (*at == '\0')
            break;
        end = at + strcspn(at, "]");
        size_t before = teller->out->size;
        if (!put_words(teller, at + 1, end))
            teller->out->size = before;
        at = end + 1;
    }
    return is_whole;
}

void esc_timeline_tell(EscBuf *out, EscArena *scratch, EscText language, const EscAuditRow *row)
{
    const EscJsonLimits limits = {.depth_max = 8, .values_max = 4096};
    Teller teller = {.out = out, .row = row};
    size_t before = out->size;
    const char *words = esc_text_equal(language, ESC_TEXT("de")) ? words_of(row->kind) : NULL;
    esc_arena_clear(scratch);
    if (words != NULL && row->data.size > 0 &&
        esc_json_read(scratch, row->data, &limits, &teller.data, NULL) != ESC_OK)
        teller.data = NULL;
    if (words != NULL && put_sentence(&teller, words))
        return;
    out->size = before;
    esc_buf_text(out, row->text);
}

/* --- the list ----------------------------------------------------------------------------------- */

typedef struct Timeline {
    EscApiItems items;
    EscArena *scratch;
    EscText language;
    uint64_t last; /* the record told last */
} Timeline;

static bool put_record(void *context, const EscAuditRow *row)
{
    Timeline *timeline = context;
    EscBuf text;
    esc_buf_init(&text, SENTENCE_BYTES_MAX);
    esc_timeline_tell(&text, timeline->scratch, timeline->language, row);
    EscApiObject object = esc_object_open(&timeline->items);
    esc_put_number(&object, "seq", row->seq);
    esc_put_time(&object, "at", row->at_ms);
    esc_put_text(&object, "kind", row->kind);
    esc_put_text(&object, "actor", row->actor);
    esc_put_text_always(&object, "text", esc_buf_as_text(&text));
    timeline->last = row->seq;
    esc_buf_release(&text);
    return esc_object_close(&object);
}

static void answer_timeline(EscRequest *request, EscService *service)
{
    EscAuditFilter filter = {.limit = 0};
    EscWhy why = {.text = ""};
    if (!esc_request_path_escalation(request, &filter.escalation) ||
        !esc_request_number(request, "after", 0, INT64_MAX, &filter.after) ||
        !esc_request_limit(request, &filter.limit) ||
        !esc_request_finds_escalation(request, service, filter.escalation))
        return;
    Timeline timeline = {.language = request->language, .scratch = esc_arena_new(DATA_BYTES_MAX)};
    if (timeline.scratch == NULL) {
        esc_request_later(request);
        return;
    }
    esc_api_items_open(&timeline.items);
    EscStatus status =
        esc_store_audit(esc_service_store(service), &filter, put_record, &timeline, &why);
    if (timeline.items.count == filter.limit)
        timeline.items.next =
            esc_arena_printf(request->arena, "%llu", (unsigned long long)timeline.last);
    esc_api_items_answer(request, &timeline.items, status, &why);
    esc_arena_free(timeline.scratch);
}

const EscHandler esc_handle_timeline = {.headers = esc_language_headers, .look = answer_timeline};
