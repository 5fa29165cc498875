/* alertmanager_receivers.c - receivers: what tells a channel is a message, and what calls a pager is an escalation.
 *
 * Whoever a pager called is not in this file, so escalations are somebody's who is put in by hand. */
#include "alertmanager/alertmanager.h"

#define GROUP_FIELDS_MAX 8

typedef struct Integration {
    const char *name;   /* of its list in a receiver */
    const char *medium; /* of the channel; NULL: it calls a pager */
    const char *to;     /* the member that says where it leads; NULL: a secret says it */
} Integration;

static const Integration INTEGRATIONS[] = {
    {"email_configs", "email", "to"},          {"slack_configs", "chat", "channel"},
    {"mattermost_configs", "chat", "channel"}, {"rocketchat_configs", "chat", "channel"},
    {"msteams_configs", "chat", NULL},         {"msteamsv2_configs", "chat", NULL},
    {"discord_configs", "chat", NULL},         {"telegram_configs", "chat", "chat_id"},
    {"webex_configs", "chat", "room_id"},      {"wechat_configs", "chat", "to_party"},
    {"webhook_configs", "webhook", NULL},      {"sns_configs", "webhook", NULL},
    {"jira_configs", "webhook", NULL},         {"pagerduty_configs", NULL, NULL},
    {"opsgenie_configs", NULL, NULL},          {"victorops_configs", NULL, NULL},
    {"pushover_configs", NULL, NULL},          {"incidentio_configs", NULL, NULL},
};

static const Integration *integration_of(EscText member)
{
    for (size_t i = 0; i < ESC_COUNT_OF(INTEGRATIONS); i++) {
        if (esc_text_equal(member, esc_text_from(INTEGRATIONS[i].name)))
            return &INTEGRATIONS[i];
    }
    return NULL;
}

static const EscJson *receiver_named(const AmReader *reader, EscText name)
{
    for (const EscJson *item = json_list(reader->root, "receivers"); item != NULL && name.size > 0;
         item = item->next) {
        if (esc_text_equal(json_text(item, "name"), name))
            return item;
    }
    return NULL;
}

/* --- what is seen ------------------------------------------------------------------------------------------ */

static void see_integration(AmReader *reader, EscText receiver, const EscJson *member,
                            const EscJson *item)
{
    EscModel *model = reader->model;
    const Integration *kind = integration_of(member->name);
    uint32_t seen = esc_model_see(
        model, "integration",
        esc_model_printf(model, "%.*s: %.*s", ESC_TEXT_ARG(receiver), ESC_TEXT_ARG(member->name)),
        json_place(model, reader->document, item));
    if (kind == NULL)
        esc_model_leave(model, seen, "integrations of this kind are not known");
    else if (kind->medium == NULL)
        esc_model_change(model, seen, "Escal itself escalates: put whoever is on call there");
    else
        esc_model_change(model, seen,
                         "a channel, whose address and secrets belong into escald.json; its text "
                         "is the template's");
}

void am_see_receivers(AmReader *reader)
{
    EscModel *model = reader->model;
    for (const EscJson *item = json_list(reader->root, "receivers"); item != NULL;
         item = item->next) {
        EscText name = json_text(item, "name");
        uint32_t seen =
            esc_model_see(model, "receiver", name, json_place(model, reader->document, item));
        if (name.size == 0) {
            esc_model_leave(model, seen, "it has no name");
            continue;
        }
        esc_model_carry(model, seen);
        for (const EscJson *member = item->kind == ESC_JSON_OBJECT ? item->first : NULL;
             member != NULL; member = member->next) {
            if (member->kind != ESC_JSON_LIST || member->count == 0)
                continue;
            for (const EscJson *each = member->first; each != NULL; each = each->next)
                see_integration(reader, name, member, each);
        }
    }
}

/* --- what a receiver does ------------------------------------------------------------------------------------ */

static uint32_t on_duty(EscModel *model)
{
    EscText key = ESC_TEXT("\001duty");
    uint32_t found = esc_model_person(model, key);
    if (found != MODEL_NONE)
        return found;
    (void)esc_model_person_add(model, MODEL_NONE, key,
                               ESC_TEXT("Duty: put whoever is on call here, or a schedule"));
    found = (uint32_t)(model->persons.count - 1);
    model->last_resort = found;
    return found;
}

