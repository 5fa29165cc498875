/* esc/store_memory.h - a store that lives as long as the process: for tests and simulations. It refuses and restores
 * exactly what the one on SQLite does; tests/unit/test_store_conformance.c holds both to that. */
#ifndef ESC_STORE_MEMORY_H
#define ESC_STORE_MEMORY_H

#include <esc/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An empty store; NULL without memory. esc_store_close frees it with all its rows. */
EscStore *esc_store_memory_new(const uint8_t id[ESC_STORE_ID_SIZE]);
/* What opening again does to a file: a new epoch, and a failed store takes groups again. */
void esc_store_memory_reopen(EscStore *store);

#ifdef __cplusplus
}
#endif
#endif
