// The pages of the identity store, as somebody comes upon them who opens an account, acts for a company and hands that on, chooses what
// a portal is told, looks after a child, and leaves.

import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PORTAL, SENID } from "./citizen.mjs";
import { reads } from "./mail.mjs";
import { administer, newcomer } from "./operator.mjs";
import { OrganisationPortal } from "./organisation-portal.mjs";
import { accepts, actsAt, invites, opensOrganisation, registersCompany, takesBack, taxCode } from "./organisations.mjs";
import { NAM, saysWho } from "./registration.mjs";

const { DEMO_DATA } = process.env;

export async function tourOfTheStore(citizen, stop) {
  await citizen.context.clearCookies();
  await opening(citizen, stop);
  const portal = await OrganisationPortal.open();
  try {
    await company(citizen, portal, stop);
  } finally {
    await portal.close();
  }
  await citizen.context.clearCookies();
}

// Up to the last step: the account is not opened, so that the next tour finds the same.
async function opening(citizen, stop) {
  await citizen.page.goto(`${SENID}/sign-up`);
  await saysWho(citizen, NAM);
  const [code] = await reads(NAM, /\b\d{6}\b/);
  await citizen.page.locator("#code").fill(code);
  await citizen.press("continue");
  await stop("register-password");
  await citizen.page.locator("#password").fill("12345678");
  await citizen.press("finish");
  await stop("register-password-problem");
}

// The director and the deputy sit at one device, one after the other.
async function company(citizen, portal, stop) {
  const [director, deputy] = [newcomer({ name: "Đỗ Thị Giang" }), newcomer({ name: "Phan Văn Hùng" })];
  const is = async (person) => {
    citizen.person = person;
    await citizen.context.clearCookies();
  };
  await is(newcomer({ name: "Lê Minh Châu", level: 1 }));
  await citizen.openAccount("/account/organisations/new");
  await stop("organisation-new-level");
  await citizen.page.goto(`${SENID}/account/security/certificates/new`);
  await stop("account-new-certificate");

  await is(director);
  await citizen.openAccount("/account/organisations/new");
  await citizen.page.fill("#code", "0100109107");
  await citizen.press("ask");
  await stop("organisation-new-problem");
  await registersCompany(citizen, taxCode(), stop);
  await citizen.openAccount("/account/organisations");
  await stop("organisations");
  await opensOrganisation(citizen);
  await citizen.press("invite");
  await citizen.press("offer");
  await stop("organisation-invite-problem");
  const invitation = await invites(citizen, deputy, portal, stop);
  await opensOrganisation(citizen);
  await stop("organisation-waiting");

  await is(deputy);
  await citizen.openAccount("/account/organisations/invitation");
  await stop("invitation-code");
  await citizen.page.fill("#code", "ABCD-EFGH");
  await citizen.press("look");
  await stop("invitation-problem");
  await accepts(citizen, invitation, stop);
  await actsAt(citizen, portal, "choice-1", { asked: () => stop("in-whose-name"), consent: () => stop("consent-choice") });
  await choice(citizen, stop);
  await link(citizen, stop);

  await is(director);
  await takesBack(citizen, deputy, stop);
  await citizen.page.locator("#ended summary").click();
  await stop("organisation-history");
  await family(citizen, stop);
  await leaving(citizen, stop);
}

// What the portal is told from then on.
async function choice(citizen, stop) {
  await citizen.openAccount("/account/portals");
  await Promise.all([
    citizen.page.waitForEvent("domcontentloaded"),
    citizen.page.locator(".connected .actions a[href$='/claims']").click(),
  ]);
  await stop("account-portal-claims");
  await citizen.openAccount("/account/activity?kind=releases");
  await stop("account-activity-releases");
}

// An account that they had at the portal before.
async function link(citizen, stop) {
  const id = `land-${randomUUID()}`;
  const names = ["--name", "vi=Cổng Đất đai", "--name", "en=Land Portal", "--verified", "--sector", "land.senid.example"];
  const rights = ["--scope", "openid linked_accounts", "--approve-claim", "linked_accounts", "--redirect-uri", `${PORTAL}/callback`];
  administer(["client", "create", id, ...names, ...rights, "--secret-stdin"], randomUUID());
  const file = join(DEMO_DATA, "accounts.csv");
  writeFileSync(file, "account,label\nHS-2019-004711,hung.phan@songhong.example\n");
  const [code] = administer(["client", "link-codes", id, "--file", file]).match(/\b[A-Z0-9]{4}(-[A-Z0-9]{4})+\b/);
  await citizen.openAccount("/account/linked-accounts");
  await stop("linked-accounts-empty");
  await citizen.press("link-new");
  await stop("linked-account-code");
  await citizen.page.fill("#code", "ABCD-EFGH");
  await citizen.press("look");
  await stop("linked-account-problem");
  await citizen.page.fill("#code", code);
  await citizen.press("look");
  await stop("linked-account-offered");
  await citizen.press("link-confirm");
  await stop("linked-accounts");
  await Promise.all([citizen.page.waitForEvent("domcontentloaded"), citizen.page.locator("main a[href$='/end']").first().click()]);
  await stop("linked-account-end");
}

async function family(citizen, stop) {
  const child = newcomer({ name: "Đỗ Nhật Minh", birthdate: "2016-05-01", level: 1 });
  const paper = ["--evidence", "giấy khai sinh 12/2016, Ba Đình"];
  administer(["citizen", "guardian", "add", child.username, "--guardian", citizen.person.username, ...paper]);
  await citizen.openAccount();
  await stop("account-family");
  await Promise.all([citizen.page.waitForEvent("domcontentloaded"), citizen.page.locator(".ward").first().click()]);
  await stop("account-ward");
}

// What is wrong is said, and in the end all of it.
async function leaving(citizen, stop) {
  await citizen.openAccount("/account/data");
  await citizen.press("correct");
  await stop("account-data-problem");
  await citizen.page.fill("#words", "Tôi sinh ngày 3 tháng 2 năm 1991.");
  await citizen.press("correct");
  const waiting = administer(["--json", "citizen", "corrections", "--limit", "100"]).trim().split("\n").map((line) => JSON.parse(line));
  const answer = "Đã đối chiếu với giấy khai sinh: năm sinh là 1990.";
  administer(["citizen", "correct", waiting.at(-1).id, "--outcome", "kept", "--answer", answer]);
  await citizen.openAccount("/account/data");
  await stop("account-data-answered");
  await citizen.openAccount("/account/close");
  await stop("account-close");
  await citizen.press("close-confirm");
  await stop("account-closing");
  await citizen.openAccount("/account/not-me");
  await citizen.press("not-me-confirm");
  await stop("account-locked");
}