static uint32_t channel_for(AmReader *reader, EscText receiver, const Integration *kind,
                            const EscJson *item, size_t number, AmHours hours)
{
    EscModel *model = reader->model;
    EscText key = esc_model_printf(model, "%.*s/%s/%zu/%u", ESC_TEXT_ARG(receiver), kind->name,
                                   number, hours.quiet);
    for (size_t i = 0; i < model->channels.count; i++) {
        if (esc_text_equal(model->channels.items[i].key, key))
            return (uint32_t)i;
    }
    size_t word = strlen(kind->name) - strlen("_configs");
    EscText title =
        esc_model_printf(model, "%.*s %.*s", ESC_TEXT_ARG(receiver), (int)word, kind->name);
    ModelChannel *channel = esc_model_channel_add(model, MODEL_NONE, key, title, kind->medium);
    EscText to = kind->to == NULL ? (EscText){0} : json_text(item, kind->to);
    channel->comment =
        to.size > 0
            ? esc_model_printf(model, "It leads to %.*s.", ESC_TEXT_ARG(esc_utf8_cut(to, 200)))
            : esc_model_printf(model, "Where it leads stood in the configuration of %.*s.",
                               (int)word, kind->name);
    channel->quiet = hours.quiet;
    return (uint32_t)(model->channels.count - 1);
}

static void group(AmReader *reader, ModelChain *chain, const EscJson *group_by)
{
    for (const EscJson *item = group_by; item != NULL && chain->groups.count < GROUP_FIELDS_MAX;
         item = item->next) {
        EscText label = esc_json_text_or(item, (EscText){0});
        if (label.size > 0 && !esc_text_equal(label, ESC_TEXT("...")))
            *MODEL_ADD(reader->model, chain->groups) = am_label(reader, label);
    }
}

static EscText groups_key(EscModel *model, const EscJson *group_by)
{
    EscText key = {0};
    for (const EscJson *item = group_by; item != NULL; item = item->next)
        key = esc_model_printf(model, "%.*s,%.*s", ESC_TEXT_ARG(key),
                               ESC_TEXT_ARG(esc_json_text_or(item, (EscText){0})));
    return key;
}

static uint32_t chain_for(AmReader *reader, EscText receiver, AmHours hours,
                          const EscJson *group_by)
{
    EscModel *model = reader->model;
    EscText key = esc_model_printf(model, "%.*s/%u/%.*s", ESC_TEXT_ARG(receiver), hours.open,
                                   ESC_TEXT_ARG(groups_key(model, group_by)));
    uint32_t found = esc_model_chain(model, key);
    if (found != MODEL_NONE)
        return found;
    uint32_t duty = on_duty(model);
    ModelChain *chain = esc_model_chain_add(model, MODEL_NONE, key, receiver);
    ModelStep *step = MODEL_ADD(model, chain->steps);
    *MODEL_ADD(model, step->targets) = (ModelTarget){MODEL_PERSON, duty};
    chain->hours = hours.open;
    group(reader, chain, group_by);
    return (uint32_t)(model->chains.count - 1);
}

void am_acts(AmReader *reader, EscText name, AmHours hours, const EscJson *group_by,
             ModelRule *rule)
{
    EscModel *model = reader->model;
    const EscJson *receiver = receiver_named(reader, name);
    bool is_paged = false;
    if (receiver == NULL) {
        esc_model_change(model, rule->seen,
                         "its receiver \"%.*s\" is not listed: whoever is on call is paged",
                         ESC_TEXT_ARG(esc_utf8_cut(name, 100)));
        is_paged = true;
    }
    for (const EscJson *member = receiver == NULL ? NULL : receiver->first; member != NULL;
         member = member->next) {
        const Integration *kind = integration_of(member->name);
        size_t number = 0;
        if (kind == NULL || member->kind != ESC_JSON_LIST || member->count == 0)
            continue;
        is_paged = is_paged || kind->medium == NULL;
        for (const EscJson *item = member->first; item != NULL && kind->medium != NULL;
             item = item->next) {
            uint32_t channel = channel_for(reader, name, kind, item, number++, hours);
            *MODEL_ADD(model, rule->acts) = (ModelAct){.kind = MODEL_TELL, .index = channel};
        }
    }
    if (is_paged)
        *MODEL_ADD(model, rule->acts) =
            (ModelAct){.kind = MODEL_START,
                       .index = chain_for(reader, name.size > 0 ? name : ESC_TEXT("on call"), hours,
                                          group_by)};
    if (rule->acts.count == 0)
        *MODEL_ADD(model, rule->acts) = (ModelAct){.kind = MODEL_DROP};
}
