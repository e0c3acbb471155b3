// People whom the population registry knows open accounts themselves. Each of them does so once in a demonstration.

import assert from "node:assert/strict";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";
import { reads } from "./mail.mjs";
import { look } from "./pictures.mjs";

const resident = (name, username, birthdate, email) => ({ name, username, birthdate, email, password: "bong-sen-trong-ao-chua-2026" });

export const HOA = resident("Đỗ Thị Hoà", "001192004567", ["21", "3", "1992"], "hoa.do@senid.example");
export const KHANH = resident("Trịnh Gia Khánh", "079088001234", ["2", "11", "1988"], "khanh.trinh@senid.example");
export const NAM = resident("Vũ Hoàng Nam", "036079005432", ["19", "7", "1979"], "nam.vu@senid.example");
export const TRANG = resident("Bùi Thu Trang", "025300006789", ["5", "12", "2000"], "trang.bui@senid.example");

// A code of six digits, in whichever language.
const CODE = /\b(\d{6})\b/;

// The first page, filled in as its person would.
export async function saysWho(citizen, { username, name, birthdate: [day, month, year] } = citizen.person) {
  const typed = { username, name, day, month, year };
  for (const [field, text] of Object.entries(typed)) await citizen.page.locator(`#${field}`).fill(text);
  await citizen.press("continue");
}

// From the sign-in that the portal has begun, or from SenID's own door, to where the person was going; each page is told of on the way.
export async function registers(citizen, at = (name) => look(citizen, name)) {
  if (await citizen.has("register")) {
    await citizen.press("register");
  } else {
    await citizen.page.goto(`${SENID}/sign-up`);
  }
  await at("register");
  await saysWho(citizen);
  await at("register-code");
  const [, code] = await reads(citizen.person, CODE);
  await citizen.page.locator("#code").fill(code);
  await citizen.press("continue");
  assert.equal(await citizen.text("registered-name"), citizen.person.name);
  await citizen.page.locator("#password").fill(citizen.person.password);
  await at("register-password");
  await citizen.press("finish");
}

export const registration = {
  "a citizen opens an account on the way to the portal, in Vietnamese": () =>
    withCitizen({ person: HOA, language: "vi" }, async (hoa) => {
      await hoa.pressSignIn();
      await hoa.isAt(SENID);
      await registers(hoa);
      if (await hoa.has("allow")) await hoa.press("allow");
      await hoa.seesOwnPage();
      await hoa.signOut();
      await hoa.isAt(PORTAL);
      await hoa.signIn();
    }),

  "a citizen opens an account without script, and a mistake costs nothing": () =>
    withCitizen({ person: KHANH, language: "vi", script: false }, async (khanh) => {
      await khanh.page.goto(`${SENID}/sign-up`);
      await saysWho(khanh, { ...KHANH, birthdate: ["2", "11", "1989"] });
      await khanh.sees("problem");
      assert.equal(await khanh.page.locator("#name").inputValue(), KHANH.name);
      await registers(khanh);
      assert.equal(new URL(khanh.page.url()).pathname, "/account");
      assert.ok((await khanh.page.locator("main").innerText()).includes(KHANH.name));
    }),
};
