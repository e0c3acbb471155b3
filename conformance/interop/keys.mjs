// What a relying party proves itself with instead of a secret: a key that signs, or a certificate of a test authority.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as send } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

const { TLS } = process.env;
const AUTHORITY = readFileSync(join(TLS, "ca.pem"));

const ALGORITHMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  PS256: { name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
};

// A key pair for `algorithm`: the private key, and the set that is registered.
export async function newKey(algorithm = "ES256") {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHMS[algorithm], true, ["sign", "verify"]);
  const kid = randomUUID();
  const jwk = await crypto.subtle.exportKey("jwk", publicKey);
  const { key_ops, ext, ...members } = jwk;
  return { key: { key: privateKey, kid }, jwks: { keys: [{ ...members, kid, use: "sig", alg: algorithm }] } };
}

// A certificate that the test authority issued to `name`: its PEM files, and its subject as RFC 4514 writes it.
export function newCertificate(name) {
  return issue(name, ["-CA", join(TLS, "ca.pem"), "-CAkey", join(TLS, "ca.key"), "-CAcreateserial"]);
}

// One that nobody issued but its owner; and the key set that publishes it.
export async function ownCertificate(name) {
  const certificate = issue(name, null);
  const [, body] = certificate.cert.match(/-----BEGIN CERTIFICATE-----([^-]+)-----/);
  const der = body.replace(/\s/g, "");
  const publicKey = execFileSync("openssl", ["x509", "-noout", "-pubkey"], { input: certificate.cert, encoding: "utf8" });
  const spki = Buffer.from(publicKey.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const key = await crypto.subtle.importKey("spki", spki, ALGORITHMS.ES256, true, ["verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", key);
  return { ...certificate, jwks: { keys: [{ kty, crv, x, y, use: "sig", x5c: [der] }] } };
}

function issue(name, authority) {
  const folder = mkdtempSync(join(tmpdir(), "senid-certificate-"));
  const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  try {
    const subject = ["-subj", `/C=VN/O=A library/CN=${name}`];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem"];
    if (authority) {
      writeFileSync(join(folder, "extensions"), "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n");
      openssl("req", ...key, ...subject, "-out", "request.pem");
      openssl("x509", "-req", "-in", "request.pem", "-days", "3", "-extfile", "extensions", "-out", "cert.pem", ...authority);
    } else {
      openssl("req", "-x509", "-days", "3", ...key, ...subject, "-out", "cert.pem");
    }
    const read = (file) => readFileSync(join(folder, file), "utf8");
    return { key: read("key.pem"), cert: read("cert.pem"), dn: `CN=${name},O=A library,C=VN` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// A `fetch` whose connections show this certificate, as a library's user gives it to the library. Node.js has none of its own.
export function fetchShowing({ key, cert }) {
  const agent = new Agent({ ca: AUTHORITY, key, cert });
  return (url, { method = "GET", headers, body } = {}) =>
    new Promise((resolve, reject) => {
      const sent = send(url, { method, agent, headers: Object.fromEntries(new Headers(headers)) }, async (answer) => {
        const { statusCode: status, headers: told } = answer;
        const lines = Object.entries(told).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
        const content = await buffer(answer);
        resolve(new Response(status === 204 ? null : content, { status, headers: lines }));
      });
      sent.once("error", reject).end(body?.toString());
    });
}
