/* write_routes.c - tests of the rules: a ticket that a rule is for, and what comes of it by all rules of the model.
 *
 * A ticket is made of what the rule asks for; then the rules are asked one by one, as the tool would ask them, with what
 * policies change before. A rule with hours, or of which no such ticket can be made, has no test. */
#include "write.h"

#define RULES_TESTED_MAX 200
#define VALUES_MAX 64

typedef struct Value {
    EscText field, text;
    bool is_word, is_item; /* a fixed value; one of a list */
} Value;

typedef struct Ticket {
    Value values[VALUES_MAX];
    size_t count;
    bool is_unsure; /* something that cannot be made or judged */
} Ticket;

/* --- making a ticket ------------------------------------------------------------------------------- */

static bool is_list(const EscModel *model, EscText field)
{
    return esc_text_starts_with(esc_field_type(model, field), ESC_TEXT("list"));
}

static Value *value_of(Ticket *ticket, EscText field)
{
    for (size_t i = 0; i < ticket->count; i++) {
        if (!ticket->values[i].is_item && esc_text_equal(ticket->values[i].field, field))
            return &ticket->values[i];
    }
    return NULL;
}

static void put(Ticket *ticket, Value value)
{
    Value *before = value.is_item ? NULL : value_of(ticket, value.field);
    if (before != NULL)
        *before = value;
    else if (ticket->count < VALUES_MAX)
        ticket->values[ticket->count++] = value;
    else
        ticket->is_unsure = true;
}

/* The fixed value at an end of its order. */
static EscText extreme_word(const EscModel *model, EscText field, bool is_greatest)
{
    EscText type = esc_field_type(model, field), word = {0}, found = {0};
    while (esc_type_word(&type, &word)) {
        if (found.size == 0 || is_greatest)
            found = word;
    }
    return found;
}

static void ask_one(EscModel *model, Ticket *ticket, const ModelTest *test)
{
    Value value = {.field = test->field, .text = test->value, .is_word = test->is_word};
    const Value *before = value_of(ticket, test->field);
    value.is_item = is_list(model, test->field);
    if (test->kind == MODEL_WITHIN) {
        ticket->is_unsure = true;
        return;
    }
    if (test->kind == MODEL_MORE || test->kind == MODEL_LESS)
        value.text = extreme_word(model, test->field, test->kind == MODEL_MORE);
    if (test->kind == MODEL_PRESENT)
        value.text = before != NULL ? before->text : ESC_TEXT("x");
    if (before != NULL && !value.is_item &&
        test->kind == MODEL_ENDS) /* behind what it begins with */
        value.text = esc_model_printf(model, "%.*s%.*s", ESC_TEXT_ARG(before->text),
                                      ESC_TEXT_ARG(test->value));
    put(ticket, value);
}

/* Of alternatives the first; what is denied is looked at when the ticket is made. */
static void ask_for(EscModel *model, Ticket *ticket, const ModelTest *test)
{
    if (test == NULL || test->kind == MODEL_EVERY || test->kind == MODEL_NOT)
        return;
    if (test->kind == MODEL_NEVER)
        ticket->is_unsure = true;
    else if (test->kind == MODEL_ANY)
        ask_for(model, ticket, test->first);
    else if (test->kind == MODEL_ALL)
        for (const ModelTest *part = test->first; part != NULL; part = part->next)
            ask_for(model, ticket, part);
    else
        ask_one(model, ticket, test);
}

/* --- what comes of it ---------------------------------------------------------------------------------- */

static bool has_item(const Ticket *ticket, EscText field, EscText text)
{
    for (size_t i = 0; i < ticket->count; i++) {
        const Value *value = &ticket->values[i];
        if (value->is_item && esc_text_equal(value->field, field) &&
            esc_text_equal(value->text, text))
            return true;
    }
    return false;
}

