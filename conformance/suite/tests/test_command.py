"""conformance/run as it is called: what it prints and the code that it ends with."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from .fake import Fake
from .test_runner import ENVIRONMENT

RUN = Path(__file__).resolve().parents[2] / "run"


def run(*arguments, fake=None):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as environment:
        json.dump(ENVIRONMENT, environment)
        environment.flush()
        command = [sys.executable, "-B", RUN, "--environment", environment.name, *arguments]
        if fake:
            command += ["--suite", fake.address]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class Command(unittest.TestCase):
    def test_it_ends_with_1_where_anything_is_unexpected_and_says_what(self):
        # Two variants are run; the recording has the refusal of one, and nothing for the other.
        with Fake("the_plan_is_refused") as fake:
            done = run("basic", fake=fake)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("unexpected:\nbasic [client_registration=dynamic_client]", done.stdout)

    def test_it_ends_with_0_where_everything_is_as_expected(self):
        with Fake("config_passes") as fake:
            done = run("config", fake=fake)
        self.assertEqual((done.returncode, fake.surprises), (0, []), done.stderr)
        self.assertRegex(done.stdout, r"(?m)^config +1 ")
        self.assertIn("config: oidcc-discovery-endpoint-verification: PASSED", done.stderr)

    def test_it_ends_with_2_where_it_cannot_begin(self):
        done = run("basik")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no plan is called basik; --list names them", done.stderr)

    def test_it_lists_its_plans(self):
        done = run("--list")
        self.assertEqual(done.returncode, 0)
        self.assertIn("oidcc-session-management-certification-test-plan (2 modules)", done.stdout)
