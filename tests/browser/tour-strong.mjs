// The pages of strong authentication, as somebody comes upon them who has a password, then more, and then loses it.

import { createHmac } from "node:crypto";
import { holds, SYNCED } from "./authenticators.mjs";
import { SENID } from "./citizen.mjs";
import { reads } from "./mail.mjs";
import { newcomer } from "./operator.mjs";
import { enrols } from "./passkeys.mjs";

const SECURITY = `${SENID}/account/security`;
const WRONG_CODE = "000000";
const ANY_CODE = "ABCD-EFGH-JKLM";

// Somebody who is new arrives in the same browser.
export async function tourOfStrength(citizen, stop) {
  citizen.person = newcomer({ name: "Trần Thị Bình", mailbox: true });
  await citizen.context.clearCookies();
  await ways(citizen, stop);
  await enrolment(citizen, stop);
  const phone = await holds(citizen, SYNCED);
  await enrols(citizen, "Phone");
  await stop("account-passkey-added");
  await management(citizen, stop);
  await phone.touched(false);
  await steps(citizen, stop);
  await loss(citizen, stop);
  await phone.lost();
  await citizen.context.clearCookies();
}

// What can be chosen instead of a password, without anything at hand.
async function ways(citizen, stop) {
  await citizen.pressSignIn();
  const signIn = citizen.page.url();
  await citizen.page.goto(`${signIn}/security-key`);
  await stop("signin-security-key");
  await citizen.page.goto(`${signIn}/certificate`);
  await stop("certificate");
  await citizen.page.goto(`${signIn}/certificate/web-eid`);
  await stop("certificate-web-eid");
  await citizen.page.goto(`${signIn}/certificate/signature`);
  await stop("certificate-signature");
  await citizen.page.locator("#signature").fill("nothing");
  await citizen.press("send-signature");
  await stop("certificate-problem");
  await citizen.page.goto(signIn);
  await citizen.page.locator("#username").fill(citizen.person.username);
  await citizen.press("use-counter-code");
  await stop("counter");
  await citizen.page.locator("#code").fill(ANY_CODE);
  await citizen.press("counter-login");
  await stop("counter-problem");
}

// With a password alone.
async function enrolment(citizen, stop) {
  const { page } = citizen;
  await citizen.openAccount("/account/security");
  await stop("account-security-empty");
  await page.goto(`${SECURITY}/passkeys/new`);
  await stop("account-confirm");
  await citizen.press("send-email");
  await page.locator("#code").fill(WRONG_CODE);
  await citizen.press("prove");
  await stop("account-confirm-problem");
  await page.locator("#code").fill((await reads(citizen.person, /\b\d{6}\b/))[0]);
  await citizen.press("prove");
  await page.goto(`${SECURITY}/password`);
  await stop("account-password");
  await page.goto(`${SECURITY}/contact`);
  await stop("account-contact");
  await page.goto(`${SECURITY}/recovery-codes`);
  await stop("account-recovery-codes");
  await citizen.press("show");
  await stop("account-recovery-codes-shown");
  citizen.codes = await page.locator("#codes code").allInnerTexts();
  await page.goto(`${SECURITY}/totp/new`);
  await stop("account-totp");
  await page.locator("#code").fill(oneTimeCode(await page.locator("#secret").innerText()));
  await citizen.press("add");
}

// RFC 6238, as every authenticator application computes it.
function oneTimeCode(secret) {
  const bits = [...secret.replace(/\s/g, "")].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 0xf) & 0x7fffffff;
  return (number % 1_000_000).toString().padStart(6, "0");
}

async function management(citizen, stop) {
  const { page } = citizen;
  // With what was added last: the phone.
  await citizen.context.clearCookies();
  await citizen.pressSignIn();
  await page.waitForSelector("#allow");
  await page.goto(`${SECURITY}/raise`);
  await stop("account-raise");
  await page.locator("#code").fill(ANY_CODE);
  await citizen.press("raise");
  await stop("account-raise-problem");
  await page.goto(SECURITY);
  await stop("account-security");
  await page.locator(".credential a").first().click();
  await page.locator("#rename").waitFor();
  await stop("account-credential");
  await citizen.press("remove");
  await stop("account-credential-remove");
  await page.goto(`${SECURITY}/lost`);
  await stop("account-lost");
  await page.goto(`${SENID}/account/not-me`);
  await stop("account-not-me");
  await page.goto(`${SENID}/account/activity`);
  await stop("account-activity-strong");
}

// A password is not enough any more.
async function steps(citizen, stop) {
  await citizen.context.clearCookies();
  await citizen.pressSignIn();
  await citizen.identify();
  await citizen.enterPassword();
  const chooser = citizen.page.url();
  await stop("step-up");
  await citizen.press("use-passkey");
  await stop("step-up-passkey");
  await citizen.page.goto(chooser);
  await citizen.press("use-totp");
  await stop("step-up-totp");
  await citizen.page.locator("#code").fill(WRONG_CODE);
  await citizen.press("prove");
  await stop("step-up-totp-problem");
}

async function loss(citizen, stop) {
  const { page } = citizen;
  await citizen.context.clearCookies();
  await page.goto(`${SENID}/recover`);
  await stop("recover");
  await recover(citizen, ANY_CODE);
  await stop("recover-problem");
  await recover(citizen, citizen.codes[0]);
  await stop("recover-waiting");
  await page.goto((await reads(citizen.person, /http\S+\/recover\/stop\/\S+/))[0]);
  await stop("recover-stop");
  await citizen.press("recovery-stop");
  await stop("recover-stopped");
}

async function recover(citizen, code) {
  await citizen.page.locator("#username").fill(citizen.person.username);
  await citizen.page.locator("#code").fill(code);
  await citizen.page.locator("#password").fill("sen nở trên hồ Tây 2027");
  await citizen.press("recover");
}
