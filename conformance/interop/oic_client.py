"""oic, also known as pyoidc (PyPI), as its documentation has a relying party written."""

import http.server
import logging
import os
import queue
import ssl
import threading
import warnings

from Cryptodome.PublicKey import RSA
from jwkest.jwk import RSAKey
from oic import rndstr
from oic.exception import RegistrationError
from oic.oic import Client
from oic.oic.message import (
    AuthorizationErrorResponse,
    AuthorizationResponse,
    BackChannelLogoutRequest,
    RegistrationResponse,
)
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from oic.utils.keyio import KeyBundle, KeyJar
from urllib3.exceptions import InsecureRequestWarning

from plain_browser import PlainBrowser
from senid import AN, ISSUER, answer, register, run_cases

# It warns of keys that it cannot use (EdDSA) and uses the others; and it does not check the certificate where keys come
# from an address on localhost.
logging.basicConfig(level=logging.CRITICAL)
warnings.simplefilter("ignore", InsecureRequestWarning)

SITE = "https://oic.example/"
REDIRECT_URI = SITE + "callback"
SCOPE = ["openid", "profile", "email", "offline_access"]



class BackChannel(http.server.BaseHTTPRequestHandler):
    """Where SenID tells the relying party that a session has ended."""

    told = queue.Queue()

    def do_POST(self):
        self.told.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

    @classmethod
    def listen(cls):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), cls)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*(os.path.join(os.environ["TLS"], name) for name in ("server.pem", "server.key")))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"https://localhost:{server.server_port}/back-channel"


REGISTRATION = register(
    client_id="oic",
    redirect_uris=[REDIRECT_URI],
    post_logout_redirect_uris=[SITE],
    backchannel_logout_uri=BackChannel.listen(),
    scope=" ".join(SCOPE),
    # The library checks an ID token against what was agreed on at registration: RS256 where nothing was.
    id_token_signed_response_alg="RS256",
)


class RelyingParty:
    """One sign-in of An, with a browser of its own unless one is given."""

    authn_method = "client_secret_basic"

    def __init__(self, browser=None, keyjar=None, **registration):
        self.browser = browser or PlainBrowser(SITE)
        pkce = {"code_challenge": {"length": 64, "method": "S256"}}
        self.client = Client(client_authn_method=CLIENT_AUTHN_METHOD, config=pkce, keyjar=keyjar)
        self.client.provider_config(ISSUER)
        self.register(registration)
        self.state, self.nonce = rndstr(), rndstr()

    def register(self, registration):
        self.client.store_registration_info(RegistrationResponse(**{**REGISTRATION, **registration}))

    def begin(self, **parameters):
        challenge, self.verifier = self.client.add_code_challenge()
        request = self.client.construct_AuthorizationRequest(request_args={
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": REDIRECT_URI,
            "state": self.state,
            "nonce": self.nonce,
            **challenge,
            **parameters,
        })
        return self.browser.open(request.request(self.client.authorization_endpoint))

    def read(self, page):
        """What the library makes of the answer that the browser brings."""
        query = page.address.partition("?")[2]
        return self.client.parse_response(AuthorizationResponse, info=query, sformat="urlencoded")

    def redeem(self, **parameters):
        arguments = {"code": self.code, "redirect_uri": REDIRECT_URI, "code_verifier": self.verifier, **parameters}
        return self.client.do_access_token_request(
            state=self.state, request_args=arguments, authn_method=self.authn_method
        )

    def authorize(self, **parameters):
        read = self.read(answer(self.browser, self.begin(**parameters)))
        assert isinstance(read, AuthorizationResponse), read
        assert read["state"] == self.state
        self.code = read["code"]

    def sign_in(self, **parameters):
        self.authorize(**parameters)
        tokens = self.redeem()
        assert "id_token" in tokens, tokens
        assert tokens["id_token"]["nonce"] == self.nonce
        return tokens

    def sign_out(self):
        request = self.client.construct_EndSessionRequest(
            state=self.state, request_args={"post_logout_redirect_uri": SITE, "state": "left"}
        )
        return self.browser.open(request.request(self.client.end_session_endpoint))

    def userinfo(self):
        return self.client.do_user_info_request(method="GET", state=self.state)

    def refresh(self):
        return self.client.do_access_token_refresh(state=self.state, authn_method=self.authn_method)


class SelfRegistered(RelyingParty):
    """Registers itself (Dynamic Client Registration)."""

    def register(self, registration):
        endpoint = self.client.provider_info["registration_endpoint"]
        # Where its request objects would be fetched: SenID has those registered beforehand.
        self.client.base_url = SITE
        self.client.register(endpoint, **{
            "client_name": "oic by itself",
            "redirect_uris": [REDIRECT_URI],
            "post_logout_redirect_uris": [SITE],
            "response_types": ["code"],
            "grant_types": ["authorization_code", "refresh_token"],
            **registration,
        })


def new_key():
    return RSAKey(kid="oic-1", use="sig", alg="RS256").load_key(RSA.generate(2048))


class WithKey(RelyingParty):
    """Proves itself with a key of its own (private_key_jwt)."""

    authn_method = "private_key_jwt"
    key = new_key()
    registration = register(
        client_id="oic-key",
        redirect_uris=[REDIRECT_URI],
        scope=" ".join(SCOPE),
        token_endpoint_auth_method=authn_method,
        jwks={"keys": [key.serialize()]},
        id_token_signed_response_alg="RS256",
    )

    def __init__(self, key=key):
        keyjar = KeyJar()
        keys = KeyBundle()
        keys.append(key)
        keyjar.add_kb("", keys)
        super().__init__(keyjar=keyjar)

    def register(self, registration):
        self.client.store_registration_info(RegistrationResponse(**self.registration))


