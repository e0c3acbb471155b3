// An owner brings an application in on the pages of the console, and its developer does no more than to run the snippet that is printed
// there. What each does is a function of its own, for whoever walks further.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { enters, staff } from "./administration.mjs";
import { SENID, withCitizen } from "./citizen.mjs";
import { administer } from "./operator.mjs";

const PATIENCE = 20_000;

// Somebody whom the demonstration made up, for clients in the sandbox.
export const MOT = { name: "Thử Nghiệm Một", username: "001090000011", password: "hoa-sen-demo-2026" };

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

// Registers an application of this kind on the page, with what is typed into the form's fields by their names. The secret is what the page
// shows once; undefined where there is none.
export async function registers(owner, kind, typed) {
  const { page } = owner;
  await enters(owner, "/admin/applications");
  await owner.press("begin");
  await page.locator(`main td a.name[href$='kind=${kind}']`).click();
  for (const [name, value] of Object.entries(typed)) await page.locator(`#draft-${name}`).fill(value);
  await owner.press("draft");
  await page.locator(".notice").waitFor();
  const tab = await page.locator(".views a[href$='/snippets']").getAttribute("href");
  const codes = await page.locator("main dd code").allInnerTexts();
  return { id: tab.split("/").at(-2), secret: codes.find((code) => code.startsWith("senid_cs_")) };
}

// The file that the page prints for a library, as it is seen and so copied: a style that changes its letters changes these, too.
export async function snippet(owner, client, library) {
  await enters(owner, `/admin/applications/${client}/snippets`);
  return owner.page.locator(`#snippet-${library}`).innerText();
}

// Runs a printed file, in a folder of its own, with nothing but the client's secret, for as long as `act` takes.
export async function runs(text, secret, act) {
  const folder = mkdtempSync(join(tmpdir(), "senid-printed-"));
  symlinkSync(join(process.env.NODE_PACKAGES, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "portal.mjs"), text);
  const env = { ...process.env, SENID_CLIENT_SECRET: secret };
  const running = spawn(process.execPath, ["portal.mjs"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const late = setTimeout(() => running.kill(), 3 * PATIENCE);
  try {
    // It says where it listens once it does.
    const { value } = await createInterface(running.stdout)[Symbol.asyncIterator]().next();
    return await act(value);
  } finally {
    clearTimeout(late);
    running.kill();
    rmSync(folder, { recursive: true });
  }
}

// Signs in to the application whose sign-in is at `address`, and returns what it shows of them.
export function comesTo(address, person) {
  let shown;
  const errand = async (citizen) => {
    citizen.neighbours = [new URL(address).origin];
    await citizen.page.goto(address);
    await citizen.identify();
    await citizen.enterPassword();
    if (await citizen.has("allow")) await citizen.press("allow");
    await citizen.page.waitForURL((url) => url.origin === new URL(address).origin);
    shown = await citizen.page.locator("body").innerText();
  };
  return withCitizen({ person }, errand).then(() => shown);
}

// What an owner of an application holds.
export const ownerOf = (name, errand) =>
  staff(name, async (owner) => {
    administer(["admin", "grant", owner.person.username, "client_owner"]);
    await errand(owner);
  });

export const onboarding = {
  "an owner registers an application, and the printed snippet works as it is printed": () =>
    ownerOf("Trịnh Quốc Bảo", async (bao) => {
      const site = `http://localhost:${await freePort()}`;
      const typed = { client_name: "Giấy phép xây dựng", organisation: "Sở Xây dựng", purpose: "cấp giấy phép" };
      // What is wrong is said beside it, and what was typed stays.
      await enters(bao, "/admin/applications/new?kind=web");
      await bao.page.locator("#draft-client_name").fill(typed.client_name);
      await bao.page.locator("#draft-redirect_uris").fill("ftp://nowhere.example/");
      await bao.press("draft");
      assert.match(await bao.page.locator("#draft-redirect_uris-wrong").innerText(), /must be https/);
      assert.equal(await bao.page.locator("#draft-client_name").inputValue(), typed.client_name);

      const { id, secret } = await registers(bao, "web", { ...typed, redirect_uris: `${site}/callback` });
      const printed = await snippet(bao, id, "openid-client");
      assert.ok(!printed.includes(secret), "the secret is never in a file");
      await runs(printed, secret, async (address) => {
        assert.equal(JSON.parse(await comesTo(address, MOT)).name, MOT.name);
        // Nobody real is told of to an application in the sandbox.
        assert.match(await comesTo(address, bao.person), /only made-up people sign in/);
      });
      // Nobody else's owner sees it.
      await ownerOf("Mai Thị Hạnh", async (hanh) => {
        await enters(hanh, "/admin");
        assert.equal((await hanh.page.goto(`${SENID}/admin/applications/${id}/secrets`)).status(), 403);
      });
    }),
};
