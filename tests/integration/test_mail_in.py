"""Mail as a source: tickets, answers to pages, replies about tickets, what machines write, and a kill between any two of them."""

import email
import email.policy
import json
import re
import socket
import threading
from email.message import EmailMessage
from pathlib import Path

from harness import PATIENCE, WORKSPACES, Case, Daemon, eventually

INBOX = "desk+acme@desk.example"
SOURCE = """workspace desk "Desk" { language 1  timezone "UTC" }
use std.ticket
use std.triage

person ana "Ana" { email "ana@desk.example" }
person ben "Ben" { email "Ben@Desk.example" }

event mail.replied { from: text at most 254  text: text at most 2000? }

policy desk { last resort ben }

template support "Support" {
  start on ticket.created
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps {
    page primary "New: {ticket.title}"
    await ack
    await resolved within 2d else raise overdue
  }
  close when resolved
}

template question "Question" {
  start on ticket.created when ticket.severity = low
  owners { primary ben ack within 1h }
  steps {
    ask owner "How do we go on with {ticket.title}?" within 1h {
      answer wait  "Wait a day" { set ticket.status to pending }
      answer close "Close it" { set ticket.status to resolved }
      timeout { }
    }
    await resolved within 2d else raise overdue
  }
  close when resolved
}
"""


