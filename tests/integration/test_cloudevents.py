"""CloudEvents over HTTP as their SDKs send them: binary mode, data in base64, and the handshake before webhooks."""

import base64
import json

from harness import Case, critical_ticket, eventually

DATA = {"title": "Störung: Checkout fails", "severity": "critical", "account": {"name": "Globex", "tier": "enterprise"}}


def headers(identity="b1", subject="INC-1", **more):
    return {"ce-specversion": "1.0", "ce-id": identity, "ce-source": "/helpdesk", "ce-type": "ticket.created", "ce-subject": subject, **more}


class Binary(Case):
    def test_an_event_of_headers_is_taken(self):
        daemon = self.daemon.start()
        answer = daemon.post("/v1/events", DATA, headers=headers(**{"ce-traceparent": "00-ab"}))
        self.assertEqual((answer.status, answer.json["events"][0]["status"]), (202, "accepted"))
        self.assertEqual(answer.json["events"][0]["escalations"], ["E-1"])
        self.assertEqual(daemon.get("/v1/tickets/INC-1").json["title"], DATA["title"])
        # The same event in structured mode is the same event, and so is it in base64.
        structured = {"specversion": "1.0", "id": "b1", "source": "/helpdesk", "type": "ticket.created", "subject": "INC-1"}
        self.assertEqual(daemon.post("/v1/events", {**structured, "data": DATA}).json["events"][0]["status"], "duplicate")
        coded = base64.b64encode(json.dumps(DATA).encode()).decode()
        self.assertEqual(daemon.post("/v1/events", {**structured, "data_base64": coded}).json["events"][0]["status"], "duplicate")
        self.assertEqual(daemon.post("/v1/events", {**DATA, "title": "Another"}, headers=headers()).status, 409)
        evidence = daemon.get("/v1/escalations/E-1/evidence?number=0").json
        self.assertEqual(json.loads(evidence["items"][0]["content"])["data"], DATA)

    def test_values_are_percent_encoded(self):
        daemon = self.daemon.start()
        answer = daemon.post("/v1/events", DATA, headers=headers(subject="St%C3%B6rung%20%E2%82%AC%2F50%25"))
        self.assertEqual((answer.status, answer.json["events"][0]["ticket"]), (202, "Störung €/50%"))

    def test_no_body_is_no_data(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        answer = daemon.request("POST", "/v1/events", headers={**headers("b2"), "ce-type": "ticket.resolved", "Content-Length": "0"})
        self.assertEqual((answer.status, daemon.get("/v1/tickets/INC-1").json["status"]), (202, "resolved"))

    def test_what_is_wrong_is_said(self):
        daemon = self.daemon.start()
        cases = (
            (headers(), '{"a": 1},"id":"x"', "application/json", 400, "malformed_json", "the data is no JSON"),
            (headers(), "hello", "text/plain", 422, "bad_event", "datacontenttype is \"text/plain\"; wanted is application/json"),
            ({**headers(), "ce-specversion": "0.3"}, "{}", "application/json", 422, "bad_event", "specversion is \"0.3\""),
            ({**headers(), "ce-type": "ticket.creatd"}, "{}", "application/json", 422, "bad_event", "did you mean ticket.created?"),
            ({**headers(), "ce-data": "x"}, "{}", "application/json", 422, "bad_event", "there is no attribute ce-data"),
            ({**headers(), "ce-sub_ject": "x"}, "{}", "application/json", 422, "bad_event", "lower-case letters and digits"),
            ({**headers(), **{f"ce-a{n}": "x" for n in range(65)}}, "{}", "application/json", 413, "over_limit", ""),
        )
        for sent, body, type, status, code, words in cases:
            answer = daemon.post("/v1/events", body, headers=sent, type=type)
            with self.subTest(code=code, words=words):
                self.assertEqual((answer.status, answer.json["code"]), (status, code))
                self.assertIn(words, answer.json.get("detail", ""))
        self.assertEqual(daemon.get("/v1/tickets").json["items"], [])
        # A structured event may carry the headers as well: its type says which mode it is.
        both = daemon.post("/v1/events", critical_ticket("e9", "INC-9"), headers=headers(), type="application/cloudevents+json; charset=UTF-8")
        self.assertEqual((both.status, both.json["events"][0]["ticket"]), (202, "INC-9"))
        self.assertEqual(daemon.post("/v1/events", DATA, headers=headers("b9"), token=None).status, 401)


class Handshake(Case):
    def ask(self, path="/v1/events", **headers):
        return self.daemon.request("OPTIONS", path, token=None, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def test_who_asks_may_send(self):
        self.daemon.start()
        answer = self.ask(WebHook_Request_Origin="eventemitter.example.com")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.headers["Allow"], "POST, OPTIONS")
        self.assertEqual(answer.headers["WebHook-Allowed-Origin"], "eventemitter.example.com")
        self.assertEqual(answer.headers["WebHook-Allowed-Rate"], "*")
        for asked, given in (("120", "120"), ("0", "*"), ("00", "*"), ("-5", "*"), ("1x", "*"), ("9" * 10, "*"), ("*", "*")):
            self.assertEqual(self.ask(WebHook_Request_Origin="a.example", WebHook_Request_Rate=asked).headers["WebHook-Allowed-Rate"], given)
        plain = self.ask()
        self.assertEqual((plain.status, plain.headers["Allow"], plain.headers["WebHook-Allowed-Origin"]), (200, "POST, OPTIONS", None))
        self.assertEqual((self.ask("/v1/tickets").status, self.ask("/v1/nowhere").status), (405, 404))
        self.assertEqual(self.ask("/v1/sources/any?workspace=acme", WebHook_Request_Origin="a.example").headers["WebHook-Allowed-Origin"], "a.example")

    def test_a_place_to_call_back_is_not_called(self):
        """The answer is there at once; an address that anybody may name is never connected to."""
        self.daemon.start()
        answer = self.ask(WebHook_Request_Origin="a.example", WebHook_Request_Callback=f"{self.receiver.url}/confirm?id=1", WebHook_Request_Rate="60")
        self.assertEqual((answer.status, answer.headers["WebHook-Allowed-Origin"], answer.headers["WebHook-Allowed-Rate"]), (200, "a.example", "60"))
        self.daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.receiver.requests)
        self.assertEqual(self.receiver.at("/confirm"), [])

    def test_the_operator_says_who(self):
        self.daemon.config["webhook_origins"] = ["good.example"]
        self.daemon.start()
        self.assertEqual(self.ask(WebHook_Request_Origin="GOOD.example").headers["WebHook-Allowed-Origin"], "GOOD.example")
        refused = self.ask(WebHook_Request_Origin="bad.example")
        self.assertEqual((refused.status, refused.headers["WebHook-Allowed-Origin"]), (403, None))
        self.assertEqual(refused.json["place"], "header:WebHook-Request-Origin")
        for name in ("a b", "x" * 256, ""):
            self.assertEqual(self.ask(WebHook_Request_Origin=name).status, 400)
