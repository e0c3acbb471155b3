"""WebAuthn by authenticators of our own (authenticators.py): what is right is enrolled and signs in, and nothing that is
forged in any field is."""

import base64
import json
import os
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

from authenticators import (ATTESTED, BACKED_UP, MODEL, PRESENT, REVOKED, VERIFIED, Device, Key, Maker, Written, cbor, der,
                            maker_of)
from plain_browser import PlainBrowser
from senid import ISSUER, register, run_cases

SITE = "https://authenticator.example/"
MAKER = maker_of(os.environ["FIDO"])
SECRET = register(client_id="authenticator", scope="openid", redirect_uris=[SITE])["client_secret"]
ENROL = f"{ISSUER}/account/security/passkeys/new"


def signed_in():
    browser = PlainBrowser("https://nowhere.example/")
    page = browser.open(f"{ISSUER}/account")
    if page.has("account-sign-in"):
        page = browser.press(page, "account-sign-in")
    page = browser.press(page, "continue", username=os.environ["BINH_USERNAME"])
    page = browser.press(page, "login", password=os.environ["BINH_PASSWORD"])
    assert page.address == f"{ISSUER}/account", f"{page.address}: {page.text}"
    return browser


def ask(browser, page, choice):
    """The options, as the page's script fetches them; and how to send what answers them."""
    form = page.find("webauthn")
    csrf = form.find("input", attrs={"name": "csrf"})["value"]
    address = urljoin(page.address, form["data-options"])
    answer = browser.session.post(address, data={"csrf": csrf, "choice": choice}, headers={"Origin": ISSUER})
    assert answer.status_code == 200, f"{answer.status_code} from {address}: {page.text}"

    def send(credential, **more):
        fields = {"csrf": csrf, "credential": credential, **more}
        return browser._follow("POST", urljoin(page.address, form["action"]), fields)

    return answer.json(), send


BROWSER = signed_in()


def enrol(device, **spoil):
    """Whether the device's new credential is taken."""
    page = BROWSER.open(ENROL)
    options, send = ask(BROWSER, page, "add")
    page = send(device.create(options, **spoil), name="A key")
    assert page.has("next-time") or page.has("problem"), f"{page.status}: {page.text}"
    return page.has("next-time")


