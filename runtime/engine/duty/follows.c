/* follows.c - owners that follow the shifts of a schedule (`primary oncall follows shift`): who does, and the timer of the
 * shift's end. What the end brings is in shift_ends.c. */
#include <engine/duty.h>

bool esc_follow_is_on(const EscEscalation *escalation)
{
    const EscRoleRow *row = esc_role_row(escalation, escalation->role_row);
    return row != NULL && row->follows_shift != 0 && escalation->handed_to.size == 0 &&
           !escalation->is_shift_kept &&
           (escalation->state == ESC_STATE_OPEN || escalation->state == ESC_STATE_PARKED);
}

int64_t esc_follow_due_ms(EscEngine *engine, EscEscalation *escalation, int64_t otherwise)
{
    EscPeople people;
    if (!esc_follow_is_on(escalation))
        return otherwise;
    esc_role_people(engine, escalation, escalation->role_row, &people);
    return people.until_ms == INT64_MAX ? otherwise : people.until_ms;
}

void esc_follow_timer(EscEngine *engine, EscEscalation *escalation)
{
    int64_t end_ms = esc_follow_due_ms(engine, escalation, 0);
    if (end_ms != 0)
        esc_timer_put(engine, escalation, NULL, ESC_TIMER_SHIFT, 0, end_ms);
    else
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_SHIFT, 0);
}

void esc_follow_review(EscEngine *engine)
{
    EscEscalation *escalation = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        if (esc_follow_is_on(escalation))
            esc_follow_timer(engine, escalation);
    }
}
