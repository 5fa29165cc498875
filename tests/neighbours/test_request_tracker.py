"""Request Tracker 5 as a ticket's home: what is set here goes there by REST2, what is done there comes by its scrips, and either may be away."""

import hashlib
import secrets
import shutil
import tempfile
from pathlib import Path

import neighbours
from harness import SCOPES, Case, eventually
from request_tracker import RequestTracker

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIP = ROOT / "examples" / "library" / "request_tracker-scrip.pl"
SECRET = "canary-source-secret-5ae0"
TOKEN = f"esc_events_{secrets.token_hex(32)}"
SOURCE = """workspace desk "Desk" { language 1  timezone "UTC" }
use std.request_tracker

person ana "Ana" { chat "@ana" }
person ben "Ben" { chat "@ben" }

channel incidents chat

policy desk { last resort ben }

source rt {
  verify hmac_sha256 header "X-Signature"
  event ticket.created when body.type = "Create"
  event ticket.resolved when body.type = "Status" and body.ticket.status = "resolved"
  event ticket.updated
  event.id <- "txn-{body.txn}"
  ticket.id <- body.ticket.id
  ticket.title <- body.ticket.subject
  ticket.status <- body.ticket.status map { new: open  open: open  stalled: pending  escalated: escalated  resolved: resolved  rejected: closed  otherwise: open }
  ticket.severity <- body.ticket.severity map { low: low  medium: medium  high: high  critical: critical  otherwise: medium }
  ticket.assignee <- body.ticket.owner
  ticket.queue <- body.ticket.queue
  ticket.status -> request_tracker.set_status(id: ticket.id, status: ticket.status)
  ticket.severity -> request_tracker.set_field(id: ticket.id, field_value: ticket.severity)
  comment -> request_tracker.comment(id: ticket.id, words: comment.text)
  comment public -> request_tracker.answer(id: ticket.id, words: comment.text)
  ticket -> request_tracker.create(queue: "{ticket.queue else "Desk"}", subject: ticket.title, words: "for {ticket.id}") undo request_tracker.set_status(id: ticket.id, status: "rejected")
}

template parts "A part is ordered" {
  start on ticket.created when ticket.title = "needs a part"
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps {
    create ticket order in request_tracker { title: "Bestellung für {ticket.id} 🛒"  queue: "Billing" }
    start template ordered(ticket: order)
    comment "a part is ordered"
    comment public "Wir bestellen ein Teil."
    await resolved within 5d
  }
  on ticket.updated when ticket.title = "no part" { rollback "no part is needed" }
  close when resolved
}

template ordered "Somebody orders" {
  manual
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps {
    comment "please hurry"
    await resolved within 5d
  }
  close when resolved
}

template outage "A customer is down" {
  start on ticket.created when ticket.severity = high
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps {
    request_tracker.comment(id: ticket.id, words: "Escal übernimmt: {ticket.title}") within 1m else { notify incidents "no comment" }
    await ack
    set ticket.severity to critical
    await resolved within 4h
  }
  on ticket.updated when ticket.title = "worse" { set ticket.status to escalated }
  on exception action_failed { notify incidents "They said: {exception.message}"  resume }
  on exception overtaken { notify incidents "Overtaken: {exception.message}"  resume }
  on exception transferred { notify incidents "Transferred: {exception.message}"  resume }
  close when resolved
}

template delegation "Somebody else does it" {
  start on ticket.created when ticket.title = "to lena"
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps {
    request_tracker.set_owner(id: ticket.id, owner: "lena") within 1m else { notify incidents "lena may not" }
    request_tracker.set_owner(id: ticket.id, owner: "guest") within 1m else { notify incidents "guest may not" }
    request_tracker.answer(id: ticket.id, words: "Lena does it") within 1m else { notify incidents "no answer" }
    request_tracker.read(id: ticket.id) as found within 1m else { notify incidents "not read" }
    notify incidents "It says {found}"
    await resolved within 5d
  }
  close when resolved
}

template sale "Somebody asks" {
  start on ticket.created when ticket.queue = "Events" and ticket.severity = critical
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps { await resolved within 5d }
  close when resolved
}
"""


