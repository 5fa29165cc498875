"""POST /v1/inbound/NAME: what a chat tells of people and messages, proven by its own signature and by nothing else."""

import datetime
import hashlib
import hmac
import json
import urllib.parse

from harness import START, Case, critical_ticket, eventually

SIGNING = "canary-slack-signing-0c4e"


def press(do, escalation, user, outbox=0, **more):
    """The payload of one pressed button, as Slack has it."""
    value = json.dumps({"do": do, "e": escalation, **({"o": outbox} if outbox else {}), **more})
    return {"type": "block_actions", "user": {"id": user, "username": "somebody"}, "api_app_id": "A1", "team": {"id": "T1"},
            "container": {"type": "message", "message_ts": "1503435956.000247", "channel_id": "C024"}, "channel": {"id": "C024", "name": "incidents"},
            "message": {"type": "message", "text": "Checkout is down", "ts": "1503435956.000247", "blocks": []},
            "response_url": "https://hooks.slack.example/actions/T1/1/x",
            "actions": [{"type": "button", "action_id": f"escal.{do}", "block_id": "b", "value": value, "action_ts": "1503435957.1"}]}


class Door(Case):
    def setUp(self):
        super().setUp()
        path = self.folder / "data" / "slack-signing"
        path.touch(mode=0o600)
        path.write_text(SIGNING + "\n")
        self.acme["inbound"] = {"acme-slack": {"type": "slack", "secret_file": "slack-signing"}}

    def workspace_with_ids(self):
        """A copy of acme in which chen's chat is a member's id."""
        self.acme_with("extra", "")
        folder = self.daemon.workspaces[0]
        for path in folder.rglob("*.esc"):
            path.write_text(path.read_text().replace('chat "@chen"', 'chat "U0CHEN"'))

    def deliver(self, body, name="acme-slack", secret=SIGNING, age=0, type="application/x-www-form-urlencoded", query=""):
        daemon = self.daemon
        at = str(int(datetime.datetime.fromisoformat(START.replace("Z", "+00:00")).timestamp()) - age)
        signature = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"X-Slack-Signature": f"v0={signature}", "X-Slack-Request-Timestamp": at}
        return daemon.request("POST", f"/v1/inbound/{name}{query}", body, token=None, headers=headers, type=type)

    def press(self, *arguments, **options):
        payload = press(*arguments, **options)
        return self.deliver("payload=" + urllib.parse.quote(json.dumps(payload)))

    def test_a_button_acknowledges_as_the_person_does(self):
        self.workspace_with_ids()
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        self.assertFalse(daemon.escalation()["acked"])
        eventually(daemon.settled)
        row = next(r for r in daemon.outbox(escalation="E-1") if r["target"] == "incidents")
        answer = self.press("ack", "E-1", "U0CHEN", outbox=int(row["id"]), c="incidents")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertTrue(daemon.escalation()["acked"])
        acked = [r for r in daemon.audit(escalation="E-1") if r["kind"] == "acked"]
        self.assertEqual([(r["actor"], r["data"]["through"]) for r in acked], [("chen", "acme-slack")])
        self.assertIn("[through acme-slack]", acked[0]["text"])
        # who answers a message has read it
        self.assertEqual([r["state"] for r in daemon.outbox(escalation="E-1") if r["id"] == row["id"]], ["acked"])
        # once more: nothing happens twice
        self.assertEqual(self.press("ack", "E-1", "U0CHEN", outbox=int(row["id"]), c="incidents").status, 200)
        self.assertEqual(daemon.kinds().count("acked"), 1)
        # and it is there behind a power cut
        self.restart()
        self.assertTrue(daemon.escalation()["acked"])
        self.assertEqual([r["state"] for r in daemon.outbox(escalation="E-1") if r["id"] == row["id"]], ["acked"])
        self.assert_no_gap()

    def test_who_is_nobody_here_does_nothing_and_is_recorded(self):
        self.workspace_with_ids()
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        for user in ("U0NOBODY", "", "@chen", "chen"):
            self.assertEqual(self.press("ack", "E-1", user).status, 200)
        self.assertFalse(daemon.escalation()["acked"])
        records = [r["text"] for r in daemon.audit() if r["kind"] == "not_matched"]
        self.assertEqual(len(records), 4)
        self.assertIn("acme-slack: ack by U0NOBODY on E-1; nobody of the directory has this address", records[0])
        # nor does what speaks of no escalation, or of another one's message
        self.assertEqual(self.press("ack", "E-99", "U0CHEN", outbox=1).status, 200)
        self.assertEqual(self.press("ack", "INC-1", "U0CHEN").status, 200)
        self.assertFalse(daemon.escalation()["acked"])
        self.assertIn("acme-slack: message 1 is acked; there is no such message of it", [r["data"]["what"] for r in daemon.audit() if r["kind"] == "not_matched"])

    def test_only_a_signed_request_of_now_comes_in(self):
        self.workspace_with_ids()
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        body = "payload=" + urllib.parse.quote(json.dumps(press("ack", "E-1", "U0CHEN")))
        for wrong in ({"secret": "another"}, {"age": 301}, {"age": -600}):
            with self.subTest(wrong):
                answer = self.deliver(body, **wrong)
                self.assertEqual((answer.status, answer.json["code"]), (401, "unauthenticated"))
        self.assertEqual(daemon.request("POST", "/v1/inbound/acme-slack", body, type="application/x-www-form-urlencoded").status, 401)
        self.assertEqual(self.deliver(body, name="other").status, 404)
        self.assertEqual(daemon.request("GET", "/v1/inbound/acme-slack").status, 405)
        self.assertFalse(daemon.escalation()["acked"])
        self.assertNotIn(SIGNING, daemon.errors() + json.dumps(daemon.audit()))
        self.assertEqual(self.deliver(body, query="?anything=goes").status, 200)
        self.assertTrue(daemon.escalation()["acked"])

    def test_a_secret_that_is_not_the_services_is_an_alarm(self):
        daemon = self.daemon.start()
        for _ in range(12):
            self.assertEqual(self.deliver("payload=x", secret="another").status, 401)
        lines = eventually(lambda: [json.loads(line) for line in daemon.errors().splitlines() if "inbound_refused" in line][:2] if daemon.errors().count("inbound_refused") >= 2 else None)
        self.assertEqual([line["level"] for line in lines], ["warning", "alarm"])
        self.assertIn("acme: a request to /v1/inbound/acme-slack was refused", lines[0]["text"])
        self.assertIn("is its secret_file the service's?", lines[1]["text"])
        self.assertEqual(self.deliver(json.dumps({"type": "event_callback"}), type="application/json").status, 200)
        self.assertEqual(self.deliver("payload=x", secret="another").status, 401)
        eventually(lambda: daemon.errors().count("inbound_refused") == 3)

    def test_hostile_bodies(self):
        daemon = self.daemon.start()
        for body in ("", "payload=", "payload=%", "payload=" + "%5B" * 5000, "payload=%7B%22type%22%3A", "x" * 200000, "payload=%00"):
            with self.subTest(body[:30]):
                self.assertEqual(self.deliver(body).status, 400)
        self.assertEqual(self.deliver("x" * 300000).status, 413)
        self.assertEqual(self.deliver("<x/>", type="application/xml").status, 415)
        self.assertEqual(daemon.get("/health").json["status"], "ok")

    def test_slack_tries_the_address(self):
        daemon = self.daemon.start()
        body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"})
        answer = self.deliver(body, type="application/json")
        self.assertEqual((answer.status, answer.body), (200, b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"))
        self.assertEqual([r for r in daemon.audit() if r["kind"] == "not_matched"], [])
