"""The wall clock jumps, in either direction, while the daemon runs: no deadline stands still, is lost or fires early.

The daemon runs under libfaketime, which reads the offset of its wall clock from a file; the machine's own clocks go on.
`clock_settle_ms` is how long a difference must last before it counts as a correction (a minute outside of tests).
"""

import datetime
import glob

from scene import BIN, Scene, eventually, log_of, sanitisers, ticket

SETTLE_MS = 500
LIBRARIES = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")


class Clock(Scene):
    def setUp(self):
        super().setUp()
        self.assertTrue(LIBRARIES, "the package faketime is missing")
        self.offset = self.folder / "offset"
        self.shift(0)
        self.daemon.config["clock_settle_ms"] = SETTLE_MS
        self.daemon.environment = {
            "LD_PRELOAD": ":".join(sanitisers(BIN / "escald") + LIBRARIES[:1]), "FAKETIME_TIMESTAMP_FILE": str(self.offset), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}

    def shift(self, seconds):
        """The wall clock is so far off from now on."""
        beside = self.offset.with_suffix(".new")
        beside.write_text(f"{seconds:+d}\n")
        beside.rename(self.offset)

    def start(self):
        self.daemon.start(at=None)

    def corrections(self):
        return [line for line in log_of(self.daemon) if "clock_corrected" in line.values()]

    def newest_s(self):
        """Engine time of the newest record, against true time."""
        at = datetime.datetime.fromisoformat(self.daemon.audit()[-1]["at"].replace("Z", "+00:00"))
        return (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds()

    def assert_fails_over(self, identity):
        """What is not acknowledged within 3 s goes on to the next person."""
        escalation = self.daemon.send(ticket(identity, severity="medium"))[0]["escalations"][0]
        eventually(lambda: self.daemon.escalation(escalation)["role"] == "escalation")
        self.assertEqual(self.daemon.kinds(escalation).count("failover"), 1)

    def test_back_by_an_hour(self):
        """Timers that run keep what they have left; new ones work; the record follows the wall clock."""
        self.start()
        first = self.daemon.send(ticket("C-1", severity="medium"))[0]["escalations"][0]
        self.shift(-3600)
        eventually(lambda: self.daemon.escalation(first)["role"] == "escalation")
        eventually(lambda: len(self.corrections()) == 1)
        self.assert_fails_over("C-2")
        self.assertLess(self.newest_s(), -3000)
        self.assert_fails_over("C-3")
        self.assertIn("clock", self.daemon.get("/health").json)
        rows = self.daemon.audit()
        self.assertEqual([row["seq"] for row in rows], list(range(1, len(rows) + 1)))

    def test_forward_by_an_hour(self):
        """An hour that did not pass is not taken from anybody's deadline."""
        self.start()
        slow = self.daemon.send(ticket("C-1"))[0]["escalations"][0]  # five minutes
        self.shift(3600)
        eventually(lambda: len(self.corrections()) == 1)
        self.assert_fails_over("C-2")
        self.assertEqual(self.daemon.escalation(slow)["role"], "primary")
        self.assertGreater(self.newest_s(), 3000)

    def test_forward_and_back(self):
        self.start()
        self.shift(3600)
        eventually(lambda: len(self.corrections()) == 1)
        self.assert_fails_over("C-1")
        self.shift(0)
        eventually(lambda: len(self.corrections()) == 2)
        self.assert_fails_over("C-2")
        self.assertLess(abs(self.newest_s()), 600)

    def test_a_jump_that_returns_changes_nothing(self):
        self.daemon.config["clock_settle_ms"] = 600000
        self.start()
        for seconds in (3600, -3600, 10 * 365 * 86400):
            self.shift(seconds)
            self.assertEqual(self.daemon.send(ticket(f"C{seconds}"))[0]["status"], "accepted")
            self.shift(0)
            self.assert_fails_over(f"B{seconds}")
        self.assertEqual(self.corrections(), [])
        self.assertLess(abs(self.newest_s()), 600)

    def test_years_forward_wait_for_the_operator(self):
        """More than a day forward is not followed, however long it lasts; what is due goes on by elapsed time."""
        self.start()
        self.shift(10 * 365 * 86400)
        eventually(lambda: abs(self.daemon.get("/health").json["clock"]["ahead_ms"]) > 86400000)
        self.assert_fails_over("C-1")
        self.assertEqual(self.corrections(), [])
        self.assertLess(abs(self.newest_s()), 600)
        self.shift(0)
        self.assert_fails_over("C-2")

    def test_a_restart_follows_the_wall(self):
        """An hour ahead when it stopped, right again when it starts: the store's time is corrected, and says so."""
        self.start()
        self.shift(3600)
        eventually(lambda: len(self.corrections()) == 1)
        self.daemon.send(ticket("C-1"))
        self.daemon.stop()
        self.shift(0)
        self.start()
        self.assert_fails_over("C-2")
        self.assertLess(abs(self.newest_s()), 600)
        self.assert_says("clock_corrected")

    def test_a_second_more_or_less(self):
        """What a time service does all day is no jump."""
        del self.daemon.config["clock_settle_ms"]
        self.start()
        for number, seconds in enumerate((1, 0, -1, 0)):
            self.shift(seconds)
            self.assert_fails_over(f"C-{number}")
        self.assertEqual(self.corrections(), [])