class Lmtp:
    """One conversation with the mail door, as a mail server has it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")
        self.read()
        self.say("LHLO mx.example")

    def read(self):
        lines = []
        while True:
            line = self.file.readline().decode()
            if not line:
                return "(end)"
            lines.append(line.strip())
            if line[3:4] != "-":
                return " / ".join(lines)

    def say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.read()

    def deliver(self, message, *recipients, sender="eve@customer.example"):
        """What each recipient is answered, in order; a refusal at RCPT included."""
        raw = message.as_bytes(policy=email.policy.SMTP) if isinstance(message, EmailMessage) else message
        self.say(f"MAIL FROM:<{sender}>")
        answers = [self.say(f"RCPT TO:<{recipient}>") for recipient in recipients]
        taken = [answer.startswith("250") for answer in answers]
        if not any(taken):
            self.say("RSET")
            return answers
        self.say("DATA")
        self.socket.sendall(b"".join(b"." + line if line.startswith(b".") else line for line in raw.splitlines(keepends=True)))
        self.socket.sendall((b"" if raw.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return [self.read() if is_taken else answer for answer, is_taken in zip(answers, taken)]

    def close(self):
        self.file.close()
        self.socket.close()


def mail(text, subject="Printer on fire", sender="Eve <eve@customer.example>", identity="<1@customer.example>", **headers):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = sender, INBOX, subject, identity
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


class Desk(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("desk", SOURCE)
        self.path = self.folder / "lmtp"
        secret = self.folder / "inbox-secret"
        secret.touch(mode=0o600)
        secret.write_text("a canary of the inbox 5f20\n")
        self.inbox = {"address": INBOX, "secret_file": str(secret)}
        self.daemon.config = {
            "lmtp_listen": f"unix:{self.path}", "backoff_base_ms": 20, "backoff_max_ms": 200,
            "workspaces": {"desk": {"inbox": self.inbox, "allowed_addresses": ["127.0.0.1"],
                                    "mail": {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "escal@desk.example", "tls": "none"}}},
        }

    def lmtp(self):
        door = Lmtp(self.path)
        self.addCleanup(door.close)
        return door

    def deliver(self, message, *recipients, **options):
        door = Lmtp(self.path)
        try:
            return door.deliver(message, *(recipients or (INBOX,)), **options)
        finally:
            door.close()

    def tickets(self):
        return self.daemon.get("/v1/tickets").json["items"]

    def page(self, address, count=1):
        """The newest of so many mails that went to the address."""
        eventually(lambda: len(self.mail.to(address)) >= count)
        return self.mail.to(address)[-1]["message"]

    def reply(self, page, text, sender, identity, to_reply_address=True, quoting=True):
        body = text + ("\n\nOn Monday Escal wrote:\n> resolve\n> " + page.get_content().replace("\n", "\n> ") if quoting else "")
        answer = mail(body, "Re: " + page["Subject"], sender, identity, In_Reply_To=page["Message-ID"])
        recipient = email.utils.parseaddr(page["Reply-To"])[1] if to_reply_address else INBOX
        return self.deliver(answer, recipient, sender=email.utils.parseaddr(sender)[1])

    def records(self, kind):
        return [row for row in self.daemon.audit() if row["kind"] == kind]


class Tickets(Desk):
    def test_a_mail_is_a_ticket(self):
        self.daemon.start()
        message = mail("It burns.\n\nEve")
        message.add_attachment(b"%PDF-1.4 bytes", maintype="application", subtype="pdf", filename="photo ö.pdf")
        self.assertEqual(self.deliver(message), ["250 2.0.0 taken"])
        ticket, = self.tickets()
        self.assertRegex(ticket["id"], r"^M-[0-9a-z]{12}$")
        self.assertEqual((ticket["title"], ticket["fields"]["description"], ticket["fields"]["requester"]),
                         ("Printer on fire", "It burns.\n\nEve", "eve@customer.example"))
        start = json.loads(self.daemon.get("/v1/escalations/E-1/evidence?number=0").json["items"][0]["content"])
        self.assertEqual((start["mailfrom"], start["mailid"], start["source"]), ("eve@customer.example", "1@customer.example", f"mail:{INBOX}"))
        file, = json.loads(start["mailfiles"])
        self.assertEqual((file["name"], file["type"], file["size"], file["base64"]), ("photo ö.pdf", "application/pdf", 14, "JVBERi0xLjQgYnl0ZXM="))
        # The same mail once more, as a mail server brings it that got no answer: it is known.
        self.assertEqual(self.deliver(b"Received: by mx\r\n" + message.as_bytes(policy=email.policy.SMTP)), ["250 2.0.0 it was taken before"])
        self.assertEqual(len(self.tickets()), 1)
        # The same id with another content is another mail: nobody can keep somebody's mail away by being first.
        self.assertEqual(self.deliver(mail("Other words")), ["250 2.0.0 taken"])
        self.assertEqual(len(self.tickets()), 2)

    def test_html_and_no_subject(self):
        self.daemon.start()
        message = EmailMessage()
        message["From"] = "eve@customer.example"
        message.set_content("<p>Gr&uuml;&szlig;e</p><p>aus dem <b>Lager</b></p>", subtype="html")
        self.assertEqual(self.deliver(message), ["250 2.0.0 taken"])
        ticket, = self.tickets()
        self.assertEqual((ticket["title"], ticket["fields"]["description"]), ("Grüße", "Grüße\n\naus dem Lager"))

    def test_recipients_are_answered_one_by_one(self):
        self.daemon.start()
        answers = self.deliver(mail("x"), "nobody@desk.example", INBOX, "DESK+ACME@Desk.Example", "desk+acme=E-1=0123456789@desk.example")
        self.assertEqual(answers, ["550 5.1.1 no workspace has this address", "250 2.0.0 taken", "250 2.0.0 it was taken before",
                                   "550 5.7.1 nothing was done: this address for an answer is not valid, or not any more"])
        self.assertEqual(len(self.tickets()), 1)

    def test_further_addresses(self):
        self.inbox["also"] = ["support@acme.example", "hilfe@acme.example"]
        self.daemon.start()
        answers = self.deliver(mail("x"), "Hilfe@acme.example", INBOX, "support@acme.example", "support@acme.example.org", "support+x@acme.example")
        self.assertEqual([answer[:3] for answer in answers], ["250", "250", "250", "550", "550"])
        self.assertEqual(len(self.tickets()), 1)  # whichever of its addresses a mail came to, it is one

    def test_one_sender_does_not_bring_everything(self):
        self.daemon.config["mails_per_sender_max"] = 2
        self.daemon.start()
        door = self.lmtp()
        answers = [door.deliver(mail("x", identity=f"<{n}@a>"), INBOX)[0] for n in range(3)]
        self.assertEqual(answers, ["250 2.0.0 taken", "250 2.0.0 taken", "451 4.7.1 too many mails of this sender in an hour"])
        self.assertEqual(door.deliver(mail("x", identity="<9@a>"), INBOX, sender="fay@customer.example"), ["250 2.0.0 taken"])

    def test_hostile_mails_hold_nobody_up(self):
        self.daemon.start()
        silent = [self.lmtp() for _ in range(5)]
        silent[0].say("MAIL FROM:<a@b.example>")
        deep = b"From: eve@customer.example\r\n" + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20000))
        self.assertEqual(self.deliver(deep), ["552 5.3.4 the mail is not taken: it has more than 200 parts"])
        self.assertEqual(self.deliver(b"From: eve@customer.example\r\nX: " + b"a" * 200000 + b"\r\n\r\nx\r\n"),
                         ["552 5.3.4 the mail is not taken: its headers have more than 131072 bytes"])
        self.assertEqual(self.deliver(b"\0\xff\r\n\r\n\r\n"), ["250 2.0.0 taken"])
        self.assertEqual(self.records("mail_left")[0]["data"]["what"], "from eve@customer.example, \"\": its author is not one address")
        self.assertEqual(self.deliver(mail("fine")), ["250 2.0.0 taken"])
        self.assertEqual(len(self.tickets()), 1)
        self.assertEqual(self.daemon.get("/health").status, 200)


class Machines(Desk):
    def test_what_machines_write_is_recorded_and_left(self):
        self.daemon.start()
        cases = (
            ({"Auto_Submitted": "auto-replied"}, "it is an automatic reply"),
            ({"Auto_Submitted": "auto-generated"}, "a program wrote it"),
            ({"Precedence": "bulk"}, "it is of a list, or in bulk"),
            ({"List_Id": "<all.customer.example>"}, "it is of a list, or in bulk"),
            ({"X_Loop": INBOX}, "it came from here, and comes back"),
        )
        for headers, because in cases:
            self.assertEqual(self.deliver(mail("x", **headers)), ["250 2.0.0 taken"])
            self.assertTrue(self.records("mail_left")[-1]["data"]["what"].endswith(": " + because))
        self.assertEqual(self.deliver(mail("x"), sender=""), ["250 2.0.0 taken"])
        self.assertIn("it is a notice of delivery", self.records("mail_left")[-1]["text"])
        self.assertEqual((self.tickets(), len(self.records("mail_left"))), ([], 6))

    def test_our_own_mail_does_not_come_back(self):
        """A mail of ours, sent on to the inbox by somebody's rule without its headers, but with its id."""
        self.daemon.start()
        self.deliver(mail("It burns"))
        page = self.page("ana@desk.example")
        back = mail("x", identity=page["Message-ID"], sender="ana@desk.example")
        self.assertEqual(self.deliver(back), ["250 2.0.0 taken"])
        self.assertIn("it came from here", self.records("mail_left")[-1]["text"])
        self.assertEqual(len(self.tickets()), 1)

    def test_programs_may_be_heard(self):
        self.inbox["machines"] = "take"
        self.daemon.start()
        self.assertEqual(self.deliver(mail("x", Auto_Submitted="auto-generated")), ["250 2.0.0 taken"])
        self.assertEqual(self.deliver(mail("x", Auto_Submitted="auto-replied")), ["250 2.0.0 taken"])
        self.assertEqual((len(self.tickets()), len(self.records("mail_left"))), (1, 1))


