/* write_intakes.c - routing.esc: which ticket starts which template, as automations whose rules are asked in their order. */
#include "write.h"

/* --- conditions ----------------------------------------------------------------------------------------- */

/* Fields of the base ticket that may be missing: a test that turns true because they are says so. */
static bool may_be_missing(const EscModel *model, EscText field)
{
    static const char *const FIELDS[] = {
        "ticket.description", "ticket.requester",  "ticket.assignee",    "ticket.queue",
        "ticket.parent",      "ticket.account.id", "ticket.account.tier"};
    for (size_t i = 0; i < ESC_COUNT_OF(FIELDS); i++) {
        if (esc_text_equal(field, esc_text_from(FIELDS[i])))
            return true;
    }
    for (size_t i = 0; i < model->fields.count; i++) {
        const ModelField *row = &model->fields.items[i];
        if (field.size == row->path.size + 7 && esc_text_ends_with(field, row->path))
            return esc_text_ends_with(row->type, ESC_TEXT("?"));
    }
    return false;
}

static void write_value(EscModel *model, EscBuf *out, const ModelTest *test)
{
    if (test->is_word)
        esc_buf_text(out, test->value);
    else
        write_text(model, out, test->value, 400);
}

static const char *operator_of(ModelTestKind kind, bool is_negated)
{
    switch (kind) {
    case MODEL_EQUALS:
        return is_negated ? "!=" : "=";
    case MODEL_MORE:
        return is_negated ? "<=" : ">";
    case MODEL_LESS:
        return is_negated ? ">=" : "<";
    case MODEL_CONTAINS:
        return "contains";
    case MODEL_STARTS:
        return "starts with";
    default:
        return "ends with";
    }
}

static void write_leaf(EscModel *model, EscBuf *out, const ModelTest *test, bool is_negated)
{
    bool is_missing = is_negated && may_be_missing(model, test->field);
    if (test->kind == MODEL_WITHIN) {
        esc_buf_printf(out, "now %sin %.*s", is_negated ? "not " : "",
                       ESC_TEXT_ARG(model->calendars.items[test->calendar].name));
        return;
    }
    if (test->kind == MODEL_PRESENT) {
        if (may_be_missing(model, test->field))
            esc_buf_printf(out, "%.*s is %s", ESC_TEXT_ARG(test->field),
                           is_negated ? "missing" : "present");
        else
            esc_buf_printf(out, "%.*s %s \"\"", ESC_TEXT_ARG(test->field), is_negated ? "=" : "!=");
        return;
    }
    bool is_worded =
        test->kind == MODEL_CONTAINS || test->kind == MODEL_STARTS || test->kind == MODEL_ENDS;
    if (is_missing)
        esc_buf_printf(out, "(%.*s is missing or ", ESC_TEXT_ARG(test->field));
    esc_buf_printf(out, "%s%.*s %s ", is_negated && is_worded ? "not " : "",
                   ESC_TEXT_ARG(test->field), operator_of(test->kind, is_negated));
    write_value(model, out, test);
    esc_buf_string(out, is_missing ? ")" : "");
}

/* Conditions come from readers, whose depth is bounded by that of the JSON they read. */
static void write_test(EscModel *model, EscBuf *out, const ModelTest *test, bool is_negated,
                       bool is_inside)
{
    if (test->kind == MODEL_NOT) {
        write_test(model, out, test->first, !is_negated, is_inside);
        return;
    }
    if (test->kind != MODEL_ALL && test->kind != MODEL_ANY) {
        write_leaf(model, out, test, is_negated);
        return;
    }
    bool is_all = (test->kind == MODEL_ALL) != is_negated;
    esc_buf_string(out, is_inside ? "(" : "");
    for (const ModelTest *part = test->first; part != NULL; part = part->next) {
        if (part != test->first)
            esc_buf_string(out, is_all ? " and " : " or ");
        write_test(model, out, part, is_negated, true);
    }
    esc_buf_string(out, is_inside ? ")" : "");
}

/* --- rules ------------------------------------------------------------------------------------------------ */

