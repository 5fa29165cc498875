/* verbs.c - verbs.def as tables, and that it has a row for every step of nodes.def. */
#include "verbs.h"

const EscPlaceInfo esc_place_info[ESC_PLACE_COUNT] = {
#define ESC_PLACE(NAME, bodies_, is_in_runbook_, belongs_)                                         \
    [ESC_PLACE_##NAME] = {.bodies = bodies_, .is_in_runbook = is_in_runbook_, .belongs = belongs_},
#include "verbs.def"
};

#define GOES_ON false
#define MAY_END true
const EscVerbInfo esc_verb_info[ESC_NODE_COUNT] = {
#define ESC_VERB(KIND, word_, PLACE, AFTER, check, lower)                                          \
    [ESC_NODE_##KIND] = {.word = word_, .place = ESC_PLACE_##PLACE, .may_end = AFTER},
#define ESC_PLAIN_VERB(KIND, word_, PLACE, EFFECT, who, WHO, to, text, USE)                        \
    [ESC_NODE_##KIND] = {.word = word_, .place = ESC_PLACE_##PLACE},
#include "verbs.def"
};

/* A step without a row in verbs.def: the compiler says that HAS_VERB_… is not declared. */
enum {
#define ESC_VERB(KIND, word, PLACE, AFTER, check, lower) HAS_VERB_##KIND,
#define ESC_PLAIN_VERB(KIND, word, PLACE, EFFECT, who, WHO, to, text, USE) HAS_VERB_##KIND,
#include "verbs.def"
};

#define ESC_STEP(KIND, member, Struct, text)                                                       \
    _Static_assert(HAS_VERB_##KIND >= 0, "a step has its row in verbs.def");
#define ESC_BARE_STEP(KIND, member, text)                                                          \
    _Static_assert(HAS_VERB_##KIND >= 0, "a step has its row in verbs.def");
#include <esc/nodes.def>
