// What an operator does at the command line of the demonstration, beside the server that runs.

import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { SENID } from "./citizen.mjs";

const { AUTHORITIES, DEMO_PROGRAM, DEMO_DATA, DATABASE_URL } = process.env;

// With more of the environment, where the command is somebody else's or its settings are others.
export function administer(words, input, more = {}) {
  const settings = {
    SENID_CONFIG: join(AUTHORITIES, "settings.toml"),
    SENID_ISSUER: SENID,
    SENID_DATABASE__URL: DATABASE_URL ?? `sqlite:${join(DEMO_DATA, "senid.sqlite")}`,
    SENID_KEYS__FOLDER: join(DEMO_DATA, "keys"),
    // At the shell one person sets up what tests need, where on the pages it takes two: keys alone, which nobody rotates there.
    SENID_ADMINISTRATION__APPROVALS: "key_rotation",
  };
  const stdio = ["pipe", "pipe", "pipe"];
  return execFileSync(DEMO_PROGRAM, words, { env: { ...process.env, ...settings, ...more }, input, stdio, encoding: "utf8" });
}

// Somebody new, proven in person unless a test says otherwise, with a mailbox or without one. What a test adds to their account meets no other test.
export function newcomer({ name = "Võ Minh Khoa", birthdate = "1990-02-03", mailbox = false, level = 2 } = {}) {
  const username = `0010900${randomInt(100_000).toString().padStart(5, "0")}`;
  const password = "hoa-sen-demo-2026";
  const email = `${username}@people.senid.example`;
  const person = ["--national-id", username, "--name", name, "--birthdate", birthdate, "--gender", "male"];
  const contact = mailbox ? ["--email", email, "--email-verified"] : [];
  administer(["citizen", "add", ...person, ...contact, "--account-level", `${level}`, "--password-stdin"], password);
  return { name, username, password, email };
}

// What an officer hands over once they have seen who comes.
export function officersCode({ username }, purpose) {
  return JSON.parse(administer(["--json", "citizen", "issue-code", username, "--purpose", purpose])).code;
}
