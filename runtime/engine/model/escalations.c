/* escalations.c - escalations as records: found, made, named, given back. How one starts is in flow/start.c,
 * what it does in run/frames.c. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

/* Position of the first escalation whose id is not below `id`. */
static size_t position_of(const EscEngine *engine, uint64_t id)
{
    size_t low = 0, high = engine->escalations.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (engine->escalations.items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

EscEscalation *esc_escalation_find(EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    if (position == engine->escalations.count || engine->escalations.items[position].id != id)
        return NULL;
    return esc_escalation_at(engine, position);
}

const EscSleeper *esc_escalation_sleeper(const EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    if (position == engine->escalations.count || engine->escalations.items[position].id != id ||
        engine->escalations.items[position].sleeper == 0)
        return NULL;
    return engine->tickets.sleepers[engine->escalations.items[position].sleeper - 1];
}

void esc_escalation_sleep(EscEngine *engine, uint64_t id, uint32_t ticket_index)
{
    size_t position = position_of(engine, id);
    ESC_ASSERT(position < engine->escalations.count);
    ESC_ASSERT(engine->escalations.items[position].id == id);
    engine->escalations.items[position].escalation = NULL;
    engine->escalations.items[position].sleeper = ticket_index + 1;
}

void esc_escalation_leave(EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    ESC_ASSERT(position < engine->escalations.count);
    ESC_ASSERT(engine->escalations.items[position].id == id);
    engine->escalations.items[position].escalation = NULL;
    engine->escalations.forgotten_count++;
}

bool esc_escalation_stands(const EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    if (position == engine->escalations.count || engine->escalations.items[position].id != id)
        return false;
    const EscEscalationPlace *place = &engine->escalations.items[position];
    return place->sleeper != 0 ||
           (place->escalation != NULL && esc_escalation_is_open(place->escalation));
}

EscEscalation *esc_escalation_standing(EscEngine *engine, uint64_t id)
{
    return esc_escalation_stands(engine, id) ? esc_escalation_find(engine, id) : NULL;
}

bool esc_escalation_was(const EscEngine *engine, uint64_t id)
{
    return id > 0 && id < engine->counters.next_escalation;
}

static void ticket_link(EscTicket *ticket, EscEscalation *escalation)
{
    ESC_ENGINE_GROW(ticket->open, ticket->open_count, ticket->open_capacity);
    size_t at = ticket->open_count++;
    for (; at > 0 && ticket->open[at - 1]->id > escalation->id; at--)
        ticket->open[at] = ticket->open[at - 1];
    ticket->open[at] = escalation;
}

/* New ones come last; only a start restores in any order. One that wakes has its place. */
static void place_insert(EscEngine *engine, EscEscalation *escalation)
{
    EscEscalations *all = &engine->escalations;
    size_t position = position_of(engine, escalation->id);
    if (position < all->count && all->items[position].id == escalation->id) {
        ESC_ASSERT(all->items[position].sleeper != 0);
        all->items[position] = (EscEscalationPlace){escalation->id, escalation, 0};
        return;
    }
    ESC_ENGINE_GROW(all->items, all->count, all->capacity);
    memmove(all->items + position + 1, all->items + position,
            (all->count - position) * sizeof *all->items);
    all->items[position] = (EscEscalationPlace){escalation->id, escalation, 0};
    all->count++;
}

EscEscalation *esc_escalation_alloc(EscEngine *engine, uint64_t id, EscTicket *ticket,
                                    const EscEngineBundle *bundle, EscText template_name)
{
    EscEscalation *escalation = esc_engine_alloc(sizeof *escalation);
    *escalation = (EscEscalation){
        .id = id,
        .ticket = ticket,
        .bundle = bundle,
        .template_name = esc_engine_intern(engine, template_name),
        .start_type = ESC_NONE,
    };
    escalation->template_index =
        bundle == NULL ? ESC_NONE : esc_template_find(bundle->program, template_name);
    if (escalation->template_index != ESC_NONE) {
        memcpy(escalation->bundle_hash, esc_bundle_hash(bundle->bundle), 32);
        escalation->checks_count = esc_escalation_template(escalation)->checks_count;
    }
    escalation->checks = esc_engine_alloc(escalation->checks_count);
    escalation->raised_checks =
        esc_engine_alloc((escalation->checks_count / 64 + 1) * sizeof *escalation->raised_checks);
    place_insert(engine, escalation);
    ticket_link(ticket, escalation);
    return escalation;
}

static void alarms_set(EscEngine *engine, EscEscalation *escalation, uint32_t alarms)
{
    engine->escalations.alarmed_count += (size_t)(alarms != 0) - (size_t)(escalation->alarms != 0);
    escalation->alarms = alarms;
}

void esc_offer_free(EscOffer *offer)
{
    if (offer == NULL)
        return;
    esc_text_drop(&offer->reason);
    free(offer->asked);
    free(offer);
}

void esc_escalation_free(EscEngine *engine, EscEscalation *escalation)
{
    alarms_set(engine, escalation, 0);
    esc_frames_drop(escalation);
    esc_text_drop(&escalation->kept);
    esc_text_drop(&escalation->body);
    esc_text_drop(&escalation->left);
    esc_text_drop(&escalation->room);
    esc_text_drop(&escalation->last.detail);
    esc_text_drop(&escalation->group_key);
    for (size_t i = 0; i < escalation->members_count; i++)
        esc_text_drop(&escalation->members[i].ticket);
    free(escalation->members);
    free(escalation->reaches);
    free(escalation->dead_told);
    for (uint32_t i = 0; i < escalation->start_fields_count; i++)
        esc_owned_release(&escalation->start_fields[i]);
    free(escalation->start_fields);
    esc_text_drop(&escalation->start_json);
    for (uint32_t i = 0; i < escalation->given_count; i++)
        esc_owned_release(&escalation->given[i]);
    free(escalation->given);
    free(escalation->checks);
    free(escalation->raised_checks);
    for (size_t i = 0; i < escalation->changes_count; i++)
        esc_change_release(&escalation->changes[i]);
    free(escalation->changes);
    for (size_t i = 0; i < escalation->pages_count; i++)
        esc_text_drop(&escalation->pages[i].text);
    free(escalation->pages);
    free(escalation->paged);
    free(escalation->expectations);
    free(escalation->inverses);
    free(escalation->ackers);
    free(escalation->formers);
    free(escalation->participants);
    esc_offer_free(escalation->offer);
    free(escalation->resort.asked);
    free(escalation->draws);
    esc_owed_drop(engine, escalation);
    free(escalation->timeline);
    free(escalation);
}

void esc_escalation_note(EscEngine *engine, EscEscalation *escalation)
{
    EscTurn *turn = &engine->turn;
    if (turn->outcome == NULL || escalation->is_noted || escalation->bundle == NULL ||
        (escalation->bundle->program->clocks_count == 0 &&
         escalation->bundle->program->reaches_count == 0 && escalation->owed == NULL))
        return;
    escalation->is_noted = true;
    ESC_ENGINE_GROW(turn->noted_escalations, turn->noted_escalations_count,
                    turn->noted_escalations_capacity);
    turn->noted_escalations[turn->noted_escalations_count++] = escalation;
}

void esc_escalation_dirty(EscEngine *engine, EscEscalation *escalation)
{
    esc_escalation_note(engine, escalation);
    if (escalation->is_dirty)
        return;
    esc_text_drop(&escalation->body);
    escalation->is_dirty = true;
    ESC_ENGINE_GROW(engine->escalations.dirty, engine->escalations.dirty_count,
                    engine->escalations.dirty_capacity);
    engine->escalations.dirty[engine->escalations.dirty_count++] = escalation;
}

void esc_escalation_moment_add(EscEscalation *escalation, EscMoment moment)
{
    if (escalation->timeline_count == ESC_TIMELINE_MAX)
        memmove(escalation->timeline + 1, escalation->timeline + 2,
                (--escalation->timeline_count - 1) * sizeof escalation->timeline[0]);
    ESC_ENGINE_GROW(escalation->timeline, escalation->timeline_count,
                    escalation->timeline_capacity);
    escalation->timeline[escalation->timeline_count++] = moment;
}

void esc_escalation_acker_add(EscEscalation *escalation, EscText acker)
{
    ESC_ENGINE_GROW(escalation->ackers, escalation->ackers_count, escalation->ackers_capacity);
    escalation->ackers[escalation->ackers_count++] = acker;
}

static EscFormer *former_of(EscEscalation *escalation, EscText person)
{
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (esc_text_equal(escalation->formers[i].person, person))
            return &escalation->formers[i];
    }
    ESC_ENGINE_GROW(escalation->formers, escalation->formers_count, escalation->formers_capacity);
    EscFormer *former = &escalation->formers[escalation->formers_count++];
    *former = (EscFormer){.person = person};
    return former;
}

void esc_escalation_participant_add(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    if (escalation->participants_count == ESC_PARTICIPANTS_MAX ||
        esc_texts_hold(escalation->participants, escalation->participants_count, person))
        return;
    ESC_ENGINE_GROW(escalation->participants, escalation->participants_count,
                    escalation->participants_capacity);
    escalation->participants[escalation->participants_count++] = person;
    esc_escalation_dirty(engine, escalation);
}

bool esc_offer_is_to(const EscEscalation *escalation, EscText person)
{
    const EscOffer *offer = escalation->offer;
    return offer != NULL && esc_texts_hold(offer->asked, offer->asked_count, person);
}

void esc_offer_asked_add(EscOffer *offer, EscText person)
{
    if (esc_texts_hold(offer->asked, offer->asked_count, person))
        return;
    ESC_ENGINE_GROW(offer->asked, offer->asked_count, offer->asked_capacity);
    offer->asked[offer->asked_count++] = person;
}

void esc_escalation_former_add(EscEscalation *escalation, EscText person, bool has_missed)
{
    EscFormer *former = former_of(escalation, person);
    former->has_missed = former->has_missed || has_missed;
}

void esc_escalation_check_missed(EscEscalation *escalation)
{
    former_of(escalation, escalation->owner)->has_missed_check = true;
}

EscOwed *esc_owed_make(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->owed == NULL) {
        escalation->owed = esc_engine_alloc(sizeof *escalation->owed);
        engine->escalations.owed_count++;
    }
    return escalation->owed;
}

