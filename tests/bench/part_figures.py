"""compile, decide, and what stands below the durable figures: no daemon and no HTTP."""

import subprocess

import measure

BATCHES = 300


def line(tools, name, *arguments):
    """What a program of ours prints, in its own words."""
    return subprocess.run([tools.programs / name, *map(str, arguments)], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip().splitlines()


def run(tools, chosen):
    bundle = tools.work / "w.bundle"
    escalc = tools.binaries / "escalc"
    large = tools.workspace(10000)
    measure.say("compile", "10,000 templates: " + line(tools, "bench_compile", 3, escalc, "build", large, "-o", bundle)[0])
    for count in (1000, 1):
        subprocess.run([escalc, "build", tools.workspace(count), "-o", bundle], check=True, stdout=subprocess.DEVNULL)
        for said in line(tools, "bench_decide", bundle, 20000):
            measure.say("decide", said)
    turn, *sizes = line(tools, "bench_turn", bundle, tools.folder(), BATCHES)
    measure.say("turn", "whole turns without HTTP, every event starts an escalation: " + turn)
    for size in sizes:
        measure.say("bytes", size)
