// A SenID of a test's own beside the one that all share, to be killed and started again.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.mjs";
import { AN, register } from "./senid.mjs";

const { PROGRAM } = process.env;
const PATIENCE = 20_000;

export class Provider {
  // The settings are those of the other but for its places, and `settings` in variables.
  static async start(settings = {}) {
    const folder = mkdtempSync(join(tmpdir(), "senid-provider-"));
    const [port, operations, mtls] = [await freePort(), await freePort(), await freePort()];
    const environment = {
      ...process.env,
      SENID_ISSUER: `https://localhost:${port}`,
      SENID_LISTENERS__PUBLIC__ADDRESS: `127.0.0.1:${port}`,
      SENID_LISTENERS__OPERATIONS__ADDRESS: `127.0.0.1:${operations}`,
      SENID_LISTENERS__MTLS__ADDRESS: `127.0.0.1:${mtls}`,
      SENID_MTLS__PUBLIC_URL: `https://localhost:${mtls}`,
      SENID_DATABASE__URL: `sqlite:${join(folder, "senid.sqlite")}`,
      SENID_KEYS__FOLDER: join(folder, "keys"),
      ...settings,
    };
    const provider = new Provider(folder, environment, `http://127.0.0.1:${operations}`);
    all.push(provider);
    provider.run(["migrate"]);
    const an = ["--national-id", AN.username, "--name", AN.name, "--password-stdin"];
    provider.run(["citizen", "add", ...an], AN.password);
    await provider.serve();
    return provider;
  }

  constructor(folder, environment, operations) {
    Object.assign(this, { folder, environment, operations });
  }

  get ISSUER() {
    return this.environment.SENID_ISSUER;
  }

  register(client) {
    return register(client, this.environment);
  }

  // Runs a command of the program: what it prints.
  run(command, input = "") {
    const options = { env: this.environment, input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] };
    return execFileSync(PROGRAM, command, options);
  }

  async serve() {
    this.process = spawn(PROGRAM, ["serve"], { env: this.environment, stdio: "ignore" });
    this.ended = new Promise((end) => this.process.once("exit", end));
    const until = Date.now() + PATIENCE;
    while (this.process.exitCode === null && Date.now() < until) {
      const ready = await fetch(`${this.operations}/health/ready`).then((response) => response.ok, () => false);
      if (ready) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error("SenID did not start");
  }

  // As when its machine loses power.
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  abandon() {
    this.process?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const all = [];
process.once("exit", () => all.forEach((each) => each.abandon()));
process.once("SIGTERM", () => process.exit(1));
