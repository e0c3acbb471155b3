"""Every test of the runner, and how many passed and failed. From the folder conformance/: python3 -m suite.tests"""

import sys
import unittest
from pathlib import Path

here = Path(__file__).parent
found = unittest.defaultTestLoader.discover(str(here), top_level_dir=str(here.parent.parent))
outcome = unittest.TextTestRunner(verbosity=2).run(found)
failed = len(outcome.failures) + len(outcome.errors) + len(outcome.unexpectedSuccesses)
print(f"conformance: {outcome.testsRun - failed - len(outcome.skipped)} passed, {failed + len(outcome.skipped)} failed")
sys.exit(0 if outcome.testsRun and not failed and not outcome.skipped else 1)
