/* escald_bindings.c - the configuration held against the templates.
 *
 * A name that stands on one side only is most likely misspelt on the other: its messages would go to a file, or nowhere,
 * and nobody would hear of it before the night when it counts. */
#include <string.h>

#include "escald_bindings.h"

#define NAMES_SHOWN 3
#define MISSPELT_EDITS 3

typedef struct Check {
    EscText workspace;
    const EscWorkspaceConfig *config;
    const EscProgram *program;
    EscBuf *unbound, *undeclared;
} Check;

static void begin_line(const Check *check, EscBuf *lines)
{
    esc_buf_printf(lines, "%sworkspaces.%.*s.", lines->size > 0 ? "\n" : "",
                   ESC_TEXT_ARG(check->workspace));
}

/* --- names on both sides ---------------------------------------------------------------------- */

/* Channels, systems and sources are three kinds of the same thing here. */
typedef struct Kind {
    const char *place, *word;
    uint32_t (*declared_count)(const EscProgram *program);
    EscText (*declared)(const EscProgram *program, uint32_t index);
    uint32_t (*bound_count)(const EscWorkspaceConfig *config);
    EscText (*bound)(const EscWorkspaceConfig *config, uint32_t index);
} Kind;

static uint32_t channels_count(const EscProgram *program)
{
    return program->channels_count;
}

static EscText channel_name(const EscProgram *program, uint32_t index)
{
    return program->texts[program->channels[index].name];
}

static uint32_t bound_channels_count(const EscWorkspaceConfig *config)
{
    return config->channels.count;
}

static EscText bound_channel_name(const EscWorkspaceConfig *config, uint32_t index)
{
    return config->channels.items[index].name;
}

static uint32_t systems_count(const EscProgram *program)
{
    return program->systems_count;
}

static EscText system_name(const EscProgram *program, uint32_t index)
{
    return program->texts[program->systems[index].name];
}

static uint32_t bound_systems_count(const EscWorkspaceConfig *config)
{
    return config->systems.count;
}

static EscText bound_system_name(const EscWorkspaceConfig *config, uint32_t index)
{
    return config->systems.items[index].name;
}

static uint32_t sources_count(const EscProgram *program)
{
    return program->sources_count;
}

static EscText source_name(const EscProgram *program, uint32_t index)
{
    return program->texts[program->sources[index].name];
}

static uint32_t bound_sources_count(const EscWorkspaceConfig *config)
{
    return config->sources.count;
}

static EscText bound_source_name(const EscWorkspaceConfig *config, uint32_t index)
{
    return config->sources.items[index].name;
}

static const Kind kinds[] = {
    {"channels", "channel", channels_count, channel_name, bound_channels_count, bound_channel_name},
    {"systems", "system", systems_count, system_name, bound_systems_count, bound_system_name},
    {"sources", "source", sources_count, source_name, bound_sources_count, bound_source_name},
};

static bool is_bound(const Check *check, const Kind *kind, EscText name)
{
    for (uint32_t i = 0; check->config != NULL && i < kind->bound_count(check->config); i++)
        if (esc_text_equal(kind->bound(check->config, i), name))
            return true;
    return false;
}

/* Whether it is declared; if not, *nearest is what it may be a slip for, or empty. */
static bool is_declared(const Check *check, const Kind *kind, EscText name, EscText *nearest)
{
    unsigned best = MISSPELT_EDITS + 1;
    *nearest = (EscText){0};
    for (uint32_t i = 0; i < kind->declared_count(check->program); i++) {
        EscText one = kind->declared(check->program, i);
        unsigned distance = esc_text_distance(name, one, MISSPELT_EDITS);
        if (distance == 0)
            return true;
        if (distance < best) {
            best = distance;
            *nearest = one;
        }
    }
    return false;
}

static void check_kind(const Check *check, const Kind *kind)
{
    for (uint32_t i = 0; i < kind->declared_count(check->program); i++) {
        EscText name = kind->declared(check->program, i);
        if (is_bound(check, kind, name))
            continue;
        begin_line(check, check->unbound);
        esc_buf_printf(check->unbound,
                       "%s.%.*s: the templates have this %s, and nothing is bound to it",
                       kind->place, ESC_TEXT_ARG(name), kind->word);
    }
    for (uint32_t i = 0; check->config != NULL && i < kind->bound_count(check->config); i++) {
        EscText name = kind->bound(check->config, i), nearest;
        if (is_declared(check, kind, name, &nearest))
            continue;
        begin_line(check, check->undeclared);
        esc_buf_printf(check->undeclared, "%s.%.*s: the templates declare no %s of this name",
                       kind->place, ESC_TEXT_ARG(name), kind->word);
        if (nearest.size > 0)
            esc_buf_printf(check->undeclared, "; did you mean \"%.*s\"?", ESC_TEXT_ARG(nearest));
    }
}