void esc_owed_loser_add(EscOwed *owed, EscText person)
{
    ESC_ENGINE_GROW(owed->losers, owed->losers_count, owed->losers_capacity);
    owed->losers[owed->losers_count++] = person;
}

void esc_owed_drop(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->owed == NULL)
        return;
    esc_text_drop(&escalation->owed->because);
    free(escalation->owed->losers);
    free(escalation->owed);
    escalation->owed = NULL;
    engine->escalations.owed_count--;
}

void esc_escalation_asked_add(EscEscalation *escalation, EscText person)
{
    EscResort *resort = &escalation->resort;
    ESC_ENGINE_GROW(resort->asked, resort->asked_count, resort->asked_capacity);
    resort->asked[resort->asked_count++] = person;
}

void esc_escalation_moment(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                           EscText who)
{
    EscMoment moment = {.kind = (uint8_t)kind, .at_ms = engine->now_ms};
    moment.who = esc_engine_intern(engine, who);
    esc_escalation_moment_add(escalation, moment);
    esc_escalation_dirty(engine, escalation);
}

EscText esc_escalation_starter(const EscEscalation *escalation)
{
    bool has_opening = escalation->timeline_count > 0 && /* the first moment is never given up */
                       escalation->timeline[0].kind == (uint8_t)ESC_AUDIT_OPENED;
    return has_opening ? escalation->timeline[0].who : (EscText){0};
}

