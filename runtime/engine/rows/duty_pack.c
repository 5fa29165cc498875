/* duty_pack.c - in an escalation's body: who has it, for which no bundle is needed.
 *
 *   packed handed to   signed ms from the opening to the turn's begin   varint 2 * pass, and 1 when it is kept at the end of a shift
 *   draws: count, for each  varint level, place  packed person
 *   those who had it before: count, for each  packed person  u8: 1 missed it, 2 missed a check   last resort: signed since  varint alarms
 *     count, packed each who was asked   flags: 1 nobody of the chain is left, 2 alarm, 4 a change of hands is not told,
 *     8 a page of the turn arrived
 *   with 4:  packed from, actor, because  u8 who is asked  u8: 1 nobody else hears of it, 2 it was handed over  count, packed each who lost it
 *   pages: count, for each  varint number, contact  signed began  packed person, text    varint next number
 *   pages under way: count, for each  varint outbox id (0: it waits for the merged page), 2 * kind of contact, and 1 when
 *     it calls somebody of the present turn  packed person
 *   expectations: count, for each  varint number, calendar  signed due, met at  packed person, who expects it    varint next number
 *   packed who handed it to the present turn   those who were called or asked: count, packed each   u8 1: something is offered
 *   with it:  packed to, by, who had it then, reason  u8 what is expected  signed within  varint calendar
 *     those who were asked and have not declined: count, packed each */
#include <engine/rows.h>

#define FLAG_CHAIN_OVER 1u
#define FLAG_ALARMED 2u
#define FLAG_OWED 4u
#define FLAG_TURN_REACHED 8u
#define OWED_QUIET 1u
#define OWED_HANDED 2u
#define FORMER_MISSED 1u
#define FORMER_CHECK 2u

/* --- writing ---------------------------------------------------------------------------------- */

static void owed_pack(EscBuf *out, const EscOwed *owed)
{
    esc_buf_packed(out, owed->from);
    esc_buf_packed(out, owed->actor);
    esc_buf_packed(out, owed->because);
    esc_buf_u8(out, owed->asking);
    esc_buf_u8(out, (uint8_t)((owed->is_quiet ? OWED_QUIET : 0u) |
                              (owed->is_handed ? OWED_HANDED : 0u)));
    esc_texts_pack(out, owed->losers, owed->losers_count);
}

static void chain_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, 2u * escalation->pass + (escalation->is_shift_kept ? 1u : 0u));
    esc_buf_varint(out, escalation->draws_count);
    for (size_t i = 0; i < escalation->draws_count; i++) {
        esc_buf_varint(out, escalation->draws[i].level);
        esc_buf_varint(out, escalation->draws[i].place);
        esc_buf_packed(out, escalation->draws[i].person);
    }
}

static void resort_pack(EscBuf *out, const EscEscalation *escalation)
{
    const EscResort *resort = &escalation->resort;
    esc_buf_varint(out, escalation->formers_count);
    for (size_t i = 0; i < escalation->formers_count; i++) {
        esc_buf_packed(out, escalation->formers[i].person);
        esc_buf_u8(out, (uint8_t)((escalation->formers[i].has_missed ? FORMER_MISSED : 0u) |
                                  (escalation->formers[i].has_missed_check ? FORMER_CHECK : 0u)));
    }
    esc_buf_signed(out, resort->since_ms);
    esc_buf_varint(out, resort->alarms);
    esc_texts_pack(out, resort->asked, resort->asked_count);
    esc_buf_u8(out, (uint8_t)((escalation->is_chain_over ? FLAG_CHAIN_OVER : 0u) |
                              ((escalation->alarms & ESC_ALARM_OWNER) != 0 ? FLAG_ALARMED : 0u) |
                              (escalation->owed != NULL ? FLAG_OWED : 0u) |
                              (escalation->is_turn_reached ? FLAG_TURN_REACHED : 0u)));
    if (escalation->owed != NULL)
        owed_pack(out, escalation->owed);
}

