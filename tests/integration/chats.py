"""chats - servers shaped like Slack and Mattermost: they refuse what the published descriptions of their APIs do not allow."""

import http.server
import json
import re
import threading
import urllib.parse

import slack_methods

MEMBER = re.compile(r"^[UW][A-Z0-9]{2,}$")
CONVERSATION = re.compile(r"^[CGDUW][A-Z0-9]{2,}$")
ROOM = re.compile(r"^[a-z0-9_-]{1,80}$")
STAMP = re.compile(r"^\d{10}\.\d{6}$")
MATTERMOST_ID = re.compile(r"^[a-z0-9]{26}$")


class Refused(Exception):
    pass


class Server:
    """What both have in common: requests are kept, and a rule may answer the next ones otherwise."""

    def __init__(self):
        self.requests = []  # {"method", "path", "query", "headers", "json"}
        self.rules = []  # [path prefix, times left, status, body, headers]
        self.lock = threading.Lock()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                server.take(self)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *arguments):
                pass

        class Threads(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *arguments):
                pass

        self.http = Threads(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def rule(self, prefix, times, status, body, headers=None):
        with self.lock:
            self.rules.append([prefix, times, status, body, headers or {}])

    def take(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        parts = urllib.parse.urlsplit(handler.path)
        with self.lock:
            request = {"method": handler.command, "path": parts.path, "query": urllib.parse.parse_qs(parts.query),
                       "headers": {k.lower(): v for k, v in handler.headers.items()}, "body": body}
            try:
                request["json"] = json.loads(body) if body else None
            except ValueError:
                request["json"] = None
            self.requests.append(request)
            rule = next((r for r in self.rules if parts.path.startswith(r[0]) and r[1] > 0), None)
            if rule is not None:
                rule[1] -= 1
                status, answer, headers = rule[2], rule[3], rule[4]
            else:
                status, answer = self.answer(request)
                headers = {}
        raw = json.dumps(answer).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(raw)

    def at(self, path):
        with self.lock:
            return [r for r in self.requests if r["path"] == path]


def check(condition, error):
    if not condition:
        raise Refused(error)


class Slack(Server):
    """The Web API below /api: what Slack publishes of each method, and https://docs.slack.dev/reference says of blocks and errors."""

    def __init__(self, token, members):
        super().__init__()
        self.token, self.members = token, members  # mail -> id
        self.channels = {"C024BE91L"}
        self.messages = {}  # (channel, ts) -> message
        self.rooms = {}  # name -> id
        self.archived = set()  # ids of rooms
        self.joined = set()  # members who are in every room already
        self.wrong = []  # calls that are not as Slack describes them
        self.last = 0

    def close(self):
        super().close()
        if self.wrong:
            raise AssertionError(f"not as Slack describes it: {self.wrong}")

    def described(self, method, request):
        fault = slack_methods.fault(method, request)
        if fault is not None:
            self.wrong.append(fault)
            raise Refused("invalid_arguments")

    def answer(self, request):
        method = request["path"].removeprefix("/api/")
        try:
            check(request["headers"].get("authorization") == f"Bearer {self.token}", "invalid_auth")
            self.described(method, request)
            if method == "auth.test":
                return 200, {"ok": True, "url": "https://acme.slack.example/", "team": "Acme", "user": "escal", "team_id": "T1", "user_id": "U0BOT", "bot_id": "B1"}
            if method == "users.lookupByEmail":
                return 200, self.look_up(request)
            handlers = {"chat.postMessage": self.post, "chat.update": self.update, "chat.postEphemeral": self.ephemeral,
                        "conversations.create": self.create, "conversations.invite": self.invite,
                        "conversations.archive": self.archive}
            return 200, handlers[method](request["json"])
        except Refused as refused:
            return 200, {"ok": False, "error": str(refused)}

    def look_up(self, request):
        mail = request["query"].get("email", [""])[0]
        check(mail in self.members, "users_not_found")
        return {"ok": True, "user": {"id": self.members[mail], "team_id": "T1", "name": mail.split("@")[0]}}

    def channel(self, body):
        channel = body.get("channel")
        check(isinstance(channel, str) and CONVERSATION.match(channel), "channel_not_found")
        if MEMBER.match(channel):
            check(channel in self.members.values(), "channel_not_found")
            return "D" + channel[1:]
        check(channel in self.channels or channel.startswith("D"), "channel_not_found")
        return channel

    def said(self, body):
        check(isinstance(body.get("text"), str) and len(body["text"]) <= 40000, "no_text")
        self.blocks(body.get("blocks", []))

    def blocks(self, blocks):
        check(isinstance(blocks, list) and len(blocks) <= 50, "invalid_blocks")
        actions = []
        for block in blocks:
            kind = block.get("type")
            if kind == "section":
                self.text(block.get("text"), 3000, {"mrkdwn", "plain_text"})
            elif kind == "context":
                elements = block.get("elements", [])
                check(1 <= len(elements) <= 10, "invalid_blocks")
                for element in elements:
                    self.text(element, 2000, {"mrkdwn", "plain_text"})
            elif kind == "actions":
                elements = block.get("elements", [])
                check(1 <= len(elements) <= 25, "invalid_blocks")
                for element in elements:
                    self.button(element)
                    actions.append(element["action_id"])
            else:
                raise Refused("invalid_blocks")
        check(len(set(actions)) == len(actions), "invalid_blocks")

    def text(self, text, size, types):
        check(isinstance(text, dict) and text.get("type") in types and isinstance(text.get("text"), str), "invalid_blocks")
        check(1 <= len(text["text"]) <= size and set(text) <= {"type", "text", "emoji", "verbatim"}, "invalid_blocks")

    def button(self, element):
        check(element.get("type") == "button" and set(element) <= {"type", "text", "action_id", "value", "style", "url"}, "invalid_blocks")
        self.text(element.get("text"), 75, {"plain_text"})
        check(1 <= len(element.get("action_id", "")) <= 255 and len(element.get("value", "")) <= 2000, "invalid_blocks")
        check(element.get("style", "primary") in ("primary", "danger"), "invalid_blocks")

    def post(self, body):
        self.said(body)
        channel = self.channel(body)
        thread = body.get("thread_ts")
        check(thread is None or (STAMP.match(thread) and (channel, thread) in self.messages), "thread_not_found")
        self.last += 1
        ts = f"1503435956.{self.last:06d}"
        self.messages[channel, ts] = dict(body, channel=channel, ts=ts)
        return {"ok": True, "channel": channel, "ts": ts, "message": {"text": body["text"], "ts": ts, "type": "message"}}

    def update(self, body):
        self.said(body)
        check((body.get("channel"), body.get("ts")) in self.messages, "message_not_found")
        self.messages[body["channel"], body["ts"]].update(body)
        return {"ok": True, "channel": body["channel"], "ts": body["ts"], "text": body["text"]}

    def ephemeral(self, body):
        self.said(body)
        check(MEMBER.match(body.get("user") or ""), "user_not_in_channel")
        return {"ok": True, "message_ts": "1503435957.000001"}

    def create(self, body):
        name = body.get("name", "")
        check(ROOM.match(name), "invalid_name")
        check(name not in self.rooms, "name_taken")
        self.rooms[name] = f"C0ROOM{len(self.rooms)}"
        self.channels.add(self.rooms[name])
        return {"ok": True, "channel": {"id": self.rooms[name], "name": name, "is_channel": True, "is_private": body.get("is_private", False)}}

    def invite(self, body):
        check(self.channel(body) in self.rooms.values(), "channel_not_found")
        users = body.get("users", "").split(",")
        check(all(user in self.members.values() for user in users), "user_not_found")
        check(not self.joined.intersection(users), "already_in_channel")
        return {"ok": True, "channel": {"id": body["channel"]}}

    def archive(self, body):
        channel = self.channel(body)
        check(channel not in self.archived, "already_archived")
        self.archived.add(channel)
        return {"ok": True}

    def press(self, message, action_id, user):
        """The payload of one pressed button of a message that it shows."""
        block = next(b for b in message["blocks"] if b["type"] == "actions")
        element = next(e for e in block["elements"] if e["action_id"] == action_id)
        return {"type": "block_actions", "user": {"id": user, "username": "u", "team_id": "T1"}, "api_app_id": "A1", "team": {"id": "T1"},
                "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"], "is_ephemeral": False},
                "channel": {"id": message["channel"], "name": "x"}, "message": {"type": "message", "text": message["text"], "ts": message["ts"], "blocks": message["blocks"]},
                "response_url": "https://hooks.slack.example/actions/1", "actions": [dict(element, block_id="b", action_ts="1503435957.1")]}