static bool holds(const EscModel *model, Ticket *ticket, const ModelTest *test)
{
    if (test == NULL || test->kind == MODEL_EVERY)
        return true;
    if (test->kind == MODEL_NEVER)
        return false;
    if (test->kind == MODEL_NOT)
        return !holds(model, ticket, test->first);
    if (test->kind == MODEL_ALL || test->kind == MODEL_ANY) {
        bool is_all = test->kind == MODEL_ALL;
        for (const ModelTest *part = test->first; part != NULL; part = part->next) {
            if (holds(model, ticket, part) != is_all)
                return !is_all;
        }
        return is_all;
    }
    if (test->kind == MODEL_WITHIN) {
        ticket->is_unsure = true;
        return false;
    }
    if (is_list(model, test->field))
        return has_item(ticket, test->field, test->value);
    const Value *value = value_of(ticket, test->field);
    EscText text = value != NULL   ? value->text
                   : test->is_word ? esc_type_default(model, test->field)
                                   : (EscText){0};
    return esc_model_test_holds(model, test, text);
}

static void take_changes(const EscModel *model, Ticket *ticket, const ModelIntake *intake)
{
    for (size_t r = 0; r < intake->rules.count; r++) {
        for (size_t a = 0; a < intake->rules.items[r].acts.count; a++) {
            const ModelAct *act = &intake->rules.items[r].acts.items[a];
            bool is_item = act->kind == MODEL_PUT;
            if ((act->kind == MODEL_SET || is_item) &&
                !(is_item && has_item(ticket, act->field, act->value)))
                put(ticket, (Value){.field = act->field,
                                    .text = act->value,
                                    .is_word = act->is_word,
                                    .is_item = is_item});
        }
    }
    (void)model;
}

typedef struct Outcome {
    MODEL_LIST(ModelAct) acts;
} Outcome;

static void take_rules(EscModel *model, Ticket *ticket, const ModelIntake *intake, Outcome *outcome)
{
    for (size_t r = 0; r < intake->rules.count; r++) {
        const ModelRule *rule = &intake->rules.items[r];
        if (!rule->is_written || !holds(model, ticket, rule->when))
            continue;
        for (size_t a = 0; a < rule->acts.count; a++)
            *MODEL_ADD(model, outcome->acts) = rule->acts.items[a];
        if (!rule->goes_on)
            return;
    }
}

static void play(EscModel *model, Ticket *ticket, Outcome *outcome)
{
    for (unsigned pass = 0; pass < 2; pass++) { /* policies change before anything is asked */
        for (size_t i = 0; i < model->intakes.count; i++) {
            const ModelIntake *intake = &model->intakes.items[i];
            if (!intake->is_written || intake->is_change != (pass == 0) ||
                !holds(model, ticket, intake->when))
                continue;
            if (pass == 0)
                take_changes(model, ticket, intake);
            else
                take_rules(model, ticket, intake, outcome);
        }
    }
}

/* --- writing ----------------------------------------------------------------------------------------------- */

static void write_value(EscModel *model, EscBuf *out, const Value *value)
{
    if (value->is_word)
        esc_buf_text(out, value->text);
    else
        write_text(model, out, value->text, 400);
}

static EscText name_of(const Value *value)
{
    return (EscText){value->field.data + strlen("ticket."), value->field.size - strlen("ticket.")};
}

/* Whether an earlier value is of the same list, or of the same record. */
static bool is_begun(const Ticket *ticket, size_t number, EscText beginning)
{
    for (size_t i = 0; i < number; i++) {
        if (esc_text_starts_with(name_of(&ticket->values[i]), beginning))
            return true;
    }
    return false;
}

static EscText record_of(EscText name)
{
    const char *dot = memchr(name.data, '.', name.size);
    return dot == NULL ? (EscText){0} : (EscText){name.data, (size_t)(dot - name.data) + 1};
}

static void write_items(EscModel *model, EscBuf *out, const Ticket *ticket, size_t first)
{
    esc_buf_printf(out, "%.*s: [", ESC_TEXT_ARG(name_of(&ticket->values[first])));
    for (size_t i = first, count = 0; i < ticket->count; i++) {
        if (!ticket->values[i].is_item ||
            !esc_text_equal(ticket->values[i].field, ticket->values[first].field))
            continue;
        esc_buf_string(out, count++ == 0 ? "" : ", ");
        write_value(model, out, &ticket->values[i]);
    }
    esc_buf_string(out, "] ");
}

