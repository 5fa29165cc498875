/* engine/model.h - the engine's lowest room: what it keeps (engine/state.h), and what can be done to it without running
 * code or asking who is on duty. It knows what was noted, and nothing of what follows from it. */
#ifndef ESC_ENGINE_MODEL_H
#define ESC_ENGINE_MODEL_H

#include <engine/state.h>

/* --- memory.c --------------------------------------------------------------------------------- */

void *esc_engine_alloc(size_t size); /* zeroed */
/* Makes room for one more item; *items and *capacity are updated. */
void esc_engine_grow(void **items, size_t count, size_t *capacity, size_t item_size);
#define ESC_ENGINE_GROW(items, count, capacity)                                                    \
    do {                                                                                           \
        void *grown_ = (items);                                                                    \
        esc_engine_grow(&grown_, (count), &(capacity), sizeof *(items));                           \
        (items) = grown_;                                                                          \
    } while (0)
EscText esc_text_own(EscText text);
void esc_text_drop(EscText *text); /* frees an owned text and empties it */
EscText esc_engine_intern(EscEngine *engine, EscText text);
EscOwned esc_owned_copy(EscValue value);
void esc_owned_release(EscOwned *owned);
/* Frees the block when the present input is done: somebody may still read it. */
void esc_engine_discard(EscEngine *engine, void *block);
void esc_garbage_free(EscEngine *engine);             /* what was discarded */
void *esc_turn_alloc(EscEngine *engine, size_t size); /* until the turn ends */
EscText esc_turn_text(EscEngine *engine, EscText text);
EscText esc_turn_printf(EscEngine *engine, const char *format, ...) ESC_PRINTF(2, 3);
/* ": the reason", behind a sentence; empty when nobody gave one. */
EscText esc_turn_reason(EscEngine *engine, EscText reason);
/* Not longer than that; what is cut ends in "…". The text itself, or a copy in the turn. */
EscText esc_turn_cut(EscEngine *engine, EscText text, size_t size_max);
/* A buffer's text, copied to the turn's arena; releases the buffer. */
EscBuf esc_turn_buf(void); /* empty, with room for what one input may take */
EscText esc_turn_take(EscEngine *engine, EscBuf *buf);

/* --- values.c --------------------------------------------------------------------------------- */

EscValue esc_value_default(EscType type); /* missing, or the type's first value */
/* The value as `type` of another program: enum members by name; what does not fit becomes the default. */
EscValue esc_value_convert(const EscProgram *from, const EscProgram *to, EscValue value,
                           EscType type);
bool esc_value_same(const EscProgram *a_program, EscValue a, const EscProgram *b_program,
                    EscValue b); /* content, whatever the optional bits */
EscText esc_member_name(const EscProgram *program, EscType type, uint32_t member);
bool esc_member_find(const EscProgram *program, EscType type, EscText name, uint32_t *member);
uint32_t esc_field_find(const EscProgram *program, EscScope scope,
                        EscText name); /* FIELDS index or ESC_NONE */
void esc_value_write_json(EscBuf *out, const EscProgram *program,
                          EscValue value); /* times as RFC 3339, durations in ms, refs as numbers */
/* As JSON, and the same text for all that are equal. */
void esc_value_write_key(EscBuf *out, const EscProgram *program, EscValue value);
void esc_value_write_text(EscBuf *out, const EscProgram *program,
                          EscValue value); /* as people read it */
EscOwned esc_value_read_json(const EscProgram *program, EscType type, const EscJson *json);

/* --- clauses.c -------------------------------------------------------------------------------- */

EscText esc_text_or(EscText text, EscText otherwise); /* the text, unless it is empty */
/* Words that are said only with a text, before it or behind it: "" when the text is empty. For "failed%s%.*s". */
const char *esc_words_with(EscText text, const char *words);
const char *esc_one_or_many(size_t count, const char *one, const char *many); /* none are many */
bool esc_texts_hold(const EscText *texts, size_t count, EscText text); /* it is one of them */

/* --- say.c ------------------------------------------------------------------------------------ */

/* A sentence of says.def. */
typedef enum EscSay {
#define ESC_SAY(NAME, arguments, english, german) ESC_SAY_##NAME,
#include <engine/says.def>
#undef ESC_SAY
    ESC_SAY_COUNT
} EscSay;
const char *esc_say_words(EscSay say, EscLanguage language); /* "{1} is away" */
const char *esc_say_arguments(EscSay say);                   /* a letter for each */
/* A sentence with its arguments, in no language yet: it may be kept in rows, be part of other texts and an argument of other
 * sentences. Lives in the turn. An argument that is a value loses its marks; any other is made of sentences, or has none. */
EscText esc_say_of(EscEngine *engine, EscSay say, const EscText *arguments, size_t count);
#define esc_say(engine, NAME, ...)                                                                 \
    esc_say_of(engine, ESC_SAY_##NAME, (const EscText[]){__VA_ARGS__},                             \
               ESC_COUNT_OF(((const EscText[]){__VA_ARGS__})))
/* One without arguments. */
#define ESC_SAYING(NAME) ((void)ESC_SAY_##NAME, ESC_TEXT(ESC_MARK_SAY #NAME ESC_MARK_SAID))
EscText esc_say_count(EscEngine *engine, uint64_t count); /* "3", as a value */
EscText esc_unmarked(EscEngine *engine,
                     EscText text); /* without marks; it, or a copy in the turn */
/* As it is read in that language: the text, or a copy in the turn, with the marks of author's words alone. */
EscText esc_said(EscEngine *engine, EscText text, EscLanguage language);
/* In which language a person or a channel of that name is written to; the workspace's for who is neither, or says none. */
EscLanguage esc_reads(const EscEngine *engine, EscText name);
/* A refusal in words for who acts (engine->turn.reads): fills *why (NULL allowed) and gives the status. */
EscStatus esc_sorry(EscEngine *engine, EscWhy *why, EscStatus status, EscText because);
EscLanguage esc_workspace_reads(const EscEngine *engine);

/* --- words.c ---------------------------------------------------------------------------------- */

/* "2026-03-02 10:05 CET": the workspace's zone, with the abbreviation that it has then; lives as long as the turn. */
EscText esc_local_time(EscEngine *engine, int64_t time_ms);
EscText esc_local_second(EscEngine *engine,
                         int64_t time_ms); /* with seconds where there are some */
/* What a value says to people (esc_value_write_text), with times as above. */
EscText esc_value_words(EscEngine *engine, const EscProgram *program, EscValue value);
/* The same in the person's own zone, for lines that the engine adds to what only they read. */
EscText esc_person_time(EscEngine *engine, EscText person, int64_t time_ms);
EscText esc_duration_text(EscEngine *engine, int64_t duration_ms);
/* The same with the calendar (OPTION) that counts it: "4h of office_hours". */
EscText esc_length_text(EscEngine *engine, const EscProgram *program, int64_t ms,
                        uint32_t calendar);
/* "within 5m", and ", 12 s late" when now is that much behind the instant at which the time was over: to be said. */
EscText esc_deadline_text(EscEngine *engine, int64_t within_ms, int64_t due_ms);

/* --- schema.c --------------------------------------------------------------------------------- */