static void pages_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->pages_count);
    for (size_t i = 0; i < escalation->pages_count; i++) {
        const EscPage *page = &escalation->pages[i];
        esc_buf_varint(out, page->number);
        esc_buf_varint(out, page->contact);
        esc_buf_signed(out, page->began_ms);
        esc_buf_packed(out, page->person);
        esc_buf_packed(out, page->text);
    }
    esc_buf_varint(out, escalation->page_next);
}

static void paged_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->paged_count);
    for (size_t i = 0; i < escalation->paged_count; i++) {
        const EscPaged *paged = &escalation->paged[i];
        esc_buf_varint(out, paged->outbox);
        esc_buf_varint(out, 2u * paged->kind + (paged->is_of_turn ? 1u : 0u));
        esc_buf_packed(out, paged->person);
    }
}

static void expectations_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->expectations_count);
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        const EscExpectation *expectation = &escalation->expectations[i];
        esc_buf_varint(out, expectation->number);
        esc_buf_varint(out, expectation->calendar);
        esc_buf_signed(out, expectation->due_ms);
        esc_buf_signed(out, expectation->met_ms);
        esc_buf_packed(out, expectation->person);
        esc_buf_packed(out, expectation->by);
    }
    esc_buf_varint(out, escalation->expectation_next);
}

static void offer_pack(EscBuf *out, const EscOffer *offer)
{
    esc_buf_u8(out, offer != NULL);
    if (offer == NULL)
        return;
    esc_buf_packed(out, offer->to);
    esc_buf_packed(out, offer->by);
    esc_buf_packed(out, offer->owner);
    esc_buf_packed(out, offer->reason);
    esc_buf_u8(out, (uint8_t)offer->expect);
    esc_buf_signed(out, offer->within_ms);
    esc_buf_varint(out, offer->calendar);
    esc_texts_pack(out, offer->asked, offer->asked_count);
}

void esc_duty_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_packed(out, escalation->handed_to);
    esc_buf_signed(out, escalation->turn_at_ms - escalation->opened_at_ms);
    chain_pack(out, escalation);
    resort_pack(out, escalation);
    pages_pack(out, escalation);
    paged_pack(out, escalation);
    expectations_pack(out, escalation);
    esc_buf_packed(out, escalation->handed_by);
    esc_texts_pack(out, escalation->participants, escalation->participants_count);
    offer_pack(out, escalation->offer);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void owed_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    EscOwed *owed = esc_owed_make(engine, escalation);
    owed->from = esc_interned_unpack(cursor, engine);
    owed->actor = esc_interned_unpack(cursor, engine);
    owed->because = esc_text_own(esc_cursor_packed(cursor));
    owed->asking = esc_cursor_u8(cursor);
    if (owed->asking > ESC_ASKING_TURN)
        cursor->failed = true;
    uint8_t flags = esc_cursor_u8(cursor);
    owed->is_quiet = (flags & OWED_QUIET) != 0;
    owed->is_handed = (flags & OWED_HANDED) != 0;
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        esc_owed_loser_add(owed, esc_interned_unpack(cursor, engine));
}

static void chain_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    uint32_t pass = esc_small_unpack(cursor);
    escalation->pass = pass / 2;
    escalation->is_shift_kept = pass % 2 != 0;
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint32_t level = esc_small_unpack(cursor), place = esc_small_unpack(cursor);
        esc_escalation_draw_add(escalation, level, place, esc_interned_unpack(cursor, engine));
    }
}

static void resort_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t formers = esc_cursor_count(cursor);
    for (size_t i = 0; i < formers && !cursor->failed; i++) {
        EscText person = esc_interned_unpack(cursor, engine);
        uint8_t missed = esc_cursor_u8(cursor);
        if (missed > (FORMER_MISSED | FORMER_CHECK))
            cursor->failed = true;
        esc_escalation_former_add(escalation, person, (missed & FORMER_MISSED) != 0);
        escalation->formers[escalation->formers_count - 1].has_missed_check =
            (missed & FORMER_CHECK) != 0;
    }
    escalation->resort.since_ms = esc_instant_unpack(cursor);
    escalation->resort.alarms = esc_small_unpack(cursor);
    size_t asked = esc_cursor_count(cursor);
    for (size_t i = 0; i < asked && !cursor->failed; i++)
        esc_escalation_asked_add(escalation, esc_interned_unpack(cursor, engine));
    uint8_t flags = esc_cursor_u8(cursor);
    escalation->is_chain_over = (flags & FLAG_CHAIN_OVER) != 0;
    if ((flags & FLAG_ALARMED) != 0)
        esc_escalation_alarmed(engine, escalation, ESC_ALARM_OWNER);
    escalation->is_turn_reached = (flags & FLAG_TURN_REACHED) != 0;
    if ((flags & FLAG_OWED) != 0)
        owed_unpack(cursor, engine, escalation);
}

