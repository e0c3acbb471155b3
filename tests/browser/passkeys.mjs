// Passkeys and security keys, with Chromium's own virtual authenticators (DevTools protocol, domain WebAuthn).

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { BINH, CHAU, SENID, withCitizen } from "./citizen.mjs";

const NEW = "/account/security/passkeys/new";
const PHONE = { transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
const SYNCED = { ...PHONE, defaultBackupEligibility: true, defaultBackupState: true };
const KEY = { transport: "usb", hasResidentKey: false, hasUserVerification: false, isUserVerified: false };
const KEY_WITH_PIN = { transport: "usb", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };

// Something that the citizen holds. It answers as soon as it is asked, unless it is told to wait for a touch.
async function holds(citizen, options) {
  const devtools = await citizen.context.newCDPSession(citizen.page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", ctap2Version: "ctap2_1", automaticPresenceSimulation: true, ...options },
  });
  const send = (what, more) => devtools.send(`WebAuthn.${what}`, { authenticatorId, ...more });
  return {
    credentials: async () => (await send("getCredentials")).credentials,
    touched: (enabled) => send("setAutomaticPresenceSimulation", { enabled }),
  };
}

async function enrols(citizen, name) {
  await citizen.openAccount(NEW);
  if (name) await citizen.page.locator("#name").fill(name);
  await citizen.press("add-passkey");
  await citizen.page.waitForURL("**/added");
}

// Signs out of SenID, whose pages then know nobody.
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
  "a citizen enrols a passkey and signs in with it by autofill, in two clicks": () =>
    withCitizen({ person: CHAU, language: "vi" }, async (chau) => {
      const phone = await holds(chau, SYNCED);
      await chau.signIn();
      await enrols(chau, "Điện thoại của tôi");
      assert.match(await chau.page.locator("main").innerText(), /Điện thoại của tôi/);
      const [credential] = await phone.credentials();
      assert.equal(credential.isResidentCredential, true, "autofill finds nothing else");
      assert.equal(credential.rpId, "localhost");

      await forgets(chau);
      const asked = [];
      chau.page.on("request", (request) => {
        if (request.url().endsWith("/options")) asked.push(new URLSearchParams(request.postData()).get("choice"));
      });
      // The first click. The second, in the browser's own list, is the authenticator's, which answers as soon as it is asked.
      await chau.pressSignIn();
      await chau.page.waitForSelector("#citizen-name");
      await chau.seesOwnPage();
      assert.deepEqual(asked, ["autofill"]);
    }),

  "a citizen signs in with a passkey by its button": () =>
    withCitizen({ person: BINH, language: "en" }, async (binh) => {
      const phone = await holds(binh, PHONE);
      await binh.signIn();
      await enrols(binh, "My laptop");
      await forgets(binh);
      await phone.touched(false);
      await binh.pressSignIn();
      // Nobody touches it in time: the page says so in words, and everything can be done again.
      await binh.page.evaluate(() => {
        const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = (options) => {
          navigator.credentials.get = get;
          return Promise.reject(new DOMException("", "NotAllowedError"));
        };
      });
      await binh.page.locator("#use-passkey").click();
      await binh.page.waitForSelector("#webauthn-problem:not([hidden])");
      assert.match(await binh.text("webauthn-problem"), /cancelled or took too long/);
      // What waited for autofill gives way to the button.
      await phone.touched(true);
      await binh.page.locator("#use-passkey").click();
      await binh.page.waitForSelector("#citizen-name");
      await binh.seesOwnPage();
    }),

  "a security key without a PIN is the second factor that a service asks for": () =>
    withCitizen({ person: BINH, language: "en" }, async (binh) => {
      const key = await holds(binh, KEY);
      await binh.openAccount(NEW);
      await enrols(binh, "Key");
      assert.match(await binh.page.locator("#next-time").innerText(), /sign in with your password/);
      const [credential] = await key.credentials();
      assert.equal(credential.isResidentCredential, false);
      await forgets(binh);
      await binh.page.goto(phishingResistant());
      await binh.identify();
      await binh.enterPassword();
      await binh.press("use-passkey");
      await binh.page.locator("#use-passkey").click();
      await binh.page.waitForSelector("#allow");
    }),

  "a security key with a PIN signs in alone": () =>
    withCitizen({ person: CHAU, language: "fr" }, async (chau) => {
      const key = await holds(chau, KEY_WITH_PIN);
      await chau.openAccount(NEW);
      await enrols(chau, "Ma clé");
      await forgets(chau);
      await key.touched(false);
      await chau.page.goto(phishingResistant());
      await key.touched(true);
      await chau.page.locator("#use-security-key").click();
      await chau.page.waitForSelector("#allow");
    }),

  "the same phone is not enrolled twice, and the page says why": () =>
    withCitizen({ person: CHAU, language: "en" }, async (chau) => {
      await holds(chau, PHONE);
      await chau.openAccount(NEW);
      await enrols(chau, "Once");
      await chau.page.goto(SENID + NEW);
      await chau.page.locator("#add-passkey").click();
      await chau.page.waitForSelector("#webauthn-problem:not([hidden])");
      assert.match(await chau.text("webauthn-problem"), /in your account already/);
      assert.equal(await chau.page.evaluate(() => document.activeElement.id), "add-passkey", "the keyboard is where it was");
    }),

  "the browser inside an application says that it cannot, and the way out": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.context.addInitScript(() => delete window.PublicKeyCredential);
      await an.pressSignIn();
      await an.press("use-passkey");
      assert.match(await an.page.locator("main").innerText(), /your phone’s own browser/);
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
