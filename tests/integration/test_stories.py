"""The four stories of the acme workspace: events by HTTP, effects at real receivers, people by escalctl, and kill -9 in between."""

import json

from harness import START, Case, critical_ticket, event, eventually, later


class HighValueIncident(Case):
    def open(self):
        self.daemon.start()
        self.assertEqual(self.daemon.send(critical_ticket("e1", "INC-1"))[0]["escalations"], ["E-1"])
        eventually(self.daemon.settled)

    def test_acknowledged_resolved_and_confirmed(self):
        daemon = self.daemon
        self.open()
        self.assertEqual(len(self.receiver.texts("/chat/incidents")), 1)
        self.assertIn("Globex: Checkout is down (https://rt.example/1)", self.receiver.texts("/chat/incidents")[0])
        self.assertTrue(any("You own INC-1" in text for text in self.receiver.texts("/chat/people")))
        self.assertEqual(daemon.escalation()["owner"], "chen")

        self.restart()  # nobody has noticed yet
        daemon.ctl("ack", "E-1", "--as", "chen")
        self.restart(later(START, hours=1))  # gone for an hour
        self.assertTrue(daemon.escalation()["acked"])
        self.assertEqual(daemon.escalation()["role"], "primary")
        daemon.ctl("confirm", "E-1", "the customer confirms recovery", "--as", "chen")
        self.restart(later(START, hours=1))
        daemon.ctl("resolve", "E-1", "--as", "chen")
        eventually(lambda: daemon.escalation()["state"] == "closed")
        self.restart(later(START, hours=1))

        closed = daemon.escalation()
        self.assertEqual((closed["state"], closed["outcome"]), ("closed", "resolved"))
        self.assert_once("opened", "acked", "closed")
        self.assert_no_gap()
        self.assert_stable_keys("/chat")
        tickets = [ticket["title"] for ticket in daemon.get("/v1/tickets").json["items"]]
        self.assertEqual(len([t for t in tickets if t.startswith("SEV1 Globex")]), 1)
        self.assertEqual(len([t for t in tickets if "ost-mortem" in t]), 1, tickets)

    def test_nobody_answers(self):
        """Failover by failover, each deadline passing while the daemon is down; the last one is found after a kill."""
        daemon = self.daemon
        self.open()
        for minutes, owner, role in ((6, "ana", "secondary"), (12, "dora", "escalation"), (23, "dora", "last_resort")):
            self.restart(later(START, minutes=minutes))
            eventually(lambda: (daemon.escalation()["owner"], daemon.escalation()["role"]) == (owner, role))
        self.assertEqual(daemon.kinds().count("opened"), 1)
        self.assertTrue(any("unowned" in row["text"] for row in daemon.audit(escalation="E-1")))
        eventually(daemon.settled)
        self.assertTrue(any("ana" in json.loads(r["body"])["channel"] for r in self.receiver.at("/chat/people")))
        self.assert_no_gap()
        self.assert_stable_keys("/chat")

    def test_nobody_answers_on_a_fast_clock(self):
        """The same with the timers firing by themselves: two minutes in a second."""
        daemon = self.daemon
        daemon.start(scale=120, extra=["--follow"])
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: daemon.escalation()["role"] == "last_resort")
        roles = [row["text"] for row in daemon.audit(escalation="E-1") if row["kind"] in ("owner", "failover")]
        self.assertTrue(any("ana" in text for text in roles), roles)
        self.assertIn("INC-1", daemon.follow())
        self.assertNotIn("\x1b", daemon.follow())

    def test_downgraded(self):
        daemon = self.daemon
        self.open()
        daemon.send(event("e2", "ticket.updated", "INC-1", severity="medium"))
        eventually(lambda: daemon.escalation()["state"] != "open")
        eventually(lambda: any("Downgraded to medium" in text for text in self.receiver.texts("/chat/incidents")))

    def test_vendor_outage_reaches_managers_by_mail(self):
        daemon = self.daemon
        self.open()
        daemon.ctl("ack", "E-1", "--as", "chen")
        self.restart()
        daemon.send(event("v1", "vendor.outage", "INC-1", vendor="Störcloud"))
        mail = eventually(lambda: self.mail.to("managers@acme.example"))[0]
        self.assertIn("Störcloud outage affects Globex", mail["message"].get_content())
        self.assertIn("acme.E-1.", mail["message"]["Message-ID"])
        eventually(lambda: daemon.get("/v1/tickets/INC-1").json["status"] == "waiting_on_vendor")


