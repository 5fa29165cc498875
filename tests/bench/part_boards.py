"""A hundred boards (GET /v1/live): memory of each, processor at a rate of changes as there is on a busy day, and the time from
an event that is sent to the row on all of them."""

import http.client
import json
import selectors
import socket
import statistics
import time

import measure

BOARDS = 100
ROWS = 100
CHANGES = 60  # one a second


class Boards:
    """All of them in one thread: what is read is only looked through for the id that is waited for."""

    def __init__(self, daemon, count):
        self.selector, self.text = selectors.DefaultSelector(), {}
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", daemon.port))
            token = daemon.tokens[daemon.names()[0]]
            one.sendall(f"GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            one.setblocking(False)
            self.text[one] = b""
            self.selector.register(one, selectors.EVENT_READ)

    def wait(self, word, seconds=30):
        """When each board has been told of the word; fewer than all of them when time is over."""
        told, until = {}, time.monotonic() + seconds
        while len(told) < len(self.text) and time.monotonic() < until:
            for key, _ in self.selector.select(0.1):
                one = key.fileobj
                data = one.recv(1 << 20)
                if not data:
                    raise RuntimeError("a board was ended")
                self.text[one] = (self.text[one] + data)[-200000:]
                if one not in told and word in self.text[one]:
                    told[one] = time.monotonic()
        for one in self.text:
            self.text[one] = b""
        return list(told.values())

    def close(self):
        for one in self.text:
            one.close()


def send(daemon, number):
    body = json.dumps([{"specversion": "1.0", "id": f"b{number}", "source": "/boards", "type": "ticket.created", "subject": f"B-{number}",
                        "data": {"title": f"Row {number}", "severity": "critical", "account": {"name": "Globex", "tier": "enterprise"}}}])
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=measure.PATIENCE)
    connection.request("POST", "/v1/events", body, {"Authorization": f"Bearer {daemon.tokens[daemon.names()[0]]}", "Content-Type": "application/cloudevents-batch+json"})
    status = connection.getresponse().status
    connection.close()
    if status not in (200, 202):
        raise RuntimeError(f"an event was answered with {status}")


def run(tools, chosen):
    daemon = measure.Daemon(tools, [measure.SOURCE / "examples" / "agency" / "acme"], {"connections_max": 1000})
    with daemon:
        for number in range(ROWS):
            send(daemon, number)
        time.sleep(1)
        before = daemon.status("VmRSS")
        boards = Boards(daemon, BOARDS)
        begun = len(boards.wait(b'"ticket":"B-0"'))
        memory = (daemon.status("VmRSS") - before) / BOARDS
        took, missing, processor, begin = [], 0, daemon.processor(), time.monotonic()
        for number in range(ROWS, ROWS + CHANGES):
            sent = time.monotonic()
            send(daemon, number)
            told = boards.wait(f'"ticket":"B-{number}"'.encode(), 5)
            took += [(at - sent) * 1000 for at in told]
            missing += BOARDS - len(told)
            time.sleep(max(0, begin + (number - ROWS + 1) - time.monotonic()))
        share = (daemon.processor() - processor) / (time.monotonic() - begin) * 100
        boards.close()
    daemon.remove()
    took.sort()
    measure.say("boards", f"{begun} boards of {ROWS} rows: {memory:.0f} KiB each; {CHANGES} changes in {CHANGES} s: {share:.1f} % of a core; "
                f"event to row {statistics.median(took):.0f} ms, 99 % within {took[len(took) * 99 // 100]:.0f} ms"
                + (f"; {missing} were not told" if missing else ""))
