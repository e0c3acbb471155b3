// A company is registered, a deputy signs in to a portal in its name, and loses that again: in Vietnamese, as most people read it.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { withCitizen } from "./citizen.mjs";
import { administer, newcomer } from "./operator.mjs";
import { OrganisationPortal } from "./organisation-portal.mjs";
import { look } from "./pictures.mjs";

export const COMPANY = "Công ty Cổ phần Vận tải Sông Hồng";

// A tax code that nobody has: its tenth digit follows from the nine before it.
export function taxCode() {
  const weights = [31, 29, 23, 19, 17, 13, 7, 5, 3];
  for (;;) {
    const digits = weights.map(() => randomInt(10));
    const check = 10 - (digits.reduce((sum, digit, at) => sum + digit * weights[at], 0) % 11);
    if (digits[0] > 0 && check < 10) return digits.join("") + check;
  }
}

const looking = (citizen) => (name) => look(citizen, name);

// The citizen asks, and a registrar confirms: from then on they represent the company. `at` is told of each page on the way, here and
// below.
export async function registersCompany(citizen, code = taxCode(), at = looking(citizen)) {
  await citizen.openAccount("/account/organisations");
  await at("organisations-empty");
  await citizen.press("new");
  await citizen.page.fill("#code", code);
  await citizen.page.fill("#name", COMPANY);
  await at("organisation-new");
  await citizen.press("ask");
  await at("organisations-asked");
  const { requests } = JSON.parse(administer(["--json", "organisation", "requests"]));
  const { request } = requests.find((waiting) => waiting.code === `vn-mst:${code}`);
  administer(["organisation", "confirm", request], undefined, { SENID_ORGANISATIONS__REGISTRARS: "1" });
  return code;
}

// To the page of the only organisation that they act for.
export async function opensOrganisation(citizen) {
  await citizen.openAccount("/account/organisations");
  await Promise.all([
    citizen.page.waitForEvent("domcontentloaded"),
    citizen.page.locator(".connected .actions a").first().click(),
  ]);
}

// The legal representative invites somebody, and hands them the code that is returned.
export async function invites(citizen, { username }, portal, at = looking(citizen)) {
  await opensOrganisation(citizen);
  await citizen.press("invite");
  await citizen.page.fill("#invited", username);
  await citizen.page.fill("#position", "Kế toán trưởng");
  await citizen.page.locator(`input[value="${portal.id}"]`).check();
  await at("organisation-invite");
  await citizen.press("offer");
  await at("organisation-invited");
  return citizen.text("invitation-code");
}

export async function accepts(citizen, code, at = looking(citizen)) {
  await citizen.openAccount("/account/organisations/invitation");
  await citizen.page.fill("#code", code);
  await citizen.press("look");
  await at("invitation");
  await citizen.press("accept");
}

// From the portal's front page to its page of whom they act for. `asked` and `consent` are called where they are asked;
// without a `choice` they are not asked for whom.
export async function actsAt(citizen, portal, choice, { asked = async () => {}, consent = async () => {} } = {}) {
  citizen.neighbours.push(portal.origin);
  await citizen.page.goto(portal.start);
  await citizen.press("sign-in");
  if (await citizen.has("username")) await citizen.identify();
  if (await citizen.has("password")) await citizen.enterPassword();
  assert.equal(await citizen.has("myself"), choice !== undefined);
  if (choice) {
    await asked();
    await citizen.press(choice);
  }
  if (await citizen.has("allow")) {
    await consent();
    await citizen.press("allow");
  }
  return citizen.text("for");
}

// The legal representative ends what the deputy may do.
export async function takesBack(citizen, { name }, at = looking(citizen)) {
  await opensOrganisation(citizen);
  assert.match(await citizen.page.locator("main").innerText(), new RegExp(`${name}[^]*Kế toán trưởng`));
  await at("organisation");
  const takeBack = citizen.page.locator("section[aria-labelledby=people-title] a[href$='/end']");
  await Promise.all([citizen.page.waitForEvent("domcontentloaded"), takeBack.click()]);
  await at("mandate-end");
  await citizen.press("end-confirm");
  await at("mandate-ended");
}

// Waits until the portal, which is told through the back channel, has ended the session there.
export async function isSignedOutAt(citizen, portal) {
  for (let tries = 0; tries < 100; tries++) {
    await citizen.page.goto(portal.start);
    if (await citizen.has("nobody")) break;
    await pause(100);
  }
  assert.equal(await citizen.text("nobody"), "Chưa đăng nhập");
}

export const organisations = {
  "a company is registered and a deputy acts in its name until that is taken back": async () => {
    const portal = await OrganisationPortal.open();
    const [director, deputy] = [newcomer({ name: "Đỗ Thị Giang" }), newcomer({ name: "Phan Văn Hùng" })];
    try {
      await withCitizen({ person: director, language: "vi" }, async (giang) => {
        const code = await registersCompany(giang);
        const invitation = await invites(giang, deputy, portal);
        await withCitizen({ person: deputy, language: "vi" }, async (hung) => {
          await accepts(hung, invitation);
          assert.match(await hung.page.locator("h1").innerText(), /Sông Hồng/);
          const told = await actsAt(hung, portal, "choice-1");
          assert.equal(told, `${COMPANY} · ${code} · delegate`);

          await takesBack(giang, deputy);
          assert.match(await giang.page.locator(".notice").innerText(), /Quyền đã kết thúc/);
          await isSignedOutAt(hung, portal);
          // At SenID he is signed in, and sees what has ended.
          await hung.openAccount("/account/organisations");
          assert.match(await hung.page.locator("#ended").innerText(), /Quyền đã kết thúc/);
        });
      });
    } finally {
      await portal.close();
    }
  },

  "whoever is not proven in person is told what it takes": () =>
    withCitizen({ person: { name: "Lê Minh Châu", username: "048301004567", password: "hoa-sen-demo-2026" } }, async (chau) => {
      await chau.openAccount("/account/organisations/new");
      assert.match(await chau.text("level"), /mức 2/);
      assert.equal(await chau.has("ask"), false);
    }),
};
