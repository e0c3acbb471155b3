// The sandbox: a portal's developer chooses who signs in and what goes wrong, and sees what the portal makes of it. The portal is the
// demonstration's, which knows nothing of faults: it does what OpenID Connect tells a portal to, with a library that others use.

import assert from "node:assert/strict";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";

const MARK = "senid-sandbox";
const MOT = { name: "Thử Nghiệm Một", username: "001090000011", password: "hoa-sen-demo-2026" };
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

// What the portal says where it did not take the answer.
const REFUSED = {
  login_required: "login_required: sandbox:",
  temporarily_unavailable: "temporarily_unavailable: sandbox:",
  server_error: "server_error: sandbox:",
  wrong_state: "the answer belongs to no sign-in of this browser (state)",
  missing_issuer: "the answer names no issuer",
  other_issuer: "the answer names another issuer",
  expired_code: "invalid_grant: the code is unknown or has expired",
  used_code: "invalid_grant: the code was already used",
  unavailable: "temporarily_unavailable",
  wrong_nonce: "nonce",
  wrong_audience: "audience",
  wrong_issuer: "issuer",
  expired_token: "expired",
  missing_subject: "sub",
  unknown_key: "a key that the provider does not publish",
  bad_signature: "signature",
};

async function seesTheMark(citizen) {
  assert.match(await citizen.page.locator("aside").first().innerText(), /^Sandbox: nobody here is real/);
}

// From the portal's front page to what it shows at the end.
async function chooses(citizen, person, fault) {
  await citizen.pressSignIn();
  assert.equal(await citizen.title(), "What should happen?");
  await seesTheMark(citizen);
  await citizen.page.locator("label", { hasText: person.name }).locator("input").check();
  await citizen.page.locator(`#fault-${fault}`).check();
  await citizen.press("continue");
  if (await citizen.has("allow")) {
    await seesTheMark(citizen);
    await citizen.press("allow");
  }
}

const english = (errand, options = {}) => withCitizen({ person: MOT, language: "en", ...options }, errand);

const kinds = Object.fromEntries(
  Object.entries(REFUSED).map(([fault, said]) => [
    `sandbox: the portal notices ${fault}`,
    () =>
      english(async (citizen) => {
        await chooses(citizen, MOT, fault);
        const shown = (await citizen.page.locator("#portal-error code").innerText()).toLowerCase();
        assert.ok(shown.includes(said.toLowerCase()), `${fault}: ${shown}`);
        // Nobody is signed in there, and the next sign-in is as it should be.
        await chooses(citizen, MOT, "none");
        assert.equal(await citizen.text("citizen-name"), MOT.name);
      }),
  ]),
);

export const sandbox = {
  ...kinds,

  "sandbox: nothing goes wrong where nothing was chosen, and every page and answer says that it is none": () =>
    english(async (citizen) => {
      const unmarked = [];
      citizen.page.on("response", (response) => {
        if (response.url().startsWith(SENID) && response.headers()[MARK] !== "true") unmarked.push(response.url());
      });
      await chooses(citizen, MOT, "none");
      assert.equal(await citizen.text("citizen-name"), MOT.name);
      assert.deepEqual(unmarked, []);
    }),

  "sandbox: who refuses is told so, and who proved less is shown as that": async () => {
    await english(async (citizen) => {
      await chooses(citizen, MOT, "access_denied");
      assert.equal(citizen.page.url(), `${PORTAL}/cancelled`);
    });
    await english(async (citizen) => {
      await chooses(citizen, MOT, "lower_level");
      assert.equal(await citizen.text("citizen-name"), MOT.name);
    });
  },

  "sandbox: a key that is new is fetched and a slow answer is waited for": async () => {
    await english(async (citizen) => {
      await chooses(citizen, MOT, "rotated_key");
      assert.equal(await citizen.text("citizen-name"), MOT.name);
    });
    await english(async (citizen) => {
      const began = performance.now();
      await chooses(citizen, MOT, "slow");
      assert.equal(await citizen.text("citizen-name"), MOT.name);
      assert.ok(performance.now() - began >= 2000, "it came at once");
    });
  },

  "sandbox: the ordinary page is there, too, by keyboard and without scripts": () =>
    english(
      async (citizen) => {
        await citizen.pressSignIn();
        await citizen.page.locator("#citizen-none").focus();
        await citizen.page.keyboard.press("Enter");
        await citizen.page.locator("#username").waitFor();
        await seesTheMark(citizen);
        await citizen.identify();
        await citizen.enterPassword();
        if (await citizen.has("allow")) await citizen.press("allow");
        assert.equal(await citizen.text("citizen-name"), MOT.name);
      },
      { script: false },
    ),

  "sandbox: the page fits a telephone and a desk": async () => {
    for (const viewport of [PHONE, DESKTOP]) {
      await english(
        async (citizen) => {
          await citizen.pressSignIn();
          const width = await citizen.page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= viewport.width, `${width} at ${viewport.width}`);
          const folder = process.env.SANDBOX_PICTURES;
          if (folder) await citizen.page.screenshot({ path: `${folder}/sandbox-${viewport.width}.png`, fullPage: true });
          if (folder) {
            await citizen.page.locator("#fault-wrong_nonce").check();
            await citizen.page.locator("label", { hasText: MOT.name }).locator("input").check();
            await citizen.press("continue");
            if (await citizen.has("allow")) await citizen.press("allow");
            await citizen.page.screenshot({ path: `${folder}/portal-${viewport.width}.png`, fullPage: true });
          }
        },
        { viewport },
      );
    }
  },
};
