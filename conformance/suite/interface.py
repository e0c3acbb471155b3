"""The suite's REST interface: plans are made, their modules started, waited for and read."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

# One call of the suite's long poll; it answers earlier where there is something to tell.
POLL_SECONDS = 30


class SuiteError(Exception):
    """The suite did not answer as it should."""


class Suite:
    """A running suite, at its address."""

    def __init__(self, address, token=None, ca=None, any_certificate=False):
        self.address = address.rstrip("/")
        context = ssl.create_default_context(cafile=ca)
        if any_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._open = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context)).open
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def make_plan(self, plan, variant, configuration):
        """Gives the plan's id and its modules, each with the variant it is run in."""
        query = {"planName": plan, "variant": json.dumps(variant)}
        made = self._call("POST", "api/plan", 201, query, configuration)
        return made["id"], made["modules"]

    def make_module(self, plan_id, module):
        query = {"test": module["testModule"], "plan": plan_id}
        if module.get("variant"):
            query["variant"] = json.dumps(module["variant"])
        return self._call("POST", "api/runner", 201, query)["id"]

    def start(self, module_id):
        self._call("POST", f"api/runner/{module_id}", 200)

    def wait_for(self, module_id, states, seconds, clock):
        """The first of `states` that the module reaches, or INTERRUPTED.

        Raises SuiteError where it reaches none of them within `seconds`.
        """
        wanted = [*states, "INTERRUPTED"]
        until = clock() + seconds
        while (left := until - clock()) > 0:
            poll = min(left, POLL_SECONDS)
            query = {"states": ",".join(wanted), "timeoutMs": int(poll * 1000)}
            answer = self._call("GET", f"api/runner/{module_id}/wait-state", 200, query, patience=poll + 10)
            if answer.get("state") in wanted:
                return answer["state"]
        raise SuiteError(f"none of {', '.join(states)} within {seconds} s")

    def result(self, module_id):
        """PASSED, WARNING, REVIEW, SKIPPED or FAILED; None where there is none."""
        return self._call("GET", f"api/info/{module_id}", 200).get("result")

    def findings(self, module_id):
        """What went wrong, from the module's log: source and message."""
        entries = self._call("GET", f"api/log/{module_id}", 200)
        return [
            f"{entry.get('result')}: {entry.get('src')}: {entry.get('msg')}"
            for entry in entries
            if entry.get("result") in ("FAILURE", "WARNING")
        ]

    def log_address(self, module_id):
        return f"{self.address}/log-detail.html?log={module_id}"

    def _call(self, method, path, expected, query=None, body=None, patience=60):
        address = f"{self.address}/{path}"
        if query:
            address += "?" + urllib.parse.urlencode(query)
        data = json.dumps(body).encode() if body is not None else (b"" if method == "POST" else None)
        request = urllib.request.Request(address, data, self._headers, method=method)
        try:
            with self._open(request, timeout=patience) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        except OSError as error:
            raise SuiteError(f"{method} {path}: {error}") from error
        if status != expected:
            raise SuiteError(f"{method} {path}: HTTP {status}: {text[:300].decode(errors='replace')}")
        try:
            return json.loads(text) if text else {}
        except ValueError as error:
            raise SuiteError(f"{method} {path}: the answer is no JSON") from error
