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


# Ten layers, of which the last always has somebody: hours, turns of hours, days and weekdays, and fifty overrides.
LAYERS = "".join(
    f"  layer l{i} {{ {turns} from 2026-01-05T0{i}:00 ana, ben, chen during {i:02}:00..{i + 1:02}:30 }}\n"
    for i, turns in enumerate(("weekly", "daily", "every 8h", "every mon, thu", "every 14d", "every 90m", "weekly", "daily", "every fri")))
OVERRIDES = "".join(f"  override 2026-{1 + i % 12:02}-{1 + i // 12:02}T10:00..2026-{1 + i % 12:02}-{1 + i // 12:02}T12:00 ben\n" for i in range(50))
SCHEDULE = f"""workspace w "W" {{ language 1  timezone "Europe/Berlin" }}
person ana {{ chat "@ana" }}
person ben {{ chat "@ben" }}
person chen {{ chat "@chen" }}
schedule duty {{
{LAYERS.replace("every fri from 2026-01-05", "every fri from 2026-01-09")}  layer base {{ always ana }}
{OVERRIDES}}}
"""


def schedule_figures(tools, escalc):
    source, bundle = tools.folder() / "schedule.esc", tools.work / "schedule.bundle"
    source.write_text(SCHEDULE)
    subprocess.run([escalc, "build", source, "-o", bundle], check=True, stdout=subprocess.DEVNULL)
    for said in line(tools, "bench_schedule", bundle, 1000000):
        measure.say("schedule", said)


def with_rounds_and_groups(tools, count):
    """The same workspace, in which every template makes rounds and has one escalation for tickets that belong together."""
    folder = tools.workspace(count, "grouped")
    for file in folder.glob("t*.esc"):
        source = file.read_text()
        if "group by" not in source:
            source = source.replace("  owners {\n", "  group by ticket.account.name within 5m\n  owners {\n")
            rounds = '    every 15m at most 4 times until ticket.severity < high { page owner "still open" }\n'
            file.write_text(source.replace("    await ack\n", rounds + "    await ack\n"))
    return folder


def run(tools, chosen):
    bundle = tools.work / "w.bundle"
    escalc = tools.binaries / "escalc"
    compile_figures(tools, escalc, bundle)
    schedule_figures(tools, escalc)
    for count in (1000, 1):
        subprocess.run([escalc, "build", tools.workspace(count), "-o", bundle], check=True, stdout=subprocess.DEVNULL)
        for said in line(tools, "bench_decide", bundle, 20000):
            measure.say("decide", said)
    grouped = tools.work / "grouped.bundle"
    subprocess.run([escalc, "build", with_rounds_and_groups(tools, 1000), "-o", grouped], check=True, stdout=subprocess.DEVNULL)
    for said in line(tools, "bench_decide", grouped, 20000):
        measure.say("decide", "with rounds and groups in each: " + said)
    turn, *sizes = line(tools, "bench_turn", bundle, tools.folder(), BATCHES)
    measure.say("turn", "whole turns without HTTP, every event starts an escalation: " + turn)
    for size in sizes:
        measure.say("bytes", size)
