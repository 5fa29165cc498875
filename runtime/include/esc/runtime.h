/* esc/runtime.h - everything that runs bundles against events, in one include for those who embed it.
 *
 * The way of an event: esc_event_parse (bytes → typed event) → esc_service_turn (batch) → store row for
 * deduplication → esc_engine_apply (pure) → EscGroup → esc_store_commit → answer → delivery. Each header
 * below is the manual of its part; start reading at engine.h. */
#ifndef ESC_RUNTIME_H
#define ESC_RUNTIME_H

#include <esc/api.h>
#include <esc/config.h>
#include <esc/daemon.h>
#include <esc/delivery.h>
#include <esc/directory.h>
#include <esc/doors.h>
#include <esc/engine.h>
#include <esc/event.h>
#include <esc/group.h>
#include <esc/http.h>
#include <esc/loop.h>
#include <esc/service.h>
#include <esc/shard.h>
#include <esc/store.h>
#include <esc/store_memory.h>
#include <esc/store_sqlite.h>

#endif
