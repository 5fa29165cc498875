"""What a person on duty asks: what is open, one escalation in words, who is on call, what was kept as evidence; and the command lines."""

import json
import os
import re
import socket
import subprocess
import unittest

from harness import BIN, PATIENCE, START, Case, Daemon, critical_ticket, event, eventually, later

PROGRAMS = ("escalc", "escald", "escalctl")


def run(program, *arguments, **environment):
    """A program with an environment of its own."""
    return subprocess.run([str(BIN / program), *arguments], env={**os.environ, **environment}, capture_output=True, text=True, timeout=PATIENCE)


class Globex(Case):
    """A workspace whose escalations close as soon as they are acknowledged and resolved."""

    def setUp(self):
        super().setUp()
        self.daemon = Daemon(self.folder / "data", workspaces=("globex",))
        self.addCleanup(self.daemon.release)

    def shown(self, *arguments, zone="UTC"):
        """What escalctl prints for somebody in that zone."""
        daemon = self.daemon
        done = run("escalctl", *arguments, ESCAL_URL=f"http://127.0.0.1:{daemon.port}", ESCAL_TOKEN=daemon.token, TZ=zone)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        for wrong in ("1970", "\\x0a", "\x1b", "null", "{\""):
            self.assertNotIn(wrong, done.stdout, arguments)
        return done.stdout

    def close(self, number):
        daemon = self.daemon
        self.assertEqual(daemon.post(f"/v1/escalations/E-{number}/ack", {"as": "gil"}).status, 200)
        self.assertEqual(daemon.post(f"/v1/escalations/E-{number}/resolve", {"as": "gil"}).status, 200)

    def ids(self, *arguments):
        return [row["id"] for row in json.loads(self.daemon.ctl("status", "--format", "json", *arguments).stdout)["items"]]