EscType esc_slot_type(const EscEngine *engine, uint32_t slot);
EscText esc_slot_name(const EscEngine *engine, uint32_t slot);
uint32_t esc_slot_find(const EscEngine *engine, EscText name);
const EscEngineBundle *esc_engine_bundle_find(const EscEngine *engine, const uint8_t hash[32]);
EscText esc_program_text(const EscProgram *program, uint32_t index);
EscText esc_workspace_text(const EscEngine *engine); /* the workspace's name */
/* The same template in the current bundle; ESC_NONE when it is gone. */
uint32_t esc_template_find(const EscProgram *program, EscText name);
/* A reference of a bundle in the numbers of the current one, by name; *program is the current one unless the name is gone there. */
EscRef esc_ref_translate(const EscEngine *engine, const EscEngineBundle *bundle, EscRef ref,
                         const EscEngineBundle **in);
EscRef esc_ref_named(const EscProgram *program, EscText name); /* 0 when there is none */

/* --- postings.c ------------------------------------------------------------------------------- */

void esc_postings_build(EscEngine *engine);
/* How many rows there are of all events together. */
uint32_t esc_by_event_count(const EscByEvent *list, const EscProgram *program);
/* The range of those of one event in `rows`. */
uint32_t esc_by_event_first(const EscByEvent *list, uint32_t event);

/* --- moves.c ---------------------------------------------------------------------------------- */

/* A correction under way: what was `from_ms` on the engine's clock is `to_ms` now. Or another bundle has come, and calendars may
 * count other hours than before. See flow/clock.c for who moves what. */
typedef struct EscMove {
    int64_t from_ms, to_ms;
    bool is_of_calendars;
    const EscProgram
        *before; /* whose calendars counted until now; NULL: those that each one's own bundle has */
} EscMove;
int64_t esc_move_by(const EscMove *move);
/* A deadline that counts a calendar's hours (OPTION of `program`; 0 or no program: all time) keeps the open time left. */
int64_t esc_move_due(const EscEngine *engine, const EscProgram *program, const EscMove *move,
                     uint32_t calendar, int64_t due_ms);
/* What began then began so that as much open time has passed as before. */
int64_t esc_move_since(const EscEngine *engine, const EscProgram *program, const EscMove *move,
                       uint32_t calendar, int64_t since_ms);

/* --- tickets.c -------------------------------------------------------------------------------- */

EscTicket *esc_ticket_find(EscEngine *engine, EscText id); /* NULL when there is none; wakes it */
bool esc_ticket_exists(const EscEngine *engine, EscText id);
/* By its place; NULL when that is free; wakes it. */
static inline EscTicket *esc_ticket_at(EscEngine *engine, size_t index)
{
    EscSleeper *sleeper = engine->tickets.sleepers[index];
    if (sleeper != NULL)
        sleeper->wake(engine, sleeper);
    return engine->tickets.items[index];
}
/* Whether a restart must load it: an escalation is open, a timer runs, or a rollback may need it. */
bool esc_ticket_is_live(const EscTicket *ticket);
EscTicket *esc_ticket_new(EscEngine *engine, EscText id,
                          int64_t created_at_ms); /* fields have their defaults */
void esc_ticket_free(EscEngine *engine, EscTicket *ticket);
void esc_ticket_dirty(EscEngine *engine, EscTicket *ticket);
void esc_ticket_touch(
    EscEngine *engine,
    EscTicket *ticket); /* its escalations are looked at again before the input ends */
/* Remembers the fields and the standing for `previous`, `changed` and edges. */
void esc_ticket_remember(EscEngine *engine, EscTicket *ticket, bool is_new);
EscClocksBefore esc_clocks_now(const EscTicket *ticket);
/* The last instant at which it is known what time alone had turned for the ticket: now, or before its clock timer, which is due. */
int64_t esc_ticket_judged_ms(const EscEngine *engine, const EscTicket *ticket);
/* Their clock timers are set anew when the input has settled (flow/wakes.c). */
void esc_ticket_note(EscEngine *engine, EscTicket *ticket);
void esc_escalation_note(EscEngine *engine, EscEscalation *escalation);
/* Whether any field, or the standing, differs from what was remembered of this ticket. */
bool esc_ticket_has_changed(const EscEngine *engine, const EscTicket *ticket);
/* The value with its text cut to the field's size. */
EscValue esc_ticket_fit(const EscEngine *engine, uint32_t slot, EscValue value);
/* The same for a text of a list. */
EscText esc_item_fit(const EscEngine *engine, uint32_t slot, EscText item);
/* Sets a field; the value has the current bundle's type. False when it had that value. */
bool esc_ticket_set(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value);
/* Who is behind the change that was just made, as far as an event follows from it. */
void esc_ticket_changed_by(EscEngine *engine, const EscTicket *ticket, uint64_t escalation);
EscText esc_ticket_text(const EscEngine *engine, const EscTicket *ticket,
                        uint32_t slot); /* empty when missing or no such slot */
bool esc_ticket_set_text(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText text);
bool esc_ticket_set_member(EscEngine *engine, EscTicket *ticket, uint32_t slot,
                           const char *member); /* false when the enum has none such */
bool esc_ticket_is_resolved(const EscEngine *engine, const EscTicket *ticket);
EscStanding esc_ticket_standing(const EscEngine *engine, const EscTicket *ticket);
void esc_ticket_set_resolved(EscEngine *engine, EscTicket *ticket, const char *status,
                             bool is_resolved);
EscText esc_ticket_status(const EscEngine *engine, const EscTicket *ticket);
EscStarts *esc_ticket_starts(EscEngine *engine, EscTicket *ticket,
                             EscText template_name); /* made when there is none */
/* Puts behind the last ones; the oldest goes when there are too many. Takes the change's texts over. */
void esc_ticket_log_add(EscTicket *ticket, EscTicketChange change);
void esc_ticket_handoff_add(EscTicket *ticket, int64_t at_ms);
void esc_ticket_write_json(EscEngine *engine, const EscTicket *ticket, EscBuf *out);
const char *esc_clock_name(EscSlaClock clock);
bool esc_clock_stands(const EscTicket *ticket, EscSlaClock clock);
/* Time is counted, or it is over by more and more: neither met nor standing, and something is promised. */
bool esc_clock_runs(const EscTicket *ticket, EscSlaClock clock);
/* Whether a condition may know when it is due. */
bool esc_clock_has_due(const EscTicket *ticket, EscSlaClock clock);
/* The instant from which a clock that is over is late: when it was due, later by the times in which it stood since. */
int64_t esc_clock_late_since_ms(const EscTicket *ticket, EscSlaClock clock);
/* Every instant in it moves, as elapsed time does; duty/sla_moves.c has seen to clocks with a calendar before. */
void esc_ticket_move(EscTicket *ticket, int64_t by_ms);

/* --- linked.c --------------------------------------------------------------------------------- */

/* A new linked ticket "escal:T-n" with its title, of the same account: no source can have one of that id. */
EscTicket *esc_ticket_create_linked(EscEngine *engine, const EscTicket *parent, EscText title);
EscText esc_ticket_linked_id(EscEngine *engine, uint64_t number); /* lives in the turn */
/* The linked ticket of that number, where it is in memory; NULL for 0 and for what is not. */
EscTicket *esc_ticket_linked(EscEngine *engine, uint64_t number);
/* A linked ticket that an open escalation needs is in memory as long, also after a restart. NULL is allowed. */
void esc_ticket_pin(EscEngine *engine, EscTicket *ticket, bool is_needed);
/* The post-mortem of that template on the ticket has that number from now on: a linked ticket that was just made. */
void esc_postmortem_note(EscEngine *engine, EscTicket *ticket, EscText template_name,
                         uint64_t number);
/* Before rows are made: post-mortems of tickets that are live are pinned, those of others are not. */
void esc_postmortems_hold(EscEngine *engine);
/* A ticket has come from its row, which says whether it is live: the same for it, as the rows have it. */
void esc_postmortems_restored(EscEngine *engine, EscTicket *ticket, bool is_live);

