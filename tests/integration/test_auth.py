"""Who may do what: deny by default, one workspace a token, one scope a route."""

import select

from harness import Case, Daemon, critical_ticket, eventually

ROUTES = [
    ("POST", "/v1/events", "events"),
    ("GET", "/v1/tickets", "read"),
    ("GET", "/v1/tickets/INC-1", "read"),
    *[("POST", f"/v1/{thing}/{verb}", "act") for thing in ("tickets/INC-1", "escalations/E-1")
      for verb in ("ack", "resolve", "handoff", "accept", "decline", "answer", "approve", "reject", "confirm", "override")],
    ("GET", "/v1/escalations", "read"),
    ("GET", "/v1/escalations/E-1", "read"),
    ("POST", "/v1/templates/sla_overdue/start", "start"),
    ("POST", "/v1/people/ana/absent", "people"),
    ("POST", "/v1/people/ana/present", "people"),
    ("GET", "/v1/audit", "audit"),
    ("GET", "/v1/outbox", "read"),
]
SCOPES = ("events", "read", "act", "start", "people", "audit")


class Authorisation(Case):
    def test_no_token_or_a_wrong_one(self):
        self.daemon.config["wrong_token_pause_max_ms"] = 20
        daemon = self.daemon.start()
        wrong = [None, "", "x", daemon.token + "0", daemon.token[:-1], daemon.token[:-1] + ("0" if daemon.token[-1] != "0" else "1"),
                 daemon.token.replace("demo", "nobody"), "esc__" + "0" * 64, "esc_demo_" + "0" * 64]
        for method, path, _ in ROUTES:
            for token in wrong:
                with self.subTest(route=path, token=token):
                    answer = daemon.request(method, path, body={} if method == "POST" else None, token=token)
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
                    self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
                    self.assertEqual(answer.json["code"], "unauthenticated")
                    self.assertEqual(answer.json["place"], "header:Authorization")
        answer = daemon.get("/v1/tickets", token=None, headers={"Authorization": f"Basic {daemon.token}"})
        self.assertEqual(answer.status, 401)
        self.assertEqual(daemon.audit(), [])

    def test_wrong_tokens_wait_and_nobody_else(self):
        """The answer to a wrong token is held back by now, those to others who come later are not; the stop waits for neither."""
        self.daemon.config.update(wrong_token_pause_max_ms=60000, stop_timeout_s=1)
        daemon = self.daemon.start()
        wrong = f"GET /v1/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {daemon.token[:-1]}_\r\n\r\n".encode()
        held = [daemon.socket() for _ in range(20)]
        for connection in held:
            connection.sendall(wrong)

        def is_held_for_long():
            """A pause of a minute is reached after a dozen wrong ones: what came last is not answered while others are."""
            waiting = [c for c in held if not select.select([c], [], [], 0)[0]]
            return waiting if daemon.get("/v1/tickets").status == 200 and 0 < len(waiting) <= 8 else None

        waiting = eventually(is_held_for_long)
        self.assertEqual(daemon.get("/v1/tickets", token=None).status, 401)  # who has none guesses nothing
        for connection in set(held) - set(waiting):
            self.assertIn(b" 401 ", connection.recv(65536)[:20])
        more = [daemon.socket() for _ in range(40)]
        for connection in more:
            connection.sendall(wrong)
        refused = eventually(lambda: next((answer for answer in (c.recv(65536) for c in more if select.select([c], [], [], 0)[0]) if b" 429 " in answer[:20]), None))
        self.assertIn(b'"place":"header:Authorization"', refused)
        self.assertEqual(daemon.get("/v1/tickets").status, 200)
        for connection in held[:4] + more[:10]:
            connection.close()
        self.assertEqual(daemon.stop(), 0)
        for connection in held + more:
            connection.close()

    def test_each_scope_opens_its_routes_and_no_other(self):
        tokens = {scope: self.daemon.add_token(f"only-{scope}", "acme", "chen", scope) for scope in SCOPES}
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        before = len(daemon.audit())
        for method, path, needed in ROUTES:
            for scope in SCOPES:
                with self.subTest(route=path, scope=scope):
                    if scope == needed and method == "POST":
                        continue  # allowed ones would change something; other tests do that
                    answer = daemon.request(method, path, body={} if method == "POST" else None, token=tokens[scope])
                    self.assertEqual(answer.status, 200 if scope == needed else 403)
                    if scope != needed:
                        self.assertEqual(answer.json["place"], "header:Authorization")
        self.assertEqual(len(daemon.audit()), before)

    def test_acting_for_others_needs_its_own_scope(self):
        token = self.daemon.add_token("chen", "acme", "chen", "act,read")
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        answer = daemon.post("/v1/escalations/E-1/ack", {"as": "dora"}, token=token)
        self.assertEqual((answer.status, answer.json["place"]), (403, "/as"))
        self.assertFalse(daemon.escalation()["acked"])
        self.assertEqual(daemon.post("/v1/escalations/E-1/ack", {"as": "chen"}, token=token).status, 200)
        self.assertTrue(daemon.escalation()["acked"])

    def test_the_trail_names_who_acted_in_a_persons_name(self):
        """Every record of such an act, and none of a person's own or of what the daemon does by itself."""
        own = self.daemon.add_token("chen", "acme", "chen", "act,read")
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"), critical_ticket("e2", "INC-2"))
        self.assertEqual(daemon.post("/v1/escalations/E-1/ack", {"as": "chen"}).status, 200)
        self.assertEqual(daemon.post("/v1/escalations/E-2/ack", {"as": "chen"}, token=own).status, 200)
        self.assertEqual(daemon.post("/v1/people/dora/absent", {"as": "chen", "for": "1h"}).status, 200)
        self.assertEqual(daemon.post("/v1/escalations/E-1/handoff", {"as": "chen", "to": "erik", "reason": "lunch", "expect": "acked", "within": "5m"}).status, 200)
        rows = daemon.audit()
        acts = [row for row in rows if row["actor"] == "chen"]
        self.assertLessEqual({"acked", "absent", "handoff"}, {row["kind"] for row in acts})
        for row in rows:
            is_in_the_name = row["actor"] == "chen" and row.get("ticket") != "INC-2"
            self.assertEqual(row.get("data", {}).get("by"), "demo" if is_in_the_name else None, row)
        acked = next(row for row in acts if row["kind"] == "acked" and row["escalation"] == "E-1")
        self.assertGreater(len(acked["data"]), 1)  # beside what it says of itself

    def test_a_principal_that_is_no_person_cannot_acknowledge(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        self.assertEqual(daemon.post("/v1/escalations/E-1/ack").status, 403)
        self.assertFalse(daemon.escalation()["acked"])

    def test_health_needs_no_token_and_says_little(self):
        daemon = self.daemon.start()
        answer = daemon.get("/health", token=None)
        self.assertEqual((answer.status, answer.json["status"]), (200, "ok"))
        self.assertNotIn("acme", answer.body.decode())
        self.assertEqual(daemon.get("/health/ready", token=None).status, 200)

    def test_tokens_are_read_again_on_hangup(self):
        import signal
        daemon = self.daemon.start()
        token = daemon.add_token("late", "acme", "ana", "read")
        self.assertEqual(daemon.get("/v1/tickets", token=token).status, 401)
        daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: daemon.get("/v1/tickets", token=token).status == 200)
        (daemon.folder / "tokens").write_text("nonsense\n")
        daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: "tokens_refused" in daemon.errors())
        self.assertEqual(daemon.get("/v1/tickets", token=token).status, 200)

    def test_a_token_that_escalctl_made(self):
        import json
        daemon = self.daemon.start()
        made = json.loads(daemon.ctl("token", "new", "--id", "made", "--workspace", "acme", "--principal", "ana", "--scopes", "read",
                                     "--format", "json", token=None).stdout)
        daemon.tokens.append(made["line"])
        (daemon.folder / "tokens").write_text("\n".join(daemon.tokens) + "\n")
        daemon.stop()
        daemon.start()
        self.assertEqual(daemon.get("/v1/tickets", token=made["token"]).status, 200)
        self.assertEqual(daemon.ctl("status", token=made["token"]).returncode, 0)
        self.assertEqual(daemon.ctl("audit", token=made["token"], status=2).returncode, 2)


