/* format_items.c - which tokens begin a part of a block: a declaration, a step, a field, an entry.
 *
 * This is all that the layout takes from the tree. Everything else follows from the tokens, so
 * nothing can get lost. */
#include "format/format.h"

static const bool is_step[ESC_NODE_COUNT] = {
#define ESC_STEP(KIND, member, Struct, text) [ESC_NODE_##KIND] = true,
#define ESC_BARE_STEP(KIND, member, text) [ESC_NODE_##KIND] = true,
#include <esc/nodes.def>
};

/* Kinds that stand one after the other between braces. Entries and members depend on what they are
 * in. */
static bool is_item(const EscNode *parent, const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_ENTRY:
        return parent->kind == ESC_NODE_RECORD || parent->kind == ESC_NODE_CREATE ||
               parent->kind == ESC_NODE_RAISE || parent->kind == ESC_NODE_TEST_GIVEN ||
               parent->kind == ESC_NODE_TEST_EVENT || parent->kind == ESC_NODE_SOURCE_MAP ||
               parent->kind == ESC_NODE_MAPPED;
    case ESC_NODE_MEMBER:
        return parent->kind == ESC_NODE_TEAM;
    case ESC_NODE_QUIET: /* of a channel both are parts of the line */
        return parent->kind == ESC_NODE_PERSON;
    case ESC_NODE_SETTING:
        return parent->kind != ESC_NODE_CHANNEL;
    case ESC_NODE_HEADER: /* of what a test lets come in it is a part of the line */
        return parent->kind == ESC_NODE_ACTION;
    case ESC_NODE_HOURS: /* elsewhere they are said within something */
        return parent->kind == ESC_NODE_CALENDAR;
    case ESC_NODE_LIBRARY:
    case ESC_NODE_FIELD:
    case ESC_NODE_LEAD:
    case ESC_NODE_REACH:
    case ESC_NODE_ABSENT:
    case ESC_NODE_CLOSED:
    case ESC_NODE_LAYER:
    case ESC_NODE_ROTATION:
    case ESC_NODE_OVERRIDE:
    case ESC_NODE_ACTION:
    case ESC_NODE_REQUEST:
    case ESC_NODE_BODY:
    case ESC_NODE_REPLY:
    case ESC_NODE_RETURN:
    case ESC_NODE_SOURCE_VERIFY:
    case ESC_NODE_SOURCE_BACK:
    case ESC_NODE_SOURCE_EACH:
    case ESC_NODE_SOURCE_EVENT:
    case ESC_NODE_SOURCE_MAP:
    case ESC_NODE_SOURCE_LEFT_OUT:
    case ESC_NODE_SLA_CLOCK:
    case ESC_NODE_SLA_PAUSE:
    case ESC_NODE_SLA_REOPENED:
    case ESC_NODE_SLA_ROW:
    case ESC_NODE_ROUTE_ROW:
    case ESC_NODE_MATCH_ARM:
    case ESC_NODE_ANSWER:
    case ESC_NODE_GUIDANCE:
    case ESC_NODE_TIMEOUT:
    case ESC_NODE_OWNER:
    case ESC_NODE_REPEAT:
        return true;
    default:
        break;
    }
    bool is_declaration = node->kind >= ESC_NODE_WORKSPACE && node->kind <= ESC_NODE_TEST;
    bool is_template_part = node->kind >= ESC_NODE_START && node->kind <= ESC_NODE_CLOSING;
    bool is_policy_part = node->kind >= ESC_NODE_POLICY_APPROVE && node->kind <= ESC_NODE_RETAIN;
    bool is_statement = node->kind >= ESC_NODE_TEST_AT && node->kind <= ESC_NODE_TEST_EXPECT;
    return is_declaration || is_template_part || is_policy_part || is_step[node->kind] ||
           is_statement;
}

/* The token that begins at this offset; the count of tokens when none does. */
static size_t token_at(const Format *format, uint32_t start)
{
    size_t low = 0, high = format->tokens.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (format->tokens.items[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < format->tokens.count && format->tokens.items[low].start == start
               ? low
               : format->tokens.count;
}

/* Recurses as deep as the tree, which the grammar bounds. */
static void mark(void *context, const EscNode *parent, const EscNode *node)
{
    Format *format = context;
    if (is_item(parent, node)) {
        size_t token = token_at(format, node->span.start);
        /* One step behind `else` or `=>` has no braces around it: it stays where it is. */
        bool is_tail = token > 0 && (esc_format_is(format, token - 1, "else") ||
                                     esc_format_is(format, token - 1, "=>"));
        if (token < format->tokens.count && !is_tail)
            format->items[token] = node->kind;
    }
    esc_node_each_child(node, mark, context);
}

void esc_format_mark_items(Format *format, const EscNode *file)
{
    esc_node_each_child(file, mark, format);
}
