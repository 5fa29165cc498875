/* esc/runtime.h - everything that runs bundles against events, in one include for those who embed it.
 *
 * The way of an event: esc_shard_put (a job) → esc_event_parse_batch (bytes → typed events) → esc_service_look_up
 * (what the store has of it already) → esc_service_decide → esc_engine_apply (pure) → EscGroup → esc_store_commit → answer →
 * esc_outside_put. Each header
 * below is the manual of its part; start reading at engine.h. */
#ifndef ESC_RUNTIME_H
#define ESC_RUNTIME_H

#include <esc/api.h>
#include <esc/calendars.h>
#include <esc/causes.h>
#include <esc/config.h>
#include <esc/daemon.h>
#include <esc/delivery.h>
#include <esc/directory.h>
#include <esc/document.h>
#include <esc/doors.h>
#include <esc/engine.h>
#include <esc/event.h>
#include <esc/group.h>
#include <esc/http.h>
#include <esc/links.h>
#include <esc/loop.h>
#include <esc/oidc.h>
#include <esc/pages.h>
#include <esc/pane.h>
#include <esc/service.h>
#include <esc/session.h>
#include <esc/shard.h>
#include <esc/sources.h>
#include <esc/store.h>
#include <esc/store_memory.h>
#include <esc/store_sqlite.h>

#endif
