"""The doors people and programs come in by: TLS and its renewal, the socket of the machine, sessions over several clients and their end."""

import copy
import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import ssl
import stat
import subprocess
import threading
import time

from harness import PATIENCE, WORKSPACES, Answer, Case, critical_ticket, eventually


def authority(folder, name="ca"):
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", f"/CN={name}"], check=True, capture_output=True)
    return cert, key


def certificate(folder, name, ca, days=30):
    """A certificate of an authority for this machine, with its key: PEM texts."""
    key, request, cert = (folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
    subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}"],
                   check=True, capture_output=True)
    extensions = folder / "san"
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", ca[0], "-CAkey", ca[1], "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", cert],
                   check=True, capture_output=True)
    return cert.read_text(), key.read_text()


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.ca = authority(self.folder)
        self.pem, self.key = self.folder / "data" / "server.pem", self.folder / "data" / "server.key"
        self.show(certificate(self.folder, "first", self.ca))
        self.daemon.config["tls"] = {"certificate_file": "server.pem", "key_file": "server.key"}
        self.trust = ssl.create_default_context(cafile=str(self.ca[0]))

    def show(self, pair):
        for path, text in ((self.pem, pair[0]), (self.key, pair[1])):
            path.touch(mode=0o600)
            path.write_text(text)

    def ask(self, path="/health", method="GET", headers=None, body=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.daemon.port, timeout=PATIENCE, context=self.trust)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def shown(self):
        """Whose certificate new clients see."""
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as one, self.trust.wrap_socket(one, server_hostname="127.0.0.1") as secure:
            return dict(item[0] for item in secure.getpeercert()["subject"])["commonName"]

    def said(self, event):
        return f'"event":"{event}"' in self.daemon.errors()

    def test_answers_are_encrypted_and_say_so(self):
        self.daemon.start()
        answer = self.ask()
        self.assertEqual(answer.status, 200)
        self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("frame-ancestors 'none'", answer.headers["Content-Security-Policy"])
        with self.assertRaises(OSError):  # nobody is answered in the clear
            plain = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=PATIENCE)
            plain.request("GET", "/health")
            if plain.getresponse().status:
                raise AssertionError("an answer without TLS")
        self.assertEqual(self.ask("/v1/tickets", headers={"Authorization": f"Bearer {self.daemon.token}"}).status, 200)

    def test_old_versions_of_it_are_refused(self):
        self.daemon.start()
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as one, self.assertRaises(OSError):
            old.wrap_socket(one)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.trust.minimum_version = self.trust.maximum_version = version
            self.assertEqual(self.ask().status, 200)

    def test_silent_handshakes_hold_up_nobody(self):
        self.daemon.config.update(request_timeout_s=1, connections_per_address_max=200)
        self.daemon.start()
        silent = [socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) for _ in range(50)]
        for one in silent[:25]:
            one.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a hello, and nothing more
        began = time.monotonic()
        self.assertEqual(self.ask().status, 200)
        self.assertLess(time.monotonic() - began, PATIENCE / 2)
        for one in silent:  # and they are sent away
            one.settimeout(PATIENCE)
            try:
                while one.recv(4096):
                    pass
            except ConnectionError:
                pass
            one.close()

    def test_a_renewal_is_taken_under_load_and_drops_nobody(self):
        self.daemon.start()
        self.assertEqual(self.shown(), "first")
        kept = http.client.HTTPSConnection("127.0.0.1", self.daemon.port, timeout=PATIENCE, context=self.trust)
        kept.request("GET", "/health")
        kept.getresponse().read()
        over, failures, asked = threading.Event(), [], [0, 0]

        def load(number):
            while not over.is_set():
                try:
                    asked[number] += self.ask().status == 200
                except (OSError, http.client.HTTPException) as error:
                    failures.append(error)

        threads = [threading.Thread(target=load, args=(number,)) for number in range(2)]
        for one in threads:
            one.start()
        eventually(lambda: min(asked) > 2)
        self.show(certificate(self.folder, "second", self.ca))
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.shown() == "second")
        before = list(asked)
        eventually(lambda: all(now > then + 2 for now, then in zip(asked, before)))
        over.set()
        for one in threads:
            one.join(PATIENCE)
        self.assertEqual(failures, [])
        kept.request("GET", "/health")  # the connection from before is as it was
        self.assertEqual(kept.getresponse().status, 200)
        kept.close()

    def test_what_cannot_be_used_leaves_the_old_one(self):
        self.daemon.start()
        second = certificate(self.folder, "second", self.ca)
        first = (self.pem.read_text(), self.key.read_text())
        for number, pair in enumerate(((second[0], first[1]), ("nonsense", second[1]), (second[0], ""), (second[0][: len(second[0]) // 2], second[1]))):
            self.show(pair)
            self.daemon.process.send_signal(signal.SIGHUP)
            eventually(lambda: self.daemon.errors().count('"event":"certificate_refused"') > number)
            self.assertEqual(self.shown(), "first")
        os.remove(self.key)
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.daemon.errors().count('"event":"certificate_refused"') > 4)
        self.assertEqual(self.shown(), "first")
        self.show(second)
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.shown() == "second")
        self.assertNotIn("PRIVATE KEY", self.daemon.errors())

    def test_a_start_with_wrong_files_is_refused(self):
        other = certificate(self.folder, "other", self.ca)
        self.key.write_text(other[1])
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.finish(), 2)
        self.assertIn("the private key is not that of the certificate", self.daemon.errors())
        self.show(other)
        self.key.chmod(0o644)
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.finish(), 2)
        self.assertIn("open to all users of the machine", self.daemon.errors())

    def test_one_that_ends_soon_is_an_alarm(self):
        self.show(certificate(self.folder, "short", self.ca, days=3))
        self.daemon.start()
        eventually(lambda: self.said("certificate_ends"))


