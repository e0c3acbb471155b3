"""Authenticators, their maker and a metadata service, written after the specifications and nothing of SenID's.

    authenticators.py FOLDER     makes the maker and the service: FOLDER/root.pem, FOLDER/metadata.jwt, FOLDER/maker.pem
"""

import base64
import datetime
import hashlib
import json
import os
import struct
import sys
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID, ObjectIdentifier

MODEL = uuid.UUID("5ca1ab1e-0000-4000-8000-000000000001")
REVOKED = uuid.UUID("5ca1ab1e-0000-4000-8000-000000000002")
SIGNER = "mds.example"
AAGUID_EXTENSION = ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 1, 4, 8, 16, 64, 128


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data_of(encoded):
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def cbor(value):
    """RFC 8949, as far as authenticators write it. What is `Written` goes in as it is."""

    def head(major, number):
        for limit, info, form in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
            if number < limit:
                return bytes([major << 5 | number]) if info is None else bytes([major << 5 | info]) + struct.pack(form, number)

    if isinstance(value, Written):
        return bytes(value)
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    members = sorted(((cbor(key), cbor(member)) for key, member in value.items()), key=lambda pair: (len(pair[0]), pair[0]))
    return head(5, len(members)) + b"".join(key + member for key, member in members)


class Written(bytes):
    """CBOR already."""


class Authority:
    """Issues certificates."""

    def __init__(self, name, key=None, certificate=None, above=None):
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = certificate or (above or self).issue(self.name, self.key.public_key(), authority=True)

    def issue(self, subject, key, authority=False, expired=False, extensions=()):
        now = datetime.datetime.now(datetime.timezone.utc)
        until = now + datetime.timedelta(days=-1 if expired else 30)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=2)).not_valid_after(until)
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256())


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


class Maker(Authority):
    """Makes devices; `attests` makes the certificate and key of a batch of them."""

    def attests(self, aaguid, unit="Authenticator Attestation", critical=False, names=True, **how):
        key = ec.generate_private_key(ec.SECP256R1())
        attributes = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, "A maker"),
                      (NameOID.ORGANIZATIONAL_UNIT_NAME, unit), (NameOID.COMMON_NAME, "A batch")]
        subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes])
        extension = x509.UnrecognizedExtension(AAGUID_EXTENSION, b"\x04\x10" + aaguid.bytes)
        extensions = [(extension, critical)] if names else []
        return key, [der(self.issue(subject, key.public_key(), extensions=extensions, **how))]


class Key:
    """A credential's key of one of COSE's algorithms."""

    def __init__(self, algorithm=-7):
        self.algorithm = algorithm
        if algorithm == -257:
            self.private = rsa.generate_private_key(65537, 2048)
        elif algorithm == -8:
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = ec.generate_private_key(ec.SECP384R1() if algorithm == -35 else ec.SECP256R1())

    def cose(self):
        public = self.private.public_key()
        if self.algorithm == -257:
            numbers = public.public_numbers()
            return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
        if self.algorithm == -8:
            return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
        numbers, size = public.public_numbers(), public.curve.key_size // 8
        curve = {32: 1, 48: 2}[size]
        return {1: 2, 3: self.algorithm, -1: curve, -2: numbers.x.to_bytes(size, "big"), -3: numbers.y.to_bytes(size, "big")}

    def sign(self, message):
        return sign(self.private, message)


def sign(private, message):
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(message)
    return private.sign(message, ec.ECDSA(hashes.SHA384() if private.curve.key_size == 384 else hashes.SHA256()))


