// Citizens' certificates by the authority that the demonstration trusts (authorities.sh), and the browser of a machine that has one in
// the store where Chromium looks for it (NSS), as a card's own program would put it there.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAUNCH } from "./citizen.mjs";
import { chromium } from "./packages.mjs";

const { AUTHORITIES, CARDS, OCSP_PORT } = process.env;
const IN_A_DEVICE = "1.3.6.1.4.1.99999.1.1";

const run = (program, ...words) => execFileSync(program, words, { cwd: AUTHORITIES, stdio: ["ignore", "ignore", "pipe"] });

// A certificate and its key in one file (PKCS #12), on a card that a PIN opens. What the authority says of it stands in its index.
export function issue({ name, username }, { revoked = false } = {}) {
  const card = join(mkdtempSync(join(AUTHORITIES, "card-")), "card");
  const serial = `4${randomBytes(8).toString("hex").slice(1)}`.toUpperCase();
  writeFileSync(
    `${card}.ext`,
    `keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\ncertificatePolicies=${IN_A_DEVICE}\n`,
  );
  const subject = ["-utf8", "-subj", `/C=VN/CN=${name}/UID=CCCD:${username}`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  run("openssl", "req", ...curve, ...subject, "-keyout", `${card}.key`, "-out", `${card}.csr`);
  const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", `0x${serial}`, "-days", "30"];
  run("openssl", "x509", "-req", "-in", `${card}.csr`, ...authority, "-extfile", `${card}.ext`, "-out", `${card}.pem`);
  run("openssl", "pkcs12", "-export", "-inkey", `${card}.key`, "-in", `${card}.pem`, "-passout", "pass:", "-out", `${card}.p12`);
  const [standing, since] = revoked ? ["R", "260101000000Z,keyCompromise"] : ["V", ""];
  appendFileSync(join(AUTHORITIES, "index.txt"), `${standing}\t491231235959Z\t${since}\t${serial}\tunknown\t/CN=card\n`);
  return `${card}.p12`;
}

// Runs `errand` while the authority answers what became of its certificates: of those that were issued before, which is all that
// OpenSSL's responder promises.
export async function withResponder(errand) {
  const signer = ["-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-nmin", "10"];
  const words = ["ocsp", "-port", OCSP_PORT, "-index", "index.txt", ...signer];
  const responder = spawn("openssl", words, { cwd: AUTHORITIES, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(responder, "exit");
  let said = "";
  const listens = new Promise((resolve) => {
    responder.stderr.on("data", (text) => {
      said += text;
      if (said.includes("waiting for OCSP client connections")) resolve();
    });
  });
  try {
    await Promise.race([listens, ended]);
    assert.equal(responder.exitCode, null, said);
    await errand();
  } finally {
    responder.kill();
    await ended;
  }
}

// How a browser is opened on a machine that has this card in its reader. Where SenID asks for a certificate, Chromium would show
// whose there are and wait; a person's profile says here that the one that fits is theirs, as administrators set it up for them.
export const withCard = (card) => (wishes) => {
  const home = mkdtempSync(join(AUTHORITIES, "home-"));
  const store = join(home, ".pki/nssdb");
  mkdirSync(store, { recursive: true });
  run("certutil", "-d", `sql:${store}`, "-N", "--empty-password");
  run("pk12util", "-d", `sql:${store}`, "-i", card, "-W", "");
  run("certutil", "-d", `sql:${store}`, "-A", "-t", "C,,", "-n", "servers", "-i", "tls-ca.pem");
  const profile = join(home, "profile");
  mkdirSync(join(profile, "Default"), { recursive: true });
  const certificates = { [`${CARDS},*`]: { setting: { filters: [{}] } } };
  const preferences = { profile: { content_settings: { exceptions: { auto_select_certificate: certificates } } } };
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(preferences));
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, ".local/share") };
  return chromium.launchPersistentContext(profile, { ...LAUNCH, env, ...wishes });
};
