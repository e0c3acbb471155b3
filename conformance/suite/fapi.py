"""The clients of the FAPI 2.0 and CIBA plans: made with SenID's own command, with keys and certificates made here.

    python3 -m suite.fapi --senid PATH --work FOLDER --suite https://… --alias NAME --username NUMBER >pairs.json

A plan has one pair of clients for each way that they prove themselves and bind their tokens. What is printed is what the
suite is given of them, their private keys among it: they are good for a SenID of tests alone.
"""

import argparse
import json
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

METHODS = ("private_key_jwt", "mtls")
SENDERS = ("dpop", "mtls")
SCOPE = "openid profile email address phone offline_access"
# What an API of the operator's own takes (`serve --resource`).
API_SCOPE = "records.read"
# RSA, so that the modules that sign with RS256 and must be refused have a key to do it with.
ALGORITHM = "PS256"


class Authority:
    """Issues the clients' certificates; SenID trusts it for `tls_client_auth`."""

    def __init__(self, work):
        self.work = work
        self.certificate, self.key = work / "clients-ca.pem", work / "clients-ca.key"
        if not self.key.exists():
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/O=SenID conformance/CN=clients",
                    "-keyout", self.key, "-out", self.certificate)

    def issue(self, name):
        """The certificate and the key of the client `name`, as PEM."""
        key, request, certificate = (self.work / f"{name}.{end}" for end in ("key", "csr", "pem"))
        extensions = self.work / f"{name}.ext"
        extensions.write_text("extendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:FALSE\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/O=SenID conformance/CN={name}",
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-days", "30", "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-extfile", extensions, "-out", certificate)
        return {"cert": certificate.read_text(), "key": key.read_text(), "ca": self.certificate.read_text()}


def private_jwk(work, name):
    """A new RSA key as a private JWK (RFC 7518 §6.3)."""
    pem = work / f"{name}.signing.key"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", pem)
    der = subprocess.run(["openssl", "rsa", "-in", pem, "-traditional", "-outform", "DER"], check=True, capture_output=True)
    # RFC 8017 A.1.2: the version, and then what a JWK has in the same order.
    numbers = integers(der.stdout)[1:]
    names = ("n", "e", "d", "p", "q", "dp", "dq", "qi")
    members = {member: encoded(number) for member, number in zip(names, numbers, strict=True)}
    return {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": name, **members}


def public(jwk):
    return {member: jwk[member] for member in ("kty", "use", "alg", "kid", "n", "e")}


def integers(der):
    """The integers of a DER sequence of integers, big-endian without a leading zero."""
    content, found = _value(der, 0x30)[0], []
    while content:
        number, content = _value(content, 0x02)
        found.append(number.lstrip(b"\0"))
    return found


def _value(der, tag):
    """The content of the first element, which has this tag, and what comes after it."""
    if der[0] != tag:
        raise ValueError(f"tag {der[0]:#x} instead of {tag:#x}")
    length, begin = der[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(der[2:begin], "big")
    return der[begin : begin + length], der[begin + length :]


def encoded(number):
    return urlsafe_b64encode(number).rstrip(b"=").decode()


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Registrar:
    """Registers clients with `senid client create --from`."""

    def __init__(self, senid, work, suite, alias, resource):
        self.senid, self.work, self.resource = senid, work, resource
        self.callback = f"{suite}/test/a/{alias}/callback"
        self.notification = f"{suite}/test/a/{alias}/ciba-notification-endpoint"
        self.authority = Authority(work)

    def pair(self, policy, method, sender, more=None):
        """Two clients of one kind, as the suite is given them."""
        given = {}
        for number in ("", "2"):
            name = "-".join(filter(None, (policy, method.replace("_", "-"), sender, (more or {}).get("kind"), number)))
            given |= self.client(name, number, policy, method, sender, more or {})
        return given

    def client(self, name, number, policy, method, sender, more):
        jwk, certificate = private_jwk(self.work, name), self.authority.issue(name)
        metadata = {
            "client_id": name,
            "name": {"": f"Conformance {name}"},
            "policy": policy,
            "redirect_uris": [self.callback, f"{self.callback}?dummy1=lorem&dummy2=ipsum"],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "scope": f"{SCOPE} {API_SCOPE}" if self.resource else SCOPE,
            "resources": [self.resource] if self.resource else [],
            "subject_type": "public",
            "id_token_signed_response_alg": "ES256",
            "jwks": {"keys": [public(jwk)]},
            **self.proof(name, method),
            **self.binding(sender),
            **more.get("metadata", {}),
        }
        file = self.work / f"{name}.json"
        file.write_text(json.dumps(metadata))
        made = subprocess.run([self.senid, "client", "create", "--from", file], capture_output=True, text=True)
        if made.returncode:
            raise SystemExit(f"{name} was not made: {made.stderr}")
        client = {"client_id": name, "scope": SCOPE, "jwks": {"keys": [jwk]}, **more.get("client", {})}
        if sender == "dpop":
            client["dpop_signing_alg"] = "ES256"
        return {f"client{number}": client, f"mtls{number}": certificate}

    @staticmethod
    def proof(name, method):
        if method == "mtls":
            subject = f"CN={name},O=SenID conformance"
            return {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": subject}
        return {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": ALGORITHM}

    @staticmethod
    def binding(sender):
        member = "dpop_bound_access_tokens" if sender == "dpop" else "tls_client_certificate_bound_access_tokens"
        return {member: True}

    def all(self, username):
        """Every pair that the plans need: by the plan's `clients`, and then by its variant."""
        signing = {
            "require_signed_request_object": True,
            "request_object_signing_alg": ALGORITHM,
            "authorization_signed_response_alg": "ES256",
        }
        both = [(method, sender) for method in METHODS for sender in SENDERS]
        pairs = {
            "fapi2": {f"{m} {s}": self.pair("fapi2", m, s) for m, s in both},
            "fapi2-message-signing": {
                f"{m} {s}": self.pair("fapi2-message-signing", m, s, {"metadata": signing}) for m, s in both
            },
        }
        hint = {"hint_type": "login_hint", "hint_value": username}
        pairs["fapi-ciba"] = {}
        for method in METHODS:
            for mode in ("poll", "ping"):
                ciba = {
                    "grant_types": ["urn:openid:params:grant-type:ciba", "refresh_token"],
                    "backchannel_token_delivery_mode": mode,
                    "backchannel_authentication_request_signing_alg": ALGORITHM,
                    **({"backchannel_client_notification_endpoint": self.notification} if mode == "ping" else {}),
                }
                more = {"kind": f"ciba-{mode}", "metadata": ciba, "client": hint}
                # FAPI-CIBA binds tokens to certificates (§5.2.2), however the client proves itself.
                pairs["fapi-ciba"][f"{method} {mode}"] = self.pair("fapi2", method, "mtls", more)
        return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("senid", "work", "suite", "alias", "username"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--resource", help="an API that is registered with SenID")
    arguments = parser.parse_args()
    registrar = Registrar(arguments.senid, Path(arguments.work), arguments.suite, arguments.alias, arguments.resource)
    print(json.dumps(registrar.all(arguments.username)))


if __name__ == "__main__":
    main()
