"""What time alone turns, and quiet hours: kill -9 between an event and its instant, and a machine that was off meanwhile."""

import datetime

from harness import WORKSPACES, Case, event, eventually, later

NIGHT = "2026-03-02T22:00:00Z"  # 23:00 in Berlin, a Monday
SOURCE = """workspace harbour { language 1  timezone "Europe/Berlin" }
person ana "Ana" { email "ana@harbour.example"  quiet during 22:00..07:00 }
channel log chat quiet during 22:00..07:00
policy harbour { last resort ana }
template near "The due date is near" {
  start on ticket.created, ticket.updated when ticket.due_at < now + 2d
  owners { primary ana ack within 9d }
  steps { notify log "near: {ticket.id}"  await now in 08:00..18:00 within 2d  page ana "open: {ticket.id}"  await resolved within 9d }
  close when resolved or escalation.age > 3d
}
"""

HOLIDAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20250101
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
"""
TURNS = HOLIDAYS.replace("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY", "DTSTART:20260105T080000Z\nDURATION:PT8H\nRRULE:FREQ=WEEKLY\nSUMMARY:ana")


class Hours(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("harbour", SOURCE)

    def texts(self, part):
        return [row for row in self.daemon.outbox() if part in str(row)]

    def killed_until(self, time):
        self.daemon.kill()
        self.daemon.start(at=time)

    def test_a_start_whose_instant_passes_while_nothing_runs(self):
        daemon = self.daemon
        daemon.start(at=NIGHT)
        daemon.send(event("e1", "ticket.created", "T-1", title="Radar", due_at=later(NIGHT, days=3)))
        self.assertEqual(daemon.escalations(), [])
        self.killed_until(later(NIGHT, hours=23))
        self.assertEqual(daemon.escalations(), [])
        self.killed_until(later(NIGHT, hours=25))
        eventually(daemon.escalations)
        daemon.kill()
        daemon.start(at=later(NIGHT, hours=25))
        eventually(daemon.settled)
        self.assertEqual(len(daemon.escalations()), 1)
        self.assertEqual(daemon.kinds().count("opened"), 1)
        self.assert_no_gap()

    def test_what_is_told_at_night_comes_once_in_the_morning(self):
        daemon = self.daemon
        daemon.start(at=NIGHT)
        daemon.send(event("e1", "ticket.created", "T-1", title="Radar", due_at=later(NIGHT, days=1)))
        self.assertEqual(self.texts("near: T-1"), [])
        self.assertEqual(daemon.kinds().count("held"), 1)
        self.killed_until(later(NIGHT, hours=7))
        self.assertEqual(self.texts("near: T-1"), [])
        self.killed_until(later(NIGHT, hours=8, seconds=1))  # 07:00 in Berlin
        eventually(lambda: len(self.texts("near: T-1")) == 1)
        self.assertEqual(self.texts("open: T-1"), [])
        self.killed_until(later(NIGHT, hours=9, seconds=1))  # 08:00
        eventually(lambda: len(self.texts("open: T-1")) == 1)
        self.killed_until(later(NIGHT, hours=72, seconds=1))
        eventually(lambda: daemon.escalation()["state"] == "closed")
        eventually(daemon.settled)
        self.assertEqual(len(self.texts("near: T-1")), 1)
        self.assertEqual(len(self.texts("open: T-1")), 1)
        self.assert_no_gap()

    def test_health_says_how_far_holidays_are_written_out(self):
        workspace = WORKSPACES["harbour"]
        (workspace / "days.ics").write_text(HOLIDAYS)
        (workspace / "office.esc").write_text('calendar office { mon..fri 08:00..18:00 holidays "days.ics" }\n')
        self.assert_written_out()

    def test_health_says_how_far_turns_are_written_out(self):
        workspace = WORKSPACES["harbour"]
        (workspace / "turns.ics").write_text(TURNS)
        (workspace / "phones.esc").write_text('schedule phones { import "turns.ics" }\n')
        self.assert_written_out()

    def assert_written_out(self):
        first = datetime.date.today() + datetime.timedelta(days=800)
        self.daemon.start()
        health = self.daemon.get("/health").json
        last = datetime.date.today() + datetime.timedelta(days=800)
        self.assertEqual(list(health["calendars"]), ["written_out_to"])
        self.assertIn(health["calendars"]["written_out_to"], (first.isoformat(), last.isoformat()))
        self.assertEqual(health["status"], "ok")
