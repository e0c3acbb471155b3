"""SenID as a relying party's developer meets it: an issuer, a client that its operator registers, and a citizen."""

import json
import os
import subprocess
import tempfile
import traceback

ISSUER = os.environ["ISSUER"]
AN = {name: os.environ[f"AN_{name.upper()}"] for name in ("username", "password", "name")}


def register(**client):
    """Registers a client as an operator does: the registration with the secret in it, if it has one."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        texts = {"name": {"": client["client_id"]}, "organisation": {"": "A library"}, "purpose": {"": "try it"}}
        json.dump({**texts, **client}, file)
        file.flush()
        command = [os.environ["PROGRAM"], "client", "create", "--from", file.name, "--json"]
        created = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {**client, "client_secret": created["client_secret"]}


def answer(browser, page):
    """What An does at SenID, from the page that a plain browser shows until it is led elsewhere."""
    if page.has("username"):
        page = browser.press(page, "continue", username=AN["username"])
    if page.has("password"):
        page = browser.press(page, "login", password=AN["password"])
    if page.has("allow"):
        page = browser.press(page, "allow")
    assert not page.address.startswith(ISSUER), f"still at SenID: {page.text}"
    return page


def run_cases(library, cases):
    """Runs functions whose names are sentences, one after the other, and says of each how it went."""
    for case in cases:
        name = case.__name__.replace("_", " ")
        try:
            case()
            print(f"ok {library}: {name}", flush=True)
        except Exception:
            print(f"FAILED {library}: {name}\n{traceback.format_exc()}", flush=True)
