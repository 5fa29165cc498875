"""Texts from outside: JSON that is none, numbers that are too long, hostile words, a workspace folder that wants too much."""

import json
import os
import subprocess

from scene import BIN, Scene, awaits, client, eventually, log_of, ticket


class Json(Scene):
    def post(self, members, identity=b"j"):
        return self.daemon.post("/v1/events", b'{"specversion":"1.0","id":"' + identity + b'","source":"/j","type":"ticket.created","subject":"J-1","data":{"severity":"low",%s}}' % members)

    def test_what_is_json(self):
        self.daemon.start()
        for number, members in enumerate((b'"count" : 1000 ', b'\n"flag"\t:\r\ntrue\n', b'"words":[ "a" , "b c" ]', b'"marker":"two  words"', b'"count":-5e0')):
            with self.subTest(members):
                self.assertEqual(self.post(members, b"%d" % number).status, 202)
        self.assertEqual(self.daemon.post("/v1/events", b' [ \n' + json.dumps(ticket("J-2", marker="two  words")).encode() + b' ] \n').status, 202)
        self.assertEqual(self.daemon.get("/v1/tickets/J-2").json["fields"]["marker"], "two  words")

    def test_white_space_inside_of_a_token(self):
        self.daemon.start()
        for members in (b'"count":1 000', b'"count":1 2 3', b'"count":- 5', b'"count":1 e5', b'"count":1. 5', b'"flag":tr ue', b'"flag":t\nrue', b'"marker":nu ll',
                        b'"count":1\0', b'"count":\x001', b'"flag":true\0', b'"marker":"a" "b"', b'"words":["a""b"]', b'"words":["a",]'):
            with self.subTest(members):
                answer = self.post(members)
                self.assertEqual((answer.status, answer.json.get("code")), (400, "malformed_json"))
        self.assertEqual(self.daemon.get("/v1/tickets").json["items"], [])

    def test_numbers_and_texts_that_are_none(self):
        self.daemon.start()
        for members in (b'"count":1e400', b'"count":0x10', b'"count":+1', b'"count":.5', b'"count":01', b'"count":NaN', b'"count":1,"count":2', b'"marker":"\xed\xa0\x80"',
                        b'"marker":"\xff"', b'"marker":"a\0b"', b'"marker":"a\nb"', b'"marker":"\xc0\xaf"', b'"marker":"\xf4\x90\x80\x80"', b'"\xff":1'):
            with self.subTest(members):
                self.assertIn(self.post(members).status, (400, 422))
        self.assertEqual(self.daemon.get("/v1/tickets").json["items"], [])

    def test_half_a_surrogate_pair(self):
        """Programs cut texts in the middle of a character: the incident is taken, the half is replaced."""
        self.daemon.start()
        self.assertEqual(self.post(b'"marker":"cut \\ud83d"').status, 202)
        [shown] = self.daemon.get("/v1/tickets").json["items"]
        self.assertEqual(shown["fields"]["marker"], "cut \ufffd")


