/* lower_effects.c - the steps that do something at once: one effect each, one place per verb, or one for all that are
 * plain rows of verbs.def.
 * Not here: connector actions (lower_calls.c) and steps that wait (lower_waits.c). */
#include "lower/lower.h"
#include "verbs.h"

static uint32_t ref_of(const EscLower *lower, const EscNode *who)
{
    return esc_meaning(lower->workspace, who).index;
}

/* An effect whose only argument is a text. */
static void text_effect(EscLower *lower, EscEffectRow site, const EscNode *text, EscTextUse use)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister first = esc_emit_take(emit);
    EscEffectArgRow arg = {0};
    esc_lower_text(lower, text, first, use);
    esc_emit_effect(emit, site, first, first, &arg,
                    1); /* a result that nobody named takes the argument's place */
    esc_emit_drop_to(emit, mark);
}

static void bare_effect(EscLower *lower, EscEffectRow site)
{
    esc_emit_effect(lower->emit, site, 0, 0, NULL, 0);
}

void esc_lower_notify(EscLower *lower, const EscNode *node)
{
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    uint32_t via = node->notify.via.text.size == 0 || meaning.means != ESC_MEANS_CONTACT
                       ? 0
                       : meaning.index + 1;
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister text = esc_emit_take(emit); /* made once, for all of them */
    EscEffectArgRow arg = {0};
    esc_lower_text(lower, node->notify.text, text, ESC_TEXT_USE_MESSAGE);
    ESC_EACH_NODE(to, node->notify.to)
        esc_emit_effect(
            emit, (EscEffectRow){.kind = ESC_EFFECT_NOTIFY, .ref = ref_of(lower, to), .aux = via},
            0, text, &arg, 1);
    esc_emit_drop_to(emit, mark);
}

void esc_lower_set(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    uint32_t field = esc_meaning(lower->workspace, node->set.field).index;
    EscType type = esc_type_plain(lower->workspace->fields[field].type);
    uint32_t mark = emit->next;
    EscRegister value = esc_lower_argument(lower, node->set.value, type);
    EscEffectArgRow arg = {.field = field + 1};
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_SET, .aux = field}, 0, value, &arg, 1);
    esc_emit_drop_to(emit, mark);
}

static void item_effect(EscLower *lower, EscEffect kind, const EscNode *item, const EscNode *list)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister value = esc_lower_argument(lower, item, ESC_TYPE(ESC_KIND_TEXT));
    EscEffectArgRow arg = {0};
    uint32_t field = esc_meaning(lower->workspace, list).index;
    esc_emit_effect(emit, (EscEffectRow){.kind = kind, .aux = field}, 0, value, &arg, 1);
    esc_emit_drop_to(emit, mark);
}

void esc_lower_add(EscLower *lower, const EscNode *node)
{
    item_effect(lower, ESC_EFFECT_ADD, node->add.item, node->add.list);
}

void esc_lower_remove(EscLower *lower, const EscNode *node)
{
    item_effect(lower, ESC_EFFECT_REMOVE, node->remove.item, node->remove.list);
}

/* Records stand within records: account: { name: "x" }. Their depth is bounded by the schema
 * (ESC_RECORD_DEPTH_MAX). */
static void create_fields(EscLower *lower, EscNodeList entries, EscEffectArgRow *args,
                          uint32_t *count)
{
    ESC_EACH_NODE(entry, entries) {
        if (entry->entry.value->kind == ESC_NODE_RECORD) {
            create_fields(lower, entry->entry.value->record.entries, args, count);
            continue;
        }
        if (*count >= ESC_EFFECT_ARGS_MAX) {
            lower->emit->fault = ESC_EMIT_ARGUMENTS;
            return;
        }
        uint32_t field = esc_meaning(lower->workspace, entry).index;
        const EscFieldInfo *info = &lower->workspace->fields[field];
        esc_lower_argument(lower, entry->entry.value, esc_type_plain(info->type));
        args[(*count)++] = (EscEffectArgRow){.name = esc_build_text(&lower->build, info->name),
                                             .field = field + 1};
    }
}

void esc_lower_create(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    EscRegister id = esc_emit_take(emit); /* stays: the ticket's name means its id */
    uint32_t mark = emit->next, count = 0;
    EscEffectArgRow args[ESC_EFFECT_ARGS_MAX] = {0};
    create_fields(lower, node->create.entries, args, &count);
    uint32_t name = esc_build_text(&lower->build, node->create.name.text);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_CREATE, .aux = name}, id,
                    (EscRegister)mark, args, count);
    esc_emit_drop_to(emit, mark);
    lower->local_registers[esc_meaning(lower->workspace, node).index] = id;
    if (node->create.system == NULL)
        return;
    EscRegister made = esc_emit_take(emit);
    EscEffectArgRow arg = {0};
    esc_emit_move(emit, made, id);
    uint32_t source = esc_meaning(lower->workspace, node->create.system).index;
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_PUBLISH, .aux = source}, 0, made, &arg,
                    1);
    esc_emit_drop_to(emit, mark);
}

void esc_lower_comment(EscLower *lower, const EscNode *node)
{
    EscEffectRow site = {.kind = ESC_EFFECT_COMMENT,
                         .aux = node->comment.reader.text.size == 0 ? ESC_ERRAND_COMMENT
                                                                    : ESC_ERRAND_COMMENT_PUBLIC};
    text_effect(lower, site, node->comment.text, ESC_TEXT_USE_MESSAGE);
}

