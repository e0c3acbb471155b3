"""The suite's REST interface, played from a recording: each call must be the next one that is written there."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit


class Fake:
    """A server on a free port of this machine; what it was asked that is not in the recording is in `surprises`."""

    def __init__(self, recording):
        calls = json.loads((Path(__file__).parent / "recordings" / f"{recording}.json").read_text(encoding="utf-8"))
        self.left = list(calls)
        self.surprises = []
        self.bodies = []
        self.authorizations = set()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def address(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method, target, body, authorization):
        split = urlsplit(target)
        asked = f"{method} {split.path}"
        query = dict(parse_qsl(split.query))
        self.authorizations.add(authorization)
        if body:
            self.bodies.append(json.loads(body))
        following = self.left[0] if self.left else None
        if not following or following["call"] != asked or not following.get("query", {}).items() <= query.items():
            self.surprises.append(f"{asked} {query}; expected {following}")
            return 500, {"error": "not in the recording"}
        self.left.pop(0)
        return following["status"], following["answer"]


class _Handler(BaseHTTPRequestHandler):
    fake = None

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self.fake.answer(self.command, self.path, body, self.headers.get("Authorization"))
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _serve

    def log_message(self, *_):
        pass
