"""Text messages, calls, topics and browsers: what goes out, what a gateway tells of it later, and how people answer from there."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import urllib.parse
import xml.etree.ElementTree

from harness import BIN, PATIENCE, START, WORKSPACES, Case, Daemon, event, eventually, later

TOKEN = "canary-account-token-4be1"
BUTTONS = "canary-button-secret-93d0"
PUBLIC = "https://escal.example"
# a subscription of nobody's: the example of RFC 8291, appendix A
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
ANA, BEN = "+4930555010", "+49301112223"

NIGHT = """
workspace night "Night desk" {
  language 1
  timezone "Europe/Berlin"
}
person ana  "Ana Ruiz"   { sms "+49 30 555-010"  email "ana@night.example"  reach by sms, then email after 1h }
person ben  "Ben Okafor" { phone "+49 30 1112223"  push "ben-tel"  reach by phone, then push after 1h }
person dora "Dora Lindt" { push "dora" }
policy night { last resort dora }
template down "It is down" {
  start on ticket.created
    when ticket.severity = critical
  owners { primary ana  ack within 30m  secondary ben  ack within 30m }
  steps {
    page primary "{ticket.title}"
    await ack
    ask owner "Roll it back?" within 1h {
      answer yes "Roll it back" { }
      answer no "Leave it" { }
      timeout { }
    }
    await resolved within 4h
  }
  close when resolved
}
template told "Somebody is told" {
  start on ticket.created
    when ticket.severity = low
  owners { primary dora  ack within 30m }
  steps { page dora "{ticket.title}"  await resolved within 4h }
  close when resolved
}
"""


def form_of(request):
    return {name: values[0] for name, values in urllib.parse.parse_qs(request["body"].decode(), keep_blank_values=True).items()}


class Night(Case):
    def setUp(self):
        super().setUp()
        folder = self.folder / "night"
        folder.mkdir()
        (folder / "night.esc").write_text(self.source())
        WORKSPACES["night"] = folder
        self.addCleanup(WORKSPACES.pop, "night")
        data = self.folder / "data"
        for name, secret in (("token", TOKEN), ("buttons", BUTTONS), ("vapid", PRIVATE)):
            (data / name).touch(mode=0o600)
            (data / name).write_text(secret + "\n")
        (data / "push.json").touch(mode=0o600)
        (data / "push.json").write_text(json.dumps({"dora": {"endpoint": f"{self.receiver.url}/browser/canary-endpoint-8f", "keys": {
            "p256dh": POINT, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}}))
        gateway = {"url": f"{self.receiver.url}/2010-04-01", "account": "AC7", "from": "+4930999", "secret_file": "token", "answers": "night-tel"}
        self.night = {
            "people": {"sms": {"type": "sms", **gateway}, "phone": {"type": "call", **gateway},
                       "push": {"type": "ntfy", "url": f"{self.receiver.url}/ntfy", "answers": "night-push"}},
            "mail": {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "escal@night.example", "tls": "none"},
            "inbound": {"night-tel": {"type": "gateway", "secret_file": "token"}, "night-push": {"type": "buttons", "secret_file": "buttons"}},
            "allowed_addresses": ["127.0.0.1"]}
        self.daemon = Daemon(data, workspaces=("night",), config={
            "public_url": PUBLIC, "backoff_base_ms": 20, "backoff_max_ms": 200, "delivery_timeout_ms": 2000, "circuit_open_ms": 300,
            "workspaces": {"night": self.night}})
        self.addCleanup(self.daemon.release)
        self.taken("Messages", "SM1")
        self.taken("Calls", "CA1")

    def source(self):
        return NIGHT

    def taken(self, what, sid):
        self.receiver.rule(f"/2010-04-01/Accounts/AC7/{what}.json", status=201, body={"sid": sid, "status": "queued", "error_code": None})

    def refused(self, what, code, status=400, times=None):
        self.receiver.rule(f"/2010-04-01/Accounts/AC7/{what}.json", status=status, times=times, body={
            "code": code, "message": f"refused for {code} by {TOKEN}", "status": status})

    def texts(self):
        return [form_of(request) for request in self.receiver.at("/2010-04-01/Accounts/AC7/Messages.json")]

    def calls(self):
        return [form_of(request) for request in self.receiver.at("/2010-04-01/Accounts/AC7/Calls.json")]

    def start_down(self, severity="critical"):
        daemon = self.daemon.start()
        daemon.send(event("e1", "ticket.created", "INC-1", title="Till & <shop> down", severity=severity))
        return daemon

    def from_gateway(self, url, secret=TOKEN, **fields):
        """As the gateway sends it: signed over the address as it was called, and all fields."""
        self.assertTrue(url.startswith(PUBLIC), url)
        signed = url + "".join(name + fields[name] for name in sorted(fields))
        signature = base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        return self.daemon.request("POST", url.removeprefix(PUBLIC), urllib.parse.urlencode(fields), token=None,
                                   type="application/x-www-form-urlencoded", headers={"X-Twilio-Signature": signature})

    def state_of(self, medium):
        return [row["state"] for row in self.daemon.outbox(escalation="E-1") if row["medium"] == medium]


class Texts(Night):
    def test_a_page_by_text_is_answered_by_text(self):
        daemon = self.start_down()
        eventually(lambda: self.state_of("sms") == ["accepted"])
        request, text = self.receiver.at("/2010-04-01/Accounts/AC7/Messages.json")[0], self.texts()[0]
        self.assertEqual(request["headers"]["authorization"], "Basic " + base64.b64encode(f"AC7:{TOKEN}".encode()).decode())
        self.assertEqual((text["To"], text["From"]), (ANA, "+4930999"))
        self.assertIn("Till & <shop> down\nE-1, INC-1\nAcknowledge by: ", text["Body"])
        self.assertRegex(text["Body"], r"\nReply: ACK E-1 \(Acknowledge\) To act: " + re.escape(PUBLIC) + r"/x/[\w-]{30,40}$")
        # the receipt climbs, and does not fall
        for status in ("queued", "sent", "delivered", "sent"):
            answer = self.from_gateway(text["StatusCallback"], MessageSid="SM1", MessageStatus=status, To=ANA)
            self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body), (200, "text/xml", b"<Response/>"))
        self.assertEqual(self.state_of("sms"), ["delivered"])
        self.restart()
        self.assertEqual(self.state_of("sms"), ["delivered"])
        # a stranger, then somebody else's number, then ana
        door = f"{PUBLIC}/v1/inbound/night-tel"
        self.assertEqual(self.from_gateway(door, From="+4999", Body="ack E-1").status, 200)
        self.assertFalse(daemon.escalation()["acked"])
        self.assertEqual(self.from_gateway(door, secret="another", From=ANA, Body="ack E-1").status, 401)
        self.assertFalse(daemon.escalation()["acked"])
        answer = self.from_gateway(door, From=ANA, To="+4930999", Body=" Ack e-1 ", SmsStatus="received")
        self.assertEqual((answer.status, answer.body), (200, b"<Response><Message>ana has acknowledged E-1.</Message></Response>"))
        self.assertEqual([(r["actor"], r["data"]["through"]) for r in daemon.audit(escalation="E-1") if r["kind"] == "acked"], [("ana", "night-tel")])
        # then she is asked, and answers by the answer's name
        asked = eventually(lambda: [one for one in self.texts() if "Roll it back?" in one["Body"]])[0]
        self.assertIn("Reply: YES E-1 (Roll it back), NO E-1 (Leave it)", asked["Body"])
        self.assertIn(b'the question has no answer "maybe"', self.from_gateway(door, From=ANA, Body="maybe E-1").body)
        self.assertEqual(self.from_gateway(door, From=ANA, Body="YES E-1").status, 200)
        self.assertEqual([r["data"]["answer"] for r in daemon.audit(escalation="E-1") if r["kind"] == "answered"], ["yes"])
        self.restart()
        self.assert_once("acked", "answered")
        self.assert_no_gap()
        self.assertNotIn(TOKEN, daemon.errors() + json.dumps(daemon.audit()) + json.dumps(daemon.outbox()))

    def test_a_text_without_a_number_is_about_the_only_one_that_waits(self):
        daemon = self.start_down()
        eventually(lambda: self.texts())
        door = f"{PUBLIC}/v1/inbound/night-tel"
        self.assertIn(b"Nothing was done: it names no escalation", self.from_gateway(door, From=ANA, Body="ack").body)  # no gateway sends so
        self.assertFalse(daemon.escalation()["acked"])
        self.assertIn(b"nothing that is open waits for that of you", self.from_gateway(door, From=ANA, Body="thanks", MessageSid="SM1").body)
        self.assertIn(b"nothing that is open waits for that of you", self.from_gateway(door, From=BEN, Body="ack", MessageSid="SM2").body)
        self.assertIn(b"ana has acknowledged E-1.", self.from_gateway(door, From=ANA, Body="Ack", MessageSid="SM3").body)
        self.assertTrue(daemon.escalation()["acked"])
        # what comes again is the same text, whatever waits by now
        self.assertIn(b"it names no escalation, and has come before", self.from_gateway(door, From=ANA, Body="Ack", MessageSid="SM3").body)
        eventually(lambda: [one for one in self.texts() if "Roll it back?" in one["Body"]])
        self.assertIn(b"ana has answered for E-1: no.", self.from_gateway(door, From=ANA, Body="no", MessageSid="SM4").body)
        self.restart()
        self.assert_once("acked", "answered")

    def test_each_act_is_told_by_its_own_word(self):
        daemon = self.start_down()
        eventually(lambda: self.texts())
        door = f"{PUBLIC}/v1/inbound/night-tel"
        self.assertIn(b"ana has acknowledged E-1.", self.from_gateway(door, From=ANA, Body="ack E-1").body)
        eventually(lambda: [one for one in self.texts() if "Roll it back?" in one["Body"]])
        self.assertIn(b"ana has answered for E-1: no.", self.from_gateway(door, From=ANA, Body="no E-1").body)
        self.assertIn(b"ana has resolved E-1.", self.from_gateway(door, From=ANA, Body="resolve E-1").body)
        eventually(lambda: daemon.escalation()["state"] == "closed")

    def test_who_has_opted_out_is_paged_by_the_next_way_at_once(self):
        self.refused("Messages", 21610)
        daemon = self.start_down()
        dead = eventually(lambda: daemon.outbox(state="dead"))
        self.assertIn("who has this number has asked for no more messages: refused for 21610 by ***", dead[0]["detail"])
        eventually(lambda: self.mail.to("ana@night.example"))
        self.assertEqual(len(self.texts()), 1)

    def test_a_number_of_ours_that_is_wrong_makes_nothing_dead(self):
        self.refused("Messages", 21606, times=1)
        daemon = self.start_down()
        eventually(lambda: "endpoint_back" in daemon.kinds())
        self.assertEqual(self.state_of("sms"), ["accepted"])
        self.assertEqual(daemon.kinds().count("endpoint_held"), 1)
        self.assertEqual(daemon.outbox(state="dead"), [])

    def test_too_much_at_once_is_tried_again(self):
        self.refused("Messages", 21611, times=2)
        self.start_down()
        eventually(lambda: self.state_of("sms") == ["accepted"])
        self.assertEqual(len(self.texts()), 3)
        self.assertEqual(len({text["Body"] for text in self.texts()}), 1)

    def test_what_did_not_arrive_goes_on_by_the_next_way(self):
        daemon = self.start_down()
        eventually(lambda: self.state_of("sms") == ["accepted"])
        self.from_gateway(self.texts()[0]["StatusCallback"], MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30003")
        eventually(lambda: self.mail.to("ana@night.example"))
        self.assertIn("undelivered, error 30003", [r for r in daemon.audit(escalation="E-1") if r["kind"] == "delivery_dead"][0]["text"])

    def test_hostile_requests(self):
        daemon = self.start_down()
        door = f"{PUBLIC}/v1/inbound/night-tel"
        for fields in ({"From": ANA, "Body": "ack " * 20000}, {"From": ANA, "Body": "E-99999999999999999999 ack"}, {"From": ANA, "Body": "\u202e<x> E-1"},
                       {"From": "", "Body": "ack E-1"}, {"Body": "ack E-1"}, {"Digits": "1"}, {"Digits": "1" * 5000, "To": ANA}):
            with self.subTest(str(fields)[:40]):
                answer = self.from_gateway(door, **fields)
                self.assertEqual(answer.status, 200)
                xml.etree.ElementTree.fromstring(answer.body)
        self.assertEqual(self.from_gateway(f"{door}?o=1", MessageStatus="delivered", x="y" * 300000).status, 413)
        self.assertEqual(self.from_gateway(f"{door}?o=77", MessageStatus="delivered").status, 200)
        self.assertEqual(daemon.request("POST", "/v1/inbound/night-tel", "o=1", token=None, type="application/x-www-form-urlencoded").status, 401)
        self.assertFalse(daemon.escalation()["acked"])
        self.assertEqual(daemon.get("/health").json["status"], "ok")


class Calls(Night):
    def call_ben(self):
        self.start_down()
        self.restart(later(START, minutes=31))  # ana did not acknowledge
        return eventually(self.calls)[0]

    def test_a_page_is_read_out_and_a_key_acknowledges(self):
        call = self.call_ben()
        daemon = self.daemon
        self.assertEqual(call["To"], BEN)
        document = xml.etree.ElementTree.fromstring(call["Twiml"])
        gather = document.find("Gather")
        said = [one.text for one in gather.findall("Say")]
        self.assertEqual((len(said), len(set(said))), (2, 1))
        self.assertIn("Till & <shop> down", said[0])
        self.assertIn("Press 1 for: Acknowledge.", said[0])
        url = gather.attrib["action"]
        self.assertEqual(self.from_gateway(url, secret="x", Digits="1", To=BEN, CallSid="CA1").status, 401)
        self.assertEqual(self.from_gateway(url.replace("E-1", "E-2"), Digits="1", To=BEN).status, 200)
        self.assertIn(b"means nothing", self.from_gateway(url, Digits="7", To=BEN).body)
        self.assertFalse(daemon.escalation()["acked"])
        answer = self.from_gateway(url, Digits="1", To=BEN, From="+4930999", CallSid="CA1")
        self.assertEqual(answer.body, b"<Response><Say>ben has acknowledged E-1.</Say></Response>")
        self.assertTrue(daemon.escalation()["acked"])
        eventually(lambda: "acked" in self.state_of("phone"))
        # that the call is over says less than the key did
        self.from_gateway(call["StatusCallback"], CallSid="CA1", CallStatus="completed")
        self.assertIn("acked", self.state_of("phone"))
        self.restart(later(START, minutes=32))
        self.assert_once("acked")

    def test_who_does_not_take_the_call_is_pushed_to(self):
        call = self.call_ben()
        self.from_gateway(call["StatusCallback"], CallSid="CA1", CallStatus="no-answer")
        eventually(lambda: self.receiver.at("/ntfy"))


class Topics(Night):
    def source(self):
        return NIGHT.replace("reach by sms, then email after 1h", 'push "ana-tel"  reach by push')

    def test_a_button_below_a_push_acknowledges(self):
        daemon = self.start_down()
        pushed = json.loads(eventually(lambda: self.receiver.at("/ntfy"))[0]["body"])
        self.assertEqual((pushed["topic"], pushed["priority"]), ("ana-tel", 5))
        self.assertIn("Till & <shop> down\nE-1, INC-1\n", pushed["message"])
        action = pushed["actions"][0]
        self.assertEqual((action["label"], action["url"]), ("Acknowledge", f"{PUBLIC}/v1/inbound/night-push"))

        def press(body, headers):
            return daemon.request("POST", "/v1/inbound/night-push", body, token=None, headers=dict(headers))

        forged = action["body"].replace("E-1", "E-2")
        self.assertEqual(press(forged, action["headers"]).status, 401)
        self.assertEqual(press(action["body"], {"Content-Type": "application/json"}).status, 401)
        self.assertFalse(daemon.escalation()["acked"])
        answer = press(action["body"], action["headers"])
        self.assertEqual((answer.status, answer.json), (200, {"done": True, "said": "ana has acknowledged E-1."}))
        self.assertTrue(daemon.escalation()["acked"])
        self.assertFalse(press(action["body"], action["headers"]).json["done"])
        self.assert_once("acked")
        self.restart(later(START, hours=25))
        self.assertEqual(press(action["body"], action["headers"]).status, 401)  # it held for a day
        self.assertNotIn(BUTTONS, daemon.errors() + json.dumps(daemon.audit()) + json.dumps(daemon.outbox()))


class Browsers(Night):
    def setUp(self):
        super().setUp()
        self.night["people"]["push"] = {"type": "webpush", "secret_file": "vapid", "contact": "mailto:ops@night.example",
                                        "subscriptions_file": "push.json", "answers": "night-push"}

    def test_a_push_is_encrypted_and_signed(self):
        self.receiver.rule("/browser", status=201)
        daemon = self.start_down(severity="low")
        eventually(lambda: self.state_of("push")[:1] == ["accepted"])
        request = self.receiver.at("/browser")[0]
        self.assertEqual((request["headers"]["content-encoding"], request["headers"]["urgency"]), ("aes128gcm", "high"))
        token = request["headers"]["authorization"].removeprefix("vapid t=").split(",")[0].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        self.assertEqual((claims["aud"], claims["sub"]), (self.receiver.url, "mailto:ops@night.example"))
        self.assertEqual(request["body"][16:21], b"\0\0\x10\0\x41")  # a record of 4096 bytes, and a point
        self.assertNotIn(b"Till", request["body"])
        said = daemon.errors() + json.dumps(daemon.audit()) + json.dumps(daemon.outbox())
        self.assertNotIn("canary", said)

    def test_a_subscription_that_is_over_is_told(self):
        self.receiver.rule("/browser", status=410)
        daemon = self.start_down(severity="low")
        dead = eventually(lambda: daemon.outbox(state="dead"))
        self.assertIn("HTTP status 410, the browser's subscription is over", dead[0]["detail"])
        self.assertIn("subscription is over", [r["text"] for r in daemon.audit(escalation="E-1") if r["kind"] == "delivery_dead"][0])


class Subscribed(Night):
    """Browsers that their person subscribes by the API, with the daemon's own key."""

    def setUp(self):
        super().setUp()
        self.night["people"]["push"] = {"type": "webpush", "contact": "mailto:ops@night.example", "answers": "night-push"}
        self.dora = self.daemon.add_token("dora", "night", "dora", "read,act")

    def subscribe(self, name, **more):
        answer = self.daemon.post("/v1/push/subscriptions", {
            "endpoint": f"{self.receiver.url}/browser/canary-{name}", "expirationTime": None, "title": name,
            "keys": {"p256dh": POINT, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}, **more}, token=self.dora)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def listed(self):
        return self.daemon.get("/v1/push/subscriptions", token=self.dora).json

    def test_a_message_goes_to_all_browsers_and_those_that_are_gone_are_dropped(self):
        self.receiver.rule("/browser", status=201)
        self.receiver.rule("/browser/canary-old", status=410)
        daemon = self.daemon.start()
        key = daemon.folder / "webpush.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        kept = key.read_text()
        for name in ("phone", "old", "desk"):
            self.subscribe(name)
        self.subscribe("broken", keys={"p256dh": POINT[:-4] + "AAAA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"})  # on no curve
        self.assertTrue(self.subscribe("desk")["noop"])
        self.assertEqual(sorted(one["title"] for one in self.listed()["items"]), ["broken", "desk", "old", "phone"])
        public = self.listed()["key"]
        self.assertEqual(len(base64.urlsafe_b64decode(public + "=")), 65)
        daemon.send(event("e1", "ticket.created", "INC-1", title="Till down", severity="low"))
        eventually(lambda: self.state_of("push")[:1] == ["accepted"])
        asked = self.receiver.at("/browser")
        self.assertEqual(sorted(r["path"].rsplit("-", 1)[1] for r in asked), ["desk", "old", "phone"])
        self.assertEqual({r["headers"]["authorization"].rsplit("k=", 1)[1] for r in asked}, {public})
        self.assertIn("2 of 4 browsers took it", [row["detail"] for row in daemon.outbox() if row["medium"] == "push"][0])
        self.assertEqual(sorted(one["title"] for one in self.listed()["items"]), ["broken", "desk", "phone"])
        gone, = [r for r in daemon.audit() if r["kind"] == "browser_gone"]
        self.assertEqual((gone["data"]["person"], gone["data"]["title"]), ("dora", "old"))
        # A restart has them, with the same key.
        daemon.kill()
        daemon.start(at=None)
        self.assertEqual((key.read_text(), self.listed()["key"]), (kept, public))
        phone = next(one for one in self.listed()["items"] if one["title"] == "phone")
        self.assertEqual(daemon.post(f"/v1/push/subscriptions/{phone['id']}/end", {}, token=self.dora).status, 200)
        self.assertEqual(sorted(one["title"] for one in self.listed()["items"]), ["broken", "desk"])
        said = daemon.errors() + json.dumps(daemon.audit()) + json.dumps(daemon.outbox())
        self.assertNotIn("canary", said)
        self.assertNotIn(kept.strip(), said)

    def test_with_none_left_the_message_is_dead(self):
        self.receiver.rule("/browser", status=404)
        daemon = self.daemon.start()
        self.subscribe("phone")
        daemon.send(event("e1", "ticket.created", "INC-1", title="Till down", severity="low"))
        dead = eventually(lambda: [row for row in daemon.outbox(state="dead") if row["medium"] == "push"])
        self.assertIn("subscription is over", dead[0]["detail"])
        self.assertEqual(self.listed()["items"], [])


