"""Endpoints that refuse us as such: what waits, what is told, and that nothing is lost when they are well again."""

import http.server
import ssl
import subprocess
import threading

from scene import Scene, eventually, log_of, ticket


class Held(Scene):
    """A wrong password is the operator's fault, not that of the messages: they wait."""

    COUNT = 6

    def configuration(self):
        return {**super().configuration(), "circuit_open_ms": 300}

    def rows(self, target):
        return [row for row in self.daemon.outbox(limit=1000) if row["target"] == target]

    def kinds(self, kind):
        return [row for row in self.daemon.audit(limit=1000) if row["kind"] == kind]

    def assert_held(self, target, words):
        rows = eventually(lambda: [row for row in self.rows(target) if words in (row.get("detail") or "")])
        self.assertTrue(rows, self.rows(target))
        self.assertEqual({row["state"] for row in self.rows(target)}, {"queued"})
        self.assertEqual(len(self.kinds("endpoint_held")), 1)
        self.assertIn(words, self.kinds("endpoint_held")[0]["text"])
        eventually(lambda: len([line for line in log_of(self.daemon) if line.get("event") == "endpoint_held" and line.get("level") == "alarm"]) == 1)

    def assert_back(self, target):
        eventually(lambda: {row["state"] for row in self.rows(target)} == {"accepted"})
        eventually(lambda: self.kinds("endpoint_back"))
        self.assertEqual(self.kinds("delivery_dead"), [])

    def send_letters(self):
        self.send([ticket(f"L-{n}", severity="high") for n in range(self.COUNT)])

    def test_a_login_that_is_refused(self):
        (self.folder / "password").write_text("old-password\n")
        self.desk["mail"].update({"user": "escal", "password_file": str(self.folder / "password")})
        self.mail.denied = "535 5.7.8 your password expired yesterday"
        self.daemon.start()
        self.send_letters()
        self.assert_held("managers", "535): 5.7.8 your password expired yesterday")
        self.mail.denied = None
        self.assert_back("managers")
        self.assertEqual(len(self.mail.messages), self.COUNT)
        self.assertNotIn("old-password", self.daemon.errors())

    def test_a_token_that_is_refused(self):
        for status in (401, 403):
            with self.subTest(status):
                self.daemon = self.new_daemon(f"data{status}")
                self.receiver.rule("/desk/people", status=status, body={"error": "token_revoked"}, times=1000)
                self.daemon.start()
                self.send([ticket(f"A-{n}") for n in range(self.COUNT)])
                self.assert_held("ana", f"{status}: token_revoked")
                self.receiver.forget_rules()
                self.assert_back("ana")
                self.daemon.stop()

    def test_no_starttls_and_no_such_host(self):
        self.desk["mail"]["tls"] = "required"
        self.desk["channels"]["incidents"] = {"type": "webhook", "url": "https://no-such-host.invalid/"}
        self.daemon.start()
        self.send_letters()
        self.assert_held("managers", "offers no STARTTLS")
        self.send([ticket("H-1")])
        rows = eventually(lambda: [row for row in self.rows("incidents") if "no name server knows its host" in (row.get("detail") or "")])
        self.assertTrue(rows)
        self.assertEqual(rows[0]["state"], "queued")

    def test_one_message_that_is_refused_is_no_endpoint(self):
        """A 403 for one of many is that one's fault, once others have gone through."""
        self.receiver.rule("/desk/people", status=403, body="not this one", times=2)
        self.daemon.start()
        self.send([ticket("A-1")])
        eventually(lambda: self.kinds("endpoint_held"))
        self.send([ticket(f"B-{n}") for n in range(3)])
        eventually(lambda: len([row for row in self.rows("ana") if row["state"] == "accepted"]) >= 3)
        eventually(lambda: all(row["state"] in ("accepted", "dead") for row in self.rows("ana")))