static void pages_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->pages, escalation->pages_count, escalation->pages_capacity);
        EscPage *page = &escalation->pages[escalation->pages_count++];
        *page = (EscPage){.number = esc_small_unpack(cursor)};
        page->contact = esc_small_unpack(cursor);
        page->began_ms = esc_instant_unpack(cursor);
        page->person = esc_interned_unpack(cursor, engine);
        page->text = esc_text_own(esc_cursor_packed(cursor));
    }
    escalation->page_next = esc_small_unpack(cursor);
}

static void paged_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_PAGED_MAX)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->paged, escalation->paged_count, escalation->paged_capacity);
        EscPaged *paged = &escalation->paged[escalation->paged_count++];
        *paged = (EscPaged){.outbox = esc_cursor_varint(cursor)};
        uint32_t kind = esc_below_unpack(cursor, 2 * ESC_CONTACT_KINDS);
        paged->kind = (uint8_t)(kind / 2);
        paged->is_of_turn = kind % 2 != 0;
        paged->person = esc_interned_unpack(cursor, engine);
    }
}

static void expectations_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->expectations, escalation->expectations_count,
                        escalation->expectations_capacity);
        EscExpectation *expectation = &escalation->expectations[escalation->expectations_count++];
        *expectation = (EscExpectation){.number = esc_small_unpack(cursor)};
        expectation->calendar = esc_small_unpack(cursor);
        expectation->due_ms = esc_instant_unpack(cursor);
        expectation->met_ms = esc_instant_unpack(cursor);
        expectation->person = esc_interned_unpack(cursor, engine);
        expectation->by = esc_interned_unpack(cursor, engine);
    }
    escalation->expectation_next = esc_small_unpack(cursor);
}

static void participants_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_PARTICIPANTS_MAX)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->participants, escalation->participants_count,
                        escalation->participants_capacity);
        escalation->participants[escalation->participants_count++] =
            esc_interned_unpack(cursor, engine);
    }
}

static void offer_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    if (esc_cursor_u8(cursor) == 0 || cursor->failed)
        return;
    EscOffer *offer = escalation->offer = esc_engine_alloc(sizeof *offer);
    *offer = (EscOffer){.to = esc_interned_unpack(cursor, engine)};
    offer->by = esc_interned_unpack(cursor, engine);
    offer->owner = esc_interned_unpack(cursor, engine);
    offer->reason = esc_text_own(esc_cursor_packed(cursor));
    offer->expect = (EscExpect)esc_below_unpack(cursor, ESC_EXPECT_COUNT);
    offer->within_ms = esc_instant_unpack(cursor);
    offer->calendar = esc_small_unpack(cursor);
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        esc_offer_asked_add(offer, esc_interned_unpack(cursor, engine));
}

bool esc_duty_unpack(EscText duty, EscEngine *engine, EscEscalation *escalation)
{
    EscCursor cursor = esc_cursor((EscBytes){(const uint8_t *)duty.data, duty.size});
    escalation->handed_to = esc_interned_unpack(&cursor, engine);
    escalation->turn_at_ms = escalation->opened_at_ms + esc_instant_unpack(&cursor);
    chain_unpack(&cursor, engine, escalation);
    resort_unpack(&cursor, engine, escalation);
    pages_unpack(&cursor, engine, escalation);
    paged_unpack(&cursor, engine, escalation);
    expectations_unpack(&cursor, engine, escalation);
    escalation->handed_by = esc_interned_unpack(&cursor, engine);
    participants_unpack(&cursor, engine, escalation);
    offer_unpack(&cursor, engine, escalation);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}
