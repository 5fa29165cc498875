"""The wall clock jumps, by libfaketime: pages go on, deadlines keep their time, the daemon says what it makes of it."""

import os
import subprocess
from pathlib import Path

from harness import BIN, Case, critical_ticket, eventually

LIBRARIES = [path for folder in ("/usr/lib", "/usr/lib64") for path in Path(folder).glob("**/faketime/libfaketimeMT.so.1")]
HOUR = 3600
TEN_YEARS = 3652 * 86400


class Clock(Case):
    def setUp(self):
        super().setUp()
        self.assertTrue(LIBRARIES, "the package libfaketime is not installed")
        self.offset = self.folder / "offset"
        self.jump(0)
        self.daemon.config["clock_settle_ms"] = 500
        self.daemon.environment = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(self.offset), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def jump(self, seconds):
        beside = self.folder / "offset.new"
        beside.write_text(f"{seconds:+d}\n")
        beside.rename(self.offset)

    def clock(self):
        return self.daemon.get("/health").json["clock"]

    def logged(self, event):
        return [line for line in self.daemon.errors().splitlines() if f'"event":"{event}"' in line]

    def corrections(self):
        return [int(row["data"]["by_ms"]) for row in self.daemon.audit() if row["kind"] == "clock_corrected"]

    def assert_takes_and_tells(self, number):
        """An event is answered and its messages go out, whatever the clock says."""
        self.daemon.send(critical_ticket(f"e{number}", f"INC-{number}"))
        eventually(self.daemon.settled)
        self.assertEqual(len(self.daemon.escalations(ticket=f"INC-{number}")), 1)

    def test_an_hour_back_and_forward(self):
        self.daemon.start(at=None)
        self.assert_takes_and_tells(1)
        for number, seconds in enumerate((-HOUR, 0), start=2):
            self.jump(seconds)
            eventually(lambda n=number: self.clock()["corrections"] == n - 1)
            self.assertLess(abs(self.clock()["ahead_ms"]), 2000)
            self.assert_takes_and_tells(number)
        back, forward = self.corrections()
        self.assertLess(abs(back + HOUR * 1000), 5000)
        self.assertLess(abs(forward - HOUR * 1000), 5000)
        eventually(lambda: len(self.logged("clock_apart")) >= 2)
        eventually(lambda: len(self.logged("clock_corrected")) == 2)
        self.assert_no_gap()

    def test_far_ahead_waits_for_a_word(self):
        daemon = self.daemon.start(at=None)
        operator = daemon.add_token("ops", "acme", "ops", "clock")
        daemon.stop()
        daemon.start(at=None)
        self.assert_takes_and_tells(1)
        self.jump(TEN_YEARS)
        eventually(lambda: self.clock()["waits_for_word"])
        self.assertGreater(self.clock()["ahead_ms"], (TEN_YEARS - 60) * 1000)
        self.assert_takes_and_tells(2)
        self.assertEqual(self.corrections(), [])
        eventually(lambda: len(self.logged("clock_waits")) == 1)
        self.assertEqual(daemon.post("/v1/clock/accept").status, 403)  # a token without the scope
        done = subprocess.run([str(BIN / "escalctl"), "clock", "accept"], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "ESCAL_URL": f"http://127.0.0.1:{daemon.port}", "ESCAL_TOKEN": operator})
        self.assertEqual(done.returncode, 0, done.stderr)
        eventually(lambda: self.clock()["corrections"] == 1)
        self.assertFalse(self.clock()["waits_for_word"])
        self.assertEqual([row["actor"] for row in daemon.audit() if row["kind"] == "clock_accepted"], ["ops"])
        self.assertEqual({one["role"] for one in daemon.escalations()}, {"primary"})  # ten years were no time to acknowledge
        self.jump(0)
        eventually(lambda: self.clock()["corrections"] == 2)  # back is followed unasked
        self.assert_takes_and_tells(3)
        self.assertTrue(daemon.post("/v1/clock/accept", token=operator).json["noop"])

    def test_a_store_of_2036_lives_in_the_present_again(self):
        self.jump(TEN_YEARS)
        daemon = self.daemon.start(at=None)
        self.assert_takes_and_tells(1)
        future = daemon.audit()[-1]["at"]
        daemon.kill()
        self.jump(0)
        daemon.start(at=None)
        self.assertEqual(len(self.corrections()), 1)  # by the start itself
        self.assertEqual(self.clock()["corrections"], 1)
        due = daemon.escalation()["next_due_at"]
        self.assertLess(due, future)
        daemon.kill()  # what was corrected is in the store
        daemon.start(at=None)
        self.assertEqual(daemon.escalation()["next_due_at"], due)
        self.assertEqual(len(self.corrections()), 1)
        self.assert_takes_and_tells(2)
        self.assertLess(daemon.audit()[-1]["at"], future)
        self.assert_no_gap()
