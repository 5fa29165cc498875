/* provider.c - what a provider says of itself (OpenID Connect Discovery 1.0). */
#include "oidc_internal.h"

static const EscJsonLimits limits = {.depth_max = 8, .values_max = 10000};

/* An address that its issuer may send us to: as well encrypted as the issuer's own. */
static bool take_url(EscArena *arena, const EscJson *document, const char *name, EscText issuer,
                     EscText *out)
{
    EscText url = esc_json_text_or(esc_json_member(document, esc_text_from(name)), (EscText){0});
    bool may_be_plain = esc_text_starts_with(issuer, ESC_TEXT("http://"));
    bool is_url = esc_text_starts_with(url, ESC_TEXT("https://")) ||
                  (may_be_plain && esc_text_starts_with(url, ESC_TEXT("http://")));
    for (size_t i = 0; i < url.size; i++)
        is_url = is_url && (unsigned char)url.data[i] > ' ' && (unsigned char)url.data[i] < 0x7f;
    *out = esc_arena_text(arena, is_url ? url : (EscText){"", 0});
    return is_url && url.size <= ESC_URL_BYTES_MAX;
}

/* Whether a list of texts has this one; without a list what the standard says it has. */
static bool has(const EscJson *document, const char *name, const char *wanted, bool preset)
{
    const EscJson *list = esc_json_member(document, esc_text_from(name));
    if (list == NULL || list->kind != ESC_JSON_LIST)
        return preset;
    for (const EscJson *one = list->first; one != NULL; one = one->next)
        if (esc_text_equal(esc_json_text_or(one, (EscText){"", 0}), esc_text_from(wanted)))
            return true;
    return false;
}

EscStatus esc_provider_read(EscArena *arena, EscText json, EscText issuer, EscProvider *out,
                            EscWhy *why)
{
    const EscJson *document = NULL;
    *out = (EscProvider){.issuer = issuer};
    if (esc_json_read(arena, json, &limits, &document, NULL) != ESC_OK)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "what the provider says of itself is no JSON");
    EscText named = esc_json_text_or(esc_json_member(document, ESC_TEXT("issuer")), (EscText){0});
    if (!esc_text_equal(named, issuer))
        return esc_why(why, ESC_BAD_INPUT, "", 0,
                       "the provider calls itself otherwise than `issuer` of the configuration");
    bool is_whole =
        take_url(arena, document, "authorization_endpoint", issuer, &out->authorize_url) &&
        take_url(arena, document, "token_endpoint", issuer, &out->token_url) &&
        take_url(arena, document, "jwks_uri", issuer, &out->keys_url);
    (void)take_url(arena, document, "userinfo_endpoint", issuer, &out->userinfo_url);
    if (!is_whole)
        return esc_why(why, ESC_BAD_INPUT, "", 0,
                       "the provider does not say its addresses, or says some that are not "
                       "encrypted");
    if (!has(document, "response_types_supported", "code", true))
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the provider gives no codes");
    if (!has(document, "code_challenge_methods_supported", "S256", true))
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the provider does not know PKCE by S256");
    static const char methods[] = "token_endpoint_auth_methods_supported";
    out->takes_basic = has(document, methods, "client_secret_basic", true);
    out->takes_post = has(document, methods, "client_secret_post", false);
    return esc_arena_failed(arena) ? ESC_NO_MEMORY : ESC_OK;
}
