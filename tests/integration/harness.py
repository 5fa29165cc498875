"""harness - starts escald on a free port with a fresh data folder, and receivers for what it delivers.

Nothing here waits for a fixed time: `eventually` asks again and again until an answer is right or a deadline passes.
Time moves in two ways: by --time-scale, and by starting again with a later --start-time, as a machine that was off would.
Python's standard library only.
"""

import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import http.client
import http.server
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKSPACES = {"acme": HERE.parent.parent / "examples" / "agency" / "acme", "globex": HERE / "globex",
              "alster": HERE / "alster", "kiel": HERE / "kiel"}
BIN = Path(os.environ.get("ESC_BIN", HERE.parent.parent / "build" / "dev" / "bin"))
PATIENCE = 30  # seconds; only a test that fails waits so long
START = "2026-03-02T09:00:00Z"  # a Monday, the ninth week of acme's rotation: chen is on call
SCOPES = "events,read,act,start,people,audit,act-as"


def free_port():
    """One that nobody has, below those that the system gives to whoever asks for any: nobody is given it meanwhile."""
    while True:
        port = random.randrange(24000, 32000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def eventually(question, patience=PATIENCE):
    """The first true answer of question(); raises what it last said when there is none in time."""
    deadline = time.monotonic() + patience
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: last answer was {answer!r}")
        time.sleep(0.01)


def key_of(request):
    """The name under which a receiver knows a message again, by whichever header its kind of channel sends it."""
    return request["headers"].get("idempotency-key") or request["headers"].get("webhook-id")


# --- receivers ---------------------------------------------------------------------------------------------


class Receiver:
    """An HTTP server that keeps what it got and does what a test tells it: fail, be slow, hang."""

    def __init__(self):
        self.requests = []  # {"method", "path", "headers", "body", "status"}
        self.rules = []  # [path prefix, times left or None, action]
        self.lock = threading.Lock()
        self.released = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                receiver.take(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *arguments):
                pass  # a client that gave up is what some tests want

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rule(self, prefix, times=None, status=200, body=None, headers=None, hang=False, hold=None):
        """The next `times` requests (None: all) below prefix are answered so, with a body of bytes as it is; with an event `hold` when it is set. Later rules come first."""
        with self.lock:
            self.rules.insert(0, [prefix, times, {"status": status, "body": body, "headers": headers or {}, "hang": hang, "hold": hold}])

    def forget_rules(self):
        with self.lock:
            self.rules.clear()

    def find_rule(self, path):
        with self.lock:
            for rule in self.rules:
                if path.startswith(rule[0]) and rule[1] != 0:
                    if rule[1] is not None:
                        rule[1] -= 1
                    return rule[2]
        return {"status": 200, "body": None, "headers": {}, "hang": False, "hold": None}

    def take(self, handler):
        size = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(size)
        action = self.find_rule(handler.path)
        with self.lock:
            self.requests.append({"method": handler.command, "path": handler.path, "status": action["status"],
                                  "headers": {k.lower(): v for k, v in handler.headers.items()}, "body": body})
        if action["hang"]:
            self.released.wait(60)
            handler.close_connection = True
            return
        if action["hold"] is not None:
            action["hold"].wait(PATIENCE)
        content = action["body"]
        if not isinstance(content, bytes):
            content = b"ok" if content is None else json.dumps(content).encode()
        handler.send_response(action["status"])
        for name, value in action["headers"].items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content) if action["status"] != 204 else 0))
        handler.end_headers()
        if action["status"] != 204:
            handler.wfile.write(content)

    def at(self, prefix, method=None):
        with self.lock:
            return [r for r in self.requests if r["path"].startswith(prefix) and method in (None, r["method"])]

    def texts(self, prefix):
        return [json.loads(r["body"])["text"] for r in self.at(prefix)]

    def keys(self, prefix):
        return [key_of(request) for request in self.at(prefix)]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class MailReceiver:
    """As much of an SMTP server as libcurl wants. `refuse` is [reply code, times]; `unknown` has addresses that are refused for good; `denied`
    answers every login, when it is there."""

    def __init__(self):
        self.messages = []  # {"from", "to": [...], "message": EmailMessage, "raw": bytes}
        self.refusals = []
        self.unknown = set()
        self.denied = None
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(PATIENCE)

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    def refuse(self, code, times):
        self.refusals += [code] * times

    async def talk(self, reader, writer):
        sender, recipients = None, []

        def say(line):
            writer.write(line.encode() + b"\r\n")

        say("220 receiver")
        try:
            while line := await reader.readline():
                command = line.decode("ascii", "replace").strip()
                verb = command.upper().split(" ")[0]
                if verb in ("EHLO", "HELO"):
                    say("250-receiver")
                    say("250 AUTH PLAIN")
                elif verb == "AUTH":
                    if len(command.split(" ")) < 3:
                        say("334 ")
                        await reader.readline()
                    say(self.denied or "235 ok")
                elif verb == "MAIL":
                    sender, recipients = command[10:].split(" ")[0].strip("<>"), []
                    say("250 ok")
                elif verb == "RCPT":
                    if self.refusals:
                        say(f"{self.refusals.pop(0)} not now")
                        continue
                    address = command[8:].split(" ")[0].strip("<>")
                    if address in self.unknown:
                        say("550 no such user")
                        continue
                    recipients.append(address)
                    say("250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    raw = b""
                    while (piece := await reader.readline()) not in (b".\r\n", b""):
                        raw += piece[1:] if piece.startswith(b".") else piece
                    message = email.message_from_bytes(raw, policy=email.policy.default)
                    self.messages.append({"from": sender, "to": recipients, "message": message, "raw": raw})
                    say("250 queued")
                elif verb == "QUIT":
                    say("221 bye")
                    break
                else:
                    say("250 ok")
                await writer.drain()
            await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    def to(self, address):
        return [m for m in list(self.messages) if address in m["to"]]

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.server.close()
        self.loop.run_until_complete(self.server.wait_closed())
        self.loop.close()


# --- the daemon ------------------------------------------------------------------------------------------------


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Daemon:
    """One data folder, and the process that serves it: it may be killed and started again."""

    def __init__(self, folder, workspaces=("acme",), config=None):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.workspaces = [WORKSPACES[w] for w in workspaces]
        self.config = config or {}
        self.prefix = []  # a command that runs escald: with other limits, for instance
        self.environment = {}
        self.process = None
        self.tokens = []
        self.token = self.add_token("demo", workspaces[0], "demo", SCOPES)
        self.logs = b""

    def add_token(self, identity, workspace, principal, scopes):
        token = f"esc_{identity}_{secrets.token_hex(32)}"
        digest = hashlib.sha256(token.encode()).hexdigest()
        self.tokens.append(f"{identity}  {digest}  {workspace}  {principal}  {scopes}")
        path = self.folder / "tokens"
        path.touch(mode=0o600)
        path.write_text("\n".join(self.tokens) + "\n")
        return token

    def write_config(self):
        """What a test binds nothing to goes to the file sink, unless it says otherwise."""
        (self.folder / "escald.json").write_text(json.dumps({"unbound": "file", **self.config}))

    def start(self, at=START, scale=1, extra=(), wait=True, port=0):
        self.write_config()
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        arguments = [str(BIN / "escald"), "--data", str(self.folder), "--listen", f"127.0.0.1:{port}", "--port-file", str(port_file),
                     "--time-scale", str(scale)]
        if at is not None:  # the machine's own clock
            arguments += ["--start-time", at]
        for workspace in self.workspaces:
            arguments += ["--workspace", str(workspace)]
        self.out = open(self.folder / "out", "ab")
        self.err = open(self.folder / "err", "ab")
        self.process = subprocess.Popen(self.prefix + arguments + list(extra), stdout=self.out, stderr=self.err, stdin=subprocess.DEVNULL,
                                        env={**os.environ, **self.environment})
        if wait:
            eventually(lambda: port_file.exists() or self.process.poll() is not None)
            if self.process.poll() is not None:
                raise AssertionError(f"escald ended with {self.process.returncode}: {self.errors()}")
            self.port = int(port_file.read_text())
        return self

    def errors(self):
        return (self.folder / "err").read_text(errors="replace")

    def follow(self):
        return (self.folder / "out").read_text(errors="replace")

    def kill(self):
        """As a power cut would."""
        self.process.kill()
        self.finish()

    def finish(self):
        code = self.process.wait(PATIENCE)
        self.out.close()
        self.err.close()
        self.process = None
        return code

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def release(self):
        if self.process is not None:
            self.kill()

    # --- requests

    def request(self, method, path, body=None, token=..., headers=None, type="application/json"):
        token = self.token if token is ... else token
        headers = dict(headers or {})
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {token}")
        if body is not None:
            headers.setdefault("Content-Type", type)
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, {} if body is None else body, **options)

    def send(self, *events):
        answer = self.post("/v1/events", list(events))
        if answer.status not in (200, 202):
            raise AssertionError(f"{answer.status}: {answer.body}")
        return answer.json["events"]

    def escalations(self, **query):
        parameters = "&".join(f"{k}={v}" for k, v in query.items())
        return self.get(f"/v1/escalations?{parameters}").json["items"]

    def escalation(self, identity="E-1"):
        return self.get(f"/v1/escalations/{identity}").json

    def audit(self, **query):
        parameters = "&".join(f"{k}={v}" for k, v in {"limit": 1000, **query}.items())
        return self.get(f"/v1/audit?{parameters}").json["items"]

    def kinds(self, escalation="E-1"):
        return [row["kind"] for row in self.audit(escalation=escalation)]

    def outbox(self, **query):
        parameters = "&".join(f"{k}={v}" for k, v in {"limit": 1000, **query}.items())
        return self.get(f"/v1/outbox?{parameters}").json["items"]

    def settled(self):
        """True when nothing is left to deliver."""
        return not self.outbox(state="queued")

    def resident_kib(self):
        """Resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    # --- escalctl

    def ctl(self, *arguments, token=..., status=0, input=None):
        environment = {**os.environ, "ESCAL_URL": f"http://127.0.0.1:{self.port}", "ESCAL_TOKEN": self.token if token is ... else token or ""}
        done = subprocess.run([str(BIN / "escalctl"), *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE, input=input)
        if status is not None and done.returncode != status:
            raise AssertionError(f"escalctl {arguments} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done


def event(identity, type, subject=None, source="/test", time=None, **data):
    made = {"specversion": "1.0", "id": identity, "source": source, "type": type, "data": data}
    if subject is not None:
        made["subject"] = subject
    if time is not None:
        made["time"] = time
    return made


def critical_ticket(identity, subject, **more):
    data = {"title": "Checkout is down", "severity": "critical", "url": "https://rt.example/1", "account": {"name": "Globex", "tier": "enterprise"}}
    return event(identity, "ticket.created", subject, **{**data, **more})


def later(start, **delta):
    """A start time so much later: later(START, hours=1)."""
    import datetime
    moment = datetime.datetime.fromisoformat(start.replace("Z", "+00:00")) + datetime.timedelta(**delta)
    return moment.isoformat().replace("+00:00", "Z")


def verify_webhook(request, secret):
    """Standard Webhooks: is the signature that of the secret?"""
    headers = request["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request["body"]
    expected = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


class Case(unittest.TestCase):
    """A test with a folder, receivers and a daemon of its own."""

    secret = "canary-webhook-secret-1d9f"
    system_secret = "canary-system-secret-77ab"

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="escal-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.mail = MailReceiver()
        self.addCleanup(self.mail.close)
        data = self.folder / "data"
        data.mkdir()
        for name, secret in (("webhook-secret", self.secret), ("system-secret", self.system_secret)):
            (data / name).touch(mode=0o600)
            (data / name).write_text(secret + "\n")
        self.daemon = Daemon(data, config=self.configuration())
        self.addCleanup(self.daemon.release)

    def kept_workspace(self, name, source):
        """A workspace of its own from one text, and `self.daemon` for it: it has no configuration and keeps what it would send."""
        folder = self.folder / name
        folder.mkdir()
        (folder / f"{name}.esc").write_text(source)
        WORKSPACES[name] = folder
        self.addCleanup(WORKSPACES.pop, name)
        self.daemon = Daemon(self.folder / "kept", workspaces=(name,))
        self.addCleanup(self.daemon.release)

    def acme_with(self, name, source):
        """A copy of acme with one more file, and without what its policy requires of templates."""
        folder = self.folder / "copy" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        (folder / f"{name}.esc").write_text(source)
        policy = folder / "policy.esc"
        policy.write_text("\n".join(line for line in policy.read_text().split("\n") if "require" not in line))
        self.daemon.workspaces[0] = folder

    def page_without_limit(self):
        """A copy of acme that sends a page for each incident, also in a storm of hundreds."""
        folder = self.folder / "unlimited" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        policy = folder / "policy.esc"
        policy.write_text(policy.read_text().replace("  last resort dora\n", "  last resort dora\n  limit 1000000 pages per person per 1h\n"))
        self.daemon.workspaces[0] = folder

    def configuration(self):
        url = self.receiver.url
        chat = {name: {"type": "chat", "url": f"{url}/chat/{name}"} for name in ("incidents", "revops", "editorial")}
        return {
            "backoff_base_ms": 20, "backoff_max_ms": 200, "delivery_timeout_ms": 2000, "circuit_failures": 1000,
            "workspaces": {"acme": {
                "channels": {**chat, "managers": {"type": "smtp", "to": ["managers@acme.example"]}},
                "mail": {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "escal@acme.example", "tls": "none"},
                "people": {"chat": {"type": "chat", "url": f"{url}/chat/people"},
                           "phone": {"type": "webhook", "url": f"{url}/phone", "secret_file": "webhook-secret"}},
                "systems": {"crm": {"base_url": f"{url}/crm", "secret_file": "system-secret"}, "cms": {"base_url": f"{url}/cms"}},
                "allowed_addresses": ["127.0.0.1"],
            }},
        }

    @property
    def acme(self):
        return self.daemon.config["workspaces"]["acme"]

    def restart(self, at=None, **options):
        """kill -9, and start again: at the same time, or later."""
        self.daemon.kill()
        self.daemon.start(at=at or START, **options)

    def assert_once(self, *kinds, escalation="E-1"):
        """Each of these happened exactly once."""
        have = self.daemon.kinds(escalation)
        for kind in kinds:
            self.assertEqual(have.count(kind), 1, f"{kind} in {have}")

    def assert_no_gap(self):
        """The audit trail has every number once, and time never goes back but by a correction of the clock."""
        rows = self.daemon.audit()
        self.assertEqual([row["seq"] for row in rows], list(range(1, len(rows) + 1)))
        stretches = [[]]
        for row in rows:
            if row["kind"] == "clock_corrected":
                stretches.append([])
            stretches[-1].append(row["at"])
        for times in stretches:
            self.assertEqual(times, sorted(times))

    def assert_stable_keys(self, prefix):
        """What was sent twice was the same thing under the same key, and every key is one effect of the outbox."""
        bodies = {}
        for request in self.receiver.at(prefix):
            key = key_of(request)
            self.assertTrue(key, request)
            self.assertEqual(bodies.setdefault(key, request["body"]), request["body"])
        self.assertTrue(bodies, f"nothing was sent to {prefix}")
        self.assertLessEqual(set(bodies), {row["key"] for row in self.daemon.outbox()})
