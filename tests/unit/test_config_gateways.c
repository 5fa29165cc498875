/* test_config_gateways.c - what the configuration says of gateways, topics and browsers. */
#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#include "config_internal.h"

#define POINT                                                                                      \
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define SUBSCRIPTION(url, point, auth)                                                             \
    "{\"ana\": {\"endpoint\": \"" url                                                              \
    "\", \"expirationTime\": null, \"keys\": {\"p256dh\": \"" point "\", \"auth\": \"" auth        \
    "\"}}}"

static const char *subscriptions;

static EscStatus read_fake(void *context, const char *path, EscBuf *out)
{
    (void)context;
    if (strcmp(path, "/etc/escal/token") == 0)
        esc_buf_string(out, "canary-token\n");
    else if (strcmp(path, "/etc/escal/vapid") == 0)
        esc_buf_string(out, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw\n");
    else if (strcmp(path, "/etc/escal/push.json") == 0)
        esc_buf_string(out, subscriptions);
    else
        return ESC_NOT_FOUND;
    return ESC_OK;
}

static EscConfig *read(const char *workspace, char *fault)
{
    static const EscFiles files = {.read = read_fake};
    EscConfig *config = esc_config_new();
    EscWhy why = {.text = ""};
    EscBuf json;
    assert_non_null(config);
    esc_buf_init(&json, 65536);
    esc_buf_printf(&json, "{\"workspaces\": {\"acme\": {%s}}}", workspace);
    EscStatus status =
        esc_config_read(config, esc_buf_as_text(&json), "/etc/escal/escald.json", &why);
    if (status == ESC_OK)
        status = esc_config_finish(config, &files, &why);
    assert_int_equal(status == ESC_OK, why.text[0] == '\0');
    (void)snprintf(fault, sizeof(why.text), "%s", why.text);
    esc_buf_release(&json);
    return config;
}

static void assert_fault(const char *workspace, const char *part)
{
    char fault[sizeof(((EscWhy *)NULL)->text)];
    esc_config_free(read(workspace, fault));
    if (part[0] == '\0' ? fault[0] != '\0' : strstr(fault, part) == NULL)
        print_error("%s\n  said \"%s\", not \"%s\"\n", workspace, fault, part);
    assert_true(part[0] == '\0' ? fault[0] == '\0' : strstr(fault, part) != NULL);
}

#define ACCOUNT                                                                                    \
    "\"url\": \"https://g.example/v1\", \"account\": \"AC1\", \"secret_file\": \"token\""

static void an_account_has_all_that_a_gateway_wants(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint, *part;
    } cases[] = {
        {"\"type\": \"sms\", \"from\": \"+4930555\", " ACCOUNT, ""},
        {"\"type\": \"call\", \"from\": \"+4930555\", " ACCOUNT, ""},
        {"\"type\": \"sms\", \"from\": \"MG12ab\", " ACCOUNT, ""},
        {"\"type\": \"call\", \"from\": \"MG12ab\", " ACCOUNT, "people.sms: needs from"},
        {"\"type\": \"sms\", " ACCOUNT, "people.sms: needs from"},
        {"\"type\": \"sms\", \"from\": \"+49 30\", " ACCOUNT, "people.sms: needs from"},
        {"\"type\": \"sms\", \"from\": \"12\", " ACCOUNT, "people.sms: needs from"},
        {"\"type\": \"sms\", \"from\": \"+4930555\", \"url\": \"https://g.example\", \"account\": "
         "\"AC1\"",
         "people.sms: needs a secret_file"},
        {"\"type\": \"sms\", \"from\": \"+4930555\", \"url\": \"https://g.example\", "
         "\"secret_file\": \"token\"",
         "people.sms: needs account"},
        {"\"type\": \"sms\", \"from\": \"+4930555\", \"url\": \"https://g.example\", "
         "\"secret_file\": \"token\", \"account\": \"../AC\"",
         "people.sms: needs account"},
        {"\"type\": \"sms\", \"from\": \"+4930555\", \"secret_file\": \"token\", \"account\": "
         "\"A\"",
         "people.sms: needs url"},
        {"\"type\": \"chat\", \"url\": \"https://g.example\", \"account\": \"A\"",
         "has an account or a from that its type does not use"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char workspace[512];
        (void)snprintf(workspace, sizeof(workspace), "\"people\": {\"sms\": {%s}}",
                       cases[i].endpoint);
        assert_fault(workspace, cases[i].part);
    }
}

static void a_channel_names_its_number(void **state)
{
    (void)state;
#define NIGHT(to)                                                                                  \
    "\"channels\": {\"night\": {\"type\": \"sms\", \"from\": \"+4930555\", \"to\": " to            \
    ", " ACCOUNT "}}"
    assert_fault(NIGHT("[\"+4930110\"]"), "");
    assert_fault(NIGHT("[]"), "channels.night: needs one number in `to`");
    assert_fault(NIGHT("[\"+4930110\", \"+4930112\"]"), "channels.night: needs one number");
    assert_fault(NIGHT("[\"+4930110\"], \"topic\": \"x\""),
                 "has a topic that its type does not use");
    assert_fault(NIGHT("[\"ana\"]"), "channels.night: needs one number");
#undef NIGHT
}

static void a_topic_is_a_channels_or_each_persons(void **state)
{
    (void)state;
#define NTFY "\"type\": \"ntfy\", \"url\": \"https://ntfy.example\""
    assert_fault("\"people\": {\"push\": {" NTFY "}}", "");
    assert_fault("\"people\": {\"push\": {" NTFY ", \"secret_file\": \"token\"}}", "");
    assert_fault("\"people\": {\"push\": {" NTFY ", \"topic\": \"x\"}}", "no such option");
    assert_fault("\"channels\": {\"n\": {" NTFY ", \"topic\": \"acme_night-1\"}}", "");
    assert_fault("\"channels\": {\"n\": {" NTFY "}}", "channels.n: needs topic");
    assert_fault("\"channels\": {\"n\": {" NTFY ", \"topic\": \"a/b\"}}", "needs topic");
    assert_fault("\"channels\": {\"n\": {" NTFY ", \"topic\": \"0123456789012345678901234567890123"
                 "456789012345678901234567890123\"}}",
                 "");
    assert_fault("\"channels\": {\"n\": {" NTFY ", \"topic\": \"0123456789012345678901234567890123"
                 "4567890123456789012345678901234\"}}",
                 "needs topic");
#undef NTFY
}

static void a_meeting_has_a_place_for_its_room(void **state)
{
    (void)state;
#define ROOM(more)                                                                                 \
    "\"channels\": {\"warroom\": {\"type\": \"meeting\", \"url\": \"https://m.example/" more "}}"
    assert_fault(ROOM("{room}\""), "");
    assert_fault(ROOM("{room}\", \"secret_file\": \"token\""), "");
    assert_fault(ROOM("rooms\""), "channels.warroom: needs a url in which {room} stands");
    assert_fault("\"people\": {\"chat\": {\"type\": \"meeting\"}}",
                 "people.chat.type: must be one of");
#undef ROOM
}

#define PUSH(more) "\"people\": {\"push\": {\"type\": \"webpush\", \"secret_file\": " more "}}"
#define WHOLE                                                                                      \
    "\"vapid\", \"contact\": \"mailto:a@x.example\", \"subscriptions_file\": \"push.json\""

static void subscriptions_are_read_as_browsers_give_them(void **state)
{
    (void)state;
    char fault[sizeof(((EscWhy *)NULL)->text)];
    subscriptions = SUBSCRIPTION("https://push.example/1", POINT, "BTBZMqHH6r4Tts7J_aSIgg");
    EscConfig *config = read(PUSH(WHOLE), fault);
    assert_string_equal(fault, "");
    const EscEndpoint *push = &config->workspaces.items[0].people.push;
    assert_int_equal(push->subscriptions_count, 1);
    assert_text_equal(push->subscriptions[0].name, "ana");
    assert_text_equal(push->subscriptions[0].url, "https://push.example/1");
    assert_int_equal(push->subscriptions[0].key.size, 65);
    assert_int_equal(push->subscriptions[0].auth.size, 16);
    assert_int_equal(push->secret.size, 32);
    assert_int_equal((uint8_t)push->secret.data[0], 0xc9);
    assert_true(esc_config_leads_out(config));
    esc_config_free(config);
    subscriptions = SUBSCRIPTION("https://127.0.0.1/1", POINT, "BTBZMqHH6r4Tts7J_aSIgg==");
    config = read(PUSH(WHOLE), fault);
    assert_string_equal(fault, "");
    assert_false(esc_config_leads_out(config));
    esc_config_free(config);
    subscriptions = "{}"; /* nobody has subscribed yet */
    assert_fault(PUSH(WHOLE), "");
}

static void what_is_no_subscription_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *json, *part;
    } cases[] = {
        {SUBSCRIPTION("https://p.example", POINT, "BTBZMqHH6r4Tts7J_aSI"), "keys.auth is not 16"},
        {SUBSCRIPTION("https://p.example", "BCVxsr7N", "BTBZMqHH6r4Tts7J_aSIgg"), "keys.p256dh"},
        {SUBSCRIPTION("https://p.example", "B!", "BTBZMqHH6r4Tts7J_aSIgg"), "keys.p256dh"},
        {SUBSCRIPTION("", POINT, "BTBZMqHH6r4Tts7J_aSIgg"), "without an endpoint"},
        {SUBSCRIPTION("http://p.example", POINT, "BTBZMqHH6r4Tts7J_aSIgg"), "is not encrypted"},
        {SUBSCRIPTION("nonsense", POINT, "BTBZMqHH6r4Tts7J_aSIgg"), "people.push: "},
        {"{\"ana\": 5}", "without an endpoint"},
        {"[]", "no JSON object"},
        {"", "no JSON object"},
        {"{\"ana\": {\"endpoint\": [[[[[[", "no JSON object"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        subscriptions = cases[i].json;
        assert_fault(PUSH(WHOLE), cases[i].part);
    }
}

