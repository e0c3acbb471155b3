"""The citizen of the CIBA plans. The suite calls this address when it wants a request answered, and the answer is given
where a citizen gives it: on the account's page of incoming requests, through a browser of their own."""

import http.server
import json
import re
import sys
import threading
import urllib.parse

from . import plans
from .browser import Browser, StepError

ANSWERS = ("allow", "deny")
# The page of one request.
REQUEST = r"/account/requests/[0-9a-f-]{36}$"


class Approver:
    """Serves `POST /answer?action=allow|deny`; the suite puts in the action."""

    def __init__(self, environment, port=0, host="0.0.0.0"):
        self.environment = environment
        # One page after another: two answers at once would press each other's buttons.
        self._turn = threading.Lock()
        self._server = http.server.ThreadingHTTPServer((host, port), self._handler())

    def serve(self):
        self._server.serve_forever()

    def answer(self, action):
        """Signs in and answers every request that waits: the suite has begun one."""
        values = {key: self.environment[key] for key in ("issuer", "username", "password")}
        browser, page = Browser(values["issuer"]), f"{values['issuer']}/account/requests"
        with self._turn:
            browser.follow(plans.steps(["sign in to the account"], values), page)
            waiting = [address for address in browser.page.addresses if re.search(REQUEST, address)]
            if not waiting:
                raise StepError(f"no request waits: {browser.page.text}")
            for address in waiting:
                browser.visit(address)
                browser.press(action)

    def _handler(approver):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                address = urllib.parse.urlsplit(self.path)
                action = urllib.parse.parse_qs(address.query).get("action", [""])[0]
                if address.path != "/answer" or action not in ANSWERS:
                    self.send_error(404)
                    return
                try:
                    approver.answer(action)
                except (StepError, OSError, ValueError) as error:
                    self.send_error(502, explain=str(error))
                    return
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler


def main():
    """Serves beside SenID, as `conformance/serve` starts it: with what it wrote, and a port."""
    environment, port = sys.argv[1:]
    with open(environment, encoding="utf-8") as file:
        Approver(json.load(file), int(port)).serve()


if __name__ == "__main__":
    main()