class TwoClients(Case):
    def setUp(self):
        super().setUp()
        self.daemon.release()
        self.daemon = Daemon(self.folder / "two", workspaces=("acme", "globex"))
        self.addCleanup(self.daemon.release)
        self.other = self.daemon.add_token("globex", "globex", "gil", "events,read,act,start,people,audit,act-as")
        self.nowhere = self.daemon.add_token("nowhere", "initech", "x", "read")

    def test_one_clients_token_reaches_nothing_of_the_others(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        for path in ("/v1/escalations", "/v1/tickets", "/v1/audit", "/v1/outbox"):
            self.assertTrue(daemon.get(path).json["items"], path)
            self.assertEqual(daemon.get(path, token=self.other).json["items"], [], path)
        for path in ("/v1/escalations/E-1", "/v1/tickets/INC-1"):
            self.assertEqual(daemon.get(path, token=self.other).status, 404)
        for path in ("/v1/escalations/E-1/ack", "/v1/tickets/INC-1/resolve", "/v1/templates/high_value_incident/start",
                     "/v1/people/ana/absent"):
            answer = daemon.post(path, {"for": "1d"} if "absent" in path else {"ticket": "INC-1"} if "start" in path else {}, token=self.other)
            self.assertIn(answer.status, (403, 404, 409, 422), path)
        self.assertFalse(daemon.escalation()["acked"])
        # the same event id, ticket and escalation number are other things over there
        answer = daemon.post("/v1/events", critical_ticket("e1", "INC-1"), token=self.other)
        self.assertEqual(answer.json["events"][0]["status"], "accepted")
        self.assertEqual(daemon.get("/v1/escalations/E-1", token=self.other).json["template"], "outage")
        self.assertEqual(daemon.escalation()["template"], "high_value_incident")

    def test_a_workspace_that_is_not_served(self):
        daemon = self.daemon.start()
        self.assertEqual(daemon.get("/v1/tickets", token=self.nowhere).status, 403)
