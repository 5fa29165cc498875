"""requests - for each route of docs/security.md a request that is answered behind the judgement of who may, and changes nothing
there (it names nobody, ends in the past, comes too late); and the holders who make it.

What has to change something when it is allowed says so (`fresh`): it gets an escalation of its own each time."""

SCOPES = ("events", "read", "act", "start", "people", "audit", "clock", "act-as", "operate")

# Who stands behind a token. Roles are those in the escalation that the requests are about: ana has it, ben is its secondary,
# olga the last resort, lea leads the team of both. A machine is nobody of the directory.
PEOPLE = {
    "ana": {"owner", "participant"},
    "ben": {"participant"},
    "lea": {"lead"},
    "olga": {"participant", "resort"},
    "leo": set(),
    "helpdesk": set(),
}
TEAMS = {"support": {"ana", "ben", "lea"}, "sales": {"leo"}, "board": {"lea", "olga", "max"}}
DIRECTORY = set(PEOPLE) - {"helpdesk"} | {"max"}

IN_A_ROLE = {"ana", "ben", "olga"}
ASKED = {"answer": {"ana", "olga"}, "approve": {"lea", "olga", "max"}, "reject": {"lea", "olga", "max"}}
ASKED["claim"] = ASKED["complete"] = ASKED["answer"]  # of the question's task
AT_IT = {"ana", "olga"}
OFFERED = {"leo"}

NOT_SAID = object()


class Request:
    """`path` with {E} for the escalation, {T} its ticket, {me} whoever asks. `about`: the person that it is about. `needs_person`:
    the act is one that somebody of the directory has to answer for. `unknown`: what a stranger is answered; a page leads to the login."""

    def __init__(self, path=None, body=NOT_SAID, about=None, on="outage", fresh=False, needs_person=False, right=None, query="", unknown=401):
        self.path, self.body, self.about, self.on, self.fresh = path, body, about, on, fresh
        self.needs_person, self.right, self.query, self.unknown = needs_person, right, query, unknown


def of_escalation(verb, body, **more):
    return {f"POST /v1/escalations/{{}}/{verb}": [Request("/v1/escalations/{E}/" + verb, body, **more)],
            f"POST /v1/tickets/{{}}/{verb}": [Request("/v1/tickets/{T}/" + verb, body, **more)]}


def about_people(verb, body):
    return {f"POST /v1/people/{{}}/{verb}": [Request(f"/v1/people/{name}/{verb}", body, about=name) for name in ("ana", "leo", "olga")]}


