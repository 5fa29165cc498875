"""The file under a client's workspace is damaged, deleted, replaced, full or large: that client stops loudly, the others go on."""

import json
import os
import shutil
import subprocess
import time
import unittest
import uuid

from scene import BIN, HERE, IS_LONG, Load, Scene, eventually, sanitisers, says, ticket, tickets_of

WAL_HEADER, FRAME_HEADER = 32, 24  # sqlite.org/fileformat2.html, section 4


def page_bytes(path):
    with open(path, "rb") as file:
        file.seek(16)
        size = int.from_bytes(file.read(2), "big")
    return 65536 if size == 1 else size


def overwrite(path, at, content=b"\xa5" * 64):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(content)


class TwoClients(Scene):
    others = ("shop",)

    def store(self, name="desk"):
        return self.daemon.folder / f"{name}.db"

    def shop(self, method, path, *body):
        return self.daemon.request(method, path, *body, token=self.daemon.other_tokens["shop"])

    def fill(self, count=200):
        self.daemon.start()
        self.send([ticket(f"F-{n}") for n in range(count)])
        self.send([ticket(f"F-{n}") for n in range(count)], token=self.daemon.other_tokens["shop"])
        eventually(self.daemon.settled)

    def assert_stopped(self):
        """The desk's workspace stands, and says so wherever somebody looks; the shop's works."""
        for method, path, body in (("GET", "/v1/tickets", ()), ("POST", "/v1/events", (ticket("after"),)), ("POST", "/v1/escalations/E-1/ack", ({"as": "ana"},))):
            answer = self.daemon.request(method, path, *body)
            self.assertEqual((answer.status, answer.json.get("code")), (503, "workspace_stopped"), path)
        health = self.daemon.get("/health")
        self.assertEqual((health.status, health.json["status"]), (200, "degraded"))
        self.assertEqual([row["workspace"] for row in health.json["stopped"]], ["desk"])
        self.assertTrue(health.json["stopped"][0]["reason"])
        self.assert_says("workspace_stopped", "desk")
        self.assertFalse(says(self.daemon, "workspace_stopped", "shop"))
        name = f"still-here-{uuid.uuid4()}"
        made = self.shop("POST", "/v1/events", ticket(name)).json["events"][0]
        self.assertEqual(self.shop("POST", f"/v1/escalations/{made['escalations'][0]}/ack", {"as": "ana"}).status, 200)
        eventually(lambda: any(name.encode() in r["body"] for r in self.receiver.at("/shop/incidents")))

    def test_a_damaged_page_at_the_start(self):
        self.fill()
        self.daemon.kill()
        size = page_bytes(self.store())
        for page in range(2, min(self.store().stat().st_size // size, 40)):
            overwrite(self.store(), page * size)
        (self.daemon.folder / "desk.db-wal").unlink(missing_ok=True)
        self.daemon.start()
        self.assert_stopped()
        self.assertEqual(self.daemon.stop(), 4)  # whoever looks at the status sees that something is wrong

    def test_no_store_at_all(self):
        self.fill(5)
        self.daemon.stop()
        self.store().write_bytes(b"This is a text and no store.\n" * 1000)
        self.daemon.start()
        self.assert_stopped()

    def stop_by(self, harm):
        """Clients send all the time; after the harm nothing more is acknowledged for the desk."""
        self.fill(20)
        load = Load(self.daemon)
        eventually(lambda: len(load.acked) > 20)
        harm()
        eventually(lambda: self.daemon.get("/v1/tickets").status == 503)
        load.is_over.set()
        acked = load.stop()
        self.assert_stopped()
        return acked

    def test_deleted_under_the_daemon(self):
        def harm():
            for path in self.daemon.folder.glob("desk.db*"):
                path.unlink()

        self.stop_by(harm)

    def test_replaced_under_the_daemon(self):
        """An older copy is moved to its place. What was acknowledged is in the file that was moved away."""
        aside = self.folder / "aside"
        aside.mkdir()

        def harm():
            shutil.copy(self.store(), aside / "older.db")
            os.link(self.store(), aside / "desk.db")
            os.link(self.daemon.folder / "desk.db-wal", aside / "desk.db-wal")
            (aside / "older.db").rename(self.store())

        acked = self.stop_by(harm)
        self.daemon.kill()
        (self.daemon.folder / "desk.db-wal").unlink(missing_ok=True)
        (self.daemon.folder / "desk.db-shm").unlink(missing_ok=True)
        for name in ("desk.db", "desk.db-wal"):
            (aside / name).replace(self.daemon.folder / name)
        self.daemon.start()
        self.assertLessEqual(set(acked), set(tickets_of(self.daemon)))

    def test_damaged_under_the_daemon(self):
        self.fill(300)
        self.daemon.stop()
        self.daemon.start()
        size = page_bytes(self.store())
        for page in range(2, self.store().stat().st_size // size):
            overwrite(self.store(), page * size)

        def reads():
            return {self.daemon.get(path).status for path in ("/v1/audit?limit=1000", "/v1/outbox?limit=1000", "/v1/tickets?limit=1000")}

        eventually(lambda: reads() == {503})
        self.assert_stopped()

    def wal(self):
        """A log with some hundred frames behind the store, as a power cut leaves it."""
        self.fill(5)
        for number in range(30):
            self.daemon.send(ticket(f"W-{number}"))
        self.daemon.kill()
        path = self.daemon.folder / "desk.db-wal"
        frame = FRAME_HEADER + page_bytes(self.store())
        frames = (path.stat().st_size - WAL_HEADER) // frame
        self.assertGreater(frames, 60)
        return path, frame, frames

    def test_a_damaged_frame_with_valid_ones_behind_it(self):
        path, frame, frames = self.wal()
        for at in (0, frames // 2):
            with self.subTest(at):
                before = path.read_bytes()
                overwrite(path, WAL_HEADER + at * frame + FRAME_HEADER + 100)
                try:
                    self.daemon.start()
                    self.assert_stopped()
                finally:
                    self.daemon.release()
                    path.write_bytes(before)

    def test_a_torn_last_frame(self):
        """What a power cut in the middle of a write leaves is no damage."""
        path, frame, _ = self.wal()
        with open(path, "r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(os.urandom(frame // 2))
        self.daemon.start()
        self.assertLessEqual({f"W-{n}" for n in range(30)}, set(tickets_of(self.daemon)))
        self.assert_serves()

    def test_a_loss_that_the_operator_accepts(self):
        """By his word for this client and this start; the log, the trail and the answers say what was lost."""
        path, frame, frames = self.wal()
        overwrite(path, WAL_HEADER + frames // 2 * frame + FRAME_HEADER + 100)
        self.daemon.start(extra=["--accept-loss", "shop"])
        self.assert_stopped()
        self.daemon.stop()
        self.daemon.start(extra=["--accept-loss", "desk"])
        self.assert_says("loss_accepted", "desk")
        self.assert_says("nothing_lost", "shop")
        told = [row for row in self.daemon.audit() if row["kind"] == "loss_accepted"]
        self.assertEqual(len(told), 1)
        self.assertIn("log", told[0]["data"]["what"])
        kept = set(tickets_of(self.daemon))
        self.assertTrue(kept)
        self.assertNotIn("W-29", kept)
        self.assert_serves()
        self.assert_stops()
        self.daemon.start()
        self.assertEqual(self.daemon.get("/health").json["status"], "ok")
        self.assertLessEqual(kept, set(tickets_of(self.daemon)))

    def test_a_missing_store_that_the_operator_accepts(self):
        self.fill(5)
        self.daemon.stop()
        self.store().unlink()
        self.daemon.start()
        self.assert_stopped()
        self.daemon.stop()
        self.daemon.start(extra=["--accept-loss", "desk"])
        self.assertEqual([row["kind"] for row in self.daemon.audit()], ["loss_accepted"])
        self.assert_serves()

    def test_a_loss_of_nobody(self):
        self.daemon.start(extra=["--accept-loss", "dsek"], wait=False)
        self.assertEqual(self.daemon.process.wait(60), 2)
        self.assertIn("dsek", self.daemon.errors())

    def test_a_log_that_is_gone(self):
        """The mark outside of the log says that more was committed than is there."""
        path, _, _ = self.wal()
        path.unlink()
        self.daemon.start()
        self.assert_stopped()


class Keys(Scene):
    def keys(self, name):
        self.daemon = self.new_daemon(name)
        self.daemon.start()
        self.daemon.send(ticket("K-1", title=name))
        eventually(self.daemon.settled)
        self.daemon.stop()
        return set(self.receiver.keys("/desk/"))

    def test_a_new_store_has_new_keys(self):
        """A receiver that has seen a key takes the next message of that key for a repetition: a lost store must not use them again."""
        first = self.keys("one")
        self.assertEqual(len(first), 2)
        self.assertEqual(len(self.keys("two") - first), 2)


class Limits(Scene):
    def test_no_room_for_the_store(self):
        """The disk is full (here: a limit on the size of files): no process dies of it without a word, and nothing acknowledged is lost."""
        self.daemon.prefix = ["prlimit", "--fsize=1500000", "--"]
        self.daemon.start()
        load = Load(self.daemon, threads=3)
        eventually(lambda: self.daemon.process.poll() is not None or self.daemon.get("/v1/tickets?limit=1").status == 503)
        acked = load.stop()
        self.assertTrue(acked)
        self.assertIsNone(self.daemon.process.poll())
        self.assert_says("workspace_stopped", "desk")
        eventually(lambda: self.daemon.get("/health").status == 503)  # it answers, and nobody is served any more
        self.daemon.stop()
        self.daemon.prefix = []
        self.daemon.start()
        self.assertLessEqual(set(acked), set(tickets_of(self.daemon)))
        self.assert_serves()

    @unittest.skipIf(sanitisers(BIN / "escald"), "a sanitizer reserves more memory than there is")
    def test_nothing_acknowledged_is_lost_without_memory(self):
        limit = 1 << 29
        self.daemon.prefix = ["prlimit", f"--data={limit}", "--"]
        self.daemon.start()
        load = Load(self.daemon)
        eventually(lambda: len(load.acked) > 50)
        for number in range(5):
            self.daemon.post("/v1/events", [ticket(f"B-{number}-{n}", description="x" * 900) for n in range(1000)])
        acked = load.stop()
        self.daemon.kill()
        self.daemon.prefix = []
        self.daemon.start()
        self.assertLessEqual(set(acked), set(tickets_of(self.daemon)))

    def test_few_descriptors(self):
        """More connections than descriptors: the daemon does not spin, and serves again when they are closed."""
        self.daemon.prefix = ["prlimit", "--nofile=40", "--"]
        self.daemon.start()
        held = []
        for _ in range(60):
            try:
                held.append(self.daemon.socket())
            except OSError:
                break
        for connection in held:
            connection.close()

        def serves():
            try:
                return self.daemon.get("/health").status == 200
            except OSError:
                return False

        eventually(serves)
        self.assert_serves()
        self.assert_stops()

    def test_a_file_sink_after_a_cut_line(self):
        """A full disk cut a line in the middle: the next message is a line of its own."""
        sink = self.daemon.folder / "sink.jsonl"
        sink.write_text('{"id":"a line that was c')
        self.desk["channels"]["incidents"] = {"type": "file", "path": str(sink)}
        self.daemon.start()
        self.daemon.send(ticket("S-1"))
        eventually(self.daemon.settled)
        lines = sink.read_text().splitlines()
        self.assertEqual(lines[0], '{"id":"a line that was c')
        self.assertEqual([json.loads(line)["id"] for line in lines[1:]], [self.row("incidents")["key"]])


class OneWriter(Scene):
    def second(self, folder):
        """Another daemon on that folder: its exit status."""
        return subprocess.run([str(BIN / "escald"), "--workspace", str(HERE / "ws" / "desk"), "--data", str(folder), "--unbound", "file", "--listen", "127.0.0.1:0"],
                              capture_output=True, timeout=60).returncode

    def test_by_every_name_of_the_file(self):
        self.daemon.start()
        other = self.folder / "other"
        other.mkdir()
        self.assertEqual(self.second(self.daemon.folder), 2)
        for make in (os.link, os.symlink):
            make(self.daemon.folder / "desk.db", other / "desk.db")
            self.assertIn(self.second(other), (2, 4), make.__name__)
            (other / "desk.db").unlink()
        self.assert_serves()

    def test_many_at_once(self):
        """Of several that start together exactly one serves."""
        command = [str(BIN / "escald"), "--workspace", str(HERE / "ws" / "desk"), "--data", str(self.folder), "--unbound", "file", "--listen", "127.0.0.1:0", "--port-file"]
        started = [subprocess.Popen([*command, str(self.folder / f"port{n}")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for n in range(5)]
        try:
            eventually(lambda: len([p for p in started if p.poll() is not None]) == 4)
            alive = eventually(lambda: [n for n in range(5) if (self.folder / f"port{n}").exists()])
            self.assertEqual([started[n].poll() for n in alive], [None])
            self.assertEqual({p.poll() for p in started if p.poll() is not None}, {2})
        finally:
            for process in started:
                process.kill()
                process.wait()
