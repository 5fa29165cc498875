"""Greedy, slow and malicious clients."""

import http.client
import json
import os
import signal
import unittest.mock

from harness import Case, critical_ticket, eventually


def raw(daemon, request, patience=20):
    """Sends bytes and reads until the daemon closes; b"" when it closed without an answer."""
    with daemon.socket() as connection:
        connection.settimeout(patience)
        got = b""
        try:
            connection.sendall(request)
            while piece := connection.recv(65536):
                got += piece
        except ConnectionError:
            pass
        return got


def read(connection, patience=20):
    """What comes until the daemon closes."""
    with connection:
        connection.settimeout(patience)
        got = b""
        try:
            while piece := connection.recv(65536):
                got += piece
        except ConnectionError:
            pass
        return got


def head(daemon, *lines, method="POST", path="/v1/events"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: escald", f"Authorization: Bearer {daemon.token}", *lines, "", ""]).encode()


class Framing(Case):
    def test_two_lengths(self):
        daemon = self.daemon.start()
        body = json.dumps(critical_ticket("e1", "INC-1")).encode()
        smuggled = head(daemon, "Content-Type: application/json", f"Content-Length: {len(body)}", "Transfer-Encoding: chunked", "Connection: close")
        answer = raw(daemon, smuggled + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer[:100])
        self.assertIn(b"ambiguous_length", answer)
        self.assertEqual(daemon.audit(), [])

    def test_one_request_for_every_reader(self):
        """What a proxy before us could cut elsewhere is refused and ends the connection: nothing behind it is a request."""
        daemon = self.daemon.start()
        body = json.dumps(critical_ticket("e1", "INC-1")).encode()
        hidden = head(daemon, method="GET", path="/v1/tickets")
        json_type = "Content-Type: application/json"
        rows = {
            "the shorter length first": (400, head(daemon, json_type, f"Content-Length: {len(body)}", f"Content-Length: {len(body + hidden)}") + body + hidden),
            "the longer length first": (400, head(daemon, json_type, f"Content-Length: {len(body + hidden)}", f"Content-Length: {len(body)}") + body + hidden),
            "the same length twice": (400, head(daemon, json_type, *2 * [f"Content-Length: {len(body)}"]) + body + hidden),
            "a space before the colon": (400, head(daemon, json_type, "Transfer-Encoding : chunked", f"Content-Length: {len(body)}") + body + hidden),
            "a coding that is not known": (501, head(daemon, json_type, "Transfer-Encoding: identity") + body),
            "two codings": (501, head(daemon, json_type, "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n" + hidden),
            "the coding twice": (400, head(daemon, json_type, *2 * ["Transfer-Encoding: chunked"]) + b"0\r\n\r\n" + hidden),
            "a coding of an older version": (400, head(daemon, json_type, "Transfer-Encoding: chunked").replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n" + hidden),
            "a path with a NUL": (400, head(daemon, method="GET", path="/v1/tickets\0/x") + hidden),
            "a query with a NUL": (400, head(daemon, method="GET", path="/v1/tickets?limit=1\0") + hidden),
            "a path with a control character": (400, head(daemon, method="GET", path="/v1/tickets\x01") + hidden),
            "a name with a space": (400, head(daemon, "X y: z", method="GET", path="/v1/tickets") + hidden),
        }
        for name, (status, request) in rows.items():
            with self.subTest(name):
                answer = raw(daemon, request)
                self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), answer[:200])
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)
                self.assertIn(b"urn:escal:problem:", answer)
        answer = raw(daemon, head(daemon, method="GET", path="/v1/tickets /x") + hidden)
        self.assertIn(answer[:13], (b"", b"HTTP/1.1 400 "))
        self.assertEqual(daemon.audit(), [])

    def test_two_hosts_or_none(self):
        daemon = self.daemon.start()
        answer = raw(daemon, head(daemon, "Host: other", "Connection: close", method="GET", path="/v1/tickets"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer[:100])
        self.assertIn(b"duplicate_host", answer)
        answer = raw(daemon, b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer[:100])
        self.assertIn(b"urn:escal:problem:missing_host", answer)
        self.assertTrue(raw(daemon, b"GET /health HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200"))

    def test_what_is_no_http(self):
        self.daemon.config["request_timeout_s"] = 1
        daemon = self.daemon.start()
        for request in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                        b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"):
            with self.subTest(request[:20]):
                with daemon.socket() as connection:
                    connection.sendall(request)
                    connection.shutdown(1)
                    connection.settimeout(20)
                    try:
                        got = connection.recv(65536)
                    except ConnectionError:
                        got = b""
                    self.assertNotIn(b" 2", got[:12])
        self.assertEqual(daemon.get("/health").status, 200)

    def test_chunked_body_and_pipelining(self):
        daemon = self.daemon.start()
        body = json.dumps(critical_ticket("e1", "INC-1")).encode()
        chunked = head(daemon, "Content-Type: application/json", "Transfer-Encoding: chunked")
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 7]), body[i:i + 7]) for i in range(0, len(body), 7)) + b"0\r\n\r\n"
        answer = raw(daemon, chunked + chunks + head(daemon, "Connection: close", method="GET", path="/v1/escalations/E-1"))
        self.assertEqual(answer.count(b"HTTP/1.1 202"), 1, answer)
        self.assertEqual(answer.count(b"HTTP/1.1 200"), 1, answer)

    def test_not_found_and_not_allowed(self):
        daemon = self.daemon.start()
        for path in ("/v1", "/v1/", "/v1/events/", "/v1/tickets/a/b", "/v2/events", "//v1/events", "/v1/../health", "/health/", "/v1/tickets/%00"):
            with self.subTest(path):
                answer = daemon.get(path)
                self.assertEqual((answer.status, answer.json["code"]), (404, "no_such_route"))
        answer = daemon.request("DELETE", "/v1/tickets")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, POST"))
        self.assertEqual(daemon.request("HEAD", "/v1/tickets").status, 200)

    def test_type_of_the_body(self):
        daemon = self.daemon.start()
        for type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "", "application/cloudevents+xml"):
            with self.subTest(type):
                answer = daemon.post("/v1/events", critical_ticket("e1", "INC-1"), type=type)
                self.assertEqual((answer.status, answer.json["code"]), (415, "unsupported_type"))
                self.assertEqual(answer.json["place"], "header:Content-Type")
                self.assertEqual(daemon.post("/v1/escalations/E-1/ack", {"as": "chen"}, type=type).status, 415)
        self.assertEqual(daemon.audit(), [])


