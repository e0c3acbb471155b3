"""A citizen and a portal, for the rehearsals: signs in through the pages as a browser does and redeems what comes of it. Prints JSON, also of what
is refused.

    citizen.py sign-in ISSUER CLIENT SECRET USERNAME PASSWORD
    citizen.py refresh ISSUER CLIENT SECRET REFRESH_TOKEN
    citizen.py userinfo ISSUER ACCESS_TOKEN
"""

import base64
import hashlib
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))

from suite.browser import Browser

CALLBACK = "https://portal.example.gov/callback"
OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def ask(address, form=None, **headers):
    body = urllib.parse.urlencode(form).encode() if form else None
    try:
        with OPEN(urllib.request.Request(address, body, headers), timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            return {"status": error.code, **json.load(error)}
        except ValueError:
            return {"status": error.code}


def redeem(issuer, client, secret, **form):
    proof = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return ask(issuer + "/token", form, Authorization="Basic " + proof)


def sign_in(issuer, client, secret, username, password):
    verifier = base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"client_id": client, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid profile offline_access",
             "code_challenge": challenge, "code_challenge_method": "S256", "prompt": "login consent"}
    browser = Browser(issuer)
    browser.visit(issuer + "/authorize?" + urllib.parse.urlencode(asked))
    for field, value, button in (("username", username, "continue"), ("password", password, "login"), (None, None, "allow")):
        if browser.is_outside or button not in browser.page.by_id:
            continue
        if field:
            browser.page.by_id[field]["value"] = value
        browser.press(button)
    if not browser.is_outside:
        return {"error": "not signed in", "page": browser.page.text}
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(browser.address).query))
    if "code" not in answer:
        return answer
    return redeem(issuer, client, secret, grant_type="authorization_code", code=answer["code"], redirect_uri=CALLBACK, code_verifier=verifier)


def main(what, issuer, *rest):
    if what == "sign-in":
        found = sign_in(issuer, *rest)
    elif what == "refresh":
        client, secret, token = rest
        found = redeem(issuer, client, secret, grant_type="refresh_token", refresh_token=token)
    else:
        found = ask(issuer + "/userinfo", Authorization="Bearer " + rest[0])
    print(json.dumps(found))


main(*sys.argv[1:])
