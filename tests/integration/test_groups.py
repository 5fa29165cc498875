"""Tickets that belong together: kill -9 between each step of a group, and what is shown of it."""

from harness import Case, event, eventually, later

NOON = "2026-03-02T12:00:00Z"
SOURCE = """workspace kiel { language 1  timezone "Europe/Berlin" }
person ana "Ana" { email "ana@kiel.example" }
channel room chat
extend ticket { service: text? }
policy kiel { last resort ana }
template down "A service is down" {
  start on ticket.created when ticket.severity = high
  again after 1h
  group by ticket.service within 30m
  owners { primary ana ack within 9h }
  steps { page ana "{ticket.title}"  await ack  await resolved within 9d  notify room "over" }
  close when resolved
}
"""


class Groups(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("kiel", SOURCE)
        self.now = NOON
        self.daemon.start(at=NOON)

    def create(self, number, service="db"):
        self.daemon.send(event(f"c{number}", "ticket.created", f"T-{number}", title=f"t{number}", severity="high", service=service))

    def resolve(self, number):
        self.daemon.send(event(f"r{number}", "ticket.resolved", f"T-{number}"))

    def killed(self, **passed):
        self.daemon.kill()
        self.now = later(self.now, **passed) if passed else self.now
        self.daemon.start(at=self.now)

    def opened(self):
        return [row["kind"] for row in self.daemon.audit()].count("opened")

    def test_a_group_lives_through_a_kill_at_each_step(self):
        daemon = self.daemon
        self.create(1)
        self.killed(minutes=10)
        self.create(2)
        self.killed()
        self.create(3)
        self.create(4, service="web")
        self.assertEqual(self.opened(), 2)
        shown = daemon.escalation("E-1")
        self.assertEqual(shown["group"], 'service="db"')
        self.assertEqual([ticket["id"] for ticket in shown["tickets"]], ["T-1", "T-2", "T-3"])
        self.assertEqual(shown["tickets_open"], 3)
        self.killed()
        self.resolve(1)
        self.resolve(3)
        self.killed()
        self.assertEqual(daemon.escalation("E-1")["tickets_open"], 1)
        self.assertEqual(daemon.get("/v1/tickets/T-2").json["joined"], [{"escalation": "E-1", "template": "down"}])
        self.assertEqual(daemon.get("/v1/tickets/T-1").json["joined"], [])
        self.killed(minutes=25)
        self.create(5)  # too late for the first one, which is open still
        self.assertEqual(self.opened(), 3)
        self.resolve(2)
        self.killed()
        self.assertEqual(daemon.escalation("E-1")["state"], "closed")
        self.assertEqual([ticket["resolved"] for ticket in daemon.escalation("E-1")["tickets"]], [True, True, True])
        self.assertEqual(daemon.get("/v1/tickets/T-2").json["joined"], [])
        self.assert_no_gap()

    def test_the_time_between_two_groups_of_a_key_is_kept(self):
        daemon = self.daemon
        self.create(1)
        self.create(2)
        self.resolve(1)
        self.resolve(2)
        eventually(lambda: daemon.escalation("E-1")["state"] == "closed")
        self.killed(minutes=20)
        self.create(3)
        self.create(4)
        self.assertEqual(self.opened(), 1)
        self.killed(minutes=39)
        self.assertEqual(self.opened(), 1)
        self.killed(minutes=2)
        eventually(lambda: self.opened() == 2)
        eventually(lambda: daemon.escalation("E-2")["tickets_open"] == 2)
        self.assert_no_gap()

    def test_what_is_shown(self):
        self.create(1)
        self.create(2)
        self.resolve(1)
        shown = self.daemon.ctl("show", "E-1").stdout
        self.assertRegex(shown, r'together +service="db"')
        self.assertRegex(shown, r"tickets +T-1 \(resolved\)\n +T-2\n")
        shown = self.daemon.ctl("show", "T-2").stdout
        self.assertRegex(shown, r"joined +E-1 \(down\), with other tickets")

    def test_a_thousand_tickets_and_the_next_one(self):
        daemon = self.daemon
        for first in range(0, 1002, 167):
            daemon.send(*[event(f"c{number}", "ticket.created", f"T-{number}", title="x", severity="high", service="db") for number in range(first, first + 167)])
        self.assertEqual([daemon.escalation(identity)["tickets_open"] for identity in ("E-1", "E-2")], [1000, 2])
        self.killed()
        self.assertEqual([daemon.escalation(identity)["tickets_open"] for identity in ("E-1", "E-2")], [1000, 2])
        daemon.send(*[event(f"r{number}", "ticket.resolved", f"T-{number}") for number in range(1000)])
        self.assertEqual(daemon.escalation("E-1")["state"], "closed")
        self.assertEqual(daemon.get("/v1/tickets/T-999").json["joined"], [])