static void write_change(EscModel *model, EscBuf *out, const ModelAct *act)
{
    bool is_set = act->kind == MODEL_SET;
    if (is_set)
        esc_buf_printf(out, "set %.*s to ", ESC_TEXT_ARG(act->field));
    else
        esc_buf_string(out, "add ");
    if (act->is_word)
        esc_buf_text(out, act->value);
    else
        write_text(model, out, act->value, 400);
    if (!is_set)
        esc_buf_printf(out, " to %.*s", ESC_TEXT_ARG(act->field));
    esc_buf_char(out, '\n');
}

static void write_acts(EscModel *model, EscBuf *out, const ModelRule *rule)
{
    for (size_t i = 0; i < rule->acts.count; i++) {
        ModelAct act = rule->acts.items[i];
        if (act.kind == MODEL_START)
            esc_buf_printf(out, "start template %.*s()\n",
                           ESC_TEXT_ARG(model->chains.items[act.index].name));
        else if (act.kind == MODEL_TELL)
            esc_buf_printf(out, "notify %.*s \"{ticket.id}: {ticket.title}\"\n",
                           ESC_TEXT_ARG(model->channels.items[act.index].name));
        else if (act.kind == MODEL_DROP)
            esc_buf_string(out, "# Nobody is told, as in the export.\n");
        else
            write_change(model, out, &act);
    }
}

static void write_rule_notes(EscModel *model, EscBuf *out, const ModelRule *rule)
{
    if (rule->title.size > 0)
        write_comment(model, out, rule->title);
    write_notes(model, out, rule->seen);
    for (size_t i = 0; i < rule->comments.count; i++)
        write_comment(model, out, rule->comments.items[i]);
}

static bool is_always(const ModelRule *rule)
{
    return rule->when == NULL || rule->when->kind == MODEL_EVERY;
}

static bool is_last(const ModelIntake *intake, size_t number)
{
    for (size_t i = number + 1; i < intake->rules.count; i++) {
        if (intake->rules.items[i].is_written)
            return false;
    }
    return true;
}

/* if A { … } else { if B { … } else { … } }; a rule that goes on stands alone before the next. */
static void write_rules(EscModel *model, EscBuf *out, const ModelIntake *intake)
{
    size_t open = 0;
    for (size_t i = 0; i < intake->rules.count; i++) {
        const ModelRule *rule = &intake->rules.items[i];
        write_rule_notes(model, out, rule);
        if (!rule->is_written)
            continue;
        if (is_always(rule)) {
            write_acts(model, out, rule);
            continue;
        }
        esc_buf_string(out, "if ");
        write_test(model, out, rule->when, false, false);
        esc_buf_string(out, " {\n");
        write_acts(model, out, rule);
        bool goes_deeper = !rule->goes_on && !is_last(intake, i);
        esc_buf_string(out, goes_deeper ? "} else {\n" : "}\n");
        open += goes_deeper;
    }
    while (open-- > 0)
        esc_buf_string(out, "}\n");
}

static void write_intake(EscModel *model, EscBuf *out, const ModelIntake *intake)
{
    write_notes(model, out, intake->seen);
    if (!intake->is_written) {
        for (size_t i = 0; i < intake->rules.count; i++)
            write_rule_notes(model, out, &intake->rules.items[i]);
        write_comment(
            model, out,
            esc_model_printf(model, "\"%.*s\" tells nobody anything", ESC_TEXT_ARG(intake->title)));
        return;
    }
    esc_buf_printf(out, "automation %.*s ", ESC_TEXT_ARG(intake->name));
    write_text(model, out, intake->title, WRITE_TITLE_MAX);
    if (intake->when == NULL || intake->when->kind == MODEL_EVERY) {
        esc_buf_string(out, " {\n  on ticket.created {\n");
    } else {
        esc_buf_string(out, " {\n  on ticket.created, ticket.updated when ");
        write_test(model, out, intake->when, false, false);
        esc_buf_string(out, " {\n");
    }
    write_rules(model, out, intake);
    esc_buf_string(out, "}\n}\n\n");
}

void write_intakes(EscModel *model)
{
    EscBuf *out = write_open(model, "routing.esc");
    for (size_t i = 0; i < model->intakes.count; i++)
        write_intake(model, out = write_more(model), &model->intakes.items[i]);
}
