"""Single requests with keep-alive, beside SQLite alone with one event a commit."""

import measure


def run(tools, chosen):
    cases = [(starts, connections) for starts in (0, 10, 100) for connections in (1, 16, 64)]
    results, health = {case: [] for case in cases}, {case: measure.Health() for case in cases}
    floors = {case: [] for case in cases if case[1] == 1}
    for _ in range(chosen.rounds):
        for case in cases:
            starts, connections = case
            daemon = measure.Daemon(tools, [tools.workspace(1)])
            with daemon, health[case].probe(daemon):
                result = daemon.load(starts=starts, connections=connections, batch=1, seconds=chosen.seconds)
            results[case].append(result)
            if case in floors:
                floors[case].append(tools.floor(daemon.store(), result["events"], 1))
            daemon.remove()
    for case in cases:
        starts, connections = case
        measure.say("single", f"{starts} % start, {connections} connection{'s' if connections > 1 else ''}: "
                    f"{measure.middle([r['rate'] for r in results[case]])} events/s, "
                    f"p50 {measure.middle([r['p50_ms'] for r in results[case]], '{:.1f}')}, "
                    f"p99 {measure.middle([r['p99_ms'] for r in results[case]], '{:.1f}')} ms, "
                    f"processor {measure.middle([r['processor_us'] for r in results[case]])} µs an event")
        measure.say("", str(health[case]))
        if case in floors:
            ratios = [r["rate"] / floor["rate"] for r, floor in zip(results[case], floors[case])]
            measure.say("", f"SQLite alone, one event a commit: {measure.middle([f['rate'] for f in floors[case]])} events/s; "
                        f"ratio {measure.middle(ratios, '{:.2f}')}")
