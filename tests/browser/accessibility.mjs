// Every page, in every language: nothing for axe to find, nothing to scroll sideways on the narrowest screen, and
// little to load.

import assert from "node:assert/strict";
import { axe } from "./packages.mjs";
import { BINH, PORTAL, withCitizen } from "./citizen.mjs";
import { faultsOfFocus } from "./keyboard.mjs";
import { tour } from "./tour.mjs";

const LANGUAGES = ["vi", "en", "fr", "ru"];
const NARROWEST = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 800 };
// WCAG 2.2 AA, and what axe calls good practice.
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SIGN_IN_PAGE_AT_MOST = 60 * 1024;
const REQUESTS_AT_MOST = 11;

async function violations(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), RULES);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

// Whether anything has to be scrolled sideways depends on the words. What axe finds on a wide screen alone does not, nor what the
// keyboard reaches: that is looked at in one language.
const held = (language, { once = false, ...options }) => () =>
  withCitizen({ person: BINH, language, ...options }, async (binh) => {
    const faults = [];
    const stops = new Set();
    await tour(binh, async (name) => {
      stops.add(name);
      const html = binh.page.locator("html");
      if ((await html.getAttribute("lang")) !== language) faults.push(`${name}: not in ${language}`);
      for (const size of [NARROWEST, WIDE]) {
        await binh.page.setViewportSize(size);
        const found = size === NARROWEST || once ? await violations(binh.page) : [];
        if (once && size === WIDE) found.push(...(await faultsOfFocus(binh)));
        faults.push(...found.map((fault) => `${name} at ${size.width}: ${fault}`));
        const width = await binh.page.evaluate(() => document.documentElement.scrollWidth);
        if (width > size.width) faults.push(`${name}: ${width} pixels wide on a screen of ${size.width}`);
      }
    });
    console.log(`   ${stops.size} pages`);
    assert.ok(stops.size >= 115, `only ${stops.size} pages`);
    assert.deepEqual(faults, []);
  });

export const accessibility = {
  ...Object.fromEntries(
    LANGUAGES.map((language) => [`every page is accessible in ${language}`, held(language, { once: language === "vi" })]),
  ),
  "every page is accessible in the dark": held("vi", { colorScheme: "dark" }),

  "the sign-in page weighs at most 60 KB, in few requests": () =>
    withCitizen({}, async (an) => {
      const network = await an.context.newCDPSession(an.page);
      await network.send("Network.enable");
      await an.openPortal();
      const loaded = new Map();
      const addresses = new Map();
      network.on("Network.responseReceived", ({ requestId, response }) => addresses.set(requestId, response.url));
      network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
        loaded.set(requestId, encodedDataLength),
      );
      await an.press("portal-sign-in");
      await an.page.waitForLoadState("networkidle");
      // With the heads of the answers, and with what script asks for autofill.
      const own = [...loaded].filter(([id]) => !(addresses.get(id) ?? "").startsWith(PORTAL));
      const weight = own.reduce((sum, [, bytes]) => sum + bytes, 0);
      const files = own.map(([id, bytes]) => `${addresses.get(id)} ${bytes}`).join("\n");
      console.log(`   the sign-in page: ${weight} bytes in ${own.length} requests`);
      assert.ok(own.length >= 9, `not everything was seen:\n${files}`);
      assert.ok(own.length <= REQUESTS_AT_MOST, `${own.length} requests:\n${files}`);
      assert.ok(weight <= SIGN_IN_PAGE_AT_MOST, `${weight} bytes:\n${files}`);
    }),
};
