"""Memory over the whole lives of many tickets. Closes with `N passed, N failed`: the suite `soak`.

Tickets are opened, one in ten starts an escalation, all are updated and mentioned, and most are resolved in the end. So the
memory that is needed does not depend on how many there were: it is what a few hundred living tickets take.
"""

import statistics

import measure

STEPS = 30
TOGETHER = 100  # tickets that live at the same time: a step must not end in their midst
GROWTH_MIB_MAX = 16  # of the last third; 16 bytes for an event of the 1,000,000


def grown_mib(samples):
    """Growth over the last third, from medians of three so that one sample says little."""
    return statistics.median(samples[-3:]) - statistics.median(samples[2 * STEPS // 3 - 2:2 * STEPS // 3 + 1])


def step(daemon, number, size, per_ticket):
    """On one connection, because the events of a ticket must come in their order."""
    return daemon.load(first=number * size, events=size, tickets=size // per_ticket, starts=10, batch=100)


def run(tools, chosen):
    events = chosen.events or (30000 if chosen.is_suite else 3000000)
    per_ticket = max(2, events // (chosen.tickets or events // 10))
    size = max(1, round(events / STEPS / per_ticket / TOGETHER)) * per_ticket * TOGETHER
    samples, accepted, processor, health, checks = [], 0, [], measure.Health(), []
    daemon = measure.Daemon(tools, [tools.workspace(1)])
    with daemon:
        with health.probe(daemon):
            for number in range(STEPS):
                result = step(daemon, number, size, per_ticket)
                accepted += result["events"]
                processor.append(result["processor_us"])
                samples.append(daemon.resident_mib())
                measure.say("soak", f"{accepted:,} events: {samples[-1]:.1f} MiB, {result['rate']:,.0f} events/s, "
                            f"{processor[-1]:.0f} µs of processor each")
        checks.append((accepted == STEPS * size, f"{accepted:,} of {STEPS * size:,} events were accepted"))
        checks.append((daemon.stop() == 0, "escald ended well"))
    with daemon:
        again = step(daemon, STEPS - 1, size, per_ticket)
        checks.append((again["known"] == size, f"after a new start {again['known']:,} of the last {size:,} events are known"))
        fresh = daemon.resident_mib()
        checks.append((daemon.stop() == 0, "escald ended well again"))
    growth = grown_mib(samples)
    measure.say("soak", f"{accepted:,} events on {accepted // per_ticket:,} tickets: {samples[-1]:.1f} MiB, {growth:+.1f} MiB in the "
                f"last third, {fresh:.1f} MiB after a new start; {health}")
    if chosen.is_suite:
        checks.append((len(samples) == STEPS and min(samples) > 1 and max(samples) < 65536, f"{STEPS} samples of memory"))
    else:
        checks.append((growth < GROWTH_MIB_MAX, f"less than {GROWTH_MIB_MAX} MiB more in the last third"))
    daemon.remove()
    return measure.close(checks)
