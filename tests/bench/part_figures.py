"""compile, decide, and what stands below the durable figures: no daemon and no HTTP."""

import struct
import subprocess

import measure

BATCHES = 300
TEXTS = 47  # the number of that section


def line(tools, name, *arguments):
    """What a program of ours prints, in its own words."""
    done = subprocess.run([tools.programs / name, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr}")
    return done.stdout.strip().splitlines()


def section_bytes(bundle, number):
    """Of one section, by the directory of the bundle (docs/bytecode.md)."""
    count = struct.unpack_from(">H", bundle, 6)[0]
    entries = (struct.unpack_from(">HHII", bundle, 40 + 12 * at) for at in range(count))
    return sum(size for section, _, _, size in entries if section == number)


def compile_figures(tools, escalc, bundle):
    for count in (50000, 10000):
        said = line(tools, "bench_compile", 3, escalc, "build", tools.workspace(count), "-o", bundle)[0]
        measure.say("compile", f"{count:,} templates: {said}")
    made = bundle.read_bytes()
    texts = section_bytes(made, TEXTS)
    measure.say("bundle", f"{len(made) / 10000:,.0f} bytes a template, {(len(made) - texts) / 10000:,.0f} beyond texts")
    measure.say("fmt", "300,000 lines: " + line(tools, "bench_compile", 3, escalc, "fmt", tools.workspace(10000))[0])
    one = tools.workspace(66)
    for said in line(tools, "bench_check", 101, one / "t000.esc", one / "workspace.esc"):
        measure.say("check", "a file of 1,980 lines, 66 templates, beside one of 29: " + said)


def run(tools, chosen):
    bundle = tools.work / "w.bundle"
    escalc = tools.binaries / "escalc"
    compile_figures(tools, escalc, bundle)
    for count in (1000, 1):
        subprocess.run([escalc, "build", tools.workspace(count), "-o", bundle], check=True, stdout=subprocess.DEVNULL)
        for said in line(tools, "bench_decide", bundle, 20000):
            measure.say("decide", said)
    turn, *sizes = line(tools, "bench_turn", bundle, tools.folder(), BATCHES)
    measure.say("turn", "whole turns without HTTP, every event starts an escalation: " + turn)
    for size in sizes:
        measure.say("bytes", size)
