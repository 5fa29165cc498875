"""measure - what the parts of tests/bench/run share: builds, a started escald, loads, probes, medians.

Everything listens on the loopback only, in folders that go away. Python's standard library only; what has to be fast
(load, receiver, floor) are programs in C.
"""

import contextlib
import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
PATIENCE = 300  # seconds a start may take: 500 workspaces under sanitizers do


def build(folder):
    """The programs without sanitizers; says what went wrong and ends when they cannot be built."""
    configure = ["cmake", "-S", SOURCE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DESC_TESTS=OFF",
                 "-DESC_BENCH=ON"]
    if shutil.which("ccache"):
        configure.append("-DCMAKE_C_COMPILER_LAUNCHER=ccache")
    for command in (configure, ["cmake", "--build", folder]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit("\n".join(done.stdout.splitlines()[-40:]))


def say(subject, text):
    print(f"{subject:10} {text}", flush=True)


def sync_ms(times=50):
    """Middle time of a page appended and made durable: on a shared disk it changes within minutes."""
    took = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(times):
            begin = time.monotonic()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append((time.monotonic() - begin) * 1000)
    return statistics.median(took)


def machine():
    """Nothing else explains a figure."""
    load = " ".join(Path("/proc/loadavg").read_text().split()[:3])
    say("machine", f"{os.cpu_count()} cores, load {load}; a page made durable in {sync_ms():.2f} ms")


def middle(values, form="{:,.0f}"):
    """Median and range of the rounds, as text."""
    low, high = form.format(min(values)), form.format(max(values))
    return form.format(statistics.median(values)) + ("" if len(values) == 1 else f" [{low}–{high}]")


def wait_until(question, what, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not question():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {patience} s")
        time.sleep(0.005)


def last_json(text):
    return json.loads(text.strip().splitlines()[-1])


class Tools:
    """Where the programs are, and a folder for the run."""

    def __init__(self, binaries, programs, work):
        self.binaries, self.programs, self.work = Path(binaries), Path(programs), Path(work)
        self.count = 0

    def folder(self):
        self.count += 1
        path = self.work / f"d{self.count}"
        path.mkdir()
        return path

    def workspace(self, templates, name="bench"):
        path = self.work / f"{name}-{templates}"
        if not path.exists():
            subprocess.run([HERE / "generate", str(templates), path, name], check=True)
        return path

    def program(self, name, *arguments):
        """Runs one of the programs in C; its last line is JSON."""
        done = subprocess.run([self.programs / name, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{name} ended with {done.returncode}")
        return last_json(done.stdout)

    def floor(self, store, events, per_commit):
        """SQLite alone writes the rows of that store; the copy goes away."""
        copy = store.with_suffix(".floor")
        try:
            return self.program("bench_floor", store, copy, events, per_commit)
        finally:
            for path in store.parent.glob(copy.name + "*"):
                path.unlink()


@contextlib.contextmanager
def tools_for(build_folder, binaries=None):
    work = tempfile.mkdtemp(prefix="esc-bench-")
    try:
        yield Tools(binaries or Path(build_folder) / "bin", Path(build_folder) / "bench", work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def end(process):
    """Lets a process of ours end, and gives its exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class Daemon:
    """escald on a data folder. `prefix` is a command that starts it, such as a tracer."""

    def __init__(self, tools, workspaces, config=None, folder=None, prefix=()):
        self.tools, self.workspaces, self.prefix = tools, workspaces, list(prefix)
        self.folder = folder or tools.folder()
        self.config = {"connections_per_address_max": 1000, **(config or {})}
        self.tokens = {}
        self.process = None

    def names(self):
        return [path.name.rsplit("-", 1)[0] for path in self.workspaces]

    def write_files(self):
        lines = []
        for number, name in enumerate(self.names()):
            token = self.tokens.setdefault(name, f"esc_load{number}_{secrets.token_hex(32)}")
            lines.append(f"load{number}  {hashlib.sha256(token.encode()).hexdigest()}  {name}  load  events,read")
        tokens = self.folder / "tokens"
        tokens.write_text("\n".join(lines) + "\n")
        tokens.chmod(0o600)
        (self.folder / "escald.json").write_text(json.dumps({"unbound": "file", **self.config}))

    def start(self):
        """Starts and waits until work is taken. seconds and processor_s are what that took."""
        self.write_files()
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        command = [*self.prefix, self.tools.binaries / "escald", "--data", self.folder, "--listen", "127.0.0.1:0",
                   "--port-file", port_file]
        for path in self.workspaces:
            command += ["--workspace", path]
        begin = time.monotonic()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(lambda: self.process.poll() is not None or port_file.exists() and port_file.read_text().endswith("\n"), "escald")
        if self.process.poll() is not None:
            raise RuntimeError(f"escald ended with {self.process.returncode}: {self.last_log()}")
        self.port = int(port_file.read_text())
        wait_until(self.is_ready, "escald ready")
        self.seconds = time.monotonic() - begin
        self.processor_s = self.processor()
        return self

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def last_log(self):
        lines = (self.folder / "log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no word"

    def pid(self):
        """Of escald itself, also behind a tracer."""
        if not self.prefix:
            return self.process.pid
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def processor(self):
        """Seconds of a processor that all its threads have taken."""
        fields = Path(f"/proc/{self.pid()}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def status(self, name):
        """A number of /proc/PID/status: VmRSS in KiB, Threads."""
        for line in Path(f"/proc/{self.pid()}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise RuntimeError(f"/proc does not say {name}")

    def resident_mib(self):
        return self.status("VmRSS") / 1024

    def store(self, name=None):
        return self.folder / f"{name or self.names()[0]}.db"

    def load_command(self, workspace=None, **options):
        token = self.tokens[workspace or self.names()[0]]
        command = [self.tools.programs / "bench_load", "--port", str(self.port), "--token", token]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        return command

    def load(self, workspace=None, **options):
        """One load to its end: bench_load's result, with rate and what escald took of a processor for an event."""
        before = self.processor()
        done = subprocess.run(self.load_command(workspace, **options), stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"bench_load ended with {done.returncode}; escald: {self.last_log()}")
        result = last_json(done.stdout)
        result["rate"] = result["events"] / result["seconds"]
        result["processor_us"] = (self.processor() - before) * 1e6 / max(result["events"], 1)
        return result

    def has_delivered(self):
        """No message waits any more, in any workspace."""
        for name in self.names():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request("GET", "/v1/outbox?state=queued&limit=1", headers={"Authorization": f"Bearer {self.tokens[name]}"})
                if json.loads(connection.getresponse().read())["items"]:
                    return False
            finally:
                connection.close()
        return True

    @contextlib.contextmanager
    def probed(self, result, per_second=100):
        """GET /health from a process of its own meanwhile; result gets what that saw."""
        probe = subprocess.Popen(self.load_command(get="/health", rate=per_second), stdout=subprocess.PIPE, text=True)
        try:
            yield
        finally:
            probe.send_signal(signal.SIGTERM)
            out, _ = probe.communicate(timeout=PATIENCE)
        result.update(last_json(out))

    def stop(self):
        if self.prefix and self.process.poll() is None:
            os.kill(self.pid(), signal.SIGTERM)
            status = self.process.wait(PATIENCE)
        else:
            status = end(self.process)
        self.process = None
        return status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.stop()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Health:
    """What the probes saw, over all rounds of a load."""

    def __init__(self):
        self.seen = []

    def probe(self, daemon):
        self.seen.append({})
        return daemon.probed(self.seen[-1])

    def __str__(self):
        p50, p99 = (middle([s[key] for s in self.seen], "{:.1f}") for key in ("p50_ms", "p99_ms"))
        return f"/health p50 {p50}, p99 {p99}, max {max(s['max_ms'] for s in self.seen):.0f} ms"


class Receiver:
    """bench_receiver, started."""

    def __init__(self, tools, delay_ms):
        port_file = tools.folder() / "port"
        self.process = subprocess.Popen([tools.programs / "bench_receiver", port_file, str(delay_ms)])
        wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"), "the receiver")
        self.port = int(port_file.read_text())

    def count(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/count")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)


def bound_to(port):
    """Configuration in which both messages of an escalation go to a port of this machine."""
    return {"workspaces": {"bench": {
        "allowed_addresses": ["127.0.0.0/8"],
        "channels": {"incidents": {"type": "chat", "url": f"http://127.0.0.1:{port}/incidents"}},
        "people": {"chat": {"type": "chat", "url": f"http://127.0.0.1:{port}/people"}}}}}


def close(checks):
    """Says which checks failed, and how many there were; 1 when one did."""
    failed = [text for passed, text in checks if not passed]
    for passed, text in checks:
        print(f"{'ok' if passed else 'FAILED':7} {text}")
    print(f"{len(checks) - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0