/* Of the template that it starts, or the automation whose handler it is. */
EscText esc_trigger_name(const EscProgram *program, const EscTriggerRow *row);

/* --- acts.c ----------------------------------------------------------------------------------- */

typedef enum EscActsEnd {
    ESC_ACTS_FINE,
    ESC_ACTS_REFUSED,      /* too often within an hour: an alarm */
    ESC_ACTS_REFUSED_AGAIN /* it was told already */
} EscActsEnd;
/* An automation is about to act on the ticket. */
EscActsEnd esc_acts_note(EscEngine *engine, EscTicket *ticket, EscText automation);

/* --- lists.c ---------------------------------------------------------------------------------- */

typedef enum EscListPut {
    ESC_LIST_CHANGED,
    ESC_LIST_SAME, /* it is there already, or it is not there */
    ESC_LIST_FULL
} EscListPut;

/* One text more, or one less, in a slot that is a list. `item` has the size that the slot's items may have. */
EscListPut esc_list_put(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText item);
EscListPut esc_list_take(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText item);
bool esc_list_holds(EscValue list, EscText item); /* false when the list is missing */

/* --- fields.c --------------------------------------------------------------------------------- */

void esc_ticket_values_make(EscEngine *engine, EscTicket *ticket); /* defaults, in new memory */
/* Whether the value of a slot is the schema's default, which nobody gave. */
bool esc_ticket_is_assumed(const EscTicket *ticket, uint32_t slot);
void esc_ticket_set_assumed(EscTicket *ticket, uint32_t slot, bool is_assumed);

/* --- origins.c -------------------------------------------------------------------------------- */

uint64_t esc_origin_hash(EscText text); /* the same in every process */
/* The hash of a source; that of the last one is remembered. */
uint64_t esc_origin_source(EscEngine *engine, EscText source);
/* Whether the source has said something later of that field. */
bool esc_origin_is_stale(const EscTicket *ticket, uint32_t slot, uint64_t source, int64_t time_ms);
void esc_origin_put(EscEngine *engine, EscTicket *ticket, uint32_t slot, uint64_t source,
                    int64_t time_ms);

/* --- faces.c: what people see of an escalation in lists ------------------------------------------ */

/* Of its ticket: the customer, the severity in words, and its place among those of the schema (0: none). */
EscText esc_ticket_account(const EscEngine *engine, const EscTicket *ticket);
EscText esc_ticket_severity(const EscEngine *engine, const EscTicket *ticket, uint32_t *rank);
/* The earliest deadline that somebody has to meet: an acknowledgement, what the steps wait for of people, an expectation.
 * 0: there is none. */
int64_t esc_escalation_due_ms(const EscEscalation *escalation);
/* A message of it was queued under that id; an outbox row of it was settled, or climbed. */
void esc_last_message_put(EscEngine *engine, EscEscalation *escalation, uint64_t id,
                          const EscOutboxRow *row);
void esc_last_message_again(EscEngine *engine, EscEscalation *escalation, uint64_t id);
void esc_last_message_settled(EscEngine *engine, EscEscalation *escalation,
                              const EscOutboxNode *node, EscDeliveryState state, EscText detail);
/* Lists show what the ticket says: its open escalations are written again when that has changed. */
void esc_faces_flush(EscEngine *engine);
/* As it is now written. */
void esc_face_written(EscEngine *engine, EscEscalation *escalation);

/* --- escalations.c ---------------------------------------------------------------------------- */

void esc_change_release(EscChange *change);
void esc_frame_drop(EscFrame *frame);
void esc_question_drop(EscFrame *frame);
const EscWaitRow *esc_frame_wait(const EscEscalation *escalation); /* NULL when it does not wait */
/* The same of one of its frames. */
const EscWaitRow *esc_wait_of(const EscEscalation *escalation, const EscFrame *frame);
EscFrame esc_frame_copy(const EscFrame *frame);
void esc_below_drop(EscEscalation *escalation); /* what the frame stands on */
void esc_triage_drop(EscEscalation *escalation);
void esc_copy_drop(EscEscalation *escalation);
void esc_frames_drop(EscEscalation *escalation); /* all of them: at work, below, triage, copies */
/* Visits the frame, those below it from the top, triage and, when `with_copy`, what would come back: begin with *at 0;
 * NULL at the end. */
EscFrame *esc_frame_next(EscEscalation *escalation, bool with_copy, size_t *at);
void esc_raised_free(EscRaised *raised);             /* NULL is allowed */
EscRaised *esc_raised_copy(const EscRaised *raised); /* NULL gives NULL */
EscEscalation *esc_escalation_find(EscEngine *engine,
                                   uint64_t id); /* NULL when there is none; wakes it */
/* What it sleeps in; NULL when it is awake or not there. */
const EscSleeper *esc_escalation_sleeper(const EscEngine *engine, uint64_t id);
/* By its position among all; NULL when it is forgotten; wakes it. */
static inline EscEscalation *esc_escalation_at(EscEngine *engine, size_t position)
{
    const EscEscalationPlace *place = &engine->escalations.items[position];
    if (place->sleeper != 0)
        (void)esc_ticket_at(engine, place->sleeper - 1);
    return place->escalation;
}
/* Visits all in id order, and wakes them: begin with *at 0; NULL at the end. */
static inline EscEscalation *esc_escalation_next(EscEngine *engine, size_t *at)
{
    while (*at < engine->escalations.count) {
        EscEscalation *escalation = esc_escalation_at(engine, (*at)++);
        if (escalation != NULL)
            return escalation;
    }
    return NULL;
}
void esc_escalation_sleep(EscEngine *engine, uint64_t id,
                          uint32_t ticket_index);          /* its ticket does */
void esc_escalation_leave(EscEngine *engine, uint64_t id); /* it is not found any more */
/* There was one of that id: if it is not found, it is closed and forgotten, for all others are in memory. */
bool esc_escalation_was(const EscEngine *engine, uint64_t id);
/* It is there and not closed; does not wake it. */
bool esc_escalation_stands(const EscEngine *engine, uint64_t id);
/* The same, as the escalation; NULL: it does not stand. */
EscEscalation *esc_escalation_standing(EscEngine *engine, uint64_t id);
EscEscalation *esc_escalation_alloc(EscEngine *engine, uint64_t id, EscTicket *ticket,
                                    const EscEngineBundle *bundle, EscText template_name);
void esc_escalation_free(EscEngine *engine, EscEscalation *escalation);
void esc_escalation_dirty(EscEngine *engine, EscEscalation *escalation);
void esc_escalation_moment(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                           EscText who);
/* The first moment is the opening; when there are too many, the oldest behind it goes. */
void esc_escalation_moment_add(EscEscalation *escalation, EscMoment moment);
void esc_escalation_acker_add(EscEscalation *escalation, EscText acker); /* interned */
/* Counted for whoever watches; the record is the caller's. */
void esc_escalation_alarm(EscEngine *engine, EscEscalation *escalation, EscAlarm alarm, bool is_on);
void esc_escalation_alarmed(EscEngine *engine, EscEscalation *escalation,
                            EscAlarm alarm); /* its row says so */
