"""reports - what `escalc check` says of many small workspaces.

A program that the sanitizers watch takes longer to start than to check one, so they are all given to one. When it ends badly they are
given to two, each with one half, until it is known which of them was the cause.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent / "check" / "library"  # "../library" to each of them
ESCALC = os.path.join(os.environ["ESC_BIN"], "escalc")
TODAY = "2026-06-01T00:00:00Z"  # for all of them: who is there on which day, and what has not begun yet
PATIENCE = 120
BATCH = 64  # so that one bad case costs its neighbours little


class Problem(Exception):
    """escalc came to no report."""


def reports(workspaces):
    """For each workspace ({file name: bytes}), in their order: its report, or a Problem."""
    for start in range(0, len(workspaces), BATCH):
        yield from halved(workspaces[start : start + BATCH])


def halved(workspaces):
    try:
        yield from asked(workspaces)
        return
    except (Problem, subprocess.TimeoutExpired) as problem:
        if len(workspaces) == 1:
            yield Problem(str(problem))
            return
    middle = len(workspaces) // 2
    yield from halved(workspaces[:middle])
    yield from halved(workspaces[middle:])


def asked(workspaces):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(LIBRARY, Path(folder, "library"), symlinks=True)
        paths = [Path(folder, str(number)) for number in range(len(workspaces))]
        for path, files in zip(paths, workspaces):
            for name, content in files.items():
                Path(path, name).parent.mkdir(parents=True, exist_ok=True)
                Path(path, name).write_bytes(content)
        done = subprocess.run([ESCALC, "check", "--at", TODAY, "--format", "json", *paths], capture_output=True, timeout=PATIENCE)
    if done.returncode not in (0, 1):
        raise Problem(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')[:500]}")
    found = documents(done.stdout.decode())
    if len(found) != len(workspaces):
        raise Problem(f"{len(found)} reports of {len(workspaces)} workspaces")
    if all(report["valid"] for report in found) != (done.returncode == 0):
        raise Problem("the exit status contradicts the report")
    return found


def documents(text):
    found, at = [], 0
    decoder = json.JSONDecoder()
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        found.append(document)
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def edited(content, edits):
    """`content` with all edits made; the last one first, so that places stay true."""
    for edit in sorted(edits, key=lambda edit: edit["replace"]["start"]["byte"], reverse=True):
        span = edit["replace"]
        content = content[: span["start"]["byte"]] + edit["with"].encode() + content[span["end"]["byte"] :]
    return content
