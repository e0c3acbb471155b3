// What strong authentication is for, as one citizen comes to it: from a password alone to a phone, a key and a card, and back after
// the phone is lost. On both backends.

import assert from "node:assert/strict";
import { holds, KEY, SYNCED } from "./authenticators.mjs";
import { issue, withCard, withResponder } from "./card.mjs";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";
import { reads } from "./mail.mjs";
import { newcomer, officersCode } from "./operator.mjs";
import { enrols } from "./passkeys.mjs";

const { CARDS } = process.env;
const SECURITY = `${SENID}/account/security`;
const NEW_PASSWORD = "sen nở trên hồ Tây 2027";

const isOpen = (citizen, service) => citizen.page.locator(`[data-service=${service}]`).getAttribute("data-open");

// What the account lists beside the password.
const held = (citizen) => citizen.page.locator(".credential h2").allInnerTexts();

async function signsOutEverywhere(khoa) {
  await khoa.context.clearCookies({ name: /session/ });
}

export async function confirms(khoa) {
  await khoa.press("send-email");
  const [code] = await reads(khoa.person, /\b\d{6}\b/);
  await khoa.page.locator("#code").fill(code);
  await khoa.press("prove");
}

// 1. With a password, a code from the mailbox: whoever stole the password alone adds nothing. A mailbox is no factor, so the phone
// counts for no more than the password, and whose account it is hears of it.
async function enrolsThePhone(khoa) {
  await khoa.signIn();
  await khoa.openAccount("/account/security");
  await khoa.press("add-passkey");
  await confirms(khoa);
  await enrols(khoa, "Điện thoại của tôi");
  const [credential] = await khoa.phone.credentials();
  assert.equal(credential.isResidentCredential, true, "autofill finds nothing else");
  assert.equal(credential.rpId, "localhost");
  await reads(khoa.person, /Điện thoại của tôi/);
}

// 2. A click is whatever the person presses, from the portal's front page to the portal's page of theirs: the portal's button, and their
// passkey in the list that the browser opens below the field, which has the focus already. That list is the browser's own and no part
// of a page: the authenticator stands for it, which answers as soon as the browser asks. So clicks on pages and answers of the
// authenticator are counted together.
async function signsInByAutofill(khoa) {
  await signsOutEverywhere(khoa);
  const clicks = [];
  await khoa.page.exposeFunction("clicked", (where) => clicks.push(where));
  await khoa.page.addInitScript(() => addEventListener("click", (event) => window.clicked(event.target.closest("[id]").id), true));
  const answered = khoa.phone.answers();
  await khoa.pressSignIn();
  await khoa.page.waitForSelector("#citizen-name");
  await khoa.seesOwnPage();
  assert.deepEqual(clicks, ["portal-sign-in"]);
  assert.equal(khoa.phone.answers() - answered, 1);
  assert.equal(await isOpen(khoa, "passport"), "true");
  assert.equal(await isOpen(khoa, "residence"), "false", "a stolen password could have enrolled it");
}

// 3. An officer has seen who it is: the phone counts for two factors, and so does what is added with it.
async function becomesStronger(khoa) {
  await khoa.page.goto(`${SECURITY}/raise`);
  await khoa.page.locator("#code").fill(officersCode(khoa.person, "raise"));
  await khoa.press("raise");
  await khoa.page.goto(`${SECURITY}/recovery-codes`);
  await khoa.press("show");
  khoa.codes = await khoa.page.locator("#codes code").allInnerTexts();
  assert.equal(khoa.codes.length, 10);

  await khoa.phone.putAway();
  khoa.key = await holds(khoa, KEY);
  await enrols(khoa, "Chìa khóa");
  const [credential] = await khoa.key.credentials();
  assert.equal(credential.isResidentCredential, false);
  await khoa.page.goto(SECURITY);
  assert.deepEqual(await held(khoa), ["Điện thoại của tôi", "Mã khôi phục", "Chìa khóa"]);
}

// 4. Who wishes so is asked for a second step only where a service needs it: for that service alone, in the session that there is.
async function isSteppedUpForOneService(khoa) {
  await khoa.page.goto(SECURITY);
  await khoa.press("second-step-switch");
  await signsOutEverywhere(khoa);
  await khoa.signIn();
  assert.equal(await isOpen(khoa, "passport"), "true");
  assert.equal(await isOpen(khoa, "residence"), "false");

  await khoa.press("stronger-residence");
  assert.equal(new URL(khoa.page.url()).pathname.split("/").at(-1), "step-up");
  assert.equal(await khoa.has("password"), false, "what was proven is not asked for again");
  await khoa.press("use-passkey");
  await khoa.page.locator("#use-passkey").click();
  await khoa.page.waitForSelector("#citizen-name");
  await khoa.seesOwnPage();
  assert.ok(khoa.key.answers() > 0, "the browser first asks, without a touch, whether the key knows any of them");
  assert.equal(await isOpen(khoa, "residence"), "true");
}

