/* backs.c - what of a source goes back to its system, as its tree says it: which rows are no fields, and by which words a value comes in. What is
 * wrong with them is the business of check/errands.c and check/mapped.c. */
#include "compiler_internal.h"

static bool is_otherwise(const EscNode *entry)
{
    return esc_text_equal(entry->entry.name.text, ESC_TEXT("otherwise"));
}

bool esc_is_errand(const EscNode *back)
{
    return back->source_back.field->path.count == 1;
}

static bool is_word(const EscNode *path, EscText word)
{
    return path->path.count == 1 && esc_text_equal(path->path.parts[0].text, word);
}

EscErrandKind esc_errand_kind(const EscNode *back)
{
    if (is_word(back->source_back.field, ESC_TEXT("ticket")))
        return ESC_ERRAND_TICKET;
    EscText reader = back->source_back.reader.text;
    return reader.size == 0                                ? ESC_ERRAND_COMMENT
           : esc_text_equal(reader, ESC_TEXT("public")) ? ESC_ERRAND_COMMENT_PUBLIC
                                                           : ESC_ERRAND_COUNT;
}

const EscNode *esc_map_of(const EscWorkspace *workspace, const EscNode *source, uint32_t field)
{
    ESC_EACH_NODE(item, source->source.items) {
        if (item->kind != ESC_NODE_SOURCE_MAP || !item->source_map.has_map)
            continue;
        EscMeaning meaning = esc_meaning(workspace, item->source_map.target);
        if (meaning.means == ESC_MEANS_TICKET_FIELD && meaning.index == field)
            return item;
    }
    return NULL;
}

const EscNode *esc_map_word(const EscWorkspace *workspace, const EscNode *map, uint32_t member,
                            const EscNode **other)
{
    const EscNode *word = NULL;
    *other = NULL;
    ESC_EACH_NODE(entry, map->source_map.entries) {
        EscMeaning meaning = esc_meaning(workspace, entry->entry.value);
        if (is_otherwise(entry) || meaning.means != ESC_MEANS_MEMBER || meaning.index != member)
            continue;
        *other = word == NULL ? NULL : entry;
        if (word != NULL)
            return NULL;
        word = entry;
    }
    return word;
}
