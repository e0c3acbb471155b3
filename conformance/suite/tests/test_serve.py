"""conformance/serve: what it starts is what the plans need, and the browser's steps go through its real pages."""

import base64
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from suite import plans
from suite.approver import Approver
from suite.browser import Browser, StepError

SERVE = Path(__file__).resolve().parents[2] / "serve"
SUITE = "https://suite.example:8443"
# Building comes first, where nothing was built yet.
START_SECONDS = 900


def free_ports():
    """The first of three in a row, below those that the system gives to outgoing connections."""
    while True:
        first = random.randrange(10_000, 32_000)
        try:
            for port in range(first, first + 3):
                with socket.socket() as candidate:
                    candidate.bind(("0.0.0.0", port))
            return first
        except OSError:
            pass


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = Path(cls.folder.name) / "environment.json"
        log = open(Path(cls.folder.name) / "log", "w+", encoding="utf-8")
        cls.addClassCleanup(log.close)
        command = [SERVE, "--port", str(free_ports()), "--suite", SUITE, "--environment", path]
        process = subprocess.Popen(command, stderr=log, stdout=log, start_new_session=True)
        cls.addClassCleanup(lambda: (os.killpg(process.pid, signal.SIGTERM), process.wait(60)))
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                cls.environment = json.loads(path.read_text(encoding="utf-8"))
                cls.fetch(f"{cls.environment['issuer']}/health/ready")
                break
            except (OSError, ValueError):
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    raise AssertionError(f"it did not start:\n{log.read()}") from None
                time.sleep(0.2)
        cls.metadata = cls.fetch(f"{cls.environment['issuer']}/.well-known/openid-configuration")

    @classmethod
    def fetch(cls, address, form=None, authorization=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        headers = {"Authorization": authorization} if authorization else {}
        data = urllib.parse.urlencode(form).encode() if form else None
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(urllib.request.Request(address, data, headers), timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith(b"{") else text.decode()

    def steps(self, *names):
        return plans.steps(names, {name: self.environment[name] for name in ("issuer", "username", "password")})

    def authorize(self, client="client", **more):
        query = {
            "client_id": self.environment["clients"][client]["client_id"],
            "redirect_uri": f"{SUITE}/test/a/senid/callback",
            "response_type": "code",
            "scope": "openid profile email address phone",
            "state": "a state",
            "nonce": "a nonce",
        }
        return f"{self.metadata['authorization_endpoint']}?{urllib.parse.urlencode(query | more)}"

    def signed_in(self):
        browser = Browser(self.environment["issuer"])
        browser.follow(self.steps("sign in"), self.authorize())
        return browser

    def test_the_citizen_signs_in_by_the_steps_and_has_every_claim(self):
        browser = self.signed_in()
        answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(browser.address).query))
        self.assertEqual(answer["state"], "a state")
        client = self.environment["clients"]["client"]
        secret = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": f"{SUITE}/test/a/senid/callback",
        }
        tokens = self.fetch(self.metadata["token_endpoint"], form, f"Basic {secret}")
        claims = self.fetch(self.metadata["userinfo_endpoint"], None, f"Bearer {tokens['access_token']}")
        expected = (
            "sub name family_name given_name middle_name nickname preferred_username profile picture website gender "
            "birthdate zoneinfo locale updated_at email email_verified address phone_number phone_number_verified"
        )
        self.assertLessEqual(set(expected.split()), set(claims))

    def test_every_registered_client_and_flow_is_served(self):
        for client in self.environment["clients"]:
            for kind in ("code", "id_token token", "code id_token token"):
                with self.subTest(client=client, response_type=kind):
                    browser = Browser(self.environment["issuer"])
                    browser.follow(self.steps("sign in"), self.authorize(client, response_type=kind))
                    self.assertRegex(browser.address, r"callback[?#].*(code|id_token)=")

    def test_a_second_sign_in_shows_the_page_that_is_to_be_looked_at(self):
        browser = self.signed_in()
        second = self.steps("sign in again")[1:]
        browser.follow(second, self.authorize(prompt="login"))
        self.assertEqual([picture for picture, _ in browser.pictures], ["update-image-placeholder-optional"])
        self.assertIn("callback?code=", browser.address)

    def test_a_wrong_return_address_and_the_sign_in_page_are_as_the_steps_say(self):
        browser = Browser(self.environment["issuer"])
        wrong = self.authorize(redirect_uri=f"{SUITE}/test/a/senid/callback?foo=bar")
        browser.follow(self.steps("return address refused"), wrong)
        browser.follow(self.steps("sign-in page shown"), self.authorize())
        self.assertEqual(len(browser.pictures), 2)

    def test_signing_out_is_as_the_steps_say(self):
        end = self.metadata["end_session_endpoint"]
        browser = self.signed_in()
        after = urllib.parse.urlencode({"post_logout_redirect_uri": f"{SUITE}/test/a/senid/post_logout_redirect"})
        browser.follow(self.steps("sign-out refused"), f"{end}?{after}")
        browser.follow(self.steps("sign out and see it"), end)
        self.assertEqual(len(browser.pictures), 2)

        browser = self.signed_in()
        client = self.environment["clients"]["client"]["client_id"]
        browser.follow(self.steps("sign out"), f"{end}?{after}&client_id={client}&state=s")
        self.assertEqual(browser.address, f"{SUITE}/test/a/senid/post_logout_redirect?state=s")

    def test_keys_are_rotated_by_the_command_that_the_runner_calls(self):
        keys = lambda: {key["kid"] for key in self.fetch(self.metadata["jwks_uri"])["keys"] if key["use"] == "sig"}
        before = keys()
        subprocess.run(self.environment["rotate_keys"], check=True, capture_output=True)
        until = time.monotonic() + 30
        while keys() == before and time.monotonic() < until:
            time.sleep(0.2)
        self.assertGreater(keys(), before)

    def test_one_person_may_be_asked_as_often_as_the_plans_do(self):
        senid, _, settings, *_ = self.environment["rotate_keys"]
        shown = subprocess.run([senid, "--config", settings, "check-config"], check=True, capture_output=True, text=True)
        for limit in ("client", "client_and_citizen", "citizen"):
            with self.subTest(limit=limit):
                self.assertRegex(shown.stdout, rf'backchannel_requests_per_{limit} = "10000 in (1h|60m)"')

    def test_anyone_may_register(self):
        self.assertIn("registration_endpoint", self.metadata)

    def test_a_client_of_a_fapi_plan_pushes_a_request_with_its_certificate_and_no_other_does(self):
        pair = self.environment["pairs"]["fapi2"]["mtls mtls"]
        verifier_of = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        form = {
            "client_id": pair["client"]["client_id"],
            "response_type": "code",
            "redirect_uri": f"{SUITE}/test/a/senid/callback",
            "scope": "openid",
            "code_challenge": verifier_of,
            "code_challenge_method": "S256",
        }
        address = self.metadata["mtls_endpoint_aliases"]["pushed_authorization_request_endpoint"]
        self.assertTrue(address.startswith(self.environment["mtls"]))
        self.assertEqual(self.push(address, form, pair["mtls"]), 201)
        self.assertEqual(self.push(address, form, pair["mtls2"]), 401)

    def push(self, address, form, certificate):
        """The status of the answer to a request over a connection with this certificate."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        file = Path(self.folder.name) / "certificate.pem"
        file.write_text(certificate["cert"] + certificate["key"], encoding="utf-8")
        context.load_cert_chain(file)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(urllib.request.Request(address, urllib.parse.urlencode(form).encode()), timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code

    def test_the_citizen_who_answers_ciba_requests_finds_the_page_and_says_when_none_waits(self):
        with self.assertRaisesRegex(StepError, "no request waits"):
            Approver(self.environment, host="127.0.0.1").answer("allow")
