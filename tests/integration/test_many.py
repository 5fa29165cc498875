"""Counts, silences and what is held back over kill -9: counted once, awaited anew, started when it is free."""

from harness import START, Case, Daemon, event, eventually, later

FAST = 200  # ten minutes are three seconds


class Many(Case):
    def setUp(self):
        super().setUp()
        self.daemon = Daemon(self.folder / "data", workspaces=("kiel",))
        self.addCleanup(self.daemon.release)
        self.number = 0

    def send(self, type, subject=None, **data):
        self.number += 1
        made = event(f"e{self.number}", type, subject, **data)
        self.daemon.send(made)
        return made

    def cut(self, scale=1, **delta):
        """The power is cut, and comes back so long after the start."""
        self.daemon.kill()
        self.daemon.start(at=later(START, **delta), scale=scale)

    def started(self, template):
        return [row for row in self.daemon.escalations(limit=100) if row["template"] == template]

    def test_a_count_over_power_cuts(self):
        self.daemon.start()
        self.send("alert.firing", service="db")
        twice = self.send("alert.firing", service="db")
        self.assertEqual(self.daemon.send(twice)[0]["status"], "duplicate")
        self.cut(minutes=3)
        self.assertEqual(self.daemon.send(twice)[0]["status"], "duplicate")  # counted once (M0.7)
        self.send("alert.firing", service="web")
        self.assertEqual(self.started("storm"), [])
        self.cut(minutes=4)
        self.send("alert.firing", service="db")
        self.assertEqual(len(self.started("storm")), 1)  # the third of it (M5.5)
        self.cut(minutes=5)
        self.send("alert.firing", service="db")
        self.assertEqual(len(self.started("storm")), 1)  # true already
        self.cut(minutes=30)
        self.send("alert.firing", service="db")  # all others are too long ago
        self.send("alert.firing", service="db")
        self.assertEqual(len(self.started("storm")), 1)
        self.send("alert.firing", service="db")
        self.assertEqual(len(self.started("storm")), 2)
        self.assert_no_gap()

    def test_too_many_keys_are_an_alarm(self):
        self.daemon.start()
        for number in range(6):
            self.send("alert.firing", service=f"s{number}")
        self.cut(minutes=1)
        for number in range(6, 9):
            self.send("alert.firing", service=f"s{number}")
        alarms = [row for row in self.daemon.audit() if row["kind"] == "alarm"]
        self.assertEqual(len(alarms), 1)  # once an hour (M5.6)
        self.assertIn("4 keys of counts and silences are kept", alarms[0]["text"])
        eventually(lambda: '"event":"keys"' in self.daemon.errors())

    def test_a_silence_over_power_cuts(self):
        self.daemon.start()
        self.send("agent.heartbeat", host="web-1")
        self.cut(hours=3)  # nobody can have heard: ten minutes from now (C42)
        self.send("agent.heartbeat", host="web-2")
        self.assertEqual(self.started("silent"), [])
        self.cut(scale=FAST, hours=3, minutes=1)
        eventually(lambda: len(self.started("silent")) == 2)
        self.cut(hours=4)
        self.assertEqual(len(self.started("silent")), 2)  # told once
        self.send("agent.heartbeat", host="web-1")
        ticket = self.daemon.get("/v1/tickets/silence%2Fagent.heartbeat%2Fweb-1").json
        self.assertEqual(ticket["status"], "resolved")  # M5.7
        self.cut(scale=FAST, hours=4, minutes=1)
        eventually(lambda: len(self.started("silent")) == 3)  # and once more, on the same ticket
        tickets = [row["ticket"] for row in self.started("silent")]
        self.assertEqual(tickets.count("silence/agent.heartbeat/web-1"), 2)
        self.assert_no_gap()

    def test_what_is_held_back_over_power_cuts(self):
        self.daemon.start()
        self.send("ticket.created", "T-1", kind="problem", severity="critical", site="kiel", title="power")
        self.send("ticket.created", "T-2", severity="medium", site="kiel", title="link 7")
        self.cut(minutes=10)
        self.send("ticket.created", "T-3", severity="medium", site="kiel", title="link 8")
        self.assertEqual(self.started("link_down"), [])
        self.cut(hours=10)
        self.send("ticket.resolved", "T-1")
        self.assertEqual(sorted(row["ticket"] for row in self.started("link_down")), ["T-2", "T-3"])  # M5.10
        self.cut(hours=11)
        self.assertEqual(len(self.started("link_down")), 2)
        held = [row["data"]["by"] for row in self.daemon.audit(ticket="T-2") if row["kind"] == "held_back"]
        self.assertEqual(held, ["E-1"])
        self.assert_no_gap()