/* One of ours is used where no key is named, and nowhere else. */
static void a_key_is_wanted_where_none_is_named(void **state)
{
    (void)state;
    char fault[sizeof(((EscWhy *)NULL)->text)];
    EscConfig *config = read("\"people\": {\"push\": {\"type\": \"webpush\", \"contact\": \"mailto:a@x.example\"}}", fault);
    assert_string_equal(fault, "");
    assert_true(esc_config_wants_push_key(config));
    assert_true(esc_config_leads_out(config)); /* wherever its browsers are */
    char key[] = "0123456789abcdef0123456789abcdef";
    esc_config_use_push_key(config, esc_text_from(key));
    key[0] = 'x'; /* it is copied */
    assert_text_equal(config->workspaces.items[0].people.push.secret, "0123456789abcdef0123456789abcdef");
    assert_int_equal(config->workspaces.items[0].people.chat.secret.size, 0);
    assert_false(esc_config_wants_push_key(config));
    esc_config_free(config);
    subscriptions = "{}";
    config = read(PUSH(WHOLE), fault);
    assert_false(esc_config_wants_push_key(config));
    EscText named = config->workspaces.items[0].people.push.secret;
    esc_config_use_push_key(config, ESC_TEXT("0123"));
    assert_ptr_equal(config->workspaces.items[0].people.push.secret.data, named.data);
    esc_config_free(config);
}

