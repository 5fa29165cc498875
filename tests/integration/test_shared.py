"""Events about something shared: kill -9 between what they reach and the event, and how many they reach."""

from harness import Case, event

SOURCE = """workspace kiel { language 1  timezone "Europe/Berlin" }
person ana "Ana" { email "ana@kiel.example" }
channel room chat
event vendor.outage { vendor: text }
extend ticket { vendor: text? }
policy kiel { last resort ana }
template waits "It waits for a vendor" {
  start on ticket.created
  owners { primary ana ack within 9d }
  steps { await resolved within 9d }
  on vendor.outage when ticket.vendor = event.vendor { notify room "{ticket.id}: {event.vendor}" }
  close when resolved
}
"""


class Shared(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("kiel", SOURCE)
        self.daemon.start()

    def told(self, text):
        return sum(text in str(row["body"]) for row in self.daemon.outbox())

    def restart_here(self):
        self.daemon.kill()
        self.daemon.start()

    def test_what_it_reaches_is_known_behind_a_kill(self):
        daemon = self.daemon
        daemon.send(event("c1", "ticket.created", "T-1", title="x", vendor="ovh"))
        daemon.send(event("c2", "ticket.created", "T-2", title="x", vendor="aws"))
        self.restart_here()
        daemon.send(event("u1", "ticket.updated", "T-2", vendor="ovh"))
        daemon.send(event("c3", "ticket.created", "T-3", title="x", vendor="ovh"))
        self.restart_here()
        daemon.send(event("r3", "ticket.resolved", "T-3"))
        self.restart_here()
        daemon.send(event("o1", "vendor.outage", vendor="ovh"))
        self.restart_here()
        daemon.send(event("o1", "vendor.outage", vendor="ovh"))  # the same one
        self.assertEqual([self.told(f"T-{number}: ovh") for number in (1, 2, 3)], [1, 1, 0])
        self.assertEqual(len(daemon.get("/v1/tickets").json["items"]), 3)  # nothing begins with it: no ticket of its own
        self.assert_no_gap()

    def test_a_thousand_and_no_more(self):
        daemon = self.daemon
        for first in range(0, 1002, 167):
            daemon.send(*[event(f"c{number}", "ticket.created", f"T-{number}", title="x", vendor="ovh") for number in range(first, first + 167)])
        daemon.send(event("o1", "vendor.outage", vendor="ovh"))
        heard = ["handler" in daemon.kinds(f"E-{number}") for number in (1, 500, 999, 1000, 1001, 1002)]
        self.assertEqual(heard, [True, True, True, True, False, False])
        alarms = [row["text"] for row in self.whole_record() if row["kind"] == "not_told"]
        self.assertEqual(alarms, ["vendor.outage was not told to 2 escalations, from E-1001 on: one event reaches 1000"])
        told = [line for line in daemon.errors().splitlines() if '"event":"event"' in line]
        self.assertEqual(len(told), 1)
        self.assertIn("kiel: vendor.outage was not told to 2 escalations", told[0])

    def whole_record(self):
        rows, after = [], 0
        while part := self.daemon.audit(after=after):
            rows += part
            after = part[-1]["seq"]
        return rows
