"""POST /v1/sources/NAME: what other systems send in their own words, from the recorded body to the escalation."""

import base64
import hashlib
import hmac
import http.client
import json
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

from harness import BIN, WORKSPACES, Case, Daemon, eventually

PAYLOADS = Path(__file__).resolve().parent.parent / "neighbours" / "alertmanager"
SECRET = "canary-source-secret-41c7"
FORMER = "canary-former-secret-9a02"

WORKSPACE = """workspace shop { language 1  timezone "Europe/Berlin" }
person ana { chat "@ana" }
channel incidents chat
policy p { last resort ana }
extend ticket { cluster: text?  vip: bool default false }
event alert.heard { host: text  load: number default 0 }
source alertmanager {
  each body.alerts as alert
  event ticket.created when alert.status = "firing"
  event ticket.resolved when alert.status = "resolved"
  event.id <- "{alert.fingerprint}/{alert.startsAt}/{alert.status}"
  ticket.id <- alert.fingerprint
  ticket.title <- alert.annotations.summary else alert.labels.alertname else "an alert without a name"
  ticket.severity <- alert.labels.severity map { critical: critical  warning: high  otherwise: medium }
  ticket.cluster <- alert.labels.cluster
  ticket.tags <- pairs(alert.labels)
}
source signed {
  verify hmac_sha256 header "X-Hub-Signature-256"
  event ticket.created when body.action = "opened"
  event alert.heard when body.host is present
  ticket.id <- body.number
  ticket.title <- body.title
  ticket.severity <- body.severity
  ticket.vip <- body.vip
  event.host <- body.host
  event.load <- body.load
}
source hub {
  verify hmac_sha1 header "X-Hub-Signature"
  event ticket.created when header "X-GitHub-Event" = "issues"
  left out body.more
  ticket.id <- body.payload.issue.number else body.number
  ticket.title <- body.payload.issue.title else body.title
}
source large { verify hmac_sha512 header "X-Signature"  event ticket.created  ticket.id <- body.id  ticket.title <- body.title }
source chats { verify slack  event ticket.created  ticket.id <- body.id  ticket.title <- body.title }
source standard { verify standard_webhooks  event ticket.created  ticket.id <- body.id  ticket.title <- body.title }
source desk { verify zendesk  event ticket.created  ticket.id <- body.id  ticket.title <- body.title }
source crm { verify hubspot  event ticket.created  ticket.id <- body.id  ticket.title <- body.title }
template down "A service is down" {
  start on ticket.created
    when ticket.severity >= critical
  group by ticket.cluster
  owners { primary ana  ack within 30m }
  steps { notify incidents "{ticket.title}"  await resolved within 4h }
  close when resolved
}
"""


