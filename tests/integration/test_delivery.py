"""What leaves the daemon: failures, retries, dead letters, signatures, addresses, secrets."""

import json
import socket
import subprocess
import threading

from harness import BIN, START, Case, critical_ticket, event, eventually, later, verify_webhook


class Retries(Case):
    def test_failing_then_succeeding(self):
        self.receiver.rule("/chat/incidents", times=1, status=503)
        self.receiver.rule("/chat/incidents", times=1, status=500)
        self.receiver.rule("/chat/incidents", times=1, status=429, headers={"Retry-After": "1"})
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        sent = self.receiver.at("/chat/incidents")
        self.assertEqual(sorted(r["status"] for r in sent), [200, 429, 500, 503])
        self.assertEqual(len(set(self.receiver.keys("/chat/incidents"))), 1)
        self.assertEqual(len({r["body"] for r in sent}), 1)
        self.assertEqual(len([r for r in daemon.audit() if r["kind"] == "delivered" and "incidents" in r["text"]]), 1)

    def test_no_answer_in_time(self):
        self.daemon.config["delivery_timeout_ms"] = 200
        self.receiver.rule("/chat/incidents", times=1, hang=True)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        self.assertEqual(len(self.receiver.at("/chat/incidents")), 2)
        self.assertEqual(daemon.get("/health").status, 200)

    def test_a_hanging_receiver_holds_nobody_else_up(self):
        self.daemon.config["delivery_timeout_ms"] = 60000
        self.receiver.rule("/chat/incidents", hang=True)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.receiver.at("/chat/people"))
        eventually(lambda: len(daemon.outbox(state="queued")) == 1)
        daemon.ctl("ack", "E-1", "--as", "chen")

    def test_definite_refusal_is_dead_at_once(self):
        self.receiver.rule("/chat/incidents", status=410)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        dead = eventually(lambda: daemon.outbox(state="dead"))
        self.assertEqual((dead[0]["target"], len(self.receiver.at("/chat/incidents"))), ("incidents", 1))
        self.assertIn("410", dead[0]["detail"])

    def test_what_was_given_up_is_sent_once_more(self):
        self.receiver.rule("/chat/incidents", times=1, status=410)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        dead = eventually(lambda: daemon.outbox(state="dead"))[0]
        endpoint = {one["endpoint"]: one for one in daemon.get("/v1/endpoints").json["items"]}["channel incidents"]
        self.assertEqual((endpoint["queued"], endpoint["dead"], endpoint["held_since"]), (0, 1, None))
        self.assertIn("410", endpoint["last_error"])
        self.assertIsNotNone(endpoint["last_error_at"])
        self.assertIn("channel incidents", daemon.ctl("endpoints").stdout)
        daemon.ctl("retry", str(dead["id"]), "--as", "chen", "--reason", "the channel is back")
        eventually(daemon.settled)
        self.assertEqual(daemon.outbox(state="dead"), [])
        self.assertEqual(len(set(self.receiver.keys("/chat/incidents"))), len(self.receiver.at("/chat/incidents")) - 1)
        endpoint = {one["endpoint"]: one for one in daemon.get("/v1/endpoints").json["items"]}["channel incidents"]
        self.assertEqual((endpoint["queued"], endpoint["dead"]), (0, 1))
        self.assertIsNotNone(endpoint["last_success_at"])
        told = [r for r in daemon.audit() if r["kind"] == "sent_again"]
        self.assertEqual([(r["actor"], r["data"]["reason"]) for r in told], [("chen", "the channel is back")])
        again = daemon.post(f"/v1/outbox/{dead['id']}/retry", {})
        self.assertEqual((again.status, again.json["noop"]), (200, True))

    def test_redirects_are_not_followed(self):
        self.receiver.rule("/chat/incidents", status=302, headers={"Location": self.receiver.url + "/elsewhere"})
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: daemon.outbox(state="dead"))
        self.assertEqual(self.receiver.at("/elsewhere"), [])

    def test_dead_delivery_is_noticed_by_qa(self):
        """The channel is gone; the check `accepted within 2m` pages the escalation owner."""
        self.daemon.config["delivery_attempts_max"] = 3
        self.receiver.rule("/chat/incidents", status=500)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: [row["state"] for row in daemon.outbox() if row["target"] == "incidents"] == ["dead"])
        self.assertEqual(len(self.receiver.at("/chat/incidents")), 3)
        self.restart(later(START, minutes=3))
        eventually(lambda: any("a notification was lost" in text for text in self.receiver.texts("/chat/people")))
        self.assertTrue(any(check["check"] == "accepted" and check["result"] in ("failed", "handled") for check in daemon.escalation()["checks"]))

    def test_circuit_breaker(self):
        """An endpoint that fails is left alone for a while, then tried with one request."""
        self.daemon.config.update(circuit_failures=3, circuit_open_ms=300, delivery_parallel_per_host_max=1, delivery_attempts_max=1000)
        self.receiver.rule("/chat/incidents", times=6, status=500)
        daemon = self.daemon.start()
        daemon.send(*[critical_ticket(f"e{n}", f"INC-{n}") for n in range(5)])
        eventually(daemon.settled)
        done = [r for r in self.receiver.at("/chat/incidents") if r["status"] == 200]
        self.assertEqual(len({r["headers"]["idempotency-key"] for r in done}), 5)
        self.assertEqual(len(self.receiver.at("/chat/incidents")), 11)

    def test_mail_refused_for_now_and_for_good(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        self.mail.refuse(451, 2)
        self.restart(later(START, minutes=4))  # chen did not look at the chat: mail is next
        eventually(lambda: self.mail.to("chen@acme.example"))
        eventually(daemon.settled)
        self.assertFalse(daemon.outbox(state="dead"))
        daemon.send(critical_ticket("e2", "INC-2"))
        self.mail.refuse(550, 100)
        self.restart(later(START, minutes=8))
        dead = eventually(lambda: [row for row in daemon.outbox(state="dead") if row["medium"] == "email"])
        self.assertIn("550", dead[0]["detail"])


class Content(Case):
    def test_phone_webhook_is_signed(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        self.restart(later(START, minutes=6))  # ana's turn: chat, then phone after 3 minutes
        eventually(lambda: daemon.escalation()["owner"] == "ana")
        self.restart(later(START, minutes=10))
        call = eventually(lambda: self.receiver.at("/phone"))[0]
        self.assertTrue(verify_webhook(call, self.secret))
        self.assertFalse(verify_webhook({**call, "body": call["body"] + b" "}, self.secret))
        body = json.loads(call["body"])
        self.assertEqual((body["type"], body["to"], body["id"]), ("escal.message", "+49 30 5550100", call["headers"]["webhook-id"]))

    def test_nothing_is_injected(self):
        title = "<!channel> <https://evil.example|click> & \u202egnp.exe\r\nBcc: victim@example.org\r\n.\r\nQUIT"
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1", title=title))
        eventually(daemon.settled)
        text = self.receiver.texts("/chat/incidents")[0]
        self.assertIn("&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; gnp.exe", text)
        self.assertNotIn("\u202e", text)
        self.restart(later(START, minutes=4))  # the second way to reach chen is mail
        mails = eventually(lambda: self.mail.to("chen@acme.example"))
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails[0]["to"], ["chen@acme.example"])
        self.assertIsNone(mails[0]["message"]["Bcc"])
        self.assertIn("QUIT", mails[0]["message"].get_content())

    def test_unbound_goes_to_the_file_sink(self):
        del self.acme["channels"]["incidents"]
        del self.acme["systems"]
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"), event("lead-1", "lead.rejected", lead="L-7", reason="r", lead_source="paid_campaign", system="crm"))
        eventually(daemon.settled)
        lines = [json.loads(line) for line in (daemon.folder / "acme.outbox.jsonl").read_text().splitlines()]
        self.assertIn("incidents", [line["target"] for line in lines])
        self.assertIn("crm.requeue", [line["target"] for line in lines])
        self.assertEqual(len({line["id"] for line in lines}), len(lines))

    def test_unbound_may_be_refused(self):
        del self.acme["channels"]["incidents"]
        self.acme["unbound"] = "refuse"
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: sorted(row["target"] for row in daemon.outbox(state="dead")) == ["incidents", "warroom"])


