"""kill -9 at many moments: what was answered is there, what was not can be sent again, and nothing happens twice."""

import http.client
import shutil
import threading
import time

from harness import START, WORKSPACES, Case, critical_ticket, event, eventually, later


class Crash(Case):
    def test_events_under_way(self):
        """Killed some milliseconds after events set out; the client sends again what it has no answer for (M0.1)."""
        daemon = self.daemon
        daemon.start()
        for round in range(8):
            answered = []

            def send():
                try:
                    answered.append(daemon.send(critical_ticket(f"e{round}", f"INC-{round}")))
                except (OSError, http.client.HTTPException):
                    pass  # the connection ended without an answer

            sender = threading.Thread(target=send)
            sender.start()
            time.sleep(0.002 * round)  # not a wait for something: the moment of the crash
            daemon.kill()
            sender.join()
            daemon.start()
            result = daemon.send(critical_ticket(f"e{round}", f"INC-{round}"))[0]
            if answered:
                self.assertEqual(result["status"], "duplicate")
            self.assertEqual(len(daemon.escalations(ticket=f"INC-{round}")), 1)
        eventually(daemon.settled)
        self.assertEqual(len(daemon.escalations()), 8)
        for text in (f"INC-{round}" for round in range(8)):
            self.assertEqual(daemon.kinds(daemon.escalations(ticket=text)[0]["id"]).count("opened"), 1)
        self.assert_no_gap()
        self.assert_stable_keys("/chat")

    def test_deliveries_under_way(self):
        """Killed while a receiver holds the request: it is sent again, with the same key and the same bytes."""
        daemon = self.daemon
        self.receiver.rule("/chat", hang=True)
        daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.receiver.at("/chat/incidents"))
        first = self.receiver.keys("/chat/incidents")[0]
        daemon.kill()
        self.receiver.forget_rules()
        daemon.start()
        eventually(daemon.settled)
        self.assertEqual(set(self.receiver.keys("/chat/incidents")), {first})
        self.assertEqual([row["state"] for row in daemon.outbox() if row["key"] == first], ["accepted"])
        self.assert_stable_keys("/chat")

    def test_received_but_not_noted(self):
        """The receiver answers, and the daemon dies before it can note that: at least once, never lost."""
        daemon = self.daemon
        for round in range(4):
            daemon.start()
            daemon.send(critical_ticket(f"e{round}", f"INC-{round}"))
            eventually(lambda: len(set(self.receiver.keys("/chat/incidents"))) > round)
            daemon.kill()
        daemon.start()
        eventually(daemon.settled)
        self.assertEqual(len(set(self.receiver.keys("/chat/incidents"))), 4)
        for number in range(1, 5):
            accepted = [row for row in daemon.audit(escalation=f"E-{number}") if row["kind"] == "delivered" and "incidents" in row["text"]]
            self.assertEqual(len(accepted), 1)
        self.assert_no_gap()

    def test_acknowledgements_under_way(self):
        daemon = self.daemon
        daemon.start()
        for round in range(6):
            escalation = daemon.send(critical_ticket(f"e{round}", f"INC-{round}"))[0]["escalations"][0]

            def acknowledge():
                try:
                    daemon.post(f"/v1/escalations/{escalation}/ack", {"as": "chen"})
                except (OSError, http.client.HTTPException):
                    pass  # the daemon is gone

            actor = threading.Thread(target=acknowledge)
            actor.start()
            time.sleep(0.002 * round)  # the moment of the crash
            daemon.kill()
            actor.join()
            daemon.start()
            daemon.ctl("ack", escalation, "--as", "chen")
            self.assertTrue(daemon.escalation(escalation)["acked"])
            self.assertEqual(daemon.kinds(escalation).count("acked"), 1)
        self.assert_no_gap()

    def test_between_a_deadline_and_its_commit(self):
        """Started after a deadline and killed at once, again and again: the failover happens once."""
        daemon = self.daemon
        daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        for round in range(6):
            daemon.kill()
            daemon.start(at=later(START, minutes=6))
            time.sleep(0.002 * round)  # the moment of the crash
        eventually(lambda: daemon.escalation()["role"] == "secondary")
        eventually(daemon.settled)
        self.assertEqual(daemon.kinds().count("failover"), 1)
        pages = [row for row in daemon.outbox() if row["target"] == "ana"]
        self.assertEqual(len({row["key"] for row in pages}), len(pages))
        self.assert_no_gap()
        self.assert_stable_keys("/chat")

    def with_automations(self):
        """A copy of acme that marks tickets, and reminds who wrote after four days of silence."""
        folder = self.folder / "automated" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        (folder / "automations.esc").write_text(
            'automation mark { on ticket.created { add "seen" to ticket.tags } }\n'
            "automation bump {\n"
            "  on ticket.updated when ticket.status = waiting_on_customer for 4d {\n"
            '    add "bumped" to ticket.tags\n'
            '    notify ticket.requester "We wait for you" via email\n'
            "  }\n"
            "}\n")
        self.daemon.workspaces[0] = folder

    def tags(self, ticket):
        return self.daemon.get(f"/v1/tickets/{ticket}").json["fields"]["tags"]

    def test_automation_that_waits(self):
        """Killed before, and again and again when its time is over: it acts once, and one mail goes out."""
        daemon = self.daemon
        self.with_automations()
        daemon.start()
        daemon.send(event("e1", "ticket.created", "T-1", title="Printer", severity="low", requester="kim@customer.example"))
        daemon.send(event("e2", "ticket.updated", "T-1", status="waiting_on_customer"))
        daemon.kill()
        daemon.start(at=later(START, days=3))
        self.assertEqual(self.tags("T-1"), ["seen"])
        for round in range(6):
            daemon.kill()
            daemon.start(at=later(START, days=4, minutes=1))
            time.sleep(0.002 * round)  # the moment of the crash
        eventually(lambda: self.tags("T-1") == ["seen", "bumped"])
        eventually(daemon.settled)
        rows = daemon.audit(ticket="T-1")
        self.assertEqual([row["data"]["automation"] for row in rows if row["kind"] == "automated"], ["mark", "bump"])
        mails = self.mail.to("kim@customer.example")
        self.assertEqual(len({mail["message"]["Message-ID"] for mail in mails}), 1)
        self.assertEqual(mails[0]["message"]["Auto-Submitted"], "auto-generated")
        self.assert_no_gap()
