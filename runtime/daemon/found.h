/* found.h - what a start or a SIGHUP finds, told to every workspace. */
#ifndef ESC_DAEMON_FOUND_H
#define ESC_DAEMON_FOUND_H

#include <esc/shard.h>

/* The record of each workspace that is served says it where another hash was found before. `hash`: 32 bytes, copied. */
void esc_found_tell(const EscShards *shards, EscRemarkKind kind, const uint8_t hash[32]);

#endif