const EscTemplateRow *esc_escalation_template(const EscEscalation *escalation)
{
    return &escalation->bundle->program->templates[escalation->template_index];
}

EscText esc_escalation_title(const EscEscalation *escalation)
{
    if (escalation->bundle == NULL || escalation->template_index == ESC_NONE)
        return escalation->template_name;
    EscText title = escalation->bundle->program->texts[esc_escalation_template(escalation)->title];
    return esc_text_or(title, escalation->template_name);
}

EscText esc_escalation_name(EscEngine *engine, const EscEscalation *escalation)
{
    return esc_turn_printf(engine, "E-%llu", (unsigned long long)escalation->id);
}

void esc_escalation_alarm(EscEngine *engine, EscEscalation *escalation, EscAlarm alarm, bool is_on)
{
    uint32_t before = escalation->alarms;
    alarms_set(engine, escalation, is_on ? before | (uint32_t)alarm : before & ~(uint32_t)alarm);
    if (escalation->alarms != before)
        esc_escalation_dirty(engine, escalation);
}

void esc_escalation_alarmed(EscEngine *engine, EscEscalation *escalation, EscAlarm alarm)
{
    alarms_set(engine, escalation, escalation->alarms | (uint32_t)alarm);
}

size_t esc_engine_alarmed_count(const EscEngine *engine)
{
    return engine->escalations.alarmed_count;
}

