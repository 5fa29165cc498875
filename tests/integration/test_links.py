"""Links in messages: what a person does by one, from the event to the trail, and what is the case where nothing is left to be done."""

import http.client
import json
import re
import stat

from chats import Slack
from harness import PATIENCE, START, Case, Daemon, event, eventually, later

PUBLIC = "https://desk.example/escal"
SOURCE = """workspace desk "Desk" { language 1  timezone "UTC" }
use std.ticket
use std.triage

person ana "Ana Ruiz" { email "ana@desk.example" }
person ben "Ben Falk" { email "ben@desk.example" }
person cleo "Cleo" { email "cleo@desk.example"  language de }
person dora { email "dora@desk.example" }
team support { ana, ben, cleo }

policy desk { last resort dora }

template outage "A customer is down" {
  start on ticket.created when ticket.severity = critical
  owners { primary ana ack within 15m  secondary ben ack within 15m }
  steps {
    set ticket.status to pending
    page primary "Please take {ticket.title}"
    await ack
    await resolved within 2d else raise overdue
  }
  qa { check confirmed "It runs again" before close }
  close when resolved
}

template question "Question" {
  start on ticket.created when ticket.severity = low
  owners { primary cleo ack within 1h }
  steps {
    ask owner "How do we go on with {ticket.title}?" within 1h {
      answer wait  "Einen Tag warten" { }
      answer close "Schließen" { set ticket.status to resolved }
      timeout { }
    }
    ask owner "And then?" within 1h { answer wait "Noch einen Tag" { } timeout { } }
    await resolved within 2d else raise overdue
  }
  close when resolved
}

template approval "Approval" {
  start on ticket.created when ticket.severity = medium
  owners { primary ana ack within 1h }
  steps {
    approve by ben "Restart {ticket.title}?" within 30m else { close as refused }
    await resolved within 2d else raise overdue
  }
  close when resolved
}
"""
LINK = re.compile(re.escape(PUBLIC) + r"(/x/[A-Za-z0-9_-]+)")


def ticket(identity, severity="critical", title="Checkout is down", **more):
    return event(identity, "ticket.created", f"INC-{identity}", title=title, severity=severity, **more)


