"""neighbours - finds programs of others, starts them, and says where one cannot be had.

Without one its tests are skipped with the reason, which ./check shows as a line; in ./check --long (ESC_LONG) they fail.
"""

import os
import shutil
import socket
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import free_port  # noqa: E402, F401: for the modules beside this one

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("ESC_BUILD") or HERE.parent.parent / "build" / "asan")
MODULES = {"cloudevents": "10.0.0", "http_ece": "1.2.0", "oidc-provider": "8.8.1", "standardwebhooks": "1.1.1", "web-push": "3.6.7"}  # of npm
SEARCHED = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"


def missing(reason):
    if os.environ.get("ESC_LONG") == "1":
        raise AssertionError(reason)
    raise unittest.SkipTest(reason)


def install(packages):
    """Debian's packages, by root in a long check; whether it worked shows when they are looked for."""
    if os.environ.get("ESC_LONG") != "1" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages], timeout=900, check=False, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def programs(packages, *names):
    """The paths of these programs, which come from these packages."""
    found = [shutil.which(name, path=SEARCHED) for name in names]
    if not all(found):
        install(packages)
        found = [shutil.which(name, path=SEARCHED) for name in names]
    for name, path in zip(names, found):
        if path is None:
            missing(f"{name} cannot be found (Debian: {' '.join(packages)})")
    return found


def modules(which=MODULES, name="neighbours"):
    """Node, and the folder (of this name) from which it finds these modules; fetched once for a build folder."""
    node, npm = programs(["nodejs", "npm"], "node", "npm")
    folder = BUILD / name
    wanted = [f"{module}@{version}" for module, version in which.items()]
    note = folder / "fetched"
    if not note.exists() or note.read_text() != " ".join(wanted):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", str(folder), *wanted],
                                  cwd=folder, timeout=180, check=False, stdin=subprocess.DEVNULL, capture_output=True)
        except subprocess.TimeoutExpired:
            missing("npm's packages cannot be fetched: npm took too long")
        if done.returncode != 0:
            errors = [line for line in done.stderr.decode(errors="replace").splitlines() if " err" in line.lower()]
            missing("npm's packages cannot be fetched: " + (errors or ["?"])[0][:200])  # the first is the code, the last names a file of its own
        note.write_text(" ".join(wanted))
    return node, folder


def script(name, *arguments, input=None):
    """Runs a script beside this file with the modules; what it printed."""
    node, folder = modules()
    copy = folder / name  # modules are looked for beside a script
    copy.write_text((HERE / name).read_text())
    done = subprocess.run([node, str(copy), *arguments], input=input, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{name} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
