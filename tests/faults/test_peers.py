"""Receivers and mail servers that are silent, slow, broken or hostile: nobody but their own messages waits for them."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time

from scene import Scene, awaits, eventually, highest_kib, processor_s, ticket


class Server:
    """A TCP server: `talk(connection)` is run for each connection, in a thread of its own."""

    def __init__(self, talk):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.released = threading.Event()
        self.connections = []
        self.talk = talk
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            self.talk(connection)
        except OSError:
            pass  # the daemon gave up
        finally:
            connection.close()

    def close(self):
        self.released.set()
        self.listener.close()


class SilentMail(Server):
    """Takes a mail and is silent at the named place until it is released."""

    def __init__(self, place):
        self.place = place
        self.is_silent = threading.Event()
        self.taken = 0
        super().__init__(self.mail)

    def wait_at(self, place):
        if place == self.place:
            self.is_silent.set()
            self.released.wait(100)

    def mail(self, connection):
        lines = connection.makefile("rb")

        def say(text):
            connection.sendall(text + b"\r\n")

        self.wait_at("banner")
        say(b"220 here")
        while line := lines.readline():
            verb = line.upper().split()[0] if line.split() else b""
            if verb == b"DATA":
                self.wait_at("354")
                say(b"354 go on")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                self.wait_at("data")
                self.taken += 1
                say(b"250 taken")
            elif verb == b"QUIT":
                self.wait_at("quit")
                say(b"221 bye")
                return
            else:
                self.wait_at(verb.decode().lower())
                say(b"250 fine")


class Mail(Scene):
    def scene(self, place, **options):
        self.server = SilentMail(place)
        self.addCleanup(self.server.close)
        self.desk["mail"]["server"] = f"smtp://127.0.0.1:{self.server.port}"
        self.daemon.config.update(options)
        self.daemon.start()
        self.daemon.send(ticket("L-1", severity="high"))
        eventually(self.server.is_silent.is_set)

    def assert_nobody_waits(self):
        """While the server is silent: health, an event, an acknowledgement, a message by another way."""
        self.assert_serves()
        eventually(lambda: self.receiver.at("/desk/incidents"))
        self.assertFalse(self.server.released.is_set())

    def test_silent_before_the_mail(self):
        for place in ("banner", "354", "rcpt"):
            with self.subTest(place):
                self.daemon = self.new_daemon(f"data-{place}")
                self.scene(place, delivery_timeout_ms=20000)
                self.assert_nobody_waits()
                self.daemon.kill()

    def test_silent_after_the_mail(self):
        self.scene("data", delivery_timeout_ms=20000)
        self.assert_nobody_waits()
        self.server.released.set()
        eventually(lambda: self.row("managers")["state"] == "accepted")
        self.assertEqual(self.server.taken, 1)

    def test_silent_at_the_end(self):
        """The mail is taken, only the farewell is missing: it is not sent again."""
        self.scene("quit", delivery_timeout_ms=20000)
        self.assert_nobody_waits()
        eventually(lambda: self.row("managers")["state"] == "accepted")
        self.assertEqual(self.server.taken, 1)

    def test_a_time_out_counts_as_an_attempt(self):
        self.scene("data", delivery_timeout_ms=300, delivery_attempts_max=2)
        eventually(lambda: self.row("managers")["state"] == "dead")
        self.assertEqual(len(self.server.connections), 2)
        self.assert_nobody_waits()

    def test_stopping_beside_a_silent_server(self):
        self.scene("data", delivery_timeout_ms=600000, stop_timeout_s=1)
        self.daemon.process.terminate()
        self.assertEqual(self.daemon.finish(), 0)  # `finish` has patience for 30 s


class Answers(Scene):
    """Every way in which an HTTP receiver can misbehave ends its message as documented, under one key."""

    ENDS = {
        "500": ("dead", 3, b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"),
        "429": ("dead", 3, b"HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n"),
        "404": ("dead", 1, b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"),
        "redirect": ("dead", 1, b"HTTP/1.1 302 X\r\nLocation: %s/elsewhere\r\nContent-Length: 0\r\n\r\n"),
        "no HTTP": ("dead", 3, bytes(range(128, 256)) * 10),
        "nothing": ("dead", 3, b""),
    }

    def read(self, connection):
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                return request
            request += piece
        head, _, body = request.partition(b"\r\n\r\n")
        size = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")][0]
        while len(body) < size:
            body += connection.recv(65536)
        return head

    def serve(self, answer):
        """A daemon whose webhook goes to a server that does `answer(connection)`; gives the keys that it sees."""
        keys = []

        def talk(connection):
            head = self.read(connection)
            keys.extend(line.split(b":", 1)[1].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"webhook-id:"))
            answer(connection)

        self.server = Server(talk)
        self.addCleanup(self.server.close)
        self.desk["channels"]["incidents"]["url"] = f"http://127.0.0.1:{self.server.port}/hook"
        self.daemon.start()
        self.daemon.send(ticket("A-1"))
        return keys

    def test_definite_ends(self):
        for name, (state, attempts, answer) in self.ENDS.items():
            with self.subTest(name):
                self.daemon = self.new_daemon(name.replace(" ", "-"))
                self.daemon.config.update(delivery_attempts_max=3, delivery_timeout_ms=5000)
                content = answer.replace(b"%s", self.receiver.url.encode())
                keys = self.serve(lambda connection, content=content: connection.sendall(content))
                row = eventually(lambda: self.row("incidents", state=state))
                self.assertEqual((len(keys), set(keys)), (attempts, {row["key"].encode()}))
                self.daemon.kill()
        self.assertEqual(self.receiver.at("/elsewhere"), [])

    def test_a_success_that_breaks_off(self):
        """The status came and its body did not: nobody reads that it was a success."""
        self.daemon.config.update(delivery_attempts_max=2, delivery_timeout_ms=5000)
        self.serve(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"))
        row = eventually(lambda: self.row("incidents", state="dead"))
        self.assertRegex(row["detail"], "^given up after 2 attempts: HTTP status 200, but its answer broke off: .")

    def test_answers_without_end(self):
        def body(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            while True:
                connection.sendall(b"A" * 100000)

        def headers(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-More: " + b"a" * 8000 + b"\r\n")

        def hints(connection):
            while True:
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 100)

        def nothing_more(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
            self.server.released.wait(60)

        for answer in (body, headers, hints, nothing_more):
            with self.subTest(answer.__name__):
                self.daemon = self.new_daemon(answer.__name__)
                self.daemon.config.update(delivery_attempts_max=2, delivery_timeout_ms=700)
                self.serve(answer)
                before = highest_kib(self.daemon.process)
                eventually(lambda: self.row("incidents") and self.row("incidents")["state"] != "queued")
                self.assertLess(highest_kib(self.daemon.process) - before, 65536)
                self.assert_serves()
                self.daemon.kill()


class Fairness(Scene):
    others = ("shop",)

    def hold(self, prefix):
        held = threading.Event()
        self.addCleanup(held.set)
        self.receiver.rule(prefix, hold=held)
        return held

    def test_a_few_messages_wait_for_a_slow_channel(self):
        self.hold("/desk/incidents")
        self.daemon.config["delivery_timeout_ms"] = 60000
        self.daemon.start()
        self.send([ticket(f"S-{n}") for n in range(20)])
        eventually(lambda: len(self.receiver.at("/desk/people")) == 20)

    def test_many_messages_wait_for_a_slow_channel(self):
        """A page goes out by its own way, however many messages stand before a channel that does not answer."""
        self.hold("/desk/incidents")
        self.daemon.config["delivery_timeout_ms"] = 60000
        self.daemon.start()
        self.send([ticket(f"S-{n}") for n in range(1500)])
        eventually(lambda: len(self.receiver.at("/desk/people")) == 1500)

    def test_one_clients_receivers_hang(self):
        """All of the desk's receivers hang, and it has more waiting than there are places: the shop's messages go out."""
        self.hold("/desk/")
        self.daemon.config.update(delivery_parallel_max=8, delivery_timeout_ms=60000)
        self.daemon.start()
        self.send([ticket(f"S-{n}") for n in range(50)])
        eventually(lambda: len(self.receiver.at("/desk/")) >= 4)
        self.send([ticket("G-1")], token=self.daemon.other_tokens["shop"])
        eventually(lambda: self.receiver.at("/shop/incidents") and self.receiver.at("/shop/people"))

    def test_waiting_for_a_place_costs_nothing(self):
        """All places are taken and more waits: the daemon sleeps."""
        self.hold("/desk/")
        self.daemon.config.update(delivery_parallel_max=1, delivery_timeout_ms=60000)
        self.daemon.start()
        self.send([ticket(f"S-{n}") for n in range(5)])
        eventually(lambda: self.receiver.at("/desk/"))
        # Beside somebody who does not sleep, so that a machine that is slow or busy is so for both.
        awake = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        self.addCleanup(lambda: (awake.kill(), awake.wait()))
        used_s, until = processor_s(self.daemon.process), time.monotonic() + 9  # a look at what is due may come after 5 s
        eventually(lambda: time.monotonic() > until and processor_s(awake) > 2, patience=300)
        self.assertLess(processor_s(self.daemon.process) - used_s, processor_s(awake) / 4)

    def test_a_dead_endpoint_costs_few_writes(self):
        """Attempts that fail together are noted together: a commit for each of them is what stops everybody for seconds."""
        dead = socket.create_server(("127.0.0.1", 0))
        for binding in (self.desk["channels"]["incidents"], self.desk["people"]["chat"]):
            binding["url"] = f"http://127.0.0.1:{dead.getsockname()[1]}/"
        dead.close()
        self.daemon.config.update(backoff_base_ms=3600000, backoff_max_ms=3600000, delivery_parallel_max=200)
        self.daemon.start()
        before = self.writes()
        self.send([ticket(f"D-{n}") for n in range(300)])
        eventually(lambda: [row["attempts"] for row in self.daemon.outbox(state="queued")] == [1] * 600)
        self.assertLess(self.writes() - before, 600 * 4)  # a commit of its own writes six pages and more, each by two calls

    def writes(self):
        with open(f"/proc/{self.daemon.process.pid}/io") as file:
            return int(file.read().split("syscw:")[1].split()[0])


class Stopping(Scene):
    def test_what_is_under_way_is_not_sent_twice(self):
        held = threading.Event()
        self.addCleanup(held.set)
        self.receiver.rule("/desk/incidents", hold=held)
        self.daemon.config["delivery_timeout_ms"] = 60000
        self.daemon.start()
        self.daemon.send(ticket("U-1"))
        eventually(lambda: self.receiver.at("/desk/incidents") and self.receiver.at("/desk/people"))
        self.daemon.process.terminate()
        eventually(self.refuses_events)
        held.set()
        self.assertEqual(self.daemon.finish(), 0)
        self.daemon.start()
        eventually(self.daemon.settled)
        self.assertEqual([len(self.receiver.at(f"/desk/{place}")) for place in ("incidents", "people")], [1, 1])

    def test_new_clients_are_refused_at_once(self):
        held = threading.Event()
        self.addCleanup(held.set)
        self.receiver.rule("/desk/incidents", hold=held)
        self.daemon.config.update(delivery_timeout_ms=60000, stop_timeout_s=60)
        self.daemon.start()
        self.daemon.send(ticket("U-2"))
        eventually(lambda: self.receiver.at("/desk/incidents"))
        kept = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=60)
        self.addCleanup(kept.close)
        kept.connect()
        self.assertEqual(self.ready(kept), 200)
        self.daemon.process.terminate()
        eventually(lambda: self.ready(kept) == 503)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.daemon.port), timeout=60)
        self.assertIsNone(self.daemon.process.poll(), "it waits for the message under way")
        held.set()
        self.assertEqual(self.daemon.finish(), 0)

    def test_a_disk_that_hangs_does_not_hold_up_the_end(self):
        """A pipe that nobody reads blocks who writes to it, as a disk does that hangs: the message stays unsettled."""
        pipe = self.daemon.folder / "pipe"
        os.mkfifo(pipe)
        channel = self.desk["channels"]["incidents"]
        channel.clear()
        channel.update(type="file", path=str(pipe))
        self.daemon.config.update(stop_timeout_s=1)
        self.daemon.start()
        self.daemon.send(ticket("U-3"))
        eventually(lambda: self.receiver.at("/desk/people"))
        self.daemon.process.terminate()
        self.assertEqual(self.daemon.finish(), 4)
        self.assertIn("stop_timeout", self.daemon.errors())
        pipe.unlink()
        self.daemon.start()
        eventually(self.daemon.settled)
        self.assertEqual(len(pipe.read_text().splitlines()), 1)
        self.assertEqual(len(self.receiver.at("/desk/people")), 1)

    @staticmethod
    def ready(connection):
        connection.request("GET", "/health/ready")
        with connection.getresponse() as answer:
            answer.read()
            return answer.status

    def refuses_events(self):
        """The daemon has understood that it stops."""
        try:
            return self.daemon.get("/health/ready").status == 503
        except OSError:
            return True
