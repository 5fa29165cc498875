/* lower_grouping.c - `group by` of a template as rows of data: which fields make the key, and for how long tickets join. */
#include "lower/lower.h"

void esc_lower_grouping(EscLower *lower)
{
    const EscNode *group = lower->template->group;
    if (group == NULL)
        return;
    const EscNode *within = group->group.within;
    EscGroupingRow row = {.template = lower->template_index,
                          .within_ms = within == NULL ? 0 : within->duration.ms};
    ESC_EACH_NODE(key, group->group.keys) {
        EscGroupingKeyRow part = {.field = esc_meaning(lower->workspace, key).index};
        uint32_t at = esc_build_put_grouping_keys(&lower->build, part);
        row.keys_first = row.keys_count == 0 ? at : row.keys_first;
        row.keys_count++;
    }
    esc_build_put_groupings(&lower->build, row);
}