class Answers(Desk):
    def open(self):
        self.daemon.start()
        self.deliver(mail("It burns"))
        return self.page("ana@desk.example")

    def test_our_mails_say_where_answers_go(self):
        page = self.open()
        self.assertRegex(page["Reply-To"], r"^desk\+acme=E-1=[0-9a-z]{26}@desk\.example$")
        self.assertRegex(page["Message-ID"], r"^<desk\.E-1\.\d+\.[0-9a-f]{16}\.[0-9a-z]{26}@desk\.example>$")
        self.assertEqual(page["X-Loop"], INBOX)
        self.assertTrue(page.get_content().rstrip().endswith("Or answer this mail, and begin with a line: ack"))

    def test_a_person_acknowledges_and_resolves(self):
        page = self.open()
        self.assertEqual(self.reply(page, "Ack: on my way", "Ana <ANA@desk.example>", "<2@a>"), ["250 2.0.0 taken"])
        acked, = self.records("acked")
        self.assertEqual((acked["actor"], acked["data"]["through"], acked["data"]["reason"]), ("ana", "mail", "on my way"))
        self.assertTrue(self.daemon.escalation()["acked"])
        self.assertEqual(self.reply(page, "ack", "ana@desk.example", "<3@a>"), ["250 2.0.0 taken"])  # too late, and no harm
        self.assertEqual(len(self.records("acked")), 1)
        # By the id alone, to the plain address, as programs answer that know no Reply-To.
        self.assertEqual(self.reply(page, "erledigt", "ana@desk.example", "<4@a>", to_reply_address=False), ["250 2.0.0 taken"])
        eventually(lambda: self.daemon.escalation()["state"] == "closed")
        self.assertEqual(len(self.tickets()), 1)

    def test_a_word_is_not_enough(self):
        """Who has no mail of ours, another's, or another store's, acts for nobody."""
        page = self.open()
        reply_to = email.utils.parseaddr(page["Reply-To"])[1]
        for sender in ("ben@desk.example", "eve@customer.example"):  # a person too, with somebody else's mail
            self.assertEqual(self.reply(page, "ack", sender, f"<{sender}>"), ["250 2.0.0 taken"])
        self.assertEqual(self.records("acked"), [])
        self.assertEqual([row["data"]["name"] for row in self.records("attached")], ["mail", "mail"])
        forged = reply_to.replace("E-1", "E-2"), re.sub("=.@", lambda found: "=" + ("0" if found[0][1] != "0" else "1") + "@", reply_to)
        changed = reply_to.split("=")[0] + "=E-1=" + ("1" if reply_to.split("=")[2][0] == "0" else "0") + reply_to.split("=")[2][1:]
        for address in (forged[0], changed):
            self.assertEqual(self.deliver(mail("ack", sender="ana@desk.example"), address, sender="ana@desk.example"),
                             ["550 5.7.1 nothing was done: this address for an answer is not valid, or not any more"])
        self.assertEqual(self.deliver(mail("ack", "Re: E-1", "ana@desk.example", "<7@a>"), sender="ana@desk.example"), ["250 2.0.0 taken"])
        two = b"From: ana@desk.example\r\nFrom: eve@customer.example\r\nSubject: x\r\n\r\nack\r\n"
        self.assertEqual(self.deliver(two, reply_to), ["250 2.0.0 taken"])
        self.assertEqual((self.records("acked"), len(self.tickets())), ([], 2))

    def test_an_out_of_office_note_acknowledges_nothing(self):
        page = self.open()
        note = mail("ack", sender="ana@desk.example", In_Reply_To=page["Message-ID"], Auto_Submitted="auto-replied")
        self.assertEqual(self.deliver(note, email.utils.parseaddr(page["Reply-To"])[1], sender="ana@desk.example"), ["250 2.0.0 taken"])
        self.assertEqual((self.records("acked"), len(self.tickets()), len(self.records("mail_left"))), ([], 1, 1))

    def test_what_quotes_say_counts_for_nothing(self):
        page = self.open()
        self.assertEqual(self.reply(page, "I will look at it on Tuesday.", "ana@desk.example", "<2@a>"), ["250 2.0.0 taken"])
        self.assertEqual((self.records("acked"), self.daemon.escalation()["state"]), ([], "open"))
        kept = [item for item in self.daemon.get("/v1/escalations/E-1/evidence").json["items"] if item["name"] == "mail"]
        content = json.loads(self.daemon.get(f"/v1/escalations/E-1/evidence?number={kept[0]['number']}").json["items"][0]["content"])
        self.assertTrue(content["mailtext"].startswith("I will look at it on Tuesday."))

    def test_a_question_is_answered(self):
        self.daemon.start()
        self.daemon.send({"specversion": "1.0", "id": "q1", "source": "/t", "type": "ticket.created", "subject": "Q-1", "data": {"title": "Ink", "severity": "low"}})
        asked = eventually(lambda: [m["message"] for m in self.mail.to("Ben@Desk.example") if "go on with" in m["message"].get_content()])[-1]
        self.assertTrue(asked.get_content().rstrip().endswith("Or answer this mail, and begin with a line: wait"))
        self.assertEqual(self.reply(asked, "close", "ben@desk.example", "<2@b>"), ["250 2.0.0 taken"])
        answered, = self.records("answered")
        self.assertEqual((answered["actor"], answered["data"]["answer"]), ("ben", "close"))
        # What a rule refuses, or what does not fit any more, is told by their mail server.
        self.assertTrue(self.reply(asked, "approve", "ben@desk.example", "<3@b>")[0].startswith(("250 2.0.0", "550 5.7.1 nothing was done: ")))

    def test_a_reply_is_an_event_of_the_workspace(self):
        self.inbox["reply_event"] = "mail.replied"
        page = self.open()
        self.assertEqual(self.reply(page, "It still burns", "eve@customer.example", "<5@c>"), ["250 2.0.0 taken"])
        self.assertEqual([row["data"]["name"] for row in self.records("attached")], ["mail"])
        # To an escalation that is closed it is still news of its ticket.
        self.daemon.post("/v1/escalations/E-1/resolve", {"as": "ana"})
        eventually(lambda: self.daemon.escalation()["state"] == "closed")
        self.assertEqual(self.reply(page, "Thank you", "eve@customer.example", "<6@c>"), ["250 2.0.0 taken"])
        self.assertEqual(len(self.tickets()), 1)