REQUESTS = {
    "GET /health": [Request("/health")],
    "GET /health/ready": [Request("/health/ready")],
    "GET /pages/{}": [Request("/pages/nothing.css")],
    "GET /": [Request("/")],
    "GET /e/{}/{}": [Request("/e/plain/E-1")],
    "GET /tasks": [Request("/tasks")],
    "GET /oncall": [Request("/oncall")],
    "GET /deliveries": [Request("/deliveries")],
    "GET /assets/{}": [Request("/assets/nothing.js")],
    "GET /sw.js": [Request("/sw.js")],
    "GET /x/{}": [Request("/x/nothing")],
    "POST /x/{}": [Request("/x/nothing", {})],
    "POST /v1/session/link": [Request("/v1/session/link", {})],
    "POST /v1/session/code": [Request("/v1/session/code", {})],
    "GET /login": [Request("/login")],
    "POST /login": [Request("/login", {})],
    "GET /login/code": [Request("/login/code")],
    "POST /login/code": [Request("/login/code", {})],
    "GET /login/oidc": [Request("/login/oidc")],
    "GET /login/oidc/callback": [Request("/login/oidc/callback")],
    "GET /login/{}": [Request("/login/nothing")],
    "POST /login/{}": [Request("/login/nothing", {})],
    "GET /status": [Request("/status", unknown=303)],
    "GET /status/open": [Request("/status/open", unknown=303)],
    "GET /v1/session": [Request("/v1/session")],
    "GET /v1/sessions": [Request("/v1/sessions")],
    "POST /v1/session/end": [Request("/v1/session/end", {"session": "nothing"})],
    "POST /v1/events": [Request("/v1/events", {"specversion": "0", "id": "", "source": "", "type": ""})],
    "POST /v1/inbound/{}": [Request("/v1/inbound/nothing", {})],
    "POST /v1/sources/{}": [Request("/v1/sources/nothing", {})],
    "GET /v1/tickets": [Request("/v1/tickets")],
    "POST /v1/tickets": [Request("/v1/tickets", {"title": ""})],
    "GET /v1/tickets/{}": [Request("/v1/tickets/{T}")],
    "GET /v1/escalations": [Request("/v1/escalations")],
    "GET /v1/live": [Request("/v1/live", query="?nothing=1")],  # refused behind the scope: a stream would not end
    "GET /v1/escalations/{}": [Request("/v1/escalations/{E}")],
    "GET /v1/escalations/{}/evidence": [Request("/v1/escalations/{E}/evidence")],
    "GET /v1/escalations/{}/timeline": [Request("/v1/escalations/{E}/timeline")],
    "GET /v1/escalations/{}/rollback": [Request("/v1/escalations/{E}/rollback")],
    "GET /v1/tasks": [Request("/v1/tasks")],
    "GET /v1/tasks/{}": [Request("/v1/tasks/{E}-1")],
    "POST /v1/tasks/{}/claim": [Request("/v1/tasks/{E}-1/claim", {})],
    "POST /v1/tasks/{}/complete": [Request("/v1/tasks/{E}-1/complete", {"answer": "perhaps"})],
    "POST /v1/tasks/{}/release": [Request("/v1/tasks/{E}-1/release", {}, on="claimed", fresh=True)],
    "GET /v1/audit": [Request("/v1/audit", query="?limit=1")],
    "GET /v1/outbox": [Request("/v1/outbox", query="?limit=1")],
    "GET /v1/endpoints": [Request("/v1/endpoints")],
    "POST /v1/outbox/{}/retry": [Request("/v1/outbox/999999999/retry", {})],  # there is no such message
    "GET /v1/oncall": [Request("/v1/oncall")],
    "POST /v1/clock/accept": [Request("/v1/clock/accept", {})],
    **of_escalation("ack", {}),
    **of_escalation("keep", {"reason": "r"}),
    **of_escalation("answer", {"answer": "perhaps"}),
    **of_escalation("approve", {}, on="release"),
    **of_escalation("reject", {"reason": "r"}, on="release", fresh=True),
    **of_escalation("accept", {}, on="offered", fresh=True),
    **of_escalation("decline", {"reason": "r"}, on="offered", fresh=True),
    **of_escalation("rollback", {}, needs_person=True),  # without a reason, as calling off
    **of_escalation("resolve", {}, needs_person=True),
    **of_escalation("call-off", {}, needs_person=True),  # without a reason: refused behind the judgement
    **of_escalation("confirm", {"check": "nothing that is checked"}, needs_person=True),
    **of_escalation("override", {"check": "nothing that is checked", "reason": "r"}, needs_person=True),
    # Of a ticket's escalations the one is meant that has the check: so it has to be one that is checked.
    "POST /v1/tickets/{}/confirm": [Request("/v1/tickets/{T}/confirm", {"check": "the page renders"}, fresh=True, needs_person=True)],
    "POST /v1/tickets/{}/override": [Request("/v1/tickets/{T}/override", {"check": "the page renders", "reason": "r"}, fresh=True, needs_person=True)],
    "POST /v1/templates/{}/start": [Request("/v1/templates/outage/start", {"ticket": "{T}"})],
    **about_people("absent", {"until": "2001-01-01T00:00:00Z"}),
    **about_people("present", {}),
    **about_people("test", {}),
}
# To somebody who is nobody; to oneself it is a takeover, and says too little to be one.
for _thing in ("escalations/{}", "tickets/{}"):
    _path = "/v1/" + _thing.replace("{}", "{E}" if "esc" in _thing else "{T}") + "/handoff"
    REQUESTS[f"POST /v1/{_thing}/handoff"] = [
        Request(_path, {"to": "nobody", "reason": "r", "expect": "acked", "within": "5m"}),
        Request(_path, {"to": "nobody", "reason": "r", "expect": "acked", "within": "5m", "offer": "5m"}),
        Request(_path, {"to": "{me}"}, right="takeover"),  # without a reason
    ]
