"""Rounds, passes and turns of a team over kill -9: what was counted and drawn is counted and drawn once."""

import shutil

from harness import START, WORKSPACES, Case, event, eventually, key_of, later

TEMPLATE = """
template pump "A pump waits" {
  start on ticket.created
    when ticket.kind = request
  owners {
    primary    round_robin(editors)  ack within 5m
    secondary  ana, ben              ack within 5m
    escalation erik                  ack within 5m
    repeat 2 times
  }
  steps {
    every 15m at most 4 times until escalation.acked {
      notify incidents "pump {ticket.id} waits"
    } else { notify incidents "pump {ticket.id} gave up" }
    await resolved within 30d
      else { close as late }
  }
  qa {
    check acknowledged within 5m
    check accepted
  }
  close when resolved
}
"""


def pump(identity, subject):
    return event(identity, "ticket.created", subject, title="Pump", kind="request", severity="low", account={"name": "Globex"})


class Rounds(Case):
    def setUp(self):
        super().setUp()
        folder = self.folder / "pumps" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        (folder / "pump.esc").write_text(TEMPLATE)
        policy = folder / "policy.esc"
        policy.write_text(policy.read_text().replace("  last resort dora\n", "  last resort dora, chen ack within 10m\n"))
        self.daemon.workspaces[0] = folder
        self.daemon.start()

    def keys_of(self, words):
        """Effects, whatever was sent again because nobody knew that it had arrived."""
        eventually(self.daemon.settled)
        return {key_of(request) for request in self.receiver.at("/chat/incidents") if words.encode() in request["body"]}

    def test_rounds_go_on_where_they_were(self):
        self.daemon.send(pump("e1", "P-1"))
        eventually(lambda: len(self.keys_of("waits")) == 1)
        for minutes, rounds in ((16, 2), (33, 3), (49, 4)):
            self.restart(later(START, minutes=minutes))
            eventually(lambda: len(self.keys_of("waits")) == rounds)
            for _ in range(2):  # the same moment once more: nothing is made twice
                self.restart(later(START, minutes=minutes))
            eventually(self.daemon.settled)
            self.assertEqual(len(self.keys_of("waits")), rounds)
            self.assertEqual(len(self.keys_of("gave up")), 0)
        self.assertIn("its 4 rounds", self.daemon.escalation()["waiting_for"])
        self.restart(later(START, minutes=65))
        eventually(lambda: len(self.keys_of("gave up")) == 1)
        self.assertEqual(len(self.keys_of("waits")), 4)
        self.assert_no_gap()

    def test_after_hours_of_silence_there_is_one_round(self):
        self.daemon.send(pump("e1", "P-1"))
        eventually(lambda: len(self.keys_of("waits")) == 1)
        self.restart(later(START, minutes=130))
        eventually(lambda: len(self.keys_of("waits")) == 2)
        eventually(lambda: self.daemon.escalation()["waiting_for"].startswith("round 3 of 4"))
        self.assertEqual(len(self.keys_of("waits")), 2)

    def test_an_acknowledgement_ends_the_rounds(self):
        self.daemon.send(pump("e1", "P-1"))
        self.restart(later(START, minutes=1))
        self.daemon.ctl("ack", "E-1", "--as", self.daemon.escalation()["owner"])
        self.restart(later(START, minutes=130))
        eventually(lambda: self.daemon.escalation()["waiting_for"].startswith("the resolution"))
        self.assertEqual((len(self.keys_of("waits")), len(self.keys_of("gave up"))), (1, 0))

    def test_level_and_pass_are_kept(self):
        self.daemon.send(pump("e1", "P-1"))
        first = self.daemon.escalation()
        self.assertEqual((first["level"], first["levels"], first["pass"], first["passes"]), (1, 3, 1, 3))
        for minutes in (6, 12, 18):
            before = self.daemon.kinds().count("failover")
            self.restart(later(START, minutes=minutes))
            eventually(lambda: self.daemon.kinds().count("failover") > before)
        eventually(lambda: (self.daemon.escalation()["level"], self.daemon.escalation()["pass"]) == (1, 2))
        second = self.daemon.escalation()
        self.assertEqual({first["owner"], second["owner"]}, {"fay", "ben"})  # the next of the team
        self.assertIn("pass 2 of 3", self.daemon.ctl("show", "E-1").stdout)
        self.assertIn("repeated", self.daemon.kinds())

    def test_nobody_is_drawn_twice(self):
        """Killed right behind the event, at several moments: each ticket has the next of the team, and keeps it."""
        owners = []
        for number in range(4):
            self.daemon.send(pump(f"e{number}", f"P-{number}"))
            self.restart(later(START, minutes=1))
            owners.append(self.daemon.escalation(f"E-{number + 1}")["owner"])
        self.assertEqual(owners, ["fay", "ben", "fay", "ben"])
        self.assertEqual([self.daemon.kinds(f"E-{number + 1}").count("drawn") for number in range(4)], [1, 1, 1, 1])
        turns = [row for row in self.daemon.get("/v1/oncall").json["items"] if row.get("turns")]
        self.assertEqual([(row["who"], row["last_drawn"], row["person"]) for row in turns], [("editors", "ben", "fay")])

    def test_the_list_of_last_resorts(self):
        self.daemon.send(pump("e1", "P-1"))
        for minutes in range(6, 60, 6):
            before = self.daemon.kinds().count("failover")
            self.restart(later(START, minutes=minutes))
            eventually(lambda: self.daemon.kinds().count("failover") > before)
        eventually(lambda: self.daemon.escalation()["role"] == "last_resort")
        self.assertEqual(self.daemon.escalation()["owner"], "dora")
        self.restart(later(START, minutes=75))
        eventually(lambda: self.daemon.escalation()["owner"] == "chen")
        self.assertEqual(self.daemon.escalation()["alarm"], False)
        self.restart(later(START, minutes=90))
        eventually(lambda: self.daemon.escalation()["alarm"])
        self.assertEqual(self.daemon.escalation()["owner"], "dora")