class Bounces(Desk):
    def notice(self, page, action="failed", identity=None, status="5.1.1", words="smtp; 550 5.1.1 <ana@desk.example>: user unknown"):
        return (f"From: MAILER-DAEMON@mx.example\r\nTo: escal@desk.example\r\nSubject: Undelivered Mail\r\nAuto-Submitted: auto-replied\r\n"
                "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nSorry.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n"
                f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ana@desk.example\r\nAction: {action}\r\nStatus: {status}\r\n"
                f"Diagnostic-Code: {words}\r\n\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {identity or page['Message-ID']}\r\n\r\n--r--\r\n").encode()

    def open(self):
        self.daemon.start()
        self.daemon.send({"specversion": "1.0", "id": "b1", "source": "/t", "type": "ticket.created", "subject": "B-1", "data": {"title": "Fire", "severity": "high"}})
        return self.page("ana@desk.example")

    def dead(self):
        return [row for row in self.daemon.get("/v1/outbox?state=dead").json["items"]]

    def test_a_mail_that_comes_back_did_not_arrive(self):
        page = self.open()
        self.assertEqual(self.deliver(self.notice(page, "delayed"), sender=""), ["250 2.0.0 taken"])
        # Somebody who only knows who writes to whom, and somebody with another's mark.
        forged = re.sub(r"\.[0-9a-z]{26}@", "." + "0" * 26 + "@", page["Message-ID"])
        self.assertEqual(self.deliver(self.notice(page, identity=forged), sender=""), ["250 2.0.0 taken"])
        self.assertEqual((self.dead(), len(self.records("mail_left"))), ([], 2))
        self.assertEqual(self.deliver(self.notice(page), sender=""), ["250 2.0.0 taken"])
        row, = self.dead()
        self.assertEqual((row["target"], row["detail"]), ("ana", "told by mail: 550 5.1.1 <ana@desk.example>: user unknown"))
        self.assertIn("user unknown", json.dumps([record["text"] for record in self.records("delivery_dead")]))
        self.assertEqual(len(self.records("mail_left")), 2)
        # The same notice again changes nothing, before and behind a kill.
        self.assertEqual(self.deliver(self.notice(page), sender=""), ["250 2.0.0 taken"])
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.deliver(self.notice(page), sender=""), ["250 2.0.0 taken"])
        self.assertEqual(len(self.records("delivery_dead")), 1)


