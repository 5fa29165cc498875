"""Many workspaces in one daemon that has nothing to do."""

import measure


def start(tools, count, templates):
    return measure.Daemon(tools, [tools.workspace(templates, f"w{n:03d}") for n in range(count)])


def first_start(tools, count, templates):
    """A daemon that has made its stores once; halves the number while escald refuses it, and says so."""
    while True:
        daemon = start(tools, count, templates)
        try:
            with daemon:
                return daemon, count
        except RuntimeError as problem:
            if count == 1:
                raise
            measure.say("workspaces", f"{count} are refused: {problem}")
            daemon.remove()
            count = max(64, count // 2) if count > 64 else count // 2


def run(tools, chosen):
    one = start(tools, 1, chosen.templates)
    with one:
        alone = one.status("VmRSS")
    daemon, count = first_start(tools, chosen.workspaces, chosen.templates)
    starts, health = [], measure.Health()
    for _ in range(chosen.rounds):
        with daemon:
            starts.append((daemon.seconds, daemon.processor_s, daemon.resident_mib(), daemon.status("Threads"), daemon.status("VmRSS")))
            with health.probe(daemon):
                daemon.load(daemon.names()[0], batch=1, rate=50, seconds=2, first=1000000 * len(starts))
    wall, processor, resident, threads, kib = zip(*starts)
    each = [(k - alone) / max(count - 1, 1) / 1024 for k in kib]
    measure.say("workspaces", f"{count} of {chosen.templates} templates: ready after {measure.middle(wall, '{:.2f}')} s, "
                f"{measure.middle(processor, '{:.2f}')} s of processor; {measure.middle(resident)} MiB resident, "
                f"{measure.middle(each, '{:.2f}')} MiB for each further one; {max(threads)} threads; {health}")
    one.remove()
    daemon.remove()
