"""Intake while the receiver of all messages is dead, slow or fast; and how fast messages go out."""

import contextlib
import socket
import time

import measure

SLOW_MS = 5000
FAST_STARTS = 3000  # escalations, of two messages each
FAST_SECONDS = 120  # a receiver that has not got all by then is reported with what it got


@contextlib.contextmanager
def receiver(tools, kind):
    """The port that messages go to, or None for the file sink. A dead one is a port that is taken but not listened on."""
    if kind == "none":
        yield None
    elif kind == "dead":
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            yield taken.getsockname()[1]
    else:
        with measure.Receiver(tools, SLOW_MS if kind == "slow" else 0) as started:
            yield started.port


def intake(tools, chosen, kind, starts, health):
    with receiver(tools, kind) as port:
        daemon = measure.Daemon(tools, [tools.workspace(1)], measure.bound_to(port) if port else None)
        with daemon, health.probe(daemon):
            result = daemon.load(starts=starts, connections=4, batch=100, seconds=chosen.seconds)
        daemon.remove()
    return result


def drain(tools, health):
    """Escalations start, and two messages of each go to a receiver on this machine."""
    with measure.Receiver(tools, 0) as fast:
        daemon = measure.Daemon(tools, [tools.workspace(1)], measure.bound_to(fast.port))
        with daemon, health.probe(daemon):
            before, begin = daemon.processor(), time.monotonic()
            daemon.load(starts=100, connections=4, batch=100, events=FAST_STARTS)
            while (counted := fast.count())["messages"] < 2 * FAST_STARTS and time.monotonic() < begin + FAST_SECONDS:
                time.sleep(0.05)
            processor = daemon.processor() - before
        daemon.remove()
    return {**counted, "rate": counted["messages"] / max(counted["seconds"], 1e-9),
            "processor_us": processor * 1e6 / max(counted["messages"], 1)}


def run(tools, chosen):
    kinds = {"none": "messages to the file sink", "dead": "a dead receiver (refused)", "slow": f"a slow receiver ({SLOW_MS} ms)",
             "fast": "a fast receiver"}
    for starts in (10, 100):
        results, health = {kind: [] for kind in kinds}, {kind: measure.Health() for kind in kinds}
        for _ in range(chosen.rounds):
            for kind in kinds:
                results[kind].append(intake(tools, chosen, kind, starts, health[kind]))
        for kind, text in kinds.items():
            ratios = [r["rate"] / base["rate"] for r, base in zip(results[kind], results["none"])]
            measure.say("receivers", f"{starts} % start, {text}: {measure.middle([r['rate'] for r in results[kind]])} events/s, ratio "
                        f"{measure.middle(ratios, '{:.2f}')}, processor "
                        f"{measure.middle([r['processor_us'] for r in results[kind]])} µs an event; {health[kind]}")
    health = measure.Health()
    drains = [drain(tools, health) for _ in range(chosen.rounds)]
    missing = sum(2 * FAST_STARTS - d["messages"] for d in drains)
    measure.say("receivers", f"to a fast receiver: {measure.middle([d['rate'] for d in drains])} messages/s over "
                f"{measure.middle([d['connections'] for d in drains])} connections for {2 * FAST_STARTS} messages, "
                f"{measure.middle([d['processor_us'] for d in drains])} µs a message with its escalation"
                + (f"; {missing} not there after {FAST_SECONDS} s" if missing > 0 else "") + f"; {health}")
