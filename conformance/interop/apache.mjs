// Apache with mod_auth_openidc (Debian), protecting a page. The server is private to this process: started as an
// ordinary user, on free ports, in a folder of its own.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModule } from "./packages.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { AN, ISSUER, answer, register, runCases } from "./senid.mjs";

const PROGRAM = "/usr/sbin/apache2";
const MODULES = "/usr/lib/apache2/modules";
const SOURCE = new URL("apache/", import.meta.url);

// It does not serve pages as root.
const USER = process.getuid() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};

function idOf(flag) {
  return Number(execFileSync("id", [flag, "www-data"]));
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

class Apache {
  // A registered client, run by Apache with `mistakes` in its settings.
  static async start(clientId, mistakes = {}) {
    const port = await freePort();
    const site = `https://localhost:${port}`;
    const client = register({
      client_id: clientId,
      redirect_uris: [`${site}/protected/redirect_uri`],
      post_logout_redirect_uris: [`${site}/goodbye.html`],
      scope: "openid profile email offline_access",
    });
    const folder = mkdtempSync(join(tmpdir(), "senid-apache-"));
    cpSync(SOURCE, folder, { recursive: true });
    cpSync(process.env.TLS, join(folder, "tls"), { recursive: true });
    if (USER.uid) for (const path of ["", ...readdirSync(folder, { recursive: true })]) chownSync(join(folder, path), USER.uid, USER.gid);
    // What ${…} in httpd.conf stands for.
    const env = {
      PATH: process.env.PATH,
      FOLDER: folder,
      SITE: join(folder, "site"),
      TLS: join(folder, "tls"),
      MODULES,
      PORT: port,
      ISSUER,
      CLIENT_ID: client.client_id,
      CLIENT_SECRET: client.client_secret,
      PASSPHRASE: randomBytes(16).toString("hex"),
      REDIRECT_PATH: "redirect_uri",
      ...mistakes,
    };
    const process_ = spawn(PROGRAM, ["-f", join(folder, "httpd.conf"), "-D", "FOREGROUND"], { ...USER, env, cwd: folder, stdio: "inherit" });
    const apache = new Apache(site, folder, process_);
    running.push(apache);
    await apache.#ready();
    return apache;
  }

  constructor(site, folder, process_) {
    Object.assign(this, { site, folder, process: process_, ended: new Promise((end) => process_.once("exit", end)) });
  }

  async #ready() {
    const until = Date.now() + 20_000;
    while (this.process.exitCode === null && Date.now() < until) {
      const answered = await fetch(`${this.site}/goodbye.html`).then((response) => response.ok, () => false);
      if (answered) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`Apache did not start:\n${this.log()}`);
  }

  log() {
    const file = join(this.folder, "error.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  at(path) {
    return `${this.site}/protected/${path}`;
  }

  async stop() {
    this.process.kill();
    await this.ended;
    this.abandon();
  }

  // What is left to do where there is no time to wait.
  abandon() {
    this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Another portal of the same browser, by openid-client.
class Neighbour {
  static async open() {
    const library = await loadModule("openid-client");
    const { client_id, client_secret } = register({
      client_id: "apache-neighbour",
      redirect_uris: ["https://neighbour.example/callback"],
      post_logout_redirect_uris: ["https://neighbour.example/"],
      scope: "openid profile",
    });
    return new Neighbour(library, await library.discovery(new URL(ISSUER), client_id, client_secret));
  }

  constructor(library, config) {
    Object.assign(this, { library, config });
  }

  async signIn(browser) {
    const pkceCodeVerifier = this.library.randomPKCECodeVerifier();
    const url = this.library.buildAuthorizationUrl(this.config, {
      redirect_uri: "https://neighbour.example/callback",
      scope: "openid profile",
      code_challenge: await this.library.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const { address } = await answer(browser, await browser.open(url));
    return this.library.authorizationCodeGrant(this.config, address, { pkceCodeVerifier });
  }

  async signOut(browser, { id_token }) {
    const post_logout_redirect_uri = "https://neighbour.example/";
    const url = this.library.buildEndSessionUrl(this.config, { id_token_hint: id_token, post_logout_redirect_uri });
    const { address } = await browser.open(url);
    assert.equal(address.href, post_logout_redirect_uri);
  }
}

const newBrowser = () => new PlainBrowser(["https://neighbour.example/"]);
const running = [];
process.once("exit", () => running.forEach((each) => each.abandon()));
process.once("SIGTERM", () => process.exit(1));
const apache = await Apache.start("apache");
const neighbour = await Neighbour.open();

// Opens a protected page with a browser, and answers whatever SenID asks.
async function signIn(browser = newBrowser(), path = "") {
  const page = await answer(browser, await browser.open(apache.at(path)));
  assert.equal(page.find("name").innerText, AN.name);
  return { browser, page };
}

const textOf = (page, id) => page.find(id).innerText.trim();
const isAskedWhoTheyAre = (page) => page.address.href.startsWith(ISSUER) && page.has("username");

const all = await runCases("mod_auth_openidc", {
  async "a protected page leads to SenID, and then says who came"() {
    const browser = newBrowser();
    const first = await browser.open(apache.at(""));
    assert.ok(isAskedWhoTheyAre(first), first.text);
    const page = await answer(browser, first);
    assert.equal(page.address.href, apache.at(""));
    assert.equal(textOf(page, "name"), AN.name);
    assert.equal(textOf(page, "email"), "an@example.vn");
    assert.notEqual(textOf(page, "user"), AN.username, "the national identifier is nobody's subject");
    const again = await browser.open(apache.at(""));
    assert.equal(textOf(again, "user"), textOf(page, "user"));
  },

  async "the page is reached in the middle of a visit: where somebody wanted to go is where they come to"() {
    const { page } = await signIn(undefined, "index.html?page=2");
    assert.equal(page.address.href, apache.at("index.html?page=2"));
  },

  async "a page for somebody of whom a claim says something is not for others"() {
    const { browser } = await signIn();
    assert.equal((await browser.open(apache.at("of-another.html"))).status, 401);
  },

  async "the refresh hook brings a new access token into the same session"() {
    const { browser, page } = await signIn();
    const before = textOf(page, "access-token");
    const refresh = new URL(apache.at("redirect_uri"));
    refresh.search = new URLSearchParams({ refresh: apache.at(""), access_token: before });
    const after = await browser.open(refresh);
    assert.equal(after.address.href, apache.at(""), "an error_code would be in the address");
    assert.notEqual(textOf(after, "access-token"), before);
    assert.equal(textOf(after, "user"), textOf(page, "user"));
  },

  async "access tokens are refreshed before they expire, as often as it takes"() {
    const { browser, page } = await signIn();
    const tokens = new Set([textOf(page, "access-token")]);
    for (let times = 0; times < 3; times++) tokens.add(textOf(await browser.open(apache.at("fresh.html")), "access-token"));
    assert.equal(tokens.size, 4);
  },

  async "signing out at Apache signs out at SenID and comes back"() {
    const { browser } = await signIn();
    const signOut = new URL(apache.at("redirect_uri"));
    signOut.search = new URLSearchParams({ logout: `${apache.site}/goodbye.html` });
    const page = await browser.open(signOut);
    assert.equal(page.address.origin + page.address.pathname, `${apache.site}/goodbye.html`, page.text);
    assert.ok(isAskedWhoTheyAre(await browser.open(apache.at(""))));
  },

  async "whoever is signed in at another portal is not asked again"() {
    const browser = newBrowser();
    const { sub } = (await neighbour.signIn(browser)).claims();
    const page = await browser.open(apache.at(""));
    assert.ok(!page.has("username") && !page.has("password"), page.text);
    const here = textOf(await answer(browser, page), "user");
    assert.notEqual(here, sub, "two portals cannot tell that they know the same person");
  },

  async "a mistake: the redirect URI of another path stays at SenID and is named"() {
    const mistaken = await Apache.start("apache-redirect", { REDIRECT_PATH: "redirect" });
    const page = await newBrowser().open(mistaken.at(""));
    assert.ok(page.address.href.startsWith(ISSUER) && page.status === 400, page.text);
    assert.match(page.text, /redirect_uri/);
  },

  async "a mistake: a wrong secret is told in Apache's log, with what it may be"() {
    const mistaken = await Apache.start("apache-secret", { CLIENT_SECRET: "not-the-secret-2026" });
    const browser = newBrowser();
    await answer(browser, await browser.open(mistaken.at("")));
    assert.match(mistaken.log(), /invalid_client/);
    assert.match(mistaken.log(), /wrong secret/);
    assert.ok(!mistaken.log().includes("not-the-secret-2026"), "the secret is in the log");
  },
});
if (!all) console.log(apache.log());
await Promise.all(running.map((each) => each.stop()));
