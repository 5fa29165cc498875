"""A configuration that is wrong: all of it is told in one run and nothing starts; templates that are wrong hold up nobody but themselves."""

import json
import re
import subprocess

from scene import BIN, Scene, client, eventually, ticket


class Wrong(Scene):
    """The templates of the desk, and a configuration that does not fit them."""

    def run_escald(self, *more, config=None, environment=None):
        path = self.daemon.folder / "c.json"
        path.write_text(json.dumps(self.daemon.config if config is None else config))
        command = [str(BIN / "escald"), "--data", str(self.daemon.folder), "--config", str(path), "--listen", "127.0.0.1:0", *more]
        for workspace in self.daemon.workspaces:
            command += ["--workspace", str(workspace)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)

    def assert_told(self, *sentences, more=()):
        """--check-config says all of these and the start says them too; neither succeeds."""
        for arguments in (("--check-config",), ()):
            done = self.run_escald(*arguments, *more)
            self.assertEqual(done.returncode, 2, done.stderr)
            for sentence in sentences:
                self.assertRegex(done.stderr, sentence)
        self.assertFalse((self.daemon.folder / "desk.db").exists())
        return done.stderr

    def test_everything_in_one_run(self):
        secret = self.daemon.folder / "secret"
        secret.write_text("canary\n")
        secret.chmod(0o604)
        (self.daemon.folder / "tokens").chmod(0o644)
        desk = self.desk
        desk["channels"]["incidnets"] = desk["channels"].pop("incidents")
        desk["channels"]["room"].update(type="webhook", secret_file="missing")
        desk["systems"] = {"crn": {"base_url": "https://crm.example", "secret_file": "secret"}}
        del desk["people"], desk["mail"]
        self.daemon.config.update(queue_max=0)
        self.daemon.config["workspaces"]["dsek"] = {}
        said = self.assert_told("queue_max: must be from", r"workspaces\.dsek: no --workspace is called so; did you mean .desk.\?", r"desk\.channels\.incidents: .*nothing is bound to it",
                                r"desk\.channels\.incidnets: .*did you mean .incidents.\?", r"desk\.systems\.crn: ", "secret file missing cannot be read", "secret file secret is open to all",
                                "warning: the token file .* may be read by all", r"desk\.people\.chat: .*ana", r"desk\.mail: .*ana", r"channels\.managers: is mail")
        self.assertNotIn("canary", said)
        self.assertEqual(len(set(re.findall("^escald: .*$", said, re.M))), len(said.splitlines()))  # one line each, none twice

    def test_all_is_bound(self):
        done = self.run_escald("--check-config")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_who_only_tries_things_out(self):
        """By one word, wherever it is said, faults of that kind are warnings."""
        config = {"workspaces": {"desk": {}}}
        self.assertEqual(self.run_escald("--check-config", config=config).returncode, 2)
        for more, said in ((("--unbound", "file"), config), ((), {"unbound": "file"}), ((), {"workspaces": {"desk": {"unbound": "file"}}})):
            with self.subTest(more=more, config=said):
                done = self.run_escald("--check-config", *more, config=said)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("warning: workspaces.desk.channels.incidents", done.stderr)
        self.assertEqual(self.run_escald("--check-config", "--unbound", "nowhere").returncode, 2)

    def test_a_token_file_that_cannot_be_read(self):
        (self.daemon.folder / "tokens").write_text("nonsense\n")
        self.assert_told("token file, line 1")

    def test_a_token_file_that_others_read_or_change(self):
        """It holds hashes: who reads it opens nothing, and who changes it anything."""
        tokens = self.daemon.folder / "tokens"
        tokens.chmod(0o644)
        done = self.run_escald("--check-config")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, "^escald: warning: the token file .* may be read by all users of the machine")
        tokens.chmod(0o602)
        self.assert_told("the token file .* may be changed by all users of the machine")


