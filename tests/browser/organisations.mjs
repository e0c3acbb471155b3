// A company is registered, a deputy signs in to a portal in its name, and loses that again: in Vietnamese, as most people read it.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withCitizen } from "./citizen.mjs";
import { administer, newcomer } from "./operator.mjs";
import { OrganisationPortal } from "./organisation-portal.mjs";

const NAME = "Công ty Cổ phần Vận tải Sông Hồng";
const SIZES = { 390: { width: 390, height: 844 }, 1280: { width: 1280, height: 800 } };

// A tax code that nobody has: its tenth digit follows from the nine before it.
export function taxCode() {
  const weights = [31, 29, 23, 19, 17, 13, 7, 5, 3];
  for (;;) {
    const digits = weights.map(() => randomInt(10));
    const check = 10 - (digits.reduce((sum, digit, at) => sum + digit * weights[at], 0) % 11);
    if (digits[0] > 0 && check < 10) return digits.join("") + check;
  }
}

// Takes the page on a phone and on a desktop where somebody wants to look at it.
async function look(citizen, name) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  const before = citizen.page.viewportSize();
  for (const [width, size] of Object.entries(SIZES)) {
    await citizen.page.setViewportSize(size);
    await citizen.page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true });
  }
  await citizen.page.setViewportSize(before);
}

// The citizen asks, and a registrar confirms: from then on they represent the company.
export async function registersCompany(citizen, code = taxCode(), name = NAME) {
  await citizen.openAccount("/account/organisations");
  await look(citizen, "organisations-empty");
  await citizen.press("new");
  await citizen.page.fill("#code", code);
  await citizen.page.fill("#name", name);
  await look(citizen, "organisation-new");
  await citizen.press("ask");
  assert.match(await citizen.page.locator(".notice").innerText(), /Đã gửi/);
  const { requests } = JSON.parse(administer(["--json", "organisation", "requests"]));
  const { request } = requests.find((waiting) => waiting.code === `vn-mst:${code}`);
  process.env.SENID_ORGANISATIONS__REGISTRARS = "1";
  administer(["organisation", "confirm", request]);
  delete process.env.SENID_ORGANISATIONS__REGISTRARS;
  return code;
}

// The legal representative invites somebody, and hands them the code that is returned.
export async function invites(citizen, { username }, portal) {
  await citizen.openAccount("/account/organisations");
  await Promise.all([
    citizen.page.waitForEvent("domcontentloaded"),
    citizen.page.locator(".connected .actions a").first().click(),
  ]);
  await citizen.press("invite");
  await citizen.page.fill("#invited", username);
  await citizen.page.fill("#position", "Kế toán trưởng");
  await citizen.page.locator(`input[value="${portal.id}"]`).check();
  await look(citizen, "organisation-invite");
  await citizen.press("offer");
  await look(citizen, "organisation-invited");
  return citizen.text("invitation-code");
}

export async function accepts(citizen, code) {
  await citizen.openAccount("/account/organisations/invitation");
  await citizen.page.fill("#code", code);
  await citizen.press("look");
  await look(citizen, "invitation");
  await citizen.press("accept");
}

// From the portal's front page to its page of whom they act for.
export async function actsAt(citizen, portal, choice) {
  citizen.neighbours.push(portal.origin);
  await citizen.page.goto(portal.start);
  await citizen.press("sign-in");
  if (await citizen.has("username")) await citizen.identify();
  if (await citizen.has("password")) await citizen.enterPassword();
  await look(citizen, "in-whose-name");
  await citizen.press(choice);
  if (await citizen.has("allow")) await citizen.press("allow");
  return citizen.text("for");
}

export const organisations = {
  "a company is registered and a deputy acts in its name until that is taken back": async () => {
    const portal = await OrganisationPortal.open();
    const [director, deputy] = [newcomer({ name: "Đỗ Thị Giang" }), newcomer({ name: "Phan Văn Hùng" })];
    try {
      await withCitizen({ person: director }, async (giang) => {
        const code = await registersCompany(giang);
        const invitation = await invites(giang, deputy, portal);
        await withCitizen({ person: deputy }, async (hung) => {
          await accepts(hung, invitation);
          assert.match(await hung.page.locator("h1").innerText(), /Sông Hồng/);
          const told = await actsAt(hung, portal, "choice-1");
          assert.equal(told, `${NAME} · ${code} · delegate`);

          await giang.openAccount("/account/organisations");
          await Promise.all([
            giang.page.waitForEvent("domcontentloaded"),
            giang.page.locator(".connected .actions a").first().click(),
          ]);
          assert.match(await giang.page.locator("main").innerText(), /Phan Văn Hùng[^]*Kế toán trưởng/);
          await look(giang, "organisation");
          const takeBack = giang.page.locator("section[aria-labelledby=people-title] a[href$='/end']");
          await Promise.all([giang.page.waitForEvent("domcontentloaded"), takeBack.click()]);
          await look(giang, "mandate-end");
          await giang.press("end-confirm");
          assert.match(await giang.page.locator(".notice").innerText(), /Quyền đã kết thúc/);

          for (let tries = 0; tries < 100; tries++) {
            await hung.page.goto(portal.start);
            if (await hung.has("nobody")) break;
            await pause(100);
          }
          assert.equal(await hung.text("nobody"), "Chưa đăng nhập");
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
