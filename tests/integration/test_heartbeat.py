"""A dead man's switch: a monitor outside hears of a daemon that is alive and well, of no other, and holds up nobody."""

import json
import shutil
import time

from harness import Case, critical_ticket, eventually


class Heartbeat(Case):
    def setUp(self):
        super().setUp()
        self.daemon.config["late_s"] = 1
        self.secret = self.folder / "data" / "beat"
        self.secret.touch(mode=0o600)
        self.secret.write_text(f"{self.receiver.url}/ping/canary-beat-4f1c\n")
        self.daemon.config["heartbeat"] = {"url_file": "beat", "every_s": 1, "allowed_addresses": ["127.0.0.1"]}

    def beats(self, path="/ping/"):
        return [json.loads(one["body"])["data"]["text"] for one in self.receiver.at(path)]

    def silent(self):
        """No beat for three of its times."""
        before = len(self.beats())
        time.sleep(3)
        return len(self.beats()) == before

    def codes(self):
        return {one["code"] for one in self.daemon.get("/health", token=None).json["causes"]}

    def test_it_beats_while_all_is_well(self):
        self.daemon.start()
        eventually(lambda: len(self.beats()) >= 3)
        self.assertEqual(set(self.beats()), {"escald is alive and well"})
        self.assertEqual(self.receiver.at("/ping/")[0]["method"], "POST")
        self.assertEqual(len({one["headers"]["webhook-id"] for one in self.receiver.at("/ping/")}), len(self.beats()))
        self.assertNotIn("canary-beat", self.daemon.errors() + self.daemon.follow())
        self.daemon.kill()
        self.assertTrue(self.silent())

    def test_nobody_is_told_that_it_is_well_while_pages_wait(self):
        self.daemon.config["heartbeat"]["fail_url"] = f"{self.receiver.url}/fail"
        self.daemon.config["circuit_failures"] = 2
        self.receiver.rule("/chat", status=503)
        self.daemon.start()
        eventually(self.beats)
        self.assertEqual(self.receiver.at("/fail"), [])
        self.daemon.send(critical_ticket("1", "M-1"))
        eventually(lambda: self.beats("/fail"))
        self.assertEqual(self.beats("/fail")[0], "pages_wait (acme)")
        self.assertTrue(self.silent())
        self.receiver.forget_rules()
        self.restart()
        before = len(self.beats())
        eventually(lambda: len(self.beats()) > before + 1)

    def test_it_is_silent_when_nothing_can_be_written(self):
        (self.daemon.folder / "heartbeat").mkdir()
        self.daemon.start()
        eventually(lambda: "data_not_written" in self.codes())
        self.assertEqual(self.daemon.get("/health", token=None).status, 503)
        self.assertEqual(self.beats(), [])
        shutil.rmtree(self.daemon.folder / "heartbeat")
        eventually(self.beats)
        self.assertEqual(self.daemon.get("/health", token=None).status, 200)

    def test_a_monitor_that_hangs_holds_up_nobody(self):
        self.daemon.config["circuit_failures"] = 1
        self.daemon.config["delivery_timeout_ms"] = 500
        self.receiver.rule("/ping", hang=True)
        self.daemon.start()
        eventually(lambda: "endpoint_held" in self.codes())
        self.assertEqual(self.daemon.get("/health", token=None).json["status"], "degraded")
        began = time.monotonic()
        self.daemon.send(critical_ticket("1", "M-1"))
        eventually(lambda: self.receiver.at("/chat"))
        self.assertLess(time.monotonic() - began, 5)
        self.assertNotIn("canary-beat", self.daemon.errors() + self.daemon.follow() + self.daemon.get("/health", token=None).body.decode())
