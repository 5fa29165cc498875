"""A library of the agency's own: two clients use it, the operator says where it lies, and a change of it comes with the next start."""

import json
import shutil
import subprocess

from harness import BIN, HERE, PATIENCE, START, Case, event, eventually, later

CLIENTS = HERE.parent / "scenario" / "libraries"
USED = 'notify owner "Is {service} down for all, and since when?"'


def outage(identity, subject):
    return event(identity, "ticket.created", subject, title="Crane", kind="incident", service="crane", account={"name": "Alster"})


class Libraries(Case):
    def setUp(self):
        super().setUp()
        self.place = self.folder / "clients"
        shutil.copytree(CLIENTS, self.place)
        self.daemon.workspaces = [self.place / "alster", self.place / "kiel"]
        self.daemon.config = {"libraries": {"agency": {"folder": str(self.place / "agency")}}}
        self.token = self.daemon.add_token("alster", "alster", "demo", "events,read,act,start,people,audit,act-as")

    def escald(self, *arguments):
        return subprocess.run([str(BIN / "escald"), *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE)

    def checked(self, config):
        file = self.folder / "checked.json"
        file.write_text(json.dumps({"unbound": "file", **config}))
        return self.escald("--workspace", self.place / "alster", "--data", self.folder / "x", "--config", file, "--check-config")

    def rows(self, key="text"):
        return [row[key] for row in self.daemon.get("/v1/audit?limit=1000", token=self.token).json["items"]]

    def texts(self):
        return self.rows()

    def sent(self, identity, subject):
        answer = self.daemon.request("POST", "/v1/events", [outage(identity, subject)], token=self.token)
        self.assertIn(answer.status, (200, 202))

    def test_both_clients_use_it_and_a_change_comes_with_the_next_start(self):
        self.daemon.start()
        self.sent("e1", "T-1")
        eventually(lambda: any("Is crane down for all" in text for text in self.texts()))
        before = self.rows("kind")
        self.daemon.kill()
        module = self.place / "agency" / "outages.esc"
        text = module.read_text()
        self.assertIn(USED, text)
        module.write_text(text.replace(USED, 'notify owner "Who saw {service} fail?"'))
        self.daemon.start(at=later(START, hours=1))
        self.assertEqual(1, self.rows("kind").count("changed") - before.count("changed"))
        self.sent("e2", "T-2")
        eventually(lambda: any("Who saw crane fail?" in text for text in self.texts()))
        self.assertEqual([], [text for text in self.texts() if "T-1" in text and "Who saw" in text])

    def test_a_workspace_does_not_decide_alone_what_is_read(self):
        done = self.checked({})
        self.assertEqual(2, done.returncode)
        self.assertIn("E0435", done.stderr)
        self.assertIn('"libraries": {"agency": {"folder"', done.stderr)
        done = self.checked(self.daemon.config)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_the_folder_is_relative_to_the_configuration(self):
        shutil.copytree(self.place / "agency", self.folder / "beside")
        done = self.checked({"libraries": {"agency": {"folder": "beside"}}})
        self.assertEqual(0, done.returncode, done.stderr)
        done = self.checked({"libraries": {"agency": {"folder": "nowhere"}}})
        self.assertEqual(2, done.returncode)
        self.assertIn("nowhere", done.stderr)
        done = self.checked({"libraries": {"agency": {}}})
        self.assertEqual(2, done.returncode)
        self.assertIn("libraries.agency has no folder", done.stderr)

    def test_a_broken_library_leaves_the_last_good_templates(self):
        self.daemon.start()
        self.daemon.stop()
        (self.place / "agency" / "outages.esc").write_text("template {\n")
        self.daemon.start(at=later(START, hours=1))
        self.assertIn("agency/outages.esc:1", self.daemon.errors())
        self.sent("e3", "T-3")
        eventually(lambda: any("crane is down" in text for text in self.texts()))