static void write_record(EscModel *model, EscBuf *out, const Ticket *ticket, EscText record)
{
    esc_buf_printf(out, "%.*s: { ", (int)record.size - 1, record.data);
    for (size_t i = 0; i < ticket->count; i++) {
        EscText name = name_of(&ticket->values[i]);
        if (!esc_text_starts_with(name, record))
            continue;
        esc_buf_printf(out, "%.*s: ",
                       ESC_TEXT_ARG(((EscText){name.data + record.size, name.size - record.size})));
        write_value(model, out, &ticket->values[i]);
        esc_buf_char(out, ' ');
    }
    esc_buf_string(out, "} ");
}

static void write_ticket(EscModel *model, EscBuf *out, const Ticket *ticket)
{
    esc_buf_string(out, "given ticket { id: \"R-1\" ");
    for (size_t i = 0; i < ticket->count; i++) {
        const Value *value = &ticket->values[i];
        EscText name = name_of(value), record = record_of(name);
        if (value->is_item && !is_begun(ticket, i, name))
            write_items(model, out, ticket, i);
        else if (!value->is_item && record.size > 0 && !is_begun(ticket, i, record))
            write_record(model, out, ticket, record);
        else if (!value->is_item && record.size == 0) {
            esc_buf_printf(out, "%.*s: ", ESC_TEXT_ARG(name));
            write_value(model, out, value);
            esc_buf_char(out, ' ');
        }
    }
    esc_buf_string(out, "}\non ticket.created\n");
}

static void write_outcome(const EscModel *model, EscBuf *out, const Outcome *outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < outcome->acts.count; i++) {
        ModelAct act = outcome->acts.items[i];
        if (act.kind != MODEL_START && act.kind != MODEL_TELL)
            continue;
        esc_buf_string(out, count++ == 0 ? "expect " : " and ");
        if (act.kind == MODEL_START)
            esc_buf_printf(out, "started %.*s", ESC_TEXT_ARG(model->chains.items[act.index].name));
        else
            esc_buf_printf(out, "notify %.*s", ESC_TEXT_ARG(model->channels.items[act.index].name));
    }
    esc_buf_string(out, count == 0 ? "expect nothing\n}\n\n" : "\n}\n\n");
}

/* A channel that is quiet is told later, and so is whoever has hours. */
static bool is_timed(const EscModel *model, const Outcome *outcome)
{
    for (size_t i = 0; i < outcome->acts.count; i++) {
        ModelAct act = outcome->acts.items[i];
        if (act.kind == MODEL_TELL && model->channels.items[act.index].quiet != MODEL_NONE)
            return true;
    }
    return false;
}

static void write_rule_test(EscModel *model, EscBuf *out, const ModelIntake *intake,
                            const ModelRule *rule)
{
    Ticket ticket = {.count = 0}, played;
    Outcome outcome = {0};
    ask_for(model, &ticket, intake->when);
    ask_for(model, &ticket, rule->when);
    played = ticket;
    if (!rule->is_written || ticket.is_unsure || !holds(model, &ticket, intake->when) ||
        !holds(model, &ticket, rule->when))
        return;
    play(model, &played, &outcome);
    if (played.is_unsure || is_timed(model, &outcome))
        return;
    esc_buf_string(out, "test ");
    write_text(model, out,
               esc_model_printf(model, "%.*s: a ticket for %.*s",
                                ESC_TEXT_ARG(esc_utf8_cut(intake->title, 60)),
                                ESC_TEXT_ARG(rule->title.size > 0 ? rule->title : intake->title)),
               WRITE_TITLE_MAX);
    esc_buf_string(out, " {\n");
    write_ticket(model, out, &ticket);
    write_outcome(model, out, &outcome);
}

void write_routes(EscModel *model)
{
    size_t count = 0;
    for (size_t i = 0; i < model->intakes.count; i++) {
        const ModelIntake *intake = &model->intakes.items[i];
        for (size_t r = 0;
             r < intake->rules.count && !intake->is_change && count < RULES_TESTED_MAX;
             r++, count++)
            write_rule_test(model, write_more(model), intake, &intake->rules.items[r]);
    }
}
