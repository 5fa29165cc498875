"""Who may do what, as people meet it: refusals with their rule, and hand-offs that are offered, over kills."""

from harness import START, Case, critical_ticket, eventually, later


class Rights(Case):
    def setUp(self):
        super().setUp()
        self.tokens = {name: self.daemon.add_token(name, "acme", name, "read,act,people") for name in ("chen", "dora", "fay")}
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))

    def act(self, who, verb, **body):
        return self.daemon.post(f"/v1/escalations/E-1/{verb}", body, token=self.tokens[who])

    def refused(self):
        return [row for row in self.daemon.audit() if row["kind"] == "refused"]

    def test_a_stranger_is_refused_with_the_rule_and_how_to_take_it(self):
        answer = self.act("fay", "call-off", reason="all well")
        self.assertEqual((answer.status, answer.json["code"]), (403, "forbidden"))
        self.assertIn("without a rule of the policy `call off` is for owner", answer.json["detail"])
        self.assertIn("take it over first, with a handoff to fay", answer.json["detail"])
        self.assertEqual([(row["actor"], row["data"]["right"]) for row in self.refused()], [("fay", "call off")])
        self.assertEqual(self.daemon.escalation()["state"], "open")
        self.restart()
        self.assertEqual(len(self.refused()), 1)
        took = self.act("fay", "handoff", to="fay", reason="I know it")
        self.assertEqual(took.status, 200)
        self.assertEqual(self.act("fay", "call-off", reason="a drill").status, 200)
        self.assertEqual(self.daemon.escalation()["state"], "closed")

    def test_without_a_rule_a_colleague_helps(self):
        """As it was before policies spoke of rights."""
        self.assertEqual(self.daemon.post("/v1/people/chen/absent", {"for": "2h", "reason": "ill"}, token=self.tokens["fay"]).status, 200)
        self.assertEqual(self.act("fay", "handoff", to="dora", reason="chen is ill", expect="acked", within="5m").status, 200)
        self.assertEqual(self.act("fay", "resolve").status, 200)
        self.assertEqual(self.refused(), [])

    def test_what_is_offered_survives_a_kill(self):
        offer = self.act("chen", "handoff", to="fay", reason="lunch", expect="resolved", within="2h", offer="30m")
        self.assertEqual((offer.status, self.daemon.escalation()["owner"]), (200, "chen"))
        self.restart()
        self.assertEqual(self.act("dora", "accept").status, 403)
        self.assertEqual(self.act("fay", "accept").status, 200)
        self.restart()
        self.assertEqual((self.daemon.escalation()["owner"], self.daemon.escalation()["acked"]), ("fay", True))
        again = self.act("fay", "accept").json
        self.assertEqual((again["noop"], again["note"]), (True, "nothing is offered any more, and fay has it"))
        self.assert_once("offered", "handoff")
        self.assert_no_gap()

    def test_what_nobody_accepts_comes_back_though_the_daemon_stood_still(self):
        self.assertEqual(self.act("chen", "handoff", to="fay", reason="lunch", expect="acked", within="5m", offer="30m").status, 200)
        self.restart(later(START, minutes=31))
        eventually(lambda: "offer_ended" in self.daemon.kinds("E-1"))
        self.assertEqual(self.daemon.escalation()["owner"], "chen")
        self.assert_once("offered", "offer_ended")

    def test_the_command_line_offers_and_declines(self):
        daemon = self.daemon
        daemon.ctl("handoff", "E-1", "--to", "fay", "--reason", "lunch", "--expect", "acked", "--within", "5m", "--offer", "30m", token=self.tokens["chen"])
        daemon.ctl("decline", "E-1", "--reason", "asleep", token=self.tokens["fay"])
        self.assertEqual(daemon.escalation()["owner"], "chen")
        self.assertEqual(daemon.kinds("E-1").count("declined"), 1)
        refused = daemon.ctl("override", "E-1", "--reason", "r", token=self.tokens["fay"], status=None)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("without a rule of the policy", refused.stdout + refused.stderr)
