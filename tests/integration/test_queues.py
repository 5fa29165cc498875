"""Queues of deliveries: no receiver, no channel and no client holds another one up; a stop sends nothing twice."""

import http.client
import json
import signal
import socket
import threading

from harness import PATIENCE, SCOPES, WORKSPACES, Case, critical_ticket, eventually

BACKLOG = 700  # more than is kept in memory of one endpoint


class SilentMail:
    """An SMTP server that takes everything and then says nothing: after the mail, or after QUIT."""

    def __init__(self, after):
        self.after = after
        self.reached = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                connection, _ = self.listener.accept()
                self.open.append(connection)
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()
        except OSError:
            pass

    def talk(self, connection):
        lines = connection.makefile("rb")
        try:
            connection.sendall(b"220 silent\r\n")
            in_mail = False
            for line in lines:
                verb = line.strip().upper()[:4]
                if in_mail and line != b".\r\n":
                    continue
                if (in_mail and self.after == "DATA") or (verb == b"QUIT" and self.after == "QUIT"):
                    self.reached.set()
                    return  # the connection stays open
                in_mail = not in_mail and verb == b"DATA"
                connection.sendall(b"354 go on\r\n" if in_mail else b"250 ok\r\n")
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for connection in self.open:
            connection.close()


class HeadOfLine(Case):
    def test_a_channel_with_a_backlog_holds_up_no_page(self):
        """Seven hundred messages wait for a channel that hangs; a page by chat leaves at once."""
        self.daemon.config["delivery_timeout_ms"] = 60000
        self.receiver.rule("/chat/incidents", hang=True)
        self.page_without_limit()
        daemon = self.daemon.start()
        for n in range(0, BACKLOG, 100):
            daemon.send(*[critical_ticket(f"e{k}", f"INC-{k}") for k in range(n, n + 100)])
        daemon.send(critical_ticket("last", "INC-LAST"))
        eventually(lambda: any("INC-LAST" in text for text in self.receiver.texts("/chat/people")))
        self.assertLessEqual(len(self.receiver.at("/chat/incidents")), 8)  # delivery_parallel_per_host_max

    def test_a_backlog_arrives_whole_and_once(self):
        daemon = self.daemon.start()
        self.receiver.rule("/chat/incidents", times=8, status=503)
        for n in range(0, BACKLOG, 100):
            daemon.send(*[critical_ticket(f"e{k}", f"INC-{k}") for k in range(n, n + 100)])
        eventually(daemon.settled)
        taken = [r for r in self.receiver.at("/chat/incidents") if r["status"] == 200]
        keys = [r["headers"]["idempotency-key"] for r in taken]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertGreaterEqual(len(keys), BACKLOG)
        bodies = {}
        for request in self.receiver.at("/chat/incidents"):
            key = request["headers"]["idempotency-key"]
            self.assertEqual(bodies.setdefault(key, request["body"]), request["body"])

    def test_a_silent_mail_server_freezes_nothing(self):
        for after in ("DATA", "QUIT"):
            with self.subTest(after):
                self.mail_is_silent(after)

    def mail_is_silent(self, after):
        mail = SilentMail(after)
        self.addCleanup(mail.close)
        self.acme["mail"]["server"] = f"smtp://127.0.0.1:{mail.port}"
        self.acme["channels"]["incidents"] = {"type": "smtp", "to": ["all@acme.example"]}
        self.daemon.config["delivery_timeout_ms"] = 60000
        daemon = self.daemon.start()
        daemon.send(critical_ticket(f"e-{after}", f"INC-{after}"))
        self.assertTrue(mail.reached.wait(PATIENCE))
        self.assertEqual(daemon.get("/health").status, 200)
        eventually(lambda: any(f"INC-{after}" in text for text in self.receiver.texts("/chat/people")))
        if after == "QUIT":
            eventually(lambda: [r for r in daemon.outbox(state="accepted") if r["ticket"] == "INC-QUIT" and r["target"] == "incidents"])
        else:
            self.assertTrue([r for r in daemon.outbox(state="queued") if r["ticket"] == "INC-DATA" and r["target"] == "incidents"])
        daemon.kill()