bool esc_escalation_is_open(const EscEscalation *escalation)
{
    return escalation->state != ESC_STATE_CLOSED;
}

/* --- exceptions ------------------------------------------------------------------------------- */

void esc_raised_free(EscRaised *raised)
{
    if (raised == NULL)
        return;
    esc_text_drop(&raised->message);
    for (uint32_t i = 0; i < raised->fields_count; i++)
        esc_owned_release(&raised->fields[i]);
    free(raised->fields);
    free(raised->field_indexes);
    free(raised);
}

EscRaised *esc_raised_copy(const EscRaised *raised)
{
    if (raised == NULL)
        return NULL;
    EscRaised *copy = esc_engine_alloc(sizeof *copy);
    *copy = *raised;
    copy->message = esc_text_own(raised->message);
    copy->fields = esc_engine_alloc(raised->fields_count * sizeof *copy->fields);
    copy->field_indexes = esc_engine_alloc(raised->fields_count * sizeof *copy->field_indexes);
    for (uint32_t i = 0; i < raised->fields_count; i++) {
        copy->field_indexes[i] = raised->field_indexes[i];
        copy->fields[i] = esc_owned_copy(raised->fields[i].value);
    }
    return copy;
}

/* --- its frames ------------------------------------------------------------------------------- */

const EscWaitRow *esc_wait_of(const EscEscalation *escalation, const EscFrame *frame)
{
    if (frame->bytes == NULL || escalation->bundle == NULL || escalation->state == ESC_STATE_PARKED)
        return NULL;
    return &escalation->bundle->program->waits[frame->wait];
}

const EscWaitRow *esc_frame_wait(const EscEscalation *escalation)
{
    return esc_wait_of(escalation, &escalation->frame);
}

static void question_free(EscQuestion *question)
{
    if (question == NULL)
        return;
    esc_text_drop(&question->text);
    esc_text_drop(&question->guidance);
    esc_text_drop(&question->reason);
    free(question);
}

void esc_question_drop(EscFrame *frame)
{
    question_free(frame->question);
    frame->question = NULL;
}

void esc_frame_drop(EscFrame *frame)
{
    free(frame->bytes);
    esc_text_drop(&frame->reply_text);
    question_free(frame->question);
    esc_raised_free(frame->raised);
    *frame = (EscFrame){0};
}