class Shifts(Case):
    def test_what_is_open_goes_to_the_next_shift(self):
        """acme's platform_oncall follows shift: chen's week ends on the ninth of March at nine in Berlin."""
        self.daemon.start(at="2026-03-09T06:00:00Z")
        self.daemon.send(event("e1", "ticket.created", "INC-1", title="Down", severity="critical", account={"name": "Globex", "tier": "enterprise"}))
        self.daemon.ctl("ack", "E-1", "--as", "chen")
        self.restart("2026-03-09T08:01:00Z")
        eventually(lambda: self.daemon.escalation()["owner"] == "ana")
        self.assertFalse(self.daemon.escalation()["acked"])
        self.assert_once("shift_ended")
        page = [row for row in self.daemon.outbox() if row["target"] == "ana"][0]
        self.assertIn("the shift of chen has ended", str(page["body"]))

    def test_whoever_has_it_may_keep_it(self):
        self.daemon.start(at="2026-03-09T06:00:00Z")
        self.daemon.send(event("e1", "ticket.created", "INC-1", title="Down", severity="critical", account={"name": "Globex", "tier": "enterprise"}))
        self.daemon.ctl("ack", "E-1", "--as", "chen")
        self.assertNotEqual(self.daemon.ctl("keep", "E-1", "--as", "chen", status=None).returncode, 0)  # without a reason
        self.daemon.ctl("keep", "E-1", "--as", "chen", "--reason", "nearly done")
        self.restart("2026-03-09T08:01:00Z")
        eventually(self.daemon.settled)
        self.assertEqual(self.daemon.escalation()["owner"], "chen")
        self.assert_once("shift_kept")
        refused = self.daemon.post("/v1/escalations/E-1/keep", {"as": "dora", "reason": "mine"})
        self.assertEqual((refused.status, refused.json["code"]), (403, "forbidden"))
