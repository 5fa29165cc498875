"""Alertmanager, and Prometheus before it: alerts open, group and resolve an escalation, and nothing is lost while either is away."""

import datetime

from alertmanager import Alertmanager, Exporter, Prometheus
from harness import Case, eventually

SOURCE = """workspace watch "Watch" { language 1  timezone "UTC" }
use std.ticket
use std.triage

extend ticket { service: text at most 100? }

person ana "Ana" { email "ana@watch.example" }
person ben "Ben" { email "ben@watch.example" }

policy watch { last resort ben }

source alertmanager {
  verify token header "Authorization"
  each body.alerts as alert
  event ticket.created when alert.status = "firing"
  event ticket.resolved when alert.status = "resolved"
  event.id <- "{alert.fingerprint}/{alert.startsAt}/{alert.status}"
  ticket.id <- alert.fingerprint
  ticket.title <- alert.annotations.summary else alert.labels.alertname
  ticket.severity <- alert.labels.severity map { page: critical  warning: high  otherwise: medium }
  ticket.service <- alert.labels.service
  ticket.tags <- pairs(alert.labels)
}

template down "Down" {
  start on ticket.created when ticket.severity = critical
  group by ticket.service
  owners { primary ana ack within 1h  secondary ben ack within 1h }
  steps {
    page primary "{ticket.service}: {ticket.title}"
    await resolved within 2d else raise overdue
  }
  close when resolved
}
"""


def alert(name, service, ends=None, severity="page", **annotations):
    made = {"labels": {"alertname": name, "service": service, "severity": severity}, "annotations": annotations}
    return {**made, "endsAt": ends} if ends else made


def ago(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)).isoformat()


class Alerts(Case):
    def setUp(self):
        super().setUp()
        self.kept_workspace("watch", SOURCE)
        secret = self.folder / "source-secret"
        secret.touch(mode=0o600)
        secret.write_text("canary-source-secret-41d7\n")
        self.daemon.config["workspaces"] = {"watch": {"sources": {"alertmanager": {"secret_file": str(secret)}}}}
        self.daemon.start(at=None)
        self.alertmanager = Alertmanager(self.folder, f"http://127.0.0.1:{self.daemon.port}/v1/sources/alertmanager?workspace=watch", "canary-source-secret-41d7")
        self.addCleanup(self.alertmanager.kill)
        self.alertmanager.start()

    def again(self):
        """escald once more, at the port that Alertmanager knows."""
        self.daemon.start(at=None, port=self.daemon.port)

    def titles(self, status=None):
        items = self.daemon.get("/v1/tickets").json["items"]
        return sorted(item["title"] for item in items if status is None or item["status"] == status)

    def states(self):
        return {item["id"]: item["state"] for item in self.daemon.escalations()}

    def test_alerts_open_group_and_resolve(self):
        self.alertmanager.post(alert("HighLatency", "payments", summary="p99 2.4 s"), alert("Errors", "payments"), alert("Disk", "mail", severity="warning"))
        eventually(lambda: self.titles() == ["Disk", "Errors", "p99 2.4 s"])
        self.assertEqual(self.states(), {"E-1": "open"})  # one for the service, and none for a warning
        self.assertEqual(self.daemon.escalation()["tickets_open"], 2)
        ticket = [item for item in self.daemon.get("/v1/tickets").json["items"] if item["title"] == "Errors"][0]
        self.assertIn("alertname=Errors", ticket["fields"]["tags"])
        self.alertmanager.post(alert("HighLatency", "payments", ends=ago(1), summary="p99 2.4 s"))
        eventually(lambda: self.titles("resolved") == ["p99 2.4 s"])
        self.assertEqual(self.states(), {"E-1": "open"})
        self.alertmanager.post(alert("Errors", "payments", ends=ago(1)))
        eventually(lambda: self.states() == {"E-1": "closed"})

    def test_nothing_is_lost_while_escald_is_away(self):
        self.daemon.kill()
        self.alertmanager.post(alert("Down", "payments"))
        eventually(lambda: "connection refused" in self.alertmanager.log())
        self.again()
        eventually(lambda: self.titles() == ["Down"])
        self.daemon.kill()
        self.alertmanager.post(alert("Down", "payments", ends=ago(1)))
        self.again()
        eventually(lambda: self.states() == {"E-1": "closed"})
        self.assertEqual(len(self.daemon.escalations()), 1)

    def test_nothing_is_lost_over_a_restart_of_alertmanager(self):
        """It tells of what still fires once more, which is known; and of what ended meanwhile."""
        self.alertmanager.post(alert("Down", "payments"))
        eventually(lambda: self.states() == {"E-1": "open"})
        self.alertmanager.kill()
        self.alertmanager.start()
        self.alertmanager.post(alert("Down", "payments"), alert("Down", "mail"))
        eventually(lambda: len(self.states()) == 2)
        self.alertmanager.post(alert("Down", "payments", ends=ago(1)), alert("Down", "mail", ends=ago(1)))
        eventually(lambda: set(self.states().values()) == {"closed"})
        self.assertEqual(len(self.titles()), 2)

    def test_an_alert_that_fires_again_opens_again(self):
        self.alertmanager.post(alert("Down", "payments"))
        eventually(lambda: self.states() == {"E-1": "open"})
        self.alertmanager.post(alert("Down", "payments", ends=ago(0)))
        eventually(lambda: self.states() == {"E-1": "closed"})
        self.alertmanager.post(alert("Down", "payments"))
        eventually(lambda: "open" in self.states().values())
        self.assertEqual(len(self.titles()), 1)  # the same alert is the same ticket

    def test_prometheus_raises_and_ends_it(self):
        exporter = Exporter()
        self.addCleanup(exporter.close)
        prometheus = Prometheus(self.folder, exporter, self.alertmanager)
        self.addCleanup(prometheus.kill)
        exporter.numbers["queue_length"] = 7
        prometheus.start()
        eventually(lambda: self.titles() == ["7 wait in the queue"])
        self.assertEqual(self.states(), {"E-1": "open"})
        exporter.numbers["queue_length"] = 1
        eventually(lambda: self.states() == {"E-1": "closed"})
