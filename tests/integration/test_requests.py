"""Requests of every shape: events single and in batches, duplicates, malformed bodies, problem documents, paging."""

import json

from harness import Case, critical_ticket, event, eventually


class Events(Case):
    def test_single_batch_and_their_types(self):
        daemon = self.daemon.start()
        one, two = (critical_ticket(f"e{n}", f"INC-{n}") for n in (1, 2))
        self.assertEqual(daemon.post("/v1/events", one, type="application/cloudevents+json").status, 202)
        self.assertEqual(daemon.post("/v1/events", [two], type="application/cloudevents-batch+json; charset=utf-8").status, 202)
        self.assertEqual(daemon.post("/v1/events", []).json, {"events": []})
        answer = daemon.post("/v1/events", [one], type="application/cloudevents+json")
        self.assertEqual((answer.json["code"], answer.json["place"]), ("form_mismatch", "header:Content-Type"))
        self.assertEqual(daemon.post("/v1/events", one, type="application/cloudevents-batch+json").json["code"], "form_mismatch")
        self.assertEqual(len(daemon.escalations()), 2)

    def test_duplicates(self):
        daemon = self.daemon.start()
        made = critical_ticket("e1", "INC-1")
        first = daemon.post("/v1/events", made)
        self.assertEqual((first.status, first.json["events"][0]["status"]), (202, "accepted"))
        audit = daemon.audit()
        again = daemon.post("/v1/events", made)
        self.assertEqual((again.status, again.json["events"][0]["status"]), (200, "duplicate"))
        self.assertEqual(len([r for r in daemon.audit() if r["kind"] == "opened"]), len([r for r in audit if r["kind"] == "opened"]))
        both = daemon.post("/v1/events", [made, critical_ticket("e2", "INC-2"), critical_ticket("e2", "INC-2")])
        self.assertEqual(both.status, 202)
        self.assertEqual([e["status"] for e in both.json["events"]], ["duplicate", "accepted", "duplicate"])
        other = daemon.post("/v1/events", critical_ticket("e1", "INC-1", title="something else"))
        self.assertEqual((other.status, other.json["code"]), (409, "conflict"))
        self.assertEqual(daemon.send({**made, "source": "/elsewhere"})[0]["status"], "accepted")

    def test_a_retry_may_be_written_anew(self):
        daemon = self.daemon.start()
        made = {**critical_ticket("e1", "INC-1"), "time": "2026-03-02T08:59:00Z"}
        daemon.send(made)
        again = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", **dict(reversed(made.items()))}
        again["data"] = dict(reversed(made["data"].items()))
        answer = daemon.post("/v1/events", json.dumps(again, indent=3).encode())
        self.assertEqual((answer.status, answer.json["events"][0]["status"]), (200, "duplicate"))
        for name, other in (("subject", "INC-2"), ("type", "ticket.updated"), ("time", "2026-03-02T08:59:01Z"), ("data", {**made["data"], "severity": "low"})):
            with self.subTest(name):
                self.assertEqual(daemon.post("/v1/events", {**made, name: other}).status, 409)

    def test_a_bad_event_is_refused_alone(self):
        daemon = self.daemon.start()
        batch = [critical_ticket(f"e{n}", f"INC-{n}") for n in range(5)]
        batch[1]["type"] = "sla.breached"
        batch[3]["specversion"] = "0.3"
        answer = daemon.post("/v1/events", batch)
        self.assertEqual(answer.status, 207)
        self.assertEqual([e["status"] for e in answer.json["events"]], ["accepted", "refused", "accepted", "refused", "accepted"])
        self.assertEqual([e["id"] for e in answer.json["events"] if e["status"] == "accepted"], ["e0", "e2", "e4"])
        self.assertIn("only Escal itself raises sla.breached", answer.json["events"][1]["detail"])
        self.assertIn("specversion", answer.json["events"][3]["detail"])
        self.assertEqual(len(daemon.escalations()), 3)
        batch[3]["specversion"] = "1.0"
        again = daemon.post("/v1/events", batch)
        self.assertEqual(again.status, 207)
        self.assertEqual([e["status"] for e in again.json["events"]], ["duplicate", "refused", "duplicate", "accepted", "duplicate"])

    def test_an_event_of_the_engine_is_refused(self):
        daemon = self.daemon.start()
        for type in ("sla.warning", "sla.breached", "owner.absent"):
            answer = daemon.post("/v1/events", {**critical_ticket("e1", "INC-1"), "type": type, "data": {}})
            self.assertEqual((answer.status, answer.json["code"]), (422, "bad_event"))
        answer = daemon.post("/v1/events", critical_ticket("e1", "escal:T-1"))
        self.assertEqual((answer.status, answer.json["code"]), (422, "bad_event"))
        self.assertEqual(daemon.audit(), [])

    def test_fields_that_do_not_fit_turn_nothing_away(self):
        daemon = self.daemon.start()
        odd = {
            "unknown member": ({"severty": "high"}, "data.severty: the ticket has no such field; did you mean severity?"),
            "unknown enum member": ({"kind": "sev1"}, "data.kind is \"sev1\"; wanted is one of"),
            "wrong type": ({"url": 5}, "data.url is a number; wanted is a text"),
            "null in a required field": ({"url": None}, "data.url is null, but it is not optional"),
            "too long a text": ({"title": "x" * 100000}, "data.title has 100000 bytes; it was cut to 500"),
            "too long a list": ({"tags": ["x"] * 33}, "data.tags has 33 items; the first 32 were taken"),
            "nested too far": ({"assignee": {"x": {"y": 1}}}, "data.assignee is an object; wanted is a text"),
        }
        for number, (name, (data, note)) in enumerate(odd.items()):
            with self.subTest(name):
                made = critical_ticket(f"e{number}", f"INC-{number}")
                made["data"] = {**made["data"], **data}
                answer = daemon.post("/v1/events", made)
                self.assertEqual((answer.status, answer.json["events"][0]["escalations"]), (202, [f"E-{number + 1}"]))
                self.assertIn(note, answer.json["events"][0]["notes"][0])
                told = [r for r in daemon.audit() if r["kind"] == "not_taken"]
                self.assertEqual(len(told), number + 1)
                self.assertIn(note, told[-1]["text"])
        title = daemon.get("/v1/tickets/INC-4").json["fields"]["title"]
        self.assertEqual((len(title.encode()), title[-2:]), (500, "x\u2026"))

    def test_what_nobody_gave_is_assumed(self):
        daemon = self.daemon.start()
        daemon.send({**critical_ticket("e1", "INC-1"), "data": {"title": "x", "priority": "normal"}})
        ticket = daemon.get("/v1/tickets/INC-1").json
        self.assertEqual((ticket["fields"]["severity"], ticket["assumed"]), ("medium", ["kind", "severity", "status"]))
        self.assertNotIn("account.tier", ticket["fields"])

    def test_an_older_report_is_stale(self):
        daemon = self.daemon.start()
        daemon.send({**critical_ticket("e1", "INC-1"), "time": "2026-03-02T08:59:00Z"})
        daemon.send({**critical_ticket("e2", "INC-1"), "type": "ticket.updated", "time": "2026-03-02T08:58:00Z", "data": {"severity": "low", "status": "closed"}})
        self.daemon.stop()
        daemon = self.daemon.start()
        daemon.send({**critical_ticket("e3", "INC-1"), "type": "ticket.resolved", "time": "2026-03-02T08:57:00Z", "data": {"severity": "low"}})
        fields = daemon.get("/v1/tickets/INC-1").json["fields"]
        self.assertEqual((fields["severity"], fields["status"]), ("critical", "escalated"))
        self.assertEqual([r["data"]["fields"] for r in daemon.audit() if r["kind"] == "stale"], ["severity, status"] * 2)

    def test_bad_events(self):
        daemon = self.daemon.start()
        good = critical_ticket("e1", "INC-1")
        bad = {
            "no specversion": {k: v for k, v in good.items() if k != "specversion"},
            "other specversion": {**good, "specversion": "0.3"},
            "no id": {k: v for k, v in good.items() if k != "id"},
            "empty id": {**good, "id": ""},
            "long id": {**good, "id": "x" * 129},
            "id is a number": {**good, "id": 7},
            "no source": {k: v for k, v in good.items() if k != "source"},
            "no type": {k: v for k, v in good.items() if k != "type"},
            "unknown type": {**good, "type": "lead.rejectd"},
            "bad time": {**good, "time": "yesterday"},
            "data is a list": {**good, "data": []},
            "not an object": "text",
        }
        for name, body in bad.items():
            with self.subTest(name):
                answer = daemon.post("/v1/events", [body])
                self.assertIn(answer.status, (422, 413), answer.body)
                self.assertEqual(answer.json["index"], 0)
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(daemon.audit(), [])

    def test_what_is_no_json(self):
        daemon = self.daemon.start()
        deep = b"[" * 100000
        for body in (b"", b"{", b"null", b"5", b'"text"', b"{}x", b'{"a":1,"a":2}', b"\xff\xfe", b'{"id":"\xff"}', deep,
                     b'{"x":1e999}', b"NaN"):
            with self.subTest(body=body[:20]):
                answer = daemon.post("/v1/events", body)
                self.assertIn(answer.status, (400, 413, 422), answer.body)
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(daemon.audit(), [])
        self.assertEqual(daemon.send(critical_ticket("e1", "INC-1"))[0]["status"], "accepted")

    def test_event_without_subject_opens_its_own_ticket(self):
        daemon = self.daemon.start()
        sent = daemon.send(event("p/1 ä", "pipeline.failed", source="/ci", slug="q3", stage="build", error="boom"))[0]
        self.assertEqual(sent["escalations"], ["E-1"])
        from urllib.parse import quote
        ticket = daemon.get("/v1/tickets/" + quote(sent["ticket"], safe=""))
        self.assertEqual((ticket.status, ticket.json["id"]), (200, sent["ticket"]))


