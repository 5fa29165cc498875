"""Automations, which nobody owns: what they are refused stands in the log."""

import shutil

from harness import WORKSPACES, Case, Daemon, event, eventually


class Automations(Case):
    def setUp(self):
        super().setUp()
        folder = self.folder / "automated" / "acme"
        shutil.copytree(WORKSPACES["acme"], folder)
        (folder / "automations.esc").write_text(
            'automation thank { on ticket.created { notify ticket.requester "We look at it" via email } }\n'
            "automation swap {\n"
            '  on ticket.updated when changed ticket.title { set ticket.url to "https://x.example/{ticket.title}" }\n'
            "}\n")
        self.daemon = Daemon(self.folder / "data")
        self.daemon.workspaces[0] = folder
        self.addCleanup(self.daemon.release)
        self.daemon.start()

    def logged(self):
        return [line for line in self.daemon.errors().splitlines() if '"event":"automation"' in line]

    def test_alarms_stand_in_the_log(self):
        self.daemon.send(event("e1", "ticket.created", "T-1", title="Printer", severity="low", requester="nobody in particular"))
        eventually(lambda: len(self.logged()) == 1)
        self.assertIn('"level":"alarm"', self.logged()[0])
        self.assertIn("acme, T-1: a message to ", self.logged()[0])
        self.assertIn("went nowhere", self.logged()[0])
        for number in range(23):
            self.daemon.send(event(f"u{number}", "ticket.updated", "T-1", title=f"Printer {number}"))
        eventually(lambda: len(self.logged()) == 2)  # told once, not at each further one
        self.assertIn("the automation swap does not act on T-1: it has acted 20 times within an hour", self.logged()[1])
        self.assertEqual(len([row for row in self.daemon.audit(ticket="T-1") if row["kind"] == "alarm"]), 2)