class Linked(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("desk", SOURCE)
        self.daemon.config = {
            "public_url": PUBLIC + "/", "backoff_base_ms": 20, "backoff_max_ms": 200, "wrong_token_pause_max_ms": 0,
            "workspaces": {"desk": {"allowed_addresses": ["127.0.0.1"],
                                    "mail": {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "escal@desk.example", "tls": "none"}}}}

    def page(self, name, count=1):
        """The newest of so many mails that went to the person."""
        address = f"{name}@desk.example"
        eventually(lambda: len(self.mail.to(address)) >= count)
        return self.mail.to(address)[-1]["message"]

    def text(self, message):
        return message.get_body(("plain",)).get_content()

    def links(self, message):
        """The paths of its links, by the words before them."""
        return {line.rsplit(": ", 1)[0]: LINK.search(line)[1] for line in self.text(message).splitlines() if LINK.search(line)}

    def press(self, path, **form):
        body = "&".join(f"{k}={v}" for k, v in form.items())
        return self.daemon.request("POST", path, body, token=None, type="application/x-www-form-urlencoded")

    def look(self, path, method="GET", **headers):
        return self.daemon.request(method, path, token=None, headers=headers)

    def records(self, kind):
        return [row for row in self.daemon.audit() if row["kind"] == kind]


class ByMail(Linked):
    def test_a_page_is_taken_by_its_link(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1", title="Checkout <script>alert(1)</script> & more", account={"name": "Globex"}))
        message = self.page("ana")
        links = self.links(message)
        self.assertEqual(list(links), ["Acknowledge", "Hand it over, I can't, or it is a mistake"])
        self.assertNotIn("escalctl", self.text(message))
        html = message.get_body(("html",)).get_content()
        self.assertNotIn("<script", html)
        self.assertEqual([m[1] for m in LINK.finditer(html)], list(links.values()))
        take = links["Acknowledge"]
        before = daemon.audit()
        # Whatever looks at it on its way changes nothing.
        for method in ("GET", "HEAD", "GET"):
            answer = self.look(take, method)
            self.assertEqual(answer.status, 200)
        self.assertEqual(daemon.audit(), before)
        self.assertFalse(daemon.escalation()["acked"])
        page = answer.body.decode()
        for part in ("Take it", "Checkout &lt;script&gt;", "Globex", "desk · E-1 · INC-1", "You act as", "ana", "09:15 UTC"):
            self.assertIn(part, page)
        for part in ("<script", "style=", "onclick"):
            self.assertNotIn(part, page)
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertEqual((answer.headers["Referrer-Policy"], answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]),
                         ("no-referrer", "no-store", "nosniff"))
        style = re.search(r'href="/escal(/pages/[0-9a-f]+\.css)"', page)[1]
        self.assertEqual((self.look(style).status, self.look("/pages/0000000000000000.css").status), (200, 404))
        self.assertIn("immutable", self.look(style).headers["Cache-Control"])
        # One button does it, once.
        self.assertIn("You have E-1.", self.press(take).body.decode())
        acked, = self.records("acked")
        self.assertEqual((acked["actor"], acked["data"]["through"]), ("ana", "link"))
        self.assertIn("acked", {row["state"] for row in daemon.outbox() if row["target"] == "ana"})
        again = self.press(take)
        self.assertEqual(again.status, 409)
        self.assertIn("You have E-1.", again.body.decode())
        self.assertEqual(len(self.records("acked")), 1)
        self.assert_no_gap()
        token = take.rsplit("/", 1)[1]
        key = (daemon.folder / "links.keys").read_text().split()[-1]
        for kept in (daemon.errors(), json.dumps(daemon.audit())):
            self.assertNotIn(token, kept)
            self.assertNotIn(key, kept)

    def test_without_an_address_of_our_own_the_command_stands_there(self):
        del self.daemon.config["public_url"]
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        message = self.page("ana")
        self.assertFalse(message.is_multipart())
        self.assertIn("To act: escalctl ack E-1", message.get_content())
        self.assertFalse((daemon.folder / "links.keys").exists())
        self.assertEqual(self.look("/x/AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").json["code"], "no_such_route")

    def test_what_is_no_link_looks_like_any_other(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        take = self.links(self.page("ana"))["Acknowledge"]
        wrong = [take[:-1], take + "A", take[:-1] + ("A" if take[-1] != "A" else "B"), "/x/A", "/x/" + "A" * 48, "/x/%00", "/x/" + "A" * 5000]
        for at in range(3, len(take), 5):
            wrong.append(take[:at] + ("A" if take[at] != "A" else "B") + take[at + 1:])
        pages = {(self.look(path).status, self.look(path).body) for path in wrong[:5] + wrong[7:]}
        self.assertEqual(len(pages), 1, pages)
        self.assertEqual({status for status, _ in pages}, {404})
        for path in wrong:
            self.assertIn(self.look(path).status, (404, 414))
            self.assertIn(self.press(path).status, (404, 414))
        self.assertIn("gilt nicht", self.look(wrong[0], **{"Accept-Language": "de-DE,de;q=0.9"}).body.decode())
        self.assertEqual(self.records("acked"), [])
        self.assertEqual(self.press(take).status, 200)

    def test_wrong_links_are_slowed_down(self):
        self.daemon.config["wrong_token_pause_max_ms"] = 60000
        daemon = self.daemon.start()
        connections = []
        for _ in range(40):  # more than may wait: those behind them are sent away at once
            connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
            self.addCleanup(connection.close)
            connection.request("GET", "/x/AQAA")
            connections.append(connection)
        self.assertEqual(connections[-1].getresponse().status, 429)

    def test_what_is_handed_over_is_no_more_of_who_had_it(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        links = self.links(self.page("ana"))
        more = links["Hand it over, I can't, or it is a mistake"]
        page = self.look(more).body.decode()
        for part in ('value="ben"', 'value="cleo"', 'value="dora"', "It goes to Ben Falk (ben), who comes next."):
            self.assertIn(part, page)
        self.assertEqual(self.press(more, do="cannot").status, 422)
        self.assertEqual(self.press(more, do="handoff", to="mallory", reason="x").status, 409)
        self.assertEqual(self.press(more, do="answer.1").status, 409)
        self.assertEqual(self.press(more, do="nonsense").status, 422)
        self.assertEqual(daemon.escalation()["owner"], "ana")
        self.assertIn("was handed to ben", self.press(more, do="cannot", reason="On+a+train").body.decode())
        self.assertEqual(daemon.escalation()["owner"], "ben")
        handed, = self.records("handoff")
        self.assertEqual((handed["actor"], handed["data"]["reason"], handed["data"]["through"]), ("ana", "On a train", "link"))
        for path in (links["Acknowledge"], more):
            self.assertIn("E-1 has changed hands since this message was sent. ben has it now.", self.look(path).body.decode())
            self.assertEqual(self.press(path, do="ack").status, 409)
        self.assertEqual(daemon.escalation()["owner"], "ben")
        theirs = self.links(self.page("ben"))
        self.assertIn("You have E-1.", self.press(theirs["Acknowledge"]).body.decode())
        self.assertIn("cleo", self.press(theirs["Hand it over, I can't, or it is a mistake"], do="handoff", to="cleo", reason="yours").body.decode())
        self.assertEqual(daemon.escalation()["owner"], "cleo")

    def test_a_mistake_is_called_off(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        more = self.links(self.page("ana"))["Hand it over, I can't, or it is a mistake"]
        self.assertEqual(daemon.get("/v1/tickets/INC-1").json["status"], "pending")
        self.assertEqual(self.press(more, do="call-off", reason="+").status, 422)
        self.assertIn("E-1 is called off.", self.press(more, do="call-off", reason="a+drill").body.decode())
        shown = daemon.escalation()
        self.assertEqual((shown["state"], shown["outcome"]), ("closed", "called_off"))
        self.assertNotIn(daemon.get("/v1/tickets/INC-1").json["status"], ("pending", "resolved", "closed"))
        called, = self.records("called_off")
        self.assertEqual((called["actor"], called["data"]["reason"]), ("ana", "a drill"))
        self.assertEqual([row["kind"] for row in daemon.audit() if row["kind"] == "check_not_asked"], ["check_not_asked"])
        self.assertIn("E-1 was closed as called_off on", self.look(more).body.decode())
        self.assertEqual(self.press(more, do="call-off", reason="again").status, 409)
        self.restart()
        self.assertIn("E-1 was closed as called_off on", self.look(more).body.decode())

    def test_whoever_was_called_hears_that_it_is_called_off(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        self.page("ana")
        daemon.ctl("handoff", "E-1", "--to", "ben", "--reason", "yours", "--expect", "acked", "--within", "15m")
        self.page("ben")
        done = daemon.post("/v1/escalations/E-1/call-off", {"as": "dora", "reason": "a drill"})
        self.assertEqual(done.status, 200)
        for name in ("ana", "ben"):
            eventually(lambda: any("E-1 (INC-1), A customer is down, Checkout is down, was called off by dora as a mistake: a drill." in self.text(m["message"])
                                   for m in self.mail.to(f"{name}@desk.example")))
        self.assertEqual(daemon.post("/v1/escalations/E-1/call-off", {"as": "dora", "reason": "a drill"}).json["noop"], True)
        self.assertEqual(daemon.post("/v1/tickets/INC-1/call-off", {"as": "dora", "reason": "a drill"}).status, 409)

    def test_a_question_is_answered_in_the_language_of_whom_it_asks(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1", "low"))
        message = next(m["message"] for m in eventually(lambda: [m for m in self.mail.to("cleo@desk.example") if "Einen Tag" in self.text(m["message"])]))
        self.assertIn("Bitte entscheiden bis: ", self.text(message))
        links = self.links(message)
        page = self.look(links["Schließen"]).body.decode()
        self.assertIn('<html lang="de">', page)
        self.assertIn("Schließen</button>", page)
        self.assertNotIn("Einen Tag warten</button>", page)  # a link for one answer is for that one alone
        self.assertIn("Ihre Antwort wurde angenommen: Einen Tag warten", self.press(links["Einen Tag warten"]).body.decode())
        answered, = self.records("answered")
        self.assertEqual((answered["actor"], answered["data"]["answer"], answered["data"]["through"]), ("cleo", "wait", "link"))
        # who was asked and answers has noticed it
        acked, = self.records("acked")
        self.assertEqual((acked["actor"], acked["data"]["noticed"]), ("cleo", "by answering"))
        # the next question has an answer of the same name, and is another one
        eventually(lambda: any("And then?" in m["message"]["Subject"] for m in self.mail.to("cleo@desk.example")))
        for path in links.values():
            if path != list(links.values())[-1]:
                late = self.press(path)
                self.assertEqual(late.status, 409)
                self.assertIn("schon entschieden", late.body.decode())
        self.assertEqual(len(self.records("answered")), 1)

    def test_an_approval_and_a_refusal_with_its_reason(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1", "medium"), ticket("2", "medium"))
        eventually(lambda: len([m for m in self.mail.to("ben@desk.example") if "Restart" in m["message"]["Subject"]]) == 2)
        asked = {re.search(r"E-\d", self.text(m["message"]))[0]: self.links(m["message"]) for m in self.mail.to("ben@desk.example")}
        self.assertIn("You have approved it", self.press(asked["E-1"]["Approve"]).body.decode())
        reject = asked["E-2"]["Reject"]
        self.assertIn('name="reason"', self.look(reject).body.decode())
        self.assertEqual(self.press(reject).status, 422)
        self.assertIn("You have rejected it", self.press(reject, reason="not+on+a+Friday").body.decode())
        rejected, = self.records("rejected")
        self.assertEqual((rejected["actor"], rejected["data"]["reason"]), ("ben", "not on a Friday"))
        self.assertEqual(daemon.escalation("E-2")["outcome"], "refused")
        for path in (asked["E-1"]["Reject"], asked["E-2"]["Approve"]):
            self.assertEqual(self.press(path, reason="x").status, 409)

    def test_a_link_ends_with_its_deadline_and_outlives_a_kill(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        take = self.links(self.page("ana"))["Acknowledge"]
        self.restart(later(START, minutes=5))
        self.assertIn("Take it", self.look(take).body.decode())
        self.restart(later(START, minutes=20))
        eventually(lambda: daemon.escalation()["owner"] == "ben")
        page = self.look(take).body.decode()
        self.assertIn("The time for this was over", page)
        self.assertIn("Now it is with ben", page)
        self.assertEqual(self.press(take).status, 409)
        self.assertEqual(daemon.escalation()["owner"], "ben")

    def test_keys_are_nobody_elses_and_take_turns(self):
        daemon = self.daemon.start()
        path = daemon.folder / "links.keys"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        daemon.send(ticket("1"))
        take = self.links(self.page("ana"))["Acknowledge"]
        keys = path.read_text().split("\n")
        self.restart(extra=["--new-link-key"])
        self.assertEqual(path.read_text().split("\n")[2], keys[1])
        self.assertEqual(self.look(take).status, 200)
        self.restart(extra=["--new-link-key"])
        self.assertEqual(self.look(take).status, 404)
        daemon.stop()
        path.chmod(0o644)
        daemon.start(wait=False)
        self.assertEqual(daemon.finish(), 2)
        self.assertIn("links.keys in the data folder may be read by others", daemon.errors())
        path.chmod(0o600)
        path.write_text("not a key\n")
        daemon.start(wait=False)
        self.assertEqual(daemon.finish(), 2)
        self.assertIn("links.keys in the data folder: line 1: a key has 64 hexadecimal digits", daemon.errors())


class InSlack(Linked):
    def setUp(self):
        super().setUp()
        self.slack = Slack("xoxb-canary", {"ana@desk.example": "U0ANA", "ben@desk.example": "U0BEN"})
        self.addCleanup(self.slack.close)
        folder = self.daemon.workspaces[0]
        source = (folder / "desk.esc")
        source.write_text(re.sub(r'email "(\w+)@desk', r'chat "\1@desk', SOURCE))
        secret = self.daemon.folder / "bot"
        secret.touch(mode=0o600)
        secret.write_text("xoxb-canary\n")
        self.daemon.config["workspaces"]["desk"]["people"] = {"chat": {"type": "slack", "url": self.slack.url + "/api", "secret_file": "bot"}}

    def test_from_the_event_to_the_trail(self):
        daemon = self.daemon.start()
        daemon.send(ticket("1"))
        message = eventually(lambda: [m for (where, _), m in self.slack.messages.items() if where == "D0ANA" and "blocks" in m])[0]
        buttons = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
        self.assertEqual([e["text"]["text"] for e in buttons], ["Acknowledge", "Hand it over, I can't, or it is a mistake"])
        path = LINK.fullmatch(buttons[0]["url"])[1]
        self.assertIn("Take it", self.look(path).body.decode())
        self.assertEqual(self.press(path).status, 200)
        self.assertEqual(daemon.kinds().count("acked"), 1)
        acked = next(r for r in daemon.audit() if r["kind"] == "acked")
        self.assertEqual((acked["actor"], acked["data"]["through"]), ("ana", "link"))
