"""Whether people are reached, before they have to be: escald --probe, and escalctl test-message."""

import json
import socket
import subprocess

from chats import Mattermost, Slack
from harness import BIN, PATIENCE, Case, eventually

TOKEN = "xoxb-canary-5512"


class Probe(Case):
    def setUp(self):
        super().setUp()
        path = self.folder / "data" / "bot"
        path.touch(mode=0o600)
        path.write_text(TOKEN + "\n")
        self.slack = Slack(TOKEN, {})
        self.addCleanup(self.slack.close)
        self.server = Mattermost(TOKEN, ())
        self.addCleanup(self.server.close)
        channels = self.acme["channels"]
        channels["incidents"] = {"type": "slack", "url": self.slack.url + "/api", "secret_file": "bot", "to": ["C1"]}
        channels["revops"] = {"type": "mattermost", "url": self.server.url, "secret_file": "bot", "to": ["ops/incidents"]}
        channels["editorial"] = {"type": "discord", "url": self.receiver.url + "/discord"}
        self.receiver.rule("/discord", status=200, body=b'{"id":"1","name":"Captain Hook"}')
        self.acme["mail"].update(user="escal", password_file="bot")
        self.acme["people"]["sms"] = {"type": "sms", "url": self.receiver.url + "/2010-04-01", "account": "AC" + "0" * 32, "secret_file": "bot", "from": "+4930555010"}
        self.receiver.rule("/2010-04-01/Accounts/", status=200, body=b'{"friendly_name":"Acme","status":"active"}')
        self.acme["people"]["push"] = {"type": "ntfy", "url": self.receiver.url + "/ntfy"}
        self.receiver.rule("/ntfy/v1/health", status=200, body=b'{"healthy":true}')
        self.acme["inbound"] = {"acme-slack": {"type": "slack", "secret_file": "bot"}}
        self.daemon.config["public_url"] = "https://escal.example"

    def probe(self, status):
        self.daemon.write_config()
        command = [str(BIN / "escald"), "--data", str(self.daemon.folder), "--workspace", str(self.daemon.workspaces[0]), "--probe"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)
        return done.stdout

    def test_what_answers_is_said_with_what_it_proves(self):
        said = self.probe(0)
        for line in ("workspaces.acme.channels.incidents (slack): fine: escal, Acme\n    proven: the token is taken; not proven: that the app may post in the channel",
                     "workspaces.acme.channels.revops (mattermost): fine: escal\n    proven: the token is taken",
                     "workspaces.acme.channels.editorial (discord): fine: Captain Hook\n    proven: the webhook is there",
                     "workspaces.acme.channels.managers (smtp): not tried: it goes by `mail`",
                     "workspaces.acme.mail (smtp): fine\n    proven: it is reached, and takes us with TLS and login as configured",
                     "workspaces.acme.people.chat (chat): fine\n    proven: its host is reached",
                     "workspaces.acme.people.sms (sms): fine: Acme, active\n    proven: account and token are taken",
                     "workspaces.acme.people.push (ntfy): fine\n    proven: the server is well",
                     "workspaces.acme.systems.crm (system): fine\n",
                     "workspaces.acme.inbound.acme-slack (slack): not tried: it comes from outside, to https://escal.example/v1/inbound/acme-slack"):
            self.assertIn(line, said)
        # and nothing was sent to anybody
        self.assertEqual(self.mail.messages, [])
        self.assertEqual([(r["method"], r["path"]) for r in self.receiver.requests],
                         [("GET", "/discord"), ("GET", f"/2010-04-01/Accounts/AC{'0' * 32}.json"), ("GET", "/ntfy/v1/health")])
        self.assertEqual([r["path"] for r in self.slack.requests + self.server.requests], ["/api/auth.test", "/api/v4/users/me"])

    def test_what_does_not_answer_is_said_with_its_words(self):
        self.slack.token = self.server.token = "another"
        self.receiver.rule("/discord", status=404, body=b'{"message":"Unknown Webhook","code":10015}')
        self.mail.denied = "535 5.7.8 no such user here"
        with socket.socket() as closed:  # a port at which nobody listens
            closed.bind(("127.0.0.1", 0))
            self.acme["systems"]["cms"]["base_url"] = f"http://127.0.0.1:{closed.getsockname()[1]}"
            said = self.probe(1)
        for line in ("channels.incidents (slack): FAILED: HTTP status 200: invalid_auth", "channels.revops (mattermost): FAILED: HTTP status 401: Invalid or expired session",
                     "channels.editorial (discord): FAILED: HTTP status 404: Unknown Webhook", "mail (smtp): FAILED: the mail server refused the login (535): 5.7.8 no such user here",
                     "systems.cms (system): FAILED: "):
            self.assertIn(line, said)

    def test_a_token_is_fetched_where_calls_need_one(self):
        self.acme["systems"]["crm"] = {"base_url": self.receiver.url, "auth": {"type": "oauth2", "token_url": f"{self.receiver.url}/token", "client_id": "escal", "secret_file": "bot"}}
        self.receiver.rule("/token", status=200, body={"access_token": "canary-token-77", "token_type": "Bearer", "expires_in": 60})
        said = self.probe(0)
        self.assertIn("workspaces.acme.systems.crm (oauth2): fine: Bearer\n    proven: its token server takes our client and gives a token", said)
        self.assertNotIn("canary-token-77", said)
        self.assertEqual([r["method"] for r in self.receiver.at("/token")], ["POST"])
        for answer, words in (({"status": 401, "body": {"error": "invalid_client"}}, "HTTP status 401: invalid_client"), ({"status": 200, "body": {"x": 1}}, "its reply holds no access_token")):
            self.receiver.rules.clear()
            self.receiver.rule("/token", **answer)
            self.assertIn(f"systems.crm (oauth2): FAILED: {words}", self.probe(1))

    def test_what_is_wrong_is_not_tried(self):
        self.acme["channels"]["incidents"]["to"] = []
        self.assertEqual(self.probe(2), "")
        self.assertEqual(self.slack.requests, [])


