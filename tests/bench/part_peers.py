"""Queues that people build such a thing on, in the same run: BullMQ with Redis, pg-boss with PostgreSQL, and a pile of scripts.

64 submitters, and each job does the step of an escalation (state in, two messages out). A peer that is not installed and
cannot be is named, and the run goes on. Servers listen on the loopback, on free ports, with data folders of their own.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import measure

SUBMITTERS = 64
NPM_SECONDS = 300


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def find(program):
    """A program of the path, or of the folders where Debian keeps PostgreSQL's."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(program) or next((str(v / program) for v in versions if (v / program).exists()), None)
    if found is None:
        raise RuntimeError(f"there is no {program} (Debian: apt-get install redis-server postgresql nodejs npm)")
    return found


def modules(chosen):
    """The folder under build/ with the packages of package.json and our scripts."""
    folder = chosen.build.parent / "bench-peers"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (measure.HERE / "peers").iterdir():
        shutil.copy(path, folder)
    command = [find("npm"), "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=NPM_SECONDS)
    if done.returncode != 0:
        raise RuntimeError("npm could not install: " + done.stdout.strip()[-200:])
    return folder


@contextlib.contextmanager
def server(command, port, log, ready=None, **options):
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, **options)
    try:
        measure.wait_until(lambda: process.poll() is not None or (ready or (lambda: answers(port)))(), command[0], 60)
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} ended: {log.read_text(errors='replace').strip()[-200:]}")
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # PostgreSQL: do not wait for clients
            process.wait(60)


@contextlib.contextmanager
def redis(tools):
    folder, port = tools.folder(), free_port()
    command = [find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes",
               "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"]
    with server(command, port, folder / "log"):
        yield port


@contextlib.contextmanager
def postgres(tools):
    """As another user when we are root, because PostgreSQL refuses root."""
    folder, port = tools.folder(), free_port()
    options = {}
    if os.geteuid() == 0:
        options = {"user": "postgres", "group": "postgres", "extra_groups": []}
        tools.work.chmod(0o711)
        shutil.chown(folder, "postgres", "postgres")
    done = subprocess.run([find("initdb"), "-D", folder / "data", "-A", "trust", "-U", "bench", "-E", "UTF8", "--locale", "C"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, **options)
    if done.returncode != 0:
        raise RuntimeError("initdb failed: " + done.stdout.strip()[-200:])
    command = [find("postgres"), "-D", str(folder / "data"), "-p", str(port), "-c", "listen_addresses=127.0.0.1",
               "-c", f"unix_socket_directories={folder}"]
    ready = [find("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    with server(command, port, folder / "log", lambda: subprocess.run(ready).returncode == 0, cwd=folder, **options):
        yield port


def jobs_of(chosen, folder, script, port):
    done = subprocess.run([find("node"), script, str(port), str(chosen.jobs), str(SUBMITTERS)], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=measure.PATIENCE)
    if done.returncode != 0:
        raise RuntimeError(f"{script} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return measure.last_json(done.stdout)["rate"]


def bullmq(tools, chosen):
    folder = modules(chosen)
    with redis(tools) as port:
        return jobs_of(chosen, folder, "bullmq.mjs", port)


def pgboss(tools, chosen):
    folder = modules(chosen)
    with postgres(tools) as port:
        return jobs_of(chosen, folder, "pgboss.mjs", port)


def scripts(tools, chosen):
    """http.server and sqlite3: batches of 100 on one connection, six rows an event, no decision."""
    folder = tools.folder()
    port_file = folder / "port"
    process = subprocess.Popen([sys.executable, measure.HERE / "peer.py", folder / "peer.db", port_file], stderr=subprocess.DEVNULL)
    try:
        measure.wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"), "peer.py", 60)
        done = tools.program("bench_load", "--port", port_file.read_text().strip(), "--batch", 100, "--starts", 100, "--seconds",
                             chosen.seconds)
    finally:
        measure.end(process)
    return done["events"] / done["seconds"]


def escal(tools, chosen, batch):
    daemon = measure.Daemon(tools, [tools.workspace(1)])
    with daemon:
        rate = daemon.load(starts=100, connections=SUBMITTERS, batch=batch, events=max(chosen.jobs, 100 * SUBMITTERS))["rate"]
    daemon.remove()
    return rate


def run(tools, chosen):
    contenders = {
        f"escald, single requests on {SUBMITTERS} connections": lambda: escal(tools, chosen, 1),
        f"escald, batches of 100 on {SUBMITTERS} connections": lambda: escal(tools, chosen, 100),
        "BullMQ, Redis with appendfsync always": lambda: bullmq(tools, chosen),
        "pg-boss, PostgreSQL": lambda: pgboss(tools, chosen),
        "Python http.server and sqlite3, batches, six rows, no decision": lambda: scripts(tools, chosen),
    }
    rates, missing = {name: [] for name in contenders}, {}
    for _ in range(chosen.rounds):
        for name, contender in contenders.items():
            if name in missing:
                continue
            try:
                rates[name].append(contender())
            except (RuntimeError, OSError, LookupError, subprocess.TimeoutExpired) as problem:
                missing[name] = str(problem)
    single = rates[next(iter(contenders))]
    for name in contenders:
        if name in missing:
            measure.say("peers", f"{name}: not measured: {missing[name]}")
        else:
            ratio = measure.middle([s / r for s, r in zip(single, rates[name])], "{:.1f}")
            measure.say("peers", f"{name}: {measure.middle(rates[name])} escalations/s; escald's single requests are {ratio} times that")
