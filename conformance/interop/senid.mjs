// SenID as a relying party's developer meets it: an issuer, a client that its operator registers, and a citizen.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const { ISSUER } = process.env;

export const AN = {
  username: process.env.AN_USERNAME,
  password: process.env.AN_PASSWORD,
  name: process.env.AN_NAME,
};

// Registers a client as an operator does: the registration with the secret in it, if it has one.
export function register(client, environment = process.env) {
  const folder = mkdtempSync(join(tmpdir(), "senid-client-"));
  try {
    const file = join(folder, "client.json");
    const texts = { name: { "": client.client_id }, organisation: { "": "A library" }, purpose: { "": "try it" } };
    writeFileSync(file, JSON.stringify({ ...texts, ...client }));
    const output = execFileSync(process.env.PROGRAM, ["client", "create", "--from", file, "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: environment,
    });
    return { ...client, client_secret: JSON.parse(output).client_secret };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// An signs in, where a page of SenID's asks for that.
async function signIn(browser, page, who = AN) {
  if (page.has("username")) page = await browser.press(page, "continue", { username: who.username });
  if (page.has("password")) page = await browser.press(page, "login", { password: who.password });
  return page;
}

// What An does at SenID, from the page that a plain browser shows until it is led elsewhere.
export async function answer(browser, page, issuer = ISSUER, who = AN) {
  page = await signIn(browser, page, who);
  if (page.has("allow")) page = await browser.press(page, "allow");
  // What a browser with script does by itself (OAuth 2.0 Form Post Response Mode).
  if (page.has("form-post")) page = await browser.press(page, "continue");
  assert.ok(!page.address.href.startsWith(issuer), `still at SenID: ${page.text}`);
  return page;
}

// An finds the request with this message in her account, and allows it (CIBA Core §8).
export async function approve(browser, message) {
  const requests = `${ISSUER}/account/requests`;
  await signIn(browser, await browser.press(await browser.open(requests), "account-sign-in"));
  const waiting = await browser.open(requests);
  const card = waiting.document.querySelectorAll("li.request").find((card) => card.innerText.includes(message));
  assert.ok(card, `no request says ${message}: ${waiting.text}`);
  const page = await browser.open(new URL(card.querySelector("a").getAttribute("href"), ISSUER));
  assert.ok(page.text.includes(message), page.text);
  return browser.press(page, "allow");
}

// An enters the code of a device, and allows it (RFC 8628 §3.3).
export async function allowDevice(browser, { verification_uri, user_code }) {
  let page = await browser.open(verification_uri);
  page = await signIn(browser, await browser.press(page, "continue", { user_code }));
  page = await browser.press(page, "allow");
  assert.ok(page.has("device-done"), page.text);
}

// Runs `cases`, sentences and what they claim, one after the other, and says of each how it went. Whether all held.
export async function runCases(library, cases) {
  let all = true;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok ${library}: ${name}`);
    } catch (error) {
      all = false;
      const cause = error.cause ? `\ncause: ${JSON.stringify(error.cause)}` : "";
      console.log(`FAILED ${library}: ${name}\n${error.stack}${cause}`);
    }
  }
  return all;
}

// The error that a promise is refused with.
export async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
  if (error.code === "ERR_ASSERTION") throw error;
  return error;
}