class Open(Globex):
    def test_what_is_open_is_shown_however_many_are_closed(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("open", "INC-OPEN"))
        daemon.send(*(critical_ticket(f"e{n}", f"INC-{n}") for n in range(2, 152)))
        for number in range(2, 152):
            self.close(number)
        eventually(lambda: len(daemon.escalations(state="closed", limit=1000)) == 150)
        self.assertEqual(self.ids(), ["E-1"])
        lines = self.shown("status").splitlines()
        self.assertEqual(len(lines), 2)
        self.assertIn("INC-OPEN", lines[1])
        self.assertEqual(self.ids("--all"), ["E-1"] + [f"E-{n}" for n in range(151, 51, -1)])
        self.assertEqual(len(self.ids("--all", "--limit", "500")), 151)
        self.assertEqual(self.ids("--all", "--before", "E-3"), ["E-2"])
        self.assertEqual(self.ids("--state", "closed", "--limit", "2"), ["E-151", "E-150"])
        self.assertEqual(self.ids("--ticket", "INC-OPEN"), ["E-1"])
        self.assertEqual(self.ids("--ticket", "INC-7"), [])

    def test_pages_are_asked_for_until_there_are_no_more(self):
        daemon = self.daemon.start()
        for first in (0, 600):
            daemon.send(*(critical_ticket(f"e{n}", f"INC-{n}") for n in range(first, first + 600)))
        self.assertEqual(sorted(self.ids()), sorted(f"E-{n}" for n in range(1, 1201)))

    def test_the_most_urgent_comes_first(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"), critical_ticket("e2", "INC-2"))
        daemon.post("/v1/escalations/E-1/ack", {"as": "gil"})
        rows = self.shown("status", zone="Europe/Berlin").splitlines()[1:]
        self.assertRegex(rows[0], r"^E-2 +asked +critical +INC-2 +Globex +Checkout is down +gil +.* 10:05 CET, in 5 min +then hal$")
        self.assertRegex(rows[1], r"^E-1 +taken +critical +INC-1 +Globex +Checkout is down +gil +.* 2026-03-03 10:00 CET, in .* the resolution$")

    def test_nothing_is_open(self):
        self.daemon.start()
        self.assertEqual(self.shown("status"), "nothing is open\n")

    def on_a_terminal(self, **environment):
        """What escalctl prints on a terminal."""
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        done = subprocess.run([str(BIN / "escalctl"), "status"], stdout=slave, timeout=PATIENCE,
                              env={**os.environ, "ESCAL_URL": f"http://127.0.0.1:{self.daemon.port}", "ESCAL_TOKEN": self.daemon.token, "TERM": "xterm", **environment})
        os.close(slave)
        self.assertEqual(done.returncode, 0)
        return os.read(master, 65536).decode()

    def test_colours_are_for_terminals_and_who_wants_them(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        self.assertIn("\x1b[33mE-1", self.on_a_terminal(NO_COLOR=""))
        self.assertNotIn("\x1b", self.on_a_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_a_terminal(TERM="dumb"))
        self.assertNotIn("\x1b", self.shown("status"))

    def test_it_is_shown_again_and_again(self):
        daemon = self.daemon.start()
        watching = subprocess.Popen([str(BIN / "escalctl"), "status", "--watch"], stdout=subprocess.PIPE, text=True,
                                    env={**os.environ, "ESCAL_URL": f"http://127.0.0.1:{daemon.port}", "ESCAL_TOKEN": daemon.token})
        self.addCleanup(watching.stdout.close)
        self.addCleanup(watching.wait)
        self.addCleanup(watching.kill)
        while "nothing is open" not in (line := watching.stdout.readline()):
            self.assertTrue(line)
        daemon.send(critical_ticket("e1", "INC-1"))
        while "INC-1" not in (line := watching.stdout.readline()):
            self.assertTrue(line)


class One(Globex):
    def test_an_escalation_in_words(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1", title="Pay\u200bments \x1b[2J\nare down \u202e"))
        eventually(daemon.settled)
        shown = self.shown("show", "E-1", zone="America/New_York")
        for line in (r"E-1  Outage", r"ticket +INC-1: Pay\\u\{200b\}ments \\x1b\[2J", r" +are down \\u\{202e\}", r"customer +Globex", r"severity +critical",
                     r"state +open", r"owner +gil", r"role +primary, not acknowledged yet", r"deadline +to acknowledge until 04:05 EST, in 5 min",
                     r"next +hal \(secondary\), when nobody acknowledges in time", r"waits for +acknowledgement by gil", r"opened +04:00 EST, .* ago",
                     r"checks +acknowledged: pending", r" +accepted: pending", r"history +04:00 EST  .*started on INC-1.*",
                     r"messages +04:00 EST  to alerts by chat: accepted \(nothing is bound to it: written to a file\): Outage: .*", r"evidence +1 piece: escalctl evidence E-1"):
            self.assertRegex(shown, rf"(?m)^{line}$")
        self.assertRegex(self.shown("ack", "E-1", "--as", "gil"), r"^done: E-1\nE-1  gil \(primary\) has it, next deadline .* UTC, in .*\n$")
        self.assertRegex(self.shown("show", "E-1"), r"(?m)^role +primary, acknowledged$")

    def test_who_comes_too_late_is_told_who_has_it(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        self.shown("ack", "E-1", "--as", "gil")
        late = self.shown("ack", "E-1", "--as", "gil").splitlines()
        self.assertTrue(late[0].startswith("nothing to do"), late)
        self.assertTrue(late[-1].startswith("E-1  gil (primary) has it"), late)

    def test_lines_of_a_message_are_lines(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1", title="first\nsecond"))
        for command in ("audit", "outbox"):
            self.assertRegex(self.shown(command), r"(?m)first$\n {20,}second", command)

    def test_a_ticket_in_words(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        shown = self.shown("show", "INC-1")
        for line in (r"ticket +INC-1", r"title +Checkout is down", r"created +09:00 UTC, .* ago", r" +severity: critical",
                     r"E-1  gil \(primary\) is asked until 09:05 UTC, in 5 min"):
            self.assertRegex(shown, rf"(?m)^{line}$")
        for nothing in ("tags", "assignee"):
            self.assertNotIn(nothing, shown)

    def test_times_of_the_record_have_their_zone(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        rows = self.shown("log", zone="Asia/Tokyo").splitlines()
        self.assertRegex(rows[0], r"^SEQ +TIME +TICKET +ESC +KIND +ACTOR +WHERE +WHAT$")
        for row in rows[1:]:
            self.assertRegex(row, r"^\d+ +2026-03-02 18:00:\d\d JST  ")

    def test_the_token_may_not_read_the_record(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        daemon.kill()
        daemon.token = daemon.add_token("reader", "globex", "gil", "read")
        daemon.start()
        self.assertRegex(self.shown("show", "E-1"), r"(?m)^history +\(the token may not read the record\)$")


class Kept(Case):
    def configuration(self):
        return {}

    def finish_one(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"))
        daemon.ctl("ack", "E-1", "--as", "chen")
        before = daemon.escalation()
        daemon.ctl("confirm", "E-1", "the customer confirms recovery", "--as", "chen")
        daemon.ctl("resolve", "E-1", "--as", "chen")
        eventually(lambda: daemon.escalation()["state"] == "closed")
        return before

    def test_what_a_closed_one_knew_is_there_after_a_restart(self):
        before = self.finish_one()
        daemon = self.daemon
        closed = daemon.escalation()
        daemon.kill()
        daemon.start(at=later(START, hours=1))
        again = daemon.escalation()
        for answer in (closed, again):
            answer.pop("now")
        self.assertEqual(again, closed)
        self.assertTrue(before["changes"])
        self.assertEqual(again["changes"], before["changes"])
        self.assertEqual([check["check"] for check in again["checks"]], [check["check"] for check in before["checks"]])
        self.assertEqual({check["result"] for check in again["checks"]}, {"passed"})
        self.assertEqual((again["state"], again["outcome"], again["owner"], again["acked"]), ("closed", "resolved", "chen", True))
        self.assertEqual((again["template_title"], again["ticket_title"], again["account"], again["severity"]),
                         ("High-value customer incident", "Checkout is down", "Globex", "critical"))
        shown = daemon.ctl("show", "E-1").stdout
        self.assertRegex(shown, r"(?m)^checks +acknowledged: passed$")
        self.assertRegex(shown, r"(?m)^ +status from open to escalated$")
        self.assertIsNone(again["next_owner"])

    def test_reading_a_closed_one_changes_nothing(self):
        self.finish_one()
        daemon = self.daemon
        before = daemon.audit(), daemon.get("/v1/tickets").json, daemon.outbox()
        for _ in range(3):
            daemon.escalation()
            daemon.get("/v1/escalations/E-1/evidence")
        self.assertEqual((daemon.audit(), daemon.get("/v1/tickets").json, daemon.outbox()), before)

    def test_evidence_can_be_read(self):
        self.finish_one()
        daemon = self.daemon
        items = daemon.get("/v1/escalations/E-1/evidence").json["items"]
        self.assertEqual([item["number"] for item in items], list(range(len(items))))
        self.assertEqual([item["name"] for item in items[:3]], ["start event", "ticket", "changes"])
        self.assertFalse(any("content" in item for item in items))
        one = daemon.get("/v1/escalations/E-1/evidence?number=1").json["items"]
        self.assertEqual(json.loads(one[0]["content"])["account.name"], "Globex")
        self.assertEqual(len(one[0]["content"].encode()), one[0]["size"])
        self.assertEqual([item["number"] for item in daemon.get("/v1/escalations/E-1/evidence?after=1&limit=1").json["items"]], [2])
        start = daemon.get("/v1/escalations/E-1/evidence?number=0").json["items"][0]
        self.assertEqual(json.loads(start["content"])["subject"], "INC-1")
        for path, status in (("E-1/evidence?number=99", 404), ("E-9/evidence", 404), ("nonsense/evidence", 404), ("E-1/evidence?number=x", 400), ("E-1/evidence?all=1", 400)):
            self.assertEqual(daemon.get(f"/v1/escalations/{path}").status, status, path)
        self.assertRegex(daemon.ctl("evidence", "E-1").stdout, r"(?m)^1 +ticket +2026-03-02 .* [0-9a-f]{64}$")
        self.assertIn('"account.name": "Globex"', daemon.ctl("evidence", "E-1", "1").stdout)
        daemon.ctl("evidence", "E-1", "99", status=1)
        daemon.ctl("evidence", "INC-1", status=2)

    def test_messages_of_one_escalation(self):
        daemon = self.daemon.start()
        daemon.send(critical_ticket("e1", "INC-1"), critical_ticket("e2", "INC-2"), critical_ticket("e3", "INC-1", title="again", source="/other"))
        eventually(daemon.settled)
        everything = daemon.outbox()
        for escalation in {row["escalation"] for row in everything}:
            own = [row for row in everything if row["escalation"] == escalation]
            self.assertEqual(daemon.outbox(escalation=escalation), own)
            self.assertEqual(daemon.outbox(escalation=escalation, limit=1), own[:1])
            self.assertEqual(daemon.outbox(escalation=escalation, before=own[0]["id"]), own[1:])
            self.assertEqual(daemon.outbox(escalation=escalation, state="dead"), [])
        self.assertEqual(daemon.outbox(escalation="E-9"), [])
        self.assertEqual(daemon.get("/v1/outbox?escalation=nine").status, 400)


class OnCall(Case):
    def configuration(self):
        return {}

    def rows(self):
        items = self.daemon.get("/v1/oncall").json["items"]
        schedules = {row["schedule"]: row for row in items if "schedule" in row}
        return schedules, {(row.get("template"), row["role"]): row for row in items if "role" in row}

    def test_who_is_on_duty_until_when_and_who_is_next(self):
        self.daemon.start()
        schedules, roles = self.rows()
        row = schedules["platform_oncall"]
        self.assertEqual((row["person"], row["name"], row["until"], row["next"], row["absent"]), ("chen", "Chen Wei", "2026-03-09T08:00:00.000Z", "ana", []))
        self.assertEqual(roles["high_value_incident", "primary"]["who"], "platform_oncall")
        self.assertEqual(roles["high_value_incident", "primary"]["person"], "chen")
        self.assertEqual(roles[None, "last_resort"]["person"], "dora")
        self.assertNotIn("until", roles[None, "last_resort"])
        shown = run("escalctl", "oncall", ESCAL_URL=f"http://127.0.0.1:{self.daemon.port}", ESCAL_TOKEN=self.daemon.token, TZ="Europe/Berlin").stdout
        self.assertRegex(shown, r"(?m)^platform_oncall +chen \(Chen Wei\) +2026-03-09 09:00 CET, in 6 d 23 h +ana \(Ana Ruiz\)$")
        self.assertRegex(shown, r"(?m)^ +last resort +dora +dora \(Dora Lindt\)$")

    def test_somebody_is_away(self):
        daemon = self.daemon.start()
        daemon.ctl("absent", "chen", "--until", "2026-03-04T12:00:00Z")
        row = self.rows()[0]["platform_oncall"]
        self.assertEqual(row["absent"], [{"person": "chen", "until": "2026-03-04T12:00:00.000Z"}])
        self.assertNotEqual(row.get("person"), "chen")
        self.assertEqual((row["until"], row["next"]), ("2026-03-04T12:00:00.000Z", "chen"))
        self.assertIn("chen until ", daemon.ctl("oncall").stdout)

    def test_who_stands_in_and_who_did_then(self):
        daemon = self.daemon.start()
        daemon.ctl("away", "chen", "--until", "2026-03-04T12:00:00Z", "--deputy", "erik")
        row = self.rows()[0]["platform_oncall"]
        self.assertEqual(row["absent"], [{"person": "chen", "until": "2026-03-04T12:00:00.000Z", "deputy": "erik"}])
        self.assertEqual((row["person"], row["until"], row["next"]), ("erik", "2026-03-04T12:00:00.000Z", "chen"))
        self.assertIn("(erik stands in)", daemon.ctl("oncall").stdout)
        self.assertRegex(daemon.ctl("oncall", "--at", "2026-03-10T12:00:00Z").stdout, r"(?m)^platform_oncall +ana ")
        self.assertEqual(daemon.get("/v1/oncall?at=now").status, 400)

    def test_a_calendar_file_knows_what_people_said(self):
        daemon = self.daemon.start()
        written = daemon.ctl("oncall", "--ics", "platform_oncall").stdout
        self.assertRegex(written, r"\nDTSTART:20260302T.*\nDTEND:20260309T080000Z\nSUMMARY:chen\n")
        daemon.ctl("absent", "chen", "--until", "2026-03-04T12:00:00Z", "--deputy", "erik")
        said = daemon.ctl("oncall", "--ics", "platform_oncall").stdout
        self.assertRegex(said, r"\nDTEND:20260304T120000Z\nSUMMARY:erik\n")
        self.assertRegex(said, r"\nDTSTART:20260304T120000Z\nDTEND:20260309T080000Z\nSUMMARY:chen\n")
        self.assertIn("DTEND:20260304T120000Z", daemon.ctl("oncall", "--ics", "erik").stdout)
        self.assertNotIn("VEVENT", daemon.ctl("oncall", "--ics", "dora").stdout)
        self.assertTrue(daemon.get("/v1/oncall?ics=erik").json["calendar"].startswith("BEGIN:VCALENDAR\r\n"))
        self.assertEqual(daemon.get("/v1/oncall?ics=nobody").status, 404)

    def test_it_is_read_only(self):
        daemon = self.daemon.start()
        before = daemon.audit()
        self.assertEqual(daemon.get("/v1/oncall").status, 200)
        self.assertEqual(daemon.get("/v1/oncall?day=1").status, 400)
        self.assertEqual(daemon.post("/v1/oncall").status, 405)
        self.assertEqual(daemon.get("/v1/oncall", token=daemon.add_token("e", "acme", "x", "events")).status, 401)
        self.assertEqual(daemon.audit(), before)


class CommandLines(unittest.TestCase):
    def test_help_and_version_everywhere(self):
        for program in PROGRAMS:
            version = run(program, "--version")
            self.assertRegex(version.stdout, rf"^{program} \d+\.\d+\.\d+, language 1\n$")
            self.assertEqual(run(program, "-V").stdout, version.stdout)
            shown = run(program, "--help")
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            self.assertEqual(run(program, "-h").stdout, shown.stdout)
            for command in re.findall(r"(?m)^  ([a-z]+) {2,}\S", shown.stdout.split("commands:")[1].split("\n\n")[0]) if "commands:" in shown.stdout else []:
                told = run(program, "help", command)
                self.assertEqual(told.returncode, 0)
                self.assertTrue(told.stdout.startswith(f"usage: {program} {command}"))
                for option in re.findall(r"(?m)^  (?:-., )?(--[a-z-]+.*)$", told.stdout):
                    self.assertTrue(" " in option or option in told.stdout, option)
                self.assertEqual(run(program, command, "-h").stdout, told.stdout)

    def test_usage_errors(self):
        for program, arguments, message in (
                ("escalctl", ("acc", "E-1"), "escalctl: there is no command `acc`; did you mean `ack`?"),
                ("escalctl", ("--url", "http://127.0.0.1:1", "ack"), "escalctl ack: something is missing: escalctl ack ID"),
                ("escalctl", ("handoff", "E-1", "--to", "ana"), "escalctl handoff: --reason is missing"),
                ("escalctl", ("absent", "ana", "--for", "1d", "--until", "x"), "escalctl absent: an absence has either --for or --until"),
                ("escalctl", ("clock", "set"), "escalctl clock: the only word of it is `accept`"),
                ("escalctl", ("status", "--limit", "many"), "escalctl status: --limit needs a number above 0"),
                ("escalc", ("fmt", "--write", "--check", "x"), "escalc fmt: --write or --check, not both"),
                ("escalc", ("explain",), "escalc explain: say what to explain: a code, --list or --markdown"),
                ("escald", ("--data", "x"), "escald: --workspace is missing"),
                ("escald", ("--workspac", "x"), "escald: there is no option --workspac; did you mean --workspace?"),
                ("escald", ("--workspace", "x", "--data", "x", "--time-scale", "fast"), "escald: --time-scale needs a number above 0, and of at most 1000000")):
            done = run(program, *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertRegex(done.stderr, rf"^{re.escape(message)} \(`{program} [a-z -]+` says more\)\n$")

    def complete(self, program, *words):
        script = (f'source <("$0" --help=bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _{program}; printf "%s\\n" "${{COMPREPLY[@]}}"')
        done = subprocess.run(["bash", "-c", script, str(BIN / program), program, *words], capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_completions_of_bash(self):
        self.assertEqual(self.complete("escalctl", "ha"), ["handoff"])
        self.assertEqual(self.complete("escalctl", "handoff", "--w"), ["--within"])
        self.assertEqual(self.complete("escalctl", "--format", "json", "status", "--w"), ["--watch"])
        self.assertEqual(self.complete("escalctl", "handoff", "--expect", ""), ["acked", "resolved"])
        self.assertEqual(self.complete("escalctl", "ack", "--reason", ""), [])
        self.assertEqual(self.complete("escalctl", "clock", ""), ["accept"] + [o for o in self.complete("escalctl", "clock", "--")])
        self.assertEqual(self.complete("escald", "--conf"), ["--config"])
        self.assertIn("check", self.complete("escalc", ""))

    def test_an_address_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            case = Case()
            case.setUp()
            self.addCleanup(case.doCleanups)
            workspace = str(case.daemon.workspaces[0])
            done = run("escald", "--workspace", workspace, "--data", str(case.folder / "data"), "--listen", f"127.0.0.1:{port}")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"escald: cannot listen on 127.0.0.1:{port}: Address already in use\n", done.stderr)
            done = run("escald", "--workspace", workspace, "--data", str(case.folder / "data"), "--listen", "no.such.host.invalid:1")
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, r"escald: cannot listen on no\.such\.host\.invalid:1: \S+")


class Damage(Globex):
    def test_the_file_is_named(self):
        self.daemon.start()
        self.daemon.stop()
        store = self.daemon.folder / "globex.db"
        store.write_bytes(b"This is a text and no store.\n" * 1000)
        done = run("escald", "--workspace", str(self.daemon.workspaces[0]), "--data", str(self.daemon.folder), "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(store), done.stderr)
