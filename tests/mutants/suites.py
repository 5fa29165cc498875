"""suites - which suites should see a mutant, in which order, and what one of them says of it."""

import fnmatch
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent

# What is run for a source after the unit tests that its object is linked into: the first prefix that fits counts. Names
# are those of tests/suites.txt; patterns that match nothing are no mistake.
FOLDERS = [
    ("runtime/ingest/", ["fuzz_event", "example_acme", "integration_requests"]),
    ("runtime/directory/", ["example_*", "integration_stories"]),
    ("runtime/config/", ["fuzz_config", "integration_limits", "integration_auth"]),
    ("runtime/engine/", ["example_acme", "example_nordlicht", "integration_stories", "integration_life"]),
    ("runtime/store/", ["crash", "integration_crash", "integration_requests", "integration_life"]),
    ("runtime/group/", ["crash", "integration_crash", "integration_stories"]),
    ("runtime/service/", ["example_acme", "crash", "integration_stories", "integration_life",
                          "integration_crash", "integration_limits"]),
    ("runtime/delivery/", ["integration_delivery", "integration_stories"]),
    ("runtime/http/", ["integration_requests", "integration_auth", "integration_limits"]),
    ("runtime/api/api_link", ["integration_links", "integration_doors"]),
    ("runtime/api/api_live", ["integration_live"]),
    ("runtime/api/api_inbound", ["integration_inbound", "integration_ways"]),
    ("runtime/api/api_sources", ["integration_sources", "integration_cloudevents"]),
    ("runtime/api/api_open", ["integration_open", "integration_record"]),
    ("runtime/api/api_evidence", ["integration_record", "integration_duty"]),
    *((f"runtime/api/api_{name}", ["integration_login", "integration_auth"]) for name in "code cookie login oidc session who wrong".split()),
    ("runtime/api/", ["integration_requests", "integration_auth", "integration_limits", "integration_record", "integration_life"]),
    ("runtime/", ["example_acme", "example_nordlicht", "crash", "integration_*"]),
    ("vm/kit_", ["fuzz_kit", "fuzz_json", "golden_check", "golden_disasm", "example_acme"]),
    ("vm/", ["golden_disasm", "conditions", "fuzz_bundle", "fuzz_snapshot", "fuzz_made", "example_acme", "example_nordlicht", "scenario_*"]),
    ("grammar/", ["golden_*", "fuzz_source", "docs_language"]),
    ("compiler/", ["golden_*", "conditions", "fuzz_made", "fuzz_source", "fuzz_workspace", "example_acme", "example_nordlicht", "scenario_*",
                   "docs_language"]),
    ("", ["golden_*", "example_*", "integration_*"]),
]

# Which unit tests are asked, of those that the object is linked into: all of them, but for the front. What it compiles to is
# looked at by its own tests; those of the runtime link it as well, fifty programs and a minute for each mutant that lives.
OF_FRONT = ["test_" + name for name in
            "kit_* build emit condition scanner parser bundle verify_* measure interp* snapshot pred disasm format lower symbols "
            "types diagnostics sources workspace refusals lacks".split()]
OF_ENGINE = ["test_engine_[a-bd-q]*", "test_engine_re*"]  # without two that take half a minute: clock and random
UNITS = [
    ("vm/kit_", OF_FRONT),
    ("vm/", OF_FRONT + OF_ENGINE),
    ("compiler/lower/", OF_FRONT + OF_ENGINE),
    ("compiler/", OF_FRONT),
    ("grammar/", OF_FRONT),
    ("", ["*"]),
]

