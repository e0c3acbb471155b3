// A registrar in an office, at the command line: raises people to level 2, with another registrar's word, and puts out whoever was
// in the account before. What the person sees of it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SENID, withCitizen } from "./citizen.mjs";
import { administer, newcomer } from "./operator.mjs";

// Two registrars are two people to the operating system: behind sudo the callers. Whoever is not root is one person, and the
// authority says for these commands that one is enough.
const ROOT = process.getuid() === 0;
const as = (name, words) =>
  JSON.parse(administer(["--json", "citizen", ...words], undefined, ROOT ? { SUDO_USER: name } : ALONE));
const ALONE = { SENID_IDENTITY__TWO_PERSON_PROOF: "false" };

// What the person holds in their hands, and the chip that was read. The file itself stays with the office.
export function proves({ username }, registrant = "--they-registered") {
  const office = mkdtempSync(join(tmpdir(), "office-"));
  const chip = join(office, "chip.bin");
  writeFileSync(chip, `the chip of ${username}`);
  const card = ["--document", "idcard", "--number", username, "--issuer", "Cục Cảnh sát QLHC về TTXH", "--country", "VNM"];
  const dates = ["--issued", "2021-05-01", "--expires", "2046-05-01"];
  try {
    const proposed = as("lan", ["prove", username, registrant, ...card, ...dates, "--chip", chip]);
    if (!ROOT) return proposed;
    assert.throws(() => as("lan", ["confirm", proposed.proposal]), /nobody confirms what they proposed themselves/);
    return as("hoa", ["confirm", proposed.proposal]);
  } finally {
    rmSync(office, { recursive: true });
  }
}

const NEW_PASSWORD = "một câu mà không ai khác nghĩ ra";

export const registrar = {
  "a registrar raises a person to level 2, who sees it in their account": async () => {
    const person = newcomer({ name: "Đặng Thu Hà", level: 1 });
    await withCitizen({ person, language: "vi" }, async (ha) => {
      await ha.openAccount();
      assert.equal(await ha.page.locator(".level").getAttribute("data-level"), "1");
      const done = proves(person);
      assert.equal(done.evicted, null);
      await ha.page.reload();
      assert.equal(await ha.page.locator(".level").getAttribute("data-level"), "2");
      assert.match(await ha.page.locator("main").innerText(), /Cán bộ đã xác minh danh tính của bạn: mức 2/);
    });
  },

  "whoever registered in another's name is put out by the proof, and the person begins anew": async () => {
    const impostor = newcomer({ name: "Đặng Thu Hà", level: 1 });
    await withCitizen({ person: impostor, language: "vi" }, async (stranger) => {
      await stranger.signIn();
      await stranger.openAccount();
      const { code, evicted, citizen } = proves(impostor, "--somebody-else-registered");
      assert.ok(code && evicted && citizen !== evicted);
      await stranger.page.goto(`${SENID}/account`);
      await stranger.sees("account-sign-in");

      const person = { ...impostor, password: NEW_PASSWORD };
      await withCitizen({ person, language: "vi" }, async (ha) => {
        await ha.page.goto(`${SENID}/recover`);
        await ha.page.fill("#username", person.username);
        await ha.page.fill("#code", code);
        await ha.page.fill("#password", person.password);
        await ha.press("recover");
        await ha.openAccount();
        assert.equal(await ha.page.locator(".level").getAttribute("data-level"), "2");
        await ha.openAccount("/account/portals");
        assert.equal(await ha.page.locator(".connected").count(), 0, "what the stranger allowed is not theirs");
      });
    });
  },

  "an account is to be closed, and whoever thinks again keeps it": async () => {
    const person = newcomer({ name: "Đặng Thu Hà" });
    await withCitizen({ person, language: "vi" }, async (ha) => {
      await ha.openAccount("/account/security");
      await ha.press("close-account");
      await ha.press("close-confirm");
      assert.match(await ha.text("closing"), /Tài khoản của bạn sẽ đóng vào/);
      await ha.press("keep-account");
      assert.equal(await ha.has("closing"), false);
      assert.match(await ha.page.locator("main").innerText(), /Tài khoản được giữ lại, không đóng nữa/);
    });
  },
};
