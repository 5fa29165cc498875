"""gcov - what a build of the preset `coverage` has counted, by source: lines and branches."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
AT_ONCE = 40  # objects for one gcov


@dataclass
class Counted:
    lines: dict = field(default_factory=dict)  # line: how often it ran
    branches: dict = field(default_factory=dict)  # line: how often each way was taken


def forget(build):
    """All counts begin anew."""
    for path in build.rglob("*.gcda"):
        path.unlink()


def ask(notes):
    done = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", *map(str, notes)],
                          capture_output=True, text=True, check=True, cwd=notes[0].parent)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def objects_of(build, folders):
    """The notes of every source of these folders: what never ran has notes too, and counts as never run."""
    return [note for folder in folders for note in sorted((build / folder).rglob("*.gcno"))]


def counted(build, folders):
    """{source below the checkout: Counted} for these folders."""
    notes = objects_of(build, folders)
    if not notes:
        raise SystemExit(f"{build} counts nothing: cmake --preset coverage && cmake --build --preset coverage")
    parts = [notes[at : at + AT_ONCE] for at in range(0, len(notes), AT_ONCE)]
    sources = {}
    with ThreadPoolExecutor(2) as pool:
        for reports in pool.map(ask, parts):
            for report in reports:
                for file in report["files"]:
                    add(sources, Path(report["current_working_directory"], file["file"]), file["lines"])
    return sources


def add(sources, path, lines):
    try:
        name = str(path.resolve().relative_to(SOURCE))
    except ValueError:
        return
    into = sources.setdefault(name, Counted())
    for line in lines:
        number = line["line_number"]
        into.lines[number] = into.lines.get(number, 0) + line["count"]
        ways = [branch["count"] for branch in line["branches"]]
        known = into.branches.get(number)
        into.branches[number] = ways if known is None or len(known) != len(ways) else [a + b for a, b in zip(known, ways)]
