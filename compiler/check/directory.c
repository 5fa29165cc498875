/* directory.c - persons, teams, channels: how they are reached. Calendars and schedules are
 * duty.c's. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"

#define REACH_PAUSE_MS                                                                             \
    (3 * ESC_MINUTE_MS) /* between contact methods that `reach by` does not order */

static uint32_t word_index(EscText word, const char *const *words)
{
    for (uint32_t i = 0; words[i] != NULL; ++i) {
        if (esc_text_equal(word, esc_text_from(words[i])))
            return i;
    }
    return ESC_NONE;
}

uint32_t esc_contact_kind(EscText word)
{
    return word_index(word, esc_contact_words);
}

void esc_language_setting(EscWorkspace *workspace, const EscNode *setting, uint32_t *reads)
{
    const EscNode *value = setting->setting.value;
    if (value->kind != ESC_NODE_PATH) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0116", value->span, "a language is a word"),
                        "say en or de, without quotes");
        return;
    }
    EscName word = value->path.parts[0];
    uint32_t language = word_index(word.text, esc_language_words);
    if (*reads != 0)
        esc_report(workspace, "E0306", setting->span, "the language is said twice");
    else if (language == ESC_NONE)
        esc_report_word(workspace, word, "a language that people are written to in",
                        esc_language_words);
    else
        *reads = language + 1;
}

/* --- persons ---------------------------------------------------------------------------------- */

typedef struct PersonBuild {
    EscWorkspace *workspace;
    const EscNode *settings[ESC_CONTACT_COUNT]; /* where each kind was written */
    EscText addresses[ESC_CONTACT_COUNT];
    EscContactInfo *contacts;
    uint32_t count;
    bool is_unclear; /* something was said that nobody understands */
} PersonBuild;

/* Digits, with the signs that people put between them. No country has a number that begins with 0, and the `(0)` that people
 * write behind it is not dialled from abroad: with it the number is another one. */
static bool is_phone_number(EscText text)
{
    bool is_abroad = text.size > 1 && text.data[0] == '+';
    if (is_abroad && (text.data[1] == '0' || esc_text_contains(text, ESC_TEXT("(0)"))))
        return false;
    unsigned digits = 0;
    for (size_t i = 0; i < text.size; ++i) {
        char c = text.data[i];
        if (c >= '0' && c <= '9')
            ++digits;
        else if ((c != '+' || i > 0) && strchr(" -/().", c) == NULL)
            return false;
    }
    return digits >= 3 && digits <= 20;
}

/* A name for whoever writes to people: something behind the @, and nothing that is not seen. */
static bool is_chat_name(EscText text)
{
    size_t begin = text.data[0] == '@' || text.data[0] == '#' ? 1 : 0;
    for (size_t i = 0; i < text.size; ++i) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return false;
    }
    return text.size > begin && text.data[begin] != ' ' && text.data[text.size - 1] != ' ';
}

/* What a topic is called, or whom a browser was subscribed for. */
static bool is_push_name(EscText text)
{
    for (size_t i = 0; i < text.size; ++i) {
        char c = esc_ascii_lower(text.data[i]);
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return text.size <= 64;
}

/* Whether somebody can be reached at an address of this kind, which is never empty here. */
static void address_check(const PersonBuild *build, uint32_t kind, EscSpan span)
{
    static const struct {
        bool (*is_right)(EscText text);
        const char *fault, *hint;
    } kinds[ESC_CONTACT_COUNT] = {
        [ESC_CONTACT_EMAIL] = {esc_mail_address_is_plain, "no mail can be sent to this address",
                               "a mail address is NAME@HOST in plain letters, without the person's "
                               "name"},
        [ESC_CONTACT_CHAT] = {is_chat_name, "nobody has this name in a chat",
                              "write the name as the chat knows it, such as \"@ana\""},
        [ESC_CONTACT_PHONE] = {is_phone_number, "nobody can be called at this number",
                               "write digits, such as \"+49 30 5550100\""},
        [ESC_CONTACT_SMS] = {is_phone_number, "no text message can be sent to this number",
                             "write digits, such as \"+49 170 5550100\""},
        [ESC_CONTACT_PUSH] = {is_push_name, "nothing can be pushed under this name",
                              "write a topic or a name of letters, digits, - and _, at most 64"},
    };
    EscText address = build->addresses[kind];
    bool is_empty = address.size == 0;
    if (!is_empty && kinds[kind].is_right(address))
        return;
    esc_report_hint(build->workspace,
                    esc_report(build->workspace, "E0335", span, "%s",
                               is_empty ? "this is no address" : kinds[kind].fault),
                    "%s", is_empty ? "write it in quotes" : kinds[kind].hint);
}

static void person_setting(PersonBuild *build, EscPersonInfo *person, const EscNode *setting)
{
    static const char *const words[] = {
#define ESC_CONTACT(NAME, word) word,
#include <esc/builtin.def>
        "timezone", "language", NULL};
    EscWorkspace *workspace = build->workspace;
    EscText name = setting->setting.name.text;
    uint32_t kind = esc_contact_kind(name);
    if (esc_text_equal(name, ESC_TEXT("language"))) {
        esc_language_setting(workspace, setting, &person->reads);
        return;
    }
    if (esc_text_equal(name, ESC_TEXT("timezone"))) {
        person->timezone = esc_timezone_setting(workspace, setting);
        return;
    }
    if (kind == ESC_NONE) {
        esc_report_word(workspace, setting->setting.name, "something that is known of a person",
                        words);
        build->is_unclear = true;
        return;
    }
    if (build->settings[kind] != NULL) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0306", setting->span,
                                               "`%.*s` is said twice", ESC_TEXT_ARG(name));
        esc_report_related(workspace, diagnostic, build->settings[kind]->span, "first here");
        return;
    }
    build->settings[kind] = setting;
    build->addresses[kind] = setting->setting.value->kind == ESC_NODE_TEXT
                                 ? esc_plain_text(workspace, setting->setting.value)
                                 : ESC_TEXT("");
    address_check(build, kind, setting->setting.value->span);
}

