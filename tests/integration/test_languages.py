"""What Escal says by itself, in the language of who reads it: by chat, telephone and mail, and behind a kill."""

import json
import re
import shutil

from harness import START, WORKSPACES, Case, event, eventually, later

TEMPLATE = """
template pump "A pump waits" {
  start on ticket.created
    when ticket.kind = request
  owners {
    primary    ops_leads  ack within 5m
    secondary  chen       ack within 5m
    escalation fay        ack within 5m
  }
  steps {
    await ack
    await resolved within 30d
      else { close as late }
  }
  qa {
    check acknowledged within 5m else { }
    check accepted
  }
  close when resolved
}
"""
DORA = 'person dora "Dora Lindt"  { email "dora@acme.example"  chat "@dora" }'
FAY = 'person fay  "Fay Johnson" { email "fay@acme.example"  phone "+1 212 555 0199"  timezone "America/New_York" }'


def pump(identity, subject):
    return event(identity, "ticket.created", subject, title="Pump", kind="request", severity="low", account={"name": "Globex"})


class Languages(Case):
    def setUp(self):
        super().setUp()
        folder = self.folder / "pumps" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        (folder / "pump.esc").write_text(TEMPLATE)
        directory = folder / "directory.esc"
        text = directory.read_text()
        self.assertIn(DORA, text)
        self.assertIn(FAY, text)
        dora = DORA.replace(" }", '  phone "+49 30 5550102"  reach by chat, then phone after 3m  language de }')
        directory.write_text(text.replace(DORA, dora).replace(FAY, FAY.replace(" }", "  language de }")))
        self.daemon.workspaces[0] = folder
        self.daemon.start()
        self.daemon.send(pump("e1", "P-1"))

    def chats(self, name):
        bodies = [json.loads(request["body"]) for request in self.receiver.at("/chat/people")]
        return [body["text"] for body in bodies if body["channel"] == name]

    def calls(self, words):
        return [request for request in self.receiver.at("/phone") if words in request["body"].decode()]

    def test_everybody_is_paged_in_their_own_language(self):
        eventually(lambda: self.chats("@dora") and self.chats("@erik"))
        self.assertRegex(self.chats("@dora")[0],
                         r"RUF: Sie sind verantwortlich für P-1, zu bestätigen bis 2026-[-0-9: ]* CES?T: A pump waits, Pump\n"
                         r"Kunde: Globex\nZu bestätigen bis: .*; danach wird chen \(secondary\) gerufen\nZu tun: escalctl ack E-1\n")
        self.assertRegex(self.chats("@erik")[0],
                         r"PAGE: With you, dora is accountable for P-1, to be acknowledged by 2026-[-0-9: ]* CES?T: A pump waits, Pump\n"
                         r"Customer: Globex\nAcknowledge by: .*; then chen \(secondary\) is called\nTo act: escalctl ack E-1\n")

    def test_what_is_under_way_keeps_its_language_behind_a_kill(self):
        eventually(lambda: self.chats("@dora"))
        self.restart(later(START, minutes=4))  # her telephone's turn has come
        eventually(lambda: self.calls("Sie sind verantwortlich für P-1"))
        self.restart(later(START, minutes=6))  # and chen's; she hears of it
        english = "A pump waits, Pump: dora did not acknowledge within 5m, (59 s|1m) late\nCustomer: Globex\n"
        german = r"chen ist jetzt verantwortlich für P-1: A pump waits, Pump: dora hat innerhalb von 5m \(bemerkt (59 s|1m) danach\) nicht bestätigt"
        eventually(lambda: any(re.search(english, text) for text in self.chats("@chen")))  # others may have come twice
        eventually(lambda: any(re.match(german, text) for text in self.chats("@dora")))

    def test_the_trail_is_english(self):
        eventually(lambda: self.chats("@dora"))
        self.restart(later(START, minutes=6))
        eventually(lambda: self.daemon.escalation()["owner"] == "chen")
        self.restart(later(START, minutes=12))
        eventually(lambda: self.daemon.escalation()["owner"] == "fay")
        eventually(self.daemon.settled)
        self.assertTrue(self.mail_to("fay@acme.example"))
        trail = json.dumps(self.daemon.audit(), ensure_ascii=False)
        self.assertIn("You are accountable for P-1", trail)
        for word in ("verantwortlich", "bestätig", "gerufen", "\ufdd2"):
            self.assertNotIn(word, trail)
        self.assertNotIn("\ufdd2", json.dumps(self.daemon.outbox(), ensure_ascii=False))

    def mail_to(self, address):
        return self.mail.to(address)