# What suites say the same of each time, and so are asked once, and the programs that they start. Others start any.
STARTED = [
    ("golden_disasm", ["tests/golden_disasm"]),
    ("golden_parse", ["tests/golden_parse"]),
    ("golden_check", ["bin/escalc"]),
    ("golden_mistakes", ["bin/escalc"]),
    ("conditions", ["tests/conditions_agree"]),
    ("docs_language", ["bin/escalc"]),
    ("example_acme", ["bin/escalc"]),
    ("example_nordlicht", ["bin/escalc"]),
    ("scenario_*", ["bin/escalc"]),
    ("fuzz_kit", ["fuzz/fuzz_kit"]),
    ("fuzz_json", ["fuzz/fuzz_json"]),
    ("fuzz_source", ["fuzz/fuzz_source"]),
    ("fuzz_workspace", ["fuzz/fuzz_workspace"]),
    ("fuzz_made", ["fuzz/fuzz_made"]),
    ("fuzz_bundle", ["fuzz/fuzz_bundle", "bin/escalc"]),
    ("fuzz_snapshot", ["fuzz/fuzz_snapshot", "bin/escalc"]),
]
HANG_SECONDS, HANG_FACTOR = 10, 5  # a suite hangs when it takes longer than 10 s and 5 times what it takes without a mutant
BASELINE_TRIES = 3
LOOK_SECONDS = 0.2
LOG_TAIL_BYTES = 1 << 16
REPORTED = re.compile(rb"^FAIL(ED)? ", re.MULTILINE)  # how suites begin the line of a failed test, while they run
MEMORY_MIB = 3000  # of one process, where the sanitizers watch it


