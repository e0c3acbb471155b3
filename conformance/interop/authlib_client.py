"""Authlib (PyPI), as a Flask application uses it.

The application is real and runs in this process; what it sends browsers to is SenID.
"""

import json
import os

import flask
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from joserfc.jwk import ECKey

from plain_browser import PlainBrowser
from senid import AN, ISSUER, answer, register, run_cases

SITE = "https://authlib.example/"
SCOPE = "openid profile email phone address offline_access"

ADDRESSES = {"redirect_uris": [SITE + "callback"], "post_logout_redirect_uris": [SITE]}
SECRET = register(client_id="authlib", scope=SCOPE, **ADDRESSES)["client_secret"]


def new_portal(client_id="authlib", secret=SECRET, method="client_secret_basic", **proofs):
    """The relying party, as Authlib's documentation writes one."""
    app = flask.Flask("portal")
    app.secret_key = os.urandom(16)
    oauth = OAuth(app)
    senid = oauth.register(
        "senid",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": method,
        },
        **proofs,
    )

    @app.get("/sign-in")
    def sign_in():
        return senid.authorize_redirect(SITE + "callback", **flask.request.args)

    @app.get("/callback")
    def callback():
        return reply(senid.authorize_access_token)

    @app.post("/refresh")
    def refresh():
        form = flask.request.form
        return reply(lambda: senid.fetch_access_token(grant_type="refresh_token", **form))

    @app.post("/userinfo")
    def userinfo():
        token = {"token_type": "Bearer", "access_token": flask.request.form["access_token"]}
        response = senid.get(f"{ISSUER}/userinfo", token=token)
        return flask.Response(response.content, response.status_code, headers={
            "WWW-Authenticate": response.headers.get("WWW-Authenticate", "")
        })

    @app.post("/revoke")
    def revoke():
        metadata = senid.load_server_metadata()
        session = OAuth2Session(senid.client_id, senid.client_secret)
        response = session.revoke_token(metadata["revocation_endpoint"], flask.request.form["token"])
        return flask.Response(response.content, response.status_code)

    @app.get("/sign-out")
    def sign_out():
        return senid.logout_redirect(SITE, flask.request.args["id_token"])

    @app.get("/")
    def home():
        return reply(senid.validate_logout_response)

    def reply(act):
        try:
            return flask.jsonify(act())
        except AuthlibBaseError as error:
            return flask.jsonify(error=error.error, description=error.description), 400

    return app.test_client()


def new_key():
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "authlib-1"})


def new_portal_with_key(key):
    """Proves itself with a key of its own in place of a secret."""
    proof = PrivateKeyJWT(f"{ISSUER}/token", alg="ES256", headers={"alg": "ES256", "kid": "authlib-1"})
    return new_portal("authlib-key", secret=key, method=proof.name, client_auth_methods=[proof])


class Citizen:
    """Somebody with a browser, at a portal."""

    def __init__(self, portal=None):
        self.portal = portal or new_portal()
        self.browser = PlainBrowser(SITE)

    def ask(self, method, path, **form):
        response = self.portal.open(path, method=method, base_url=SITE, data=form or None)
        return response.status_code, json.loads(response.data or "null")

    def begin(self, **parameters):
        response = self.portal.get("/sign-in", base_url=SITE, query_string=parameters)
        return self.browser.open(response.location)

    def answer_of(self, page):
        return answer(self.browser, page).address

    def sign_in(self, **parameters):
        address = self.answer_of(self.begin(**parameters))
        status, tokens = self.ask("GET", address)
        assert status == 200, tokens
        return tokens


def code_pkce_and_id_token():
    tokens = Citizen().sign_in()
    claims = tokens["userinfo"]
    assert (claims["iss"], claims["aud"]) == (ISSUER, "authlib"), claims
    assert claims["at_hash"] and claims["nonce"] and claims["auth_time"], claims


def userinfo():
    citizen = Citizen()
    tokens = citizen.sign_in()
    status, claims = citizen.ask("POST", "/userinfo", access_token=tokens["access_token"])
    assert status == 200 and claims["name"] == AN["name"], claims
    assert claims["sub"] == tokens["userinfo"]["sub"]
    assert "national_id" not in claims, claims


def refresh():
    citizen = Citizen()
    first = citizen.sign_in()
    status, second = citizen.ask("POST", "/refresh", refresh_token=first["refresh_token"])
    assert status == 200 and second["refresh_token"] != first["refresh_token"], second
    status, claims = citizen.ask("POST", "/userinfo", access_token=second["access_token"])
    assert status == 200 and claims["sub"] == first["userinfo"]["sub"], claims


def refresh_for_more_than_was_granted():
    citizen = Citizen()
    first = citizen.sign_in()
    status, error = citizen.ask("POST", "/refresh", refresh_token=first["refresh_token"], scope="openid national_id")
    assert status == 400 and error["error"] == "invalid_scope", error


