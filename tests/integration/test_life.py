"""Starting, stopping, restarting: exit statuses, overdue timers, the clock, one writer a store."""

import json
import subprocess
import threading

from harness import BIN, HERE, START, WORKSPACES, Case, critical_ticket, eventually, later


class Life(Case):
    def test_stops_cleanly_and_goes_on(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        sent = len(self.receiver.requests)
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse((daemon.folder / "acme.db-wal").exists() and (daemon.folder / "acme.db-wal").stat().st_size > 0)
        daemon.start()
        self.assertEqual(daemon.escalation()["owner"], "chen")
        eventually(daemon.settled)
        self.assertEqual(len(self.receiver.requests), sent)
        self.assertEqual(daemon.stop(), 0)

    def test_stopping_answers_what_was_taken(self):
        daemon = self.daemon.start()
        answers = []

        def send(n):
            try:
                answers.append((n, daemon.post("/v1/events", critical_ticket(f"e{n}", f"INC-{n}")).status))
            except OSError:
                pass

        senders = [threading.Thread(target=send, args=(n,)) for n in range(20)]
        for sender in senders:
            sender.start()
        eventually(lambda: answers)
        self.assertEqual(daemon.stop(), 0)
        for sender in senders:
            sender.join()
        daemon.start()
        for n, status in answers:
            self.assertIn(status, (202, 503))
            self.assertEqual(len(daemon.escalations(ticket=f"INC-{n}")), 1 if status == 202 else 0)

    def test_overdue_timers_fire_in_due_order(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        daemon.stop()
        daemon.start(at=later(START, minutes=2))
        daemon.send(critical_ticket("e2", "INC-2"))
        eventually(daemon.settled)
        self.assertEqual(daemon.stop(), 0)
        daemon.start(at=later(START, hours=3))
        eventually(lambda: all(daemon.escalation(e)["role"] == "secondary" for e in ("E-1", "E-2")))
        failovers = [row["escalation"] for row in daemon.audit() if row["kind"] == "failover"]
        self.assertEqual(failovers, ["E-1", "E-2"])  # and the new owners have their full time from now on
        self.assert_no_gap()

    def test_overdue_timers_in_small_portions(self):
        """A storm of due timers is worked off in portions, and inputs come in between."""
        self.daemon.config["timers_per_turn_max"] = 1
        daemon = self.daemon.start()
        daemon.send(*[critical_ticket(f"e{n}", f"INC-{n}") for n in range(20)])
        eventually(daemon.settled)
        daemon.stop()
        daemon.start(at=later(START, hours=2))
        self.assertEqual(daemon.send(critical_ticket("late", "INC-late"))[0]["status"], "accepted")
        eventually(lambda: all(daemon.escalation(f"E-{n}")["role"] == "secondary" for n in range(1, 21)))
        self.assertEqual(len([row for row in daemon.audit() if row["kind"] == "failover"]), 20)
        self.assertGreater(daemon.get("/health").json["turns"], 20)
        self.assert_no_gap()

    def test_the_clock_never_goes_back(self):
        daemon = self.daemon.start(at=later(START, days=30))
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        newest = daemon.audit()[-1]["at"]
        daemon.stop()
        daemon.start(at=START, scale=600)
        daemon.send(critical_ticket("e2", "INC-2"))
        self.assertGreaterEqual(daemon.audit()[-1]["at"], newest)
        eventually(lambda: daemon.escalation("E-2")["role"] == "secondary")  # it did not wait for 30 days to pass again
        self.assert_no_gap()

    def test_one_writer(self):
        daemon = self.daemon.start()
        second = subprocess.run([str(BIN / "escald"), "--workspace", str(WORKSPACES["acme"]), "--data", str(daemon.folder), "--listen", "127.0.0.1:0"],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(second.returncode, 2, second.stderr)
        self.assertEqual(daemon.get("/health").status, 200)

    def test_a_workspaces_own_configuration(self):
        """escald.json in the workspace's folder binds what the operator's lets it bind."""
        import shutil
        workspace = self.folder / "acme"
        shutil.copytree(WORKSPACES["acme"], workspace)
        own = {"channels": {**self.acme.pop("channels"), "warroom": {"type": "meeting", "url": "https://meet.invalid/{room}"}}, "people": {"chat": self.acme["people"].pop("chat")}}
        self.acme["folder_may_bind"] = ["channels", "people.chat"]
        self.acme["unbound"] = "stop"
        (workspace / "escald.json").write_text(json.dumps(own))
        self.daemon.workspaces = [workspace]
        daemon = self.daemon.start()
        self.assertNotIn("warning", daemon.errors())
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.receiver.texts("/chat/incidents"))


class CommandLine(Case):
    def escald(self, *arguments):
        return subprocess.run([str(BIN / "escald"), *map(str, arguments)], capture_output=True, text=True, timeout=60)

    def test_usage(self):
        acme, data = WORKSPACES["acme"], self.folder / "x"
        self.assertEqual(self.escald("--help").returncode, 0)
        self.assertIn("circuit_open_ms", self.escald("--help-config").stdout)
        for arguments in ((), ("--workspace", acme), ("--data", data), ("--nonsense",), ("--workspace", acme, "--data", data, "extra"),
                          ("--workspace", acme, "--data", data, "--time-scale", "0"), ("--workspace", acme, "--data", data, "--start-time", "soon"),
                          ("--workspace", self.folder / "missing", "--data", data), ("--workspace", acme, "--data", data, "--listen", "nonsense"),
                          ("--workspace", acme, "--data", data, "--config", self.folder / "missing.json"),
                          ("--workspace", acme, "--workspace", acme, "--data", data)):
            with self.subTest(arguments):
                done = self.escald(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertTrue(done.stderr)

    def test_check_config(self):
        config = self.folder / "c.json"
        rows = (({"unbound": "file"}, 0, "workspaces.acme.channels.incidents"), ({}, 2, "workspaces.acme.channels.incidents"), ({"listn": "x"}, 2, 'did you mean "listen"?'),
                ({"queue_max": 0}, 2, "from 1 to"), ([], 2, "must be an object"))
        for content, status, message in rows:
            config.write_text(json.dumps(content))
            done = self.escald("--workspace", WORKSPACES["acme"], "--data", self.folder / "x", "--config", config, "--check-config")
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(message, done.stderr)
        self.assertFalse((self.folder / "x").exists())

    def test_the_example_of_the_documentation(self):
        text = (HERE.parent.parent / "docs" / "operations.md").read_text()
        example = text[text.index("    {\n      \"listen\""):]
        example = example[:example.index("\n\n")]
        (self.folder / "secrets").mkdir()
        for name in ("incidents-url", "people-url", "status", "mail", "sms", "crm"):
            (self.folder / "secrets" / name).touch(mode=0o600)
            (self.folder / "secrets" / name).write_text("https://hooks.example/x\n" if name.endswith("url") else "secret\n")
        config = self.folder / "c.json"
        config.write_text(example)
        done = self.escald("--workspace", self.workspace_of_the_example(), "--data", self.folder / "x", "--config", config, "--check-config")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def workspace_of_the_example(self):
        folder = self.folder / "acme"
        folder.mkdir()
        (folder / "acme.esc").write_text(
            'workspace acme "Acme" { language 1  timezone "UTC" }\n'
            'channel incidents chat\nchannel status webhook\nchannel managers email\n'
            'system crm "CRM" { action note(text: text) undo none because "a note stays" { POST "/notes" json { text: text } } }\n'
            'person ana "Ana" { email "ana@acme.example"  chat "@ana"  phone "+490" }\npolicy acme { last resort ana }\n')
        return folder

    def test_workspace_with_errors(self):
        broken = self.folder / "broken"
        broken.mkdir()
        (broken / "a.esc").write_text('workspace broken "B" {\n  language 1\n  timezone "UTC"\n}\ntemplate t "T" {\n')
        done = self.escald("--workspace", broken, "--data", self.folder / "x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a.esc:", done.stderr)
