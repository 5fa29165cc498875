/* shard_state.c - what any thread may see of a shard: whether it serves, why not, its counts and its clock, its room.
 *
 * Not its job: what only its lanes see (shard.c, shard_turn.c). */
#include "shard_internal.h"

/* --- whether it serves ------------------------------------------------------------------------ */

EscText esc_shard_reason(EscShard *shard)
{
    (void)pthread_mutex_lock(&shard->lock);
    EscText reason = esc_buf_as_text(&shard->reason);
    (void)pthread_mutex_unlock(&shard->lock);
    return reason; /* never changed after it was set */
}

void esc_shard_set_stopped(EscShard *shard, EscText reason)
{
    (void)pthread_mutex_lock(&shard->lock);
    esc_buf_text(&shard->reason, reason);
    (void)pthread_mutex_unlock(&shard->lock);
    atomic_store(&shard->state, ESC_SHARD_STOPPED);
}

EscText esc_shard_name(const EscShard *shard)
{
    return shard->setup.name;
}

const EscBundle *esc_shard_bundle(const EscShard *shard)
{
    return shard->bundle;
}

EscText esc_shard_notice(const EscShard *shard)
{
    return shard->setup.notice;
}

EscShardState esc_shard_state(EscShard *shard)
{
    return (EscShardState)atomic_load(&shard->state);
}

bool esc_shard_is_over(EscShard *shard)
{
    return atomic_load(&shard->is_over);
}

void esc_shard_counts(EscShard *shard, EscShardCounts *counts)
{
    *counts = (EscShardCounts){.turns = atomic_load(&shard->turns),
                               .inputs = atomic_load(&shard->inputs),
                               .timers = atomic_load(&shard->timers),
                               .waiting = atomic_load(&shard->waiting),
                               .alarmed = atomic_load(&shard->alarmed),
                               .gaps = atomic_load(&shard->gaps),
                               .time_ms = atomic_load(&shard->time_ms),
                               .due_boot_ms = atomic_load(&shard->due_boot_ms)};
    (void)pthread_mutex_lock(&shard->lock);
    counts->clock = shard->clock;
    (void)pthread_mutex_unlock(&shard->lock);
}

/* --- its clock -------------------------------------------------------------------------------- */

void esc_shard_show_due(EscShard *shard)
{
    atomic_store(&shard->due_boot_ms, esc_service_due_boot_ms(shard->service));
}

/* What others may see of the engine's time and of the clocks. */
void esc_shard_show_clock(EscShard *shard)
{
    atomic_store(&shard->time_ms, esc_engine_time_ms(esc_service_engine(shard->service)));
    atomic_store(&shard->alarmed, esc_engine_alarmed_count(esc_service_engine(shard->service)));
    atomic_store(&shard->gaps, esc_engine_gaps_count(esc_service_engine(shard->service)));
    esc_shard_show_due(shard);
    (void)pthread_mutex_lock(&shard->lock);
    shard->clock = esc_service_clock(shard->service);
    (void)pthread_mutex_unlock(&shard->lock);
}

/* --- its room --------------------------------------------------------------------------------- */

bool esc_shard_let_in(EscShard *shard, size_t more, size_t held, size_t room)
{
    size_t waiting = atomic_load(&shard->waiting);
    do {
        size_t others = waiting > held ? waiting - held : 0;
        if (others > 0 && waiting + more > room)
            return false;
    } while (!atomic_compare_exchange_weak(&shard->waiting, &waiting, waiting + more));
    return true;
}

void esc_shard_let_out(EscShard *shard, size_t count)
{
    size_t before = atomic_fetch_sub(&shard->waiting, count);
    ESC_ASSERT(before >= count);
}
