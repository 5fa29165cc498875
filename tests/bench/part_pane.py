"""The web UI in Chromium: what it weighs, when its first row stands, what a row that is added costs (tests/browser/bench.mjs)."""

import json
import subprocess
import sys
import unittest

import measure

BROWSER = measure.SOURCE / "tests" / "browser"
sys.path.insert(0, str(measure.SOURCE / "tests" / "neighbours"))


def run(_tools, _chosen):
    import neighbours

    files = neighbours.BUILD / "web" / "files"
    try:
        if not (files / "files.json").exists():
            neighbours.missing(f"there is no web UI in {neighbours.BUILD}")
        chromium, = neighbours.programs(["chromium"], "chromium")
        node, folder = neighbours.modules({"axe-core": "4.14.1", "playwright-core": "1.65.1"}, "browser")
    except (unittest.SkipTest, AssertionError) as missing:
        measure.say("pane", f"not measured: {missing}")
        return 0
    done = subprocess.run([node, str(BROWSER / "bench.mjs"), str(folder), str(files), chromium], stdout=subprocess.PIPE, text=True, timeout=900, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    sizes = figures["sizes"]
    measure.say("pane", f"the board needs {sizes['brotli']} bytes by brotli, {sizes['gzip']} by gzip, in {sizes['files']} files (budget 35,840)")
    for rows, cold in figures["cold"].items():
        added = figures["added"][rows]
        measure.say("", f"{rows} rows: first row after {cold['row']:.0f} ms (least {cold['least']:.0f}, budget 150), its button works after {cold['button']:.0f} ms (budget 400); "
                    f"one row more {added['ms']:.1f} ms of processor (budget 16), counting down {added['idle']:.1f} ms a second")
    return 0