class Life(Desk):
    def test_nothing_that_was_taken_is_lost_and_nothing_comes_twice(self):
        """kill -9 while mails come in: what got 250 is there, and what is brought again because nothing was said is there once."""
        self.daemon.start(at=None)
        taken, stop = set(), threading.Event()

        def bring():
            n = 0
            while not stop.is_set():
                n += 1
                while not stop.is_set():  # the mail server's queue: again until it is taken
                    try:
                        answer = self.deliver(mail("x", f"Mail {n}", identity=f"<{n}@queue>"), sender=f"s{n}@customer.example")[0]
                    except OSError:
                        continue
                    if answer.startswith("250"):
                        taken.add(f"Mail {n}")
                        break

        thread = threading.Thread(target=bring)
        thread.start()
        try:
            for round in range(4):
                before = len(taken)
                eventually(lambda: len(taken) > before + 5)
                self.daemon.kill()
                self.daemon.start(at=None)
        finally:
            stop.set()
            thread.join(PATIENCE)
        titles = []
        after = ""
        while True:
            items = self.daemon.get(f"/v1/tickets?limit=1000&after={after}").json["items"]
            if not items:
                break
            titles += [item["title"] for item in items]
            after = items[-1]["id"]
        self.assertEqual(len(titles), len(set(titles)))
        self.assertLessEqual(taken, set(titles))

    def test_a_stop_answers_what_was_taken(self):
        self.daemon.start()
        door = self.lmtp()
        self.assertEqual(door.deliver(mail("x"), INBOX), ["250 2.0.0 taken"])
        self.daemon.stop()
        self.assertTrue(door.read().startswith("421 4."))
        self.assertFalse(Path(self.path).exists())
        self.daemon.start()
        self.assertEqual(len(self.tickets()), 1)

    def test_a_second_daemon_does_not_take_the_socket(self):
        self.daemon.start()
        other = Daemon(self.folder / "other", workspaces=("desk",), config=self.daemon.config)
        self.addCleanup(other.release)
        with self.assertRaises(AssertionError) as refused:
            other.start()
        self.assertIn("somebody listens there already", str(refused.exception))
        self.assertEqual(self.deliver(mail("x")), ["250 2.0.0 taken"])

    def test_an_event_that_is_not_declared_is_said(self):
        self.inbox["reply_event"] = "mail.replid"
        self.daemon.start()
        eventually(lambda: 'inbox.reply_event: the templates declare no event mail.replid; did you mean \\"mail.replied\\"?' in self.daemon.errors())

    def test_a_wrong_configuration_is_said(self):
        cases = (
            ({"lmtp_listen": "0.0.0.0:24"}, {}, "lmtp_listen: wanted is unix:/PATH"),
            ({"lmtp_listen": ""}, {}, "gets no mail, because lmtp_listen names no place"),
            ({}, {"address": "desk"}, "inbox.address: is no mail address"),
            ({}, {"address": "a-name-that-is-much-too-long@desk.example"}, "more than 25 characters"),
            ({}, {"also": ["desk"]}, "inbox.also.desk: is no mail address"),
            ({}, {"secret_file": ""}, "inbox.secret_file: is missing"),
        )
        for top, inbox, words in cases:
            before, kept = dict(self.daemon.config), dict(self.inbox)
            self.daemon.config.update(top)
            self.inbox.update(inbox)
            with self.subTest(words), self.assertRaises(AssertionError) as refused:
                self.daemon.start()
            self.assertIn(words, str(refused.exception))
            self.daemon.config.clear()
            self.daemon.config.update(before)
            self.inbox.clear()
            self.inbox.update(kept)
        self.assertNotIn("canary", self.daemon.errors())
        self.assertIn("desk", WORKSPACES)