class Words(Scene):
    """The peer's own words, cut, and none of our secrets."""

    def test_what_a_peer_says(self):
        answers = {
            "json": (400, {"message": "ContentType is a required field for application/json"}, "HTTP status 400: ContentType is a required field for application/json"),
            "nested": (422, {"error": {"message": "no such channel"}}, "HTTP status 422: no such channel"),
            "html": (404, "<html><h1>Not here</h1>\n<p>gone\u202e</p></html>", "HTTP status 404: Not here gone"),
            "long": (400, "x" * 5000, "HTTP status 400: " + "x" * 300 + "\u2026"),
        }
        for name, (status, body, expected) in answers.items():
            with self.subTest(name):
                self.daemon = self.new_daemon(f"data-{name}")
                self.receiver.rule("/desk/incidents", status=status, body=body, times=1)
                self.daemon.start()
                self.send([ticket("W-1")])
                row = eventually(lambda: self.row("incidents", state="dead"))
                self.assertEqual(row["detail"], expected)
                self.daemon.stop()

    def test_a_secret_is_not_repeated(self):
        (self.folder / "secret").write_text("whsec_dG9wLXNlY3JldC1rZXk=\n")
        self.desk["channels"]["incidents"]["secret_file"] = str(self.folder / "secret")
        self.receiver.rule("/desk/incidents", status=400, body="bad key whsec_dG9wLXNlY3JldC1rZXk=, sorry", times=1)
        self.daemon.start()
        self.send([ticket("W-1")])
        row = eventually(lambda: self.row("incidents", state="dead"))
        self.assertEqual(row["detail"], "HTTP status 400: bad key ***, sorry")

    def test_a_receipt_is_what_it_says(self):
        for number, (body, state) in enumerate((("ok", "accepted"), ({"id": "17"}, "accepted"), ({"message_id": "17"}, "delivered"),
                                                ({"state": "seen"}, "seen"), ({"state": "dead"}, "accepted"))):
            with self.subTest(body):
                self.daemon = self.new_daemon(f"data{number}")
                self.receiver.rule("/desk/incidents", status=200, body=body, times=1)
                self.daemon.start()
                self.send([ticket("W-1")])
                self.assertEqual(eventually(lambda: (row := self.row("incidents")) and row["state"] != "queued" and row)["state"], state)
                self.daemon.stop()

    def test_a_receipt_that_two_readers_would_read_differently(self):
        """What is not JSON, or too much of it, proves nothing but that somebody answered; halves of characters cost nothing."""
        self.daemon.start()
        for number, (body, state) in enumerate(((b'{"message_id":"17","message_id":""}', "accepted"), (b'{"state":"seen","x":{"a":1,"\\u0061":2}}', "accepted"), (b'{"message_id":17,"x":1e999}', "accepted"),
                                                (b'{"message_id":17,"x":"\\u0000"}', "accepted"), (b'{"message_id":17}]', "accepted"), (b"[" * 500000, "accepted"), (b'{"a":' * 100000, "accepted"),
                                                (b'{"message_id":17,"x":[' + b"1," * 300000 + b"1]}", "accepted"), (b'{"message_id":17,"x":"cut \\ud83d"}', "delivered"), (b' {"message_id" : 17 }\n', "delivered"))):
            with self.subTest(body[:40]):
                self.receiver.rule("/desk/incidents", status=200, body=body, times=1)
                self.send([ticket(f"W-{number}")])
                self.assertEqual(eventually(lambda: (row := self.row("incidents", escalation=f"E-{number + 1}")) and row["state"] != "queued" and row)["state"], state)
        self.assert_serves()

    def test_a_chat_that_refuses_within_a_success(self):
        self.receiver.rule("/desk/people", status=200, body={"ok": False, "error": "channel_not_found"}, times=1)
        self.daemon.start()
        self.send([ticket("W-1")])
        self.assertEqual(eventually(lambda: self.row("ana", state="dead"))["detail"], "HTTP status 200: channel_not_found")


class Certificates(Scene):
    """An authority of one's own, by https."""

    def serve(self):
        def run(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)

        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Own authority")
        run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
        (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "30", "-extfile", "names")
        got = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                got.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.desk["channels"]["incidents"] = {"type": "webhook", "url": f"https://127.0.0.1:{server.server_address[1]}/"}
        return got

    def test_an_authority_of_ones_own(self):
        got = self.serve()
        self.daemon.start()
        self.send([ticket("C-1")])
        row = eventually(lambda: (one := self.row("incidents")) and "not trusted" in (one.get("detail") or "") and one)
        self.assertEqual(row["state"], "queued")
        self.assertIn("ca_file", row["detail"])
        self.daemon.stop()
        self.desk["channels"]["incidents"]["ca_file"] = str(self.folder / "ca.pem")
        self.daemon.start()
        eventually(lambda: self.row("incidents")["state"] == "accepted")
        self.assertEqual(len(got), 1)

    def test_a_wrong_file_is_told_at_the_start(self):
        (self.folder / "empty.pem").write_text("")
        for path in ("missing.pem", "empty.pem"):
            with self.subTest(path):
                self.daemon = self.new_daemon(f"data-{path}")
                self.desk["mail"]["ca_file"] = str(self.folder / path)
                self.daemon.start(wait=False)
                eventually(lambda: self.daemon.process.poll() is not None)
                self.assertEqual(self.daemon.process.poll(), 2)
                self.assertIn("ca_file", self.daemon.errors())


class Mail(Scene):
    """One mail as people and their programs want it."""

    def test_a_mail_is_readable_and_belongs_somewhere(self):
        self.daemon.start()
        self.send([ticket("M-1", severity="high", title="a" * 300), ticket("M-2", severity="high", title="first\nsecond")])
        mails = eventually(lambda: len(self.mail.messages) == 2 and [one["message"] for one in self.mail.messages])
        by_ticket = {("M-1" if "M-1" in mail["Subject"] else "M-2"): mail for mail in mails}
        long, short = by_ticket["M-1"], by_ticket["M-2"]
        self.assertEqual(str(long["From"]), "Escal <escal@desk.example>")
        self.assertTrue(str(long["Subject"]).startswith("[M-1] a letter about M-1: aaa"))
        self.assertTrue(str(long["Subject"]).endswith("a\u2026"))
        self.assertEqual(long["List-Id"], "<desk.escal.desk.example>")
        self.assertEqual(long["References"], long["In-Reply-To"])
        self.assertNotEqual(long["References"], short["References"])
        self.assertNotEqual(long["Message-ID"], short["Message-ID"])
        self.assertEqual(long["Auto-Submitted"], "auto-generated")
        body = short.get_payload(decode=True)
        self.assertNotIn(b"\n", body.replace(b"\r\n", b""))
        self.assertIn("first \u23ce second", body.decode())