/* Who was called or asked in it. `person` is interned. */
void esc_escalation_participant_add(EscEngine *engine, EscEscalation *escalation, EscText person);
/* It is offered to them, and they have not declined. */
bool esc_offer_is_to(const EscEscalation *escalation, EscText person);
void esc_offer_asked_add(EscOffer *offer, EscText person); /* interned */
void esc_offer_free(EscOffer *offer); /* NULL is none */
/* Once for each person: who missed an acknowledgement once has missed it. `person` is interned. */
void esc_escalation_former_add(EscEscalation *escalation, EscText person, bool has_missed);
/* A check of the acknowledgement has failed before anybody's turn was over: it is the present owner who missed it. */
void esc_escalation_check_missed(EscEscalation *escalation);
EscOwed *esc_owed_make(EscEngine *engine, EscEscalation *escalation); /* or the one that is there */
void esc_owed_loser_add(EscOwed *owed, EscText person);               /* interned */
void esc_owed_drop(EscEngine *engine, EscEscalation *escalation);
void esc_escalation_asked_add(EscEscalation *escalation,
                              EscText person); /* of the last resort; interned */
const EscFunctionRow *esc_escalation_function(const EscEscalation *escalation, uint32_t function);
/* The person who started it by hand, or the template that started it; empty: nobody did. Interned. */
EscText esc_escalation_starter(const EscEscalation *escalation);
const EscTemplateRow *esc_escalation_template(const EscEscalation *escalation);
EscText esc_escalation_title(const EscEscalation *escalation);
EscText esc_escalation_name(EscEngine *engine,
                            const EscEscalation *escalation); /* "E-7", lives in the turn */
/* Whether the person has acknowledged in this turn, be it enough or not. */
bool esc_escalation_has_acked(const EscEscalation *escalation, EscText person);
bool esc_escalation_is_open(const EscEscalation *escalation); /* not closed */
const char *esc_check_state_name(EscCheckState state);
/* The instants that durations are computed from: its opening, its moments. */
void esc_escalation_move(EscEscalation *escalation, int64_t by_ms);

/* --- turn.c ----------------------------------------------------------------------------------- */

/* True the first time in this input that `owner` acts with that kind and number. */
bool esc_act_once(EscEngine *engine, const void *owner, uint32_t kind, uint32_t number);

/* Asks for an exception; it is raised once the present run is over, behind those asked for before. Gives what was asked
 * for, to be completed by the caller: as it is no step raised it and it holds nothing. NULL: it is not raised, the
 * escalation being closed or parked. */
EscRaised *esc_exception_ask(EscEngine *engine, EscEscalation *escalation, uint32_t exception,
                             EscText message);
/* For what the engine finds, and finds again while its cause stands. NULL too when the same is asked for in this turn, or people are
 * asked about it still. What an author raises twice happened twice. */
EscRaised *esc_exception_ask_once(EscEngine *engine, EscEscalation *escalation, uint32_t exception,
                                  EscText message);
/* It is asked for, handled, or people are asked how to go on: what is said about it must not raise it again. */
bool esc_exception_is_open(EscEngine *engine, EscEscalation *escalation, EscText name);
/* Once, by the name that a limit of the present bundle has for it; where the escalation's own bundle has none such, its routing_loop stands in. */
void esc_exception_ask_named(EscEngine *engine, EscEscalation *escalation, EscText name,
                             EscText message);
/* An event of the engine's own, and triggers on a clock that is over by from_ms (not any more) to to_ms: heard as soon
 * as the timer that asks has fired. Texts of the fields must outlive the input. */
void esc_event_ask(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                   const EscValue *fields, uint32_t count);
void esc_overdue_ask(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                     int64_t to_ms);
/* `close as`: it begins when the present run is over. */
void esc_close_ask(EscEngine *engine, EscEscalation *escalation, EscText outcome);
bool esc_exception_is_asked(const EscEngine *engine, const EscEscalation *escalation);
bool esc_close_is_asked(const EscEngine *engine, const EscEscalation *escalation);
bool esc_closing_is_again(const EscEngine *engine, const EscEscalation *escalation);
bool esc_wish_is_resumed(const EscEngine *engine, const EscEscalation *escalation);
void esc_wish_set_resumed(EscEngine *engine, EscEscalation *escalation, bool is_resumed);
EscWish *esc_wish_of(EscEngine *engine, EscEscalation *escalation); /* made when there is none */
EscRaised *esc_exception_take(EscEngine *engine,
                              EscEscalation *escalation); /* the first one, to the caller */
void esc_close_take(EscEngine *engine, EscEscalation *escalation);
void esc_wish_forget(EscEngine *engine, EscEscalation *escalation);
/* It begins to close: what held its steps is moot; what happened beside them is still to be told. */
void esc_wish_close(EscEngine *engine, EscEscalation *escalation);
bool esc_wish_is_open(const EscWish *wish);
/* The inverse that UNDO gave for the effect at hand, to the caller; one without an inverse when it gave none. */
EscChange esc_undo_take(EscEngine *engine);
/* The inverse that UNDO gave for the next effect is dropped with the run. */
void esc_undo_forget(EscEngine *engine);
/* Drops what an input leaves; it must have done what was asked for (asserted). */
void esc_turn_end(EscEngine *engine);
bool esc_turn_is_empty(const EscEngine *engine);
void esc_turn_release(EscEngine *engine);
/* `by`: the person whose start this follows from, interned; empty: nobody's. `given` lives in the turn. */
void esc_start_ask(EscEngine *engine, EscTicket *ticket, EscText template_name, EscText because,
                   EscText by, EscGiven given);
void esc_outcome_add(EscEngine *engine, const EscEscalation *escalation);

/* --- tasks.c ---------------------------------------------------------------------------------- */

EscTask *esc_task_find(EscEngine *engine, uint64_t escalation,
                       uint32_t number); /* NULL: not open */
/* Those of an escalation, in order: begin with *at 0; NULL at the end. What is ended meanwhile stays until it is written. */
EscTask *esc_task_next(EscEngine *engine, uint64_t escalation, size_t *at);
/* A new one, open; its texts are the caller's to fill. */
EscTask *esc_task_new(EscEngine *engine, EscEscalation *escalation, EscTaskKind kind);
EscTask *esc_task_place(EscEngine *engine, uint64_t escalation, uint32_t number); /* from its row */
void esc_task_dirty(EscEngine *engine, EscTask *task);
void esc_task_candidates(EscEngine *engine, EscTask *task, const EscText *names, uint32_t count);
/* Work with a ticket of its own, which is to be done when its escalation is long over. */
bool esc_task_outlives(const EscTask *task);
EscText esc_task_name(EscEngine *engine, const EscTask *task); /* "E-12-3", lives in the turn */
/* Nobody is at it any more: it is whose it was before. */
void esc_task_unclaim(EscEngine *engine, EscTask *task);
/* It is asked after then; 0: not any more. */
void esc_task_wake(EscEngine *engine, EscTask *task, int64_t at_ms);
void esc_tasks_wake_next(EscEngine *engine); /* the timer, from all of them */
/* It is over, unless it is already. `by`: who did it; may be empty. Nothing is recorded. */
void esc_task_end(EscEngine *engine, EscTask *task, EscTaskState state, EscText by, EscText outcome,
                  EscText reason);
/* That of the number, by a person's word; one that is not open is left alone. */
void esc_task_done(EscEngine *engine, const EscEscalation *escalation, uint32_t number, EscText by,
                   EscText outcome, EscText reason);
/* The open one that is about this linked ticket; NULL: there is none. */
EscTask *esc_task_of_ticket(EscEngine *engine, EscText ticket);
/* In the trail of its escalation, be that closed or not, with its id as `task`. */
void esc_task_record(EscEngine *engine, const EscTask *task, EscAuditKind kind, EscText data,
                     const char *format, ...) ESC_PRINTF(5, 6);