static bool contact_add(PersonBuild *build, uint32_t kind, int64_t after_ms)
{
    for (uint32_t i = 0; i < build->count; ++i) {
        if (build->contacts[i].kind == (EscContact)kind)
            return false;
    }
    build->contacts[build->count++] = (EscContactInfo){
        .kind = (EscContact)kind, .address = build->addresses[kind], .after_ms = after_ms};
    return true;
}

/* Whoever is to be reached by text message and names no number for it has the one that is called. */
static bool has_way(PersonBuild *build, uint32_t kind)
{
    if (kind == ESC_CONTACT_SMS && build->settings[kind] == NULL) {
        build->settings[kind] = build->settings[ESC_CONTACT_PHONE];
        build->addresses[kind] = build->addresses[ESC_CONTACT_PHONE];
    }
    return build->settings[kind] != NULL;
}

/* reach by chat, then phone after 3m: the order of paging. */
static void person_reach(PersonBuild *build, const EscNode *reach)
{
    EscWorkspace *workspace = build->workspace;
    int64_t after_ms = 0;
    ESC_EACH(step, reach->reach.steps) {
        EscName method = step->reach_step.method;
        uint32_t kind = esc_contact_kind(method.text);
        if (step->reach_step.after != NULL) {
            esc_check_duration(workspace, step->reach_step.after, false, ESC_BOUND_CONTACT_MS);
            after_ms += step->reach_step.after->duration.ms;
        }
        if (kind == ESC_NONE) {
            esc_report_word(workspace, method, "a way of reaching somebody", esc_contact_words);
        } else if (!has_way(build, kind)) {
            EscDiagnostic *diagnostic = esc_report(
                workspace, "E0316", method.span, "this person has no %s", esc_contact_words[kind]);
            esc_report_hint(workspace, diagnostic, "add `%s \"…\"`", esc_contact_words[kind]);
        } else if (!contact_add(build, kind, after_ms)) {
            esc_report(workspace, "E0306", method.span, "`%s` stands twice in this order",
                       esc_contact_words[kind]);
        }
    }
}

/* Of a person in their own zone; ESC_NONE: none are said. */
static uint32_t quiet_hours(EscWorkspace *workspace, const EscNode *quiet, EscText timezone)
{
    return quiet == NULL ? ESC_NONE : esc_check_hours(workspace, quiet->quiet.hours, timezone);
}

