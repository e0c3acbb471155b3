"""The plans: a folder each, with its settings, its browser steps and the result that is expected of every module."""

import json
from dataclasses import dataclass
from pathlib import Path
from string import Template

FOLDER = Path(__file__).resolve().parent.parent
RESULTS = ("PASSED", "REVIEW", "SKIPPED")


class PlanError(Exception):
    """A plan's folder does not hold together."""


@dataclass(frozen=True)
class Plan:
    name: str
    settings: dict
    browser: dict
    expected: dict

    @property
    def title(self):
        return self.settings["plan"]

    def configuration(self, environment, variant):
        """What the suite is given: where SenID is, its clients, and what the browser does on its pages."""
        values = {key: environment[key] for key in ("issuer", "username", "password")}
        configuration = {
            "alias": environment["alias"],
            "description": f"SenID, {self.settings['certification']}",
            "server": {"discoveryUrl": f"{environment['issuer']}/.well-known/openid-configuration"},
            "consent": {},
            "browser": steps(self.browser["usual"], values),
            "override": {
                module: {"browser": steps(names, values)} for module, names in self.browser.get("override", {}).items()
            },
        }
        if "clients" in self.settings:
            configuration |= self._pair(environment, variant)
        elif variant.get("client_registration") == "static_client":
            configuration |= environment["clients"]
        else:
            configuration |= {"client": {"client_name": "conformance"}, "client2": {"client_name": "conformance, second"}}
        # What a plan asks for that no other does.
        return configuration | self.settings.get("configuration", {})

    def _pair(self, environment, variant):
        """The clients of this variant, and the API that they call with their tokens."""
        own = self.settings["clients"]
        pair = environment["pairs"][own["kind"]][" ".join(variant[name] for name in own["by"])]
        # Who signed in is told by userinfo; a token that says nothing of a person is for an API.
        by_certificate = variant.get("sender_constrain", "mtls") == "mtls"
        api = environment["mtls" if by_certificate else "issuer"] + "/userinfo"
        if variant.get("openid", "openid_connect" if "ciba_mode" in variant else "plain_oauth") != "openid_connect":
            api = environment["resource"] or _missing(f"{self.name}: a variant without OpenID needs serve --resource")
            pair = {name: {**own, "scope": "records.read"} if "client_id" in own else own for name, own in pair.items()}
        return {
            **pair,
            "resource": {"resourceUrl": api, "resourceMethod": "GET"},
            "automated_ciba_approval_url": environment["approver"],
        }

    def expectation(self, module):
        """The result that is expected of a module and why, if it is another than PASSED."""
        expected = self.expected.get(module)
        return (expected["result"], expected.get("why", "")) if expected else (None, "")


def _missing(what):
    raise PlanError(what)


def steps(names, values):
    """The browser steps of these names, with `values` put in."""
    known = _read(FOLDER / "browser.json")
    tasks = known.pop("tasks")

    def named(name, among):
        if name not in among:
            raise PlanError(f"browser.json has no {name!r}")
        return among[name]

    chosen = []
    for name in names:
        for step in named(name, known):
            chosen.append({**step, "tasks": [{"task": task, **named(task, tasks)} for task in step["tasks"]]})
    return _fill(chosen, values)


def _fill(value, values):
    match value:
        case str():
            return Template(value).substitute(values)
        case list():
            return [_fill(item, values) for item in value]
        case dict():
            return {key: _fill(item, values) for key, item in value.items()}
    return value


def load(names=()):
    """All plans, or those of these names, in the order of their names."""
    folders = sorted(path for path in (FOLDER / "plans").iterdir() if path.is_dir())
    unknown = set(names) - {folder.name for folder in folders}
    if unknown:
        raise PlanError(f"no plan is called {', '.join(sorted(unknown))}; --list names them")
    return [_load(folder) for folder in folders if not names or folder.name in names]


def _load(folder):
    plan = Plan(folder.name, *(_read(folder / f"{part}.json") for part in ("settings", "browser", "expected")))
    for module, expected in plan.expected.items():
        if expected.get("result") not in RESULTS:
            raise PlanError(f"{folder.name}: {module}: a result is one of {', '.join(RESULTS)}")
        if expected["result"] != "PASSED" and not expected.get("why"):
            raise PlanError(f"{folder.name}: {module}: {expected['result']} needs its reason")
    return plan


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PlanError(f"{path.relative_to(FOLDER)}: {error}") from error