class Mattermost(Server):
    """The API v4 of https://developers.mattermost.com/api-documentation/, as far as a bot needs it."""

    def __init__(self, token, users):
        super().__init__()
        self.token = token
        self.users = {name: self.identity(f"user{n}") for n, name in enumerate(users)}  # name -> id
        self.me, self.town = self.identity("bot"), self.identity("town")
        self.directs = {}
        self.posts = {}

    @staticmethod
    def identity(text):
        return (text + "abcdefghijklmnopqrstuvwxyz")[:26]

    def answer(self, request):
        path = request["path"].removeprefix("/api/v4")
        if request["headers"].get("authorization") != f"Bearer {self.token}":
            return 401, {"id": "api.context.session_expired.app_error", "message": "Invalid or expired session, please login again.", "status_code": 401}
        if path == "/users/me":
            return 200, {"id": self.me, "username": "escal", "is_bot": True}
        for prefix, key in (("/users/username/", lambda n: n), ("/users/email/", lambda m: urllib.parse.unquote(m).split("@")[0])):
            if path.startswith(prefix):
                name = key(path[len(prefix):])
                if name in self.users:
                    return 200, {"id": self.users[name], "username": name}
                return 404, {"id": "app.user.missing_account.const", "message": "Unable to find the user.", "status_code": 404}
        if path == "/teams/name/ops/channels/name/incidents":
            return 200, {"id": self.town, "type": "O"}
        if path == "/channels/direct" and request["method"] == "POST":
            pair = request["json"]
            if not (isinstance(pair, list) and len(pair) == 2 and all(MATTERMOST_ID.match(p) for p in pair)):
                return 400, {"id": "api.context.invalid_body_param.app_error", "message": "Invalid or missing user_ids in request body.", "status_code": 400}
            return 201, {"id": self.directs.setdefault(pair[1], self.identity("dm" + pair[1])), "type": "D"}
        if path == "/posts" and request["method"] == "POST":
            return self.post(request["json"])
        found = re.match(r"^/posts/([a-z0-9]{26})/patch$", path)
        if found and request["method"] == "PUT" and found[1] in self.posts:
            self.posts[found[1]].update(request["json"])
            return 200, self.posts[found[1]]
        return 404, {"id": "api.context.404.app_error", "message": "Sorry, we could not find the page.", "status_code": 404}

    def post(self, post):
        channels = {self.town, *self.directs.values()}
        actions = [a for attachment in post.get("props", {}).get("attachments", []) for a in attachment["actions"]]
        fine = (set(post) <= {"channel_id", "message", "root_id", "props"} and post["channel_id"] in channels and 0 < len(post["message"]) <= 16383
                and (post.get("root_id", "") == "" or post["root_id"] in self.posts) and all(re.match(r"^[A-Za-z0-9]+$", a["id"]) and a["name"] for a in actions))
        if not fine:
            return 400, {"id": "api.context.invalid_body_param.app_error", "message": "Invalid or missing post in request body.", "status_code": 400}
        identity = self.identity(f"post{len(self.posts)}x")
        self.posts[identity] = dict(post, id=identity)
        return 201, self.posts[identity]
