/* config_gateways.c - what the configuration says of gateways, topics and browsers, and what is wrong with it.
 *
 * Not its job: secrets and addresses, which all kinds have (config_check.c). */
#include <openssl/crypto.h>

#include "config_internal.h"

#define SUBSCRIPTIONS_VALUES_MAX (8u * ESC_CONFIG_ITEMS_MAX)
#define POINT_BYTES 65 /* uncompressed, P-256 */
#define AUTH_BYTES 16
#define PRIVATE_KEY_BYTES 32

static bool is_word(EscText text, const char *signs)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = esc_ascii_lower(text.data[i]);
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain && (c == '\0' || strchr(signs, c) == NULL))
            return false;
    }
    return text.size > 0;
}

static bool is_number(EscText text)
{
    size_t begin = text.size > 0 && text.data[0] == '+' ? 1 : 0;
    for (size_t i = begin; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.size >= begin + 3 && text.size <= begin + 20;
}

const char *esc_config_account_fault(const EscEndpoint *endpoint, bool is_channel)
{
    if (!is_word(endpoint->account, "-_") || endpoint->account.size > 64)
        return "needs account: the id that the gateway gave it, of letters, digits, - and _";
    bool is_service =
        esc_text_starts_with(endpoint->from, ESC_TEXT("MG")) && endpoint->kind == ESC_ENDPOINT_SMS;
    if (!is_number(endpoint->from) && !(is_service && is_word(endpoint->from, "")))
        return "needs from: the number that it comes from, such as +4930555010";
    if (is_channel && (endpoint->to.count != 1 || !is_number(endpoint->to.items[0])))
        return "needs one number in `to`, such as +4930555010";
    return NULL;
}

const char *esc_config_topic_fault(const EscEndpoint *endpoint, bool is_channel)
{
    bool is_topic = is_word(endpoint->topic, "-_") && endpoint->topic.size <= 64;
    return !is_channel || is_topic ? NULL : "needs topic: letters, digits, - and _, at most 64";
}

/* --- subscriptions ------------------------------------------------------------------------------ */

EscText esc_config_base64url(EscArena *arena, EscText text)
{
    EscBuf bytes;
    esc_buf_init(&bytes, text.size + 1);
    EscText read = esc_base64url_read(text, &bytes) ? esc_arena_text(arena, esc_buf_as_text(&bytes))
                                                    : (EscText){0};
    OPENSSL_cleanse(bytes.data, bytes.size); /* it may be a key */
    esc_buf_release(&bytes);
    return read;
}

static const char *read_subscription(EscArena *arena, const EscJson *json, EscPushSubscription *out)
{
    const EscJson *keys = esc_json_member(json, ESC_TEXT("keys"));
    EscText none = {0};
    *out = (EscPushSubscription){
        .name = esc_arena_text(arena, json->name),
        .url = esc_arena_text(arena,
                              esc_json_text_or(esc_json_member(json, ESC_TEXT("endpoint")), none)),
        .key = esc_config_base64url(
            arena, esc_json_text_or(esc_json_member(keys, ESC_TEXT("p256dh")), none)),
        .auth = esc_config_base64url(
            arena, esc_json_text_or(esc_json_member(keys, ESC_TEXT("auth")), none))};
    if (out->url.size == 0)
        return "has a subscription without an endpoint";
    if (out->key.size != POINT_BYTES || out->key.data[0] != 4)
        return "has a subscription whose keys.p256dh is no point of P-256";
    return out->auth.size == AUTH_BYTES ? NULL
                                        : "has a subscription whose keys.auth is not 16 bytes";
}

const char *esc_config_subscriptions_read(EscArena *arena, EscText json, EscEndpoint *endpoint)
{
    static const EscJsonLimits limits = {.depth_max = 4, .values_max = SUBSCRIPTIONS_VALUES_MAX};
    const EscJson *root = NULL;
    if (esc_json_read(arena, json, &limits, &root, NULL) != ESC_OK || root->kind != ESC_JSON_OBJECT)
        return "has a subscriptions_file that is no JSON object";
    if (root->count > ESC_CONFIG_ITEMS_MAX)
        return "has too many subscriptions";
    endpoint->subscriptions =
        esc_arena_alloc_array(arena, root->count, sizeof(*endpoint->subscriptions));
    if (endpoint->subscriptions == NULL)
        return "has more subscriptions than memory";
    for (const EscJson *one = root->first; one != NULL; one = one->next) {
        const char *fault = read_subscription(
            arena, one, &endpoint->subscriptions[endpoint->subscriptions_count++]);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

/* The bytes of the key in the place of its text. */
static bool take_private_key(EscEndpoint *endpoint, EscArena *arena)
{
    EscText key = esc_config_base64url(arena, endpoint->secret);
    OPENSSL_cleanse((void *)(uintptr_t)endpoint->secret.data, endpoint->secret.size);
    endpoint->secret = key;
    return key.size == PRIVATE_KEY_BYTES;
}

const char *esc_config_push_fault(EscEndpoint *endpoint, EscArena *arena, bool is_channel)
{
    EscText mail = ESC_TEXT("mailto:");
    bool is_mail = esc_text_starts_with(endpoint->contact, mail) &&
                   esc_mail_address_is_plain((EscText){endpoint->contact.data + mail.size,
                                                       endpoint->contact.size - mail.size});
    if (!is_mail && !esc_text_starts_with(endpoint->contact, ESC_TEXT("https://")))
        return "needs contact: a mailto: or https: address for push services";
    if (endpoint->secret.size > 0 && !take_private_key(endpoint, arena))
        return "has a secret_file that holds no private key (32 bytes as base64url)";
    if (is_channel && endpoint->to.count != 1)
        return "needs one name of a subscription in `to`";
    return NULL;
}
