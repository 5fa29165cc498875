"""/health says that something is wrong, what, since when, and of which client; 503 when what is due does not happen."""

import shutil

from harness import Case, Daemon, critical_ticket, eventually


class Health(Case):
    def setUp(self):
        super().setUp()
        self.daemon.config["late_s"] = 1

    def health(self, status=200):
        answer = self.daemon.get("/health", token=None)
        return answer.json if answer.status == status else None

    def causes(self, status=200):
        health = self.health(status)
        return [] if health is None else [(one["code"], one.get("client")) for one in health["causes"]]

    def test_all_is_well(self):
        self.daemon.start()
        health = self.health()
        self.assertEqual((health["status"], health["causes"]), ("ok", []))

    def test_a_message_that_was_given_up_stands_until_one_arrives(self):
        self.receiver.rule("/chat", status=410)
        self.daemon.start()
        self.daemon.send(critical_ticket("1", "M-1"))
        eventually(lambda: ("delivery_dead", "acme") in self.causes())
        health = self.health()
        self.assertEqual(health["status"], "degraded")
        cause = next(one for one in health["causes"] if one["code"] == "delivery_dead")
        self.assertEqual(cause["sentence"], "messages do not arrive: the last one was given up")
        self.assertTrue(cause["since"].startswith("2026-03-02T"), cause)
        self.daemon.kill()  # the store knows it
        self.receiver.forget_rules()
        self.daemon.start()
        eventually(lambda: ("delivery_dead", "acme") in self.causes())
        self.daemon.send(critical_ticket("2", "M-2"))
        eventually(lambda: ("delivery_dead", "acme") not in self.causes())

    def test_pages_that_wait_are_a_failure(self):
        self.receiver.rule("/chat", status=503)
        self.daemon.config["circuit_failures"] = 2
        self.daemon.start()
        self.daemon.send(critical_ticket("1", "M-1"))
        eventually(lambda: ("pages_wait", "acme") in self.causes(503))
        self.assertEqual(self.health(503)["status"], "failing")
        eventually(lambda: ("endpoint_held", "acme") in self.causes(503))
        self.receiver.forget_rules()
        self.restart()
        eventually(lambda: not {code for code, _ in self.causes()} & {"pages_wait", "endpoint_held"} and self.health())

    def test_what_is_about_a_client_is_shown_to_who_may_see_it(self):
        self.receiver.rule("/chat", status=410)
        self.daemon.start()
        self.daemon.send(critical_ticket("1", "M-1"))
        eventually(lambda: ("delivery_dead", "acme") in self.causes())
        self.assertNotIn(" by chat", str(self.health()["causes"]))
        page = self.daemon.get("/status/open").body.decode()
        self.assertIn("What is wrong", page)
        self.assertIn("delivery_dead · ", page)
        self.assertIn(" by chat", page)

    def test_a_client_that_is_stopped(self):
        self.daemon.config["workspaces"].setdefault("globex", {"unbound": "file"})
        two = Daemon(self.daemon.folder, ("acme", "globex"), self.daemon.config)
        two.tokens = self.daemon.tokens + two.tokens[-1:]
        self.addCleanup(two.release)
        two.start()
        self.assertEqual(two.get("/health", token=None).json["causes"], [])
        path = self.daemon.folder / "globex.db"
        shutil.move(path, self.daemon.folder / "elsewhere")
        path.touch()
        two.kill()
        two.start()
        health = two.get("/health", token=None)
        self.assertEqual((health.status, health.json["status"]), (200, "degraded"))
        self.assertEqual([(one["code"], one["client"]) for one in health.json["causes"]], [("workspace_stopped", "globex")])
        self.assertIn("it is stopped: ", health.json["causes"][0]["sentence"])

    def test_somebody_who_is_waited_for_in_vain(self):
        self.daemon.start(scale=4000)
        self.daemon.send(critical_ticket("1", "M-1"))
        eventually(lambda: ("nobody_answers", "acme") in self.causes() + self.causes(503))