class Actions(Case):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))

    def test_malformed_bodies(self):
        before = len(self.daemon.audit())
        rows = [
            ("ack", b"{", 400, "malformed_json"), ("ack", b"[]", 400, "malformed_json"), ("ack", b'{"as":"chen","as":"ben"}', 400, "malformed_json"),
            ("ack", {"sa": "chen"}, 422, "unknown_member"), ("ack", {"as": 5}, 422, "bad_member"), ("ack", {"as": "x" * 200}, 422, "bad_member"),
            ("ack", {"as": "chen", "reason": "x" * 1001}, 422, "bad_member"), ("ack", {"as chen": ""}, 422, "unknown_member"),
            ("handoff", {"as": "chen", "reason": "r"}, 422, "missing_member"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r", "expect": "soon"}, 422, "bad_member"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r"}, 422, "bad_input"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r", "expect": "acked"}, 422, "missing_member"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r", "within": "5m"}, 422, "missing_member"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r", "expect": "acked", "within": "5m", "offer": "soon"}, 422, "bad_member"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r", "expect": "acked", "within": "5"}, 422, "bad_member"),
            ("handoff", {"as": "chen", "to": "dora", "reason": "r", "expect": "acked", "within": "0s"}, 422, "bad_member"),
        ]
        for verb, body, status, code in rows:
            with self.subTest(verb=verb, body=body):
                answer = self.daemon.post(f"/v1/escalations/E-1/{verb}", body)
                self.assertEqual((answer.status, answer.json["code"]), (status, code))
        for body in ({}, {"for": "1d", "until": "2026-03-03T00:00:00Z"}, {"until": "soon"}, {"for": "long"}):
            self.assertEqual(self.daemon.post("/v1/people/ana/absent", body).status, 422, body)
        self.assertEqual(len([r for r in self.daemon.audit() if r["actor"] not in ("escal",)]), 0)
        self.assertGreaterEqual(len(self.daemon.audit()), before)

    def test_refused_by_the_engine(self):
        rows = [
            ("/v1/escalations/E-99/ack", {"as": "chen"}, 404), ("/v1/escalations/nonsense/ack", {"as": "chen"}, 404),
            ("/v1/escalations/E-1/ack", {"as": "nobody"}, 403),
            ("/v1/escalations/E-1/handoff", {"as": "chen", "to": "nobody", "reason": "r", "expect": "acked", "within": "5m"}, 404),
            ("/v1/escalations/E-1/handoff", {"as": "chen", "to": "dora"}, 422),
            ("/v1/escalations/E-1/override", {"as": "chen", "check": "acknowledged"}, 422),
            ("/v1/tickets/NO-1/resolve", {"as": "chen"}, 404),
            ("/v1/templates/nonsense/start", {"as": "chen", "ticket": "INC-1"}, 404),
            ("/v1/people/nobody/absent", {"for": "1d"}, 404),
        ]
        for path, body, status in rows:
            with self.subTest(path=path, body=body):
                answer = self.daemon.post(path, body)
                self.assertEqual(answer.status, status, answer.body)
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
                self.assertEqual(answer.json["status"], status)
                self.assertTrue(answer.json["type"].startswith("urn:escal:problem:"))

    def test_a_late_acknowledgement_does_nothing(self):
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/ack", {"as": "chen"}).json["noop"], False)
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/ack", {"as": "chen"}).json["noop"], True)
        self.assertEqual(self.daemon.post("/v1/escalations/E-1/answer", {"as": "chen", "answer": "yes"}).json["noop"], True)
        self.assert_once("acked")

    def test_a_ticket_stands_for_its_escalation(self):
        self.daemon.ctl("ack", "INC-1", "--as", "chen")
        self.assertTrue(self.daemon.escalation()["acked"])
        self.daemon.ctl("handoff", "INC-1", "--to", "dora", "--reason", "I am on a train", "--expect", "acked", "--within", "15m", "--as", "chen")
        self.assertEqual(self.daemon.escalation()["owner"], "dora")
        self.assertEqual(self.daemon.post("/v1/tickets/NO-1/ack", {"as": "chen"}).status, 404)
        self.assert_once("acked")

    def test_bodies_of_many_values(self):
        """What is larger than any action is refused before it is built."""
        for body in (b'{"as":' + b"[" * 30000, b'{' + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}", b'{"as":[' + b"1," * 30000 + b"1]}", b'{"as":' + b'{"a":' * 5 + b"1" + b"}" * 6):
            with self.subTest(body[:20]):
                answer = self.daemon.post("/v1/escalations/E-1/ack", body)
                self.assertEqual((answer.status, answer.json["code"]), (413, "over_limit"))

    def test_handoff_by_hand(self):
        self.daemon.ctl("handoff", "E-1", "--to", "dora", "--reason", "I am on a train", "--expect", "acked", "--within", "30m", "--as", "chen")
        self.assertEqual((self.daemon.escalation()["owner"], self.daemon.escalation()["handoffs"]), ("dora", 1))
        self.assertTrue(any("I am on a train" in row["text"] + str(row.get("data")) for row in self.daemon.audit(escalation="E-1")))

    def test_absence_skips_a_person(self):
        self.daemon.ctl("absent", "chen", "--for", "2d")
        sent = self.daemon.send(critical_ticket("e2", "INC-2"))[0]
        self.assertNotEqual(self.daemon.escalation(sent["escalations"][0])["owner"], "chen")
        self.daemon.ctl("present", "chen")
        sent = self.daemon.send(critical_ticket("e3", "INC-3"))[0]
        self.assertEqual(self.daemon.escalation(sent["escalations"][0])["owner"], "chen")