def discovery_says_what_the_library_needs():
    info = RelyingParty().client.provider_info
    assert info["issuer"] == ISSUER
    assert "RS256" in info["id_token_signing_alg_values_supported"]
    assert "none" not in info["id_token_signing_alg_values_supported"]


def code_with_PKCE_and_an_ID_token_that_the_library_verifies():
    tokens = RelyingParty().sign_in()
    claims = tokens["id_token"]
    assert claims["iss"] == ISSUER and claims["aud"] == ["oic"], claims
    assert claims.jws_header["alg"] == "RS256" and claims.jws_header["kid"], claims.jws_header


def userinfo_about_the_same_person():
    party = RelyingParty()
    party.sign_in()
    # The library compares sub with the ID token's.
    claims = party.userinfo()
    assert claims["name"] == AN["name"] and claims["email_verified"] is True, claims


def userinfo_by_POST_with_the_token_in_the_form():
    party = RelyingParty()
    party.sign_in()
    claims = party.client.do_user_info_request(
        method="POST", state=party.state, behavior="token_in_message_body", token_type="Bearer"
    )
    assert claims["name"] == AN["name"], claims


def refresh():
    party = RelyingParty()
    first = party.sign_in()
    second = party.refresh()
    assert second["refresh_token"] != first["refresh_token"], second
    assert second["id_token"]["sub"] == first["id_token"]["sub"]
    assert party.userinfo()["sub"] == first["id_token"]["sub"]


def single_sign_on_and_another_session_of_the_same_browser():
    first = RelyingParty()
    sub = first.sign_in()["id_token"]["sub"]
    again = RelyingParty(browser=first.browser)
    assert again.sign_in(prompt="none")["id_token"]["sub"] == sub


def silence_without_a_session_is_login_required():
    party = RelyingParty()
    error = party.read(party.begin(prompt="none"))
    assert isinstance(error, AuthorizationErrorResponse) and error["error"] == "login_required", error


def sign_out_with_the_ID_token_the_library_kept():
    party = RelyingParty()
    party.sign_in()
    page = party.sign_out()
    assert page.address == SITE + "?state=left", page.text
    silent = RelyingParty(browser=party.browser)
    assert silent.read(silent.begin(prompt="none"))["error"] == "login_required"


def the_logout_token_is_one_that_the_library_verifies():
    party = RelyingParty()
    id_token = party.sign_in()["id_token"]
    party.sign_out()
    while True:
        told = BackChannelLogoutRequest().from_urlencoded(BackChannel.told.get(timeout=30))
        told.verify(aud="oic", iss=ISSUER, keyjar=party.client.keyjar)
        # Sessions of the cases before end as well.
        if told["logout_token"]["sid"] == id_token["sid"]:
            break
    assert told["logout_token"]["sub"] == id_token["sub"]
    assert told["logout_token"].jws_header["typ"] == "logout+jwt"


def registering_itself_and_signing_in():
    party = SelfRegistered()
    tokens = party.sign_in()
    assert tokens["id_token"]["aud"] == [party.client.client_id]
    assert party.userinfo()["name"] == AN["name"]
    read = party.client.registration_read()
    assert read["redirect_uris"] == [REDIRECT_URI] and read["client_name"] == "oic by itself", read


def a_mistake_at_registration_is_named():
    try:
        SelfRegistered(redirect_uris=["http://oic.example/callback"])
    except RegistrationError as error:
        assert error.args[0]["error"] == "invalid_redirect_uri", error
        assert "http" in error.args[0]["error_description"], error
    else:
        raise AssertionError("it was registered")


def a_key_of_its_own_in_place_of_a_secret():
    party = WithKey()
    party.sign_in()
    # (It cannot refresh so: it forgets on the way which endpoint the assertion is for.)
    assert party.userinfo()["name"] == AN["name"]


def a_mistake_with_the_key_is_named():
    party = WithKey(key=new_key())
    party.authorize()
    error = party.redeem()
    assert error["error"] == "invalid_client", error


def a_mistake_with_the_redirect_URI_stays_at_SenID_and_is_named():
    page = RelyingParty().begin(redirect_uri=SITE + "callback/")
    assert page.status == 400 and "redirect_uri" in page.text, page.text


def a_mistake_with_the_secret_is_named():
    party = RelyingParty(client_secret="not-the-secret-2026")
    party.authorize()
    error = party.redeem()
    assert error["error"] == "invalid_client" and "wrong secret" in error["error_description"], error


def a_mistake_with_the_code_verifier_is_named():
    party = RelyingParty()
    party.authorize()
    error = party.redeem(code_verifier=rndstr(64))
    assert error["error"] == "invalid_grant" and "code_verifier" in error["error_description"], error


run_cases(
    "oic",
    [
        discovery_says_what_the_library_needs,
        code_with_PKCE_and_an_ID_token_that_the_library_verifies,
        userinfo_about_the_same_person,
        userinfo_by_POST_with_the_token_in_the_form,
        refresh,
        single_sign_on_and_another_session_of_the_same_browser,
        silence_without_a_session_is_login_required,
        sign_out_with_the_ID_token_the_library_kept,
        the_logout_token_is_one_that_the_library_verifies,
        registering_itself_and_signing_in,
        a_mistake_at_registration_is_named,
        a_key_of_its_own_in_place_of_a_secret,
        a_mistake_with_the_key_is_named,
        a_mistake_with_the_redirect_URI_stays_at_SenID_and_is_named,
        a_mistake_with_the_secret_is_named,
        a_mistake_with_the_code_verifier_is_named,
    ],
)
