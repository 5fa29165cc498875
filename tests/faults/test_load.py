"""Greedy clients, readers who stop reading, and what stays in memory: nobody else waits, and nothing grows without end."""

import http.client
import json
import os
import signal
import threading
import time
import unittest

from scene import IS_LONG, Daemon, Load, Scene, client, event, eventually, highest_kib, ticket, tickets_of


def post(token, events):
    """The bytes of a request."""
    body = json.dumps(events).encode()
    return (f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def read_answer(stream):
    """(status, body) of the next answer."""
    status, size = int(stream.readline().split()[1]), 0
    while (header := stream.readline()).strip():
        if header.lower().startswith(b"content-length:"):
            size = int(header.split(b":")[1])
    return status, json.loads(stream.read(size))


class NobodyReads(Scene):
    """Standard output or the log is a pipe that is full: its reader is there and does not read."""

    def start_with_pipes(self, *names):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        daemon = self.daemon
        os.set_blocking(writer, False)
        try:
            while os.write(writer, b"x" * 4096):
                pass
        except BlockingIOError:
            os.set_blocking(writer, True)
        for name in names:
            path = daemon.folder / name
            path.unlink(missing_ok=True)
            path.symlink_to(f"/proc/self/fd/{writer}")
        daemon.start(extra=["--follow"])

    def test_the_log_is_read(self):
        self.daemon.start(extra=["--follow"])
        self.assert_serves()
        eventually(lambda: "opened" in self.daemon.follow())
        self.assert_stops()

    def test_nobody_reads_what_is_followed(self):
        self.start_with_pipes("out")
        self.send([ticket(f"F-{n}") for n in range(300)])
        eventually(lambda: len(self.receiver.at("/desk/incidents")) == 300)
        self.assert_serves()
        self.assert_stops()

    def test_nobody_reads_the_log(self):
        """Every failed delivery is a line of the log."""
        self.receiver.rule("/desk/incidents", status=404)
        self.start_with_pipes("err", "out")
        self.send([ticket(f"F-{n}") for n in range(300)])
        eventually(lambda: len(self.receiver.at("/desk/people")) >= 300)  # and what is dead is told too
        self.assert_serves()
        self.assert_stops()


class Neighbours(Scene):
    others = ("shop",)

    def test_a_frozen_machine(self):
        """Stopped for some seconds in the middle of its work, as by a debugger or a snapshot: nothing acknowledged is lost."""
        self.daemon.start()
        load = Load(self.daemon)
        eventually(lambda: len(load.acked) > 20)
        self.daemon.process.send_signal(signal.SIGSTOP)
        until = time.monotonic() + 2  # how long the machine is frozen
        eventually(lambda: time.monotonic() > until)
        self.daemon.process.send_signal(signal.SIGCONT)
        seen = len(load.acked)
        eventually(lambda: len(load.acked) > seen + 20)
        acked = load.stop()
        self.assertLessEqual(set(acked), set(tickets_of(self.daemon)))
        self.assert_stops()

    def test_one_client_floods(self):
        """
        Whatever the desk has waiting, the shop's event does not wait for all of it. Three requests in one breath, on one connection:
        the count of inputs, the event, the count again. All three are counted and answered by the daemon, so neither a slow machine
        nor a slow test is in the difference: it is what was worked off while the event waited.
        """
        flooders, events, patience = 20, 1000, 300
        self.daemon.config.update(queue_max=1000000)
        self.daemon.start()
        is_over = threading.Event()

        def flood(number):
            request = post(self.daemon.token, [ticket(f"X-{number}-{n}", severity="low") for n in range(events)])
            with self.daemon.socket() as connection:
                connection.settimeout(patience)
                while not is_over.is_set():
                    connection.sendall(request)
                    read_answer(connection.makefile("rb"))

        threads = [threading.Thread(target=flood, args=(n,), daemon=True) for n in range(flooders)]
        for thread in threads:
            thread.start()
        health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        waited, number = [], 0
        with self.daemon.socket() as connection:
            connection.settimeout(patience)
            stream = connection.makefile("rb")

            def has_seen_enough():
                nonlocal number
                number += 1
                connection.sendall(health + post(self.daemon.other_tokens["shop"], ticket(f"S-{number}", severity="low")) + health)
                (_, before), (status, _), (_, after) = (read_answer(stream) for _ in range(3))
                self.assertEqual(status, 202)
                if before["queue"]["longest"] > flooders * events / 2:  # else there was little to wait for
                    waited.append(after["inputs"] - before["inputs"])
                return len(waited) >= 20

            eventually(has_seen_enough, patience=patience)
        is_over.set()
        for thread in threads:
            thread.join()
        self.assertLess(max(waited), flooders * events / 2)

    def test_a_large_body_costs_its_size(self):
        """Eight megabytes of small values: refused without building them all."""
        self.daemon.start()
        self.assert_serves()
        before = highest_kib(self.daemon.process)
        count = 8 * 1024 * 1024 // 3 - 10
        for path, body, statuses in (("/v1/events", b"[" + b"1," * count + b"1]", (400, 413, 422)), ("/v1/events", b"[" + b"[]," * count + b"[]]", (400, 413, 422)),
                                     ("/v1/tickets/F-1/ack", b"{" + b",".join(b'"k%d":1' % n for n in range(500000)) + b"}", (400, 413, 422))):
            with self.subTest(path=path, body=body[:10]):
                self.assertIn(self.daemon.post(path, body).status, statuses)
        self.assertLess(highest_kib(self.daemon.process) - before, 64 * 1024)
        self.assert_serves()


class Memory(Scene):
    """Resident memory follows what is open, not what ever was. Measured as growth over many against growth over few."""

    def setUp(self):
        super().setUp()
        for binding in (self.desk["channels"]["incidents"], self.desk["people"]["chat"]):
            binding.clear()
            binding["type"] = "file"
        self.daemon.environment = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}
        self.daemon.config["store_cache_mib"] = 2  # or the pages of the file count as growth for long
        self.daemon.start()

    def growth(self, few, many, make):
        """KiB that `many` add after `few` have warmed every cache: the less of twice, for allocators breathe and leaks do not."""
        at = []
        for first, last in ((0, few), (few, few + many), (few + many, few + 2 * many)):
            self.send([make(n) for n in range(first, last)])
            eventually(self.daemon.settled, patience=120)
            at.append(self.daemon.resident_kib())
        return min(at[1] - at[0], at[2] - at[1])

    def test_tickets_that_nobody_resolves(self):
        many = 200000 if IS_LONG else 30000
        self.assertLess(self.growth(15000, many, lambda n: ticket(f"M-{n}", severity="low")), 6000 + many // 50)

    def test_closed_escalations_of_an_open_ticket(self):
        many = 30000 if IS_LONG else 12000
        made = self.growth(6000, many, lambda n: event(f"p{n}", "probe.seen", "SERVER-1", marker=f"m{n}"))
        self.assertEqual(self.daemon.escalations(state="open"), [])
        self.assertLess(made, 6000 + many // 50)

    def test_names_that_are_refused(self):
        """Whoever may act for others names people who do not exist: none of these names stays."""
        self.daemon.send(ticket("N-1"))
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.daemon.token}", "Content-Type": "application/json"}

        def act(first, count):
            for number in range(first, first + count):
                connection.request("POST", "/v1/escalations/E-1/ack", json.dumps({"as": f"{number:06d}" + "x" * 100}), headers)
                response = connection.getresponse()
                response.read()
                self.assertEqual(response.status, 403)
            return self.daemon.resident_kib()

        before = act(0, 8000)  # as many as fill what each worker keeps for itself
        self.assertLess(act(8000, 8000) - before, 700)
        connection.close()


@unittest.skipUnless(IS_LONG, "only with --long")
class ManyClients(Scene):
    def test_five_hundred_workspaces(self):
        """One daemon, 500 clients: ready, each of them served, and small while idle."""
        daemon = Daemon(self.folder / "many", ["desk"], {})
        self.addCleanup(daemon.release)
        daemon.workspaces = [client(self.folder / "clients", f"c{n}") for n in range(500)]
        tokens = [daemon.add_token(f"t{n}", f"c{n}", "demo", "events,read,act,act-as") for n in range(500)]
        daemon.start(wait=False)
        eventually(lambda: (daemon.folder / "port").exists(), patience=300)
        daemon.port = int((daemon.folder / "port").read_text())
        threads = len(os.listdir(f"/proc/{daemon.process.pid}/task"))
        self.assertLess(threads, 50)
        self.assertLess(daemon.resident_kib(), 500 * 2 * 1024)
        for token in tokens:
            self.assertEqual(daemon.post("/v1/events", ticket("T-1"), token=token).json["events"][0]["escalations"], ["E-1"])
        self.assertEqual(daemon.stop(), 0)
