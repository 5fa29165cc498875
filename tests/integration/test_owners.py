"""Who has it, as people meet it: acknowledgements and hand-offs that come too late or go nowhere, and a night in which nobody answers."""

from harness import START, Case, critical_ticket, eventually, later


class Owners(Case):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))

    def act(self, verb, **body):
        if verb == "handoff":
            body = {"expect": "acked", "within": "15m", **body}
        return self.daemon.post(f"/v1/escalations/E-1/{verb}", body)

    def test_nobody_hands_over_what_they_own_no_more(self):
        give = {"as": "chen", "reason": "lunch"}
        self.assertEqual(self.act("handoff", to="erik", **give).status, 200)
        second = self.act("handoff", to="dora", **give)
        self.assertEqual((second.status, second.json["code"]), (409, "conflict"))
        self.assertIn("erik is accountable", second.json["detail"])
        self.assertEqual((self.daemon.escalation()["owner"], self.daemon.escalation()["handoffs"]), ("erik", 1))

    def test_nobody_gets_it_while_away(self):
        self.assertEqual(self.daemon.post("/v1/people/erik/absent", {"for": "2h"}).status, 200)
        refused = self.act("handoff", to="erik", reason="lunch", **{"as": "chen"})
        self.assertEqual((refused.status, refused.json["code"]), (409, "conflict"))
        self.assertIn("erik is away until", refused.json["detail"])
        self.assertEqual(self.daemon.escalation()["owner"], "chen")

    def test_whoever_stands_in_gets_it(self):
        """M8.7, M1.21: the deputy that was named is known behind a kill too."""
        away = {"for": "2h", "deputy": "fay"}
        self.assertEqual(self.daemon.post("/v1/people/chen/absent", away).status, 200)
        self.assertEqual(self.daemon.escalation()["owner"], "fay")
        self.restart()
        given = self.act("handoff", to="chen", reason="lunch", **{"as": "fay"})
        self.assertIn("fay has it already", given.json["note"])
        self.assertEqual((self.daemon.escalation()["owner"], self.daemon.escalation()["handoffs"]), ("fay", 0))
        self.daemon.send(critical_ticket("e2", "INC-2"))
        self.assertEqual(self.daemon.escalation("E-2")["owner"], "fay")

    def test_an_absence_that_was_planned_begins_by_itself(self):
        """M8.8: also when the daemon stood still at that time."""
        plan = {"from": later(START, hours=1), "until": later(START, hours=3), "deputy": "fay"}
        self.assertEqual(self.act("ack", **{"as": "chen"}).status, 200)
        self.assertEqual(self.daemon.post("/v1/people/chen/absent", plan).status, 200)
        self.assertEqual(self.daemon.escalation()["owner"], "chen")
        self.restart(later(START, minutes=61))
        eventually(lambda: self.daemon.escalation()["owner"] == "fay")
        self.assertEqual(self.daemon.kinds("E-1").count("failover"), 1)

    def test_who_is_no_deputy(self):
        for deputy, status in (("chen", 422), ("nobody_here", 404)):
            answer = self.daemon.post("/v1/people/chen/absent", {"for": "2h", "deputy": deputy})
            self.assertEqual(answer.status, status)
        self.assertEqual(self.daemon.post("/v1/people/chen/absent", {"for": "2h", "from": "soon"}).status, 422)
        self.assertEqual(self.daemon.escalation()["owner"], "chen")

    def test_a_refusal_by_the_policy_is_no_success(self):
        for n in range(20):
            answer = self.act("handoff", to=("erik", "fay")[n % 2], reason="round and round")
            if answer.status != 200:
                break
        self.assertEqual((answer.status, answer.json["code"]), (409, "conflict"))
        self.assertIn("no more hand-offs", answer.json["detail"])
        self.assertIn("limited", self.daemon.kinds())
        self.assertEqual(self.daemon.escalation()["handoffs"], n)

    def test_who_comes_too_late_hears_who_has_it(self):
        self.assertEqual(self.act("ack", **{"as": "chen"}).json["noop"], False)
        answer = self.act("ack", **{"as": "dora"}).json
        self.assertTrue(answer["noop"])
        self.assertIn("chen has it", answer["note"])
        self.assertIn("chen has it", self.daemon.ctl("ack", "E-1", "--as", "dora").stdout)

    def test_others_take_it_over_with_a_reason(self):
        refused = self.act("ack", **{"as": "fay"})
        self.assertEqual(refused.status, 403)
        self.assertIn("handoff to fay", refused.json["detail"])
        self.assertEqual(self.act("handoff", to="fay", reason="I know this server", **{"as": "fay"}).status, 200)
        self.assertEqual((self.daemon.escalation()["owner"], self.daemon.escalation()["acked"]), ("fay", True))

    def test_nobody_answers_all_night(self):
        for minutes in (6, 12, 23, 40):
            self.restart(later(START, minutes=minutes))
            eventually(self.daemon.settled)
        eventually(lambda: self.daemon.escalation()["alarm"])  # what was due while it stood still comes after the start
        self.assertEqual(self.daemon.escalation()["owner"], "dora")
        self.assertEqual(self.daemon.get("/health").json["alarms"], 1)
        pages = len([r for r in self.daemon.audit() if r["kind"] == "alarm"])
        self.restart(later(START, hours=2))
        eventually(lambda: len([r for r in self.daemon.audit() if r["kind"] == "alarm"]) == pages + 1)
        self.assertEqual(self.act("ack", **{"as": "dora"}).status, 200)
        self.assertFalse(self.daemon.escalation()["alarm"])
        eventually(lambda: self.daemon.get("/health").json["alarms"] == 0)
        self.restart(later(START, hours=9))
        self.assertEqual(len([r for r in self.daemon.audit() if r["kind"] == "alarm"]), pages + 1)