class Sizes(Case):
    def test_body_over_the_limit(self):
        self.daemon.config["body_bytes_max"] = 65536
        daemon = self.daemon.start()
        answer = raw(daemon, head(daemon, "Content-Type: application/json", "Content-Length: 65537", "Expect: 100-continue"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer[:100])  # before a byte of the body came
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        answer = raw(daemon, head(daemon, "Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close") + chunk + chunk + b"0\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer[:100])
        self.assertEqual(daemon.post("/v1/events", b" " * 65536).status, 400)

    def test_too_many_events(self):
        daemon = self.daemon.start()
        answer = daemon.post("/v1/events", [critical_ticket(f"e{n}", f"INC-{n}") for n in range(1001)])
        self.assertIn(answer.status, (413, 422))
        self.assertEqual(daemon.audit(), [])

    def test_headers_over_the_limit(self):
        daemon = self.daemon.start()
        answer = raw(daemon, head(daemon, "X-Long: " + "x" * 40000, method="GET", path="/v1/tickets"))
        self.assertRegex(answer[:20], rb"^(HTTP/1.1 4(31|13|14)|$)")
        for headers in (["X-Long: " + "x" * 16400], [f"X-{n}: {'x' * 100}" for n in range(170)]):
            answer = raw(daemon, head(daemon, *headers, method="GET", path="/v1/tickets"))
            self.assertTrue(answer.startswith(b"HTTP/1.1 431"), answer[:100])
            self.assertIn(b"urn:escal:problem:headers_too_large", answer)
        self.assertTrue(raw(daemon, head(daemon, "X-Long: " + "x" * 15000, "Connection: close", method="GET", path="/v1/tickets")).startswith(b"HTTP/1.1 200"))
        answer = raw(daemon, head(daemon, method="GET", path="/v1/tickets?limit=" + "1" * 9000))
        self.assertRegex(answer[:20], rb"^HTTP/1.1 4")
        self.assertEqual(daemon.get("/health").status, 200)


class Memory(Case):
    def test_requests_without_room_for_their_query(self):
        """A query of thousands of parameters, without a token: its connection is closed, and nothing of it stays."""
        with unittest.mock.patch.dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"):
            daemon = self.daemon.start()
        request = b"GET /v1/tickets?" + b"&" * 7500 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

        def send(rounds):
            for _ in range(rounds):
                connections = [daemon.socket() for _ in range(50)]
                for connection in connections:
                    connection.sendall(request)
                for connection in connections:
                    self.assertNotIn(b" 200 ", read(connection)[:16])
            return daemon.resident_kib()

        before = send(2)
        self.assertLess(send(20) - before, 4000)  # 1,000 requests of 7.5 KiB
        self.assertEqual(daemon.stop(), 0)  # the leak checker of a sanitised build would say 1


class Greed(Case):
    def test_slow_clients_are_shut_out(self):
        """One byte now and then is not silence: headers and bodies have a time limit as a whole."""
        self.daemon.config["request_timeout_s"] = 1
        daemon = self.daemon.start()
        for request in (b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ", head(daemon, "Content-Type: application/json", "Content-Length: 1000") + b" "):
            with self.subTest(request[:10]), daemon.socket() as connection:
                connection.sendall(request)
                connection.settimeout(0.1)
                def is_shut():
                    try:
                        connection.sendall(b"x")
                        return connection.recv(1) == b""
                    except TimeoutError:
                        return False
                    except ConnectionError:
                        return True

                eventually(is_shut)
        self.assertEqual(daemon.get("/health").status, 200)

    def test_connections_of_one_address(self):
        self.daemon.config["connections_per_address_max"] = 4
        daemon = self.daemon.start()
        held = [daemon.socket() for _ in range(4)]
        for connection in held:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")

        def is_refused():
            with daemon.socket() as connection:
                connection.settimeout(1)
                try:
                    connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    return connection.recv(16) == b""
                except TimeoutError:
                    return False  # a slow daemon has neither served nor refused it
                except ConnectionError:
                    return True

        eventually(is_refused)
        for connection in held:
            connection.close()

        def is_served():
            try:
                return daemon.get("/health").status == 200
            except (http.client.HTTPException, OSError):
                return False

        eventually(is_served)

    def test_queue_is_full(self):
        """While the daemon stands still, more comes in than its queue takes: some get 503 and may come again; people always get through."""
        self.daemon.config["queue_max"] = 3
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e0", "INC-0"))
        daemon.process.send_signal(signal.SIGSTOP)
        connections = []
        for n in range(1, 21):
            body = json.dumps(critical_ticket(f"e{n}", f"INC-{n}")).encode()
            connection = daemon.socket()
            connection.sendall(head(daemon, "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close") + body)
            connections.append(connection)
        acknowledgement = daemon.socket()
        body = b'{"as":"chen"}'
        acknowledgement.sendall(head(daemon, "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", path="/v1/escalations/E-1/ack") + body)
        daemon.process.send_signal(signal.SIGCONT)
        answers = [self.read(connection) for connection in connections]
        self.assertTrue(self.read(acknowledgement).startswith(b"HTTP/1.1 200"))
        taken = [a for a in answers if a.startswith(b"HTTP/1.1 202")]
        refused = [a for a in answers if a.startswith(b"HTTP/1.1 503")]
        self.assertEqual(len(taken) + len(refused), 20)
        self.assertGreater(len(refused), 0)
        self.assertGreaterEqual(len(taken), 3)
        for answer in refused:
            self.assertIn(b"Retry-After: 1", answer)
            self.assertIn(b"queue_full", answer)
        self.assertEqual(len(daemon.escalations()), 1 + len(taken))

    def test_group_commit(self):
        """What comes together is committed together."""
        daemon = self.daemon.start()
        turns = daemon.get("/health").json["turns"]
        daemon.process.send_signal(signal.SIGSTOP)
        connections = []
        for n in range(40):
            body = json.dumps(critical_ticket(f"e{n}", f"INC-{n}", severity="low")).encode()
            connection = daemon.socket()
            connection.sendall(head(daemon, "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close") + body)
            connections.append(connection)
        daemon.process.send_signal(signal.SIGCONT)
        for connection in connections:
            self.assertTrue(self.read(connection).startswith(b"HTTP/1.1 202"))
        self.assertLess(daemon.get("/health").json["turns"] - turns, 20)
        self.assertEqual(len(daemon.get("/v1/tickets?limit=100").json["items"]), 40)

    def read(self, connection):
        connection.settimeout(20)
        got = b""
        while piece := connection.recv(65536):
            got += piece
        connection.close()
        return got
