"""Batches of 100 over HTTP, beside SQLite alone that writes the same rows."""

import statistics

import measure

SYNC_BATCHES = 40


def one_round(tools, chosen, starts, connections, health):
    """A fresh daemon under load, then the floor on the rows that it wrote."""
    daemon = measure.Daemon(tools, [tools.workspace(1)])
    with daemon, health.probe(daemon):
        result = daemon.load(starts=starts, connections=connections, batch=100, seconds=chosen.seconds)
    floor = tools.floor(daemon.store(), result["events"], 100)
    daemon.remove()
    return result, floor


def syncs(tools, starts):
    """fdatasync of a batch on one connection, counted by strace in a round of its own because that is slow."""
    trace = tools.work / "trace"
    try:
        daemon = measure.Daemon(tools, [tools.workspace(1)], prefix=[
            "strace", "-f", "--seccomp-bpf", "-e", "trace=fdatasync,fsync", "-o", trace])
        with daemon:
            before = count_syncs(trace)
            daemon.load(starts=starts, connections=1, batch=100, events=SYNC_BATCHES * 100)
            after = count_syncs(trace)
        daemon.remove()
    except (OSError, RuntimeError) as problem:
        return f"not counted ({problem})"
    return f"{(after - before) / SYNC_BATCHES:.1f}"


def count_syncs(trace):
    return sum("sync(" in line for line in trace.read_text(errors="replace").splitlines())


def report(starts, connections, results):
    loads, floors = [r[0] for r in results], [r[1] for r in results]
    ratios = [load["rate"] / floor["rate"] for load, floor in results]
    measure.say("durable", f"{starts} % start, {connections} connection{'s' if connections > 1 else ''}: "
                f"{measure.middle([r['rate'] for r in loads])} events/s; SQLite alone {measure.middle([f['rate'] for f in floors])}; "
                f"ratio {measure.middle(ratios, '{:.2f}')}")
    measure.say("", f"batch p50 {measure.middle([r['p50_ms'] for r in loads], '{:.1f}')}, "
                f"p99 {measure.middle([r['p99_ms'] for r in loads], '{:.1f}')} ms; processor µs an event: escald "
                f"{measure.middle([r['processor_us'] for r in loads], '{:.0f}')}, SQLite alone "
                f"{measure.middle([f['processor_us'] for f in floors], '{:.0f}')}, generator "
                f"{statistics.median(r['generator_processor_s'] * 1e6 / r['events'] for r in loads):.1f}")


def report_rows(starts, floor):
    tables = ", ".join(f"{name} {number:.2f}" for name, number in floor["tables"].items())
    measure.say("", f"rows of an event {floor['rows_per_event']:.2f} ({tables}), {floor['bytes_per_event']:.0f} bytes of values")


def run(tools, chosen):
    cases = [(starts, connections) for starts in (0, 10, 100) for connections in (1, 4)]
    results, health = {case: [] for case in cases}, {case: measure.Health() for case in cases}
    for _ in range(chosen.rounds):
        for case in cases:
            results[case].append(one_round(tools, chosen, *case, health[case]))
    for case in cases:
        report(*case, results[case])
        measure.say("", str(health[case]))
    for starts in (0, 10, 100):
        report_rows(starts, results[starts, 1][-1][1])
        measure.say("", f"fdatasync of a batch, {starts} % start: {syncs(tools, starts)}")