EscFrame esc_frame_copy(const EscFrame *frame)
{
    EscFrame copy = *frame;
    copy.bytes = frame->bytes == NULL ? NULL : esc_engine_alloc(frame->size);
    if (frame->bytes != NULL)
        memcpy(copy.bytes, frame->bytes, frame->size);
    copy.reply_text = esc_text_own(frame->reply_text);
    copy.raised = esc_raised_copy(frame->raised);
    if (frame->question == NULL)
        return copy;
    copy.question = esc_engine_alloc(sizeof *copy.question);
    *copy.question = *frame->question;
    copy.question->text = esc_text_own(frame->question->text);
    copy.question->guidance = esc_text_own(frame->question->guidance);
    copy.question->reason = esc_text_own(frame->question->reason);
    return copy;
}

void esc_below_drop(EscEscalation *escalation)
{
    while (escalation->below_count > 0)
        esc_frame_drop(&escalation->below[--escalation->below_count]);
    free(escalation->below);
    escalation->below = NULL;
}

void esc_triage_drop(EscEscalation *escalation)
{
    if (escalation->triage != NULL)
        esc_frame_drop(&escalation->triage->frame);
    free(escalation->triage);
    escalation->triage = NULL;
}

void esc_copy_drop(EscEscalation *escalation)
{
    if (escalation->copy == NULL)
        return;
    for (uint32_t i = 0; i < escalation->copy->count; i++)
        esc_frame_drop(&escalation->copy->frames[i]);
    esc_raised_free(escalation->copy->triage);
    free(escalation->copy);
    escalation->copy = NULL;
}

void esc_frames_drop(EscEscalation *escalation)
{
    esc_frame_drop(&escalation->frame);
    esc_below_drop(escalation);
    esc_triage_drop(escalation);
    esc_copy_drop(escalation);
}

EscFrame *esc_frame_next(EscEscalation *escalation, bool with_copy, size_t *at)
{
    size_t number = (*at)++;
    if (number == 0)
        return &escalation->frame;
    if (number <= escalation->below_count)
        return &escalation->below[escalation->below_count - number];
    number -= escalation->below_count + 1;
    if (escalation->triage != NULL && number-- == 0)
        return &escalation->triage->frame;
    return with_copy && escalation->copy != NULL && number < escalation->copy->count
               ? &escalation->copy->frames[number]
               : NULL;
}

const char *esc_check_state_name(EscCheckState state)
{
    static const char *const names[] = {"pending", "passed",     "failed",
                                        "handled", "overridden", "not asked"};
    return state < ESC_CHECK_STATE_COUNT ? names[state] : "pending";
}

const EscFunctionRow *esc_escalation_function(const EscEscalation *escalation, uint32_t function)
{
    return &escalation->bundle->program->functions[function];
}

void esc_change_release(EscChange *change)
{
    esc_owned_release(&change->before);
    esc_owned_release(&change->after);
    esc_text_drop(&change->item);
    for (uint32_t i = 0; i < change->arguments_count; i++)
        esc_owned_release(&change->arguments[i]);
    free(change->arguments);
    *change = (EscChange){.undo = ESC_NONE};
}

void esc_escalation_move(EscEscalation *escalation, int64_t by_ms)
{
    escalation->opened_at_ms += by_ms;
    int64_t *instants[] = {&escalation->released_at_ms, &escalation->acked_ms,
                           &escalation->resolved_ms, &escalation->last.at_ms};
    for (size_t i = 0; i < ESC_COUNT_OF(instants); i++)
        *instants[i] += *instants[i] == 0 ? 0 : by_ms;
    for (size_t i = 0; i < escalation->timeline_count; i++)
        escalation->timeline[i].at_ms += by_ms;
}

bool esc_escalation_has_acked(const EscEscalation *escalation, EscText person)
{
    return esc_texts_hold(escalation->ackers, escalation->ackers_count, person);
}