class Rehearsal(Scene):
    """Where nothing that is bound leads beyond this machine, or the clock is a virtual one, and nobody has said what becomes of the unbound."""

    missing = ("channels.incidents", "people.chat")

    def setUp(self):
        super().setUp()
        del self.desk["channels"]["incidents"], self.desk["people"]
        self.daemon.config["unbound"] = ""  # as if nobody had said it: see start

    def start(self, **options):
        """The machine's own clock, and a configuration that says nothing of the unbound."""
        self.daemon.write_config = self.write_config
        return self.daemon.start(**{"at": None, **options})

    def write_config(self):
        said = {key: value for key, value in self.daemon.config.items() if (key, value) != ("unbound", "")}
        (self.daemon.folder / "escald.json").write_text(json.dumps(said))

    def assert_rehearses(self):
        health = self.daemon.get("/health").json
        self.assertEqual((health["status"], [row["workspace"] for row in health["noticed"]]), ("degraded", ["desk"]))
        for place in self.missing:
            self.assertIn(place, health["noticed"][0]["reason"])
            self.assert_says("unbound", f"workspaces.desk.{place}")
        self.assert_says("rehearsal", "desk")
        self.daemon.send(ticket("R-1"))
        row = eventually(lambda: self.row("incidents", state="accepted"))
        self.assertEqual(row["detail"], "nothing is bound to it: written to a file")
        lines = [json.loads(line) for line in (self.daemon.folder / "desk.outbox.jsonl").read_text().splitlines()]
        self.assertIn("incidents", [line["target"] for line in lines])

    def assert_refused(self, *sentences, **options):
        self.start(wait=False, **options)
        self.assertEqual(self.daemon.process.wait(60), 2)
        for sentence in sentences:
            self.assertIn(sentence, self.daemon.errors())
        self.assertFalse((self.daemon.folder / "desk.db").exists())

    def test_receivers_of_ones_own(self):
        self.start()
        self.assert_rehearses()

    def test_one_receiver_of_the_world(self):
        self.desk["channels"]["room"]["url"] = "https://chat.acme.example/room"
        self.assert_refused(*(f"workspaces.desk.{place}: " for place in self.missing))

    def test_a_virtual_clock(self):
        self.desk["channels"]["room"]["url"] = "https://chat.acme.example/room"
        self.start(scale=2)
        self.assert_rehearses()

    def test_the_operators_word_counts(self):
        self.daemon.config["unbound"] = "stop"
        self.assert_refused(*(f"workspaces.desk.{place}: " for place in self.missing), scale=2)

    def test_a_slip_of_the_pen_is_found(self):
        self.desk["channels"]["rooom"] = self.desk["channels"].pop("room")
        self.assert_refused('did you mean "room"?')

    def test_no_configuration_at_all(self):
        self.missing = ("channels.incidents", "channels.room", "channels.managers", "mail", "people.chat")
        self.daemon.write_config = lambda: None
        self.daemon.start(at=None)
        self.assert_rehearses()

    def test_checking_asks_for_all(self):
        self.write_config()
        command = [str(BIN / "escald"), "--data", str(self.daemon.folder), "--check-config", "--workspace", str(self.daemon.workspaces[0])]
        done = subprocess.run([*command, "--start-time", "2026-01-05T09:00:00Z"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        for place in self.missing:
            self.assertIn(f"workspaces.desk.{place}: ", done.stderr)


class Templates(Scene):
    others = ("shop",)

    def folder_of(self, name):
        return next(path for path in self.daemon.workspaces if path.name == name)

    def break_templates(self, name, text="template broken {"):
        path = self.folder_of(name) / f"{name}.esc"
        path.write_text(path.read_text() + "\n" + text)

    def test_a_slip_keeps_the_last_good_ones(self):
        """The shop's file has a slip at a restart: the shop goes on as before, loudly, and the desk hears nothing of it."""
        self.daemon.start()
        self.daemon.stop()  # without a single event: what was in force is kept all the same
        self.break_templates("shop")
        self.daemon.start()
        health = self.daemon.get("/health").json
        self.assertEqual((health["status"], [row["workspace"] for row in health["noticed"]]), ("degraded", ["shop"]))
        self.assert_says("old_templates", "shop")
        eventually(lambda: "shop.esc:" in self.daemon.errors())
        token = self.daemon.other_tokens["shop"]
        made = self.daemon.post("/v1/events", ticket("S-1"), token=token).json["events"][0]
        self.assertEqual(made["escalations"], ["E-1"])
        kinds = [row["kind"] for row in self.daemon.get("/v1/audit", token=token).json["items"]]
        self.assertEqual(kinds.count("old_templates"), 1)
        self.assertEqual([row for row in self.daemon.audit() if row["kind"] == "old_templates"], [])
        self.assert_serves()
        self.assert_stops()

    def test_what_is_last_is_what_was_in_force(self):
        """Good, changed, and changed back: the slip finds the present one."""
        path = self.folder_of("shop") / "shop.esc"
        good = path.read_text()
        other = good.replace("notify incidents", "notify room")
        self.assertNotEqual(good, other)
        for text in (good, other, good):
            path.write_text(text)
            self.daemon.start()
            self.daemon.stop()
        path.write_text("workspace {")  # not even its name can be read
        self.daemon.start()
        self.daemon.post("/v1/events", ticket("S-1"), token=self.daemon.other_tokens["shop"])
        eventually(lambda: self.receiver.at("/shop/incidents"))

    def test_a_client_that_never_had_good_ones(self):
        self.break_templates("shop")
        self.daemon.start()
        answer = self.daemon.get("/v1/tickets", token=self.daemon.other_tokens["shop"])
        self.assertEqual((answer.status, answer.json["code"]), (503, "workspace_stopped"))
        self.assertIn("errors", answer.json["detail"])
        self.assert_serves()
        self.assertFalse((self.daemon.folder / "shop.db").exists())

    def checked(self):
        self.daemon.write_config()
        command = [str(BIN / "escald"), "--data", str(self.daemon.folder), "--check-config"]
        for workspace in self.daemon.workspaces:
            command += ["--workspace", str(workspace)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        return done.stderr

    def test_checking_finds_them(self):
        self.break_templates("shop")
        self.assertIn("shop.esc:", self.checked())

    def test_zones_and_calendar_files_are_asked_about(self):
        """By the compile, with its message, and not when the zones are loaded."""
        (self.folder_of("shop") / "feed.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261224T120000\nEND:VEVENT\nEND:VCALENDAR\n")
        self.break_templates("shop", 'calendar nowhere { mon..fri 08:00..18:00  timezone "Europe/Berln" }\n'
                             'calendar somewhere { mon..fri 08:00..18:00  holidays "feed.ics" }\n')
        said = self.checked()
        self.assertIn("E0326: there is no time zone `Europe/Berln`", said)
        self.assertIn('"Europe/Berlin"', said)
        self.assertIn("E0365: feed.ics:3: this event begins at 12:00", said)

    def test_nobody_is_left(self):
        self.daemon.workspaces = [client(self.folder / "alone", "alone")]
        self.break_templates("alone")
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.process.wait(60), 2)