void esc_tasks_move(EscEngine *engine, int64_t by_ms); /* the clock is corrected */
void esc_tasks_written(EscEngine *engine);             /* what is over goes from memory */
void esc_tasks_release(EscEngine *engine);

/* --- gaps.c ----------------------------------------------------------------------------------- */

void esc_gap_remember(EscEngine *engine, EscToldGap gap);

/* --- given.c ---------------------------------------------------------------------------------- */

/* A value whose texts live until the turn ends. */
EscValue esc_turn_value(EscEngine *engine, EscValue value);
/* What a person gives, for the parameters of a template of the present bundle. */
EscGiven esc_given_by_hand(EscEngine *engine, uint32_t template_index, const EscAction *action);
/* The names of parameters that must be given and are not, as a list for people; empty: nothing is missing. Lives in the turn. */
EscText esc_given_lacks(EscEngine *engine, uint32_t template_index, const EscGiven *given);
/* Takes over what a start gives, in the types of the escalation's bundle, which is the present one. */
void esc_given_take(EscEscalation *escalation, const EscGiven *given);
/* The value of a parameter (index in PARAMS of the escalation's bundle). */
EscValue esc_given_value(const EscEscalation *escalation, uint32_t param);
/* "customer Globex, until Mon 5 Jan 2026": for the trail; empty without parameters. Lives in the turn. */
EscText esc_given_text(EscEngine *engine, const EscEscalation *escalation);
/* Whom a parameter's text names, in the numbering of the present bundle; 0: nobody. */
EscRef esc_given_ref(const EscEngine *engine, const EscEscalation *escalation, uint32_t param);

/* --- world.c ---------------------------------------------------------------------------------- */

typedef struct EscWorld {
    EscEngine *engine;
    EscEscalation *escalation; /* NULL: conditions of triggers, routes and service levels */
    EscTicket *ticket;
    EscFrame *frame; /* whose code runs, or at whose wait; NULL without an escalation */
    const EscEngineBundle *bundle;
    uint32_t function;               /* index in FUNCTIONS; ESC_NONE: a trigger's condition */
    const EscProgram *event_program; /* whose numbering the event has; NULL: no event */
    uint32_t event_type;
    const EscValue *event_fields;
    EscText there;        /* what ticket.id is in the system that is called; empty: ours */
    EscText comment;      /* comment.text */
    bool is_before;       /* show the ticket as it was before the event */
    int64_t at_ms;        /* judged at another instant than now; 0: now */
    int64_t hours_ms;     /* whether hours are open is asked at another instant than now; 0: now */
    bool are_opens_aside; /* `not open(…)` is taken to hold */
    bool
        is_counted; /* the event at hand is the one that was counted last: it exceeds a number, or does not */
    bool is_faulty; /* a callback could not do its work */
} EscWorld;
/* The instant at which it is judged. */
static inline int64_t esc_world_now_ms(const EscWorld *world)
{
    return world->at_ms != 0 ? world->at_ms : world->engine->now_ms;
}
/* The value that a run reads, as the host gives it. */
EscValue esc_world_value(const EscWorld *world, EscLoad what, uint32_t index);
/* What gives the values of keys: a world. */
typedef struct EscKeySource {
    const EscWorld *world;
    EscValue (*value)(const EscWorld *world, uint32_t field); /* index in FIELDS */
} EscKeySource;
/* Its fields as those of keys. */
EscKeySource esc_world_keys(const EscWorld *world);
/* For code that only looks: its effects are refused (ESC_TRAP). */
EscHost esc_world_reader(EscWorld *world);
/* The world of an escalation's functions, at its topmost frame, with the event that started it; with_event: the event
 * at hand instead. */
EscWorld esc_world_of(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                      bool with_event);
/* The event that started the escalation, or the one at hand, as far as there is one. */
void esc_world_lend_start(EscWorld *world, const EscEscalation *escalation);
void esc_world_lend_event(EscWorld *world);
/* Runs a COND function; false when it faults. `frame` (may be NULL): the registers it starts with. */
bool esc_cond_holds(EscWorld *world, const EscRun *frame);
/* One run and its scratch memory, to be given back in reverse order. */
EscRun *esc_run_borrow(EscEngine *engine, EscScratch **scratch);
void esc_run_return(EscEngine *engine);

/* --- hours.c ---------------------------------------------------------------------------------- */

/* Whether hours (index in CALENDARS of the world's bundle) are open. Calendars are those of the present bundle, by name. */
bool esc_hours_open(const EscWorld *world, uint32_t calendar);
int64_t esc_hours_turn_ms(
    const EscWorld *world,
    uint32_t calendar); /* the instant behind now at which they open or close */
/* Calendars are live: that of the same name (of the same hours and zone, where they are said in place) in `current`; where it is
 * gone, the one that `own` has. *calendar is an index of `own`, and becomes one of the program that is given back. */
const EscProgram *esc_calendar_in(const EscProgram *current, const EscProgram *own,
                                  uint32_t *calendar);
/* Whether every calendar of `a` is there in `b` and counts the same hours. */
bool esc_calendars_equal(const EscProgram *a, const EscProgram *b);
/* When a length is over that counts a calendar's hours (OPTION of `own`) as the present bundle has them; 0 or no program: all
 * time. */
int64_t esc_hours_due_ms(const EscEngine *engine, const EscProgram *own, uint32_t calendar,
                         int64_t from_ms, int64_t length_ms);
/* The instant by which `ms` of the calendar's hours have passed since from_ms; back from there where it is negative. */
int64_t esc_hours_counted_ms(const EscWorld *world, uint32_t calendar, int64_t from_ms, int64_t ms);

/* --- preds.c ---------------------------------------------------------------------------------- */

bool esc_function_has_clock(const EscProgram *program, uint32_t function);
/* Whether a tree asks any test of the clock but for hours. */
bool esc_pred_has_clock(const EscProgram *program, uint32_t pred);

/* --- clock_tests.c ---------------------------------------------------------------------------- */

/* The first instant behind now at which time alone turns a test that a condition asks: a COND function's, or a tree's of
 * PREDS, which hours do not wake. INT64_MAX: there is none. */
int64_t esc_function_turns_ms(const EscWorld *world, uint32_t function);
int64_t esc_pred_turns_ms(const EscWorld *world, uint32_t pred);
/* The same with hours: for who waits for them as well. */
int64_t esc_pred_flips_ms(const EscWorld *world, uint32_t pred);

/* --- views ------------------------------------------------------------------------------------ */

/* Views are made in an arena of their own, so that reading does not end the life of what apply gave out. Gives the turn's,
 * to be put back. */
static inline EscArena *esc_view_begin(EscEngine *engine)
{
    if (esc_arena_used(engine->view) > ESC_ENGINE_VIEW_BYTES_MAX)
        esc_arena_clear(engine->view); /* somebody reads and reads, and nothing happens */
    EscArena *turn = engine->turn.arena;
    engine->turn.arena = engine->view;
    return turn;
}

/* --- timer_lists.c ---------------------------------------------------------------------------- */

const EscTimerNode *esc_timer_find(const EscTimerNode *list, EscTimer kind,
                                   uint32_t index);   /* NULL when there is none */
int64_t esc_timer_earliest(const EscTimerNode *list); /* 0 when there is none */

/* --- kept.c ----------------------------------------------------------------------------------- */

