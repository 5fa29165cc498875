"""Keys of counts: memory of a million of them, what an event costs that counts, and a new start."""

import shutil

import measure

# The count is asked for and never reached, so that nothing but counting is measured.
COUNTS = """policy keys {{ limit {keys} keys }}

template storm "A storm" {{
  start on lead.rejected when event.score > 1000 and count(lead.rejected per event.lead within 30d) > 3
  owners {{ primary {owner} ack within 1h }}
  steps {{ await resolved within 1d }}
  close when resolved
}}
"""
INSTANTS = 4  # of each key: as many as `> 3` keeps


def workspaces(tools, keys):
    """One that counts, and one that does not."""
    plain = tools.workspace(1)
    counting = tools.work / "bench-keys"
    shutil.copytree(plain, counting)
    text = "".join(path.read_text() for path in sorted(plain.glob("*.esc")))
    owner = text.split("\nperson ", 1)[1].split()[0]
    (counting / "keys.esc").write_text(COUNTS.format(keys=keys, owner=owner))
    return plain, counting


def run(tools, chosen):
    plain, counting = workspaces(tools, chosen.keys)
    costs = {}
    for name, folder in (("without a count", plain), ("with one", counting)):
        daemon = measure.Daemon(tools, [folder])
        with daemon:
            empty = daemon.resident_mib()
            result = daemon.load(keys=chosen.keys, connections=4, batch=100, events=INSTANTS * chosen.keys)
            full = daemon.resident_mib()
        costs[name] = f"{result['rate']:,.0f} events/s, {result['processor_us']:.1f} µs of processor each, {full:.0f} MiB resident ({empty:.0f} empty)"
        measure.say("keys", f"{INSTANTS * chosen.keys:,} events of {chosen.keys:,} keys {name}: {costs[name]}, "
                    f"store {daemon.store().stat().st_size / 2**20:.0f} MiB")
        if folder == counting:
            with daemon:
                measure.say("keys", f"started again: ready after {daemon.processor_s:.2f} s of processor, {daemon.seconds:.2f} s in all, "
                            f"{daemon.resident_mib():.0f} MiB resident")
        daemon.remove()