def load_run_all():
    loader = importlib.machinery.SourceFileLoader("run_all", str(SOURCE / "tests" / "run_all"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_all", loader))
    sys.modules["run_all"] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


run_all = load_run_all()


@dataclass(frozen=True)
class Suite:
    name: str
    seconds: float  # at most, when nothing is known of it yet
    command: tuple
    program: str = ""  # of a unit test, below the build; empty for a suite that may start all programs


def unit_suites(build):
    found = []
    for suite in run_all.unit_suites(build):
        path = Path(suite.command[0])
        if path.is_relative_to(build):
            found.append(Suite(suite.name, suite.seconds, tuple(suite.command), str(path.relative_to(build))))
    return found


def other_suites():
    return [Suite(suite.name, suite.seconds, tuple(suite.command))
            for suite in run_all.listed_suites(SOURCE / "tests" / "suites.txt")]


def patterns_for(file, table=None):
    return next(patterns for prefix, patterns in table or FOLDERS if file.startswith(prefix))


def fits(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def started_by(suite):
    """The programs, below the build, that a suite starts; None when it may be any."""
    if suite.program:
        return [suite.program]
    return next((programs for pattern, programs in STARTED if fnmatch.fnmatch(suite.name, pattern)), None)


@dataclass
class Verdict:
    is_passed: bool
    problem: str
    seconds: float
    timed_out: bool


class Runner:
    """Runs suites in a folder of programs, and knows from the build without mutants what each of them takes."""

    def __init__(self, build, scratch, memory, warden, seed, is_units_only=False):
        self.build, self.scratch, self.warden = build, scratch, warden
        self.environment = run_all.test_environment(build, False, seed)
        self.environment["ASAN_OPTIONS"] += f":hard_rss_limit_mb={MEMORY_MIB}"
        self.baseline_file = memory / "baseline.json"
        self.learned_file = memory / "learned.json"
        self.baseline = read_json(self.baseline_file)
        self.learned = read_json(self.learned_file)
        self.units = unit_suites(build)
        self.others = [] if is_units_only else other_suites()
        self.lock = threading.Lock()
        self.locks = {}
        self.proved = {}  # suite: as prove() says, in this run
        self.stopped = False

    def plan(self, file, programs):
        """The suites for a file: first those that killed its mutants before, then the units that look nearest, then
        what is fastest."""
        words = {word for word in file.replace("/", "_").replace(".", "_").split("_") if len(word) > 2}
        kills = self.learned.get(file, {})

        def order(suite):
            near = len(words.intersection(suite.name.split("_")))
            return -kills.get(suite.name, 0), -near, self.seconds_of(suite) + (started_by(suite) is None), suite.name

        units = [suite for suite in self.units if suite.program in programs and fits(suite.name, patterns_for(file, UNITS))]
        return sorted(units + [suite for suite in self.others if fits(suite.name, patterns_for(file))], key=order)

    def seconds_of(self, suite):
        return self.baseline.get(suite.name, {}).get("seconds", 1.0)

    def run(self, suite, programs, limit):
        """One suite with the programs of a folder that looks like a build."""
        folder = tempfile.mkdtemp(prefix="t", dir=self.scratch)  # short: a Unix socket's path must fit in 108 bytes
        command = [str(programs / suite.program)] if suite.program else list(suite.command)
        environment = {**self.environment, "TMPDIR": folder, "ESC_BUILD": str(programs),
                       "ESC_BIN": str(programs / "bin")}
        started = time.monotonic()
        timed_out = False
        with open(os.path.join(folder, "log"), "w+b") as log:
            process = subprocess.Popen(command, cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, env=environment, start_new_session=True)
            self.warden.started(process.pid)
            status, timed_out = self.wait(process, log.name, started + limit)
            run_all.kill_group(process)
            process.wait()
            self.warden.ended(process.pid)
            log.seek(0)
            output = log.read().decode(errors="replace")
        passed, failed, problem = run_all.judge(output, status, timed_out, limit)
        subprocess.run(["rm", "-rf", folder], check=False)
        return Verdict(failed == 0 and passed > 0, problem or f"{failed} failed", time.monotonic() - started, timed_out)

    def wait(self, process, log, deadline):
        """(exit status, whether it took too long). The first failure that a suite reports is enough: each of the
        others may be a wait for what never comes."""
        while True:
            try:
                return process.wait(LOOK_SECONDS), False
            except subprocess.TimeoutExpired:
                if REPORTED.search(Path(log).read_bytes()[-LOG_TAIL_BYTES:]):
                    return 1, False
            if time.monotonic() > deadline:
                return 0, True

    def prove(self, suite):
        """What the suite takes without a mutant; None when it does not even pass then. Asked once for a build."""
        with self.lock:
            lock = self.locks.setdefault(suite.name, threading.Lock())
        with lock:
            if suite.name not in self.proved:
                self.proved[suite.name] = self.proof(suite)
            return self.proved[suite.name]

    def proof(self, suite):
        digest = self.digest(suite)
        known = self.baseline.get(suite.name)
        if known and known["digest"] == digest:
            return known["seconds"]
        # As below: what talks over sockets, beside everything else that runs, is red for good only when it stays so.
        for _ in range(1 if suite.program else BASELINE_TRIES):
            verdict = self.run(suite, self.build, suite.seconds)
            if verdict.is_passed:
                break
        if not verdict.is_passed:
            print(f"without a mutant, {suite.name} fails: {verdict.problem}", flush=True)
            return None
        with self.lock:
            self.baseline[suite.name] = {"digest": digest, "seconds": verdict.seconds}
            write_json(self.baseline_file, self.baseline)
        return verdict.seconds

    def digest(self, suite):
        """Changes when the programs or the suite's own files do."""
        files = [self.build / suite.program] if suite.program else list((self.build / "bin").iterdir())
        if not suite.program:
            for folder in ("tests/integration", "tests/crash", "tests/fuzz", "tests/golden", "tests/conditions", "tests/scenario", "examples",
                           "stdlib", "docs"):
                files += [path for path in (SOURCE / folder).rglob("*") if path.suffix != ".pyc"]
        hashed = hashlib.sha256(repr(suite).encode())
        for path in sorted(path for path in files if path.is_file()):
            stat = path.stat()
            hashed.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return hashed.hexdigest()

    def kills(self, suite, programs):
        """Why the suite is red with these programs; empty when it is green."""
        seconds = self.prove(suite)
        if seconds is None:
            raise BaselineError(suite.name)
        limit = HANG_SECONDS + HANG_FACTOR * seconds
        verdict = self.run(suite, programs, limit)
        if not verdict.is_passed and not verdict.timed_out and started_by(suite) is None:
            # Programs that talk over sockets may fail for the machine's sake; what fails twice fails for the mutant's.
            verdict = self.run(suite, programs, limit)
        return "" if verdict.is_passed else verdict.problem

    def learn(self, file, suite):
        with self.lock:
            kills = self.learned.setdefault(file, {})
            kills[suite.name] = kills.get(suite.name, 0) + 1
            write_json(self.learned_file, self.learned)


class BaselineError(Exception):
    pass


def read_json(path):
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(value, indent=1, sort_keys=True))
    os.replace(new, path)


def end_softly(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, end_softly)
