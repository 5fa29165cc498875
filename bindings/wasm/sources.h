/* sources.h - a workspace's files and the names of time zones, held in memory for the compiler. */
#ifndef ESC_WASM_SOURCES_H
#define ESC_WASM_SOURCES_H

#include <esc/compiler.h>

/* Texts that are found by name. */
typedef struct Texts {
    EscNames *numbers; /* name → index in items; NULL until the first one */
    struct TextItem {
        EscText name, text; /* owned, one block: the name comes first */
        bool is_there;
    } * items;
    size_t count, capacity;
} Texts;

/* Puts or replaces; both texts are copied. ESC_NO_MEMORY leaves all as it was. */
ESC_MUST_USE EscStatus texts_put(Texts *texts, EscText name, EscText text);
void texts_remove(Texts *texts, EscText name); /* what is not there stays so */
/* NULL: there is none. */
const EscText *texts_find(const Texts *texts, EscText name);
void texts_release(Texts *texts);

/* What the compiler asks for; valid as long as both are and nothing is put. Without any zone every name of the right shape
 * is taken for one. */
typedef struct Sources {
    Texts files, zones;
} Sources;
EscSourceFiles sources_doors(Sources *sources, int64_t today);

#endif
