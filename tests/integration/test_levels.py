"""Service levels over kill -9: clocks stand, go on, warn and run out once, wherever the power was cut."""

from datetime import datetime, timedelta

from harness import START, Case, Daemon, event, eventually, later

SLACK = timedelta(minutes=15)  # what a slow machine may take between two power cuts; far from every deadline


class Levels(Case):
    def setUp(self):
        super().setUp()
        self.daemon = Daemon(self.folder / "data", workspaces=("alster",))
        self.addCleanup(self.daemon.release)
        self.number = 0

    def send(self, type, **data):
        self.number += 1
        self.daemon.send(event(f"e{self.number}", type, "T-1", **data))

    def cut(self, **delta):
        """The power is cut, and comes back so long after the start."""
        self.daemon.kill()
        self.daemon.start(at=later(START, **delta))

    def clocks(self):
        return self.daemon.get("/v1/tickets/T-1").json["sla"]

    def assert_about(self, moment, expected):
        """No sooner, and later by no more than the machine was slow."""
        late = datetime.fromisoformat(moment.replace("Z", "+00:00")) - datetime.fromisoformat(expected.replace("Z", "+00:00"))
        self.assertTrue(timedelta(0) <= late < SLACK, f"{moment} is not about {expected}")

    def told(self, kind):
        return [row for row in self.daemon.audit(ticket="T-1") if row["kind"] == kind]

    def test_clocks_survive_the_power_cut(self):
        daemon = self.daemon.start()
        self.send("ticket.created", title="ERP down", priority="urgent")
        self.send("customer.replied")
        self.send("agent.replied")
        self.assertEqual({name: clock["state"] for name, clock in self.clocks().items() if name != "name"},
                         {"respond": "met", "resolve": "running", "update": "met"})
        self.cut(hours=1)
        self.send("ticket.updated", status="waiting_on_customer")
        self.assertEqual(self.clocks()["resolve"], {"state": "paused", "met": False})
        self.assertIn("paused", daemon.ctl("show", "T-1").stdout)
        self.cut(hours=10)
        self.send("ticket.updated", status="open")  # three hours are left
        self.assert_about(self.clocks()["resolve"]["due"], later(START, hours=13))
        self.cut(hours=11, minutes=20)
        eventually(lambda: len(self.told("sla_warning")) == 1)  # half of four hours
        self.cut(hours=12, minutes=50)
        eventually(lambda: len(self.told("sla_warning")) == 2)
        self.assertEqual([row["data"]["percent"] for row in self.told("sla_warning")], ["50", "87"])
        self.cut(hours=13, minutes=20)
        eventually(lambda: len(daemon.escalations(ticket="T-1")) == 1)
        self.cut(hours=13, minutes=40)
        self.assertEqual(len(self.told("sla_breached")), 1)
        self.assertEqual(len(self.told("sla_warning")), 2)
        self.send("ticket.resolved")
        self.send("ticket.reopened")
        self.assert_about(self.clocks()["resolve"]["due"], later(START, hours=17, minutes=40))
        self.cut(hours=18)
        eventually(lambda: len(self.told("sla_breached")) == 2)
        self.assert_no_gap()

    def test_the_oldest_message_counts_over_power_cuts(self):
        self.daemon.start()
        self.send("ticket.created", title="Printer", priority="low")
        self.send("agent.replied")
        self.send("customer.replied")
        self.cut(hours=5)
        self.send("customer.replied")
        clock = self.clocks()["update"]
        self.assertEqual(clock["state"], "running")
        self.assert_about(clock["since"], START)
        self.cut(hours=8, minutes=20)
        eventually(lambda: [row["data"]["clock"] for row in self.told("sla_breached")] == ["update"])
        self.send("agent.replied")
        self.assertNotIn("due", self.clocks()["update"])
        self.assert_no_gap()
