/* audit.c - audit records: one English sentence each for what a person would ask about later, whatever language people read. The kinds
 * stand in include/engine/audit.def. */
#include <engine/model.h>

#define DATA_BYTES_USUAL 256

const char *esc_audit_word(EscAuditKind kind)
{
    static const char *const words[] = {
#define ESC_AUDIT(NAME, word, text) word,
#include <engine/audit.def>
#undef ESC_AUDIT
    };
    ESC_ASSERT(kind < ESC_AUDIT_COUNT);
    return words[kind];
}

const char *esc_audit_text(EscAuditKind kind)
{
    static const char *const texts[] = {
#define ESC_AUDIT(NAME, word, text) text,
#include <engine/audit.def>
#undef ESC_AUDIT
    };
    ESC_ASSERT(kind < ESC_AUDIT_COUNT);
    return texts[kind];
}

static EscText pending_text(EscEngine *engine, EscText text)
{
    EscText copy = esc_arena_text(engine->pending->arena, text);
    ESC_ASSERT(!esc_arena_failed(engine->pending->arena));
    return copy;
}

/* Who said it in the actor's name, or by which way they said it, stands in the data of all that follows from an act, and
 * once in words. */
static void by_tell(EscEngine *engine, EscText *data, EscText *text)
{
    EscTurn *turn = &engine->turn;
    if (turn->by.size + turn->through.size == 0 || turn->actor.size == 0)
        return;
    EscText by = esc_audit_data(engine, "by", turn->by, "through", turn->through, NULL);
    if (data->size > 2)
        by = esc_turn_printf(engine, "%.*s,%.*s", (int)by.size - 1, by.data, (int)data->size - 1,
                             data->data + 1);
    *data = by;
    if (!turn->is_by_told && turn->by.size > 0)
        *text = esc_turn_printf(engine, "%.*s [%.*s acting as %.*s]", ESC_TEXT_ARG(*text),
                                ESC_TEXT_ARG(turn->by), ESC_TEXT_ARG(turn->actor));
    else if (!turn->is_by_told)
        *text = esc_turn_printf(engine, "%.*s [through %.*s]", ESC_TEXT_ARG(*text),
                                ESC_TEXT_ARG(turn->through));
    turn->is_by_told = true;
}

static EscAuditRow *audit_add(EscEngine *engine, EscAuditKind kind, EscText data, EscText text)
{
    by_tell(engine, &data, &text);
    EscGroup *group = engine->pending;
    group->audit = esc_arena_grow(group->arena, group->audit, group->audit_count,
                                  &group->audit_capacity, sizeof *group->audit);
    ESC_ASSERT(group->audit != NULL);
    EscAuditRow *row = &group->audit[group->audit_count++];
    *row = (EscAuditRow){
        .seq = engine->counters.next_audit++,
        .at_ms = engine->now_ms,
        .kind = esc_text_from(esc_audit_word(kind)),
        .actor = pending_text(engine, esc_text_or(engine->turn.actor, ESC_TEXT("escal"))),
        .text = pending_text(engine, text),
        .data = pending_text(engine, data),
    };
    return row;
}

static EscText sentence(EscEngine *engine, const char *format, va_list arguments)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_vprintf(&buf, format, arguments);
    return esc_said(engine, esc_turn_take(engine, &buf), ESC_LANGUAGE_ENGLISH);
}

void esc_audit_escalation(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                          EscText data, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    EscText text = sentence(engine, format, arguments);
    va_end(arguments);
    EscAuditRow *row = audit_add(engine, kind, data, text);
    row->escalation = escalation->id;
    row->ticket = pending_text(engine, escalation->ticket->id);
    row->place = pending_text(engine, esc_place_text(engine, escalation));
    esc_escalation_dirty(engine, escalation);
}

void esc_audit_ticket(EscEngine *engine, EscTicket *ticket, EscAuditKind kind, EscText data,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    EscText text = sentence(engine, format, arguments);
    va_end(arguments);
    EscAuditRow *row = audit_add(engine, kind, data, text);
    if (ticket != NULL)
        row->ticket = pending_text(engine, ticket->id);
}

void esc_audit_bare(EscEngine *engine, uint64_t escalation, EscText ticket, EscAuditKind kind,
                    EscText data, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    EscText text = sentence(engine, format, arguments);
    va_end(arguments);
    EscAuditRow *row = audit_add(engine, kind, data, text);
    row->escalation = escalation;
    row->ticket = pending_text(engine, ticket);
}

EscText esc_audit_data(EscEngine *engine, ...)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_reserve(&buf, DATA_BYTES_USUAL);
    va_list arguments;
    va_start(arguments, engine);
    const char *name = NULL, *begins = "{";
    while ((name = va_arg(arguments, const char *)) != NULL) {
        EscText value = va_arg(arguments, EscText);
        if (value.size == 0)
            continue;
        esc_buf_string(&buf, begins);
        begins = ",";
        esc_json_text(&buf, esc_text_from(name));
        esc_buf_char(&buf, ':');
        esc_json_text(&buf, esc_said(engine, value, ESC_LANGUAGE_ENGLISH));
    }
    va_end(arguments);
    esc_buf_string(&buf, buf.size == 0 ? "{}" : "}");
    return esc_turn_take(engine, &buf);
}
