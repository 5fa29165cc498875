"""What a template was started with, over kill -9: it is given once, kept, and read again."""

from harness import START, Case, event, eventually, key_of, later

TEMPLATE = """
template call_back(customer: text, until: time, calls: number, loud: bool, copies: list of text, writer: text?) "Call back" {
  manual
  owners {
    primary   writer  ack within 10m
    secondary dora    ack within 10m
  }
  steps {
    notify incidents "call {customer} {calls} times until {until as time}, loud {loud}, copies {copies}"
    await now >= until within 3d
    notify incidents "time is over for {customer}"
    await resolved within 30d
      else { close as late }
  }
  close when resolved
}

template complaint "A complaint" {
  start on ticket.created
    when ticket.kind = request
  owners { primary dora ack within 10m }
  steps {
    start template call_back(customer: ticket.account.name, until: now + 2h, calls: 2, loud: true, copies: ticket.tags, writer: "fay")
    await resolved within 30d
      else { close as late }
  }
  close when resolved
}
"""


class Parameters(Case):
    def setUp(self):
        super().setUp()
        self.acme_with("call_back", TEMPLATE)
        self.daemon.start()

    def keys_of(self, words):
        eventually(self.daemon.settled)
        return {key_of(request) for request in self.receiver.at("/chat/incidents") if words.encode() in request["body"]}

    def test_what_a_template_gives_is_there_after_a_crash(self):
        self.daemon.send(event("e1", "ticket.created", "C-1", title="Slow", kind="request", severity="low", tags=["press"], account={"name": "Globex"}))
        eventually(lambda: len(self.keys_of("call Globex 2 times until 12:00, loud true, copies press")) == 1)
        for minutes in (5, 110):
            self.restart(later(START, minutes=minutes))
        self.assertEqual(len(self.keys_of("time is over")), 0)
        self.restart(later(START, minutes=121))
        eventually(lambda: len(self.keys_of("time is over for Globex")) == 1)
        for _ in range(2):
            self.restart(later(START, minutes=121))
        self.assertEqual((len(self.keys_of("time is over")), len(self.keys_of("call Globex"))), (1, 1))
        self.assert_no_gap()

    def test_by_hand_over_the_command_line(self):
        self.daemon.send(event("e1", "ticket.created", "C-2", title="x", kind="problem", severity="low", account={"name": "Initech"}))
        start = ["start", "call_back", "--ticket", "C-2", "--as", "dora", "--with", "customer=Ini = tech", "--with", "until=2026-03-02T15:00:00Z"]
        refused = self.daemon.ctl(*start, "--with", "loud=false", status=None)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("with.calls is missing", refused.stderr)
        refused = self.daemon.ctl(*start, "--with", "loud=perhaps", "--with", "calls=3", status=None)
        self.assertIn("with.loud is a text; wanted is true or false", refused.stderr)
        refused = self.daemon.ctl(*start, "--with", "loud=false", "--with", "calls=some", "--with", "copies=x", status=None)
        self.assertIn("with.calls", refused.stderr)
        self.daemon.ctl(*start, "--with", "loud=false", "--with", "calls=3", "--with", "copies=a", "--with", "copies=b")
        eventually(lambda: len(self.keys_of("call Ini = tech 3 times until 16:00, loud false, copies a, b")) == 1)
        opened = [row for row in self.daemon.audit() if row["kind"] == "opened" and row["data"]["template"] == "call_back"]
        self.assertIn("customer: Ini = tech", opened[0]["data"]["with"])

    def test_by_hand_over_the_api(self):
        self.daemon.send(event("e1", "ticket.created", "C-3", title="x", kind="problem", severity="low", account={"name": "Initech"}))
        given = {"customer": "Initech", "until": "2026-03-02T15:00:00Z", "calls": 1, "loud": True, "copies": []}
        for wrong, words in (({"calls": []}, "with.calls is a list"), ({"until": "soon"}, "with.until is"), ({"who": "x"}, "has no such parameter")):
            refused = self.daemon.post("/v1/templates/call_back/start", {"as": "dora", "ticket": "C-3", "with": {**given, **wrong}})
            self.assertEqual((refused.status, refused.json["code"]), (422, "bad_member"))
            self.assertIn(words, str(refused.json))
        taken = self.daemon.post("/v1/templates/call_back/start", {"as": "dora", "ticket": "C-3", "with": given})
        self.assertEqual(taken.status, 200)
        eventually(lambda: len(self.keys_of("call Initech 1 times")) == 1)

    def test_a_single_value_is_a_list_of_one(self):
        self.daemon.send(event("e1", "ticket.created", "C-2", title="x", kind="problem", severity="low", account={"name": "Initech"}))
        self.daemon.ctl("start", "call_back", "--ticket", "C-2", "--as", "dora", "--with", "customer=Initech", "--with", "until=2026-03-02T15:00:00Z",
                        "--with", "loud=false", "--with", "calls=2", "--with", "copies=x")
        eventually(lambda: len(self.keys_of("call Initech 2 times until 16:00, loud false, copies x")) == 1)
