"""People who are reached by Slack and Mattermost, and answer there: against servers that refuse what the real ones would."""

import datetime
import hashlib
import hmac
import json
import shutil
import unittest
import urllib.parse
import urllib.request

from chats import Mattermost, Slack
from harness import PATIENCE, START, WORKSPACES, Case, critical_ticket, eventually

TOKEN, SIGNING = "xoxb-canary-5512", "canary-signing-88"


class ChatCase(Case):
    def secret_file(self, name, text):
        path = self.folder / "data" / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")
        return name

    def addresses(self, **names):
        """A copy of acme in which people have other addresses in the chat."""
        folder = self.folder / "addresses" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        for path in folder.rglob("*.esc"):
            text = path.read_text()
            for name, address in names.items():
                text = text.replace(f'chat "@{name}"', f'chat "{address}"')
            path.write_text(text)
        self.daemon.workspaces[0] = folder

    def outcome(self, target):
        return [(r["state"], r.get("detail", "")) for r in self.daemon.outbox() if r["target"] == target and r["medium"] == "chat"]


class SlackShaped(unittest.TestCase):
    """The server itself: what Slack's description does not have is refused, and told when it closes."""

    def call(self, slack, method, body=None, query="", verb="POST", type="application/json"):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{slack.url}/api/{method}{query}", data, {"Authorization": f"Bearer {TOKEN}", "Content-Type": type}, method=verb)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def test_calls_are_held_to_the_description(self):
        slack = Slack(TOKEN, {"chen@acme.example": "U0CHEN"})
        post = {"channel": "C024BE91L", "text": "Down"}
        for said, calls in {
                None: [("chat.postMessage", {**post, "unfurl_links": False, "blocks": []}), ("users.lookupByEmail", None, "?email=chen@acme.example", "GET"),
                       ("auth.test", {}), ("auth.test", None, "", "GET"), ("conversations.create", {"name": "desk-e-1", "is_private": False})],
                "has no": [("chat.postMessage", {**post, "ts": "1503435956.000001"}), ("chat.postMessage", {**post, "token": "x"}), ("auth.test", {"team": "T1"}),
                           ("chat.update", {**post, "ts": "1503435956.000001", "unfurl_links": False}), ("conversations.create", {"name": "a", "private": True}),
                           ("users.lookupByEmail", None, "?email=chen@acme.example&team=T1", "GET")],
                "needs": [("chat.postMessage", {"text": "Down"}), ("chat.update", post), ("chat.postEphemeral", post), ("users.lookupByEmail", None, "", "GET")],
                "is a": [("chat.postMessage", {**post, "unfurl_links": "false"}), ("chat.postMessage", {**post, "channel": 1}), ("chat.postMessage", {**post, "blocks": {}}),
                         ("conversations.invite", {"channel": "C024BE91L", "users": ["U0CHEN"]})],
                "not taken": [("users.lookupByEmail", {"email": "chen@acme.example"}), ("chat.postMessage", None, "?channel=C024BE91L", "GET"), ("chat.postMessage", [post]),
                              ("chat.postMessage", b"channel=C024BE91L", "", "POST", "application/x-www-form-urlencoded"), ("chat.postMessage", post, "?token=x")],
                "no such": [("chat.postMesage", post)]}.items():
            for call in calls:
                with self.subTest(call=call):
                    slack.wrong.clear()
                    answer = self.call(slack, *call)
                    if said is None:
                        self.assertEqual((answer["ok"], slack.wrong), (True, []))
                    else:
                        self.assertEqual(answer, {"ok": False, "error": "invalid_arguments"})
                        self.assertRegex(" ".join(slack.wrong), f"^{call[0]}: .*{said}")
        with self.assertRaisesRegex(AssertionError, "chat.postMesage: no such"):
            slack.close()