class TestMessage(Case):
    def test_each_way_is_tried_and_told(self):
        daemon = self.daemon.start()
        done = daemon.ctl("test-message", "chen", "--reason", "new number")
        lines = {line.split()[0]: line for line in done.stdout.splitlines()}
        self.assertIn("accepted", lines["email"])
        self.assertIn("@chen", lines["chat"])
        mail = eventually(lambda: self.mail.to("chen@acme.example"))[0]
        self.assertIn("This is a test, sent by demo: nothing has happened", mail["message"].get_content())
        self.assertEqual(daemon.escalations(), [])
        row = next(r for r in daemon.audit() if r["kind"] == "tested")
        self.assertEqual((row["actor"], row["data"]["person"], row["data"]["reason"]), ("demo", "chen", "new number"))

    def test_a_way_that_does_not_work_is_the_exit_status(self):
        daemon = self.daemon.start()
        self.receiver.rule("/chat/people", status=410, body=b'{"error":"the channel is gone"}')
        done = daemon.ctl("test-message", "chen", status=1)
        line = next(line for line in done.stdout.splitlines() if line.startswith("chat"))
        self.assertIn("dead", line)
        self.assertIn("the channel is gone", line)
        self.assertEqual(json.loads(daemon.ctl("test-message", "chen", "--format", "json", status=1).stdout)["items"][0]["target"], "chen")

    def test_nobody_and_not_allowed(self):
        daemon = self.daemon.start()
        self.assertIn("nobody in the directory", daemon.ctl("test-message", "nobody", status=1).stderr)
        reader = daemon.add_token("reader", "acme", "ana", "read,act")
        daemon.process.send_signal(1)  # SIGHUP: the token file is read again
        eventually(lambda: "tokens_read" in daemon.errors())
        daemon.ctl("test-message", "chen", token=reader, status=2)
        self.assertEqual(daemon.outbox(), [])

    def test_a_power_cut_between_answer_and_delivery(self):
        daemon = self.daemon.start()
        self.receiver.rule("/chat/people", hang=True)
        answer = daemon.post("/v1/people/chen/test")
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.json["messages"]), len(daemon.outbox()))
        self.receiver.rules.clear()
        self.restart()
        eventually(daemon.settled)
        self.assertEqual([r["kind"] for r in daemon.audit()].count("tested"), 1)
        self.assert_no_gap()