// 5. On another computer, which has a card in its reader.
const signsInWithACard = (person, card) =>
  withCitizen({ person, open: withCard(card) }, async (khoa) => {
    khoa.neighbours.push(CARDS);
    const asked = [];
    khoa.page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await khoa.pressSignIn();
    await khoa.press("use-certificate");
    await khoa.press("way-connection");
    await khoa.page.waitForSelector("#citizen-name");
    await khoa.seesOwnPage();
    assert.ok(asked.includes(CARDS));
    assert.equal(await isOpen(khoa, "residence"), "true", "a card that a PIN opens is two factors");
    await khoa.page.goto(SECURITY);
    assert.equal((await held(khoa)).length, 4, "it is in the account from then on");
  });

// 6. The phone is lost, and the key with it. A code of the list asks for patience.
async function recovers(khoa) {
  await khoa.key.lost();
  await khoa.context.clearCookies();
  await khoa.openPortal();
  await khoa.press("portal-sign-in");
  await khoa.press("recover");
  await recover(khoa, khoa.codes[0]);
  assert.equal(new URL(khoa.page.url()).search, "?done=waiting");

  // Until then everything is as it was. It is seen in the account; the letter about it stops it, wherever it is read.
  await khoa.openAccount("/account/security");
  assert.match(await khoa.page.locator("#recovery").innerText(), /\d{2}:\d{2}/);
  assert.equal((await held(khoa)).length, 4);
  const [link] = await reads(khoa.person, /http\S+\/recover\/stop\/\S+/);
  await khoa.context.clearCookies();
  await khoa.page.goto(link);
  await khoa.press("recovery-stop");
  assert.equal(new URL(khoa.page.url()).search, "?done=stopped");
  await khoa.openAccount("/account/security");
  assert.equal(await khoa.has("recovery"), false);

  // Whoever cannot wait goes to an office with the card of their identity.
  await khoa.context.clearCookies();
  await khoa.page.goto(`${SENID}/recover`);
  await recover(khoa, officersCode(khoa.person, "recover"));
  assert.equal(new URL(khoa.page.url()).search, "?done=finished");
  await khoa.pressSignIn();
  await khoa.identify();
  await khoa.enterPassword();
  await khoa.sees("problem");
  khoa.person = { ...khoa.person, password: NEW_PASSWORD };
  await khoa.enterPassword();
  await khoa.page.waitForSelector("#citizen-name");
  await khoa.seesOwnPage();
  await khoa.page.goto(SECURITY);
  assert.deepEqual(await held(khoa), [], "what the finder of the phone holds opens nothing");

  // And begins again.
  khoa.phone = await holds(khoa, SYNCED);
  await khoa.page.goto(`${SECURITY}/passkeys/new`);
  await confirms(khoa);
  await enrols(khoa, "Điện thoại mới");
  await khoa.page.goto(SECURITY);
  assert.deepEqual(await held(khoa), ["Điện thoại mới"]);
}

async function recover(khoa, code) {
  await khoa.page.locator("#username").fill(khoa.person.username);
  await khoa.page.locator("#code").fill(code);
  await khoa.page.locator("#password").fill(NEW_PASSWORD);
  await khoa.press("recover");
}

export const strong = {
  "a citizen enrols, signs in by autofill, steps up with a key, shows a card, loses the phone and recovers": () =>
    withCitizen({ person: newcomer({ mailbox: true }) }, async (khoa) => {
      khoa.phone = await holds(khoa, SYNCED);
      await enrolsThePhone(khoa);
      await signsInByAutofill(khoa);
      await becomesStronger(khoa);
      await isSteppedUpForOneService(khoa);
      const card = issue(khoa.person);
      await withResponder(() => signsInWithACard(khoa.person, card));
      await recovers(khoa);
    }),

  "a card that was revoked gets a page that says so, and another way": async () => {
    const person = newcomer();
    const card = issue(person, { revoked: true });
    await withResponder(() =>
      withCitizen({ person, language: "en", open: withCard(card) }, async (khoa) => {
        khoa.neighbours.push(CARDS);
        await khoa.pressSignIn();
        await khoa.press("use-certificate");
        await khoa.press("way-connection");
        assert.match(await khoa.text("problem"), /revoked/i);
        assert.ok(!khoa.page.url().startsWith(PORTAL));
        await khoa.press("other-ways");
        await khoa.sees("username");
      }),
    );
  },
};
