"""War rooms: made by a meeting server's address, a chat or a webhook, told of, and there behind a kill."""

import json

from chats import Slack
from harness import WORKSPACES, Case, Daemon, event, eventually

DESK = """
workspace desk "Desk" {
  language 1
  timezone "Europe/Berlin"
}
person ana "Ana Ruiz" { chat "@ana" }
channel warroom chat
channel incidents chat
policy desk { last resort ana }
template down "It is down" {
  start on ticket.created
  owners { primary ana  ack within 30m }
  steps {
    open warroom "{ticket.title}"
    await ack
    notify incidents "somebody has it"
    await resolved within 4h
  }
  close when resolved
}
"""


class Rooms(Case):
    def bound(self, chat="@ana", desk=DESK, **room):
        folder = self.folder / "desk"
        folder.mkdir()
        (folder / "desk.esc").write_text(desk.replace("@ana", chat))
        WORKSPACES["desk"] = folder
        self.addCleanup(WORKSPACES.pop, "desk")
        data = self.folder / "data"
        self.daemon = Daemon(data, workspaces=("desk",), config={"backoff_base_ms": 20, "backoff_max_ms": 200, "workspaces": {"desk": {
            "channels": {"warroom": room, "incidents": {"type": "chat", "url": f"{self.receiver.url}/chat/incidents"}},
            "people": {"chat": {"type": "chat", "url": f"{self.receiver.url}/chat/people"}},
            "allowed_addresses": ["127.0.0.1"]}}})
        self.addCleanup(self.daemon.release)
        daemon = self.daemon.start()
        daemon.send(event("e1", "ticket.created", "INC-1", title="Till down", severity="critical"))
        return daemon

    def assert_made(self, address):
        daemon = self.daemon
        eventually(lambda: daemon.escalation()["room"] == address)
        eventually(lambda: any(f"The war room for INC-1 is {address}" in text for text in self.receiver.texts("/chat/people")))
        self.restart()
        self.assertEqual(daemon.escalation()["room"], address)
        self.assertIn(f"war room: {address}", " ".join(daemon.ctl("show", "E-1").stdout.split()).replace("war room ", "war room: ", 1))
        daemon.ctl("ack", "E-1", "--as", "ana")
        eventually(lambda: self.receiver.texts("/chat/incidents"))
        self.assertIn(f"\nWar room: {address}\n", self.receiver.texts("/chat/incidents")[0])
        self.assertEqual([r["data"].get("because") for r in daemon.audit(escalation="E-1") if r["kind"] == "warroom"][:2], [None, None])
        self.assert_no_gap()

    def invited(self):
        return [r["data"]["invited"] for r in self.daemon.audit(escalation="E-1") if r["kind"] == "warroom" and "invited" in r["data"]]

    def test_a_meeting_is_an_address(self):
        self.bound(type="meeting", url="https://meet.example/{room}")
        self.assert_made("https://meet.example/desk-e-1")

    def test_a_webhook_says_what_it_made(self):
        self.receiver.rule("/room", times=1, status=503)
        self.receiver.rule("/room", body={"address": "https://bridge.example/77"})
        self.bound(type="webhook", url=f"{self.receiver.url}/room", secret_file="webhook-secret")
        self.assert_made("https://bridge.example/77")
        asked = json.loads(self.receiver.at("/room")[0]["body"])
        self.assertEqual((asked["type"], asked["data"]["json"]), ("escal.room", {
            "room": "desk-e-1", "title": "Till down", "escalation": "E-1", "ticket": "INC-1"}))

    def in_slack(self):
        slack = Slack(self.system_secret, {"ana@desk.example": "U0ANA"})
        self.addCleanup(slack.close)
        return slack

    def bound_in(self, slack, desk=DESK):
        self.bound("ana@desk.example", desk, type="slack", url=f"{slack.url}/api", to=["C024"], secret_file="system-secret")

    def test_a_channel_in_slack(self):
        slack = self.in_slack()
        self.bound_in(slack)
        self.assert_made("https://slack.com/app_redirect?channel=C0ROOM0")
        self.assertEqual(slack.rooms, {"desk-e-1": "C0ROOM0"})
        self.assertEqual([r["json"] for r in slack.at("/api/conversations.create")], [{"name": "desk-e-1", "is_private": False}])
        eventually(lambda: self.invited() == ["ana@desk.example"])
        self.assertEqual(slack.at("/api/conversations.invite")[0]["json"], {"users": "U0ANA", "channel": "C0ROOM0"})

    def test_one_who_cannot_be_invited_keeps_nobody_out(self):
        slack = self.in_slack()
        self.bound_in(slack, DESK.replace("person ana", 'person ben "Ben" { chat "ben@desk.example" }\nteam both { ana ben }\nperson ana').replace(
            "primary ana ", "primary ben ").replace("ack within 30m }", "ack within 30m  secondary ana  ack within 30m }"))
        rows = lambda: [r["data"] for r in self.daemon.audit(escalation="E-1") if r["kind"] == "warroom"]  # noqa: E731
        eventually(lambda: any("not_invited" in row for row in rows()))
        self.assertEqual([(row["not_invited"], "users_not_found" in row["because"]) for row in rows() if "not_invited" in row], [("ben", True)])

    def test_the_end_is_said_in_the_room_and_archives_it(self):
        slack = self.in_slack()
        self.bound_in(slack)
        eventually(lambda: self.invited() == ["ana@desk.example"])
        daemon = self.daemon
        daemon.ctl("ack", "E-1", "--as", "ana")
        daemon.send(event("e2", "ticket.resolved", "INC-1"))
        eventually(lambda: slack.archived == {"C0ROOM0"})
        said = [m["text"] for m in slack.messages.values() if m["channel"] == "C0ROOM0"]
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], "^E-1 of INC-1 is closed as resolved after ")
        eventually(self.daemon.settled)  # what a kill leaves unanswered is made once more
        self.restart()
        self.assertEqual(len(slack.at("/api/conversations.archive")), 1)
        self.assert_no_gap()

    def test_who_is_in_the_channel_already_is_called(self):
        slack = self.in_slack()
        slack.joined.add("U0ANA")
        self.bound_in(slack)
        eventually(lambda: self.invited() == ["ana@desk.example"])

    def test_a_channel_of_this_name_is_the_room(self):
        slack = self.in_slack()
        slack.rooms["desk-e-1"] = "C0OLD"
        self.bound_in(slack)
        eventually(lambda: self.daemon.escalation()["room"] == "#desk-e-1")

    def test_a_channel_in_mattermost(self):
        self.receiver.rule("/api/v4/teams/name/ops", body={"id": "t" * 26})
        self.receiver.rule("/api/v4/channels", status=201, body={"id": "c" * 26})
        self.receiver.rule("/api/v4/teams/name/ops/channels/name/desk-e-1", body={"id": "c" * 26})
        self.receiver.rule("/api/v4/users/username/ana", body={"id": "u" * 26})
        self.bound(type="mattermost", url=self.receiver.url, to=["ops/incidents"], secret_file="system-secret")
        self.assert_made(f"{self.receiver.url}/ops/channels/desk-e-1")
        eventually(lambda: self.invited() == ["@ana"])
        request = self.receiver.at(f"/api/v4/channels/{'c' * 26}/members")[0]
        self.assertEqual(json.loads(request["body"]), {"user_id": "u" * 26})

    def test_what_is_not_made_is_told(self):
        self.receiver.rule("/api/conversations.create", body={"ok": False, "error": "restricted_action"})
        daemon = self.bound(type="slack", url=f"{self.receiver.url}/api", to=["C024"], secret_file="system-secret")
        eventually(lambda: any("No war room for INC-1 was made" in text and "restricted_action" in text for text in self.receiver.texts("/chat/people")))
        self.assertEqual(daemon.escalation()["room"], "")
        self.restart()
        self.assertEqual([r["text"] for r in daemon.audit(escalation="E-1") if r["kind"] == "warroom"][1:], [
            "no war room was made: HTTP status 200: restricted_action"])

    def test_a_meeting_without_a_place_is_refused(self):
        with self.assertRaisesRegex(AssertionError, r"channels.warroom: needs a url in which \{room\} stands"):
            self.bound(type="meeting", url="https://meet.example/")
