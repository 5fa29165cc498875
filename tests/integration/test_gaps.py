"""Times of the next days in which nobody of a chain is there: told once, by the log, the trail and /health."""

from harness import START, Case, eventually, later

TEMPLATE = """
template night "Who comes by night" {
  manual
  owners { primary fay  ack within 10m }
  steps {
    await resolved within 30d
      else { close as late }
  }
  close when resolved
}
"""


class Gaps(Case):
    def setUp(self):
        super().setUp()
        self.acme_with("night", TEMPLATE)
        self.daemon.start()

    def gaps(self):
        return [row for row in self.daemon.audit() if row["kind"] == "gap_ahead"]

    def test_a_gap_is_told_once(self):
        self.assertEqual((self.daemon.get("/health").json["gaps"], self.gaps()), (0, []))
        self.daemon.ctl("absent", "fay", "--as", "fay", "--from", "2026-03-05T08:00:00.000Z", "--until", "2026-03-06T08:00:00.000Z")
        self.restart(later(START, minutes=1))  # a start looks, and so does every night
        eventually(lambda: len(self.gaps()) == 1)
        gap = self.gaps()[0]["data"]
        self.assertEqual((gap["template"], gap["from"], gap["until"]), ("night", "2026-03-05T08:00:00.000Z", "2026-03-06T08:00:00.000Z"))
        self.assertIn("fay is away and nobody stands in", gap["because"])
        eventually(lambda: self.daemon.get("/health").json["gaps"] == 1)
        for minutes in (2, 24 * 60, 72 * 60):
            self.restart(later(START, minutes=minutes))
        self.assertEqual(len(self.gaps()), 1)
        self.daemon.ctl("present", "fay", "--as", "fay")
        self.restart(later(START, minutes=73 * 60))
        eventually(lambda: self.daemon.get("/health").json["gaps"] == 0)
        self.assertEqual(len(self.gaps()), 1)
        self.assert_no_gap()
