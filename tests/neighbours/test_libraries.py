"""The CloudEvents SDK in every mode, and the reference library of Standard Webhooks over what we sign."""

import base64
import json
import os
import time
import unittest

import neighbours
from harness import Case, critical_ticket, eventually


class Missing(unittest.TestCase):
    def test_what_is_missing_fails_a_long_check_only(self):
        kept = os.environ.pop("ESC_LONG", None)
        try:
            with self.assertRaises(unittest.SkipTest) as skipped:
                neighbours.programs(["nothing-of-the-kind"], "no-such-program-of-anybodys")
            self.assertIn("Debian: nothing-of-the-kind", str(skipped.exception))
            os.environ["ESC_LONG"] = "1"
            with self.assertRaises(AssertionError):
                neighbours.missing("x")
        finally:
            os.environ.pop("ESC_LONG", None)
            if kept is not None:
                os.environ["ESC_LONG"] = kept


def created(identity, subject, **more):
    return {"id": identity, "source": "/sdk", "type": "ticket.created", "subject": subject, "time": "2026-03-02T08:00:00.123Z",
            "data": {"title": "Störung €", "severity": "critical", "account": {"name": "Globex", "tier": "enterprise"}}, **more}


class CloudEvents(Case):
    def send(self, *jobs):
        url = f"http://127.0.0.1:{self.daemon.port}/v1/events"
        return json.loads(neighbours.script("send.mjs", url, self.daemon.token, input=json.dumps([{"mode": mode, "event": event} for mode, event in jobs])))

    def test_every_mode_says_the_same(self):
        neighbours.modules()
        self.daemon.start()
        one = created("e1", "INC-1", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        emitted, binary, structured, batch = self.send(("emitter", one), ("binary", one), ("structured", one), ("batch", [one, created("e2", "INC-2")]))
        self.assertEqual(emitted["sent"]["ce-specversion"], "1.0")  # binary mode is what the SDK does by itself
        self.assertEqual((emitted["status"], emitted["body"]["events"][0]["status"]), (202, "accepted"))
        for answer in (binary, structured):
            self.assertEqual((answer["status"], answer["body"]["events"][0]["status"]), (200, "duplicate"))
        self.assertEqual([event["status"] for event in batch["body"]["events"]], ["duplicate", "accepted"])
        self.assertEqual(self.daemon.get("/v1/tickets/INC-1").json["title"], "Störung €")

    def test_bytes_come_in_base64(self):
        neighbours.modules()
        self.daemon.start()
        data = base64.b64encode(json.dumps({"title": "Bytes", "severity": "critical"}).encode()).decode()
        one = {key: value for key, value in created("b1", "INC-3", datacontenttype="application/json", data_bytes=data).items() if key != "data"}
        for answer in self.send(("structured", one), ("binary", {**one, "id": "b2", "subject": "INC-4"})):
            self.assertEqual(answer["status"], 202, answer)
        self.assertEqual([self.daemon.get(f"/v1/tickets/{name}").json["title"] for name in ("INC-3", "INC-4")], ["Bytes", "Bytes"])

    def test_refusals_are_told(self):
        neighbours.modules()
        self.daemon.start()
        wrong, = self.send(("binary", {**created("w1", "INC-5"), "type": "ticket.creatd"}))
        self.assertEqual((wrong["status"], wrong["body"]["code"]), (422, "bad_event"))


HOOKS = """workspace hooks "Hooks" { language 1  timezone "UTC" }
use std.ticket
use std.triage

person ana "Ana" { email "ana@hooks.example" }

policy own { last resort ana }

source hooks {
  verify standard_webhooks
  event ticket.created
  ticket.id <- body.id
  ticket.title <- body.title
}
"""


class StandardWebhooks(Case):
    def test_what_we_sign_is_verified(self):
        neighbours.modules()
        for secret in ("whsec_" + base64.b64encode(os.urandom(32)).decode(), "a plain secret of 32 characters.."):
            with self.subTest(secret[:6]):
                (self.folder / "data" / "webhook-secret").write_text(secret + "\n")
                self.acme["channels"]["incidents"] = {"type": "webhook", "url": f"{self.receiver.url}/signed", "secret_file": "webhook-secret"}
                # The library refuses what is older than five minutes, so this daemon lives now.
                self.daemon.start(at=None)
                self.receiver.requests.clear()
                self.daemon.send(critical_ticket(f"e-{secret[:6]}", f"INC-{secret[:6]}"))
                sent = eventually(lambda: self.receiver.at("/signed"))[0]
                good = {"headers": {name: sent["headers"][name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}, "body": sent["body"].decode()}
                changed = {**good, "body": good["body"].replace("INC-", "INC_", 1)}
                renamed = {**good, "headers": {**good["headers"], "webhook-id": "another"}}
                old = {**good, "headers": {**good["headers"], "webhook-timestamp": str(int(good["headers"]["webhook-timestamp"]) - 600)}}
                said = json.loads(neighbours.script("verify.mjs", secret, input=json.dumps([good, changed, renamed, old])))
                self.assertEqual(said[0], "ok")
                self.assertNotIn("ok", said[1:])
                self.assertEqual(len(set(said)), 3, said)  # two are wrong signatures, one is too old
                self.daemon.stop()

    def test_what_it_signs_is_taken(self):
        """A source that is proven by Standard Webhooks: what the library signs, and nothing that was changed, is old or is another's."""
        neighbours.modules()
        self.kept_workspace("hooks", HOOKS)
        secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
        path = self.folder / "hook-secret"
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
        self.daemon.config["workspaces"] = {"hooks": {"sources": {"hooks": {"secret_file": str(path)}}}}
        self.daemon.start(at=None)
        now = int(time.time())
        body = json.dumps({"id": "H-1", "title": "Störung €"}, ensure_ascii=False)
        signed = json.loads(neighbours.script("sign.mjs", secret, input=json.dumps([{"id": f"msg_{n}", "at": at, "body": body} for n, at in enumerate((now, now - 600, now + 600))])))
        foreign, = json.loads(neighbours.script("sign.mjs", "whsec_" + base64.b64encode(b"x" * 24).decode(), input=json.dumps([{"id": "msg_9", "at": now, "body": body}])))

        def post(headers, text=body):
            return self.daemon.request("POST", "/v1/sources/hooks?workspace=hooks", text, token=None, headers=headers).status

        self.assertEqual(post(signed[0]), 202)
        self.assertEqual(self.daemon.get("/v1/tickets/H-1").json["title"], "Störung €")
        self.assertIn(post(signed[0]), (200, 202))  # the same once more is known
        refused = (signed[1], signed[2], foreign, {**signed[0], "webhook-id": "msg_8"}, {**signed[0], "webhook-timestamp": str(now + 1)},
                   {name: value for name, value in signed[0].items() if name != "webhook-signature"})
        self.assertEqual([post(headers) for headers in refused] + [post(signed[0], body.replace("H-1", "H-2"))], [401] * 7)
        self.assertEqual(post({**signed[0], "webhook-signature": "v1,AAAA " + signed[0]["webhook-signature"]}) // 100, 2)  # several, as keys change
        self.assertEqual([item["id"] for item in self.daemon.get("/v1/tickets").json["items"]], ["H-1"])
