/* face_pack.c - in an escalation's body: what lists show of it, which can be read without its bundle and without an engine.
 *
 *   varint of what lists show of its ticket   signed acknowledged at, resolved at   varint hand-offs
 *   packed title of the ticket, of the template, of the owner
 *   varint outbox id of the last message (0: none); else  packed to, medium, detail  u8 state  signed when */
#include <engine/rows.h>

static EscText person_title(const EscEngine *engine, EscText name)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t person = 0;
    return esc_directory_person(program, name, &person)
               ? program->texts[program->persons[person].title]
               : (EscText){0};
}

EscText esc_owner_title(const EscEngine *engine, const EscEscalation *escalation)
{
    return person_title(engine, escalation->owner);
}

void esc_face_pack(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation)
{
    const EscLastMessage *last = &escalation->last;
    esc_buf_varint(out, escalation->shown);
    esc_buf_signed(out, escalation->acked_ms);
    esc_buf_signed(out, escalation->resolved_ms);
    esc_buf_varint(out, escalation->handoffs);
    esc_buf_packed(out, esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot));
    esc_buf_packed(out, esc_escalation_title(escalation));
    esc_buf_packed(out, esc_owner_title(engine, escalation));
    esc_buf_varint(out, last->outbox);
    if (last->outbox == 0)
        return;
    esc_buf_packed(out, last->to);
    esc_buf_packed(out, last->medium);
    esc_buf_packed(out, last->detail);
    esc_buf_u8(out, (uint8_t)last->state);
    esc_buf_signed(out, last->at_ms);
}

/* Texts are borrowed from the cursor's bytes. */
static void last_show(EscCursor *cursor, EscEscalationView *view)
{
    view->last_outbox = esc_cursor_varint(cursor);
    if (view->last_outbox == 0)
        return;
    view->last_to = esc_cursor_packed(cursor);
    view->last_medium = esc_cursor_packed(cursor);
    view->last_detail = esc_cursor_packed(cursor);
    uint8_t state = esc_cursor_u8(cursor);
    if (state >= ESC_DELIVERY_STATE_COUNT)
        cursor->failed = true;
    view->last_state = cursor->failed ? ESC_DELIVERY_QUEUED : (EscDeliveryState)state;
    view->last_at_ms = esc_instant_unpack(cursor);
}

bool esc_face_show(EscText face, EscEscalationView *view, uint64_t *shown)
{
    EscCursor cursor = esc_cursor((EscBytes){(const uint8_t *)face.data, face.size});
    *shown = esc_cursor_varint(&cursor);
    view->acked_ms = esc_instant_unpack(&cursor);
    view->resolved_ms = esc_instant_unpack(&cursor);
    view->handoffs = esc_small_unpack(&cursor);
    view->ticket_title = esc_cursor_packed(&cursor);
    view->template_title = esc_cursor_packed(&cursor);
    view->owner_title = esc_cursor_packed(&cursor);
    last_show(&cursor, view);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}

bool esc_face_unpack(EscText face, EscEngine *engine, EscEscalation *escalation)
{
    EscEscalationView view = {.id = 0};
    uint64_t shown = 0;
    if (!esc_face_show(face, &view, &shown))
        return false;
    escalation->shown = shown;
    escalation->acked_ms = view.acked_ms;
    escalation->resolved_ms = view.resolved_ms;
    escalation->handoffs = view.handoffs;
    escalation->last = (EscLastMessage){.outbox = view.last_outbox,
                                        .to = esc_engine_intern(engine, view.last_to),
                                        .medium = esc_engine_intern(engine, view.last_medium),
                                        .detail = esc_text_own(view.last_detail),
                                        .state = view.last_state,
                                        .at_ms = view.last_at_ms};
    return true;
}
