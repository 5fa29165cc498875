/* lower_tallies.c - what starts know of other tickets, as data: keys, counts, templates that are open. */
#include "lower/lower.h"

uint32_t esc_lower_keys(EscLower *lower, EscNodeList keys)
{
    if (keys.count == 0)
        return 0;
    uint32_t first = (uint32_t)lower->build.keys_count;
    ESC_EACH_NODE(key, keys)
        esc_build_put_keys(&lower->build,
                           (EscKeyRow){.field = esc_meaning(lower->workspace, key).index});
    return first;
}

/* The template's name and the count's text; a number tells apart two that are written alike. */
static int64_t clause_of(EscLower *lower, const EscNode *count, uint32_t over)
{
    EscBuf text;
    uint8_t hash[32];
    esc_buf_init(&text, (size_t)1 << 20);
    esc_buf_printf(&text, "%.*s %u %u ",
                   ESC_TEXT_ARG(lower->workspace->templates[lower->template_index].name),
                   (unsigned)(lower->build.tallies_count - lower->tallies_first), (unsigned)over);
    esc_node_dump(&text, count);
    if (text.status != ESC_OK)
        lower->build.status = text.status;
    esc_sha256((EscBytes){(const uint8_t *)text.data, text.size}, hash);
    esc_buf_release(&text);
    int64_t clause = 0;
    for (size_t i = 0; i < 7; i++)
        clause = clause << 8 | hash[i];
    return clause;
}

uint32_t esc_lower_tally(EscLower *lower, const EscNode *count)
{
    uint32_t over = esc_meaning(lower->workspace, count).index;
    EscTallyRow row = {.event = esc_meaning(lower->workspace, count->keyed.what).index,
                       .keys_count = count->keyed.keys.count,
                       .within_ms = count->keyed.within->duration.ms,
                       .over = over};
    row.clause = clause_of(lower, count, over);
    row.keys_first = esc_lower_keys(lower, count->keyed.keys);
    return esc_build_put_tallies(&lower->build, row);
}

uint32_t esc_lower_open(EscLower *lower, const EscNode *open, bool is_wanted)
{
    return esc_build_put_opens(
        &lower->build,
        (EscOpenRow){.template = esc_meaning(lower->workspace, open->keyed.what).index,
                     .field = esc_meaning(lower->workspace, open->keyed.keys.first).index,
                     .is_wanted = is_wanted});
}