class Sources(Case):
    def setUp(self):
        super().setUp()
        folder = self.folder / "shop"
        folder.mkdir()
        (folder / "shop.esc").write_text(WORKSPACE)
        WORKSPACES["shop"] = folder
        self.addCleanup(WORKSPACES.pop, "shop")
        data = self.folder / "kept"
        data.mkdir()
        for name, secret in (("secret", SECRET), ("former", FORMER), ("whsec", "whsec_" + base64.b64encode(SECRET.encode()).decode())):
            (data / name).touch(mode=0o600)
            (data / name).write_text(secret + "\n")
        sources = {name: {"secret_file": "secret", "former_secret_file": "former"} for name in ("alertmanager", "signed", "chats", "desk", "hub", "large")}
        sources["standard"] = {"secret_file": "whsec"}
        sources["crm"] = {"secret_file": "secret", "url": "https://escal.example/v1/sources/crm"}
        self.daemon = Daemon(data, workspaces=("shop",), config={"workspaces": {"shop": {"sources": sources}}})
        self.addCleanup(self.daemon.release)

    def post(self, name, body, headers=None, query="", type="application/json"):
        body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.daemon.request("POST", f"/v1/sources/{name}{query}", body, token=None, headers=headers or {}, type=type)

    def alert(self, name, **options):
        return self.post("alertmanager", (PAYLOADS / name).read_bytes(), headers={"Authorization": f"Bearer {SECRET}"}, **options)

    def sign(self, body, secret=SECRET):
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}

    def signed(self, body):
        body = body if isinstance(body, str) else json.dumps(body)
        return self.post("signed", body, headers=self.sign(body))

    def ticket(self, identity):
        return self.daemon.get(f"/v1/tickets/{identity}").json

    def statuses(self, answer):
        return [item["status"] for item in answer.json["items"]]

    # --- a recorded sender ---------------------------------------------------------------------------------------------

    def test_alertmanager_opens_groups_and_resolves(self):
        daemon = self.daemon.start(at=None)
        answer = self.alert("01-firing-one.json")
        self.assertEqual((answer.status, self.statuses(answer)), (202, ["accepted"]))
        alert = json.loads((PAYLOADS / "01-firing-one.json").read_text())["alerts"][0]
        ticket = self.ticket(alert["fingerprint"])
        self.assertEqual(ticket["title"], alert["annotations"]["summary"])
        self.assertEqual(ticket["fields"]["severity"], "critical")
        self.assertIn(f"alertname={alert['labels']['alertname']}", ticket["fields"]["tags"])
        # M11.4, and what Alertmanager does at each repeat_interval: the same body is the same event
        again = self.alert("01-firing-one.json")
        self.assertEqual((again.status, self.statuses(again)), (200, ["duplicate"]))
        self.assertEqual(len(daemon.escalations()), 1)
        # the second alert of the group joins
        both = self.alert("04-firing-two-grouped.json")
        self.assertEqual(self.statuses(both), ["duplicate", "accepted"])
        self.assertEqual(len(daemon.escalations()), 1)
        self.assertEqual(len(daemon.escalation()["tickets"]), 2)
        # one resolved: it stays open; both: it closes
        self.alert("05-mixed-one-resolved-one-firing.json")
        self.assertEqual(daemon.escalation()["tickets_open"], 1)
        self.assertEqual(daemon.escalation()["state"], "open")
        self.alert("07-resolved-all.json")
        self.assertEqual(daemon.escalation()["state"], "closed")
        self.assert_no_gap()

    def test_every_recorded_body_is_taken_whole(self):
        daemon = self.daemon.start(at=None)
        for path in sorted(PAYLOADS.glob("*.json")):
            with self.subTest(path.name):
                answer = self.alert(path.name)
                self.assertIn(answer.status, (200, 202))
                self.assertEqual(len(answer.json["items"]), len(json.loads(path.read_text())["alerts"]))
                self.assertTrue(set(self.statuses(answer)) <= {"accepted", "duplicate"})
        self.assertNotIn("not_mapped", [row["kind"] for row in daemon.audit()])

    def test_killed_in_the_middle(self):
        """A body is one commit: whatever moment the daemon dies at, all of its alerts are there or none, and sent again they are."""
        daemon = self.daemon
        daemon.start(at=None)
        for round in range(6):
            alerts = [{"status": "firing", "fingerprint": f"f{round}-{i}", "startsAt": "2026-11-28T13:42:32Z", "labels": {"severity": "critical", "cluster": f"c{round}-{i}"}}
                      for i in range(50)]
            answered = []

            def send():
                try:
                    answered.append(self.post("alertmanager", {"alerts": alerts}, headers={"Authorization": SECRET}))
                except (OSError, http.client.HTTPException):
                    pass

            sender = threading.Thread(target=send)
            sender.start()
            time.sleep(0.004 * round)  # not a wait for something: the moment of the crash
            daemon.kill()
            sender.join()
            daemon.start(at=None)
            there = [self.daemon.get(f"/v1/tickets/f{round}-{i}").status for i in range(50)]
            self.assertEqual(len(set(there)), 1, there)
            if answered:
                self.assertEqual(answered[0].status, 202)
                self.assertEqual(set(there), {200})
            result = self.post("alertmanager", {"alerts": alerts}, headers={"Authorization": SECRET})
            self.assertEqual(set(self.statuses(result)), {"duplicate"} if there[0] == 200 else {"accepted"})
        self.assertEqual(len(daemon.escalations(limit=1000)), 300)
        self.assert_no_gap()

    # --- proofs --------------------------------------------------------------------------------------------------------

    def test_tokens(self):
        daemon = self.daemon.start(at=None)
        body = {"alerts": []}
        basic = base64.b64encode(f"alertmanager:{SECRET}".encode()).decode()
        for proof in ({"headers": {"Authorization": f"Bearer {SECRET}"}}, {"headers": {"Authorization": SECRET}}, {"headers": {"Authorization": f"Token {FORMER}"}},
                      {"headers": {"Authorization": f"Basic {basic}"}}, {"query": f"?token={SECRET}"}, {"query": f"?a=b&token={SECRET.replace('-', '%2D')}&workspace=shop"},
                      {"headers": {"Authorization": f"Bearer {daemon.token}"}}):
            with self.subTest(proof):
                self.assertEqual(self.post("alertmanager", body, **proof).status, 200)
        for proof in ({}, {"headers": {"Authorization": f"Bearer {SECRET}x"}}, {"headers": {"Authorization": "Basic !!!!"}}, {"query": "?token="}, {"query": f"?token={SECRET}x"},
                      {"headers": {"Authorization": "Bearer"}}):
            with self.subTest(proof):
                answer = self.post("alertmanager", body, **proof)
                self.assertEqual((answer.status, answer.json["code"]), (401, "unproven"))
        self.assertEqual(self.post("alertmanager", body, query=f"?token={SECRET}&workspace=other").status, 404)
        self.assertEqual(self.post("nobody", body, query=f"?token={SECRET}").status, 404)
        told = daemon.errors() + json.dumps(daemon.audit())
        self.assertNotIn(SECRET, told)
        self.assertNotIn(FORMER, told)

    def test_signatures(self):
        self.daemon.start(at=None)
        body = '{"id":"7","title":"Mail is down"}'
        now = int(time.time())

        def mac(text, key=SECRET):
            return hmac.new(key.encode(), text.encode(), hashlib.sha256)

        def coded(text, key=SECRET):
            return base64.b64encode(mac(text, key).digest()).decode()

        iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        url = "https://escal.example/v1/sources/crm?hub=1"
        right = {
            "chats": {"X-Slack-Signature": "v0=" + mac(f"v0:{now}:{body}").hexdigest(), "X-Slack-Request-Timestamp": str(now)},
            "standard": {"webhook-id": "m1", "webhook-timestamp": str(now), "webhook-signature": "v1,AAAA v1," + coded(f"m1.{now}.{body}")},
            "desk": {"X-Zendesk-Webhook-Signature": coded(iso + body), "X-Zendesk-Webhook-Signature-Timestamp": iso},
            "crm": {"X-HubSpot-Signature-v3": coded(f"POST{url}{body}{now * 1000}"), "X-HubSpot-Request-Timestamp": str(now * 1000)},
            "signed": {"X-Hub-Signature-256": "sha256=" + mac(body).hexdigest().upper()},
        }
        for name, headers in right.items():
            query = "?hub=1" if name == "crm" else ""
            with self.subTest(name):
                self.assertIn(self.post(name, body, headers=headers, query=query).status, (200, 202))
                self.assertEqual(self.post(name, body + " ", headers=headers, query=query).status, 401)  # another body
                for header in headers:
                    less = {k: v for k, v in headers.items() if k != header}
                    self.assertEqual(self.post(name, body, headers=less, query=query).status, 401)
        for plain in (coded(body), "sha256=" + coded(body), mac(body, FORMER).hexdigest()):
            self.assertEqual(self.post("signed", body, headers={"X-Hub-Signature-256": plain}).status, 202)
        old = now - 301
        stale = {"X-Slack-Signature": "v0=" + mac(f"v0:{old}:{body}").hexdigest(), "X-Slack-Request-Timestamp": str(old)}
        answer = self.post("chats", body, headers=stale)
        self.assertEqual((answer.status, answer.json["detail"]), (401, "the request was signed more than five minutes from now"))

    def test_other_hashes(self):
        self.daemon.start(at=None)
        body = '{"id":"7","number":"8","title":"Mail is down"}'
        right = {"hub": ("X-Hub-Signature", "sha1=" + hmac.new(SECRET.encode(), body.encode(), hashlib.sha1).hexdigest()),
                 "large": ("X-Signature", base64.b64encode(hmac.new(FORMER.encode(), body.encode(), hashlib.sha512).digest()).decode())}
        for name, (header, value) in right.items():
            with self.subTest(name):
                self.assertEqual(self.post(name, body, headers={header: value, "X-GitHub-Event": "issues"}).status, 202)
                self.assertEqual(self.post(name, body + " ", headers={header: value}).status, 401)
                short = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()  # of another hash
                self.assertEqual(self.post(name, body, headers={header: short}).status, 401)

    def hub(self, body, event="issues", type="application/json"):
        sign = hmac.new(SECRET.encode(), body.encode(), hashlib.sha1).hexdigest()
        return self.post("hub", body, headers={"X-Hub-Signature": "sha1=" + sign, "x-github-event": event}, type=type)

    def test_headers_forms_and_what_was_left_out(self):
        daemon = self.daemon.start(at=None)
        self.assertEqual(self.statuses(self.hub('{"number":"1","title":"one"}', event="ping")), ["not_mapped"])
        answer = self.hub('{"number":"1","title":"one","more":3}')
        self.assertEqual((self.statuses(answer), answer.json["left_out"]), (["accepted"], "3"))
        record = next(row for row in daemon.audit() if row["kind"] == "left_out")
        self.assertEqual(record["data"], {"source": "hub", "what": "3"})
        form = urllib.parse.urlencode({"payload": json.dumps({"issue": {"number": 2, "title": "zwei & drei"}})})
        answer = self.hub(form, type="application/x-www-form-urlencoded")
        self.assertEqual(self.statuses(answer), ["accepted"])
        self.assertEqual(self.ticket("2")["title"], "zwei & drei")
        # curl -d says so of JSON, too
        self.assertEqual(self.statuses(self.hub('{"number":"3"}', type="application/x-www-form-urlencoded")), ["accepted"])
        answer = self.hub("&".join(f"a{i}=1" for i in range(1001)), type="application/x-www-form-urlencoded")
        self.assertEqual((answer.status, answer.json["code"]), (413, "over_limit"))
        # what was taken is there after a kill -9, and so is what was left out
        daemon.kill()
        daemon.start(at=None)
        self.assertEqual(self.ticket("2")["title"], "zwei & drei")
        self.assertIn("left_out", [row["kind"] for row in daemon.audit()])
        self.assertEqual(self.statuses(self.hub(form, type="application/x-www-form-urlencoded")), ["duplicate"])

    def test_ten_refusals_are_an_alarm(self):
        daemon = self.daemon.start(at=None)
        for _ in range(9):
            self.post("signed", "{}", headers=self.sign("{}", "another"))
        self.assertNotIn("source_refused", [row["kind"] for row in daemon.audit()])
        self.post("signed", "{}", headers=self.sign("{}", "another"))
        eventually(lambda: "source_refused" in [row["kind"] for row in daemon.audit()])  # M11.6
        record = next(row for row in daemon.audit() if row["kind"] == "source_refused")
        self.assertEqual(record["data"], {"source": "signed", "because": "10 in a row: the token or the signature is wrong"})
        eventually(lambda: '"event":"source_refused"' in daemon.errors())

    # --- bodies ---------------------------------------------------------------------------------------------------------

    def test_one_bad_element_refuses_nobody(self):
        daemon = self.daemon.start(at=None)
        alerts = [None, 7, {"status": "firing"}, {"status": "odd", "fingerprint": "x"}, {"status": "firing", "fingerprint": "y" * 200}, {"status": "firing", "fingerprint": "good", "labels": None},
                  {"status": "firing", "fingerprint": "escal:T-1"}, {"status": "firing", "fingerprint": "half", "annotations": {"summary": "a\ud83dz", "unknown": {"deep": []}}}]
        answer = self.post("alertmanager", json.dumps({"alerts": alerts, "more": 1}), headers={"Authorization": SECRET})
        self.assertEqual(answer.status, 202)
        self.assertEqual(self.statuses(answer), ["not_mapped", "not_mapped", "not_mapped", "not_mapped", "not_mapped", "accepted", "not_mapped", "accepted"])
        self.assertEqual(self.ticket("good")["title"], "an alert without a name")
        self.assertEqual(self.ticket("half")["title"], "a\ufffdz")
        records = [row["data"] for row in daemon.audit() if row["kind"] == "not_mapped"]
        self.assertEqual([json.loads(record["content"]) for record in records], [alerts[i] for i in (0, 1, 2, 3, 4, 6)])
        self.assertEqual([record["because"] for record in records[:4]], ["no event of the source fits it"] * 2 + ["it names no ticket", "no event of the source fits it"])

    def test_what_is_not_brought_is_assumed_and_recorded(self):
        daemon = self.daemon.start(at=None)
        self.assertEqual(self.signed({"action": "opened", "number": 7, "title": "t" * 5000, "severity": "no such", "vip": "yes"}).status, 202)
        ticket = self.ticket("7")
        self.assertEqual((ticket["fields"]["severity"], ticket["fields"]["vip"]), ("medium", False))  # M11.5
        self.assertEqual(set(ticket["assumed"]) & {"severity", "vip"}, {"severity", "vip"})
        self.assertLessEqual(len(ticket["title"]), 500)
        notes = next(row["data"]["notes"] for row in daemon.audit() if row["kind"] == "not_taken")
        self.assertIn("cut", json.dumps(notes))
        # without an id, in whatever order its members stand: the same event
        self.assertEqual(self.statuses(self.signed('{"action":"opened","number":8,"title":"x"}')), ["accepted"])
        self.assertEqual(self.statuses(self.signed('{ "title": "\\u0078", "number": 8, "action": "opened" }')), ["duplicate"])
        self.assertEqual(self.statuses(self.signed({"host": "web-1", "load": 0.5})), ["accepted"])

    def test_what_is_refused(self):
        daemon = self.daemon.start(at=None)
        for body, status in (("{", 400), ("", 400), ("[" * 40 + "]" * 40, 413), ("x" * (2 << 20), 413), ('{"a":1,"a":2}', 400)):
            with self.subTest(body[:20]):
                try:
                    self.assertEqual(self.post("alertmanager", body, headers={"Authorization": SECRET}).status, status)
                except (OSError, http.client.HTTPException):
                    self.assertGreater(len(body), 1 << 20)  # the connection may end before all of it is sent
        many = {"alerts": [{"status": "firing", "fingerprint": f"m{i}"} for i in range(1003)]}
        answer = self.post("alertmanager", many, headers={"Authorization": SECRET})
        self.assertEqual((answer.status, len(answer.json["items"]), answer.json["items"][-1]["status"]), (202, 1001, "not_mapped"))
        self.assertEqual(self.ticket("m999")["id"], "m999")
        self.assertEqual(self.post("alertmanager", '{"alerts":[],"nul":"\\u0000"}', headers={"Authorization": SECRET}, type="text/plain").status, 200)
        self.assertEqual(daemon.get("/health").json["status"], "ok")

    def test_a_source_without_a_secret_is_told(self):
        config = self.folder / "c.json"
        config.write_text(json.dumps({"unbound": "file", "workspaces": {"shop": {"sources": {"desk": {"url": "https://a.example"}}}}}))
        done = subprocess.run([str(BIN / "escald"), "--workspace", str(WORKSPACES["shop"]), "--data", str(self.folder / "x"), "--config", str(config), "--check-config"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("needs a secret_file", done.stderr)
        config.write_text(json.dumps({"unbound": "file", "workspaces": {"shop": {}}}))
        done = subprocess.run([str(BIN / "escald"), "--workspace", str(WORKSPACES["shop"]), "--data", str(self.folder / "x"), "--config", str(config), "--check-config"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("sources.signed: the templates have this source, and nothing is bound to it", done.stderr)
