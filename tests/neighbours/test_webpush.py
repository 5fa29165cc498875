"""Web Push as npm's web-push does it: its keys, a browser that decrypts by its library, and its headers beside ours."""

import base64
import json
import signal
import time

import neighbours
from harness import event, eventually
from test_gateways import NIGHT, PUBLIC, Night

COMPARED = ("content-encoding", "content-length", "content-type", "ttl", "urgency")


def changed(body, at):
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]


class WebPush(Night):
    def source(self):
        """A page that is long where the title is."""
        return NIGHT.replace('page dora "{ticket.title}"', 'page dora "' + "{ticket.title} " * 8 + '"')

    def setUp(self):
        neighbours.modules()
        super().setUp()
        self.keys, self.other = (json.loads(neighbours.script("push.mjs", "keys")) for _ in range(2))
        self.endpoint = f"{self.receiver.url}/browser/dora"
        data = self.folder / "data"
        (data / "vapid").write_text(self.keys["sender"]["privateKey"] + "\n")
        (data / "push.json").write_text(json.dumps({"dora": {"endpoint": self.endpoint, "expirationTime": None, "keys": self.keys["browser"]["keys"]}}))
        self.night["people"]["push"] = {"type": "webpush", "secret_file": "vapid", "contact": "mailto:ops@night.example",
                                        "subscriptions_file": "push.json", "answers": "night-push"}
        self.receiver.rule("/browser", status=201)
        self.daemon.start(at=None)  # the library refuses a token that holds longer than a day from now

    def pushed(self, subject, title):
        """What came to the browser of a ticket that is new."""
        before = len(self.receiver.at("/browser"))
        self.daemon.send(event(f"e-{subject}", "ticket.created", subject, title=title, severity="low"))
        eventually(lambda: len(self.receiver.at("/browser")) > before)
        return self.receiver.at("/browser")[before]

    def as_read(self, *pushes):
        """Each is a request, and what of it or of the keys is otherwise."""
        jobs = [{"headers": request["headers"], "body": base64.b64encode(request["body"]).decode(), "endpoint": self.endpoint, **self.keys, **otherwise}
                for request, otherwise in pushes]
        return json.loads(neighbours.script("push.mjs", "read", input=json.dumps(jobs)))

    def test_a_browser_reads_it_and_answers(self):
        request = self.pushed("INC-1", "Störung € <b>")
        sent = int(time.time())
        read, = self.as_read((request, {}))
        self.assertNotIn("fault", read, read)
        claims = read["claims"]
        self.assertEqual((claims["head"], claims["aud"], claims["sub"]), ({"typ": "JWT", "alg": "ES256"}, self.receiver.url, "mailto:ops@night.example"))
        self.assertTrue(sent < claims["exp"] <= sent + 24 * 3600)
        self.assertEqual(claims, read["headers"]["authorization"])  # what the library signs for the same
        self.assertEqual({name: request["headers"].get(name) for name in COMPARED}, {name: read["headers"][name] for name in COMPARED})
        notice = json.loads(read["text"])
        self.assertIn("Störung € <b>", notice["body"])
        self.assertEqual((notice["ticket"], notice["escalation"], notice["page"]), ("INC-1", "E-1", True))
        # what a service worker does with an offer
        offer = next(offer for offer in notice["offers"] if offer["verb"] == "ack")
        answer = self.daemon.request("POST", notice["post"].removeprefix(PUBLIC), offer["body"], token=None, headers={"X-Escal-Proof": offer["proof"]})
        self.assertEqual((answer.status, answer.json["done"]), (200, True))
        self.assertTrue(self.daemon.escalation()["acked"])

    def test_a_browser_that_was_subscribed_by_the_api_reads_it(self):
        """As PushManager.subscribe gives it, with the key that the API names."""
        token = self.daemon.add_token("dora", "night", "dora", "read,act")
        self.daemon.process.send_signal(signal.SIGHUP)
        path = "/v1/push/subscriptions"
        public = eventually(lambda: self.daemon.get(path, token=token).json.get("key"))
        self.assertEqual(public, self.keys["sender"]["publicKey"])
        endpoint = f"{self.receiver.url}/browser/of-the-api"
        subscription = {"endpoint": endpoint, "expirationTime": None, "keys": self.other["browser"]["keys"], "title": "Phone"}
        self.assertEqual(self.daemon.post(path, subscription, token=token).status, 200)
        request = self.pushed("INC-1", "Till down")
        self.assertTrue(request["path"].endswith("/of-the-api"))
        read, = self.as_read((request, {"browser": self.other["browser"], "endpoint": endpoint}))
        self.assertNotIn("fault", read, read)
        self.assertEqual(json.loads(read["text"])["escalation"], "E-1")

    def test_what_is_another_s_or_was_changed_is_not_read(self):
        """So that a reader that takes everything is none."""
        request = self.pushed("INC-1", "Till down")
        body, headers = request["body"], request["headers"]
        good, *bad = self.as_read(
            (request, {}),
            (request, {"browser": self.other["browser"]}),
            (request, {"browser": {**self.keys["browser"], "keys": {**self.keys["browser"]["keys"], "auth": self.other["browser"]["keys"]["auth"]}}}),
            *((dict(request, body=changed(body, at)), {}) for at in (0, 100, len(body) - 1)),
            (request, {"sender": self.other["sender"]}),
            (dict(request, headers={**headers, "authorization": headers["authorization"].replace(" t=", " t=e")}), {}))
        self.assertEqual(list(good), ["text", "claims", "headers"])
        self.assertEqual([list(one) for one in bad], [["fault"]] * 7, bad)
        self.assertEqual([one["fault"] for one in bad[5:]], ["another's key", "a wrong signature"])

    def test_what_is_long_fits_and_nothing_is_drawn_twice(self):
        requests = [self.pushed(f"INC-{n}", text) for n, text in enumerate(("Till down", "Till down", "Störung € " * 300), 1)]
        read = self.as_read(*((request, {}) for request in requests))
        self.assertEqual([json.loads(one["text"])["ticket"] for one in read], ["INC-1", "INC-2", "INC-3"])
        self.assertGreater(len(read[2]["text"].encode()), 3900)
        self.assertIn(len(requests[2]["body"]), range(4080, 4097))  # cut where a push service would take no more
        self.assertEqual([len({request["body"][part] for request in requests}) for part in (slice(16), slice(21, 86))], [3, 3])  # salts, and senders' points