static void a_sender_of_pushes_says_who_it_is(void **state)
{
    (void)state;
    subscriptions = "{}";
    assert_fault(PUSH("\"vapid\", \"subscriptions_file\": \"push.json\""), "needs contact");
    assert_fault(
        PUSH("\"vapid\", \"contact\": \"a@x.example\", \"subscriptions_file\": \"push.json\""),
        "needs contact");
    assert_fault(PUSH("\"vapid\", \"contact\": \"https://x.example\", \"subscriptions_file\": "
                      "\"push.json\""),
                 "");
    assert_fault(PUSH("\"token\", \"contact\": \"mailto:a@x.example\", \"subscriptions_file\": "
                      "\"push.json\""),
                 "holds no private key");
    assert_fault(PUSH("\"vapid\", \"contact\": \"mailto:a@x.example\""), ""); /* they subscribe by the API */
    assert_fault(
        PUSH("\"vapid\", \"contact\": \"mailto:a@x.example\", \"subscriptions_file\": \"no\""),
        "needs a subscriptions_file that can be read");
    assert_fault("\"people\": {\"push\": {\"type\": \"ntfy\", \"url\": \"https://n.example\", "
                 "\"contact\": \"mailto:a@x.example\"}}",
                 "has a contact or a subscriptions_file that its type does not use");
}

static void base64url_is_read_with_and_without_padding(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(65536);
    static const struct {
        const char *text, *bytes;
    } cases[] = {{"Zg", "f"},     {"Zg==", "f"}, {"Zm8", "fo"}, {"Zm9v", "foo"}, {"Pz8_", "???"},
                 {"Pz8/", "???"}, {"Zh", ""},    {"Z", ""},     {"Zm 9v", ""},   {"", ""}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        assert_text_equal(esc_config_base64url(arena, esc_text_from(cases[i].text)),
                          cases[i].bytes);
    esc_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_has_all_that_a_gateway_wants),
        cmocka_unit_test(a_channel_names_its_number),
        cmocka_unit_test(a_topic_is_a_channels_or_each_persons),
        cmocka_unit_test(a_meeting_has_a_place_for_its_room),
        cmocka_unit_test(subscriptions_are_read_as_browsers_give_them),
        cmocka_unit_test(what_is_no_subscription_is_named),
        cmocka_unit_test(a_key_is_wanted_where_none_is_named),
        cmocka_unit_test(a_sender_of_pushes_says_who_it_is),
        cmocka_unit_test(base64url_is_read_with_and_without_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
