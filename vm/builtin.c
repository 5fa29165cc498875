/* builtin.c - builtin.def as arrays. */
#include <esc/vm.h>

const char *const esc_role_words[ESC_ROLE_COUNT + 1] = {
#define ESC_ROLE(NAME, word, said) word,
#include <esc/builtin.def>
};

const char *const esc_owner_role_words[ESC_OWNER_ROLE_COUNT + 1] = {
#define ESC_OWNER_ROLE(NAME, word, said) word,
#include <esc/builtin.def>
};

const char *esc_role_said(uint32_t role)
{
    static const char *const said[ESC_ROLE_COUNT] = {
#define ESC_ROLE(NAME, word, said) said,
#include <esc/builtin.def>
    };
    return role < ESC_ROLE_COUNT ? said[role] : "nobody";
}

const char *esc_role_word(uint32_t role)
{
    if (role == ESC_ROLE_COUNT)
        return "owner";
    return role < ESC_ROLE_COUNT ? esc_role_words[role] : "";
}

uint32_t esc_role_number(EscText word)
{
    for (uint32_t role = 0; role <= ESC_ROLE_COUNT; role++)
        if (esc_text_equal(word, esc_text_from(esc_role_word(role))))
            return role;
    return ESC_NONE;
}

const EscUnitInfo esc_unit_info[ESC_UNITS_COUNT] = {
#define ESC_UNIT(NAME, word, ms) {word, ms},
#include <esc/builtin.def>
};

const char *const esc_event_words[ESC_EVENT_BUILTIN_COUNT] = {
#define ESC_EVENT(NAME, name) name,
#include <esc/builtin.def>
};

const EscBuiltinField esc_builtin_fields[ESC_BUILTIN_FIELDS_COUNT] = {
#define ESC_EVENT_FIELD(NAME, field, KIND) {ESC_EVENT_##NAME, field, ESC_KIND_##KIND},
#include <esc/builtin.def>
};

const char *const esc_exception_words[ESC_EXCEPTION_BUILTIN_COUNT] = {
#define ESC_EXCEPTION(NAME, name) name,
#include <esc/builtin.def>
};

const char *const esc_contact_words[ESC_CONTACT_COUNT + 1] = {
#define ESC_CONTACT(NAME, word) word,
#include <esc/builtin.def>
};

const char *const esc_channel_words[ESC_CHANNEL_COUNT + 1] = {
#define ESC_CHANNEL(NAME, word) word,
#include <esc/builtin.def>
};

const char *const esc_language_words[ESC_LANGUAGE_COUNT + 1] = {
#define ESC_LANGUAGE(NAME, word) word,
#include <esc/builtin.def>
};

const char *const esc_clock_words[ESC_SLA_CLOCK_COUNT + 1] = {
    [ESC_SLA_CLOCK_RESPOND] = "respond",
    [ESC_SLA_CLOCK_RESOLVE] = "resolve",
    [ESC_SLA_CLOCK_UPDATE] = "update",
};

uint32_t esc_clock_find(EscText word)
{
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        if (esc_text_equal(word, esc_text_from(esc_clock_words[i])))
            return i;
    return ESC_NONE;
}

const char *const esc_verify_words[ESC_VERIFY_COUNT + 1] = {
    [ESC_VERIFY_TOKEN] = "token",         [ESC_VERIFY_HMAC_SHA256] = "hmac_sha256",
    [ESC_VERIFY_SLACK] = "slack",         [ESC_VERIFY_STANDARD_WEBHOOKS] = "standard_webhooks",
    [ESC_VERIFY_ZENDESK] = "zendesk",     [ESC_VERIFY_HUBSPOT] = "hubspot",
    [ESC_VERIFY_HMAC_SHA1] = "hmac_sha1", [ESC_VERIFY_HMAC_SHA512] = "hmac_sha512",
};

bool esc_verify_is_hmac(EscVerifyKind kind)
{
    return kind == ESC_VERIFY_HMAC_SHA1 || kind == ESC_VERIFY_HMAC_SHA256 ||
           kind == ESC_VERIFY_HMAC_SHA512;
}

bool esc_verify_takes_place(EscVerifyKind kind, EscVerifyPlace place)
{
    if (kind == ESC_VERIFY_TOKEN)
        return true;
    return place == (esc_verify_is_hmac(kind) ? ESC_VERIFY_PLACE_HEADER : ESC_VERIFY_PLACE_NONE);
}

const EscSourceErrandRow *esc_errand_row(const EscProgram *program, const EscSourceRow *source,
                                     EscErrandKind kind)
{
    for (uint32_t i = source->errands_first; i < source->errands_first + source->errands_count; i++)
        if (program->source_errands[i].kind == (uint32_t)kind)
            return &program->source_errands[i];
    return NULL;
}

bool esc_event_is_brought(uint32_t event)
{
    return event != ESC_EVENT_SLA_WARNING && event != ESC_EVENT_SLA_BREACHED &&
           event != ESC_EVENT_OWNER_ABSENT;
}
