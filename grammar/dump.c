/* dump.c - a tree as text, for golden tests and for comparing two trees.
 *
 * Items of a list stand on lines of their own, everything else stands in one line. Spans are left
 * out on purpose: two layouts of one meaning have one dump. It recurses as deep as the tree is,
 * which ESC_NESTING_MAX and ESC_EXPRESSION_DEPTH_MAX bound. */
#include <inttypes.h>

#include "members.h"

static void write_node(EscBuf *out, const EscNode *node, unsigned depth);

/* --- members ---------------------------------------------------------------------------------- */

static void write_list(EscBuf *out, const EscNodeList *list, unsigned depth)
{
    for (const EscNode *item = list->first; item != NULL; item = item->next) {
        esc_buf_printf(out, "\n%*s", (int)(2 * depth), "");
        write_node(out, item, depth);
    }
}

static void write_member(EscBuf *out, const EscNode *node, const Member *member, unsigned depth)
{
    const void *field = (const char *)node + member->offset;
    switch (member->type) {
    case MEMBER_END:
    case MEMBER_HIDDEN:
        break;
    case MEMBER_NAME:
        if (((const EscName *)field)->text.size > 0)
            esc_buf_printf(out, " %s=%.*s", member->label,
                           ESC_TEXT_ARG(((const EscName *)field)->text));
        break;
    case MEMBER_NODE:
        if (*(EscNode *const *)field == NULL)
            break;
        esc_buf_printf(out, " %s=", member->label);
        write_node(out, *(EscNode *const *)field, depth + 1);
        break;
    case MEMBER_LIST:
    case MEMBER_STEPS:
        if (((const EscNodeList *)field)->count == 0)
            break;
        esc_buf_printf(out, " %s:", member->label);
        write_list(out, field, depth + 1);
        break;
    case MEMBER_FLAG:
        if (*(const bool *)field)
            esc_buf_printf(out, " %s", member->label);
        break;
    case MEMBER_COUNT:
        if (*(const uint32_t *)field != 0)
            esc_buf_printf(out, " %s=%" PRIu32, member->label, *(const uint32_t *)field);
        break;
    case MEMBER_NUMBER:
        esc_buf_char(out, ' ');
        esc_json_number(out, *(const double *)field);
        break;
    case MEMBER_WORD:
        esc_buf_printf(out, " %s", member->words[*(const unsigned *)field]);
        break;
    }
}

/* --- kinds with a form of their own ----------------------------------------------------------- */

static void write_path(EscBuf *out, const EscPathNode *path)
{
    for (uint32_t i = 0; i < path->count; i++) {
        EscText part = path->parts[i].text;
        if (esc_name_is_place(part))
            esc_buf_printf(out, "[%.*s]", ESC_TEXT_ARG(part));
        else
            esc_buf_printf(out, "%s%.*s", i == 0 ? "" : ".", ESC_TEXT_ARG(part));
    }
}

static void write_text(EscBuf *out, const EscNode *node, unsigned depth)
{
    if (node->text.is_plain) {
        esc_json_text(out, node->text.plain);
        return;
    }
    esc_buf_string(out, "(text");
    for (const EscNode *part = node->text.parts.first; part != NULL; part = part->next) {
        esc_buf_char(out, ' ');
        write_node(out, part, depth);
    }
    esc_buf_char(out, ')');
}

static void write_local_time(EscBuf *out, const EscLocalTimeNode *time)
{
    esc_buf_printf(out, "%04u-%02u-%02u", time->year, time->month, time->day);
    if (time->has_time)
        esc_buf_printf(out, "T%02u:%02u", time->hour, time->minute);
}

static void write_duration(EscBuf *out, const EscDurationNode *duration)
{
    esc_duration_write(out, duration->ms);
    if (duration->calendar.text.size > 0)
        esc_buf_printf(out, " of %.*s", ESC_TEXT_ARG(duration->calendar.text));
}

static bool write_special(EscBuf *out, const EscNode *node, unsigned depth)
{
    switch (node->kind) {
    case ESC_NODE_PATH:
        write_path(out, &node->path);
        return true;
    case ESC_NODE_TEXT:
        write_text(out, node, depth);
        return true;
    case ESC_NODE_TEXT_LITERAL:
        esc_json_text(out, node->text_literal.value);
        return true;
    case ESC_NODE_LOCAL_TIME:
        write_local_time(out, &node->local_time);
        return true;
    case ESC_NODE_DURATION:
        write_duration(out, &node->duration);
        return true;
    case ESC_NODE_TIME_OF_DAY:
        esc_buf_printf(out, "%02u:%02u", node->time_of_day.minutes / 60u,
                       node->time_of_day.minutes % 60u);
        return true;
    default:
        return false;
    }
}

static void write_node(EscBuf *out, const EscNode *node, unsigned depth)
{
    if (write_special(out, node, depth))
        return;
    esc_buf_printf(out, "(%s", esc_node_kind_name(node->kind));
    for (const Member *member = esc_members_of(node->kind); member->type != MEMBER_END; member++)
        write_member(out, node, member, depth);
    esc_buf_char(out, ')');
}

void esc_node_dump(EscBuf *out, const EscNode *node)
{
    write_node(out, node, 0);
    esc_buf_char(out, '\n');
}