class Local(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


class Socket(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "data" / "api.sock"
        self.daemon.config["listen_unix"] = "api.sock"

    def ask(self, path, token=None):
        connection = Local(self.path)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def test_it_is_the_same_api_with_rights(self):
        self.daemon.start()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o660)
        self.assertEqual(self.ask("/health").status, 200)
        self.assertEqual(self.ask("/v1/tickets").status, 401)  # who is on the machine is nobody for that
        self.assertEqual(self.ask("/v1/tickets", self.daemon.token).status, 200)
        self.assertEqual(self.daemon.get("/v1/tickets").status, 200)  # and the port is there as well
        self.daemon.stop()
        self.assertFalse(self.path.exists())

    def test_rights_are_what_the_configuration_says(self):
        self.daemon.config["listen_unix_rights"] = "0600"
        self.daemon.start()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)

    def test_a_socket_left_by_a_crash_is_taken_over(self):
        self.daemon.start()
        self.daemon.kill()
        self.assertTrue(self.path.exists())
        self.daemon.start()
        self.assertEqual(self.ask("/health").status, 200)

    def test_what_is_wrong_is_told(self):
        for more, words in (({"listen_unix_rights": "rw"}, "listen_unix_rights: must be rights in octal"),
                            ({"listen_unix_group": "no-such-group-here"}, "cannot listen on"),
                            ({"listen_unix": "no/such/folder/api.sock"}, "cannot listen on"),
                            ({"listen_unix": "", "listen": ""}, "nobody could come in")):
            with self.subTest(words):
                kept = dict(self.daemon.config)
                self.daemon.config.update(more)
                self.daemon.start(wait=False)
                self.assertEqual(self.daemon.finish(), 2)
                self.assertIn(words, self.daemon.errors())
                self.daemon.config = kept

    def test_many_slow_ones_hold_up_nobody(self):
        self.daemon.start()
        slow = []
        for _ in range(40):
            one = socket.socket(socket.AF_UNIX)
            one.connect(str(self.path))
            one.sendall(b"GET /health HT")
            slow.append(one)
        self.assertEqual(self.ask("/health").status, 200)
        for one in slow:
            one.close()


