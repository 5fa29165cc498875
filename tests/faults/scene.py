"""scene - what the tests of faults share: a small client of their own, copies of it under other names, and `awaits`.

The daemon, the receivers and `eventually` are those of tests/integration/harness.py.
"""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from harness import BIN, SCOPES, WORKSPACES, Daemon, MailReceiver, Receiver, event, eventually  # noqa: E402, F401

WORKSPACES["desk"] = HERE / "ws" / "desk"
AWAITED = ("threads", "delivery", "store", "clock", "memory", "ingest", "http")
RUNS_ALL = os.environ.get("ESC_FAULTS_ALL") == "1"
IS_LONG = os.environ.get("ESC_LONG") == "1"


def awaits(word):
    """Marks what is wrong today and waits for that part of the work; `run --all` runs it all the same."""
    if word not in AWAITED:
        raise ValueError(word)
    return unittest.skipUnless(RUNS_ALL, f"awaits {word}")


def client(folder, name):
    """A copy of the desk as a workspace of another client."""
    made = Path(folder) / name
    made.mkdir(parents=True)
    text = (HERE / "ws" / "desk" / "desk.esc").read_text()
    (made / f"{name}.esc").write_text(text.replace("workspace desk", f"workspace {name}").replace("policy desk", f"policy {name}"))
    return made


def ticket(identity, severity="critical", **data):
    return event(identity, "ticket.created", identity, title=data.pop("title", f"about {identity}"), severity=severity, **data)


class Scene(unittest.TestCase):
    """A test with a folder, receivers and a daemon of its own, which serves the desk and the clients named by `others`."""

    others = ()

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="escal-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.mail = MailReceiver()
        self.addCleanup(self.mail.close)
        self.daemon = self.new_daemon("data")

    def new_daemon(self, name):
        daemon = Daemon(self.folder / name, ["desk"], self.configuration())
        daemon.workspaces += [client(self.folder / "clients" / name, other) for other in self.others]
        self.addCleanup(daemon.release)
        daemon.other_tokens = {other: daemon.add_token(f"t-{other}", other, "demo", SCOPES) for other in self.others}
        return daemon

    def bindings(self, name):
        url = f"{self.receiver.url}/{name}"
        return {
            "channels": {"incidents": {"type": "webhook", "url": f"{url}/incidents"}, "room": {"type": "chat", "url": f"{url}/room"},
                         "managers": {"type": "smtp", "to": [f"managers@{name}.example"]}},
            "people": {"chat": {"type": "chat", "url": f"{url}/people"}},
            "mail": {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": f"escal@{name}.example", "tls": "none"},
            "allowed_addresses": ["127.0.0.1"],
        }

    def configuration(self):
        return {"backoff_base_ms": 20, "backoff_max_ms": 200, "circuit_failures": 1000, "connections_per_address_max": 900,
                "workspaces": {name: self.bindings(name) for name in ("desk", *self.others)}}

    @property
    def desk(self):
        return self.daemon.config["workspaces"]["desk"]

    def send(self, events, **options):
        """Many events, a thousand a request."""
        for at in range(0, len(events), 1000):
            answer = self.daemon.post("/v1/events", events[at:at + 1000], **options)
            self.assertIn(answer.status, (200, 202), answer.body)

    def row(self, target, **query):
        rows = [row for row in self.daemon.outbox(**query) if row["target"] == target]
        return rows[0] if rows else None

    def assert_serves(self):
        """The daemon answers, takes an event, and somebody acts on it."""
        self.assertEqual(self.daemon.get("/health").status, 200)
        made = self.daemon.send(ticket(f"serves-{secrets.token_hex(4)}"))[0]["escalations"]
        self.assertEqual(self.daemon.post(f"/v1/escalations/{made[0]}/ack", {"as": "ana"}).status, 200)

    def assert_says(self, event_word, workspace=None):
        """The log says it soon: its lines are written by a thread of their own, so no answer of the daemon proves that they are there."""
        eventually(lambda: says(self.daemon, event_word, workspace))

    def assert_stops(self):
        self.assertEqual(self.daemon.stop(), 0)


def sanitisers(program):
    """The sanitizers' libraries that this program needs first: empty for a plain build."""
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True).stdout
    return [line.split("=>")[1].split()[0] for line in listed.splitlines() if "libasan" in line or "libtsan" in line]


def log_of(daemon):
    """The lines of the log that are JSON."""
    lines = []
    for line in daemon.errors().splitlines():
        with contextlib.suppress(ValueError):
            lines.append(json.loads(line))
    return [line for line in lines if isinstance(line, dict)]


def says(daemon, event_word, workspace=None):
    """True when the log has this event by now (of this workspace, wherever the line names it)."""
    return any(event_word in line.values()
               and (workspace is None or workspace in line.values() or str(line.get("text")).startswith(f"{workspace}: "))
               for line in log_of(daemon))


class Load:
    """Clients that send events one by one until they are stopped; `acked` has what was answered with 202."""

    def __init__(self, daemon, threads=2, token=None, prefix="load"):
        self.daemon, self.token, self.prefix = daemon, token or daemon.token, prefix
        self.acked, self.is_over = [], threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, thread):
        number = 0
        while not self.is_over.is_set():
            number += 1
            identity = f"{self.prefix}-{thread}-{number}"
            try:
                if self.daemon.post("/v1/events", ticket(identity), token=self.token).status == 202:
                    self.acked.append(identity)
            except (OSError, http.client.HTTPException):
                self.is_over.wait(0.05)  # no daemon: do not spin

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join(60)
        return self.acked


def tickets_of(daemon, **options):
    """The ids of all tickets, by as many pages as it takes."""
    found, after = [], ""
    while page := daemon.get(f"/v1/tickets?limit=1000{after}", **options).json["items"]:
        found += [item["id"] for item in page]
        after = "&after=" + urllib.parse.quote(found[-1], safe="")
    return found


def processor_s(process):
    """Processor time that the process has used so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def highest_kib(process):
    return int(Path(f"/proc/{process.pid}/status").read_text().split("VmHWM:")[1].split()[0])


def now():
    return time.monotonic()
