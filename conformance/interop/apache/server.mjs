// Apache with mod_auth_openidc (Debian), protecting a page. The server is private to this process: started as an
// ordinary user, on a free port, in a folder of its own.

import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../ports.mjs";
import { ISSUER, register } from "../senid.mjs";

const PROGRAM = "/usr/sbin/apache2";
const MODULES = "/usr/lib/apache2/modules";
const PATIENCE = 20_000;
const SOURCE = new URL("./", import.meta.url);

// It does not serve pages as root.
const USER = process.getuid() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};

function idOf(flag) {
  return Number(execFileSync("id", [flag, "www-data"]));
}

export class Apache {
  // Registers a client at SenID and runs it, with `mistakes` in its settings.
  static async start(clientId, { provider = { ISSUER, register }, mistakes = {} } = {}) {
    const port = await freePort();
    const site = `https://localhost:${port}`;
    const client = provider.register({
      client_id: clientId,
      redirect_uris: [`${site}/protected/redirect_uri`],
      post_logout_redirect_uris: [`${site}/goodbye.html`],
      backchannel_logout_uri: `${site}/protected/redirect_uri?logout=backchannel`,
      backchannel_logout_session_required: true,
      scope: "openid profile email offline_access",
    });
    const settings = {
      ISSUER: provider.ISSUER,
      CLIENT_ID: client.client_id,
      CLIENT_SECRET: client.client_secret,
      PASSPHRASE: randomBytes(16).toString("hex"),
      REDIRECT_PATH: "redirect_uri",
      ...mistakes,
    };
    return this.serve(port, settings);
  }

  // Runs it with what ${…} in its file `name` stands for, and `own` as the text of own.conf beside it.
  static async serve(port, more, { name = "httpd.conf", own = "" } = {}) {
    const site = `https://localhost:${port}`;
    const folder = mkdtempSync(join(tmpdir(), "senid-apache-"));
    cpSync(SOURCE, folder, { recursive: true });
    cpSync(process.env.TLS, join(folder, "tls"), { recursive: true });
    mkdirSync(join(folder, "sessions"));
    writeFileSync(join(folder, "own.conf"), own);
    if (USER.uid) execFileSync("chown", ["-R", `${USER.uid}:${USER.gid}`, folder]);
    const settings = {
      FOLDER: folder,
      SITE: join(folder, "site"),
      TLS: join(folder, "tls"),
      MODULES,
      PORT: port,
      ...more,
    };
    const apache = new Apache(site, folder, settings, name);
    all.push(apache);
    await apache.run();
    return apache;
  }

  constructor(site, folder, settings, name) {
    Object.assign(this, { site, folder, settings, name });
  }

  // Runs it, also again after it was halted: its sessions are in files.
  async run() {
    const options = { ...USER, env: { PATH: process.env.PATH, ...this.settings }, cwd: this.folder, stdio: "inherit" };
    this.process = spawn(PROGRAM, ["-f", join(this.folder, this.name), "-D", "FOREGROUND"], options);
    this.ended = new Promise((end) => this.process.once("exit", end));
    const until = Date.now() + PATIENCE;
    while (this.process.exitCode === null && Date.now() < until) {
      const answered = await fetch(`${this.site}/goodbye.html`).then((response) => response.ok, () => false);
      if (answered) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`Apache did not start:\n${this.log()}`);
  }

  async halt() {
    this.process.kill();
    await this.ended;
  }

  // What is left to do where there is no time to wait.
  abandon() {
    this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  at(path) {
    return `${this.site}/protected/${path}`;
  }

  log() {
    const file = join(this.folder, "error.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
}

const all = [];
process.once("exit", () => all.forEach((each) => each.abandon()));
process.once("SIGTERM", () => process.exit(1));

export async function stopAll() {
  await Promise.all(all.map((each) => each.halt()));
}