class Sessions(Case):
    """Sessions as the file of a former run has them: how somebody begins one stands in test_login.py."""

    CLIENTS = {"acme": {"person": "chen", "scopes": ["read", "act"]}, "globex": {"scopes": ["read"]}}

    def setUp(self):
        super().setUp()
        self.daemon.workspaces.append(WORKSPACES["globex"])
        self.daemon.config["operators"] = {"ops@agency.example": {"title": "Olivia Ops", "clients": copy.deepcopy(self.CLIENTS)}}
        self.lines = [json.dumps({"format": 1, "key": "ab" * 32})]

    def session(self, program=False, began=0, used=0, mail="ops@agency.example", **more):
        """Puts one into the file; its secret."""
        identity = secrets.token_hex(8)
        secret = f"ess_{identity}_{secrets.token_hex(32)}"
        now = int(time.time() * 1000)
        self.lines.append(json.dumps({"session": identity, "hash": hashlib.sha256(secret.encode()).hexdigest(), "program": program, "client": "", "person": "",
                                      "mail": mail, "subject": "", "title": "", "agent": "test", "began": now - began * 1000, "used": now - used * 1000, **more}))
        self.keep()
        return secret

    def keep(self):
        path = self.daemon.folder / "sessions"
        path.touch(mode=0o600)
        path.write_text("\n".join(self.lines) + "\n")

    def ask(self, method, path, secret=None, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if secret is not None:
            headers["Cookie"] = f"theme=dark; escal_session={secret}; x=y"
        return self.daemon.request(method, path, body, token=None, headers=headers)

    def word(self, secret):
        return self.ask("GET", "/v1/session", secret).json["csrf"]

    def test_who_somebody_is(self):
        secret = self.session()
        self.daemon.start()
        told = self.ask("GET", "/v1/session", secret).json
        self.assertEqual((told["principal"], told["title"]), ("ops@agency.example", "Olivia Ops"))
        self.assertEqual([(c["client"], c["person"], c["scopes"]) for c in told["clients"]],
                         [("acme", "chen", ["read", "act"]), ("globex", "ops@agency.example", ["read"])])
        self.assertEqual(len(told["csrf"]), 32)
        self.assertEqual(told["time_zone"], "Asia/Singapore")  # of who they are there
        self.assertGreater(told["expires_at"], "2026")
        self.assertEqual(self.ask("GET", "/v1/session").status, 401)
        token = self.daemon.get("/v1/session").json  # who has a token learns the same
        self.assertEqual((token["principal"], [c["client"] for c in token["clients"]], token["csrf"]), ("demo", ["acme"], ""))

    def test_a_client_is_named_where_there_are_several(self):
        secret = self.session()
        self.daemon.start()
        unnamed = self.ask("GET", "/v1/escalations", secret)
        self.assertEqual((unnamed.status, unnamed.json["code"], unnamed.json["place"]), (400, "bad_parameter", "query:client"))
        self.assertIn("acme, globex", unnamed.json["detail"])
        self.daemon.send(critical_ticket("e1", "INC-1"))
        self.assertEqual([row["ticket"] for row in self.ask("GET", "/v1/escalations?client=acme", secret).json["items"]], ["INC-1"])
        self.assertEqual(self.ask("GET", "/v1/escalations?client=globex", secret).json["items"], [])
        for path, status in (("/v1/escalations?client=nordlicht", 403), ("/v1/escalations?client=acme&client=globex", 400), ("/v1/audit?client=acme", 403),
                             ("/v1/outbox?client=globex", 200), ("/v1/outbox?cleint=globex", 400), ("/v1/session?client=acme", 400)):
            self.assertEqual(self.ask("GET", path, secret).status, status, path)
        self.assertEqual(self.daemon.get("/v1/escalations?client=acme").status, 200)  # a token says its own
        self.assertEqual(self.daemon.get("/v1/escalations?client=globex").status, 403)

    def test_acts_need_a_word_that_only_our_pages_know(self):
        secret = self.session()
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))
        word, path = self.word(secret), "/v1/escalations/E-1/ack?client=acme"
        for headers in ({}, {"Escal_CSRF": ""}, {"Escal_CSRF": "0" * 32}, {"Escal_CSRF": word[:-1]}, {"Escal_CSRF": word, "Origin": "https://evil.example"},
                        {"Escal_CSRF": word, "Origin": "null"}, {"Escal_CSRF": word, "Sec_Fetch_Site": "cross-site"}, {"Escal_CSRF": word, "Sec_Fetch_Site": "same-site"},
                        {"Escal_CSRF": word, "Sec_Fetch_Site": "none"}, {"Escal_CSRF": word, "Origin": "http://127.0.0.1.evil.example"}):
            refused = self.ask("POST", path, secret, {}, **headers)
            self.assertEqual((refused.status, refused.json["code"]), (403, "csrf"), headers)
        self.assertFalse(self.daemon.escalation()["acked"])
        for number, headers in enumerate(({}, {"Sec_Fetch_Site": "same-origin", "Origin": f"http://127.0.0.1:{self.daemon.port}"})):
            done = self.ask("POST", path, secret, {}, Escal_CSRF=word, **headers)
            self.assertEqual(done.status, 200, done.body)
        acked = [row for row in self.daemon.audit(escalation="E-1") if row["kind"] == "acked"]
        self.assertEqual([row["actor"] for row in acked], ["chen"])
        self.assertEqual(self.ask("GET", "/v1/escalations?client=acme", secret, Sec_Fetch_Site="cross-site").status, 403)  # not even to look
        self.assertEqual(self.ask("GET", "/v1/escalations?client=acme", secret, Sec_Fetch_Site="none").status, 200)  # an address that was typed
        globex = self.ask("POST", "/v1/escalations/E-1/ack?client=globex", secret, {}, Escal_CSRF=word)
        self.assertEqual(globex.status, 403)  # there it may only look

    def test_wrong_cookies(self):
        secret, program = self.session(), self.session(program=True)
        self.daemon.start()
        for wrong in (secret[:-1], secret + "0", secret[:-1] + ("0" if secret[-1] != "0" else "1"), "ess_", "x", program, secret.upper(), "ess_" + "0" * 16 + "_" + "0" * 64):
            answer = self.ask("GET", "/v1/session", wrong)
            self.assertEqual(answer.status, 401, wrong)
            self.assertIn("escal_session=; ", answer.headers["Set-Cookie"])
        twice = self.daemon.get("/v1/session", token=None, headers={"Cookie": f"escal_session={secret}; escal_session={secret}"})
        self.assertEqual(twice.status, 401)  # somebody put one beside it
        self.assertEqual(self.daemon.get("/v1/session", token=secret).status, 401)  # a browser's is no bearer token
        bearer = self.daemon.get("/v1/session", token=program)
        self.assertEqual((bearer.status, bearer.json["csrf"]), (200, ""))
        self.assertEqual(self.daemon.post("/v1/session/end", token=program).json, {"ended": 1})  # and needs no word
        self.assertEqual(self.daemon.get("/v1/session", token=program).status, 401)
        self.assertEqual(self.ask("GET", "/v1/session", secret).status, 200)

    def test_they_end_by_time(self):
        self.daemon.config["sessions"] = {"idle_s": 3600, "lifetime_s": 7200}
        fresh, idle, old, ahead = self.session(), self.session(began=4000, used=3700), self.session(began=7300), self.session(began=-90000, used=-90000)
        self.daemon.start()
        self.assertEqual([self.ask("GET", "/v1/session", one).status for one in (fresh, idle, old, ahead)], [200, 401, 401, 200])
        ends = self.ask("GET", "/v1/session", ahead).json["expires_at"]  # a clock that was wrong gives nobody more
        self.assertLess(ends, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 3700)))

    def test_they_live_on_behind_a_kill_and_are_ended_for_good(self):
        one, other = self.session(), self.session()
        stranger = self.session(mail="eve@agency.example")
        self.daemon.start()
        word = self.word(one)
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.word(one), word)
        items = self.ask("GET", "/v1/sessions", one).json["items"]
        self.assertEqual([item["is_this"] for item in items], [True, False])
        self.assertEqual(self.ask("POST", "/v1/session/end", one, {"session": "x"}, Escal_CSRF=word).status, 422)
        self.assertEqual(self.ask("POST", "/v1/session/end", one, {"session": stranger.split("_")[1]}, Escal_CSRF=word).status, 404)
        self.assertEqual(self.ask("POST", "/v1/session/end", one, {"session": items[1]["id"]}, Escal_CSRF=word).json, {"ended": 1})
        self.daemon.kill()  # what was answered is kept
        self.daemon.start()
        self.assertEqual([self.ask("GET", "/v1/session", secret).status for secret in (one, other)], [200, 401])
        self.assertEqual(self.ask("POST", "/v1/session/end", one, {"session": "all"}, Escal_CSRF=word).json, {"ended": 1})
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.ask("GET", "/v1/session", one).status, 401)
        kept = (self.daemon.folder / "sessions").read_text()
        self.assertNotIn(one.split("_")[2], kept)
        self.assertEqual(stat.S_IMODE((self.daemon.folder / "sessions").stat().st_mode), 0o600)

    def test_who_is_no_operator_any_more_has_nothing(self):
        secret = self.session()
        self.daemon.config["operators"]["ops@agency.example"]["clients"]["acme"]["person"] = "nobody-there"
        self.daemon.start()
        self.assertEqual([c["client"] for c in self.ask("GET", "/v1/session", secret).json["clients"]], ["globex"])
        eventually(lambda: "its directory has no such person" in self.daemon.errors())
        self.daemon.stop()
        self.daemon.config["operators"] = {}
        self.daemon.start()
        self.assertEqual(self.ask("GET", "/v1/escalations?client=acme", secret).status, 403)

    def test_operators_are_held_against_what_is_served(self):
        for clients, words in (({"acmee": {"scopes": ["read"]}}, 'operators.x@y.example.clients.acmee: no --workspace is called so; did you mean "acme"?'),
                               ({"acme": {"scopes": ["red"]}}, "operators.x@y.example.clients.acme.scopes: must be of"),
                               ({"acme": {}}, "has no scopes"), ({}, "has no clients")):
            with self.subTest(words):
                self.daemon.config["operators"] = {"x@y.example": {"clients": clients}}
                self.daemon.start(wait=False)
                self.assertEqual(self.daemon.finish(), 2)
                self.assertIn(words, self.daemon.errors())

    def test_a_damaged_file_costs_what_is_damaged(self):
        secret = self.session()
        self.lines += ['{"session":"zz"}', "[1,", '{"session":"' + "1" * 16 + '","hash":"no"}', "\x00\xff"]
        self.keep()
        self.daemon.start()
        self.assertEqual(self.ask("GET", "/v1/session", secret).status, 200)
        eventually(lambda: '"event":"sessions_lost"' in self.daemon.errors())

    def test_what_cannot_be_kept_is_not_said(self):
        secret = self.session()
        (self.daemon.folder / "sessions.new").mkdir()  # in the way of the next file
        self.daemon.start()
        refused = self.ask("POST", "/v1/session/end", secret, {}, Escal_CSRF=self.word(secret))
        self.assertEqual((refused.status, refused.json["code"]), (503, "not_kept"))
        eventually(lambda: '"event":"sessions_not_kept"' in self.daemon.errors())