class InSlack(ChatCase):
    def setUp(self):
        super().setUp()
        self.slack = Slack(TOKEN, {"chen@acme.example": "U0CHEN", "ben@acme.example": "U0BEN"})
        self.addCleanup(self.slack.close)
        self.acme["inbound"] = {"acme-slack": {"type": "slack", "secret_file": self.secret_file("signing", SIGNING)}}
        bot = {"type": "slack", "url": self.slack.url + "/api", "secret_file": self.secret_file("bot", TOKEN), "answers": "acme-slack"}
        self.acme["channels"]["incidents"] = {**bot, "to": ["C024BE91L"]}
        self.acme["people"]["chat"] = bot
        self.addresses(ana="U0ANA", ben="ben@acme.example", chen="chen@acme.example", dora="U0DORA", eva="eva@acme.example")

    def press(self, message, action, user):
        body = "payload=" + urllib.parse.quote(json.dumps(self.slack.press(message, action, user)))
        at = str(int(datetime.datetime.fromisoformat(START.replace("Z", "+00:00")).timestamp()))
        signature = hmac.new(SIGNING.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"X-Slack-Signature": f"v0={signature}", "X-Slack-Request-Timestamp": at}
        return self.daemon.request("POST", "/v1/inbound/acme-slack", body, token=None, headers=headers, type="application/x-www-form-urlencoded")

    def shown(self, channel):
        with self.slack.lock:
            return [dict(m) for (where, _), m in self.slack.messages.items() if where == channel]

    def test_a_person_is_looked_up_once_and_acknowledges(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1", title="Checkout <!channel> & @everyone"))
        page = eventually(lambda: [m for m in self.shown("D0CHEN") if "blocks" in m])[0]
        self.assertNotIn("<!channel", page["text"])
        self.assertNotIn("@everyone", page["text"])
        eventually(daemon.settled)
        self.assertEqual({s for s, _ in self.outcome("chen")}, {"delivered"})
        self.assertEqual(self.press(page, "escal.ack", "U0CHEN").status, 200)
        self.assertTrue(daemon.escalation()["acked"])
        acked = next(r for r in daemon.audit() if r["kind"] == "acked")
        self.assertEqual((acked["actor"], acked["data"]["through"]), ("chen", "acme-slack"))
        # nobody presses twice: the button is gone, and the message says who has it
        updated = eventually(lambda: [m for m in self.shown("D0CHEN") if any(b["type"] == "context" for b in m.get("blocks", []))])[0]
        self.assertEqual([e["action_id"] for b in updated["blocks"] if b["type"] == "actions" for e in b["elements"]], ["escal.resolve"])
        self.assertIn("chen has acknowledged E-1.", json.dumps(updated["blocks"]))
        self.assertIn("acked", {r["state"] for r in daemon.outbox() if r["target"] == "chen"})
        # known from now on, behind a power cut too
        eventually(daemon.settled)
        eventually((self.folder / "data" / "acme.known.jsonl").exists)
        asked = len(self.slack.at("/api/users.lookupByEmail"))
        self.restart()
        daemon.send(critical_ticket("e2", "INC-2"))
        eventually(lambda: len(self.shown("D0CHEN")) > 1)
        eventually(daemon.settled)
        self.assertEqual(len(self.slack.at("/api/users.lookupByEmail")), asked)
        self.assert_no_gap()
        for text in (daemon.errors(), json.dumps(daemon.audit()), json.dumps(daemon.outbox())):
            self.assertNotIn(TOKEN, text)
            self.assertNotIn(SIGNING, text)

    def test_who_reads_german_is_answered_in_german(self):
        for path in (self.folder / "addresses").rglob("*.esc"):
            path.write_text(path.read_text().replace('chat "chen@acme.example"', 'chat "chen@acme.example"  language de'))
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        page = eventually(lambda: [m for m in self.shown("D0CHEN") if "blocks" in m])[0]
        self.press(page, "escal.ack", "U0CHEN")
        eventually(lambda: [m for m in self.shown("D0CHEN") if "chen hat E-1 bestätigt." in json.dumps(m, ensure_ascii=False)])
        self.press(page, "escal.ack", "U0CHEN")
        eventually(lambda: [m for m in self.shown("D0CHEN") if "chen hat es (primary) und hat bestätigt." in json.dumps(m, ensure_ascii=False)])
        # the record is English
        self.assertNotIn("bestätigt", json.dumps(daemon.audit(), ensure_ascii=False))

    def test_an_escalation_is_a_thread_of_its_channel(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        first = eventually(lambda: self.shown("C024BE91L"))[0]
        self.assertEqual(self.press(first, "escal.ack", "U0CHEN").status, 200)  # U0CHEN is known only when he was written to
        eventually(lambda: daemon.escalation()["acked"] or self.press(first, "escal.ack", "U0CHEN") and daemon.escalation()["acked"])
        self.assertEqual(self.press(first, "escal.resolve", "U0CHEN").status, 200)
        eventually(daemon.settled)
        for message in self.shown("C024BE91L")[1:]:
            self.assertEqual(message["thread_ts"], first["ts"])

    def test_who_may_not_is_told_alone(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        first = eventually(lambda: self.shown("C024BE91L"))[0]
        self.assertEqual(self.press(first, "escal.ack", "U0STRANGER").status, 200)
        told = eventually(lambda: self.slack.at("/api/chat.postEphemeral"))[0]["json"]
        self.assertEqual((told["channel"], told["user"]), ("C024BE91L", "U0STRANGER"))
        self.assertIn("nobody of the directory has this address", told["text"])
        self.assertFalse(daemon.escalation()["acked"])
        self.assertEqual(self.slack.at("/api/chat.update"), [])

    def test_what_slack_refuses(self):
        daemon = self.daemon.start()
        self.slack.rule("/api/chat.postMessage", 2, 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        self.slack.rule("/api/chat.postMessage", 1, 200, {"ok": False, "error": "fatal_error"})
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.shown("C024BE91L") and self.shown("D0CHEN"))
        eventually(daemon.settled)
        self.assertEqual({s for s, _ in self.outcome("incidents")}, {"delivered"})
        self.slack.channels.clear()
        daemon.send(critical_ticket("e2", "INC-2"))
        eventually(daemon.settled)
        self.assertIn(("dead", "HTTP status 200: channel_not_found"), self.outcome("incidents"))

    def test_a_revoked_token_holds_the_endpoint(self):
        daemon = self.daemon
        daemon.config["circuit_open_ms"] = 100
        daemon.start()
        self.slack.token = "another"
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: "endpoint_held" in [r["kind"] for r in daemon.audit()])
        self.assertIn("invalid_auth", json.dumps([r for r in daemon.audit() if r["kind"] == "endpoint_held"]))
        self.assertNotIn("dead", {s for s, _ in self.outcome("incidents")})
        self.slack.token = TOKEN
        eventually(lambda: self.shown("C024BE91L"))
        eventually(daemon.settled)
        self.assertIn("endpoint_back", [r["kind"] for r in daemon.audit()])

    def test_who_is_not_there_is_reached_otherwise(self):
        del self.slack.members["chen@acme.example"]
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: [o for o in self.outcome("chen") if o[0] == "dead"])
        self.assertIn(("dead", "HTTP status 200: users_not_found"), self.outcome("chen"))
        self.assertTrue(eventually(lambda: self.mail.to("chen@acme.example")))

    def test_who_has_left_is_looked_up_anew(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: self.shown("D0CHEN"))
        self.slack.members["chen@acme.example"] = "U0CHENNEW"
        daemon.send(critical_ticket("e2", "INC-2"))
        eventually(lambda: self.shown("D0CHENNEW"))
        eventually(daemon.settled)
        self.assertEqual({s for s, _ in self.outcome("chen")}, {"delivered"})

    def test_the_configuration_says_what_slack_cannot(self):
        self.acme["people"]["chat"] = {"type": "chat", "url": "https://hooks.slack.com/services/T/B/x"}
        self.acme["channels"]["incidents"]["to"] = []
        self.acme["channels"]["revops"] = {"type": "slack", "to": ["C1"], "answers": "nowhere", "secret_file": "bot"}
        self.daemon.start(wait=False)
        self.assertNotEqual(self.daemon.finish(), 0)
        for fault in ("people.chat: is an incoming webhook of Slack, which cannot choose whom it writes to", "channels.incidents: posts to one place",
                      "channels.revops: its `answers` must name an inbound binding"):
            self.assertIn(fault, self.daemon.errors())

    def test_people_whom_slack_cannot_know_are_named(self):
        self.daemon.workspaces[0] = WORKSPACES["acme"]
        daemon = self.daemon.start()
        eventually(lambda: "people.chat: Slack knows nobody by a name such as @ana" in daemon.errors())
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: [o for o in self.outcome("chen") if o[0] == "dead"])
        self.assertTrue(eventually(lambda: self.mail.to("chen@acme.example")))