class Home(Case):
    @classmethod
    def setUpClass(cls):
        cls.place = Path(tempfile.mkdtemp(prefix="escal-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        cls.escald = neighbours.free_port()  # the scrips know it before escald runs
        address = f"http://127.0.0.1:{cls.escald}"
        shipped = SCRIP.read_text()
        assert "http://escald.example:8080/" in shipped and "Bearer TOKEN" in shipped
        events = shipped.replace("http://escald.example:8080", address).replace("Bearer TOKEN", f"Bearer {TOKEN}")
        cls.rt = RequestTracker(cls.place, f"{address}/v1/sources/rt?workspace=desk", SECRET, events)
        cls.addClassCleanup(cls.rt.stop)
        cls.rt.start()

    def setUp(self):
        super().setUp()
        self.kept_workspace("desk", SOURCE)
        self.daemon.tokens.append(f"events  {hashlib.sha256(TOKEN.encode()).hexdigest()}  desk  demo  {SCOPES}")
        self.daemon.add_token("other", "desk", "demo", SCOPES)
        self.daemon.config = {
            "backoff_base_ms": 20, "backoff_max_ms": 200, "circuit_open_ms": 200, "delivery_attempts_max": 1000,
            "workspaces": {"desk": {
                "sources": {"rt": {"secret_file": self.secret_file("source", SECRET)}}, "allowed_addresses": ["127.0.0.1"],
                "systems": {"request_tracker": {"base_url": f"http://127.0.0.1:{self.rt.port}", "secret_file": self.secret_file("token", self.rt.token), "secret_prefix": "token "}}}}}
        self.start()

    def secret_file(self, name, secret):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
        return str(path)

    def start(self):
        self.daemon.start(at=None, port=self.escald)

    def told(self, kind, ticket):
        return [row for row in self.daemon.audit(ticket=ticket) if row["kind"] == kind]

    def noticed(self, ticket, words):
        return [row for row in self.told("notified", ticket) if words in row["text"]]

    def answers(self, ticket, field):
        """That what was set in this field was taken there."""
        return [row for row in self.told("replied", ticket) if row["data"].get("field") == field]

    def here(self, ticket):
        answer = self.daemon.get(f"/v1/tickets/{ticket}")
        return answer.json if answer.status == 200 else {}

    def began(self):
        """A ticket of Request Tracker whose escalation waits for somebody."""
        ticket = self.rt.create("Desk", "Störung 🛒", CustomFields={"Severity": "high"})
        eventually(lambda: [row for row in self.told("replied", ticket) if "comment" in row["text"]])
        return ticket

    def acked(self, ticket):
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/ack", {"as": "ana"}).status, 200)
        eventually(lambda: self.answers(ticket, "severity"))

    def test_there_and_back(self):
        """A comment, a field and a status go there once, and what the scrips say of it all arrives and starts nothing (M11.7)."""
        before = self.rt.log().count("escal:")
        ticket = self.began()
        self.assertEqual((self.here(ticket)["title"], self.here(ticket)["status"]), ("Störung 🛒", "open"))
        self.acked(ticket)
        self.assertEqual(self.rt.severity(ticket), ["critical"])
        self.rt.change(ticket, Status="stalled")
        eventually(lambda: self.here(ticket)["status"] == "pending")
        self.assertEqual(self.daemon.post(f"/v1/tickets/{ticket}/resolve", {"as": "ana"}).status, 200)
        eventually(lambda: self.rt.ticket(ticket)["Status"] == "resolved")
        eventually(lambda: self.daemon.escalation()["state"] == "closed")
        eventually(self.daemon.settled)
        self.assertEqual(self.rt.history(ticket), [("Comment", ""), ("CustomField", "critical"), ("Status", "resolved")])
        self.assertEqual(self.rt.log().count("escal:"), before)
        self.assertEqual([self.told(kind, ticket) for kind in ("overtaken", "transferred", "call_failed", "not_mapped")], [[], [], [], []])
        self.assertEqual(len(self.daemon.escalations()), 1)
        self.assertNotIn("canary", self.daemon.errors() + self.rt.log())
        self.assertNotIn(self.rt.token, self.daemon.errors() + self.rt.log() + str(self.daemon.audit()))

    def test_a_refusal_that_says_200(self):
        """Its words reach the people (M11.1)."""
        ticket = self.began()
        self.rt.change(ticket, Subject="worse")
        eventually(lambda: self.noticed(ticket, "isn't a valid status for this ticket"))
        self.assertIn("isn't a valid status", self.told("call_failed", ticket)[0]["data"]["detail"])
        self.assertEqual(self.rt.ticket(ticket)["Status"], "new")

    def test_owners_answers_and_reading(self):
        ticket = self.rt.create("Desk", "to lena")
        eventually(lambda: self.noticed(ticket, '"EffectiveId"'))
        self.assertEqual([len(self.noticed(ticket, words)) for words in ("guest may not", "lena may not", "no answer", "not read")], [1, 0, 0, 0])
        self.assertEqual(self.rt.ticket(ticket)["Owner"]["id"], "lena")
        self.assertEqual([type for type, _ in self.rt.history(ticket)].count("Correspond"), 1)
        self.assertIn("That user may not own tickets in that queue", self.told("call_failed", ticket)[0]["data"]["detail"])

    def ordered(self):
        """A ticket, and the one that was made for it there."""
        ticket = self.rt.create("Desk", "needs a part")
        linked = eventually(lambda: self.told("linked", ticket))[0]["data"]
        eventually(lambda: ("Comment", "") in self.rt.history(linked["there"]))
        eventually(self.daemon.settled)
        return ticket, linked["there"]

    def test_a_ticket_is_made_there_and_comments_are_written(self):
        ticket, there = self.ordered()
        self.assertEqual(self.rt.ticket(there)["Subject"], f"Bestellung für {ticket} 🛒")
        here = self.here(there)
        self.assertEqual((here["id"], here["fields"]["queue"], here["fields"]["parent"]), ("escal:T-1", "Billing", ticket))
        self.assertEqual((here["homes"][0]["id"], here["homes"][0]["made"]), (there, "accepted"))
        self.assertEqual([type for type, _ in self.rt.history(ticket)], ["Comment", "Correspond"])
        self.assertEqual([type for type, _ in self.rt.history(there)], ["Create", "Comment"])
        self.rt.change(there, Status="resolved")
        eventually(lambda: [one for one in self.daemon.escalations() if one["template"] == "ordered" and one["state"] == "closed"])
        self.assertEqual(sorted(one["template"] for one in self.daemon.escalations()), ["ordered", "parts"])  # what was made there started nothing
        self.assertEqual(self.told("call_failed", ticket), [])

    def test_what_was_made_there_is_taken_back(self):
        ticket, there = self.ordered()
        self.rt.change(ticket, Subject="no part")
        eventually(lambda: self.rt.ticket(there)["Status"] == "rejected")
        eventually(lambda: [row for row in self.told("undone", ticket) if "taken back" in row["text"]])
        self.assertEqual(self.here(there)["status"], "closed")

    def test_a_later_word_from_there_stands(self):
        ticket = self.began()
        self.acked(ticket)
        self.rt.change(ticket, CustomFields={"Severity": "low"})
        eventually(lambda: self.noticed(ticket, "Overtaken"))
        self.assertEqual(self.here(ticket)["fields"]["severity"], "low")
        eventually(self.daemon.settled)
        self.assertEqual(self.rt.severity(ticket), ["low"])  # not told again

    def test_a_transfer_there_is_noticed(self):
        ticket = self.began()
        self.rt.change(ticket, Queue="Billing")
        eventually(lambda: self.noticed(ticket, "Transferred"))
        self.assertEqual(self.here(ticket)["fields"]["queue"], "Billing")

    def test_what_is_so_already_is_no_refusal(self):
        """Request Tracker says nothing then; a call that is made again after its answer was lost is one of these."""
        ticket = self.began()
        self.daemon.kill()
        self.rt.change(ticket, Status="resolved")  # its scrip reaches nobody
        self.start()
        self.assertEqual(self.daemon.post(f"/v1/tickets/{ticket}/resolve", {"as": "ana"}).status, 200)
        eventually(lambda: self.answers(ticket, "status"))
        self.assertEqual(self.told("call_failed", ticket), [])

    def test_a_field_that_the_queue_does_not_have(self):
        """Of this, too, it says nothing, and it is a failure."""
        ticket = self.began()
        self.rt.change(ticket, Queue="Billing")
        eventually(lambda: self.noticed(ticket, "Transferred"))
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/ack", {"as": "ana"}).status, 200)
        eventually(lambda: self.noticed(ticket, "They said"))
        self.assertEqual((self.answers(ticket, "severity"), self.rt.severity(ticket)), ([], []))

    def test_it_is_told_once_it_is_there_again(self):
        """Request Tracker is away when it is to be told, and escald dies meanwhile."""
        ticket = self.began()
        self.rt.stop()
        try:
            self.assertEqual(self.daemon.post("/v1/escalations/E-1/ack", {"as": "ana"}).status, 200)
            self.daemon.kill()
            self.start()
        finally:
            self.rt.start()
        eventually(lambda: self.rt.severity(ticket) == ["critical"])
        eventually(lambda: self.answers(ticket, "severity"))
        self.assertEqual(self.rt.history(ticket).count(("CustomField", "critical")), 1)

    def test_the_shipped_scrip(self):
        ticket = self.rt.create("Events", "The till", Priority=95)
        self.assertEqual(eventually(self.daemon.escalations)[0]["state"], "open")
        self.assertEqual((self.here(ticket)["fields"]["severity"], self.here(ticket)["fields"]["requester"]), ("critical", "kim@customer.example"))
        self.rt.change(ticket, Status="resolved")
        eventually(lambda: self.daemon.escalation()["state"] == "closed")