/* The engine's clock without its corrections: differences are time that has passed. */
int64_t esc_elapsed_ms(const EscEngine *engine);
EscKept *esc_kept_find(EscEngine *engine, const EscKeptId *id); /* NULL when there is none */
/* A new key; `silence` (taken over) for one of a silence. It goes to the end of its list: who reads them in another order has
 * them sorted when all are there (kepts.is_sort_due). Pointers to others are void then. */
EscKept *esc_kept_put(EscEngine *engine, const EscKeptId *id, uint32_t clause, int64_t last_ms,
                      uint64_t seq, EscSilence *silence);
/* Forgets it, and lets go of its ticket; its row goes with the next flush. */
void esc_kept_drop(EscEngine *engine, EscKept *kept);
/* Its event has come now. `state`: of a silence. Its row is the caller's business. */
void esc_kept_touch(EscEngine *engine, EscKept *kept, EscSilenceState state);
/* Of a silence; its row is written. `turns_ms`: see EscSilence. */
void esc_kept_set_state(EscEngine *engine, EscKept *kept, EscSilenceState state, int64_t turns_ms);
/* When the time of an awaited one is over, or one that is over is judged again. */
int64_t esc_silence_over_ms(const EscEngine *engine, const EscKept *kept);
EscKept *esc_silence_next(EscEngine *engine); /* the first of all; NULL: nothing is awaited */
/* The ticket that the next timer starts on, when that is a silence's and the ticket is not in memory; else empty. */
EscText esc_silence_lacks(EscEngine *engine);
void esc_kept_dirty(EscEngine *engine, EscKept *kept); /* its row is written with the next flush */
void esc_kept_gone(EscEngine *engine, const uint8_t *id); /* a row is deleted with it */
EscKeptClause *esc_kept_clause(EscEngine *engine, const EscKept *kept);
/* The one whose last event is the longest ago, and the next of the same list; NULL: there is none. */
EscKept *esc_kept_first(EscEngine *engine, const EscKeptClause *clause, EscSilenceState state);
EscKept *esc_kept_after(EscEngine *engine, const EscKept *kept);
bool esc_kept_is_full(const EscEngine *engine); /* `limit N keys` */
/* There are too many: drops the key of a count that was silent longest, with an alarm. False: there is still no room. */
bool esc_kept_make_room(EscEngine *engine);
void esc_kepts_full_tell(EscEngine *engine, const char *what); /* an alarm, once an hour */
/* The index of a clause, which is made when there is none. */
uint32_t esc_kept_clause_of(EscEngine *engine, bool is_silence, EscText template_name,
                            int64_t text);
void esc_kepts_sort(
    EscEngine *engine); /* where keys were read in another order than that of their events */
/* Where the current bundle is another one (kepts.is_bind_due): its clauses get their rows, and keys of those that are gone
 * are dropped. Before anything else is asked of keys. */
void esc_kepts_bind(EscEngine *engine);
void esc_kepts_release(EscEngine *engine);

/* --- tallies.c -------------------------------------------------------------------------------- */

typedef void EscKeyWrite(EscBuf *out, const EscProgram *program, EscValue value);
/* Writes the values of a range of KEYS one after the other; false: one is missing. */
bool esc_key_write(const EscProgram *program, EscKeySource source, uint32_t first, uint32_t count,
                   EscKeyWrite *write, EscBuf *out);
/* `kind` keeps those of one kind apart from those of another. */
EscKeptId esc_kept_id(const EscEngine *engine, char kind, EscText clause, EscText values);
/* The event of the source has come: it counts. True when it makes the count exceed its number. */
bool esc_tally_hear(EscEngine *engine, EscKeySource source, uint32_t tally);
/* Whether the number is exceeded now, whatever event made it so. */
bool esc_tally_holds(EscEngine *engine, EscKeySource source, uint32_t tally);
void esc_tally_restore(EscKept *kept, const int64_t *instants, uint32_t count);
void esc_tallies_alarm(EscEngine *engine); /* sets the timer by which expired keys go */
void esc_tallies_fire(EscEngine *engine);

/* --- chains.c --------------------------------------------------------------------------------- */

void esc_chain_add(EscChains *chains, const EscKeptId *key, uint64_t value); /* once */
void esc_chain_remove(EscChains *chains, const EscKeptId *key, uint64_t value);
bool esc_chain_has(const EscChains *chains, const EscKeptId *key, uint64_t value);
/* Visits the numbers under a key, the one that was added last first: begin with *at 0; false at the end. Nothing may be
 * added or removed meanwhile. */
bool esc_chain_next(const EscChains *chains, const EscKeptId *key, uint32_t *at, uint64_t *value);
void esc_chains_release(EscChains *chains);

/* --- opens.c ---------------------------------------------------------------------------------- */

/* The escalation has started on the ticket, or the ticket has joined it: its values of now are what is asked for. Once for
 * each field. */
void esc_opens_note(EscEngine *engine, const EscEscalation *escalation, const EscTicket *ticket);
/* It is closed: whoever waited for the last one of a value is judged again (turn.freed). */
void esc_opens_forget(EscEngine *engine, const EscEscalation *escalation);
/* What a row of OPENS asks for on the source's ticket; false: its field is missing. */
bool esc_open_id(EscEngine *engine, EscKeySource source, uint32_t open, EscKeptId *id);
uint64_t esc_open_holder(const EscEngine *engine,
                         const EscKeptId *id); /* the first that is open; 0: none */
void esc_open_restore(EscEngine *engine, const EscOpen *open);
void esc_opens_release(EscEngine *engine);

/* --- absences.c ------------------------------------------------------------------------------- */

typedef struct EscAwayNow {
    int64_t from_ms, until_ms;
    EscText deputy; /* borrowed; empty: nobody stands in */
} EscAwayNow;

/* Whether a person is away at an instant, by what was said and by the present directory; *away may be NULL. */
bool esc_absence_at(const EscEngine *engine, EscText person, int64_t at_ms, EscAwayNow *away);
/* The same of somebody of the present directory, by number. */
bool esc_absence_of(const EscEngine *engine, uint32_t person, int64_t at_ms, EscAwayNow *away);
/* Of a person of any bundle: who has left the present directory is away for ever, whatever the bundle says that an escalation runs
 * on. The deputy in that bundle's numbers; ESC_NONE: nobody. */
bool esc_away_in(const EscEngine *engine, const EscEngineBundle *bundle, uint32_t person,
                 int64_t at_ms, EscAwayNow *away);
uint32_t esc_deputy_in(const EscEngine *engine, const EscEngineBundle *bundle, uint32_t person,
                       int64_t at_ms);
/* The first instant behind at_ms at which an absence of the person begins or ends; INT64_MAX: none does. */
int64_t esc_absence_change_ms(const EscEngine *engine, EscText person, int64_t at_ms);
/* Sets the timer of the next absence of anybody. After whatever changes one. */
void esc_absences_alarm(EscEngine *engine);
void esc_absences_move(EscEngine *engine, int64_t by_ms); /* those that were given as a duration */

/* --- timers.c --------------------------------------------------------------------------------- */

void esc_timer_put(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket, EscTimer kind,
                   uint32_t index, int64_t due_ms);
void esc_timer_cancel(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                      EscTimer kind, uint32_t index);
void esc_timer_cancel_kind(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                           EscTimer kind);
void esc_timer_cancel_all(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket);
/* Takes the earliest timer that is due out; false when there is none. */
bool esc_timer_take_due(EscEngine *engine, EscTimerNode *fired);
/* As it was: due, seq, kind and index are taken from `timer`. */
void esc_timer_restore(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                       const EscTimerNode *timer);
/* To another instant, in the same place among those of one instant. */
void esc_timer_move(EscEngine *engine, const EscTimerNode *timer, int64_t due_ms);
/* All timers of a list whose owner leaves the memory as it was written: nothing is dirty by that. */
void esc_timers_drop(EscEngine *engine, EscTimerNode **list);
void esc_timer_sleeper_put(EscEngine *engine, EscSleeper *sleeper);
void esc_timer_sleeper_remove(EscEngine *engine, EscSleeper *sleeper);
void esc_timers_release(EscEngine *engine);