class Addresses(Case):
    def test_private_addresses_are_not_connected_to(self):
        """A listener on a loopback address that is not allowed sees no connection, whatever name leads there."""
        listener = socket.create_server(("127.0.0.2", 0))
        self.addCleanup(listener.close)
        seen = []

        def accept():
            try:
                while True:
                    connection, _ = listener.accept()
                    seen.append(connection)
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        port = listener.getsockname()[1]
        for number, host in enumerate((f"127.0.0.2:{port}", f"[::ffff:127.0.0.2]:{port}", f"2130706434:{port}", f"0x7f.2:{port}", f"127.2:{port}")):
            self.acme["channels"]["incidents"] = {"type": "chat", "url": f"https://{host}/"}
            self.daemon.start()
            self.daemon.send(critical_ticket(f"e{number}", f"INC-{number}"))
            eventually(lambda: [r for r in self.daemon.outbox(state="dead") if r["ticket"] == f"INC-{number}" and r["target"] == "incidents"])
            self.daemon.stop()
        self.assertEqual(seen, [])

    def test_plain_http_to_strangers_is_a_configuration_error(self):
        self.acme["channels"]["incidents"] = {"type": "chat", "url": "http://chat.example/hook"}
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.finish(), 2)
        self.assertIn("workspaces.acme.channels.incidents", self.daemon.errors())


class Secrets(Case):
    def test_secrets_are_nowhere(self):
        """Canaries in every secret; then failures of all kinds; then a search through everything that was written or answered."""
        canaries = [self.secret, self.system_secret, "canary-url-51c2"]
        (self.daemon.folder / "hook-url").write_text(f"{self.receiver.url}/chat/incidents/canary-url-51c2\n")
        self.acme["channels"]["incidents"] = {"type": "chat", "url_file": "hook-url"}
        self.daemon.config["delivery_attempts_max"] = 2
        self.receiver.rule("/", status=500)
        daemon = self.daemon.start(extra=["--follow"])
        daemon.send(critical_ticket("e1", "INC-1"), event("lead-1", "lead.rejected", lead="L-7", reason="r", lead_source="paid_campaign", system="crm"))
        eventually(daemon.settled)
        said = [daemon.errors(), daemon.follow(), json.dumps(daemon.audit()), json.dumps(daemon.outbox())]
        daemon.stop()
        for path in daemon.folder.iterdir():
            if path.name not in ("webhook-secret", "system-secret", "hook-url", "tokens"):
                said.append(path.read_bytes().decode("latin-1"))
        for canary in [*canaries, daemon.token]:
            for text in said:
                self.assertNotIn(canary, text)

    def test_configuration_errors_do_not_show_values(self):
        self.acme["systems"]["crm"]["secret"] = "canary-misplaced"
        (self.daemon.folder / "escald.json").write_text(json.dumps(self.daemon.config))
        done = subprocess.run([str(BIN / "escald"), "--workspace", str(self.daemon.workspaces[0]), "--data", str(self.daemon.folder), "--check-config"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("workspaces.acme.systems.crm.secret: there is no such option", done.stderr)
        self.assertNotIn("canary", done.stderr + done.stdout)
