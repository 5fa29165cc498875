/* config_login.c - who may come in, and by which doors: sockets, TLS, what people may do who log in.
 *
 * Not its job: the provider of OpenID Connect, which is reached like any other server (config_check.c). */
#include <string.h>

#include <esc/letters.h>

#include "config_internal.h"

#define RIGHTS_DIGITS_MAX 4

/* --- what somebody may do ----------------------------------------------------------------------- */

static const struct {
    const char *word;
    EscScopeBit bit;
} scope_words[] = {
    {"events", ESC_SCOPE_BIT_EVENTS}, {"read", ESC_SCOPE_BIT_READ},
    {"act", ESC_SCOPE_BIT_ACT},       {"start", ESC_SCOPE_BIT_START},
    {"people", ESC_SCOPE_BIT_PEOPLE}, {"audit", ESC_SCOPE_BIT_AUDIT},
    {"act-as", ESC_SCOPE_BIT_ACT_AS}, {"clock", ESC_SCOPE_BIT_CLOCK},
    {"operate", ESC_SCOPE_BIT_OPERATE},
};

static uint32_t scope_of(EscText word)
{
    for (size_t i = 0; i < ESC_COUNT_OF(scope_words); i++)
        if (esc_text_equal(word, esc_text_from(scope_words[i].word)))
            return scope_words[i].bit;
    return 0;
}

bool esc_scopes_read(EscText text, uint32_t *scopes)
{
    *scopes = 0;
    if (esc_text_ends_with(text, ESC_TEXT(",")))
        return false;
    while (text.size > 0) {
        const char *comma = memchr(text.data, ',', text.size);
        EscText word = {text.data, comma == NULL ? text.size : (size_t)(comma - text.data)};
        uint32_t bit = scope_of(word);
        if (bit == 0)
            return false;
        *scopes |= bit;
        size_t used = word.size + (comma == NULL ? 0 : 1);
        text = (EscText){text.data + used, text.size - used};
    }
    return *scopes != 0;
}

void esc_scopes_write(EscBuf *out, uint32_t scopes)
{
    const char *mark = "[";
    for (size_t i = 0; i < ESC_COUNT_OF(scope_words); i++) {
        if ((scopes & scope_words[i].bit) == 0)
            continue;
        esc_buf_printf(out, "%s\"%s\"", mark, scope_words[i].word);
        mark = ",";
    }
    esc_buf_string(out, scopes == 0 ? "[]" : "]");
}

/* --- doors -------------------------------------------------------------------------------------- */

bool esc_rights_read(EscText text, unsigned *rights)
{
    *rights = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '7')
            return false;
        *rights = *rights * 8 + (unsigned)(text.data[i] - '0');
    }
    return text.size > 0 && text.size <= RIGHTS_DIGITS_MAX && *rights <= 0777;
}

static void finish_tls(EscConfig *config, EscWhy *first)
{
    EscTlsBinding *tls = &config->tls;
    if ((tls->certificate_file.size == 0) != (tls->key_file.size == 0))
        (void)esc_config_fault(config, first, "tls: needs both certificate_file and key_file");
    tls->certificate_file = esc_config_path(config, config->folder, tls->certificate_file);
    tls->key_file = esc_config_path(config, config->folder, tls->key_file);
}

void esc_config_finish_doors(EscConfig *config, EscWhy *first)
{
    unsigned rights = 0;
    finish_tls(config, first);
    config->listen_unix = esc_config_path(config, config->folder, config->listen_unix);
    if (!esc_rights_read(config->listen_unix_rights, &rights))
        (void)esc_config_fault(config, first,
                               "listen_unix_rights: must be rights in octal, such as 0660");
    if (config->listen.size == 0 && config->listen_unix.size == 0)
        (void)esc_config_fault(
            config, first, "listen: is empty, and there is no listen_unix: nobody could come in");
}

/* --- people ------------------------------------------------------------------------------------- */

static void finish_client(EscConfig *config, const EscOperator *who, EscOperatorClient *client,
                          EscWhy *first)
{
    for (uint32_t i = 0; i < client->scopes.count; i++) {
        uint32_t bit = scope_of(client->scopes.items[i]);
        client->scope_bits |= bit;
        if (bit == 0)
            (void)esc_config_fault(config, first,
                                   "operators.%.*s.clients.%.*s.scopes: must be of events, read, "
                                   "act, start, people, audit, act-as, clock, operate",
                                   ESC_TEXT_ARG(who->name), ESC_TEXT_ARG(client->name));
    }
    if (client->scopes.count == 0)
        (void)esc_config_fault(config, first,
                               "operators.%.*s.clients.%.*s: has no scopes, so nothing is allowed "
                               "there",
                               ESC_TEXT_ARG(who->name), ESC_TEXT_ARG(client->name));
}

static void finish_operator(EscConfig *config, uint32_t index, EscWhy *first)
{
    EscOperator *who = &config->operators.items[index];
    if (!esc_mail_address_is_plain(who->name))
        (void)esc_config_fault(config, first, "operators.%.*s: is no mail address",
                               ESC_TEXT_ARG(who->name));
    for (uint32_t i = 0; i < index; i++) {
        const EscOperator *other = &config->operators.items[i];
        bool is_same = esc_address_equal(other->name, who->name) ||
                       (who->subject.size > 0 && esc_text_equal(other->subject, who->subject));
        if (is_same)
            (void)esc_config_fault(config, first, "operators.%.*s: is the same as operators.%.*s",
                                   ESC_TEXT_ARG(who->name), ESC_TEXT_ARG(other->name));
    }
    if (who->clients.count == 0)
        (void)esc_config_fault(config, first, "operators.%.*s: has no clients",
                               ESC_TEXT_ARG(who->name));
    for (uint32_t i = 0; i < who->clients.count; i++)
        finish_client(config, who, &who->clients.items[i], first);
}

void esc_config_finish_operators(EscConfig *config, EscWhy *first)
{
    for (uint32_t i = 0; i < config->operators.count; i++)
        finish_operator(config, i, first);
}

const EscOperator *esc_config_operator(const EscConfig *config, EscText mail, EscText subject)
{
    for (uint32_t i = 0; i < config->operators.count; i++) {
        const EscOperator *one = &config->operators.items[i];
        bool has_subject = one->subject.size > 0 && subject.size > 0;
        bool is_mail = mail.size > 0 && esc_address_equal(one->name, mail);
        if (has_subject ? esc_text_equal(one->subject, subject) : is_mail)
            return one;
    }
    return NULL;
}
