// What `senid client snippet` prints, exactly as it is printed: an application is drafted, and its developer does no more than to run it.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Apache, stopAll } from "./apache/server.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { freePort } from "./ports.mjs";
import { AN, ISSUER, answer, runCases } from "./senid.mjs";

const { PROGRAM, PYTHON, NODE_PACKAGES } = process.env;
const PATIENCE = 20_000;
const MADE_UP = { username: "001090000029", password: "hoa-phuong-do-2026", name: "Thử Nghiệm Chín" };

function senid(words, input = "") {
  return execFileSync(PROGRAM, words, { input, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] });
}

senid(["citizen", "add", "--national-id", MADE_UP.username, "--name", MADE_UP.name, "--made-up", "--password-stdin"], MADE_UP.password);

function draft(kind, more) {
  const texts = ["--name", `${kind} application`, "--organisation", "Sở Xây dựng", "--purpose", "issue permits"];
  return JSON.parse(senid(["client", "draft", "--kind", kind, ...texts, ...more, "--json"]));
}

const snippet = (client, library) => senid(["client", "snippet", client.client_id, "--for", library]);

// Runs the text of a file, in a folder of its own, with nothing but the client's secret.
async function run(client, library, file, act) {
  const folder = mkdtempSync(join(tmpdir(), "senid-snippet-"));
  symlinkSync(join(NODE_PACKAGES, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, file), snippet(client, library));
  const command = file.endsWith(".py") ? PYTHON : process.execPath;
  const env = { ...process.env, SENID_CLIENT_SECRET: client.client_secret ?? "" };
  const running = spawn(command, [file], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"], timeout: PATIENCE });
  try {
    return await act(createInterface(running.stdout)[Symbol.asyncIterator]());
  } finally {
    running.kill();
    rmSync(folder, { recursive: true });
  }
}

// Asks until somebody answers there.
async function reach(address) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    const response = await fetch(address, { redirect: "manual" }).catch(() => null);
    if (response) return response;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`nobody answers at ${address}`);
}

// Somebody signs in to the portal that listens at `site`: what the portal shows them then.
async function visit(site, who) {
  const begun = await reach(`${site}/sign-in`);
  const cookie = begun.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  const browser = new PlainBrowser([site]);
  const { address } = await answer(browser, await browser.open(begun.headers.get("location")), ISSUER, who);
  return fetch(address, { headers: { cookie } });
}

async function web(library, file) {
  const site = `http://localhost:${await freePort()}`;
  const client = draft("web", ["--redirect-uri", `${site}/callback`]);
  await run(client, library, file, async () => {
    const shown = await visit(site, MADE_UP);
    assert.equal(shown.status, 200, await shown.clone().text());
    assert.equal((await shown.json()).name, MADE_UP.name);
    const refused = await visit(site, AN);
    assert.equal(refused.status, 400);
    const told = await refused.text();
    assert.match(told, /access_denied: this client is in the sandbox: only made-up people sign in to it/);
    // Its address alone is worth nothing to whoever did not begin there.
    assert.equal((await fetch(`${site}/callback?code=x&state=y`)).status, 400);
  });
}

const all = await runCases("snippets", {
  async "openid-client, for a web application"() {
    await web("openid-client", "portal.mjs");
  },

  async "Authlib, for a web application"() {
    await web("authlib", "portal.py");
  },

  async "openid-client, for a native application"() {
    const client = draft("native", ["--redirect-uri", "http://127.0.0.1/callback"]);
    await run(client, "openid-client-native", "application.mjs", async (printed) => {
      const browser = new PlainBrowser(["http://127.0.0.1:"]);
      const page = await browser.open((await printed.next()).value);
      const { address } = await answer(browser, page, ISSUER, MADE_UP);
      const shown = await fetch(address);
      assert.equal(shown.status, 200);
      let text = "";
      for await (const line of { [Symbol.asyncIterator]: () => printed }) text += line;
      assert.equal(JSON.parse(text).name, MADE_UP.name);
    });
  },

  async "openid-client, for a service"() {
    const client = draft("service", []);
    await run(client, "openid-client-service", "service.mjs", async (printed) => {
      assert.match((await printed.next()).value, /^a token of type bearer for \d+ s, scope none$/);
    });
  },

  async "mod_auth_openidc, for a web application"() {
    const port = await freePort();
    const site = `https://localhost:${port}`;
    const client = draft("web", ["--redirect-uri", `${site}/protected/redirect_uri`]);
    const own = snippet(client, "mod_auth_openidc");
    const secrets = { SENID_CLIENT_SECRET: client.client_secret, SENID_COOKIE_KEY: randomBytes(16).toString("hex") };
    const apache = await Apache.serve(port, secrets, { name: "snippet.conf", own });
    const browser = new PlainBrowser([]);
    let page = await browser.open(apache.at("index.html"));
    assert.ok(page.address.href.startsWith(ISSUER), page.text);
    const { username, password } = MADE_UP;
    page = await browser.press(page, "continue", { username });
    page = await browser.press(page, "login", { password });
    if (page.has("allow")) page = await browser.press(page, "allow");
    assert.equal(page.address.href, apache.at("index.html"), apache.log());
    assert.equal(page.find("name").innerText, MADE_UP.name);
  },
});

await stopAll();
process.exitCode = all ? 0 : 1;
