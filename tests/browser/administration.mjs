// What those do on the console who administer: the first administrator comes by a link and gives others their roles, a registrar finds
// and locks a citizen, whose portal is told. Who does it one after the other stands in walk.mjs.

import assert from "node:assert/strict";
import { holds, PHONE } from "./authenticators.mjs";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";
import { administer, newcomer, officersCode } from "./operator.mjs";
import { enrols } from "./passkeys.mjs";

// Holds a phone that counts for two factors, since an officer has seen who it is.
export async function mayProve(citizen) {
  citizen.phone = await holds(citizen, PHONE);
  await enrols(citizen, "Điện thoại");
  // What is raised is what they signed in with.
  await citizen.context.clearCookies();
  await citizen.page.goto(`${SENID}/account`);
  await citizen.press("account-sign-in");
  await citizen.page.waitForURL((url) => url.pathname === "/account");
  await citizen.page.goto(`${SENID}/account/security/raise`);
  await citizen.page.locator("#code").fill(officersCode(citizen.person, "raise"));
  await citizen.press("raise");
}

// Opens a page of the administration. Where the door asks for a proof, the phone gives it as soon as the browser asks.
export async function enters(citizen, address) {
  await citizen.page.goto(address.startsWith("http") ? address : SENID + address);
  await citizen.page.waitForURL((url) => url.pathname.startsWith("/admin"));
}

// Somebody new who can prove who they are as the door demands, and holds no role yet.
export const staff = (name, errand) => {
  const person = newcomer({ name });
  return withCitizen({ person, language: "vi" }, async (citizen) => {
    await mayProve(citizen);
    await errand(citizen);
  });
};

export async function grants(administrator, person, role) {
  await enters(administrator, "/admin/roles");
  await administrator.page.locator("#grant-who").fill(person.username);
  await administrator.page.locator("#grant-role").selectOption(role);
  await administrator.press("grant");
  await administrator.page.locator(".notice").waitFor();
}

// The first administrator, by the link that the shell prints once.
export async function becomesTheFirst(lan) {
  // As where nobody administers yet: the demonstration has two who do.
  for (const one of ["001185000101", "001085000102"]) administer(["admin", "revoke", one, "administrator"]);
  const { link } = JSON.parse(administer(["--json", "admin", "bootstrap"]));
  await enters(lan, link);
  await lan.press("bootstrap-confirm");
  await enters(lan, "/admin");
  assert.equal(await lan.page.locator(".places-list a[href='/admin/citizens']").count(), 1);
  // The link is used up.
  await lan.page.goto(link);
  assert.equal(await lan.has("bootstrap-confirm"), false);
}

export const administration = {
  "the console needs no script": () =>
    staff("Phan Thị Lan", async (lan) => {
      administer(["admin", "grant", lan.person.username, "support"]);
      await enters(lan, "/admin");
      const state = await lan.context.storageState();
      await withCitizen({ person: lan.person, script: false, storageState: state }, async (still) => {
        await still.page.goto(`${SENID}/admin`);
        await still.page.locator("#search").fill(lan.person.username);
        await still.press("search-go");
        assert.equal(await still.page.locator("main td a.name").count(), 1);
      });
    }),
};

// By the number that the citizen says on the telephone, seen masked, for a reason.
export async function locks(hoa, person) {
  await enters(hoa, "/admin/citizens");
  await hoa.page.locator("#find-who").fill(person.username);
  await hoa.press("find");
  // Who is looked for stands in no address.
  await hoa.page.waitForURL(/citizens\/[0-9a-f-]{36}$/);
  assert.ok(!(await hoa.page.locator("main").innerText()).includes(person.username), "masked");
  await hoa.page.locator("main a[href$='/lock']").click();
  await hoa.page.locator("#confirm-reason").fill("báo mất điện thoại");
  await hoa.press("confirm");
  await hoa.page.locator(".notice").waitFor();
}

// The portal was told, so its own session is over, and SenID's.
export async function isOut(citizen) {
  for (let tries = 0; tries < 40; tries++) {
    await citizen.page.goto(PORTAL);
    if (await citizen.has("portal-sign-in")) break;
    await citizen.page.waitForTimeout(250);
  }
  assert.equal(await citizen.has("portal-sign-in"), true, "the portal still shows them");
  await citizen.page.goto(`${SENID}/account`);
  assert.equal(await citizen.has("account-sign-in"), true);
}
