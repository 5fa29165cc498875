"""What is wrong with the daemon itself reaches somebody: as an escalation of a workspace, or at an address; once, and its end too."""

import json
import time

from harness import WORKSPACES, Case, Daemon, critical_ticket, eventually

OPS = """workspace ops "Operations" { language 1  timezone "Europe/Berlin" }
person olga "Olga Marin" { email "olga@agency.example" }
use std.alarms
channel desk chat
template layer "Escal itself" {
  start on alarm.raised
  owners { primary olga  ack within 10m }
  steps {
    notify desk "{event.code} of {event.client}: {event.sentence} ({event.about}) {ticket.severity}"
    await resolved within 30d
      else { close as late }
  }
  close when resolved
}
policy ops { last resort olga }
"""


class Alarms(Case):
    def setUp(self):
        super().setUp()
        folder = self.folder / "ops"
        folder.mkdir()
        (folder / "ops.esc").write_text(OPS)
        WORKSPACES["ops"] = folder
        self.addCleanup(WORKSPACES.pop, "ops")
        config = self.daemon.config
        config.update({"late_s": 1, "alarms": {"workspace": "ops", "settle_s": 1, "allowed_addresses": ["127.0.0.1"]}})
        config["workspaces"]["ops"] = {
            "channels": {"desk": {"type": "chat", "url": f"{self.receiver.url}/ops/desk"}},
            "mail": {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "escal@agency.example", "tls": "none"},
            "allowed_addresses": ["127.0.0.1"],
        }
        self.daemon = Daemon(self.daemon.folder, ("acme", "ops"), config)
        self.addCleanup(self.daemon.release)
        self.ops = self.daemon.add_token("ops", "ops", "demo", "events,read,act,start,people,audit,act-as,clock")

    def open(self, state="open"):
        return self.daemon.get(f"/v1/escalations?state={state}", token=self.ops).json["items"]

    def broken(self):
        """Two people of acme who cannot be reached by chat."""
        self.receiver.rule("/chat/people", status=410)
        self.daemon.start()
        self.daemon.send(critical_ticket("1", "M-1"))
        return eventually(lambda: len(self.open()) == 2 and self.open())

    def test_it_is_escalated_once_and_closed_when_it_is_over(self):
        rows = self.broken()
        first = next(row for row in rows if row["ticket"].startswith("alarm:acme:delivery_dead:"))
        self.assertEqual((first["owner"], first["severity"]), ("olga", "medium"))
        self.assertEqual(first["ticket_title"], "acme: messages do not arrive: the last one was given up")
        texts = eventually(lambda: [text for text in self.receiver.texts("/ops/desk") if "delivery_dead of acme" in text])
        self.assertRegex(texts[0], r"delivery_dead of acme: messages do not arrive: the last one was given up \(\w+ by chat\) medium")
        self.restart()  # it is known by its ticket
        time.sleep(3)
        self.assertEqual(sorted(row["ticket"] for row in self.open()), sorted(row["ticket"] for row in rows))
        self.receiver.forget_rules()
        self.daemon.send(critical_ticket("2", "M-2"))
        eventually(lambda: self.open("closed"))
        closed = self.open("closed")[0]
        self.assertTrue(closed["ticket"].startswith("alarm:acme:"), closed)

    def test_one_that_ended_while_the_daemon_was_off_is_closed(self):
        rows = self.broken()
        self.daemon.kill()
        self.receiver.forget_rules()
        self.daemon.start(at="2026-03-04T09:00:00.000Z")  # dead messages are a day old by then
        eventually(lambda: len(self.open("closed")) == len(rows), patience=90)

    def test_what_is_wrong_with_its_own_deliveries_does_not_feed_itself(self):
        self.receiver.rule("/ops/desk", status=410)
        self.receiver.rule("/chat/people", status=410)
        self.daemon.config["alarms"]["to"] = {"type": "webhook", "url": f"{self.receiver.url}/address"}
        self.daemon.start()
        self.daemon.send(critical_ticket("1", "M-1"))
        own = "alarm:ops:delivery_dead:desk by chat"
        eventually(lambda: [row for row in self.open() if row["ticket"] == own])
        eventually(lambda: self.said("/address"))
        count = len(self.open())
        time.sleep(6)
        self.assertEqual(len(self.open()), count)
        self.assertEqual(len([text for text in self.said("/address") if text.startswith("ALARM delivery_dead of ops")]), 1)
        self.assertEqual([text for text in self.said("/address") if "of acme" in text], [])  # the workspace took these

    def said(self, path):
        return [json.loads(one["body"])["data"]["text"] for one in self.receiver.at(path)]

    def test_an_address_is_told_reminded_and_told_the_end(self):
        self.daemon.config["alarms"] = {"to": {"type": "webhook", "url": f"{self.receiver.url}/address"}, "settle_s": 1, "again_s": 2,
                                        "allowed_addresses": ["127.0.0.1"]}
        (self.daemon.folder / "heartbeat").mkdir()
        self.daemon.config["heartbeat"] = {"url": f"{self.receiver.url}/ping", "every_s": 1, "allowed_addresses": ["127.0.0.1"]}
        self.daemon.start()
        eventually(lambda: len(self.said("/address")) >= 3)
        texts = self.said("/address")
        self.assertRegex(texts[0], r"^ALARM data_not_written: the data folder takes nothing; since 2026-03-02T09:00:")
        self.assertTrue(all(text.startswith("STILL data_not_written: ") for text in texts[1:]), texts)
        (self.daemon.folder / "heartbeat").rmdir()
        eventually(lambda: any(text.startswith("OVER data_not_written: ") for text in self.said("/address")))

    def test_a_workspace_that_does_not_understand_them(self):
        self.daemon.config["alarms"] = {"workspace": "acme", "to": {"type": "webhook", "url": f"{self.receiver.url}/address"}, "settle_s": 1,
                                        "allowed_addresses": ["127.0.0.1"]}
        self.receiver.rule("/ops/desk", status=410)
        (self.daemon.folder / "heartbeat").mkdir()
        self.daemon.config["heartbeat"] = {"url": f"{self.receiver.url}/ping", "every_s": 1, "allowed_addresses": ["127.0.0.1"]}
        self.daemon.start()
        eventually(lambda: "acme declares no events alarm.raised and alarm.over" in self.daemon.errors() + self.daemon.follow())
        eventually(lambda: self.said("/address"))
        self.assertTrue(self.said("/address")[0].startswith("ALARM data_not_written"))
