/* lower_mapped.c - a field with fixed values in the words of the system that it goes back to: one comparison for each row of the table. */
#include "lower/lower.h"

typedef struct Rows {
    EscLower *lower;
    EscRegister value, out;
    EscType type; /* of what is given */
    EscType field;
    EscLabel end;
} Rows;

/* To *next unless the value is that member. */
static void compare(Rows *rows, uint32_t member, EscLabel *next)
{
    EscEmit *emit = rows->lower->emit;
    uint32_t mark = emit->next;
    EscRegister key = esc_emit_take(emit);
    esc_emit_const(emit, key, rows->field, member);
    esc_emit_make(emit, ESC_OP_EQ_ENUM, key, ESC_TYPE(ESC_KIND_BOOL), rows->value, key, 0);
    esc_emit_jump_if(emit, key, false, next);
    esc_emit_drop_to(emit, mark);
}

/* out := the text, or what the node says. */
static void give(Rows *rows, const EscNode *node, EscText text)
{
    EscEmit *emit = rows->lower->emit;
    uint32_t mark = emit->next;
    EscRegister made;
    if (node != NULL) {
        made = esc_lower_argument(rows->lower, node, rows->type);
    } else {
        made = esc_emit_take(emit);
        esc_emit_const_text(emit, made, text);
        esc_lower_fit(rows->lower, made, rows->type);
    }
    esc_emit_move(emit, rows->out, made);
    esc_emit_drop_to(emit, mark);
}

static uint32_t member_of(const EscEnumInfo *info, EscText name)
{
    uint32_t at = 0;
    while (at < info->count && !esc_text_equal(info->members[at], name))
        at++;
    return at;
}

/* `otherwise` stands where it does: rows behind it are compared all the same, so it comes last. */
static void lower_table(Rows *rows, const EscNode *mapped, const EscEnumInfo *info)
{
    EscEmit *emit = rows->lower->emit;
    const EscNode *last = NULL;
    ESC_EACH_NODE(entry, mapped->mapped.entries) {
        bool is_otherwise = esc_text_equal(entry->entry.name.text, ESC_TEXT("otherwise"));
        if (is_otherwise || (entry->next == NULL && last == NULL)) { /* all others are compared */
            last = entry;
            continue;
        }
        EscLabel next = {0};
        compare(rows, member_of(info, entry->entry.name.text), &next);
        give(rows, entry->entry.value, (EscText){0});
        esc_emit_jump(emit, &rows->end);
        esc_emit_label(emit, &next);
    }
    give(rows, last->entry.value, (EscText){0});
}

static void lower_back(Rows *rows, const EscNode *map, const EscEnumInfo *info)
{
    EscEmit *emit = rows->lower->emit;
    for (uint32_t i = 0; i < info->count; i++) {
        const EscNode *other = NULL, *word = esc_map_word(rows->lower->workspace, map, i, &other);
        EscLabel next = {0};
        if (i + 1 < info->count)
            compare(rows, i, &next);
        give(rows, NULL, word->entry.name.text);
        if (i + 1 < info->count)
            esc_emit_jump(emit, &rows->end);
        esc_emit_label(emit, &next);
    }
}

EscRegister esc_lower_mapped(EscLower *lower, const EscNode *mapped, EscType type)
{
    EscEmit *emit = lower->emit;
    EscMeaning meaning = esc_meaning(lower->workspace, mapped->mapped.value);
    const EscEnumInfo *info = &lower->workspace->enums[esc_type_enum(meaning.type)];
    EscRegister out = esc_emit_take(emit);
    uint32_t mark = emit->next;
    Rows rows = {.lower = lower,
                 .out = out,
                 .value = esc_emit_take(emit),
                 .type = type,
                 .field = esc_type_plain(meaning.type)};
    EscLabel missing = {0};
    esc_lower_plain(lower, mapped->mapped.value, rows.value, &missing);
    if (mapped->mapped.way.text.size > 0)
        lower_back(&rows, esc_map_of(lower->workspace, lower->inbound, meaning.index), info);
    else
        lower_table(&rows, mapped, info);
    if (missing.is_reached) {
        esc_emit_jump(emit, &rows.end);
        esc_emit_label(emit, &missing);
        esc_emit_make(emit, ESC_OP_MISSING, out, type, 0, 0, type);
    }
    esc_emit_label(emit, &rows.end);
    esc_emit_drop_to(emit, mark);
    return out;
}
