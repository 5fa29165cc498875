"""postfix - an instance of one's own in a folder: submission with STARTTLS and AUTH, mail for people into a box, mail for the desk by LMTP."""

import email
import email.policy
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

import neighbours

MASTER = """
{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.desk.example
mydestination =
mynetworks =
smtputf8_enable = no
recipient_delimiter = +
relay_domains = desk.example
transport_maps = inline:{{desk.example=lmtp:inet:127.0.0.1:{lmtp}}}
virtual_mailbox_domains = people.example
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = mx.desk.example
cyrus_sasl_config_path = {folder}/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
minimal_backoff_time = 1h
maximal_backoff_time = 1h
lmtp_connect_timeout = 5s
"""

SASL = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {folder}/sasl/db\nmech_list: PLAIN LOGIN\n"


class Postfix:
    """`lmtp` is the port where the desk's mail goes."""

    user, password = "escal@mx.desk.example", "canary-postfix-password-81c3"

    def __init__(self, folder, lmtp):
        if os.geteuid() != 0:
            neighbours.missing("Postfix is started by root only")
        self.postfix, self.postqueue, self.saslpasswd, _ = neighbours.programs(
            ["postfix", "sasl2-bin", "libsasl2-modules"], "postfix", "postqueue", "saslpasswd2", "openssl")
        self.folder, self.port = Path(folder) / "postfix", neighbours.free_port()
        for name in ("", "queue", "data", "boxes", "sasl"):
            (self.folder / name).mkdir()
        (self.folder / "main.cf").write_text(MAIN.format(folder=self.folder, lmtp=lmtp))
        (self.folder / "master.cf").write_text(MASTER.format(port=f"127.0.0.1:{self.port}"))
        (self.folder / "sasl" / "smtpd.conf").write_text(SASL.format(folder=self.folder))
        self.certify()
        self.run(self.saslpasswd, "-p", "-c", "-f", self.folder / "sasl" / "db", "-u", "mx.desk.example", "escal", input=self.password)
        owner = pwd.getpwnam("postfix").pw_uid
        os.chown(self.folder / "data", owner, -1)
        os.chown(self.folder / "sasl" / "db", owner, -1)
        os.chown(self.folder / "boxes", 65534, 65534)
        self.open_way()
        # In the foreground, so that it ends with the suite whatever becomes of that.
        self.process = subprocess.Popen([self.postfix, "-c", str(self.folder), "start-fg"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not neighbours.listens(self.port):
            if time.monotonic() > deadline:
                raise AssertionError("Postfix does not listen: " + self.log())
            time.sleep(0.05)

    def run(self, *arguments, input=None):
        done = subprocess.run([str(a) for a in arguments], input=input, text=True, capture_output=True, timeout=60, check=False, stdin=None if input else subprocess.DEVNULL)
        if done.returncode != 0:
            raise AssertionError(f"{arguments[0]}: {done.stdout}{done.stderr}{self.log()}")
        return done.stdout

    def certify(self):
        """A certificate of an authority of one's own, for localhost."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)

        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Own authority")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        (self.folder / "names").write_text("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "30", "-extfile", "names")

    def open_way(self):
        """Postfix's own users have to get through the folders above."""
        for folder in (self.folder, *self.folder.parents):
            mode = folder.stat().st_mode
            if mode & 0o001 == 0:
                folder.chmod(mode & 0o777 | 0o011)

    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def flush(self):
        self.run(self.postqueue, "-c", self.folder, "-f")

    def queue(self):
        return self.run(self.postqueue, "-c", self.folder, "-p")

    def mails(self, address=None):
        """What lies in the box of the people, the oldest first."""
        found = []
        for path in (self.folder / "boxes" / "all" / "new").glob("*"):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if address is None or message["Delivered-To"] == address:
                found.append((path.stat().st_mtime_ns, message))
        return [message for _, message in sorted(found, key=lambda pair: pair[0])]

    def stop(self):
        subprocess.run([self.postfix, "-c", str(self.folder), "stop"], capture_output=True, timeout=60, check=False)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
