"""The way of somebody who is new: `escalc new`, names and addresses of one's own, the configuration that lies beside it, an event by curl, the
message that comes of it, and the answer. Nothing is prepared that a person would not have to do."""

import json
import os
import re
import subprocess

from harness import BIN, PATIENCE, WORKSPACES, Case, Daemon, eventually

MONDAY = "2026-01-05T10:00:00Z"  # the first week of the schedule that is made
PEOPLE = {"ana": ("lena", "Lena Vogt"), "ben": ("joerg", "Jörg Müller"), "dora": ("aicha", "Aïcha Diallo")}


class Newcomer(Case):
    def escalc(self, *arguments, status=0):
        done = subprocess.run([str(BIN / "escalc"), *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def make(self, *options):
        """What `escalc new` makes, with people of one's own instead of its."""
        self.escalc("new", "desk", "--name", "Teeladen", "--timezone", "Europe/Berlin", *options)
        self.workspace = self.folder / "desk"
        for path in self.workspace.glob("*.esc"):
            text = path.read_text()
            for old, (new, title) in PEOPLE.items():
                text = re.sub(rf'(person {old} +)"[^"]*"', rf'\1"{title}"', text)
                text = re.sub(rf"\b{old}\b", new, text)
            path.write_text(text)
        self.escalc("fmt", "--write", "desk")
        self.assertIn("nothing wrong", self.escalc("check", "--deny", "warnings", "desk"))
        self.assertIn(", 0 failed", self.escalc("test", "desk"))

    def configure(self):
        """The example that lies in the workspace, with the addresses of this test's receivers."""
        config = json.loads((self.workspace / "escald.example.json").read_text())
        bindings = config["workspaces"]["teeladen"]
        bindings["channels"]["incidents"]["url"] = f"{self.receiver.url}/incidents"
        bindings["people"]["chat"]["url"] = f"{self.receiver.url}/people"
        bindings["mail"] = {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "escal@teeladen.example", "tls": "none"}
        bindings["allowed_addresses"] = ["127.0.0.1"]
        for name, source in bindings.get("sources", {}).items():
            path = self.folder / "served" / source["secret_file"]
            path.parent.mkdir(mode=0o700, parents=True)
            path.touch(mode=0o600)
            path.write_text(self.secret + "\n")
        config["unbound"] = "stop"  # nothing may be left open
        return config

    def serve(self):
        WORKSPACES["teeladen"] = self.workspace
        self.addCleanup(WORKSPACES.pop, "teeladen")
        self.daemon = Daemon(self.folder / "served", workspaces=("teeladen",), config=self.configure())
        self.addCleanup(self.daemon.release)
        self.daemon.tokens.clear()
        self.sender, self.person = self.token("shop", "shop", "events"), self.token("lena", "lena", "read,act,audit")
        self.daemon.token = self.person
        return self.daemon.start(at=MONDAY)

    def token(self, identity, principal, scopes):
        """As the command line gives it: the token to whoever uses it, the line to the daemon's file."""
        done = subprocess.run([str(BIN / "escalctl"), "token", "new", "--id", identity, "--workspace", "teeladen", "--principal", principal,
                               "--scopes", scopes], capture_output=True, text=True, timeout=PATIENCE, check=True)
        token, line = re.search(r"^token .*\n\s*(\S+)$", done.stdout, re.MULTILINE), re.search(r"^line .*\n\s*(\S.*)$", done.stdout, re.MULTILINE)
        self.daemon.tokens.append(line.group(1).strip())
        (self.daemon.folder / "tokens").write_text("\n".join(self.daemon.tokens) + "\n")
        return token.group(1)

    def curl(self, path, *options, file):
        """The status of what a sender's own command gets."""
        done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", *options, "--data-binary", f"@{file}",
                               f"http://127.0.0.1:{self.daemon.port}{path}"], capture_output=True, text=True, timeout=PATIENCE,
                              env={**os.environ, "no_proxy": "*"})
        self.assertEqual(done.stderr, "")
        return int(done.stdout)

    def answered(self):
        """Lena is told, takes it and resolves it, and the record knows."""
        daemon = self.daemon
        eventually(lambda: self.receiver.texts("/incidents") and self.receiver.texts("/people"))
        self.assertIn("escalctl ack E-1", self.receiver.texts("/people")[0])
        self.restart(at=MONDAY)  # kill -9: what she was asked is still asked
        self.assertEqual((daemon.escalation()["owner"], daemon.escalation()["state"]), ("lena", "open"))
        daemon.ctl("ack", "E-1", token=self.person)
        daemon.ctl("resolve", "E-1", token=self.person)
        eventually(lambda: daemon.escalation()["state"] == "closed")
        self.assertEqual(daemon.escalation()["outcome"], "resolved")
        self.assert_no_gap()
        self.assert_stable_keys("/people")

    def test_an_event_of_ones_own(self):
        self.make()
        self.serve()
        outage = self.workspace / "outage.json"
        options = ("-H", f"Authorization: Bearer {self.sender}", "-H", "Content-Type: application/cloudevents+json")
        self.assertEqual(self.curl("/v1/events", *options, file=outage), 202)
        self.assertEqual(self.curl("/v1/events", *options, file=outage), 200)  # once more: a duplicate
        self.answered()
        self.assertEqual(len(self.daemon.escalations(ticket="T-100")), 1)
        self.assertIn("Checkout is down", self.receiver.texts("/incidents")[0])
        self.assertEqual(self.curl("/v1/events", "-H", "Authorization: Bearer esc_x_y", "-H", "Content-Type: application/json", file=outage), 401)

    def test_a_source_of_ones_own(self):
        """An alert as Alertmanager posts it, with the secret that both know."""
        self.make("--from", "alertmanager")
        self.serve()
        alerts = self.workspace / "sample.json"
        path, proof = "/v1/sources/alertmanager?workspace=teeladen", ("-H", f"Authorization: Bearer {self.secret}")
        options = (*proof, "-H", "Content-Type: application/json", "-A", "Alertmanager/0.25.0")
        self.assertEqual(self.curl(path, "-H", "Authorization: Bearer another", *options[2:], file=alerts), 401)
        self.assertEqual(self.daemon.escalations(), [])
        self.assertEqual(self.curl(path, *options, file=alerts), 202)
        self.assertEqual(self.curl(path, *options, file=alerts), 200)  # what Alertmanager repeats changes nothing
        self.answered()
        self.assertIn("Checkout on web-1", self.receiver.texts("/incidents")[0])
        self.assertEqual(len(self.daemon.escalations()), 1)
