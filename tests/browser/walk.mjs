// All of it, one after the other: the first administrator comes by a link; an owner registers an application; another administers its way
// to citizens; its developer runs what was printed; a registrar finds and locks a citizen, whose portal is told; an auditor sees who did
// what, and verifies that nobody rewrote it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { becomesTheFirst, enters, grants, isOut, locks, staff } from "./administration.mjs";
import { SENID, withCitizen } from "./citizen.mjs";
import { MOT, comesTo, freePort, registers, runs, snippet } from "./onboarding.mjs";
import { administer, newcomer } from "./operator.mjs";
import { look } from "./pictures.mjs";

export const walk = {
  "from the first administrator to the auditor who verifies the log": () =>
    staff("Phan Thị Lan", async (lan) => {
      await becomesTheFirst(lan);
      const khoa = newcomer({ name: "Võ Minh Khoa" });
      let application;
      await staff("Trịnh Quốc Bảo", async (bao) => {
        // Whoever holds no role is not let in.
        await bao.page.goto(`${SENID}/admin`);
        await bao.page.locator("#admin-closed").waitFor();
        await grants(lan, bao.person, "client_owner");
        application = await bringsIn(bao, lan, khoa);
      });

      await withCitizen({ person: khoa, language: "vi" }, async (citizen) => {
        await citizen.signIn();
        await staff("Lý Thu Hoa", async (hoa) => {
          await grants(lan, hoa.person, "registrar");
          await locks(hoa, khoa);
        });
        await isOut(citizen);
      });

      await staff("Đinh Văn Sơn", async (son) => {
        await grants(lan, son.person, "auditor");
        await sees(son, khoa, application);
      });
      verifies();
    }),
};

// Of `bao`, whom `lan` approves; `somebody` is no made-up person, and comes once it is in production.
async function bringsIn(bao, lan, somebody) {
  const site = `http://localhost:${await freePort()}`;
  const { id, secret } = await registers(bao, "web", {
    client_name: "Giấy phép xây dựng",
    organisation: "Sở Xây dựng",
    purpose: "cấp giấy phép",
    policy_uri: "https://permits.example/privacy",
    contacts: "permits@permits.example",
    redirect_uris: `${site}/callback`,
  });
  const printed = await snippet(bao, id, "openid-client");
  await runs(printed, secret, async (address) => {
    assert.equal(JSON.parse(await comesTo(address, MOT)).name, MOT.name);
    assert.match(await comesTo(address, somebody), /only made-up people sign in/);

    const asked = await asksForProduction(bao, id);
    // Nobody approves their own request.
    assert.equal(await bao.has("approve"), false);
    assert.equal(await bao.has("withdraw"), true);
    assert.match(await comesTo(address, somebody), /only made-up people sign in/);
    await approves(lan, asked, ["sandbox", "production", `${site}/callback`]);
    // The same file, and nothing was changed in it.
    assert.equal(JSON.parse(await comesTo(address, somebody)).name, somebody.name);
  });
  return id;
}

// What is missing is said first; where it is, once asked, is where the request waits.
async function asksForProduction(bao, client) {
  await enters(bao, `/admin/applications/${client}/production`);
  await bao.press("judge");
  assert.equal(await bao.has("ask"), true, await bao.page.locator("main").innerText());
  await bao.press("ask");
  await bao.page.waitForURL(/\/admin\/approvals\/[0-9a-f-]{36}/);
  return new URL(bao.page.url()).pathname;
}

async function approves(lan, asked, shown) {
  await enters(lan, "/admin/approvals");
  await look(lan, "approvals");
  await lan.page.locator(`main td a.name[href$='${asked}']`).click();
  const told = await lan.page.locator("main").innerText();
  for (const value of shown) assert.ok(told.includes(value), `${value} in:\n${told}`);
  await look(lan, "approval");
  await lan.press("approve");
  await lan.page.locator(".notice").waitFor();
}

// An auditor reads what was done, and changes nothing.
async function sees(son, citizen, application) {
  await enters(son, "/admin/audit");
  await son.page.locator("#find-who").fill(citizen.username);
  await son.press("find");
  const log = await son.page.locator("main").innerText();
  assert.match(log, /citizen\.locked/);
  assert.match(log, /mất điện thoại/);
  assert.ok(!log.includes(citizen.username), "masked");
  await enters(son, `/admin/audit?${new URLSearchParams({ client: application })}`);
  const ofApplication = await son.page.locator("main").innerText();
  for (const kind of ["client.drafted", "approval.asked", "approval.decided", "client.promoted"])
    assert.ok(ofApplication.includes(kind), `${kind} in:\n${ofApplication}`);
  assert.equal((await son.page.goto(`${SENID}/admin/keys/rotate`)).status(), 403);
}

// The log as it stands, and what was taken away of it, with the key that its heads are verified with.
function verifies() {
  const folder = mkdtempSync(join(tmpdir(), "senid-log-"));
  try {
    const { keys } = JSON.parse(administer(["--json", "audit", "head"]));
    administer(["audit", "verify"]);
    const file = join(folder, "log.jsonl");
    administer(["audit", "export", "--file", file]);
    administer(["audit", "verify", "--file", file, ...keys.flatMap((key) => ["--key", key])]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