def sign_in(device, spoil=None, acr="phrh"):
    """The claims of the ID token that a sign-in with the device ends with; none where it is refused."""
    browser = PlainBrowser(SITE)
    request = {"client_id": "authenticator", "redirect_uri": SITE, "response_type": "code", "scope": "openid",
               "acr_values": acr, "code_challenge_method": "S256",
               "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}
    page = browser.open(f"{ISSUER}/authorize?{urlencode(request)}")
    options, send = ask(browser, page, "use-passkey")
    page = send(device.get(options, **(spoil or {})))
    if page.has("problem") or page.has("use-passkey"):
        return None
    if page.has("allow"):
        page = browser.press(page, "allow")
    code = parse_qs(urlsplit(page.address).query).get("code")
    assert code, f"{page.address}: {page.text}"
    metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration").json()
    form = {"grant_type": "authorization_code", "code": code[0], "redirect_uri": SITE,
            "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}
    token = requests.post(metadata["token_endpoint"], data=form, auth=("authenticator", SECRET)).json()["id_token"]
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def device(aaguid=MODEL, maker=MAKER, **how):
    return Device(ISSUER, aaguid, maker.attests(aaguid, **how))


def an_attested_key_of_a_known_model_is_bound_to_its_hardware():
    key = device()
    assert enrol(key)
    claims = sign_in(key)
    assert (claims["acr"], "hwk" in claims["amr"]) == ("phrh", True), claims


def a_key_behind_an_intermediate_is_attested_as_well():
    middle = Maker("A factory", above=MAKER)
    private, chain = middle.attests(MODEL)
    chain.append(der(middle.certificate))
    key = Device(ISSUER, MODEL, (private, chain))
    assert enrol(key) and "hwk" in sign_in(key)["amr"]
    assert not enrol(Device(ISSUER, MODEL, (private, chain[::-1]))), "the leaf has to be first"


def a_key_that_vouches_for_itself_or_for_nothing_is_no_more_than_a_key():
    for key, spoil in ((Device(ISSUER), {}), (Device(ISSUER), {"format": "none"}), (Device(ISSUER, algorithm=-257), {})):
        assert enrol(key, **spoil)
        claims = sign_in(key, acr="phr")
        assert (claims["acr"], "hwk" in claims["amr"]) == ("phr", False), claims


def a_synced_key_is_not_bound_however_it_is_attested():
    key = Device(ISSUER, MODEL, MAKER.attests(MODEL), flags=PRESENT | VERIFIED | 8 | BACKED_UP)
    assert enrol(key) and "hwk" not in sign_in(key, acr="phr")["amr"]


def a_model_that_was_revoked_is_refused_whoever_vouches():
    assert not enrol(device(REVOKED))
    assert not enrol(Device(ISSUER, REVOKED), format="none")


def no_certificate_but_the_model_s_is_believed():
    assert not enrol(device(maker=Maker("A maker"))), "another maker of the same name"
    assert not enrol(device(expired=True)), "expired"
    assert not enrol(device(names=False)), "no model named"
    assert not enrol(device(critical=True)), "the extension is critical"
    assert not enrol(device(unit="Somebody")), "another unit"
    assert not enrol(device(authority=True)), "an authority's certificate"
    assert not enrol(Device(ISSUER, MODEL, MAKER.attests(REVOKED))), "another model's certificate"


def a_statement_that_is_forged_in_any_part_is_refused():
    without = lambda name: lambda whole: {key: value for key, value in whole.items() if key != name}
    other = lambda **parts: lambda whole: {**whole, **parts}
    flipped = lambda whole: {**whole, "sig": whole["sig"][:-1] + bytes([whole["sig"][-1] ^ 1])}
    for name, spoil in {
        "a flipped bit": {"statement": flipped},
        "another's signature": {"statement": other(sig=Key().sign(b"something"))},
        "another algorithm": {"statement": other(alg=-257)},
        "an algorithm as text": {"statement": other(alg="ES256")},
        "no algorithm": {"statement": without("alg")},
        "no signature": {"statement": without("sig")},
        "no certificate, and another's signature": {"statement": without("x5c")},
        "an empty chain": {"statement": other(x5c=[])},
        "a chain that is none": {"statement": other(x5c=[b"\x30\x00"])},
        "an unknown format": {"format": "pakced"},
        "another format": {"format": "android-safetynet"},
    }.items():
        assert not enrol(device(), **spoil), name


def an_attestation_object_that_can_be_read_in_two_ways_is_refused():
    indefinite = lambda whole: b"\xbf" + cbor(whole)[1:] + b"\xff"
    twice = lambda whole: b"\xa4" + cbor(whole)[1:] + cbor("fmt") + cbor("none")
    cose = Key().cose()
    endless = Written(b"\xbf" + cbor(cose)[1:] + b"\xff")
    for name, spoil in {
        "something after it": {"after": b"\x00"},
        "something after the authenticator data": {"after_data": b"\x00"},
        "a map of no definite length": {"write": indefinite},
        "a member twice": {"write": twice},
        "a key of no definite length": {"cose": endless},
        "a key of another algorithm": {"cose": {**cose, 3: -257}},
        "a key of another curve": {"cose": {**cose, -1: 2}},
        "a point that is none": {"cose": {**cose, -2: bytes(32)}},
    }.items():
        for key in (device(), Device(ISSUER)):
            assert not enrol(key, **spoil), name
    assert not enrol(Device(ISSUER, algorithm=-8)), "EdDSA was not asked for"


def what_the_browser_and_the_flags_say_is_held_against_what_was_asked():
    for name, spoil in {
        "another relying party": {"rp_id": "evil.example"},
        "nobody was there": {"flags": ATTESTED | VERIFIED},
        "no credential in it": {"flags": PRESENT | VERIFIED},
        "backed up, and cannot be": {"flags": PRESENT | VERIFIED | ATTESTED | BACKED_UP},
        "another challenge": {"client_data": {"challenge": "AAAA"}},
        "another origin": {"client_data": {"origin": "https://evil.example"}},
        "another ceremony": {"client_data": {"type": "webauthn.get"}},
        "within another page": {"client_data": {"crossOrigin": True}},
        "another id": {"id": b"another id" * 3},
    }.items():
        assert not enrol(device(), **spoil), name


def an_assertion_that_is_forged_in_any_field_signs_nobody_in():
    key = device()
    assert enrol(key) and sign_in(key)
    flipped = lambda right: right[:-1] + bytes([right[-1] ^ 1])
    for name, spoil in {
        "a flipped bit": {"signature": flipped},
        "another key": {"key": Key()},
        "another relying party": {"rp_id": "evil.example"},
        "nobody was there": {"flags": VERIFIED},
        "nobody was verified": {"flags": PRESENT},
        "it can be backed up now": {"flags": PRESENT | VERIFIED | 8},
        "another challenge": {"client_data": {"challenge": "AAAA"}},
        "another origin": {"client_data": {"origin": "https://evil.example"}},
        "another ceremony": {"client_data": {"type": "webauthn.create"}},
        "somebody else": {"user": bytes(32)},
        "an unknown id": {"id": bytes(32)},
        "a counter that does not go forward": {"counter": 2},
        "a counter that fell": {"counter": 1},
    }.items():
        assert sign_in(key, spoil) is None, name
    assert sign_in(key), "and the next right one does"


run_cases("authenticator", [
    an_attested_key_of_a_known_model_is_bound_to_its_hardware,
    a_key_behind_an_intermediate_is_attested_as_well,
    a_key_that_vouches_for_itself_or_for_nothing_is_no_more_than_a_key,
    a_synced_key_is_not_bound_however_it_is_attested,
    a_model_that_was_revoked_is_refused_whoever_vouches,
    no_certificate_but_the_model_s_is_believed,
    a_statement_that_is_forged_in_any_part_is_refused,
    an_attestation_object_that_can_be_read_in_two_ways_is_refused,
    what_the_browser_and_the_flags_say_is_held_against_what_was_asked,
    an_assertion_that_is_forged_in_any_field_signs_nobody_in,
])