class Tenants(Case):
    def test_a_client_whose_receivers_hang_holds_up_no_other(self):
        self.daemon.config.update(delivery_timeout_ms=60000, delivery_parallel_max=8)
        self.receiver.rule("/chat", hang=True)
        self.daemon.config["workspaces"]["globex"] = {
            "channels": {"alerts": {"type": "chat", "url": f"{self.receiver.url}/globex"}},
            "people": {"chat": {"type": "chat", "url": f"{self.receiver.url}/globex"}},
            "allowed_addresses": ["127.0.0.1"]}
        self.daemon.workspaces.append(WORKSPACES["globex"])
        other = self.daemon.add_token("other", "globex", "demo", SCOPES)
        daemon = self.daemon.start()
        daemon.send(*[critical_ticket(f"e{k}", f"INC-{k}") for k in range(50)])
        eventually(lambda: len(self.receiver.at("/chat")) >= 4)
        answer = daemon.post("/v1/events", [critical_ticket("g1", "G-1")], token=other)
        self.assertIn(answer.status, (200, 202))
        eventually(lambda: self.receiver.at("/globex"))


class DeadReceiver(Case):
    def test_a_dead_receiver_costs_attempts_of_few_rows_only(self):
        """While the circuit is open rows just wait: nothing is written and no attempt is counted."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.acme["channels"]["incidents"] = {"type": "chat", "url": f"http://127.0.0.1:{port}/"}
        self.daemon.config.update(circuit_failures=5, circuit_open_ms=3600000)
        self.page_without_limit()
        daemon = self.daemon.start()
        daemon.send(*[critical_ticket(f"e{k}", f"INC-{k}") for k in range(100)])
        eventually(lambda: sum(r["attempts"] for r in daemon.outbox() if r["target"] == "incidents") >= 5)
        eventually(lambda: len(self.receiver.at("/chat/people")) >= 100)
        rows = [r for r in daemon.outbox() if r["target"] == "incidents"]
        self.assertEqual(len(rows), 100)
        self.assertLessEqual(sum(r["attempts"] for r in rows), 5 + 8)  # those that were under way when it opened
        self.assertEqual({r["state"] for r in rows}, {"queued"})


class Stop(Case):
    def test_a_clean_stop_sends_nothing_twice(self):
        self.daemon.config.update(delivery_timeout_ms=60000, stop_timeout_s=60)
        may_answer = threading.Event()
        self.receiver.rule("/chat/incidents", times=1, hold=may_answer)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.receiver.at("/chat/incidents"))
        daemon.process.send_signal(signal.SIGTERM)
        eventually(lambda: not self.answers(daemon.port))
        may_answer.set()
        self.assertEqual(daemon.finish(), 0)
        self.daemon.start()
        eventually(self.daemon.settled)
        self.assertEqual(len(self.receiver.at("/chat/incidents")), 1)

    @staticmethod
    def answers(port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Kept(Case):
    def test_a_webhook_that_is_sent_again_is_the_same(self):
        self.acme["channels"]["incidents"] = {"type": "webhook", "url": f"{self.receiver.url}/hook", "secret_file": "webhook-secret"}
        self.receiver.rule("/hook", times=2, status=503)
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        sent = self.receiver.at("/hook")
        self.assertEqual([r["status"] for r in sent], [503, 503, 200])
        self.assertEqual(len({r["body"] for r in sent}), 1)
        self.assertEqual(len({r["headers"]["webhook-id"] for r in sent}), 1)

    def test_a_line_that_was_cut_off_takes_no_other_with_it(self):
        del self.acme["channels"]["incidents"]
        daemon = self.daemon.start()
        sink = daemon.folder / "acme.outbox.jsonl"
        sink.write_text('{"type":"escal.message","id":"acme/E-0/1","da')
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(daemon.settled)
        lines = sink.read_text().splitlines()
        self.assertEqual(json.loads(lines[1])["target"], "incidents")