class Device:
    """An authenticator, and the browser in front of it. Whatever `spoil` names is written otherwise than is right."""

    def __init__(self, origin, aaguid=MODEL, attestation=None, algorithm=-7, flags=PRESENT | VERIFIED):
        self.origin, self.aaguid, self.attestation, self.flags = origin, aaguid, attestation, flags
        self.key, self.id, self.counter, self.user = Key(algorithm), os.urandom(32), 0, b""

    def client_data(self, kind, options, spoil):
        data = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps({**data, **spoil.get("client_data", {})}).encode()

    def head(self, rp_id, flags):
        self.counter += 1
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.counter)

    def create(self, options, **spoil):
        self.user = data_of(options["user"]["id"])
        client_data = self.client_data("webauthn.create", options, spoil)
        flags = spoil.get("flags", self.flags | ATTESTED)
        cose = cbor(spoil.get("cose", self.key.cose()))
        data = self.head(spoil.get("rp_id", options["rp"]["id"]), flags)
        data += self.aaguid.bytes + struct.pack(">H", len(self.id)) + self.id + cose + spoil.get("after_data", b"")
        signed = data + hashlib.sha256(client_data).digest()
        if spoil.get("format") == "none":
            statement = {}
        elif self.attestation:
            private, chain = self.attestation
            statement = {"alg": -7, "sig": sign(private, signed), "x5c": chain}
        else:
            statement = {"alg": self.key.algorithm, "sig": self.key.sign(signed)}
        statement = spoil.get("statement", lambda whole: whole)(statement)
        whole = {"fmt": spoil.get("format", "packed"), "attStmt": statement, "authData": data}
        written = spoil.get("write", cbor)(whole) + spoil.get("after", b"")
        return json.dumps({
            "id": text(spoil.get("id", self.id)), "type": "public-key",
            "response": {"clientDataJSON": text(client_data), "attestationObject": text(written), "transports": ["usb"]},
            "clientExtensionResults": {"credProps": {"rk": True}},
        })

    def get(self, options, **spoil):
        client_data = self.client_data("webauthn.get", options, spoil)
        data = self.head(spoil.get("rp_id", options["rpId"]), spoil.get("flags", self.flags)) + spoil.get("after_data", b"")
        if "counter" in spoil:
            data = data[:33] + struct.pack(">I", spoil["counter"])
        signature = spoil.get("key", self.key).sign(data + hashlib.sha256(client_data).digest())
        signature = spoil.get("signature", lambda right: right)(signature)
        return json.dumps({
            "id": text(spoil.get("id", self.id)), "type": "public-key", "clientExtensionResults": {},
            "response": {"clientDataJSON": text(client_data), "authenticatorData": text(data), "signature": text(signature),
                         "userHandle": text(spoil.get("user", self.user))},
        })


def metadata(maker, root):
    """The BLOB of a service that knows two models of the maker's, one of them broken."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SIGNER)])
    leaf = der(root.issue(subject, key.public_key()))
    entries = [{
        "aaguid": str(model), "timeOfLastStatusChange": "2026-01-01",
        "statusReports": [{"status": status, "effectiveDate": "2026-01-01"} for status in statuses],
        "metadataStatement": {
            "aaguid": str(model), "description": "A key of glass", "protocolFamily": "fido2", "schema": 3,
            "attestationTypes": ["basic_full"], "keyProtection": ["hardware", "secure_element"],
            "attestationRootCertificates": [base64.b64encode(der(maker.certificate)).decode()],
        },
    } for model, statuses in ((MODEL, ["FIDO_CERTIFIED_L1"]), (REVOKED, ["FIDO_CERTIFIED", "REVOKED"]))]
    next_update = (datetime.date.today() + datetime.timedelta(days=7)).isoformat()
    payload = {"legalHeader": "For tests.", "no": 1, "nextUpdate": next_update, "entries": entries}
    header = {"alg": "ES256", "typ": "JWT", "x5c": [base64.b64encode(leaf).decode()]}
    signed = ".".join(text(json.dumps(part).encode()) for part in (header, payload))
    r, s = utils.decode_dss_signature(sign(key, signed.encode()))
    return f"{signed}.{text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def main(folder):
    maker, root = Maker("A maker"), Authority("A metadata service")
    pem = serialization.Encoding.PEM
    private = maker.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    contents = {
        "root.pem": root.certificate.public_bytes(pem),
        "metadata.jwt": metadata(maker, root).encode(),
        "maker.pem": private + maker.certificate.public_bytes(pem),
    }
    for name, content in contents.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


def maker_of(folder):
    """The maker that `main` has made."""
    with open(os.path.join(folder, "maker.pem"), "rb") as file:
        content = file.read()
    key = serialization.load_pem_private_key(content, None)
    return Maker("A maker", key, x509.load_pem_x509_certificate(content[content.index(b"-----BEGIN CERT"):]))


if __name__ == "__main__":
    main(sys.argv[1])
