"""What people have to do, as they meet it: lists of tasks, claims, answers and post-mortems over kills, and changes that are taken back by hand."""

from harness import START, Case, event, eventually, later

SOURCE = """
workspace harbour "Harbour" { language 1 timezone "Europe/Berlin" }
person ana "Ana Ruiz" { email "ana@x.example" }
person ben "Ben Falk" { email "ben@x.example" }
person dora "Dora Lindt" { email "dora@x.example" }
policy harbour { last resort dora }

template outage "A customer is down" {
  start on ticket.created when ticket.severity = critical
  owners { primary ana  ack within 1h  secondary ben  ack within 4h }
  steps {
    set ticket.status to escalated
    add "paged" to ticket.tags
    ask ben "Is it the new release?" within 2h {
      guidance "Look at the graph first."
      answer yes "Yes, roll it back" { set ticket.priority to urgent }
      answer no  "No" { raise unclear { message: "nobody knows" disk: "sda1" } }
      timeout { }
    }
    await resolved within 30d else { }
  }
  close when resolved with postmortem by primary due 5d
}
"""


class Tasks(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("harbour", SOURCE)
        self.daemon.add_token("ben", "harbour", "ben", "read,act,audit")
        self.daemon.start()
        self.daemon.send(event("1", "ticket.created", "INC-1", title="Down", severity="critical", account={"name": "Globex"}))

    def tasks(self, **query):
        words = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.daemon.get(f"/v1/tasks?{words}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["items"]

    def task(self, identity):
        return self.daemon.get(f"/v1/tasks/{identity}").json

    def act(self, identity, verb, **body):
        return self.daemon.post(f"/v1/tasks/{identity}/{verb}", body)

    def test_a_question_over_kills(self):
        [task] = self.tasks()
        self.assertEqual((task["id"], task["kind"], task["state"], task["assignee"]), ("E-1-1", "question", "open", "ben"))
        self.assertEqual((task["client"], task["ticket_title"], task["account"], task["severity"]), ("harbour", "Down", "Globex", "critical"))
        self.assertEqual((task["guidance"], task["candidates"]), ("Look at the graph first.", ["ben", "ana"]))
        self.assertEqual([one["name"] for one in task["answers"]], ["yes", "no"])
        self.assertEqual(self.act("E-1-1", "claim", **{"as": "ben"}).status, 200)
        self.restart()
        self.assertEqual((self.task("E-1-1")["state"], self.task("E-1-1")["assignee"]), ("claimed", "ben"))
        self.assertEqual([one["kind"] for one in self.task("E-1-1")["history"]], ["task_claimed"])
        refused = self.act("E-1-1", "complete", **{"as": "ben"})
        self.assertEqual(refused.status, 422)
        self.assertIn("yes, no", refused.json["detail"])
        self.assertEqual(self.act("E-1-1", "complete", answer="yes", reason="the graph", **{"as": "ben"}).status, 200)
        self.restart()
        done = self.task("E-1-1")
        self.assertEqual((done["state"], done["done_by"], done["outcome"], done["reason"]), ("done", "ben", "yes", "the graph"))
        self.assertEqual(self.daemon.get("/v1/tickets/INC-1").json["fields"]["priority"], "urgent")
        again = self.act("E-1-1", "complete", answer="no", **{"as": "ben"})
        self.assertEqual((again.status, again.json["noop"]), (200, True))
        self.assertEqual((self.tasks(), len(self.tasks(state="done"))), ([], 1))

    def test_lists_have_filters_and_pages(self):
        for n in range(2, 5):
            self.daemon.send(event(str(n), "ticket.created", f"INC-{n}", title="Down", severity="critical"))
        first = self.daemon.get("/v1/tasks?limit=3").json
        self.assertEqual(([one["id"] for one in first["items"]], first["next"]), (["E-1-1", "E-2-1", "E-3-1"], "E-3-1"))
        rest = self.daemon.get("/v1/tasks?limit=3&after=E-3-1").json
        self.assertEqual(([one["id"] for one in rest["items"]], "next" in rest), (["E-4-1"], False))
        self.assertEqual([one["id"] for one in self.tasks(escalation="E-2")], ["E-2-1"])
        self.assertEqual(len(self.tasks(assignee="ben")), 4)
        self.assertEqual(len(self.tasks(candidate="ana")), 4)
        self.assertEqual((self.tasks(assignee="ana"), self.tasks(state="claimed")), ([], []))
        self.assertEqual(self.tasks(due_before=later(START, hours=1)), [])
        self.assertEqual(len(self.tasks(due_before=later(START, hours=3))), 4)
        for wrong in ("state=late", "after=E-1", "due_before=soon", "limit=x", "who=ben"):
            self.assertEqual(self.daemon.get(f"/v1/tasks?{wrong}").status, 400, wrong)
        for nothing in ("E-1-2", "E-9-1"):
            self.assertEqual(self.daemon.get(f"/v1/tasks/{nothing}").status, 404)
            self.assertEqual(self.act(nothing, "claim", **{"as": "ben"}).status, 404)
        self.assertEqual(self.daemon.get("/v1/tasks/INC-1").status, 404)

    def test_a_postmortem_outlives_its_escalation_and_every_kill(self):
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/ack", {"as": "ana"}).status, 200)
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/resolve", {"as": "ana"}).status, 200)
        self.assertEqual(self.daemon.escalation()["state"], "closed")
        self.assertEqual(self.task("E-1-1")["state"], "withdrawn")
        self.restart(later(START, days=5, hours=1))
        eventually(lambda: "task_chased" in self.daemon.kinds())
        late = self.task("E-1-2")
        self.assertEqual((late["kind"], late["assignee"], late["overdue"], late["about"]), ("postmortem", "ana", True, "escal:T-1"))
        self.restart(later(START, days=5, hours=2))
        self.assertEqual(self.daemon.kinds().count("task_chased"), 1)
        self.assertEqual(self.act("E-1-2", "complete", reason="a full disk", **{"as": "ana"}).status, 200)
        self.restart(later(START, days=20))
        self.assertEqual(self.daemon.get("/v1/tickets/escal:T-1").json["status"], "resolved")
        self.assertEqual((self.tasks(), self.daemon.kinds().count("task_chased")), ([], 1))

    def test_what_an_exception_says_reaches_who_decides(self):
        self.assertEqual(self.act("E-1-1", "complete", answer="no", **{"as": "ben"}).status, 200)
        triage = self.task("E-1-2")
        self.assertEqual((triage["kind"], triage["assignee"]), ("triage", "ana"))
        self.assertEqual((triage["exception"]["exception"], triage["exception"]["message"]), ("unclear", "nobody knows"))
        self.assertEqual(triage["exception"]["fields"]["disk"], "sda1")
        self.assertIn("harbour.esc:", triage["exception"]["place"])
        asked = [row["body"]["text"] for row in self.daemon.outbox() if "how do we go on" in row["body"].get("text", "")]
        self.assertTrue(asked and all("disk: sda1" in text for text in asked), asked)

    def test_changes_are_taken_back_by_hand(self):
        steps = self.daemon.get("/v1/escalations/E-1/rollback").json["items"]
        self.assertEqual([(one["will"], one["what"]) for one in steps], [("undone", '"paged" in tags'), ("undone", "status")])
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/rollback", {"as": "ana"}).status, 422)
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/rollback", {"as": "ana", "reason": "wrong"}).status, 200)
        self.restart()
        fields = self.daemon.get("/v1/tickets/INC-1").json["fields"]
        self.assertEqual((fields["status"], fields["tags"]), ("open", []))
        again = self.daemon.post("/v1/escalations/E-1/rollback", {"as": "ana", "reason": "wrong"})
        self.assertEqual((again.status, again.json["noop"]), (200, True))
        self.assertEqual(self.daemon.kinds().count("rollback"), 1)
        self.assertEqual(self.daemon.get("/v1/escalations/E-1/rollback").json["items"], [])
        self.assertEqual(self.daemon.get("/v1/escalations/E-9/rollback").status, 404)

    def test_what_is_to_be_done_on_the_command_line(self):
        todo = self.daemon.ctl("todo", "--as", "ben").stdout
        self.assertIn("E-1-1", todo)
        self.assertIn("Is it the new release?", todo)
        self.assertIn("you may take", self.daemon.ctl("todo", "--as", "ana").stdout)
        self.assertEqual(self.daemon.ctl("todo", "--as", "dora").stdout, "nothing to do\n")
        shown = self.daemon.ctl("task", "E-1-1").stdout
        self.assertIn("Look at the graph first.", shown)
        self.daemon.ctl("claim", "E-1-1", "--as", "ben")
        self.assertIn("ben is at it", self.daemon.ctl("todo", "--all").stdout)
        self.daemon.ctl("release", "E-1-1", "--as", "ben", "--reason", "a call")
        self.daemon.ctl("complete", "E-1-1", "yes", "--as", "ben")
        self.assertEqual(self.daemon.ctl("todo", "--as", "ben").stdout, "nothing to do\n")
        self.assertIn("status", self.daemon.ctl("rollback", "E-1", "--dry-run").stdout)
        self.daemon.ctl("rollback", "E-1", status=2)
        self.daemon.ctl("rollback", "E-1", "--as", "ana", "--reason", "a false alarm")
        self.assertIn("nothing", self.daemon.ctl("rollback", "E-1", "--dry-run").stdout)
