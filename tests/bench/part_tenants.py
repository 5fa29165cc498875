"""A light client of one workspace, alone and beside a client that floods another."""

import signal
import subprocess

import measure

LIGHT_PER_SECOND = 50


def light(daemon, chosen, first):
    return daemon.load("light", starts=10, batch=1, rate=LIGHT_PER_SECOND, seconds=chosen.seconds, first=first)


def one_round(tools, chosen, health):
    daemon = measure.Daemon(tools, [tools.workspace(1, "light"), tools.workspace(1, "flood")])
    with daemon:
        idle = light(daemon, chosen, 0)
        command = daemon.load_command("flood", starts=10, batch=100, connections=64)
        flood = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        with health.probe(daemon):
            flooded = light(daemon, chosen, 1000000)
        flood.send_signal(signal.SIGTERM)
        out, _ = flood.communicate(timeout=measure.PATIENCE)
    daemon.remove()
    return idle, flooded, measure.last_json(out)


def run(tools, chosen):
    health = measure.Health()
    rounds = [one_round(tools, chosen, health) for _ in range(chosen.rounds)]
    for number, text in ((0, "alone"), (1, "beside a flood on 64 connections")):
        measure.say("tenants", f"light client, {LIGHT_PER_SECOND} single requests/s, {text}: "
                    f"p50 {measure.middle([r[number]['p50_ms'] for r in rounds], '{:.1f}')}, "
                    f"p99 {measure.middle([r[number]['p99_ms'] for r in rounds], '{:.1f}')} ms")
    flood = [r[2]["events"] / r[2]["seconds"] for r in rounds]
    measure.say("tenants", f"the flood: {measure.middle(flood)} events/s, {sum(r[2]['refused'] for r in rounds)} refused; {health}")
