"""Logging in: by a link that goes to a person's first contact, by a code for programs, and what a provider that lies or is silent can do."""

import http.cookies
import os
import re
import stat
import subprocess
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from harness import BIN, PATIENCE, WORKSPACES, Case, critical_ticket, eventually, free_port


class Browser:
    """Keeps cookies, as a browser does, and says which page it comes from."""

    def __init__(self, daemon):
        self.daemon, self.cookies = daemon, {}

    def ask(self, method, path, form=None, site="same-origin", **headers):
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if site is not None:
            headers["Sec-Fetch-Site"] = site
        body = None if method == "GET" else urlencode(form or {})
        answer = self.daemon.request(method, path, body, token=None, headers=headers, type="application/x-www-form-urlencoded")
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, one in http.cookies.SimpleCookie(line).items():
                if one["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = one.value
                assert one["httponly"] and one["path"] == "/", line
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, form=None, **more):
        return self.ask("POST", path, form, **more)

    def session(self):
        return self.get("/v1/session")


class LoginCase(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.daemon.config["public_url"] = f"http://127.0.0.1:{self.port}"
        self.daemon.config["wrong_token_pause_max_ms"] = 50

    def start(self, **options):
        self.daemon.start(port=self.port, **options)

    def links(self, address="fay@acme.example"):
        """The paths that mails to an address lead to."""
        texts = [one["message"].get_body(("plain",)).get_content() for one in self.mail.to(address)]
        return [match.group(1) for text in texts for match in re.finditer(rf"http://127\.0\.0\.1:{self.port}(/login/[0-9a-f]+)", text)]

    def asked(self, browser, person="fay", client="acme", address="fay@acme.example"):
        """The link that comes of asking for one."""
        before = len(self.links(address))
        answer = browser.post("/login", {"client": client, "person": person})
        self.assertEqual(answer.status, 202, answer.body)
        return eventually(lambda: self.links(address)[before:])[0]


class Links(LoginCase):
    def test_a_link_logs_its_browser_in(self):
        self.start()
        browser = Browser(self.daemon)
        page = browser.get("/login")
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("form-action 'self'", page.headers["Content-Security-Policy"])
        self.assertNotIn(b"<script", page.body)
        link = self.asked(browser)
        for site in ("cross-site", "none"):  # from a mail, and from a scanner: it changes nothing
            opened = browser.get(link, site=site)
            self.assertEqual(opened.status, 200)
        self.assertIn(b"fay", opened.body)
        self.assertEqual(browser.session().status, 401)
        taken = browser.post(link)
        self.assertEqual((taken.status, taken.headers["Location"]), (303, "/"))
        told = browser.session().json
        self.assertEqual((told["principal"], told["title"], [(c["client"], c["person"], c["scopes"]) for c in told["clients"]]),
                         ("fay@acme.example", "Fay Johnson", [("acme", "fay", ["read", "act"])]))
        again = browser.post(link)
        self.assertEqual(again.status, 410)  # it counts once
        self.assertEqual(browser.session().status, 200)
        self.daemon.send(critical_ticket("e1", "INC-1"))
        acked = self.daemon.request("POST", "/v1/escalations/E-1/ack?client=acme", {}, token=None,
                                    headers={"Cookie": f"escal_session={browser.cookies['escal_session']}", "Escal-CSRF": told["csrf"]})
        self.assertIn(acked.status, (200, 403), acked.body)  # whether she may is the policy's to say
        trail = [row for row in self.daemon.audit() if row["kind"] == "login_asked"]
        self.assertEqual(len(trail), 1)
        self.assertEqual(trail[0]["text"], "somebody asks to log in as fay: the link is sent to them by email")

    def test_a_link_is_another_browsers_for_everybody_else(self):
        self.start()
        browser, thief, other = (Browser(self.daemon) for _ in range(3))
        link = self.asked(browser)
        other.post("/login", {"client": "acme", "person": "fay"})  # who asks for one of their own has another word
        for one in (thief, other):
            self.assertEqual(one.post(link).status, 403)
            self.assertEqual(one.session().status, 401)
        self.assertEqual(browser.post(link, site="cross-site").status, 403)
        self.assertEqual(browser.post(link, Origin="https://evil.example").status, 403)
        self.assertEqual(browser.post(link[:-1] + ("0" if link[-1] != "0" else "1")).status, 410)
        self.assertEqual(browser.post(link).status, 303)

    def test_nobody_sees_the_link_who_may_only_look(self):
        self.start()
        link = self.asked(Browser(self.daemon))
        token = link.rsplit("/", 1)[1]
        shown = self.daemon.get("/v1/outbox").body + self.daemon.get("/v1/audit?limit=1000").body
        self.assertNotIn(token.encode(), shown)
        self.assertNotIn(token, self.daemon.errors() + self.daemon.follow())
        self.assertNotIn(token, (self.daemon.folder / "sessions").read_text())

    def test_who_exists_is_not_told(self):
        self.start()
        answers = [Browser(self.daemon).post("/login", {"client": client, "person": person})
                   for client, person in (("acme", "fay"), ("acme", "nobody"), ("nobody", "fay"), ("", ""), ("acme", "x" * 300), ("acme", "\u202efay"))]
        self.assertEqual({(one.status, one.body, tuple(sorted(one.headers.keys()))) for one in answers},
                         {(202, answers[0].body, tuple(sorted(answers[0].headers.keys())))})
        eventually(lambda: len(self.links()) == 1)
        told = self.daemon.post("/v1/session/link", {"client": "acme", "person": "nobody"}, token=None)
        self.assertEqual(told.status, 202)
        self.assertEqual(self.daemon.post("/v1/session/link", {"client": "acme", "name": "fay"}, token=None).status, 422)

    def test_nobody_is_flooded(self):
        self.start()
        for _ in range(6):
            Browser(self.daemon).post("/login", {"client": "acme", "person": "fay"})
        eventually(lambda: len(self.links()) == 3)
        self.assertTrue(eventually(self.daemon.settled))
        self.assertEqual(len(self.links()), 3)

    def test_an_operator_has_all_clients_by_the_address_of_one(self):
        self.daemon.workspaces.append(WORKSPACES["globex"])
        self.daemon.config["operators"] = {"fay@acme.example": {"clients": {"globex": {"scopes": ["read"]}}}}
        self.start()
        browser = Browser(self.daemon)
        browser.post(self.asked(browser))
        self.assertEqual(sorted(c["client"] for c in browser.session().json["clients"]), ["acme", "globex"])

    def test_who_may_not_gets_no_link(self):
        self.daemon.config["sessions"] = {"people": "none"}
        self.start()
        self.assertEqual(Browser(self.daemon).post("/login", {"client": "acme", "person": "fay"}).status, 202)
        self.assertTrue(eventually(self.daemon.settled))
        self.assertEqual(self.links(), [])

    def test_a_kill_loses_neither_ask_nor_session(self):
        self.start()
        browser = Browser(self.daemon)
        link = self.asked(browser)
        self.daemon.kill()
        self.start()
        self.assertEqual(browser.post(link).status, 303)
        self.daemon.kill()
        self.start()
        self.assertEqual(browser.session().status, 200)
        self.assertEqual(browser.post(link).status, 410)

    def test_pages_speak_german(self):
        self.start()
        page = Browser(self.daemon).get("/login", **{"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
        self.assertIn("Anmelden".encode(), page.body)

    def test_without_an_address_no_link_is_made(self):
        del self.daemon.config["public_url"]
        self.daemon.start()
        self.assertIn(b"public_url", Browser(self.daemon).get("/login").body)
        refused = self.daemon.post("/v1/session/link", {"client": "acme", "person": "fay"}, token=None)
        self.assertEqual((refused.status, refused.json["code"]), (409, "no_public_url"))


class Programs(LoginCase):
    def setUp(self):
        super().setUp()
        self.daemon.workspaces.append(WORKSPACES["globex"])
        self.daemon.config["operators"] = {"fay@acme.example": {"title": "Ana", "clients": {"acme": {"person": "fay", "scopes": ["read", "act"]},
                                                                                          "globex": {"scopes": ["read"]}}}}
        self.daemon.config["listen_unix"] = "api.sock"
        self.start()
        self.browser = Browser(self.daemon)
        self.browser.post(self.asked(self.browser))
        self.home = self.folder / "home"
        self.home.mkdir()

    def code(self):
        page = self.browser.get("/login/code")
        word = re.search(r'name="csrf" value="([0-9a-f]{32})"', page.body.decode()).group(1)
        self.assertEqual(self.browser.post("/login/code", {"csrf": "0" * 32}).status, 403)
        shown = self.browser.post("/login/code", {"csrf": word}).body.decode()
        return re.search(r"\b([2-9A-Z]{5}-[2-9A-Z]{5})\b", shown).group(1)

    def ctl(self, *arguments, input="", **environment):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **environment}
        return subprocess.run([str(BIN / "escalctl"), *arguments], input=input, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def test_a_code_counts_once(self):
        code = self.code()
        first = self.daemon.post("/v1/session/code", {"code": code.lower(), "agent": "test"}, token=None)
        self.assertEqual(first.status, 200, first.body)
        again = self.daemon.post("/v1/session/code", {"code": code}, token=None)
        self.assertEqual((again.status, again.json["code"]), (401, "unproven"))
        told = self.daemon.get("/v1/session", token=first.json["token"]).json
        self.assertEqual([c["client"] for c in told["clients"]], ["acme", "globex"])
        self.assertEqual([one["is_program"] for one in self.browser.get("/v1/sessions").json["items"]], [False, True])
        self.assertEqual(Browser(self.daemon).get("/login/code").status, 303)  # who is not logged in does that first

    def test_escalctl_sees_all_clients(self):
        url = f"http://127.0.0.1:{self.port}"
        wrong = self.ctl("login", "--url", url, input="AAAAA-BBBBB\n")
        self.assertEqual(wrong.returncode, 2, wrong)
        self.assertEqual(list(self.home.iterdir()), [])
        done = self.ctl("login", "--url", url, input=self.code() + "\n")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(f"Open {url}/login/code", done.stderr)
        self.assertIn("logged in as Ana for acme, globex", done.stdout)
        kept = self.home / ".config" / "escalctl" / "login.json"
        self.assertEqual((stat.S_IMODE(kept.stat().st_mode), stat.S_IMODE(kept.parent.stat().st_mode)), (0o600, 0o700))
        self.daemon.send(critical_ticket("e1", "INC-1"))
        status = self.ctl("status")
        self.assertEqual(status.returncode, 0, status)
        self.assertRegex(status.stdout, r"CLIENT +ID")
        self.assertRegex(status.stdout, r"acme +E-1 ")
        self.assertIn("nothing is open", self.ctl("status", "--client", "globex").stdout)
        several = self.ctl("show", "E-1")
        self.assertEqual(several.returncode, 1)
        self.assertIn("acme, globex", several.stderr)
        self.assertEqual(self.ctl("show", "E-1", "--client", "acme").returncode, 0)
        self.assertEqual(self.ctl("show", "E-1", ESCAL_CLIENT="acme").returncode, 0)
        elsewhere = self.ctl("status", "--url", self.receiver.url)  # the token goes nowhere else
        self.assertNotEqual(elsewhere.returncode, 0)
        self.assertTrue(all("authorization" not in one["headers"] for one in self.receiver.requests))
        kept.chmod(0o644)
        self.assertIn("others may read", self.ctl("status").stderr)
        kept.chmod(0o600)
        out = self.ctl("logout")
        self.assertEqual((out.returncode, out.stdout), (0, "logged out\n"))
        self.assertFalse(kept.exists())
        self.assertEqual(self.ctl("logout").returncode, 1)
        self.assertEqual(len(self.browser.get("/v1/sessions").json["items"]), 1)

    def test_escalctl_by_the_socket(self):
        path = f"unix:{self.daemon.folder}/api.sock"
        done = self.ctl("login", input=self.code() + "\n", ESCAL_URL=path)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("/login/code at the address of Escal", done.stderr)
        self.assertEqual(self.ctl("status").returncode, 0)
        token = self.ctl("status", ESCAL_URL=path, ESCAL_TOKEN=self.daemon.token)
        self.assertIn("nothing is open", token.stdout)
        gone = self.ctl("status", "--url", "unix:/nobody/there.sock", ESCAL_TOKEN=self.daemon.token)
        self.assertEqual(gone.returncode, 4)


class Provider(LoginCase):
    """What is not what it says to be, by a provider of the test's own; a real one stands in tests/neighbours."""

    def setUp(self):
        super().setUp()
        self.daemon.config["operators"] = {"ops@agency.example": {"clients": {"acme": {"scopes": ["read"]}}}}
        self.daemon.config["oidc"] = {"issuer": self.receiver.url, "client_id": "escal", "allowed_addresses": ["127.0.0.1"]}
        self.document = {"issuer": self.receiver.url, "authorization_endpoint": f"{self.receiver.url}/auth?x=1", "token_endpoint": f"{self.receiver.url}/token",
                         "jwks_uri": f"{self.receiver.url}/keys"}

    def told(self, document):
        self.receiver.rule("/.well-known/openid-configuration", body=document)

    def test_where_it_leads(self):
        self.told(self.document)
        self.start()
        browser = Browser(self.daemon)
        answer = browser.get("/login/oidc")
        self.assertEqual(answer.status, 303)
        parts = urlsplit(answer.headers["Location"])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.assertEqual((parts.path, query["x"], query["response_type"], query["client_id"], query["scope"], query["code_challenge_method"], query["redirect_uri"]),
                         ("/auth", "1", "code", "escal", "openid email profile", "S256", f"http://127.0.0.1:{self.port}/login/oidc/callback"))
        self.assertEqual(browser.cookies["escal_oidc"], query["state"])
        self.assertNotEqual(query["state"], parse_qs(urlsplit(Browser(self.daemon).get("/login/oidc").headers["Location"]).query)["state"][0])
        self.assertEqual(len(query["code_challenge"]), 43)
        self.receiver.rule("/token", status=200, body={"id_token": "eyJhbGciOiJub25lIn0.e30."})
        self.receiver.rule("/keys", body={"keys": []})
        for state, cookie in ((query["state"], None), ("0" * 64, "0" * 64), (query["state"][:-1] + "x", query["state"]), ("", "")):
            other = Browser(self.daemon)
            other.cookies = {} if cookie is None else {"escal_oidc": cookie}
            self.assertEqual(other.get(f"/login/oidc/callback?state={state}&code=c", site="cross-site").status, 403)
        self.assertEqual(self.receiver.at("/token"), [])  # nobody was asked
        refused = browser.get(f"/login/oidc/callback?state={query['state']}&code=c", site="cross-site")
        self.assertEqual(refused.status, 403)
        token = self.receiver.at("/token")[0]
        form = {name: values[0] for name, values in parse_qs(token["body"].decode()).items()}
        self.assertEqual((form["grant_type"], form["code"], form["client_id"], len(form["code_verifier"])), ("authorization_code", "c", "escal", 64))
        self.assertNotIn("escal_session", browser.cookies)
        eventually(lambda: "is not signed by RS256 or ES256" in self.daemon.errors())

    def test_lies(self):
        documents = ({}, [], {**self.document, "issuer": "https://evil.example"}, {**self.document, "token_endpoint": "file:///etc/passwd"}, b"<html>", b"")
        self.start()
        for number, document in enumerate(documents):
            self.told(document)
            self.assertEqual(Browser(self.daemon).get("/login/oidc").status, 502, document)
        self.told(self.document)
        self.daemon.kill()  # what it said is kept for an hour
        self.start()
        self.assertEqual(Browser(self.daemon).get("/login/oidc").status, 303)

    def test_a_provider_that_is_silent_holds_up_nobody(self):
        self.receiver.rule("/.well-known", hang=True)
        self.start()
        waiting = [threading.Thread(target=lambda: Browser(self.daemon).get("/login/oidc")) for _ in range(8)]
        for one in waiting:
            one.start()
        eventually(lambda: self.receiver.at("/.well-known"))
        began = time.monotonic()
        self.assertEqual(self.daemon.get("/health", token=None).status, 200)
        self.assertEqual(self.daemon.get("/v1/tickets").status, 200)
        self.assertLess(time.monotonic() - began, 5)
        began = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)  # nor does it keep the daemon from ending
        self.assertLess(time.monotonic() - began, 25)
        for one in waiting:
            one.join(PATIENCE)

    def test_a_private_address_is_not_asked(self):
        self.daemon.config["oidc"] = {"issuer": "https://localhost:1", "client_id": "escal"}
        self.start()
        self.assertEqual(Browser(self.daemon).get("/login/oidc").status, 502)
        eventually(lambda: "not public" in self.daemon.errors())
