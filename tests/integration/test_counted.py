"""Hours that are counted, dates, clocks that stand at night, and the first page of a Saturday: kill -9 in the middle of each, and a
machine that was off meanwhile."""

from harness import Case, event, eventually, later

EVENING = "2026-03-02T16:00:00Z"  # 17:00 in Berlin, a Monday
SATURDAY = "2026-03-07T11:00:00Z"
SOURCE = """workspace harbour { language 1  timezone "Europe/Berlin" }
person ana "Ana" { email "ana@harbour.example" }
person dora "Dora" { email "dora@harbour.example" }
calendar office { mon..fri 08:00..18:00 }
channel log chat
policy harbour { last resort dora }
sla support for ticket.kind = incident { resolve within 4h  pause when now in 22:00..06:00 }
template parked "Parked" {
  start on ticket.created, ticket.updated when ticket.status = waiting_on_vendor for 4h of office
  owners { primary ana ack within 4h of office }
  steps { notify log "parked: {ticket.id}"  await now > 2026-03-04 within 9d  notify log "thursday: {ticket.id}"  await resolved within 90d }
  close when resolved
}
template fresh "Fresh" {
  start on ticket.created when ticket.kind = request
  owners { primary ana ack within 4h of office }
  steps { await escalation.age >= 2h of office within 90d  notify log "two hours: {ticket.id}"  await resolved within 90d }
  close when resolved
}
"""


class Counted(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("harbour", SOURCE)

    def texts(self, part):
        return [row for row in self.daemon.outbox() if part in str(row)]

    def killed_until(self, time):
        self.daemon.kill()
        self.daemon.start(at=time)
        eventually(self.daemon.settled)

    def test_a_start_waits_for_hours_and_its_wait_for_a_date(self):
        daemon = self.daemon
        daemon.start(at=EVENING)
        daemon.send(event("e1", "ticket.created", "T-1", title="Pump", kind="task", status="waiting_on_vendor"))
        self.killed_until(later(EVENING, hours=17, minutes=59))  # Tuesday 10:59, and 18:00 has passed
        self.assertEqual(self.texts("parked: T-1"), [])
        self.killed_until(later(EVENING, hours=18, seconds=1))  # an hour of Monday, three of Tuesday
        eventually(lambda: len(self.texts("parked: T-1")) == 1)
        self.killed_until("2026-03-04T22:59:58Z")
        self.assertEqual(self.texts("thursday: T-1"), [])
        self.killed_until("2026-03-04T23:00:01Z")
        eventually(lambda: len(self.texts("thursday: T-1")) == 1)
        self.killed_until("2026-03-05T12:00:00Z")
        self.assertEqual(len(self.texts("parked: T-1")), 1)
        self.assertEqual(daemon.kinds().count("opened"), 1)
        self.assert_no_gap()

    def test_a_night_without_the_daemon_is_a_pause(self):
        daemon = self.daemon
        daemon.start(at=later(EVENING, hours=4))  # 21:00: an hour until the night
        daemon.send(event("e1", "ticket.created", "T-1", title="Pump", kind="incident"))
        daemon.kill()
        daemon.start(at=later(EVENING, hours=15, minutes=59))  # Tuesday 08:59
        breaches = lambda: [row for row in daemon.audit() if row["kind"] == "sla_breached"]
        daemon.send(event("e2", "ticket.updated", "T-1", title="The pump"))
        self.assertEqual(breaches(), [])
        daemon.kill()
        daemon.start(at=later(EVENING, hours=16, seconds=1))  # 09:00: three hours of the morning
        eventually(lambda: len(breaches()) == 1)

    def test_the_first_page_of_a_saturday_comes_on_monday(self):
        daemon = self.daemon
        daemon.start(at=SATURDAY)
        daemon.send(event("e1", "ticket.created", "T-1", title="Pump", kind="request"))
        self.killed_until("2026-03-09T06:59:58Z")
        self.assertEqual(self.texts("You are accountable"), [])
        self.killed_until("2026-03-09T07:00:01Z")  # 08:00
        eventually(lambda: len(self.texts("You are accountable")) == 1)
        self.assertEqual(self.texts("two hours: T-1"), [])
        self.killed_until("2026-03-09T09:00:01Z")
        eventually(lambda: len(self.texts("two hours: T-1")) == 1)
        self.assertEqual(len(self.texts("You are accountable")), 1)
        self.assert_no_gap()
