"""A person opens a ticket: by the API with a key, by escalctl, and over a kill in between."""

from harness import SCOPES, Case, eventually


class Open(Case):
    def test_it_starts_what_a_new_ticket_starts(self):
        daemon = self.daemon.start()
        body = {"id": "INC-7", "title": "Checkout is down", "severity": "critical", "account": {"name": "Globex", "tier": "enterprise"},
                "as": "ana", "reason": "Globex called"}
        answer = daemon.post("/v1/tickets", body, headers={"Idempotency-Key": "call-1"})
        self.assertEqual((answer.status, answer.json), (201, {"escalations": ["E-1"], "ticket": "INC-7", "noop": False}))
        again = daemon.post("/v1/tickets", body, headers={"Idempotency-Key": "call-1"})
        self.assertEqual((again.status, again.json["ticket"], again.json["noop"]), (200, "INC-7", True))
        opened = [row for row in daemon.audit() if row["kind"] == "ticket_opened"]
        self.assertEqual([(row["actor"], row["data"]["by"], row["data"]["reason"]) for row in opened], [("ana", "demo", "Globex called")])
        self.assertIn("ana opened INC-7: Globex called", opened[0]["text"])
        self.assertEqual(daemon.post("/v1/tickets", {"title": "x"}, headers={"Idempotency-Key": "a b"}).json["place"], "header:Idempotency-Key")
        self.assertEqual(daemon.request("PUT", "/v1/tickets").headers["Allow"], "GET, HEAD, POST")

    def test_who_gets_no_answer_says_it_again(self):
        """kill -9 between the request and the next one with its key: one ticket, whether the first was committed or not."""
        daemon = self.daemon.start()
        for round in range(6):
            body = {"title": f"Fire {round}", "severity": "critical", "account": {"name": "Globex", "tier": "enterprise"}}
            key = {"Idempotency-Key": f"round-{round}"}
            first = daemon.post("/v1/tickets", body, headers=key) if round % 2 == 0 else None
            self.restart()
            second = daemon.post("/v1/tickets", body, headers=key)
            self.assertEqual(second.status, 200 if first else 201)
            if first:
                self.assertEqual(first.json["ticket"], second.json["ticket"])
        tickets = [item for item in daemon.get("/v1/tickets").json["items"] if item["title"].startswith("Fire")]
        self.assertEqual(sorted(item["title"] for item in tickets), [f"Fire {round}" for round in range(6)])
        self.assertTrue(all(item["id"].startswith("P-") for item in tickets))

    def test_it_needs_its_scope(self):
        daemon = self.daemon
        reader = daemon.add_token("reader", "acme", "reader", "read,events,start")
        alone = daemon.add_token("alone", "acme", "helpdesk", "act")
        daemon.start()
        self.assertEqual(daemon.post("/v1/tickets", {"title": "x"}, token=reader).status, 403)
        self.assertEqual(daemon.post("/v1/tickets", {"title": "x", "as": "ana"}, token=alone).status, 403)
        self.assertEqual(daemon.post("/v1/tickets", {"title": "x"}, token=alone).status, 201)
        self.assertIn("act-as", SCOPES)

    def test_escalctl_opens_one(self):
        daemon = self.daemon.start()
        done = daemon.ctl("open", "Checkout is down", "--severity", "critical", "--account", "Globex", "--with", "account.tier=enterprise",
                          "--with", "id=INC-8", "--with", "tags=shop", "--with", "tags=vip", "--as", "ana", "--reason", "they called").stdout
        self.assertRegex(done, r"^opened INC-8\nE-1  ")
        ticket = daemon.get("/v1/tickets/INC-8").json
        self.assertEqual((ticket["title"], ticket["fields"]["tags"], ticket["fields"]["account.name"]), ("Checkout is down", ["shop", "vip"], "Globex"))
        first = daemon.ctl("open", "A question", "--severity", "low", "--key", "k-1").stdout
        self.assertRegex(first, r"^opened P-[0-9a-z]{12}; nothing started on it\n$")
        again = daemon.ctl("open", "A question", "--severity", "low", "--key", "k-1").stdout
        self.assertEqual(again, first.replace("opened ", "it was opened already: ").replace("; nothing started on it", ""))
        wrong = daemon.ctl("open", "A question", "--severity", "worst", status=1)
        self.assertIn("severity", wrong.stderr)
        self.assertIn("low", wrong.stderr)
        self.assertIn("--key", daemon.ctl("open", "x", "--key", "a b", status=2).stderr)

    def test_a_daemon_that_is_gone_is_told_with_the_key(self):
        daemon = self.daemon.start()
        daemon.kill()
        gone = daemon.ctl("open", "x", status=4)
        self.assertRegex(gone.stderr, r"say it again with --key [0-9a-f]{32}\n")
