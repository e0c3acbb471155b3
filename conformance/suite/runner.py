"""Runs plans, module by module, and holds every result against what is expected."""

from collections import Counter
from dataclasses import dataclass, field

from .interface import SuiteError
from .plans import PlanError

# A module signs in once or twice; the longest waits half a minute on purpose.
MODULE_SECONDS = 240
# It is started by hand, once the keys have been rotated.
ROTATES_KEYS = "oidcc-server-rotate-keys"


@dataclass
class Row:
    """A line of the table: one plan in one variant."""

    plan: str
    variant: dict
    results: Counter = field(default_factory=Counter)
    # What was skipped or needs a person's eye, and why.
    remarks: list = field(default_factory=list)
    unexpected: list = field(default_factory=list)


def run(suite, plan, variant, environment, rotate_keys, clock, say):
    """Runs `plan` in `variant`. `rotate_keys` is called where a module asks for new keys."""
    row = Row(plan.name, variant)
    try:
        plan_id, modules = suite.make_plan(plan.title, variant, plan.configuration(environment, variant))
    except (SuiteError, PlanError) as error:
        row.unexpected.append(f"the plan was not made: {error}")
        return row
    for module in modules:
        name = module["testModule"]
        result, details = _run_module(suite, plan_id, module, rotate_keys, clock)
        expected, why = plan.expectation(name)
        row.results[result] += 1
        say(f"{plan.name}: {name}: {result}")
        if _is_as_expected(result, expected):
            if result != "PASSED":
                row.remarks.append(f"{name}: {result}: {why}")
        else:
            row.unexpected.append(f"{name}: {result}, expected {expected or 'nothing: it is not in expected.json'}")
            row.unexpected += details
    if not modules:
        row.unexpected.append("the plan has no module in this variant")
    return row


def _run_module(suite, plan_id, module, rotate_keys, clock):
    """The module's result, and for a bad one what its log says."""
    try:
        module_id = suite.make_module(plan_id, module)
        state = suite.wait_for(module_id, ["CONFIGURED", "WAITING", "FINISHED"], MODULE_SECONDS, clock)
        # Every other module goes on by itself.
        if state == "CONFIGURED" and module["testModule"] == ROTATES_KEYS:
            rotate_keys()
            suite.start(module_id)
        if state not in ("FINISHED", "INTERRUPTED"):
            suite.wait_for(module_id, ["FINISHED"], MODULE_SECONDS, clock)
        result = suite.result(module_id) or "UNKNOWN"
        details = [] if result in ("PASSED", "REVIEW", "SKIPPED") else suite.findings(module_id)
        return result, [f"  {line}" for line in [*details, suite.log_address(module_id)]]
    except SuiteError as error:
        return "ERROR", [f"  {error}"]


def _is_as_expected(result, expected):
    # What would be looked at and was found in order without that is better than expected.
    return result == expected or (expected == "REVIEW" and result == "PASSED")


def table(rows):
    """The results as text, a line a plan and variant, and under it what has to be known of them."""
    columns = ("PASSED", "REVIEW", "WARNING", "FAILED", "SKIPPED")
    width = max((len(_label(row)) for row in rows), default=4)
    lines = ["  ".join([f"{'plan':<{width}}", *(f"{name.lower():>8}" for name in columns), "   other"])]
    for row in rows:
        other = sum(row.results.values()) - sum(row.results[name] for name in columns)
        counts = [f"{row.results[name]:>8}" for name in columns]
        lines.append("  ".join([f"{_label(row):<{width}}", *counts, f"{other:>8}"]))
    for title, part in (("skipped, or to be looked at", "remarks"), ("unexpected", "unexpected")):
        found = [f"{_label(row)}: {line}" for row in rows for line in getattr(row, part)]
        if found:
            lines += ["", f"{title}:", *found]
    return "\n".join(lines)


def _label(row):
    return row.plan + "".join(f" [{key}={value}]" for key, value in sorted(row.variant.items()))