class Problems(Case):
    """Each refusal as a whole: who reads it may rely on every member."""

    def assert_problem(self, answer, status, code, title, detail=None, place=None, index=None):
        wanted = {"type": f"urn:escal:problem:{code}", "title": title, "status": status, "detail": detail, "code": code, "place": place, "index": index}
        self.assertEqual(answer.body.decode(), json.dumps({k: v for k, v in wanted.items() if v is not None}, separators=(",", ":")))
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, "application/problem+json"))

    def test_at_the_door(self):
        self.daemon.config["wrong_token_pause_max_ms"] = 20
        reader = self.daemon.add_token("reader", "acme", "chen", "read")
        daemon = self.daemon.start()
        acting = "/v1/escalations/E-1/ack"
        large = b'{"as":"' + b"x" * 70000 + b'"}'
        rows = [
            (("GET", "/v1/nothing"), {}, (404, "no_such_route", "There is nothing at this address")),
            (("PUT", "/v1/tickets"), {}, (405, "method_not_allowed", "This method is not for this address")),
            (("GET", acting), {}, (405, "method_not_allowed", "This method is not for this address")),
            (("GET", "/v1/tickets"), {"token": None}, (401, "unauthenticated", "A valid bearer token is needed", None, "header:Authorization")),
            (("GET", "/v1/tickets"), {"token": daemon.token + "x"}, (401, "unauthenticated", "A valid bearer token is needed", None, "header:Authorization")),
            (("POST", acting), {"body": {}, "token": reader}, (403, "forbidden", "The token does not allow this", None, "header:Authorization")),
            (("GET", "/v1/tickets?limt=1"), {}, (400, "unknown_parameter", "The query has a parameter that is not known here")),
            (("POST", acting + "?as=chen"), {"body": {}}, (400, "unknown_parameter", "The query has a parameter that is not known here")),
            (("POST", acting), {"body": {}, "type": "text/plain"}, (415, "unsupported_type", "The body must be JSON", None, "header:Content-Type")),
            (("POST", acting), {"body": large}, (413, "body_too_large", "The body is too large")),
            (("POST", acting), {"body": {"as": 5}}, (422, "bad_member", "The content of the request is wrong", "must be a text", "/as")),
            (("POST", "/v1/events"), {"body": b"{"}, (400, "malformed_json", "The body is not JSON", "the event is no JSON: the name of a member is wanted")),
            (("POST", "/v1/events"), {"body": [5]}, (422, "bad_event", "An event is wrong; none of the request was taken", "the event is a number; wanted is an object", None, 0)),
            (("GET", "/v1/tickets?limit=1001"), {}, (400, "bad_parameter", "A parameter of the query is wrong", "is too big", "query:limit")),
        ]
        for (method, path), options, wanted in rows:
            with self.subTest(method=method, path=path):
                self.assert_problem(daemon.request(method, path, **options), *wanted)
        self.assertEqual(daemon.request("PUT", "/v1/tickets").headers["Allow"], "GET, HEAD, POST")
        self.assertEqual(daemon.get("/v1/tickets", token=None).headers["WWW-Authenticate"], "Bearer")
        self.assertEqual(daemon.audit(), [])

    def test_the_nearest_that_is_taken(self):
        daemon = self.daemon.start()
        sizes = {"limit=1000": 200, "limit=1&after=T": 200, "&limit=1&": 200, "limit": 200, "limit=": 200, "limit+=1": 400, "limi=1": 400, " limit=1": 400,
                 "after limit=1": 400, "x" * 61 + "=1": 400, "x" * 62 + "=1": 400, "x" * 64 + "=1": 400}
        for query, status in sizes.items():
            with self.subTest(query):
                self.assertEqual(daemon.get("/v1/tickets?" + query.replace(" ", "%20")).status, status)


