"""Postfix: our pages out through its submission (STARTTLS, AUTH), mail in by its LMTP transport, and both across a daemon that is away."""

import email.utils
import re
import smtplib
from email.message import EmailMessage

import neighbours
from harness import Case, eventually
from postfix import Postfix

INBOX = "desk+acme@desk.example"
SOURCE = """workspace desk "Desk" { language 1  timezone "UTC" }
use std.ticket
use std.triage

person ana "Ana" { email "ana@people.example" }
person ben "Ben" { email "ben@people.example" }

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
"""


class Mail(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("desk", SOURCE)
        lmtp = neighbours.free_port()
        self.postfix = Postfix(self.folder, lmtp)
        self.addCleanup(self.postfix.stop)
        self.secret_file("inbox-secret", "a canary of the inbox 77e0")
        self.secret_file("mail-password", Postfix.password)
        self.daemon.config = {
            "lmtp_listen": f"127.0.0.1:{lmtp}", "backoff_base_ms": 20, "backoff_max_ms": 200, "circuit_open_ms": 200,
            "workspaces": {"desk": {
                "inbox": {"address": INBOX, "secret_file": str(self.folder / "inbox-secret")}, "allowed_addresses": ["127.0.0.1"],
                "mail": {"server": f"smtp://localhost:{self.postfix.port}", "from": "escal@desk.example", "tls": "required",
                         "ca_file": str(self.postfix.folder / "ca.pem"), "user": Postfix.user, "password_file": str(self.folder / "mail-password")}}},
        }

    def secret_file(self, name, secret):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(secret + "\n")

    def send(self, text, sender="eve@customer.example", recipients=(INBOX,), subject="Printer on fire", **headers):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"], message["Message-ID"] = sender, recipients[0], subject, email.utils.make_msgid(domain="customer.example")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        message.add_attachment(b"\0\1\2" * 100, maintype="image", subtype="png", filename="Bild ä.png")
        with smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=30) as server:
            return server.sendmail(sender, recipients, message.as_bytes())

    def titles(self):
        return sorted(item["title"] for item in self.daemon.get("/v1/tickets").json["items"])

    def page(self, address="ana@people.example"):
        return eventually(lambda: self.postfix.mails(address))[-1]

    def test_there_and_back_again(self):
        """A customer's mail pages a person, whose answer acknowledges and resolves: everything through Postfix."""
        self.daemon.start(at=None)
        self.send("It burns.\n.\n..\nÜmlaut", subject="Störung im Lager")
        self.assertEqual(eventually(self.titles), ["Störung im Lager"])
        ticket, = self.daemon.get("/v1/tickets").json["items"]
        self.assertEqual((ticket["fields"]["description"], ticket["fields"]["requester"]), ("It burns.\n.\n..\nÜmlaut", "eve@customer.example"))
        page = self.page()
        self.assertEqual(page.defects, [])
        self.assertIn("Störung im Lager", page.get_content())
        self.assertRegex(self.postfix.log(), r"sasl_method=(PLAIN|LOGIN), sasl_username=" + re.escape(Postfix.user))
        answer_to = email.utils.parseaddr(page["Reply-To"])[1]
        self.send("Ack: on my way\n\n> resolve", sender="ana@people.example", recipients=(answer_to,), subject="Re: " + page["Subject"], In_Reply_To=page["Message-ID"])
        acked = eventually(lambda: [row for row in self.daemon.audit() if row["kind"] == "acked"])
        self.assertEqual([(row["actor"], row["data"]["reason"]) for row in acked], [("ana", "on my way")])
        self.send("erledigt", sender="ana@people.example", subject="Re: " + page["Subject"], In_Reply_To=page["Message-ID"])  # by its id alone
        eventually(lambda: self.daemon.escalation()["state"] == "closed")
        self.assertEqual(self.titles(), ["Störung im Lager"])
        self.assertNotIn("canary", self.daemon.errors() + self.postfix.log())

    def test_mail_waits_for_a_daemon_that_is_away(self):
        self.daemon.start(at=None)
        self.send("x", subject="first")
        eventually(lambda: self.titles() == ["first"])
        self.daemon.kill()
        for name in ("second", "third"):
            self.send("x", subject=name)
        eventually(lambda: "Connection refused" in self.postfix.queue())
        self.daemon.start(at=None)
        self.postfix.flush()
        eventually(lambda: self.titles() == ["first", "second", "third"])
        eventually(lambda: "Mail queue is empty" in self.postfix.queue())
        self.assertEqual(self.titles(), ["first", "second", "third"])

    def test_each_recipient_has_an_answer(self):
        """One of three is nobody's: its sender is told of that one, and the others are delivered."""
        self.daemon.start(at=None)
        page_before = len(self.postfix.mails())
        self.send("x", sender="ben@people.example", recipients=(INBOX, "desk+nobody@desk.example", "ana@people.example"), subject="to three")
        eventually(lambda: self.titles() == ["to three"])
        notice = eventually(lambda: [mail for mail in self.postfix.mails("ben@people.example") if "Undelivered" in (mail["Subject"] or "")])[0]
        self.assertIn("no workspace has this address", notice.as_string())
        eventually(lambda: len(self.postfix.mails()) > page_before)
        eventually(lambda: "Mail queue is empty" in self.postfix.queue())

    def test_a_wrong_password_holds_the_mail_back(self):
        """What is the operator's fault makes no page dead: it goes out once the password is right."""
        self.secret_file("mail-password", "wrong")
        self.daemon.start(at=None)
        self.send("x", subject="locked out")
        eventually(lambda: "endpoint_held" in self.daemon.errors() or any(row["kind"] == "endpoint_held" for row in self.daemon.audit()))
        self.assertEqual(self.postfix.mails("ana@people.example"), [])
        self.daemon.stop()
        self.secret_file("mail-password", Postfix.password)
        self.daemon.start(at=None)
        self.assertIn("locked out", self.page()["Subject"])

    def test_notices_of_delivery_start_nothing(self):
        """A page to an address that is nobody's comes back as a notice to our own sender address, which is the desk's."""
        self.daemon.config["workspaces"]["desk"]["mail"]["from"] = INBOX
        self.daemon.start(at=None)
        with smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=30) as server:
            server.sendmail("", [INBOX], b"From: MAILER-DAEMON@mx.desk.example\r\nTo: " + INBOX.encode() + b"\r\nSubject: Undelivered\r\n\r\nno\r\n")
        left = eventually(lambda: [row for row in self.daemon.audit() if row["kind"] == "mail_left"])
        self.assertIn("it is a notice of delivery", left[0]["text"])
        self.assertEqual(self.titles(), [])