/* --- forget.c --------------------------------------------------------------------------------- */

/* It was written as it is now, or read: what can be forgotten goes to the end of the queue. */
void esc_ticket_written(EscEngine *engine, EscTicket *ticket);
void esc_escalation_written(EscEngine *engine, EscEscalation *escalation);
void esc_ticket_remove(EscEngine *engine, EscTicket *ticket); /* and frees it */
/* Frees the ticket and its escalations, and puts the sleeper, which is made of them and has its id, in their places. */
void esc_ticket_sleep(EscEngine *engine, EscTicket *ticket, EscSleeper *sleeper);
/* Takes a sleeper off the lists: its ticket is the next that is made. */
void esc_sleeper_take(EscEngine *engine, EscSleeper *sleeper);

/* --- outbox.c --------------------------------------------------------------------------------- */

void esc_window_empty(EscWindow *window); /* after its digest */
void esc_windows_release(EscEngine *engine);
/* Queues one outbox row; texts are copied. Returns its id. */
uint64_t esc_outbox_put(EscEngine *engine, EscEscalation *escalation, const EscOutboxRow *row);
EscOutboxNode *esc_outbox_find(EscEngine *engine,
                               uint64_t id); /* NULL when there is none, or it is settled */
/* A row that is not settled, of a store or once more; its texts are copied. There is none of its number. */
void esc_outbox_wait(EscEngine *engine, const EscOutboxRow *row);
void esc_outbox_remove(EscEngine *engine,
                       EscOutboxNode *node); /* it is settled; its text is the caller's by now */
/* What the engine keeps of a row that is not settled; its texts are owned or interned. */
EscOutboxNode esc_outbox_node(EscEngine *engine, const EscOutboxRow *row);
/* Who gets it, for people: the target, or one receiver of a channel: "managers (eva@x.example)". Lives in the turn. */
EscText esc_outbox_label(EscEngine *engine, const EscOutboxRow *row);
#define ESC_CONTACT_KINDS ((uint32_t)ESC_CONTACT_COUNT)
EscText esc_contact_word(uint32_t kind); /* "email" */

/* --- audit.c ---------------------------------------------------------------------------------- */

const char *esc_audit_word(EscAuditKind kind);
const char *esc_audit_text(EscAuditKind kind); /* when it is written, for docs */
/* One record about an escalation, its place being where it waits. `data` is JSON or empty. */
void esc_audit_escalation(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                          EscText data, const char *format, ...) ESC_PRINTF(5, 6);
void esc_audit_ticket(EscEngine *engine, EscTicket *ticket, EscAuditKind kind, EscText data,
                      const char *format, ...) ESC_PRINTF(5, 6);
/* About an escalation that is closed and perhaps not in memory any more: only its number is known. */
void esc_audit_bare(EscEngine *engine, uint64_t escalation, EscText ticket, EscAuditKind kind,
                    EscText data, const char *format, ...) ESC_PRINTF(6, 7);
/* JSON object of texts for `data`: pairs of name and value, NULL at the end. Values of size 0 are left out. */
EscText esc_audit_data(EscEngine *engine, ...);

/* --- writes.c --------------------------------------------------------------------------------- */

/* The row that says how a field goes back to this source; NULL: it does not. */
const EscSourceBackRow *esc_home_row(const EscEngine *engine, EscText home, uint32_t slot);
/* Whether anything goes back to tickets of this source. */
bool esc_home_is(const EscEngine *engine, EscText source);
EscWrite *esc_write_find(const EscTicket *ticket, EscText field);        /* or NULL */
EscWrite *esc_write_of_outbox(const EscTicket *ticket, uint64_t outbox); /* or NULL */
EscWrite *esc_write_add(EscEngine *engine, EscTicket *ticket, EscText field);
void esc_writes_release(EscTicket *ticket);    /* their values */
bool esc_writes_wait(const EscTicket *ticket); /* one is under way */
void esc_writes_move(EscTicket *ticket, int64_t by_ms);
/* Something of it is to be told when the input is over. */
void esc_write_note(EscEngine *engine, EscTicket *ticket);
/* The field has just been given another value than `before`: here, if nothing is taken from outside. */
void esc_write_set(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue before);
/* Whose step that was. */
void esc_write_by(const EscTicket *ticket, EscText field, uint64_t escalation);
/* It was set too often in a row against what its home says. */
bool esc_write_is_contested(const EscEngine *engine, const EscWrite *write);

typedef enum EscHomeWord {
    ESC_HOME_SAYS_AS_ALWAYS,
    ESC_HOME_SAYS_LATE, /* from before our write, or an echo of an earlier one: the field stays */
    ESC_HOME_SAYS_OVERTAKES /* it comes after our write, and says otherwise: it stands */
} EscHomeWord;
/* What an event of the ticket's home means that brings a field set here, not overtaken; time_ms as the source says, or 0. */
EscHomeWord esc_write_hear(const EscEngine *engine, EscWrite *write, EscValue value,
                           int64_t time_ms);

typedef enum EscArrived { ESC_ARRIVED, ESC_ARRIVED_NOT_YET, ESC_ARRIVED_NOT } EscArrived;
/* Whether what was set here is there, where it goes back to the ticket's home. */
EscArrived esc_write_arrived(const EscEngine *engine, const EscTicket *ticket, EscText field);

/* --- errands.c -------------------------------------------------------------------------------- */

/* How the source's system does that; NULL: it does not, or there is no such source. */
const EscSourceErrandRow *esc_home_errand(const EscEngine *engine, EscText home,
                                          EscErrandKind kind);
EscErrand *esc_errand_find(const EscTicket *ticket, EscErrandKind kind);   /* the last; or NULL */
EscErrand *esc_errand_of_outbox(const EscTicket *ticket, uint64_t outbox); /* or NULL */
EscErrand *esc_errand_due(const EscTicket *ticket); /* the next comment to be told; NULL: none, or one is under way */
/* To be told when the input is over; `text` of a comment is copied. NULL: too many wait. */
EscErrand *esc_errand_add(EscEngine *engine, EscTicket *ticket, EscErrandKind kind, EscText text,
                          uint64_t escalation);
/* It is over, well or not; which of the settled ones it is the pointer does not say any more. */
void esc_errand_settle(EscEngine *engine, EscTicket *ticket, EscErrand *errand,
                       EscErrandState state);
EscErrand *esc_errand_restore(EscTicket *ticket); /* as rows have it; empty */
void esc_errand_restored(EscEngine *engine, EscTicket *ticket);      /* all of them */
void esc_errands_release(EscEngine *engine, EscTicket *ticket);
bool esc_errands_wait(const EscTicket *ticket); /* one is due or under way */
void esc_errands_move(EscTicket *ticket, int64_t by_ms);
/* Whether the ticket is to be made in its home, or is made just now. */
bool esc_ticket_is_made(const EscTicket *ticket);
/* A comment that its home tells of is one that was written from here, as far as that is known still. */
bool esc_comment_is_ours(const EscTicket *ticket, EscText text);

/* --- signposts.c ------------------------------------------------------------------------------ */

