/* trial.h - what an event starts, step by step, on the VM alone: no people are looked up, nothing is sent, no time passes. */
#ifndef ESC_WASM_TRIAL_H
#define ESC_WASM_TRIAL_H

#include <esc/vm.h>

/* The request is a JSON object; all members but `event` may be left out:
 *
 *   event    "ticket.created"
 *   now      "2026-01-05T09:00:00Z"; the beginning of 1970 when it is not said
 *   ticket   {"severity": "critical", "account": {"name": "Globex"}}; what is not said has its default
 *   fields   of the event
 *   changed  ["severity"]: ticket fields that the event changes
 *   facts    {"sla.respond.due": "2026-01-05T10:00:00Z"}: what facts.def lists, in place of a value for a first escalation
 *   hours    {"office_hours": true}: calendars, and hours of the day as they are written, that are open; else they are closed
 *   waits    ["late", "done", {"done": 1}]: how the waits of each template end, in their order; where the list ends, the run
 *            stays. The value is a question's answer (its number), or a connector's reply (a text).
 *
 * Durations are written as "1h30m", times as RFC 3339, members by their names.
 *
 * Appends {"started":[{"template","title","steps":[…],"end"}]}, a template for each one that starts. A step is what the
 * program asks for ({"do","to","what","arguments":[…]}), a role that becomes accountable ({"do":"own","to"}) or a wait
 * ({"wait","within","answers":[…],"then"}), each with "file" and "line". "end" is waiting, closed (with "outcome" where a
 * step says one) or ended. A wait of kind close_when stands behind the last step: done, it closes.
 *
 * ESC_BAD_INPUT when the request is wrong, with a sentence. */
ESC_MUST_USE EscStatus trial_run(const EscBundle *bundle, EscText request, EscBuf *out,
                                 EscWhy *why);

/* --- trial_values.c ------------------------------------------------------------------------------- */

/* The value at a dotted path within an object: {"a.b": 1} and {"a": {"b": 1}} both have "a.b". NULL: there is none. */
const EscJson *trial_member(const EscJson *object, EscText path);
/* Reads a value of a type. ESC_BAD_INPUT when it is of another; `path` is for the sentence. Borrows from json and arena. */
ESC_MUST_USE EscStatus trial_value(const EscProgram *program, EscArena *arena, EscText path,
                                   const EscJson *json, EscType type, EscValue *value, EscWhy *why);
/* Appends a value as JSON, of texts what people see. */
void trial_write_value(const EscProgram *program, const EscValue *value, EscBuf *out);
void trial_write_text(EscText text, EscBuf *out);

#endif