class InMattermost(ChatCase):
    def setUp(self):
        super().setUp()
        self.server = Mattermost(TOKEN, ("chen", "ben"))
        self.addCleanup(self.server.close)
        self.daemon.config["public_url"] = "https://escal.example/"
        self.acme["inbound"] = {"acme-mm": {"type": "mattermost", "secret_file": self.secret_file("signing", SIGNING)}}
        bot = {"type": "mattermost", "url": self.server.url, "secret_file": self.secret_file("bot", TOKEN), "answers": "acme-mm"}
        self.acme["channels"]["incidents"] = {**bot, "to": ["ops/incidents"]}
        self.acme["people"]["chat"] = bot

    def posts(self, channel):
        with self.server.lock:
            return [dict(p) for p in self.server.posts.values() if p["channel_id"] == channel]

    def press(self, post, name, user):
        action = next(a for attachment in post["props"]["attachments"] for a in attachment["actions"] if a["name"] == name)
        self.assertEqual(action["integration"]["url"], "https://escal.example/v1/inbound/acme-mm")
        body = {"user_id": self.server.users.get(user, "x" * 26), "user_name": user, "channel_id": post["channel_id"], "post_id": post["id"],
                "trigger_id": "t", "type": "button", "context": action["integration"]["context"]}
        return self.daemon.request("POST", "/v1/inbound/acme-mm", body, token=None)

    def test_a_page_in_a_direct_channel_is_acknowledged(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        direct = eventually(lambda: self.server.directs.get(self.server.users["chen"]))
        page = eventually(lambda: [p for p in self.posts(direct) if "props" in p])[0]
        answer = self.press(page, "Acknowledge", "chen")
        self.assertEqual((answer.status, answer.json), (200, {"ephemeral_text": "chen has acknowledged E-1."}))
        self.assertTrue(daemon.escalation()["acked"])
        patched = eventually(lambda: [p for p in self.posts(direct) if "footer" in json.dumps(p.get("props", {}))])[0]
        self.assertEqual((patched["message"], patched["props"]["attachments"]), (page["message"], [{"footer": "chen has acknowledged E-1."}]))
        eventually(daemon.settled)
        self.assertEqual({s for s, _ in self.outcome("incidents")}, {"delivered"})
        roots = [p.get("root_id") for p in self.posts(self.server.town)]
        self.assertEqual(roots[0], None)
        self.assertTrue(all(root == self.posts(self.server.town)[0]["id"] for root in roots[1:]))
        self.assertNotIn(TOKEN, daemon.errors() + json.dumps(daemon.audit()))

    def test_a_button_that_is_made_up_does_nothing(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        post = eventually(lambda: self.posts(self.server.town))[0]
        context = post["props"]["attachments"][0]["actions"][0]["integration"]["context"]
        made_up = {**context, "button": context["button"].replace("ack", "resolve")}
        for wrong in (made_up, {"button": context["button"]}, {}, {**context, "proof": "0" * 64}):
            answer = daemon.request("POST", "/v1/inbound/acme-mm", {"user_id": "x", "user_name": "chen", "context": wrong}, token=None)
            self.assertEqual(answer.status, 401)
        self.assertFalse(daemon.escalation()["acked"])

    def test_a_message_to_a_person_is_theirs_to_answer(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        direct = eventually(lambda: self.server.directs.get(self.server.users["chen"]))
        page = eventually(lambda: [p for p in self.posts(direct) if "props" in p])[0]
        answer = self.press(page, "Acknowledge", "ben")
        self.assertEqual((answer.status, answer.json["ephemeral_text"]), (200, "Nothing was done: the message was for somebody else."))
        self.assertFalse(daemon.escalation()["acked"])
        self.assertIn("the message was for somebody else", next(r for r in daemon.audit() if r["kind"] == "not_matched")["text"])

    def test_who_is_unknown_there_is_reached_otherwise(self):
        del self.server.users["chen"]
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: [o for o in self.outcome("chen") if o[0] == "dead"])
        self.assertIn(("dead", "HTTP status 404: Unable to find the user."), self.outcome("chen"))


class ByWebhook(Case):
    def test_teams_and_discord_get_what_they_take(self):
        url = self.receiver.url
        self.acme["channels"]["incidents"] = {"type": "teams", "url": url + "/teams?sig=canary-teams"}
        daemon = self.daemon.start()
        self.receiver.rule("/teams", status=202)
        daemon.send(critical_ticket("e1", "INC-1", title="@everyone <@123> [x](https://evil.example) is a < b"))
        card = json.loads(eventually(lambda: self.receiver.at("/teams"))[0]["body"])
        content = card["attachments"][0]
        self.assertEqual((card["type"], content["contentType"], content["content"]["type"]), ("message", "application/vnd.microsoft.card.adaptive", "AdaptiveCard"))
        self.assertIn("is a < b", content["content"]["body"][0]["text"])
        eventually(daemon.settled)
        self.assertEqual({r["state"] for r in daemon.outbox() if r["target"] == "incidents"}, {"accepted"})
        self.assertNotIn("canary-teams", daemon.errors() + json.dumps(daemon.outbox()) + json.dumps(daemon.audit()))
        daemon.stop()
        self.acme["channels"]["incidents"] = {"type": "discord", "url": url + "/discord"}
        self.receiver.rule("/discord", status=200, body=b'{"id":"9"}')
        daemon.start()
        daemon.send(critical_ticket("e2", "INC-2", title="@everyone <@123> <!here>"))
        request = eventually(lambda: self.receiver.at("/discord"))[0]
        body = json.loads(request["body"])
        self.assertEqual(body["allowed_mentions"], {"parse": []})
        for call in ("@everyone", "<@123", "<!here"):
            self.assertNotIn(call, body["content"])
        eventually(daemon.settled)
        self.assertIn("delivered", {r["state"] for r in daemon.outbox() if r["target"] == "incidents"})

    def test_a_discord_webhook_that_is_gone_holds_the_channel(self):
        self.acme["channels"]["incidents"] = {"type": "discord", "url": self.receiver.url + "/discord"}
        self.daemon.config["circuit_open_ms"] = 100
        self.receiver.rule("/discord", times=1, status=404, body=b'{"message":"Unknown Webhook","code":10015}')
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        eventually(lambda: "endpoint_back" in [r["kind"] for r in daemon.audit()])
        eventually(daemon.settled)
        self.assertNotIn("dead", {r["state"] for r in daemon.outbox()})