class Probes(Night):
    def probe(self, status):
        self.daemon.write_config()
        done = subprocess.run([str(BIN / "escald"), "--data", str(self.daemon.folder), "--workspace", str(self.daemon.workspaces[0]), "--probe"],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn("canary", done.stdout + done.stderr)
        return done.stdout

    def test_the_account_is_tried_and_nobody_is_told(self):
        self.receiver.rule("/2010-04-01/Accounts/AC7.json", body={"sid": "AC7", "friendly_name": "Night", "status": "active"})
        self.receiver.rule("/ntfy/v1/health", body={"healthy": True})
        said = self.probe(0)
        self.assertIn("workspaces.night.people.sms (sms): fine: Night, active\n    proven: account and token are taken", said)
        self.assertIn("workspaces.night.people.phone (call): fine: Night, active\n", said)
        self.assertIn("workspaces.night.people.push (ntfy): fine\n    proven: the server is well", said)
        self.assertEqual(sorted(r["method"] for r in self.receiver.requests), ["GET"] * 3)

    def test_a_browser_is_tried_by_its_push_service(self):
        self.receiver.rule("/2010-04-01/Accounts/AC7.json", status=401, body={"code": 20003, "message": "Authenticate"})
        self.night["people"]["push"] = {"type": "webpush", "secret_file": "vapid", "contact": "mailto:ops@night.example", "subscriptions_file": "push.json"}
        said = self.probe(1)
        self.assertIn("workspaces.night.people.sms (sms): FAILED: HTTP status 401: Authenticate", said)
        self.assertIn("workspaces.night.people.push (webpush): fine\n", said)
        (self.daemon.folder / "push.json").write_text("{}")
        self.assertIn("workspaces.night.people.push (webpush): not tried: no browser is subscribed", self.probe(1))


class Ways(Night):
    def test_each_way_of_a_person_is_tried(self):
        self.receiver.rule("/ntfy", body={"id": "x", "event": "message"})
        daemon = self.daemon.start()
        said = daemon.ctl("test-message", "ben", "--as", "ben").stdout
        self.assertIn("phone", said)
        self.assertIn("push", said)
        self.assertEqual(len(self.calls()), 1)
        self.assertEqual([json.loads(r["body"])["topic"] for r in self.receiver.at("/ntfy")], ["ben-tel"])


class Configuration(Night):
    def refused_with(self, part):
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.finish(), 2)
        self.assertIn(part, self.daemon.errors())
        self.assertNotIn("canary", self.daemon.errors())

    def test_answers_want_a_door_of_their_kind(self):
        self.night["people"]["sms"]["answers"] = "night-push"
        self.refused_with("people.sms: its `answers` must name an inbound binding of type gateway")

    def test_answers_want_a_public_address(self):
        del self.daemon.config["public_url"]
        self.refused_with("public_url")

    def test_nobody_is_bound_to_what_nothing_is_bound_to(self):
        del self.night["people"]["push"]
        self.daemon.config["unbound"] = "stop"
        self.refused_with("people.push: nothing is bound, and people are to be reached by push: ben, dora")
