"""A ticket's home: what is set here is told there once, over kill -9 and refusals; and who signs in to it, and how.

The receiver is shaped like Request Tracker's REST2: its answers are those that were recorded (data/request-tracker.json)."""

import json
from urllib.parse import parse_qs

from harness import HERE, WORKSPACES, Case, Daemon, Receiver, event, eventually

WORKSPACES["havel"] = HERE / "havel"
RECORDED = {one["what"]: one["response"] for one in json.loads((HERE / "data" / "request-tracker.json").read_text())}


class Homes(Case):
    def setUp(self):
        super().setUp()
        self.desk = Receiver()
        self.addCleanup(self.desk.close)
        self.desk.rule("/REST/2.0/ticket/7/comment", body=RECORDED["comment on a ticket (JSON)"]["body"], status=201)
        self.system = {"base_url": self.desk.url}
        self.daemon = Daemon(self.folder / "data", workspaces=("havel",))
        self.addCleanup(self.daemon.release)
        self.number = 0

    def start(self):
        self.daemon.config = {"workspaces": {"havel": {"systems": {"helpdesk": self.system}, "allowed_addresses": ["127.0.0.1"]}}}
        return self.daemon.start()

    def keep(self, name, text):
        path = self.folder / "data" / name
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text + "\n")
        return name

    def answers(self, what):
        """The next change of the ticket is answered as it was recorded."""
        reply = RECORDED[what]
        self.desk.rule("/REST/2.0/ticket/7", times=1, status=reply["status"], body=reply["body"])

    def send(self, type, **data):
        self.number += 1
        self.daemon.send(event(f"e{self.number}", type, "7", source="desk_hook", **data))

    def began(self):
        self.start()
        self.send("ticket.created", title="Mail is down", severity="critical", status="open")
        eventually(lambda: self.desk.at("/REST/2.0/ticket/7/comment"))
        eventually(self.daemon.settled)

    def changes(self):
        return [json.loads(r["body"]) for r in self.desk.at("/REST/2.0/ticket/7", method="PUT")]

    def told(self, kind):
        return [row for row in self.daemon.audit(ticket="7") if row["kind"] == kind]

    def test_forms_and_texts_arrive_as_they_are(self):
        self.began()
        form = self.desk.at("/login")[0]
        self.assertEqual(form["headers"]["content-type"], "application/x-www-form-urlencoded")
        self.assertEqual(parse_qs(form["body"].decode()), {"user": ["escal & Söhne"], "realm": ["desk & co"]})
        comment = self.desk.at("/REST/2.0/ticket/7/comment")[0]
        self.assertEqual(json.loads(comment["body"]), {"Content": 'Escal hat übernommen: "Mail is down"', "ContentType": "text/plain"})

    def test_a_refusal_that_says_200_is_seen_as_one(self):
        self.began()
        self.answers("set an unknown status")
        self.send("ticket.updated", severity="low")
        eventually(lambda: self.told("call_failed"))
        self.assertEqual(self.changes(), [{"Status": "escalated"}])
        failed = self.told("call_failed")[0]
        self.assertIn("isn't a valid status for this ticket", failed["data"]["detail"])
        eventually(lambda: [row for row in self.told("notified") if "The help desk said" in row["text"] and "isn't a valid status" in row["text"]])
        self.assertEqual(self.daemon.get("/v1/tickets/7").json["status"], "escalated")
        self.assertEqual(len(self.changes()), 1)  # what it refuses it would refuse again

    def test_a_conflict_is_not_repeated(self):
        self.began()
        self.answers("set with If-Match (stale)")
        self.send("ticket.updated", severity="medium")
        eventually(lambda: self.told("call_failed"))
        self.assertIn("Precondition Failed", self.told("call_failed")[0]["data"]["detail"])
        change = self.desk.at("/REST/2.0/ticket/7", method="PUT")
        self.assertEqual([c["headers"]["if-match"] for c in change], ['"37"'])

    def test_an_echo_starts_nothing_and_a_later_word_stands(self):
        self.began()
        self.answers("resolve")  # "changed from"
        self.send("ticket.updated", severity="low")
        eventually(lambda: self.told("replied"))
        self.send("ticket.updated", severity="low", status="escalated")
        self.assertEqual(len(self.changes()), 1)
        self.assertEqual(self.told("overtaken"), [])
        self.send("ticket.updated", severity="critical", status="waiting_on_customer")
        self.assertEqual(self.daemon.get("/v1/tickets/7").json["status"], "waiting_on_customer")
        eventually(lambda: [row for row in self.told("notified") if "They said" in row["text"]])
        self.assertEqual(len(self.changes()), 1)
        self.assert_no_gap()

    def test_what_was_set_is_told_over_the_power_cut(self):
        self.began()
        self.desk.rule("/REST/2.0/ticket/7", status=503)
        self.send("ticket.updated", severity="low")
        eventually(self.changes)
        self.daemon.kill()  # it was told, and nobody knows whether that arrived
        self.desk.forget_rules()
        self.desk.rule("/REST/2.0/ticket/7", body=RECORDED["resolve"]["body"])
        self.daemon.start()
        eventually(lambda: [row for row in self.told("replied") if row["data"].get("field") == "status"])
        keys = {r["headers"]["idempotency-key"] for r in self.desk.at("/REST/2.0/ticket/7", method="PUT")}
        self.assertEqual(len(keys), 1)
        self.daemon.kill()
        self.daemon.start()
        before = len(self.changes())
        self.send("ticket.updated", severity="low", status="escalated")  # the echo, behind it all
        eventually(self.daemon.settled)
        self.assertEqual(len(self.changes()), before)
        self.assertEqual(self.told("overtaken"), [])
        self.assert_no_gap()

    def makings(self):
        return [r for r in self.desk.at("/REST/2.0/ticket", method="POST") if r["path"] == "/REST/2.0/ticket"]

    def made(self):
        return [json.loads(r["body"]) for r in self.makings()]

    def test_a_ticket_is_made_there_over_the_power_cut(self):
        """Nobody answers and escald dies: it is asked for with the same key again, and what is said of it waits until its id is known."""
        self.began()
        self.desk.rule("/REST/2.0/ticket", status=503)
        self.send("ticket.updated", severity="high")
        eventually(self.made)
        self.assertEqual(self.daemon.get("/v1/tickets/escal:T-1").json["homes"][0]["made"], "told")
        self.daemon.kill()
        self.desk.forget_rules()
        self.desk.rule("/REST/2.0/ticket", status=201, body={"id": "61", "type": "ticket"})
        for path in ("/REST/2.0/ticket/7/comment", "/REST/2.0/ticket/61/comment"):
            self.desk.rule(path, status=201, body=["noted"])
        self.daemon.start()
        eventually(lambda: self.desk.at("/REST/2.0/ticket/61/comment"))
        keys = {r["headers"]["idempotency-key"] for r in self.makings()}
        self.assertEqual((len(keys), self.made()[-1]), (1, {"Queue": "Purchasing", "Subject": "Order a part"}))
        self.assertEqual(json.loads(self.desk.at("/REST/2.0/ticket/61/comment")[0]["body"])["Content"], "Please hurry")
        eventually(self.daemon.settled)
        self.daemon.kill()
        self.daemon.start()
        self.daemon.send(event("e61", "ticket.resolved", "61", source="desk_hook", title="Order a part"))
        eventually(lambda: [e for e in self.daemon.escalations() if e["template"] == "ordered" and e["state"] == "closed"])
        here = self.daemon.get("/v1/tickets/61").json
        self.assertEqual((here["id"], here["status"], here["homes"][0]["id"], here["homes"][0]["made"]), ("escal:T-1", "resolved", "61", "accepted"))
        self.assertEqual(len(self.desk.at("/REST/2.0/ticket/61/comment")), 1)  # and not said again
        self.assertEqual([e["template"] for e in self.daemon.escalations()].count("outage"), 1)
        self.assert_no_gap()

    def test_how_far_a_field_has_come(self):
        self.began()
        self.desk.rule("/REST/2.0/ticket/7", status=503)
        self.send("ticket.updated", severity="low")
        eventually(self.changes)
        home = self.daemon.get("/v1/tickets/7").json["homes"][0]
        self.assertEqual((home["source"], home["id"], home["fields"][0]["name"], home["fields"][0]["state"]), ("desk_hook", "7", "status", "told"))
        self.desk.forget_rules()
        self.desk.rule("/REST/2.0/ticket/7", body=RECORDED["resolve"]["body"])
        eventually(lambda: self.daemon.get("/v1/tickets/7").json["homes"][0]["fields"][0]["state"] == "accepted")
        self.send("ticket.updated", severity="low", status="escalated")
        self.assertEqual(self.daemon.get("/v1/tickets/7").json["homes"][0]["fields"][0]["state"], "reported")
        shown = self.daemon.ctl("show", "7")
        self.assertIn("desk_hook as 7", shown.stdout)
        self.assertIn("status: escalated (reported", shown.stdout)

    def test_a_person_resolves_and_it_is_told(self):
        self.began()
        self.answers("resolve")
        self.daemon.post("/v1/tickets/7/resolve", {"as": "ana"})
        eventually(lambda: self.changes() == [{"Status": "resolved"}])
        eventually(lambda: [row for row in self.told("replied") if "changed from" in row["data"]["detail"]])

    def test_basic(self):
        self.system["auth"] = {"type": "basic", "user": "escal", "secret_file": self.keep("rt", "open sesame")}
        self.began()
        self.assertEqual(self.desk.at("/login")[0]["headers"]["authorization"], "Basic ZXNjYWw6b3BlbiBzZXNhbWU=")

    def test_a_token_is_fetched_and_renewed(self):
        login = Receiver()
        self.addCleanup(login.close)
        login.rule("/token", times=1, body={"access_token": "first", "expires_in": 3600})
        login.rule("/token", times=None, body={"access_token": "second-zebra", "expires_in": 3600})
        login.rules.reverse()
        self.system["auth"] = {"type": "oauth2", "token_url": f"{login.url}/token", "client_id": "escal", "scope": "write",
                               "secret_file": self.keep("client", "client-zebra")}
        self.desk.rule("/login", times=1, status=401, body={"message": "who are you"})
        self.began()
        self.assertEqual([r["headers"]["authorization"] for r in self.desk.at("/login")], ["Bearer first", "Bearer second-zebra"])
        self.assertEqual(self.desk.at("/REST/2.0/ticket/7/comment")[0]["headers"]["authorization"], "Bearer second-zebra")
        self.assertEqual([r["body"] for r in login.at("/token")], [b"grant_type=client_credentials&scope=write"] * 2)
        self.daemon.stop()
        for kept in (self.folder / "data").rglob("*"):
            if kept.is_file() and kept.name != "client":
                self.assertNotIn(b"zebra", kept.read_bytes(), kept)
