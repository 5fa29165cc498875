"""Logging in by a real provider of OpenID Connect: npm's oidc-provider, with PKCE, both algorithms, and keys that change."""

import http.client
import http.cookies
import subprocess
from urllib.parse import urlsplit

import neighbours
from harness import PATIENCE, Case, eventually

SECRET = "a secret & more: of the client"


class Browser:
    """Follows where it is sent, with the cookies of each host and port."""

    def __init__(self):
        self.cookies = {}

    def ask(self, url):
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in jar.items())} if jar else {})
        response = connection.getresponse()
        body = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            value = rest.split(";")[0]
            if "Max-Age=0" in line or not value:
                jar.pop(name, None)
            else:
                jar[name] = value
        connection.close()
        return response, body

    def go(self, url, most=12):
        """The last answer of a way of redirects, and its address."""
        for _ in range(most):
            response, body = self.ask(url)
            if response.status not in (302, 303):
                return url, response, body
            where = response.headers["Location"]
            parts = urlsplit(url)
            url = where if "://" in where else f"{parts.scheme}://{parts.netloc}{where}"
        raise AssertionError(f"sent on and on: {url}")


class Provider(Case):
    def setUp(self):
        super().setUp()
        neighbours.modules()
        self.port, self.own = neighbours.free_port(), neighbours.free_port()
        self.url, self.issuer = f"http://127.0.0.1:{self.own}", f"http://127.0.0.1:{self.port}"
        secret = self.folder / "data" / "oidc-secret"
        secret.touch(mode=0o600)
        secret.write_text(SECRET + "\n")
        self.daemon.config.update({
            "public_url": self.url,
            "operators": {"ops@agency.example": {"clients": {"acme": {"person": "ben", "scopes": ["read", "act"]}}},
                          "old@agency.example": {"subject": "by-subject", "clients": {"acme": {"scopes": ["read"]}}}},
            "oidc": {"issuer": self.issuer, "client_id": "escal", "secret_file": "oidc-secret", "title": "Agency", "allowed_addresses": ["127.0.0.1"]},
        })
        self.process = None

    def tearDown(self):
        self.end()
        super().tearDown()

    def provide(self, algorithm="RS256", account="ops"):
        node, folder = neighbours.modules()
        script = folder / "provider.mjs"
        script.write_text((neighbours.HERE / "provider.mjs").read_text())
        self.log = open(self.folder / "provider.log", "ab")
        self.process = subprocess.Popen([node, str(script), str(self.port), f"{self.url}/login/oidc/callback", algorithm, account], cwd=folder,
                                        stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        eventually(lambda: neighbours.listens(self.port) or self.process.poll() is not None)
        self.assertIsNone(self.process.poll(), (self.folder / "provider.log").read_text())

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.log.close()
        self.process = None

    def log_in(self):
        browser = Browser()
        url, response, body = browser.go(f"{self.url}/login/oidc")
        return browser, url, response, body

    def session(self, browser):
        response, body = browser.ask(f"{self.url}/v1/session")
        return response.status, body

    def assert_in(self, said):
        browser, url, response, body = said
        self.assertEqual(response.status, 200, body)
        self.assertTrue(url.startswith(f"{self.url}/login/oidc/callback?"), url)
        self.assertEqual(response.headers["Refresh"], "0;url=/")
        self.assertEqual(self.session(browser)[0], 200)
        return browser

    def test_people_log_in_by_both_algorithms(self):
        for algorithm in ("RS256", "ES256"):
            with self.subTest(algorithm):
                self.provide(algorithm)
                self.daemon.start(port=self.own)
                self.assertIn(b"Agency", self.daemon.get("/login", token=None).body)
                browser = self.assert_in(self.log_in())
                self.assertIn(b'"principal":"ops@agency.example","title":"Ben Okafor"', self.session(browser)[1])
                self.daemon.stop()
                self.end()

    def test_keys_change(self):
        self.provide()
        self.daemon.start(port=self.own, scale=50)  # its hour is a minute, and its ten seconds are soon over
        self.assert_in(self.log_in())
        self.end()
        self.provide("ES256")  # the same address with other keys
        eventually(lambda: self.log_in()[2].status == 200)

    def test_who_is_no_operator_is_not_let_in(self):
        for account, status in (("eve", 403), ("unverified", 403), ("by-subject", 200)):
            with self.subTest(account):
                self.provide(account=account)
                self.daemon.start(port=self.own)
                browser, _, response, _ = self.log_in()
                self.assertEqual(response.status, status)
                self.assertEqual(self.session(browser)[0], 200 if status == 200 else 401)
                self.daemon.stop()
                self.end()

    def test_a_way_back_counts_once_and_in_one_browser(self):
        self.provide()
        self.daemon.start(port=self.own)
        browser, url, response, _ = self.log_in()
        self.assertEqual(response.status, 200)
        other = Browser()
        for one in (browser, other):  # once more, and in another browser
            self.assertEqual(one.ask(url)[0].status, 403)
        self.assertEqual(self.session(other)[0], 401)

    def test_a_wrong_secret_lets_nobody_in(self):
        (self.folder / "data" / "oidc-secret").write_text("another\n")
        self.provide()
        self.daemon.start(port=self.own)
        browser, _, response, _ = self.log_in()
        self.assertEqual(response.status, 502)
        self.assertEqual(self.session(browser)[0], 401)
        eventually(lambda: '"event":"login_failed"' in self.daemon.errors())
        self.assertNotIn("another", self.daemon.errors())