/* The ticket of that id itself, where `esc_ticket_find` gives the linked one that it stands for. */
EscTicket *esc_ticket_itself(EscEngine *engine, EscText id);
/* From now on the linked ticket is known by that id, too. False: another ticket has it, and keeps it. */
bool esc_signpost_put(EscEngine *engine, EscTicket *ticket, EscText id);
/* The id is not the linked ticket's after all: what it says from now on is of a ticket of its own. */
void esc_signpost_remove(EscEngine *engine, EscTicket *ticket);
/* The id there of a ticket that the call has made; empty: the reply names none that an id can be. */
EscText esc_made_id(const EscDelivery *delivery);
/* The linked ticket that an event of its home is about, which knows it by an id that was not told yet: it is being made, and has that
 * title. NULL: none. */
EscTicket *esc_ticket_awaited(EscEngine *engine, const EscEvent *event);

/* --- changes.c -------------------------------------------------------------------------------- */

void esc_change_record(EscEngine *engine, EscEscalation *escalation,
                       EscChange *change); /* takes it over */
/* It failed: nothing to undo. */
void esc_change_forget_call(EscEngine *engine, EscEscalation *escalation, uint64_t outbox);
/* Whoever records a change, or reads one, pins what takes it back; whoever drops it lets go. */
void esc_change_pin(EscEngine *engine, const EscChange *change, bool is_needed);

/* --- draws.c ---------------------------------------------------------------------------------- */

EscText esc_team_last(const EscEngine *engine, EscText team); /* empty: nobody was drawn yet */
void esc_team_turn_put(EscEngine *engine, EscText team, EscText person);
/* Who was drawn in this pass for the role at position `level`; `place`: 0 its owner, 1 the first of the others. Empty: nobody yet. */
EscText esc_escalation_drawn(const EscEscalation *escalation, uint32_t level, uint32_t place);
void esc_escalation_draw_add(EscEscalation *escalation, uint32_t level, uint32_t place,
                             EscText person); /* interned */

/* --- phrases.c -------------------------------------------------------------------------------- */

/* "customer.esc:31": where an instruction of a function was written; empty when the bundle does not say. */
EscText esc_index_place(EscEngine *engine, const EscEscalation *escalation,
                        uint32_t index); /* of CODE: "customer.esc:31" */
EscText esc_code_place(EscEngine *engine, const EscEscalation *escalation, uint32_t function,
                       uint32_t pc);
/* Names and phrases of waits are in no language yet (say.c). */
EscText esc_wait_name(EscEngine *engine, const EscEscalation *escalation); /* "the resolution" */
/* "crm.requeue": the action whose reply a wait is for, which stands right before it in the code. */
EscText esc_called_name(EscEngine *engine, const EscEscalation *escalation, const EscWaitRow *wait);
EscText esc_wait_until(EscEngine *engine,
                       const EscEscalation *escalation); /* empty: nobody knows */
EscText esc_wait_phrase(
    EscEngine *engine,
    const EscEscalation *escalation); /* "the resolution until 2026-03-02 14:00" */
EscText esc_step_text(EscEngine *engine,
                      const EscEscalation *escalation); /* "customer.esc:31 await resolved" */
EscText esc_place_text(EscEngine *engine, const EscEscalation *escalation); /* "customer.esc:31" */

/* --- groups.c --------------------------------------------------------------------------------- */

/* What the ticket has in common with others, by the `group by` of a template of the current bundle; empty: nothing, as the
 * template has none or a part of it is missing. Lives in the turn. */
EscText esc_group_key(EscEngine *engine, const EscTicket *ticket, uint32_t template_index);
/* The escalation is found by its key from now on, unless a newer one is. One without a key is not. */
void esc_group_put(EscEngine *engine, const EscEscalation *escalation);
/* The newest open one of that key; NULL when there is none; wakes it. */
EscEscalation *esc_group_open(EscEngine *engine, EscText template_name, EscText key);
/* When `again after` lets another one start; 0: at any time. */
int64_t esc_group_free_ms(const EscEngine *engine, EscText template_name, EscText key);
void esc_group_free_put(EscEngine *engine, EscText template_name, EscText key, int64_t free_ms);
/* Keys that wait for that, by name; the list is the caller's to free, what it points at is the engine's. */
const EscGrouping **esc_groups_waiting(const EscEngine *engine, size_t *count);
void esc_groups_move(EscEngine *engine, int64_t by_ms); /* the clock is corrected */
void esc_groups_release(EscEngine *engine);
/* The ticket is one of the escalation's from now on. */
void esc_member_add(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket);
/* Both sides of that, as rows have them. */
void esc_member_put(EscEscalation *escalation, EscText ticket, bool is_resolved);
void esc_joined_put(EscTicket *ticket, uint64_t escalation, EscText template_name); /* interned */
/* Notes whether the member is resolved; false: it was so already, or is none of it. */
bool esc_member_look(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket);
/* NULL only where its row was lost; wakes it. */
EscTicket *esc_member_ticket(EscEngine *engine, const EscEscalation *escalation, size_t index);
/* It is closed: its tickets are free, and so is its key, from that time on; 0: at once. */
void esc_group_close(EscEngine *engine, const EscEscalation *escalation, int64_t free_ms);
/* How many of its tickets are not resolved. */
uint32_t esc_escalation_tickets(const EscEngine *engine, const EscEscalation *escalation);
/* "1 of its 3 tickets is not resolved" */
EscText esc_tickets_text(EscEngine *engine, const EscEscalation *escalation);
bool esc_escalation_is_resolved(const EscEngine *engine, const EscEscalation *escalation);
/* The open escalation of that template on the ticket, be it one that it joined; 0: there is none. */
uint64_t esc_ticket_open_id(const EscEngine *engine, const EscTicket *ticket,
                            EscText template_name);

/* --- reaches.c -------------------------------------------------------------------------------- */

/* The escalation, or its ticket, has changed, or has come back: by which values events reach it now. */
void esc_reach_look(EscEngine *engine, EscEscalation *escalation);
/* Escalations that an event of the current bundle's types reaches by the value of a field, in order of id, be it on its own
 * ticket or on another. In the turn's arena. */
typedef struct EscReachedIds {
    uint64_t *items;
    size_t count;
} EscReachedIds;
EscReachedIds esc_reaches_find(EscEngine *engine, const EscEvent *event);
/* Before each input: bundles that were added since, or have become the current one. */
void esc_reaches_refresh(EscEngine *engine);
void esc_reaches_release(EscEngine *engine);

/* --- evidence.c ------------------------------------------------------------------------------- */

void esc_evidence_put(EscEngine *engine, EscEscalation *escalation, EscText name, EscText content,
                      char hex[65]);
EscText esc_changes_json(EscEngine *engine, const EscEscalation *escalation, int64_t window_ms);
EscText esc_timeline_json(EscEngine *engine, const EscEscalation *escalation);
EscText esc_notifications_json(EscEngine *engine, const EscEscalation *escalation);
/* The answers of a wait, for this turn. */
const EscMessageAnswer *esc_answers_of(EscEngine *engine, const EscProgram *program,
                                       const EscWaitRow *wait);
EscText esc_answers_json(EscEngine *engine, const EscProgram *program,
                         const EscWaitRow *wait); /* [{"name","title"}…] */
EscText esc_postmortem_json(EscEngine *engine, const EscEscalation *escalation);
/* "acknowledged"; a check of notifications is named by the evidence it asks for: "accepted". */
const char *esc_check_name(const EscCheckRow *row);
EscText esc_checks_json(EscEngine *engine, const EscEscalation *escalation);

#endif
