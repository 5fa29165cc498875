"""request_tracker - Request Tracker 5 in a folder of one's own, on SQLite: queues, a custom field, people, and scrips that tell escald."""

import atexit
import base64
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

import neighbours

SERVER = "/usr/share/request-tracker5/libexec/rt-server"  # Debian has it in no folder of programs
PACKAGES = ["request-tracker5", "rt5-db-sqlite", "rt5-standalone"]

# Mail is thrown away: what Request Tracker tells by itself is no part of what is tried.
SITE = r"""
Set($rtname, 'desk'); Set($Organization, 'desk.example'); Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, '');
Set($WebBaseURL, 'http://127.0.0.1:{port}'); Set($CorrespondAddress, 'rt@desk.example'); Set($CommentAddress, 'rtc@desk.example');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rtdb'); Set($Timezone, 'UTC');
Set($LogToSyslog, undef); Set($LogToSTDERR, 'warning'); Set($LogToFile, undef); Set($LogDir, '{folder}');
Set($MailCommand, 'sendmailpipe'); Set($SendmailPath, '/bin/true'); Set($SendmailArguments, ''); Set($SendmailBounceArguments, ''); Set($HTMLFormatter, 'core');
1;
"""

# What a desk tells its source in its own words, signed.
TELL = r"""
require LWP::UserAgent; require JSON; require Digest::SHA;
my ($t, $x) = ($self->TicketObj, $self->TransactionObj);
my $body = JSON->new->utf8->canonical->encode({
    type => $x->Type, txn => int($x->Id), ticket => { id => int($t->Id), subject => $t->Subject, status => $t->Status,
        owner => $t->OwnerObj->Name, queue => $t->QueueObj->Name, severity => $t->FirstCustomFieldValue('Severity') } });
my $r = LWP::UserAgent->new(timeout => 5)->post('{url}', 'Content-Type' => 'application/json',
    'X-Signature' => 'sha256=' . Digest::SHA::hmac_sha256_hex($body, '{secret}'), Content => $body);
RT->Logger->warning('escal: ' . $r->status_line) unless $r->is_success;
1;
"""

DATA = r"""
@Users = ({ Name => 'escal', Privileged => 1 }, { Name => 'lena', Privileged => 1 }, { Name => 'guest', Privileged => 1 });
@Queues = ({ Name => 'Desk' }, { Name => 'Billing' }, { Name => 'Events' });
@CustomFields = ({ Name => 'Severity', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => ['Desk'] });
@ACL = ((map { { UserId => 'escal', Right => $_ } } qw(SeeQueue CreateTicket ShowTicket ShowTicketComments CommentOnTicket ReplyToTicket ModifyTicket SeeCustomField ModifyCustomField)),
        { UserId => 'lena', Right => 'OwnTicket' });
my $tell = do { open my $f, '<', '{folder}/tell.pl' or die; local $/; <$f> };
my $events = do { open my $f, '<', '{folder}/events.pl' or die; local $/; <$f> };
my %scrip = (ScripCondition => 'User Defined', ScripAction => 'User Defined', Template => 'Blank', Stage => 'TransactionCreate', CustomPrepareCode => '1;');
@Scrips = ((map { { %scrip, Description => "tell escald of $_", Queue => $_, CustomCommitCode => $tell,
                    CustomIsApplicableCode => q{$self->TransactionObj->Type =~ /^(Create|Status|Set|CustomField)$/ ? 1 : 0;} } } qw(Desk Billing)),
           { %scrip, Description => 'events', Queue => 'Events', CustomCommitCode => $events,
             CustomIsApplicableCode => q{return $self->TransactionObj->Type =~ /^(Create|Status|Set)$/ ? 1 : 0;} });
@Final = (sub {
    my $token = RT::AuthToken->new(RT->SystemUser);
    my $user = RT::User->new(RT->SystemUser);
    $user->Load('escal');
    my ($ok, $why, $text) = $token->Create(Owner => $user->Id, Description => 'escald');
    die $why unless $ok;
    open my $f, '>', '{folder}/token' or die;
    print $f $text;
    close $f;
});
1;
"""


def filled(text, **values):
    """Perl is full of braces, so names are replaced one by one."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


class RequestTracker:
    """`source` and `secret` are where changes of the queues Desk and Billing are told and what signs them; `events` is the scrip of the queue Events."""

    def __init__(self, folder, source, secret, events):
        self.setup, _ = neighbours.programs(PACKAGES, "rt-setup-database-5", SERVER)
        self.folder, self.port, self.process = folder, neighbours.free_port(), None
        (folder / "conf.d").mkdir()
        (folder / "RT_SiteConfig.pm").write_text(filled(SITE, port=self.port, folder=folder))
        (folder / "tell.pl").write_text(filled(TELL, url=source, secret=secret))
        (folder / "events.pl").write_text(events)
        (folder / "initialdata").write_text(filled(DATA, folder=folder))
        self.environment = {**os.environ, "RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(folder / "conf.d")}
        self.fill("--action", "init")
        self.fill("--action", "insert", "--datafile", str(folder / "initialdata"))
        self.token = (folder / "token").read_text()
        atexit.register(self.stop)  # also when the suite is broken off: it would go on by itself

    def fill(self, *arguments):
        done = subprocess.run([self.setup, *arguments, "--dba", "root", "--dba-password", "x"], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=400, check=False)
        if done.returncode != 0:
            raise AssertionError("rt-setup-database-5: " + (done.stdout + done.stderr)[-3000:])

    def start(self):
        with open(self.folder / "rt.log", "ab") as log:
            # A process group of its own: its workers outlive the parent that is killed.
            self.process = subprocess.Popen([SERVER, "--host", "127.0.0.1", "--port", str(self.port), "--max-workers", "2"], env=self.environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while not neighbours.listens(self.port):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError("Request Tracker does not listen: " + self.log()[-2000:])
            time.sleep(0.05)

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def log(self):
        path = self.folder / "rt.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def ask(self, method, path, body=None):
        """What somebody does in Request Tracker itself, as root; a refusal of the whole request raises."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/REST/2.0{path}", None if body is None else json.dumps(body).encode(), method=method, headers={
            "Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(b"root:password").decode()})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error

    def create(self, queue, subject, **fields):
        made = self.ask("POST", "/ticket", {"Queue": queue, "Subject": subject, "Requestor": "kim@customer.example", "Content": "x", "ContentType": "text/plain", **fields})
        return made["id"]

    def change(self, ticket, **fields):
        return self.ask("PUT", f"/ticket/{ticket}", fields)

    def ticket(self, ticket):
        return self.ask("GET", f"/ticket/{ticket}")

    def severity(self, ticket):
        return [value for field in self.ticket(ticket)["CustomFields"] if field["name"] == "Severity" for value in field["values"]]

    def history(self, ticket, by="escal"):
        """What this user did to the ticket, the oldest first: (type, new value)."""
        items = self.ask("GET", f"/ticket/{ticket}/history?fields=Type,NewValue,Creator&per_page=100")["items"]
        return [(one["Type"], one["NewValue"]) for one in sorted(items, key=lambda one: int(one["id"])) if one["Creator"]["id"] == by]
