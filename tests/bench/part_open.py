"""Many open escalations: memory, and a new start."""

import measure


def run(tools, chosen):
    daemon = measure.Daemon(tools, [tools.workspace(1)])
    health = measure.Health()
    with daemon, health.probe(daemon):
        empty = daemon.resident_mib()
        result = daemon.load(starts=100, connections=4, batch=100, events=chosen.open)
        full = daemon.resident_mib()
        measure.wait_until(daemon.has_delivered, "all messages are delivered")
    measure.say("open", f"{chosen.open:,} escalations opened in {result['seconds']:.1f} s, {result['processor_us']:.0f} µs each: "
                f"{full:.0f} MiB resident ({empty:.0f} empty), store {daemon.store().stat().st_size / 2**20:.0f} MiB; {health}")
    starts = []
    for _ in range(chosen.rounds):
        with daemon:
            starts.append((daemon.processor_s, daemon.seconds, daemon.resident_mib()))
    processor, wall, resident = zip(*starts)
    measure.say("open", f"started again: ready after {measure.middle(processor, '{:.2f}')} s of processor, "
                f"{measure.middle(wall, '{:.2f}')} s in all, {measure.middle(resident)} MiB resident")
    daemon.remove()
