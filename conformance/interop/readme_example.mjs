// The README's example, exactly as it stands there but for the addresses and the secret: whoever copies it signs in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PlainBrowser } from "./plain_browser.mjs";
import { freePort } from "./ports.mjs";
import { AN, ISSUER, answer, register, runCases } from "./senid.mjs";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const PATIENCE = 20_000;

// The example with `replacements` made, each of which has something to replace.
function example(replacements) {
  let code = README.match(/```js\n(.*?)```/s)[1];
  for (const [from, to] of Object.entries(replacements)) {
    assert.ok(code.includes(from), `the README's example has no ${from}`);
    code = code.replaceAll(from, to);
  }
  return code;
}

await runCases("the README's example", {
  async "prints where to sign in, and shows the claims"() {
    const port = await freePort();
    const site = `http://localhost:${port}`;
    const { client_secret } = register({ client_id: "readme", redirect_uris: [`${site}/callback`], scope: "openid profile email" });
    const folder = mkdtempSync(join(tmpdir(), "senid-readme-"));
    symlinkSync(join(process.env.NODE_PACKAGES, "node_modules"), join(folder, "node_modules"));
    const replacements = { "http://localhost:8080": ISSUER, "'sandbox'": "'readme'", "sandbox-secret-2026": client_secret, 9000: port };
    writeFileSync(join(folder, "try.mjs"), example(replacements));
    const example_ = spawn(process.execPath, ["try.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"], timeout: PATIENCE });
    try {
      const printed = await createInterface(example_.stdout)[Symbol.asyncIterator]().next();
      const browser = new PlainBrowser([site]);
      const { address } = await answer(browser, await browser.open(printed.value));
      const shown = await fetch(address);
      assert.equal(shown.status, 200);
      assert.equal((await shown.json()).name, AN.name);
    } finally {
      example_.kill();
      rmSync(folder, { recursive: true });
    }
  },
});