def revocation():
    citizen = Citizen()
    tokens = citizen.sign_in()
    assert citizen.ask("POST", "/revoke", token=tokens["refresh_token"])[0] == 200
    status, error = citizen.ask("POST", "/refresh", refresh_token=tokens["refresh_token"])
    assert status == 400 and error["error"] == "invalid_grant", error
    response = citizen.portal.post("/userinfo", base_url=SITE, data={"access_token": tokens["access_token"]})
    assert response.status_code == 401, response.data
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"], response.headers


def single_sign_on():
    citizen = Citizen()
    first = citizen.sign_in()
    again = citizen.sign_in(prompt="none")
    assert again["userinfo"]["sub"] == first["userinfo"]["sub"]
    assert again["userinfo"]["sid"] == first["userinfo"]["sid"]


def a_login_hint_fills_the_name_in():
    page = Citizen().begin(login_hint=AN["username"])
    assert page.find("username")["value"] == AN["username"], page.text


def logout():
    citizen = Citizen()
    tokens = citizen.sign_in()
    response = citizen.portal.get("/sign-out", base_url=SITE, query_string={"id_token": tokens["id_token"]})
    back = citizen.browser.open(response.location)
    status, checked = citizen.ask("GET", back.address)
    assert status == 200 and checked["post_logout_redirect_uri"] == SITE, checked
    assert citizen.begin().has("username")


def silence_without_a_session():
    citizen = Citizen()
    status, error = citizen.ask("GET", citizen.begin(prompt="none").address)
    assert status == 400 and error["error"] == "login_required", error


def a_wrong_secret():
    citizen = Citizen(new_portal(secret="not-the-secret-2026"))
    status, error = citizen.ask("GET", citizen.answer_of(citizen.begin()))
    assert status == 400 and error["error"] == "invalid_client", error


KEY = new_key()
register(
    client_id="authlib-key",
    scope=SCOPE,
    token_endpoint_auth_method="private_key_jwt",
    jwks={"keys": [KEY.as_dict(private=False)]},
    **ADDRESSES,
)


def a_key_of_its_own_in_place_of_a_secret():
    citizen = Citizen(new_portal_with_key(KEY))
    first = citizen.sign_in()
    status, second = citizen.ask("POST", "/refresh", refresh_token=first["refresh_token"])
    assert status == 200, second


def a_mistake_with_the_key():
    citizen = Citizen(new_portal_with_key(new_key()))
    status, error = citizen.ask("GET", citizen.answer_of(citizen.begin()))
    assert status == 400 and error["error"] == "invalid_client", error


def a_secret_that_signs_in_place_of_being_sent():
    secret = register(client_id="authlib-mac", scope=SCOPE, token_endpoint_auth_method="client_secret_jwt", **ADDRESSES)
    proof = ClientSecretJWT(f"{ISSUER}/token")
    portal = new_portal("authlib-mac", secret["client_secret"], method=proof.name, client_auth_methods=[proof])
    assert Citizen(portal).sign_in()["access_token"]


def a_replayed_code():
    citizen = Citizen()
    address = citizen.answer_of(citizen.begin())
    cookie = citizen.portal.get_cookie("session", domain="authlib.example")
    status, tokens = citizen.ask("GET", address)
    assert status == 200, tokens
    # The browser of somebody who copied everything, before the portal forgot the state.
    citizen.portal.set_cookie("session", cookie.value, domain="authlib.example")
    status, error = citizen.ask("GET", address)
    assert status == 400 and error["error"] == "invalid_grant", error
    status, error = citizen.ask("POST", "/refresh", refresh_token=tokens["refresh_token"])
    assert status == 400 and error["error"] == "invalid_grant", error


def a_wrong_password():
    citizen = Citizen()
    page = citizen.browser.press(citizen.begin(), "continue", username=AN["username"])
    page = citizen.browser.press(page, "login", password="khong-phai-mat-khau")
    assert page.has("password") and page.has("problem"), page.text
    assert AN["password"] not in str(page.document)
    tokens_address = citizen.answer_of(page)
    assert citizen.ask("GET", tokens_address)[0] == 200


run_cases(
    "Authlib",
    [
        code_pkce_and_id_token,
        userinfo,
        refresh,
        refresh_for_more_than_was_granted,
        revocation,
        single_sign_on,
        a_login_hint_fills_the_name_in,
        logout,
        silence_without_a_session,
        a_wrong_secret,
        a_key_of_its_own_in_place_of_a_secret,
        a_mistake_with_the_key,
        a_secret_that_signs_in_place_of_being_sent,
        a_replayed_code,
        a_wrong_password,
    ],
)