class LeadRoutingFailure(Case):
    def rejected(self, **more):
        data = {"lead": "L-7", "reason": "duplicate", "lead_source": "paid_campaign", "system": "crm"}
        return event("lead-1", "lead.rejected", **{**data, **more})

    def test_wrongly_rejected_lead_is_routed(self):
        daemon = self.daemon
        self.receiver.rule("/crm/leads/L-7/sync-log", body={"log": ["consent missing"]})
        daemon.start()
        daemon.send(self.rejected())
        eventually(lambda: daemon.escalation()["question"])
        self.assertEqual([json.loads(r["body"]) for r in self.receiver.at("/crm/leads/L-7/queue", "PUT")], [{"queue": "sdr"}])
        self.assertEqual(self.receiver.at("/crm")[0]["headers"]["authorization"], f"Bearer {self.system_secret}")
        daemon.ctl("ack", "E-1", "--as", "erik")
        self.restart(later(START, hours=1))
        self.assertTrue(daemon.escalation()["question"])
        daemon.ctl("answer", "E-1", "wrong", "--as", "erik")
        eventually(lambda: {"queue": "hot"} in [json.loads(r["body"]) for r in self.receiver.at("/crm/leads/L-7/queue", "PUT")])
        eventually(daemon.settled)
        self.restart(later(START, hours=2))
        daemon.ctl("resolve", "E-1", "--as", "erik")
        eventually(lambda: daemon.escalation()["state"] == "closed")
        self.assert_stable_keys("/crm")
        self.assert_no_gap()
        self.assert_once("opened", "acked", "answered", "closed")

    def test_not_validated_in_time_goes_to_the_analytics_manager(self):
        daemon = self.daemon
        self.receiver.rule("/crm/leads/L-7/sync-log", body={"log": []})
        daemon.start()
        daemon.send(self.rejected())
        eventually(lambda: daemon.escalation()["question"])
        daemon.ctl("ack", "E-1", "--as", "erik")
        self.restart(later(START, hours=13))
        eventually(lambda: daemon.escalation()["owner"] == "dora")
        self.assertTrue(any("not validated within 12h" in row["text"] for row in daemon.audit(escalation="E-1")))
        self.assertEqual(daemon.escalation()["handoffs"], 1)

    def test_crm_is_down(self):
        """The call is tried again with one key until its minute is over; then the template's own way out is taken."""
        daemon = self.daemon
        self.receiver.rule("/crm", status=503)
        daemon.start(scale=20)
        daemon.send(self.rejected())
        eventually(lambda: any("could not route L-7" in text for text in self.receiver.texts("/chat/revops")))
        keys = self.receiver.keys("/crm/leads/L-7/queue")
        self.assertGreater(len(keys), 1)
        self.assertEqual(len(set(keys)), 1)

    def test_organic_lead_starts_nothing(self):
        self.daemon.start()
        self.assertEqual(self.daemon.send(self.rejected(lead_source="organic"))[0]["escalations"], [])
        self.assertEqual(self.daemon.escalations(), [])


class PublishingBlock(Case):
    def test_false_alarm_unlocks_what_was_locked(self):
        daemon = self.daemon
        self.receiver.rule("/cms/content/q3-report", body={"html": "<p>before</p>"})
        daemon.start()
        daemon.send(event("c1", "content.violation", slug="q3-report", rule="quotes", confidence=0.4))
        eventually(lambda: daemon.escalation()["question"])
        locks = self.receiver.at("/cms/content/q3-report/lock", "POST")
        self.assertEqual(len(locks), 1)
        self.assertFalse(self.receiver.at("/cms/content/q3-report/unlock"))
        self.restart()
        daemon.ctl("ack", "E-1", "--as", "fay")
        self.restart()
        daemon.ctl("answer", "E-1", "publish", "--as", "fay")
        eventually(lambda: self.receiver.at("/cms/content/q3-report/unlock", "POST"))
        eventually(lambda: daemon.escalation()["state"] == "closed")
        self.restart()
        self.assertEqual(daemon.escalation()["outcome"], "false_alarm")
        self.assertEqual(len(set(self.receiver.keys("/cms/content/q3-report/unlock"))), 1)
        self.assert_once("opened", "acked", "answered", "closed")
        self.assert_no_gap()
        self.assert_stable_keys("/cms")

    def test_certain_violation_asks_nobody(self):
        daemon = self.daemon
        self.receiver.rule("/cms/content/q3-report", body={"html": ""})
        daemon.start()
        daemon.send(event("c1", "content.violation", slug="q3-report", rule="quotes", confidence=0.9))
        eventually(lambda: "await ack" in daemon.escalation()["step"])
        self.assertIsNone(daemon.escalation()["question"])


class SlaOverdue(Case):
    def test_overdue_unacknowledged_handed_over_and_closed(self):
        daemon = self.daemon
        daemon.start()
        ticket = {"title": "Slow reports", "severity": "low", "priority": "high", "account": {"name": "Globex", "tier": "enterprise"}}
        daemon.send(event("t1", "ticket.created", "INC-9", **ticket))
        self.assertEqual(daemon.escalations(), [])
        self.restart(later(START, hours=4, minutes=31))
        started = eventually(daemon.escalations)[0]
        self.assertEqual(started["template"], "sla_overdue")
        eventually(daemon.settled)
        self.assertTrue(any("INC-9 is overdue by" in text for text in self.receiver.texts("/chat/incidents")))
        self.restart(later(START, hours=4, minutes=38))
        eventually(lambda: daemon.escalation()["owner"] == "dora")
        eventually(lambda: daemon.get("/v1/tickets/INC-9").json["title"] == "[ESCALATED] Slow reports")
        self.restart(later(START, hours=4, minutes=40))
        daemon.ctl("ack", "E-1", "--as", "dora")
        self.restart(later(START, hours=5))
        daemon.ctl("resolve", "INC-9", "--as", "dora")
        eventually(lambda: daemon.escalation()["state"] in ("closing", "closed"))
        self.assert_once("opened", "acked")
        self.assert_no_gap()
        self.assert_stable_keys("/chat")