/* --- mail that comes in ------------------------------------------------------------------------ */

static uint32_t events_count(const EscProgram *program)
{
    return program->events_count;
}

static EscText event_name(const EscProgram *program, uint32_t index)
{
    return program->texts[program->events[index].name];
}

/* What an answer by mail is. */
static void check_reply_event(const Check *check)
{
    static const Kind kind = {"inbox.reply_event", "event", events_count, event_name, NULL, NULL};
    EscText name = check->config == NULL ? (EscText){0} : check->config->inbox.reply_event, nearest;
    if (name.size == 0 || is_declared(check, &kind, name, &nearest))
        return;
    begin_line(check, check->undeclared);
    esc_buf_printf(check->undeclared, "%s: the templates declare no event %.*s", kind.place,
                   ESC_TEXT_ARG(name));
    if (nearest.size > 0)
        esc_buf_printf(check->undeclared, "; did you mean \"%.*s\"?", ESC_TEXT_ARG(nearest));
}

/* --- people ----------------------------------------------------------------------------------- */

static bool has_contact(const Check *check, const EscPersonRow *person, EscContact kind)
{
    for (uint32_t i = 0; i < person->contacts_count; i++)
        if (check->program->contacts[person->contacts_first + i].kind == (uint32_t)kind)
            return true;
    return false;
}

static bool is_way_bound(const EscWorkspaceConfig *config, EscContact kind)
{
    if (config == NULL)
        return false;
    const EscEndpoint *endpoint =
        esc_people_endpoint(&config->people, esc_text_from(esc_contact_words[kind]));
    return endpoint == NULL ? config->mail.server.size > 0 : endpoint->type.size > 0;
}

/* One line for a way, however many people are reached by it. */
static void check_way(const Check *check, EscContact kind, const char *place, const char *word)
{
    uint32_t count = 0;
    if (is_way_bound(check->config, kind))
        return;
    for (uint32_t i = 0; i < check->program->persons_count; i++) {
        const EscPersonRow *person = &check->program->persons[i];
        if (!has_contact(check, person, kind))
            continue;
        if (count == 0) {
            begin_line(check, check->unbound);
            esc_buf_printf(check->unbound,
                           "%s: nothing is bound, and people are to be reached by %s: ", place,
                           word);
        }
        EscText name = check->program->texts[person->name];
        if (count < NAMES_SHOWN)
            esc_buf_printf(check->unbound, "%s%.*s", count == 0 ? "" : ", ", ESC_TEXT_ARG(name));
        count++;
    }
    if (count > NAMES_SHOWN)
        esc_buf_printf(check->unbound, " and %u more", count - NAMES_SHOWN);
}

/* Slack writes to a member's id or to a mail address; a name there is anybody's. */
static bool is_unreachable(const Check *check, const EscPersonRow *person)
{
    for (uint32_t i = 0; i < person->contacts_count; i++) {
        const EscContactRow *contact = &check->program->contacts[person->contacts_first + i];
        EscText address = check->program->texts[contact->address];
        if (contact->kind == ESC_CONTACT_CHAT && address.size > 0 && address.data[0] == '@')
            return true;
    }
    return false;
}

static void check_slack(const Check *check)
{
    uint32_t count = 0;
    if (check->config == NULL || check->config->people.chat.kind != ESC_ENDPOINT_SLACK)
        return;
    for (uint32_t i = 0; i < check->program->persons_count; i++) {
        const EscPersonRow *person = &check->program->persons[i];
        if (!is_unreachable(check, person))
            continue;
        if (count == 0) {
            begin_line(check, check->unbound);
            esc_buf_string(check->unbound,
                           "people.chat: Slack knows nobody by a name such as @ana: give a "
                           "member's id (U…) or a mail address for ");
        }
        EscText name = check->program->texts[person->name];
        if (count < NAMES_SHOWN)
            esc_buf_printf(check->unbound, "%s%.*s", count == 0 ? "" : ", ", ESC_TEXT_ARG(name));
        count++;
    }
    if (count > NAMES_SHOWN)
        esc_buf_printf(check->unbound, " and %u more", count - NAMES_SHOWN);
}

void bindings_check(EscText workspace, const EscWorkspaceConfig *config, const EscProgram *program,
                    BindingFaults *out)
{
    const Check check = {.workspace = workspace,
                         .config = config,
                         .program = program,
                         .unbound = &out->unbound,
                         .undeclared = &out->undeclared};
    for (size_t i = 0; i < ESC_COUNT_OF(kinds); i++)
        check_kind(&check, &kinds[i]);
    check_reply_event(&check);
    check_way(&check, ESC_CONTACT_EMAIL, "mail", "mail");
#define ESC_PEOPLE_WAY(way, CONTACT, help)                                                         \
    check_way(&check, ESC_CONTACT_##CONTACT, "people." #way, #way);
#include <esc/people_ways.def>
    check_slack(&check);
}