void esc_lower_handoff(EscLower *lower, const EscNode *node)
{
    EscEffectRow site = {.kind = ESC_EFFECT_HANDOFF, .ref = ref_of(lower, node->handoff.to)};
    site.aux =
        node->handoff.expectation == ESC_EXPECTATION_ACKED ? ESC_EXPECT_ACKED : ESC_EXPECT_RESOLVED;
    site.extra_ms = esc_lower_duration(lower, node->handoff.within, &site.calendar);
    text_effect(lower, site, node->handoff.reason, ESC_TEXT_USE_VALUE);
}

void esc_lower_snapshot(EscLower *lower, const EscNode *node)
{
    EscEffectRow site = {.kind = ESC_EFFECT_SNAPSHOT};
    ESC_EACH_NODE(item, node->snapshot.items) {
        site.aux |= esc_meaning(lower->workspace, item).index;
        if (item->snapshot_item.window != NULL &&
            item->snapshot_item.window->duration.ms > site.extra_ms)
            site.extra_ms = item->snapshot_item.window->duration.ms;
    }
    bare_effect(lower, site);
}

void esc_lower_attach(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister value = esc_emit_take(emit);
    EscEffectArgRow arg = {0};
    esc_lower_into(lower, node->attach.value, value);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_ATTACH}, 0, value, &arg, 1);
    esc_emit_drop_to(emit, mark);
}

/* A queue's name is written as one word or several with dots. */
static EscText queue_name(EscLower *lower, const EscNode *path)
{
    const EscPathNode *words = &path->path;
    if (words->count == 1)
        return words->parts[0].text;
    EscText name = words->parts[0].text;
    for (uint32_t i = 1; i < words->count; i++)
        name = esc_arena_printf(lower->build.arena, "%.*s.%.*s", ESC_TEXT_ARG(name),
                                ESC_TEXT_ARG(words->parts[i].text));
    return name;
}

uint32_t esc_lower_queue(EscLower *lower, const EscNode *path)
{
    return esc_build_text(&lower->build, queue_name(lower, path));
}

void esc_lower_queue_step(EscLower *lower, const EscNode *node)
{
    EscMeaning meaning = esc_meaning(lower->workspace, node->queue.queue);
    EscEffectRow site = {.kind = ESC_EFFECT_QUEUE};
    if (meaning.means == ESC_MEANS_REF)
        site.ref = meaning.index;
    else
        site.aux = esc_lower_queue(lower, node->queue.queue);
    bare_effect(lower, site);
}

/* Of a route any template that it leads to: all are started with the same. */
static const EscTemplateInfo *started_by(const EscWorkspace *workspace, EscMeaning meaning)
{
    if (meaning.means == ESC_MEANS_TEMPLATE)
        return &workspace->templates[meaning.index];
    const EscNode *route = workspace->routes[esc_ref_index(meaning.index)].node;
    const EscNode *row = route->route.rows.first;
    return &workspace
                ->templates[esc_ref_index(esc_meaning(workspace, row->route_row.target).index)];
}

/* What the entry of that name says; NULL: there is none. */
static const EscNode *given_by_name(const EscNode *node, EscText name)
{
    ESC_EACH_NODE(entry, node->start_template.arguments)
        if (esc_text_equal(entry->entry.name.text, name))
            return entry->entry.value;
    return NULL;
}

void esc_lower_start_template(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    const EscWorkspace *workspace = lower->workspace;
    EscMeaning meaning = esc_meaning(workspace, node->start_template.name);
    const EscTemplateInfo *template = started_by(workspace, meaning);
    EscEffectRow site = {.kind = ESC_EFFECT_START};
    EscEffectArgRow args[ESC_PARAMS_MAX + 1] = {0};
    uint32_t mark = emit->next, count = 0;
    EscRegister first = (EscRegister)mark;
    const EscNode *ticket = given_by_name(node, ESC_TEXT("ticket"));
    if (meaning.means == ESC_MEANS_REF)
        site.ref = meaning.index;
    else
        site.aux = meaning.index;
    if (ticket != NULL) {
        (void)esc_lower_argument(lower, ticket, ESC_TYPE(ESC_KIND_TEXT));
        count++;
    }
    for (uint32_t i = 0; i < template->params_count; i++) {
        const EscParamInfo *param = &workspace->params[template->params_first + i];
        (void)esc_lower_given(lower, given_by_name(node, param->name), param->type);
        args[count++] = (EscEffectArgRow){.name = esc_build_text(&lower->build, param->name)};
    }
    esc_emit_effect(emit, site, 0, count == 0 ? 0 : first, args, count);
    esc_emit_drop_to(emit, mark);
}

/* --- plain verbs ------------------------------------------------------------------------------ */

/* What the row of a plain verb says of its parts. */
typedef struct PlainVerb {
    size_t who, text; /* offset of that member in EscNode; 0: there is none */
    EscTextUse use;
    EscEffect effect;
} PlainVerb;

static const PlainVerb plain_verbs[ESC_NODE_COUNT] = {
#define ESC_PLAIN_VERB(KIND, word, PLACE, EFFECT, who_, WHO, to, text_, USE)                       \
    [ESC_NODE_##KIND] = {.who = offsetof(EscNode, who_),                                           \
                         .text = offsetof(EscNode, text_),                                         \
                         .use = ESC_TEXT_USE_##USE,                                                \
                         .effect = ESC_EFFECT_##EFFECT},
#include "verbs.def"
};

static const EscNode *part_of(const EscNode *node, size_t offset)
{
    return *(EscNode *const *)(const void *)((const char *)node + offset);
}

void esc_lower_plain_verb(EscLower *lower, const EscNode *node)
{
    const PlainVerb *verb = &plain_verbs[node->kind];
    EscEffectRow site = {.kind = verb->effect};
    if (verb->who != 0)
        site.ref = ref_of(lower, part_of(node, verb->who));
    if (verb->text != 0)
        text_effect(lower, site, part_of(node, verb->text), verb->use);
    else
        bare_effect(lower, site);
}
