// Passkeys and security keys on the pages: what each kind is good for, and what people are told where it comes to nothing.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { holds, KEY, KEY_WITH_PIN, PHONE } from "./authenticators.mjs";
import { SENID, withCitizen } from "./citizen.mjs";
import { newcomer } from "./operator.mjs";

const NEW = "/account/security/passkeys/new";

export async function enrols(citizen, name) {
  await citizen.openAccount(NEW);
  if (name) await citizen.page.locator("#name").fill(name);
  await citizen.press("add-passkey");
  await citizen.page.waitForURL("**/added");
}

// As in a browser that was never here.
const forgets = (citizen) => citizen.context.clearCookies();

// A sign-in that a portal begins, and that nothing but a passkey or a key reaches.
const phishingResistant = () => {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: "sandbox",
    redirect_uri: "http://localhost:9000/callback",
    response_type: "code",
    scope: "openid profile",
    state: "s",
    nonce: randomBytes(8).toString("hex"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    prompt: "consent",
    claims: JSON.stringify({ id_token: { acr: { essential: true, values: ["phr"] } } }),
  });
  return `${SENID}/authorize?${query}`;
};

export const passkeys = {
  "a citizen who cancels presses the button again": () =>
    withCitizen({ person: newcomer(), language: "en" }, async (khoa) => {
      const phone = await holds(khoa, PHONE);
      await enrols(khoa, "My laptop");
      await forgets(khoa);
      await phone.touched(false);
      await khoa.pressSignIn();
      // As when the browser's own window is closed. What waits for autofill is not asked with one.
      await khoa.page.evaluate(() => {
        const get = navigator.credentials.get.bind(navigator.credentials);
        let cancelled = 0;
        navigator.credentials.get = (options) =>
          options.mediation !== "conditional" && cancelled++ === 0
            ? Promise.reject(new DOMException("", "NotAllowedError"))
            : get(options);
      });
      await khoa.page.locator("#use-passkey").click();
      await khoa.page.waitForSelector("#webauthn-problem:not([hidden])");
      assert.match(await khoa.text("webauthn-problem"), /cancelled or took too long/);
      // What waited for autofill gives way to the button.
      await phone.touched(true);
      await khoa.page.locator("#use-passkey").click();
      await khoa.page.waitForSelector("#allow");
      await khoa.press("allow");
      await khoa.seesOwnPage();
    }),

  "a button that is pressed before the browser has said whether it fills in passkeys is not forestalled": () =>
    withCitizen({ person: newcomer(), language: "en" }, async (khoa) => {
      await holds(khoa, PHONE);
      await enrols(khoa, "My laptop");
      await forgets(khoa);
      // It says so once the authenticator has answered the button.
      await khoa.context.addInitScript(() => {
        let say;
        const slow = new Promise((resolve) => {
          say = () => resolve(true);
        });
        PublicKeyCredential.isConditionalMediationAvailable = () => slow;
        const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = async (options) => {
          const credential = await get(options);
          say();
          await slow;
          return credential;
        };
      });
      const asked = [];
      khoa.page.on("request", (request) => {
        if (request.url().endsWith("/options")) asked.push(new URLSearchParams(request.postData()).get("choice"));
      });
      await khoa.pressSignIn();
      await khoa.page.locator("#use-passkey").click();
      await khoa.page.waitForSelector("#allow");
      assert.deepEqual(asked, ["use-passkey"], "another challenge would void the one that was answered");
    }),

  "a security key without a PIN is the second factor that a service asks for": () =>
    withCitizen({ person: newcomer(), language: "en" }, async (khoa) => {
      const key = await holds(khoa, KEY);
      await khoa.openAccount(NEW);
      await enrols(khoa, "Key");
      assert.match(await khoa.page.locator("#next-time").innerText(), /sign in with your password/);
      const [credential] = await key.credentials();
      assert.equal(credential.isResidentCredential, false);
      await forgets(khoa);
      await khoa.page.goto(phishingResistant());
      await khoa.identify();
      await khoa.enterPassword();
      await khoa.press("use-passkey");
      await khoa.page.locator("#use-passkey").click();
      await khoa.page.waitForSelector("#allow");
    }),

  "a security key with a PIN signs in alone": () =>
    withCitizen({ person: newcomer(), language: "fr" }, async (khoa) => {
      const key = await holds(khoa, KEY_WITH_PIN);
      await khoa.openAccount(NEW);
      await enrols(khoa, "Ma clé");
      await forgets(khoa);
      await key.touched(false);
      await khoa.page.goto(phishingResistant());
      await key.touched(true);
      await khoa.page.locator("#use-security-key").click();
      await khoa.page.waitForSelector("#allow");
    }),

  "the same phone is not enrolled twice, and the page says why": () =>
    withCitizen({ person: newcomer(), language: "en" }, async (khoa) => {
      await holds(khoa, PHONE);
      await khoa.openAccount(NEW);
      await enrols(khoa, "Once");
      await khoa.page.goto(SENID + NEW);
      await khoa.page.locator("#add-passkey").click();
      await khoa.page.waitForSelector("#webauthn-problem:not([hidden])");
      assert.match(await khoa.text("webauthn-problem"), /in your account already/);
      assert.equal(await khoa.page.evaluate(() => document.activeElement.id), "add-passkey", "the keyboard is where it was");
    }),

  "the browser inside an application says that it cannot, and the way out": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.context.addInitScript(() => delete window.PublicKeyCredential);
      await an.pressSignIn();
      const wayOut = /your phone’s own browser(.|\n)*http:\/\/localhost/;
      assert.match(await an.page.locator("main").innerText(), wayOut);
      for (const button of ["#use-passkey", "#use-security-key"]) assert.equal(await an.page.locator(button).isVisible(), false);
      await an.page.goto(`${an.page.url()}/passkey`);
      assert.match(await an.page.locator("main").innerText(), wayOut);
      assert.equal(await an.page.locator("#use-passkey").isVisible(), false);
      await an.page.locator("#another-way").click();
      await an.page.waitForSelector("#username");
      await an.identify();
      await an.enterPassword();
    }),

  "without script a passkey says what it needs, and leads to another way": () =>
    withCitizen({ language: "en", script: false }, async (an) => {
      await an.pressSignIn();
      await an.press("use-passkey");
      assert.match(await an.page.locator("main").innerText(), /JavaScript/);
      await an.press("use-passkey");
      assert.match(await an.text("problem"), /JavaScript/);
      await an.page.locator("#another-way").click();
      await an.identify();
      await an.sees("password");
    }),
};