class Reading(Case):
    def test_paging_and_filters(self):
        daemon = self.daemon.start()
        daemon.send(*[critical_ticket(f"e{n}", f"INC-{n}") for n in range(1, 8)])
        newest = daemon.escalations(limit=3)
        self.assertEqual([e["id"] for e in newest], ["E-7", "E-6", "E-5"])
        self.assertEqual([e["id"] for e in daemon.escalations(limit=3, before="E-5")], ["E-4", "E-3", "E-2"])
        self.assertEqual([e["id"] for e in daemon.escalations(ticket="INC-2")], ["E-2"])
        self.assertEqual(len(daemon.escalations(state="open")), 7)
        self.assertEqual(daemon.escalations(state="closed"), [])
        first = daemon.audit(limit=5)
        self.assertEqual([row["seq"] for row in daemon.audit(limit=5, after=first[-1]["seq"])], [6, 7, 8, 9, 10])

    def test_a_ticket_is_the_same_wherever_it_is_shown(self):
        """Without a title or a service level too; and no number of the storage is a time."""
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"), event("e2", "ticket.created", "INC-2"))
        listed = daemon.get("/v1/tickets").json["items"]
        self.assertEqual([item["id"] for item in listed][:2], ["INC-1", "INC-2"])
        for item in listed:
            alone = daemon.get(f"/v1/tickets/{item['id']}").json
            alone.pop("now")
            self.assertEqual(item, alone)
            self.assertEqual(set(item), {"id", "title", "status", "created_at", "updated_at", "fields", "assumed", "sla", "joined", "homes"})
        for path in ("/v1/tickets", "/v1/tickets/INC-2", "/v1/escalations", "/v1/escalations/E-1", "/v1/outbox", "/v1/audit"):
            text = daemon.get(path).body.decode()
            for leak in ('"1970-', ":-1", "[[", "_ms"):
                self.assertNotIn(leak, text, path)

    def test_bad_queries(self):
        daemon = self.daemon.start()
        for query in ("limit=x", "limit=1001", "limit=-1", "state=nonsense", "before=7", "before=E-0", "limit=1&limit=2", "nonsense=1", "limit=%zz", "=1"):
            with self.subTest(query):
                answer = daemon.get(f"/v1/escalations?{query}")
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (400, "application/problem+json"))

    def test_reading_changes_nothing(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        before = json.dumps(daemon.audit()), daemon.escalation()["acked"], daemon.get("/health").json["inputs"]
        for path in ("/v1/escalations/E-1/ack", "/v1/escalations/E-1/resolve", "/v1/people/ana/absent", "/v1/templates/sla_overdue/start"):
            for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
                answer = daemon.request(method, path)
                self.assertEqual((answer.status, answer.headers["Allow"]), (405, "POST"))
        self.assertEqual((json.dumps(daemon.audit()), daemon.escalation()["acked"], daemon.get("/health").json["inputs"]), before)

    def test_escalctl_shows_readable_and_safe_text(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1", title="evil \x1b[2J title"))
        for arguments in (("status",), ("show", "E-1"), ("show", "INC-1"), ("audit",), ("outbox",)):
            shown = daemon.ctl(*arguments).stdout
            self.assertIn("INC-1" if arguments[0] != "outbox" else "incidents", shown)
            self.assertNotIn("\x1b", shown)
        self.assertEqual(json.loads(daemon.ctl("show", "E-1", "--format", "json").stdout)["id"], "E-1")
        daemon.ctl("show", "E-9", status=1)
        daemon.ctl("nonsense", status=2)
        daemon.ctl("ack", status=2)
        daemon.ctl("status", token="wrong", status=2)
        daemon.ctl("status", "--url", "http://127.0.0.1:1", status=4)
        for command in ("status", "show", "ack", "resolve", "handoff", "answer", "approve", "confirm", "override", "start", "absent", "audit", "send", "token"):
            self.assertIn(f"usage: escalctl {command}", daemon.ctl(command, "--help").stdout)