static void check_person(EscWorkspace *workspace, EscPersonInfo *person)
{
    const EscNode *node = person->node;
    person->title = esc_plain_text(workspace, node->person.title);
    PersonBuild build = {.workspace = workspace};
    build.contacts =
        esc_arena_alloc_array(workspace->arena, ESC_CONTACT_COUNT, sizeof *build.contacts);
    if (build.contacts == NULL)
        return;
    const EscNode *reach = NULL, *quiet = NULL;
    ESC_EACH(item, node->person.items) {
        if (item->kind == ESC_NODE_SETTING)
            person_setting(&build, person, item);
        else if (item->kind == ESC_NODE_REACH && reach == NULL)
            reach = item;
        else if (item->kind == ESC_NODE_REACH)
            esc_report(workspace, "E0306", item->span, "`reach by` is said twice");
        else if (item->kind == ESC_NODE_QUIET && quiet == NULL)
            quiet = item;
        else if (item->kind == ESC_NODE_QUIET)
            esc_report(workspace, "E0306", item->span, "`quiet during` is said twice");
    }
    esc_check_absences(workspace, person);
    if (reach != NULL)
        person_reach(&build, reach);
    person->quiet = quiet_hours(workspace, quiet, person->timezone);
    /* What `reach by` does not name comes behind it, one after the other: what is read soonest first,
     * and a phone rings last. */
    static const uint32_t order[] = {ESC_CONTACT_PUSH, ESC_CONTACT_CHAT, ESC_CONTACT_SMS,
                                     ESC_CONTACT_EMAIL, ESC_CONTACT_PHONE};
    for (size_t i = 0; i < ESC_COUNT_OF(order); ++i) {
        int64_t after_ms =
            build.count > 0 ? build.contacts[build.count - 1].after_ms + REACH_PAUSE_MS : 0;
        if (build.settings[order[i]] != NULL)
            (void)contact_add(&build, order[i], after_ms);
    }
    if (build.count == 0 && !build.is_unclear && !esc_has_broken_part(workspace, node->span)) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0335", node->person.name.span,
                       "`%.*s` cannot be reached in any way", ESC_TEXT_ARG(person->name));
        esc_report_hint(workspace, diagnostic, "add `email \"…\"`, `chat \"…\"` or `phone \"…\"`");
    }
    person->contacts = build.contacts;
    person->contacts_count = build.count;
}

/* --- teams ------------------------------------------------------------------------------------ */

static void check_team(EscWorkspace *workspace, EscTeamInfo *team)
{
    const EscNode *node = team->node;
    team->title = esc_plain_text(workspace, node->team.title);
    team->members = esc_find_persons(workspace, node->team.items, &team->count);
    uint32_t written = 0;
    EscSeen seen = {.workspace = workspace};
    ESC_EACH_NODE(item, node->team.items) {
        if (item->kind == ESC_NODE_LEAD) {
            team->lead = esc_find_person(workspace, item->lead.name);
            continue;
        }
        ++written;
        const EscNode *other = esc_seen_before(&seen, item->member.name.text, item);
        if (other == NULL)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0306", item->span, "`%.*s` is in this team twice",
                       ESC_TEXT_ARG(item->member.name.text));
        esc_report_related(workspace, diagnostic, other->span, "first here");
    }
    esc_seen_release(&seen);
    if (written == 0)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0319", node->team.name.span,
                                   "the team `%.*s` has no members", ESC_TEXT_ARG(team->name)),
                        "name the people in it");
}

/* --- channels --------------------------------------------------------------------------------- */

static void check_channel(EscWorkspace *workspace, EscChannelInfo *channel)
{
    static const char *const levels[] = {"accepted", "delivered", "seen", "acked", NULL};
    const EscNode *node = channel->node;
    channel->title = esc_plain_text(workspace, node->channel.title);
    channel->quiet = quiet_hours(workspace, node->channel.quiet, ESC_TEXT(""));
    if (node->channel.language != NULL)
        esc_language_setting(workspace, node->channel.language, &channel->reads);
    channel->proves = ESC_PROOF_ACCEPTED; /* what every server says by its answer, and no more */
    uint32_t kind = word_index(node->channel.medium.text, esc_channel_words);
    if (kind == ESC_NONE)
        esc_report_word(workspace, node->channel.medium, "a kind of channel", esc_channel_words);
    else
        channel->kind = (EscChannel)kind;
    if (node->channel.proves.text.size == 0)
        return;
    uint32_t level = word_index(node->channel.proves.text, levels);
    if (level == ESC_NONE)
        esc_report_word(workspace, node->channel.proves, "a proof of delivery", levels);
    else
        channel->proves = (EscProof)(level + ESC_PROOF_ACCEPTED);
}

void esc_pass_directory(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->persons_count; ++i)
        check_person(workspace, &workspace->persons[i]);
    esc_check_deputies(workspace);
    for (uint32_t i = 0; i < workspace->teams_count; ++i)
        check_team(workspace, &workspace->teams[i]);
    for (uint32_t i = 0; i < workspace->channels_count; ++i)
        check_channel(workspace, &workspace->channels[i]);
    esc_check_calendars(workspace);
    esc_check_duty(workspace);
}
