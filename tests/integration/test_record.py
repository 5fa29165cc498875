"""What the record says that nobody asked for: what an operator changed, who could not be reached, how old things ended."""

import shutil
import signal

from harness import WORKSPACES, Case, critical_ticket, eventually


class Record(Case):
    def rows(self, kind):
        return [row for row in self.daemon.audit() if row["kind"] == kind]


class Changes(Record):
    """A start or a SIGHUP that finds something else than the last one says so, once."""

    def changed(self):
        return [row["text"].split(" from ")[0] for row in self.rows("changed")]

    def hang_up(self):
        """Returns when the file was read: nobody changes it meanwhile."""
        read = self.daemon.errors().count("tokens_read")
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.daemon.errors().count("tokens_read") == read + 1)

    def test_tokens_at_a_hangup(self):
        daemon = self.daemon.start()
        for number, name in ((1, "late"), (2, "later")):
            token = daemon.add_token(name, "acme", "ana", "read")
            self.hang_up()
            eventually(lambda: len(self.changed()) == number)
            self.hang_up()  # the same once more is no change
            self.assertEqual(daemon.get("/v1/tickets", token=token).status, 200)
        self.assertEqual(self.changed(), ["the token file changed"] * 2)
        self.assertNotIn(token.split("_")[2], str(daemon.audit()))

    def test_a_configuration(self):
        self.daemon.start()
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.changed(), [])
        self.daemon.stop()
        self.daemon.config["delivery_attempts_max"] = 7
        self.daemon.start()
        eventually(lambda: self.changed() == ["the configuration changed"])  # a turn of its own, behind the start
        self.restart()
        self.assertEqual(self.changed(), ["the configuration changed"])

    def test_somebody_in_the_directory(self):
        folder = self.folder / "changing" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        self.daemon.workspaces[0] = folder
        self.daemon.start()
        self.daemon.stop()
        for path in folder.glob("*.esc"):
            path.write_text(path.read_text().replace("chen@acme.example", "chen.new@acme.example"))
        self.daemon.start()
        eventually(lambda: self.changed() == ["the workspace changed"])
        row = self.rows("changed")[0]
        self.assertEqual({len(row["data"][name]) for name in ("old", "new")}, {64})
        self.assertIn("the workspace changed", self.daemon.ctl("audit").stdout)


class OldButtons(Record):
    """Pressed in a chat long after: nobody gets an error, and nothing happens."""

    def test_an_old_button_after_a_restart(self):
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))
        self.daemon.post("/v1/escalations/E-1/ack", {"as": "chen"})
        self.daemon.post("/v1/tickets/INC-1/resolve", {"as": "chen"})
        for check in [c for c in self.daemon.escalation()["checks"] if c["result"] != "passed"]:
            self.daemon.post("/v1/escalations/E-1/override", {"as": "chen", "check": check["text"], "reason": "seen"})
        eventually(lambda: self.daemon.escalation()["state"] == "closed")
        for press in range(2):
            answer = self.daemon.post("/v1/escalations/E-1/ack", {"as": "dora"})
            self.assertEqual((answer.status, answer.json["noop"], answer.json["ticket"]), (200, True, "INC-1"))
            self.assertIn("E-1 (INC-1, Checkout is down) was closed as", answer.json["note"])
            self.restart()
        self.assertIn("(INC-1", self.daemon.ctl("ack", "E-1", "--as", "dora").stdout)


class Reach(Record):
    def test_who_cannot_be_reached_is_not_waited_for(self):
        """Every way to everybody is refused: the chain is run through at once, and the alarm stands."""
        for path in ("/chat/people", "/phone"):
            self.receiver.rule(path, status=404)
        self.mail.refuse(550, 100)
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.daemon.escalation()["alarm"])
        self.assertEqual(self.daemon.escalation()["owner"], "dora")
        eventually(self.daemon.settled)
        turns = [row["text"] for row in self.rows("failover")]
        self.assertTrue(all("could not be reached, every page was given up" in text for text in turns), turns)
        self.assertTrue(turns)

    def test_a_fault_of_one_receiver_touches_that_one(self):
        self.acme["channels"]["incidents"] = {"type": "smtp", "to": ["gone@acme.example", "eva@acme.example", "eva@acme.example"]}
        self.mail.unknown.add("gone@acme.example")
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.mail.to("eva@acme.example"))
        eventually(self.daemon.settled)
        rows = {row["address"]: row for row in self.daemon.outbox() if row["target"] == "incidents"}
        self.assertEqual({to: row["state"] for to, row in rows.items()}, {"gone@acme.example": "dead", "eva@acme.example": "accepted"})
        self.assertEqual(len(self.mail.to("eva@acme.example")), 1)
        keys = {to: row["key"] for to, row in rows.items()}
        self.restart()
        again = {row["address"]: row["key"] for row in self.daemon.outbox() if row["target"] == "incidents"}
        self.assertEqual(again, keys)
        dead = self.rows("delivery_dead")
        self.assertEqual([row["data"]["target"] for row in dead], ["incidents (gone@acme.example)"])
