/* session_who.c - what somebody may do where, by the configuration and the directories of today. */
#include <stdlib.h>
#include <string.h>

#include <esc/letters.h>

#include "session_internal.h"

/* --- identities --------------------------------------------------------------------------------- */

static EscText cut(EscText text)
{
    size_t bad_at = 0;
    text = text.size > ESC_SESSION_TEXT_MAX ? esc_utf8_cut(text, ESC_SESSION_TEXT_MAX) : text;
    if (!esc_utf8_is_valid(text, &bad_at))
        text.size = bad_at;
    return text;
}

char *esc_identity_copy(EscIdentity *who, EscText *more)
{
    EscText *const texts[] = {&who->client,  &who->person, &who->mail,
                              &who->subject, &who->title,  more};
    size_t size = 1;
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++) {
        *texts[i] = cut(*texts[i]);
        size += texts[i]->size;
    }
    char *block = malloc(size), *at = block;
    if (block == NULL)
        return NULL;
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++) {
        if (texts[i]->size > 0)
            memcpy(at, texts[i]->data, texts[i]->size);
        texts[i]->data = at;
        at += texts[i]->size;
    }
    return block;
}

void esc_identity_keep(EscArena *arena, const EscIdentity *who, EscIdentity *out)
{
    *out = (EscIdentity){.client = esc_arena_text(arena, who->client),
                         .person = esc_arena_text(arena, who->person),
                         .mail = esc_arena_text(arena, who->mail),
                         .subject = esc_arena_text(arena, who->subject),
                         .title = esc_arena_text(arena, who->title)};
}

bool esc_identity_equal(const EscIdentity *a, const EscIdentity *b)
{
    bool is_subject = a->subject.size > 0 && esc_text_equal(a->subject, b->subject);
    bool is_mail = a->mail.size > 0 && esc_address_equal(a->mail, b->mail);
    bool is_person = a->person.size > 0 && esc_text_equal(a->person, b->person) &&
                     esc_text_equal(a->client, b->client);
    return is_subject || is_mail || is_person;
}

/* --- accesses ------------------------------------------------------------------------------------- */

typedef struct Finder {
    const EscSessions *sessions;
    const EscIdentity *who;
    const EscOperator *by; /* NULL: they are none */
    EscAccesses *out;
} Finder;

static EscText or_text(EscText one, EscText other)
{
    return one.size > 0 ? one : other;
}

/* What the first client that knows them says of them, where nobody has said it. */
static void take_person(EscAccesses *out, const EscProgram *program, uint32_t index)
{
    const EscPersonRow *person = &program->persons[index];
    uint32_t reads = person->reads > 0 ? person->reads - 1u : program->meta[0].reads;
    EscText zone =
        program->texts[person->timezone > 0 ? person->timezone - 1 : program->meta[0].timezone];
    out->title = or_text(out->title, program->texts[person->title]);
    out->title = or_text(out->title, program->texts[person->name]);
    out->language = or_text(out->language, esc_text_from(esc_language_words[reads]));
    out->time_zone = or_text(out->time_zone, zone);
}

static void add(const Finder *finder, const EscProgram *program, EscText client, EscText person,
                uint32_t scopes)
{
    uint32_t index = 0;
    bool is_person = person.size > 0;
    if (is_person && !esc_directory_person(program, person, &index))
        return; /* they have left it */
    if (is_person)
        take_person(finder->out, program, index);
    EscText title = program->texts[program->meta[0].title];
    finder->out->items[finder->out->count++] =
        (EscAccess){.client = client,
                    .title = or_text(title, program->texts[program->meta[0].name]),
                    .principal = is_person ? person : finder->by->name,
                    .is_person = is_person,
                    .scopes = scopes};
}

static const EscProgram *program_of(const EscSessions *sessions, EscText client)
{
    const EscSessionsSetup *setup = &sessions->setup;
    return client.size == 0 ? NULL : setup->program(setup->program_context, client);
}

/* Whether the way by which they have shown that they are this person still leads to them. */
static bool is_still_theirs(const EscProgram *program, const EscIdentity *who)
{
    uint32_t index = 0;
    if (!esc_directory_person(program, who->person, &index))
        return false;
    const EscContactRow *way = esc_directory_link_contact(program, index);
    bool is_mail = way != NULL && way->kind == ESC_CONTACT_EMAIL;
    EscText address = is_mail ? program->texts[way->address] : (EscText){0};
    return way != NULL && (is_mail ? esc_address_equal(address, who->mail) : who->mail.size == 0);
}

static void add_own(const Finder *finder)
{
    const EscIdentity *who = finder->who;
    EscText may = finder->sessions->setup.config->sessions.people;
    const EscProgram *program = program_of(finder->sessions, who->client);
    for (uint32_t i = 0; i < finder->out->count; i++)
        if (esc_text_equal(finder->out->items[i].client, who->client))
            return; /* the operator's word comes first */
    if (program == NULL || who->person.size == 0 || esc_text_equal(may, ESC_TEXT("none")) ||
        !is_still_theirs(program, who))
        return;
    bool may_act = esc_text_equal(may, ESC_TEXT("act"));
    add(finder, program, who->client, who->person,
        ESC_SCOPE_BIT_READ | (may_act ? (uint32_t)ESC_SCOPE_BIT_ACT : 0));
}

void esc_accesses_find(const EscSessions *sessions, const EscIdentity *who, EscArena *arena,
                       EscAccesses *out)
{
    Finder finder = {.sessions = sessions, .who = who, .out = out};
    finder.by = esc_config_operator(sessions->setup.config, who->mail, who->subject);
    uint32_t most = 1 + (finder.by == NULL ? 0 : finder.by->clients.count);
    *out = (EscAccesses){.items = esc_arena_alloc_array(arena, most, sizeof(EscAccess))};
    if (out->items == NULL)
        return;
    if (finder.by != NULL) {
        out->title = finder.by->title;
        out->language = finder.by->language;
        out->time_zone = finder.by->time_zone;
    }
    for (uint32_t i = 0; i + 1 < most; i++) {
        const EscOperatorClient *client = &finder.by->clients.items[i];
        const EscProgram *program = program_of(sessions, client->name);
        if (program != NULL)
            add(&finder, program, client->name, client->person, client->scope_bits);
    }
    add_own(&finder);
    EscText unnamed =
        esc_arena_printf(arena, "%.*s@%.*s", ESC_TEXT_ARG(who->person), ESC_TEXT_ARG(who->client));
    out->principal = finder.by != NULL ? finder.by->name : or_text(who->mail, unnamed);
    out->title = or_text(or_text(out->title, who->title), out->principal);
}
