/* config_internal.h - the tables that describe the configuration, for the files config*.c only.
 *
 * A group is one kind of JSON object; each of its options is one row. Reading, the reference
 * text and the search for the nearest known option all work from these rows. */
#ifndef ESC_CONFIG_INTERNAL_H
#define ESC_CONFIG_INTERNAL_H

#include <esc/config.h>

typedef enum OptionType {
    OPTION_TEXT,
    OPTION_WORD,    /* one of `words` */
    OPTION_COUNT,   /* integer from `min` to `max` */
    OPTION_TEXTS,   /* list of texts */
    OPTION_HEADERS, /* object of texts, kept as "Name: value" */
    OPTION_OBJECT,  /* object described by `group` */
    OPTION_MAP      /* object whose members, of free names, are each described by `group` */
} OptionType;

typedef struct OptionGroup OptionGroup;

typedef struct Option {
    const char *name;
    OptionType type;
    size_t offset;      /* of its member in the group's struct */
    const char *preset; /* default of TEXT, WORD */
    int64_t count;      /* default of COUNT */
    int64_t min, max;   /* COUNT */
    const char *words;  /* WORD: "a|b|c" */
    const OptionGroup *group;
    const char *help;
    bool in_folder; /* may stand in the file of a workspace's folder, where the operator lets it */
    bool is_place;  /* OBJECT: it is bound as a whole, as the items of a MAP are */
} Option;

struct OptionGroup {
    const char *title; /* "channels.NAME", as the reference names it */
    size_t size;       /* of the struct; a MAP's item has its name, an EscText, at offset 0 */
    const Option *options;
    size_t options_count;
};

extern const OptionGroup esc_config_groups[];
extern const size_t esc_config_groups_count;
#define CONFIG_GROUP_DAEMON (&esc_config_groups[0])
#define CONFIG_GROUP_WORKSPACE (&esc_config_groups[1])

/* Puts the defaults of a group's options into the struct at `base`. */
void esc_config_preset(const OptionGroup *group, void *base);

/* Why the file of a workspace's folder may not bind the place at this path of it: a sentence; NULL: it may
 * (config_folder.c). */
const char *esc_config_folder_place_fault(const EscWorkspaceConfig *workspace, EscText path);

/* config_gateways.c: what is wrong with an endpoint of the kinds that need an account, a topic or subscriptions: a sentence
 * without its subject; NULL: nothing. */
const char *esc_config_account_fault(const EscEndpoint *endpoint, bool is_channel);
const char *esc_config_topic_fault(const EscEndpoint *endpoint, bool is_channel);
/* Takes the private key from its text as well. */
const char *esc_config_push_fault(EscEndpoint *endpoint, EscArena *arena, bool is_channel);
/* Reads {"NAME": {"endpoint", "keys": {"p256dh", "auth"}}} into the endpoint; its texts lie in the arena, and what borrows
 * from `json` does not outlive it. */
const char *esc_config_subscriptions_read(EscArena *arena, EscText json, EscEndpoint *endpoint);
/* The bytes of a base64url text, with or without padding; empty: it is none. */
EscText esc_config_base64url(EscArena *arena, EscText text);

/* What a file of the operator's names, as a name of the machine. */
EscText esc_config_path(EscConfig *config, EscText folder, EscText path);
/* config_login.c: who may come in, and by which doors. Goes on behind a fault, as finishing does. */
void esc_config_finish_doors(EscConfig *config, EscWhy *first);
void esc_config_finish_operators(EscConfig *config, EscWhy *first);

/* NULL when the configuration says nothing about it. */
EscWorkspaceConfig *esc_config_workspace_find(EscConfig *config, EscText name);

/* Whether an address may be connected to: entry of allowed_addresses as text, parsed. */
typedef struct AddressRange {
    uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;
} AddressRange;
/* Reads "10.0.0.0/8", "127.0.0.1", "::1"; false when the text is no address (then it is a host
 * name). */
bool esc_address_range_read(EscText text, AddressRange *range);
bool esc_address_range_holds(const AddressRange *range, const uint8_t bytes[16]);
/* Whether allowed_addresses names a host of a URL: by its name, or as a literal address within a
 * range. */
bool esc_host_is_allowed(const EscWorkspaceConfig *workspace, EscText host);

struct sockaddr;
/* An IPv4 or IPv6 address as 16 bytes; false for any other family. */
bool esc_address_bytes(const struct sockaddr *address, uint8_t bytes[16]);
bool esc_address_is_public(const uint8_t bytes[16]);

#endif
