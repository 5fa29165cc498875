/* verbs.h - verbs.def as tables that the check and the lowering share: what a step is called, where it may stand,
 * and whether it may end its block. Who checks and who lowers it is told to check/ and lower/ alone. */
#ifndef ESC_VERBS_H
#define ESC_VERBS_H

#include <esc/grammar.h>
#include <esc/vm.h>

typedef enum EscPlaceKind {
#define ESC_PLACE(NAME, bodies, is_in_runbook, belongs) ESC_PLACE_##NAME,
#include "verbs.def"
    ESC_PLACE_COUNT
} EscPlaceKind;

typedef struct EscPlaceInfo {
    unsigned bodies; /* bit set of EscFunction */
    bool is_in_runbook;
    const char *belongs; /* "in steps and handlers" */
} EscPlaceInfo;

extern const EscPlaceInfo esc_place_info[ESC_PLACE_COUNT];

typedef struct EscVerbInfo {
    const char *word; /* "`notify`"; NULL: the kind is no step */
    EscPlaceKind place;
    bool may_end; /* it may be the last step of its block, not counting the blocks in it */
} EscVerbInfo;

extern const EscVerbInfo esc_verb_info[ESC_NODE_COUNT];

#endif