class Durations(Scene):
    def test_long_and_wrong_durations(self):
        self.daemon.start()
        self.daemon.send(ticket("D-1"))
        wrong = ("999999999999999999999999999999m", "9223372036854775807s", "9" * 31 + "d", "99999999999999999999999999ms", "1h1h", "5", "m", "-5m", "1.5h", " 5m", "0s", "")
        for text in wrong[:-1]:
            with self.subTest(text):
                self.assertEqual(self.daemon.post("/v1/escalations/E-1/handoff", {"as": "ana", "to": "ben", "reason": "r", "expect": "acked", "within": text}).status, 422)
                self.assertEqual(self.daemon.post("/v1/people/ana/absent", {"for": text}).status, 422)
        answer = self.daemon.post("/v1/escalations/E-1/handoff", {"as": "ana", "to": "ben", "reason": "r", "expect": "acked", "within": "1h30m"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assert_stops()


class Hostile(Scene):
    """What a ticket says never becomes a command of the program that shows it."""

    TITLES = ("<!channel> <@U123> <http://evil.example|click>", "@channel @here @everyone @all", "[click](http://evil.example)", "first\nPAGE: E-1 is solved, go home\nlast",
              "\x1b[31mred\x1b[0m\x1b]0;title\x07", "\u202eevil\u202c\u2066x", "a\u2028b\u2029c", "\u200b\u200dzero", "\u0085next", "\x9b31m", "\x7f\x08\x08",
              "\r\nX-Evil: 1\r\n\r\n", "{ticket.id}{{7*7}}${7*7}%s%n")
    FORBIDDEN = ("\x1b", "\x9b", "\x08", "\x7f", "\u202e", "\u2066", "\u2028", "\u2029", "\u200b", "\u0085")
    COMMANDS = ("<!", "<@", "<http", "@channel", "@here", "@everyone", "@all", "](http", "\u2028", "\u2029", "\u200b", "\u0085", "\nPAGE:")

    def send_all(self, **options):
        self.daemon.start(**options)
        self.send([ticket(f"H-{n}", title=title) for n, title in enumerate(self.TITLES)])
        eventually(lambda: len(self.receiver.at("/desk/people")) == len(self.TITLES))
        return self.receiver.texts("/desk/people")

    def test_controls_reach_nobody(self):
        for text in self.send_all():
            for word in self.FORBIDDEN:
                self.assertNotIn(word, text)
        for arguments in (("status",), ("audit",), ("outbox",), ("show", "H-4"), ("status", "--format", "json"), ("audit", "--format", "json"), ("outbox", "--format", "json")):
            shown = self.daemon.ctl(*arguments).stdout
            for word in self.FORBIDDEN:
                self.assertNotIn(word, shown)
        shown = json.loads(self.daemon.ctl("audit", "--format", "json").stdout)
        self.assertTrue(any("\u202eevil" in item["text"] for item in shown["items"]), "JSON keeps what the ticket says, escaped")
        headers = {name for request in self.receiver.at("/desk/") for name in request["headers"]}
        self.assertNotIn("x-evil", headers)

    def test_what_a_program_is_sent(self):
        """A receiver of JSON, and whoever looks at its file, gets the ticket's own text, escaped, and which words are the template's."""
        self.desk["people"]["chat"] = {"type": "webhook", "url": f"{self.receiver.url}/desk/people"}
        self.daemon.start()
        self.send([ticket(f"H-{n}", title=title) for n, title in enumerate(self.TITLES)])
        got = eventually(lambda: len(self.receiver.at("/desk/people")) == len(self.TITLES) and self.receiver.at("/desk/people"))
        for request in got:
            raw, data = request["body"].decode(), json.loads(request["body"])["data"]
            for word in self.FORBIDDEN:
                self.assertNotIn(word, raw)
            text = data["text"].encode()
            own = [text[start:end].decode() for start, end in data["own"]]
            self.assertEqual(own, ["please take ", ": "])

    def test_words_that_a_chat_acts_on(self):
        for text in self.send_all():
            for word in self.COMMANDS:
                with self.subTest(word=word):
                    self.assertNotIn(word, text.replace("@ana", ""))

    def test_mail_headers(self):
        subjects = ("plain", "a\r\nBcc: evil@x.example\r\n\r\nbody", "x\n.\nMAIL FROM:<evil@x.example>\nQUIT", "=?UTF-8?B?QmNjOiBldmls?=", "\u00e9" * 90, "a\u2028Bcc: x@y.example", "x" * 190)
        self.daemon.start()
        self.send([ticket(f"M-{n}", severity="high", title=title) for n, title in enumerate(subjects)])
        mails = eventually(lambda: len(self.mail.messages) == len(subjects) and self.mail.messages)
        for mail in mails:
            self.assertEqual(mail["to"], ["managers@desk.example"])
            self.assertEqual(set(mail["message"].keys()) - {"Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
                                                              "In-Reply-To", "References", "List-Id"}, set())
            self.assertLess(max(map(len, mail["raw"].split(b"\r\n"))), 999)
            self.assertNotIn(b"\n", mail["raw"].replace(b"\r\n", b""))

    def test_the_log_and_what_is_followed(self):
        self.send_all(extra=["--follow"])
        said = self.daemon.errors() + self.daemon.follow()
        for word in self.FORBIDDEN:
            self.assertNotIn(word, said)
        self.assertTrue(self.daemon.follow())
        self.assertIsInstance(log_of(self.daemon), list)


class Folder(Scene):
    """A workspace's folder is written by whoever writes templates; its escald.json may not reach what is the operator's."""

    def start(self, own):
        folder = client(self.folder / "evil", "evil")
        (folder / "escald.json").write_text(json.dumps(own))
        self.daemon.workspaces.append(folder)
        self.token = self.daemon.add_token("t-evil", "evil", "demo", "events,read,act,act-as")
        self.daemon.start(wait=False)
        eventually(lambda: (self.daemon.folder / "port").exists() or self.daemon.process.poll() is not None)

    def reaches(self):
        """What the folder's bindings could do, if the daemon took them: an event, and time to deliver."""
        if self.daemon.process.poll() is None:
            self.daemon.port = int((self.daemon.folder / "port").read_text())
            self.daemon.post("/v1/events", ticket("E-1"), token=self.token)
            eventually(lambda: not self.daemon.get("/v1/outbox?state=queued", token=self.token).json["items"])

    def test_no_private_address(self):
        self.start({"allowed_addresses": ["0.0.0.0/0"], "channels": {"incidents": {"type": "webhook", "url": f"{self.receiver.url}/private"}}})
        self.reaches()
        self.assertEqual(self.receiver.at("/private"), [])

    def test_no_file_of_the_operator_is_read(self):
        secret = self.folder / "operator-secret"
        secret.write_text("TOP-SECRET-of-the-operator\n")
        for path in (str(secret), "../../operator-secret"):
            with self.subTest(path):
                self.daemon = self.new_daemon(f"data{len(path)}")
                folder = client(self.folder / f"evil{len(path)}", "evil")
                (folder / "escald.json").write_text(json.dumps({"channels": {"incidents": {"type": "webhook", "url": "https://hooks.example/x", "secret_file": path}}}))
                self.daemon.workspaces.append(folder)
                self.daemon.start(wait=False)
                eventually(lambda: (self.daemon.folder / "port").exists() or self.daemon.process.poll() is not None)
                self.assertEqual(self.daemon.process.poll(), 2)
                self.assertIn("secret_file", self.daemon.errors())

    def test_no_file_of_the_operator_is_written(self):
        target = self.daemon.folder / "tokens"
        self.start({"channels": {"incidents": {"type": "file", "path": str(target)}, "room": {"type": "file", "path": "../../data/tokens"}}})
        self.reaches()
        self.assertNotIn("escal.message", target.read_text())

    def test_a_pipe_is_no_template(self):
        folder = client(self.folder / "pipe", "pipe")
        os.mkfifo(folder / "waits.esc")
        self.assertIn(subprocess.run([str(BIN / "escalc"), "check", str(folder)], capture_output=True, timeout=20).returncode, (0, 1, 2))

    def test_paths_out_of_the_folder(self):
        (self.folder / "out.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\nEND:VCALENDAR\n")
        folder = client(self.folder, "paths")
        source = (folder / "paths.esc").read_text()
        for path in ("../out.ics", "/etc/passwd", str(self.folder / "out.ics"), "a/../../out.ics", "//etc/passwd"):
            with self.subTest(path):
                (folder / "paths.esc").write_text(source + f'\ncalendar hours {{ mon..fri 08:00..18:00 holidays "{path}" }}\n')
                self.assertEqual(subprocess.run([str(BIN / "escalc"), "check", str(folder)], capture_output=True, timeout=20).returncode, 1)


class Approval(Scene):
    def test_nobody_approves_what_he_started(self):
        """Two must agree to what ben starts: ben is not one of them."""
        self.daemon.start()
        self.daemon.send(ticket("P-1", severity="low"))
        started = self.daemon.post("/v1/templates/asked/start", {"as": "ben", "ticket": "P-1"}).json["escalations"][0]
        answer = self.daemon.post(f"/v1/escalations/{started}/approve", {"as": "ben"})
        self.assertEqual((answer.status, answer.json["detail"]), (403, f"ben started {started}, and nobody approves what they started themselves"))
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.daemon.post(f"/v1/escalations/{started}/approve", {"as": "ben"}).status, 403)
        self.assertEqual(self.daemon.post(f"/v1/escalations/{started}/approve", {"as": "ana"}).status, 200)

    def test_a_ticket_with_two_escalations(self):
        """Nobody guesses which one is meant; where the action fits one only, that one is."""
        self.daemon.start()
        first = self.daemon.send(ticket("P-2"))[0]["escalations"][0]
        second = self.daemon.post("/v1/templates/asked/start", {"as": "ben", "ticket": "P-2"}).json["escalations"][0]
        for verb, body in (("ack", {}), ("handoff", {"to": "ben", "reason": "r", "expect": "acked", "within": "5m"})):
            with self.subTest(verb):
                answer = self.daemon.post(f"/v1/tickets/P-2/{verb}", {"as": "ana", **body})
                self.assertEqual((answer.status, answer.json["code"]), (409, "conflict"))
                self.assertIn(f"{first} or {second}", answer.json["detail"])
        self.assertEqual([self.daemon.escalation(e)["acked"] for e in (first, second)], [False, False])
        self.assertEqual(self.daemon.post(f"/v1/escalations/{first}/ack", {"as": "ana"}).status, 200)
        self.assertEqual(self.daemon.post("/v1/tickets/P-2/ack", {"as": "ana"}).json["escalations"], [second])
        self.assertEqual(self.daemon.post("/v1/tickets/P-2/approve", {"as": "ana"}).json["escalations"], [second])
        self.assertEqual(self.daemon.post("/v1/tickets/P-2/resolve", {"as": "ana"}).status, 200)  # the ticket itself
