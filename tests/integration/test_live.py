"""GET /v1/live as clients see it: a snapshot, each change once it is committed, and going on where one was."""

import contextlib
import http.client
import json
import signal
import socket
import threading
import time

from harness import START, Case, critical_ticket, event, eventually


class Board:
    """Reads a stream in a thread of its own."""

    def __init__(self, daemon, query="", token=None, last_id=None):
        self.events = []  # (name, id, data)
        self.status = None
        self.beats = 0
        self.is_over = False
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
        headers = {"Authorization": f"Bearer {token or daemon.token}"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        self.connection.connect()
        self.socket = self.connection.sock
        self.connection.request("GET", "/v1/live" + query, headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        name, identity = None, None
        try:
            while True:
                line = self.answer.readline()
                if not line:
                    break
                line = line.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("id: "):
                    identity = line[4:]
                elif line.startswith("data: "):
                    self.events.append((name, identity, json.loads(line[6:])))
                elif line.startswith(":"):
                    self.beats += 1
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.is_over = True

    def named(self, name):
        return [event for event in list(self.events) if event[0] == name]

    def rows(self):
        """The board as it stands: by id."""
        rows = {}
        for name, _, data in list(self.events):
            if name == "snapshot":
                rows = {}
            if name in ("snapshot", "changed"):
                rows.update({row["id"]: row for row in data["escalations"]})
                for gone in data.get("gone", []):
                    rows.pop(gone, None)
        return rows

    def tasks(self):
        """What is to be done, by id."""
        tasks = {}
        for name, _, data in list(self.events):
            if name == "snapshot":
                tasks = {}
            if name in ("snapshot", "changed"):
                tasks.update({task["id"]: task for task in data["tasks"]})
                for gone in data.get("tasks_gone", []):
                    tasks.pop(gone, None)
        return tasks

    def close(self):
        """At once: whoever only closes waits for the line that is being read, which may be the next beat."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.answer.close()


class Live(Case):
    def setUp(self):
        super().setUp()
        self.daemon.start()

    def board(self, *arguments, **options):
        board = Board(self.daemon, *arguments, **options)
        self.addCleanup(board.close)
        return board

    def test_a_snapshot_and_each_change(self):
        self.daemon.send(critical_ticket("e1", "INC-1"))
        board = self.board()
        self.assertEqual((board.status, board.answer.getheader("Content-Type")), (200, "text/event-stream"))
        first = eventually(lambda: board.named("snapshot"))[0]
        self.assertEqual([row["id"] for row in first[2]["escalations"]], ["E-1"])
        self.assertEqual(first[2]["client"], "acme")
        self.assertTrue(first[2]["oncall"])
        self.assertEqual(first[1], f"acme={first[2]['seq']}")
        self.assertEqual(eventually(lambda: board.named("health"))[0][2], {"status": "ok", "reasons": []})
        self.daemon.send(critical_ticket("e2", "INC-2"))
        eventually(lambda: "E-2" in board.rows())
        answer = self.daemon.post("/v1/escalations/E-2/ack", {"as": "chen"}).json
        self.assertEqual(answer["escalation"]["acked"], True)
        eventually(lambda: board.rows()["E-2"]["acked"])
        eventually(lambda: board.rows()["E-2"]["version"] >= answer["escalation"]["version"])

    def test_a_row_is_that_of_the_list_and_of_the_single_one(self):
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(self.daemon.settled)
        board = self.board()
        row = eventually(lambda: board.rows().get("E-1"))
        listed = self.daemon.escalations()[0]
        single = self.daemon.escalation("E-1")
        self.assertEqual(row, listed)
        self.assertEqual({name: single[name] for name in listed}, listed)

    def test_what_is_closed_is_gone(self):
        self.daemon.send(critical_ticket("e1", "INC-1"))
        board = self.board()
        eventually(lambda: "E-1" in board.rows())
        self.daemon.send(event("e2", "ticket.updated", "INC-1", severity="low"))
        eventually(lambda: "E-1" not in board.rows())
        self.assertEqual(self.daemon.escalation("E-1")["state"], "closed")

    def test_it_goes_on_where_it_was(self):
        board = self.board()
        eventually(lambda: board.named("snapshot"))
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: "E-1" in board.rows())
        eventually(self.daemon.settled)
        last = [identity for _, identity, _ in board.events if identity][-1]
        board.close()
        self.daemon.send(critical_ticket("e2", "INC-2"))
        again = self.board(last_id=last)
        eventually(lambda: "E-2" in again.rows())
        self.assertEqual(again.named("snapshot"), [])
        # What nobody can have seen, and nonsense, begins anew.
        for name in ("acme=999999999", "acme=x", "globex=3", "=;=;"):
            other = self.board(last_id=name)
            eventually(lambda: len(other.rows()) == 2)
            self.assertEqual(len(other.named("snapshot")), 1, name)

    def test_a_killed_daemon_is_survived(self):
        self.daemon.send(critical_ticket("e1", "INC-1"))
        board = self.board()
        eventually(lambda: board.named("snapshot"))
        last = board.events[-1][1]
        self.daemon.kill()
        eventually(lambda: board.is_over)
        self.daemon.start()
        again = self.board(last_id=last)
        eventually(lambda: list(again.rows()) == ["E-1"])

    def test_many_come_in_pages(self):
        self.daemon.send(*[critical_ticket(f"e{i}", f"INC-{i}") for i in range(1, 151)])
        eventually(self.daemon.settled)  # what changes between two pages begins them anew
        board = self.board()
        eventually(lambda: len(board.rows()) == 150)
        self.assertEqual(len(board.named("snapshot")), 1)
        self.assertTrue(all(len(json.dumps(data)) < 100_000 for _, _, data in board.events))

    def test_who_is_on_duty(self):
        board = self.board()
        eventually(lambda: board.named("snapshot"))
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: "E-1" in board.rows())
        self.daemon.post("/v1/people/ana/absent", {"for": "3d"})
        told = eventually(lambda: board.named("oncall"))[-1][2]
        self.assertEqual(told["client"], "acme")
        self.assertIn("ana", json.dumps([duty.get("absent") for duty in told["oncall"]]))
        eventually(lambda: board.rows()["E-1"]["secondary"] != "ana")  # looked up anew

    def test_rights(self):
        self.assertEqual(self.daemon.request("GET", "/v1/live", token=None).status, 401)
        blind = self.daemon.add_token("blind", "acme", "blind", "events")
        reader = self.daemon.add_token("reader", "acme", "reader", "read")
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.daemon.request("GET", "/v1/oncall", token=reader).status == 200)
        self.assertEqual(self.daemon.request("GET", "/v1/live", token=blind).status, 403)
        self.assertEqual(self.daemon.request("GET", "/v1/live?client=globex", token=reader).status, 403)
        self.assertEqual(self.daemon.request("GET", "/v1/live?since=1", token=reader).status, 400)
        board = self.board("?client=acme", token=reader)
        eventually(lambda: board.named("snapshot"))
        # A token that is taken back ends its boards, and no other one.
        other = self.board()
        eventually(lambda: other.named("snapshot"))
        lines = [line for line in self.daemon.tokens if not line.startswith("reader ")]
        (self.daemon.folder / "tokens").write_text("\n".join(lines) + "\n")
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: board.is_over)
        self.assertFalse(other.is_over)

    def test_the_daemon_stops_with_boards_open(self):
        board = self.board()
        eventually(lambda: board.named("snapshot"))
        begun = time.monotonic()
        self.daemon.stop()
        self.assertLess(time.monotonic() - begun, 20)
        eventually(lambda: board.is_over)

    def test_who_does_not_read_holds_up_nobody(self):
        slow = self.board()
        eventually(lambda: slow.named("snapshot"))
        stuck = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=60)
        stuck.connect()
        stuck.sock.setsockopt(1, 8, 4096)  # SO_RCVBUF
        stuck.sock.sendall(f"GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.daemon.token}\r\n\r\n".encode())
        self.addCleanup(stuck.close)
        for i in range(20):
            self.daemon.send(*[critical_ticket(f"s{i}-{k}", f"S-{i}-{k}") for k in range(40)])
        eventually(lambda: len(slow.rows()) == 800)


class Tasks(Case):
    """What people have to do, as boards are told of it."""

    SOURCE = """
workspace harbour "Harbour" { language 1 timezone "Europe/Berlin" }
person ana "Ana Ruiz" { email "ana@x.example" }
person dora "Dora Lindt" { email "dora@x.example" }
policy harbour { last resort dora }
template outage "A customer is down" {
  start on ticket.created
  owners { primary ana  ack within 1h }
  steps {
    ask ana "Is it the new release?" within 2h {
      guidance "Look at the graph first."
      answer yes "Yes" { }
      timeout { }
    }
    await resolved within 30d else { }
  }
  close when resolved with postmortem by primary due 5d
}
"""

    def setUp(self):
        super().setUp()
        self.kept_workspace("harbour", self.SOURCE)
        self.daemon.start()

    def board(self, **options):
        board = Board(self.daemon, **options)
        self.addCleanup(board.close)
        return board

    def opened(self, *numbers):
        self.daemon.send(*[event(f"e{i}", "ticket.created", f"INC-{i}", title="Down") for i in numbers])

    def test_each_change_of_a_task_is_told(self):
        self.opened(1)
        board = self.board()
        eventually(lambda: "E-1-1" in board.tasks())
        self.assertEqual(board.named("snapshot")[0][2]["tasks"], self.daemon.get("/v1/tasks").json["items"])
        row = board.rows()["E-1"]
        self.assertEqual((row["question"]["task"], row["question"]["guidance"], row["tasks_open"]), ("E-1-1", "Look at the graph first.", 1))
        self.opened(2)
        eventually(lambda: "E-2-1" in board.tasks())
        self.daemon.post("/v1/tasks/E-2-1/claim", {"as": "ana"})
        eventually(lambda: board.tasks()["E-2-1"]["state"] == "claimed")
        self.assertEqual(board.tasks()["E-2-1"], self.daemon.get("/v1/tasks?escalation=E-2").json["items"][0])
        answer = self.daemon.post("/v1/tasks/E-2-1/complete", {"as": "ana", "answer": "yes"}).json
        self.assertEqual(answer["escalation"]["tasks_open"], 0)
        eventually(lambda: "E-2-1" not in board.tasks())
        eventually(lambda: board.rows()["E-2"]["tasks_open"] == 0)
        self.assertIsNone(board.rows()["E-2"]["question"])
        self.assertEqual(list(board.tasks()), ["E-1-1"])

    def test_what_outlives_its_escalation_stays_on_the_board(self):
        self.opened(1)
        board = self.board()
        eventually(lambda: "E-1-1" in board.tasks())
        self.daemon.post("/v1/escalations/E-1/ack", {"as": "ana"})
        self.daemon.post("/v1/escalations/E-1/resolve", {"as": "ana"})
        eventually(lambda: "E-1" not in board.rows())
        eventually(lambda: [task["kind"] for task in board.tasks().values()] == ["postmortem"])
        again = self.board()
        eventually(lambda: list(again.tasks()) == list(board.tasks()))
        self.daemon.post(f"/v1/tasks/{list(board.tasks())[0]}/complete", {"as": "ana"})
        eventually(lambda: board.tasks() == {} and again.tasks() == {})

    def test_many_come_in_pages(self):
        self.opened(*range(1, 101))
        eventually(self.daemon.settled)
        board = self.board()
        eventually(lambda: len(board.tasks()) == 100 and len(board.rows()) == 100)
        self.assertEqual(len(board.named("snapshot")), 1)
        self.assertTrue(all(len(json.dumps(data)) < 100_000 for _, _, data in board.events))

    def test_it_goes_on_where_it_was(self):
        self.opened(1, 2)
        eventually(self.daemon.settled)
        board = self.board()
        eventually(lambda: len(board.tasks()) == 2)
        self.daemon.post("/v1/tasks/E-1-1/complete", {"as": "ana", "answer": "yes"})
        eventually(lambda: "E-1-1" not in board.tasks())
        last = board.events[-1][1]
        board.close()
        self.daemon.post("/v1/tasks/E-2-1/complete", {"as": "ana", "answer": "yes"})
        again = self.board(last_id=last)
        eventually(lambda: any("E-2-1" in data["tasks_gone"] for _, _, data in again.named("changed")))
        self.assertEqual(again.named("snapshot"), [])



class Acts(Case):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(self.daemon.settled)

    def act(self, verb, body, **headers):
        return self.daemon.post(f"/v1/escalations/E-1/{verb}", body, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def test_an_act_shows_what_it_made(self):
        answer = self.act("ack", {"as": "chen"})
        self.assertEqual((answer.status, answer.json["noop"]), (200, False))
        row = answer.json["escalation"]
        self.assertEqual((row["id"], row["acked"], row["client"]), ("E-1", True, "acme"))
        again = self.act("ack", {"as": "chen"}).json
        self.assertTrue(again["noop"])
        self.assertEqual(again["escalation"]["acked_at"], row["acked_at"])

    def test_only_what_was_seen_is_acted_on(self):
        answer = self.daemon.request("GET", "/v1/escalations/E-1")
        tag = answer.headers["etag"]
        self.assertEqual(tag, f'"E-1.{answer.json["version"]}"')
        self.assertEqual(self.daemon.request("GET", "/v1/escalations/E-1", headers={"If-None-Match": tag}).status, 304)
        stale = self.act("ack", {"as": "chen"}, If_Match='"E-1.1"')
        self.assertEqual((stale.status, stale.json["code"]), (412, "changed"))
        self.assertEqual(stale.json["escalation"]["version"], answer.json["version"])
        self.assertEqual(self.act("ack", {"as": "chen"}, If_Match='"E-2.1"').status, 412)
        self.assertEqual(self.act("ack", {"as": "chen"}, If_Match="E-1").status, 400)
        self.assertFalse(self.daemon.escalation()["acked"])
        self.assertEqual(self.act("ack", {"as": "chen"}, If_Match=tag).status, 200)
        self.assertEqual(self.act("ack", {"as": "chen"}, If_Match=tag).status, 412)
        self.assertEqual(self.daemon.request("GET", "/v1/escalations/E-1", headers={"If-None-Match": tag}).status, 200)
        self.assertEqual(self.act("resolve", {"as": "chen"}, If_Match="*").status, 200)

    def test_a_request_that_comes_again_is_answered_again(self):
        body = {"as": "chen", "to": "ben", "reason": "he knows it", "expect": "acked", "within": "30m"}
        first = self.act("handoff", body, Idempotency_Key="k-1")
        self.assertEqual(first.status, 200)
        handoffs = self.daemon.escalation()["handoffs"]
        again = self.act("handoff", body, Idempotency_Key="k-1")
        self.assertEqual((again.status, again.headers.get("idempotency-replayed")), (200, "true"))
        told = first.json
        told.pop("escalation")
        self.assertEqual({name: again.json[name] for name in told}, told)
        self.assertEqual(self.daemon.escalation()["handoffs"], handoffs)
        self.assertEqual(self.act("handoff", {**body, "to": "ana"}, Idempotency_Key="k-1").status, 409)
        self.assertEqual(self.act("handoff", body, Idempotency_Key="").status, 400)
        # It is kept as events are.
        self.daemon.kill()
        self.daemon.start()
        after = self.act("handoff", body, Idempotency_Key="k-1")
        self.assertEqual((after.status, after.headers.get("idempotency-replayed")), (200, "true"))
        self.assertEqual(self.daemon.escalation()["handoffs"], handoffs)

    def test_what_was_refused_may_come_again(self):
        refused = self.act("handoff", {"as": "chen", "to": "nobody", "reason": "x", "within": "30m"}, Idempotency_Key="k-2")
        self.assertGreaterEqual(refused.status, 400)
        self.assertEqual(self.act("ack", {"as": "chen"}, Idempotency_Key="k-2").status, 200)

    def test_others_keys_are_their_own(self):
        other = self.daemon.add_token("other", "acme", "ana", "read,act")
        self.daemon.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.daemon.request("GET", "/v1/oncall", token=other).status == 200)
        self.assertEqual(self.act("ack", {"as": "chen"}, Idempotency_Key="k-3").status, 200)
        answer = self.daemon.post("/v1/escalations/E-1/ack", {}, token=other, headers={"Idempotency-Key": "k-3"})
        self.assertNotIn("idempotency-replayed", answer.headers)
