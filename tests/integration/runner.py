"""runner - runs unittest modules, prints a line for each test, and closes with `N passed, N failed`."""

import collections
import sys
import time
import unittest


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed = 0
        self.started = time.monotonic()  # what sets up a class may fail before any test has started

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def say(self, test, word):
        print(f"{word:4} {test.id()} ({time.monotonic() - self.started:.1f} s)", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self.say(test, "ok")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.say(test, "FAIL")
        print(self.failures[-1][1], flush=True)

    def addError(self, test, error):
        super().addError(test, error)
        self.say(test, "FAIL")
        print(self.errors[-1][1], flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skip {test.id()} ({reason})", flush=True)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            print(f"FAIL {subtest}\n{self._exc_info_to_string(error, subtest)}", flush=True)


def run(folder, names):
    """Runs the tests of these modules, or of all test_*.py in the folder; gives the exit status."""
    sys.path.insert(0, str(folder))
    names = names or sorted(path.stem for path in folder.glob("test_*.py"))
    suite = unittest.TestLoader().loadTestsFromNames([name.removesuffix(".py") for name in names])
    result = Result()
    suite.run(result)
    for reason, count in sorted(collections.Counter(reason for _, reason in result.skipped).items()):
        print(f"{count} skipped: {reason}")
    failed = result.testsRun - result.passed - len(result.skipped)
    failed = max(failed, len(result.failures) + len(result.errors))  # a set-up that failed has run no test
    print(f"{result.passed} passed, {failed} failed")
    return 0 if failed == 0 and result.passed > 0 else 1
