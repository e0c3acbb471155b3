// A portal asks somebody who is elsewhere (CIBA): they find the request in their account and decide.

import assert from "node:assert/strict";
import { CHAU, SENID, withCitizen } from "./citizen.mjs";
import { enter, tabTo } from "./keyboard.mjs";
import { MESSAGE, TaxPortal } from "./tax-portal.mjs";

const options = { person: CHAU, language: "en" };

// From the overview, which says that somebody waits, to the request.
async function read(chau) {
  await chau.openAccount();
  assert.match(await chau.page.locator(".waiting").innerText(), /A portal is waiting for your answer/);
  await chau.press("waiting");
  assert.match(await chau.page.locator(".request").innerText(), new RegExp(`Tax Portal[^]*${MESSAGE}`));
  await Promise.all([chau.page.waitForEvent("domcontentloaded"), chau.page.locator(".request .actions a").click()]);
  assert.equal(await chau.text("binding-message"), MESSAGE);
}

export const requests = {
  "a request from elsewhere is compared and allowed with the keyboard alone": () =>
    withCitizen(options, async (chau) => {
      const portal = await TaxPortal.open();
      await portal.ask(chau.person);
      await read(chau);
      const told = await chau.page.locator("main").innerText();
      assert.match(told, /Tax Portal[^]*Tax Department[^]*Verified/);
      assert.match(told, /Pay 1,250,000 dong: Lệ phí trước bạ nhà đất, by /);
      assert.ok(told.includes(CHAU.name) && told.includes("See the taxes you owe"), told);
      const request = chau.page.url();
      await tabTo(chau, "allow");
      await enter(chau);
      assert.match(await chau.page.locator(".notice").innerText(), /^Allowed/);
      assert.equal(await chau.page.locator(".request").count(), 0);

      const tokens = await portal.outcome();
      assert.ok(tokens.access_token, JSON.stringify(tokens));
      assert.equal(tokens.authorization_details[0].amount, "1250000");

      // Answered once, and for good.
      await chau.page.goto(request);
      assert.equal(await chau.title(), "Allowed");
      assert.equal(await chau.has("allow"), false);
      await chau.openAccount("/account/portals");
      assert.match(await chau.page.locator(".connected").innerText(), /Tax Portal/);
      await chau.withdraw();
    }),

  "a request from elsewhere is denied without script, and the portal receives nothing": () =>
    withCitizen({ ...options, script: false }, async (chau) => {
      const portal = await TaxPortal.open();
      await portal.ask(chau.person);
      await read(chau);
      await chau.press("deny");
      assert.match(await chau.page.locator(".notice").innerText(), /^Denied/);
      assert.equal((await portal.outcome()).error, "access_denied");
      await chau.page.goto(`${SENID}/account/portals`);
      assert.equal(await chau.page.locator(".connected").count(), 0);
    }),

  "nobody else finds a request": () =>
    withCitizen(options, async (chau) => {
      const portal = await TaxPortal.open();
      await portal.ask(chau.person);
      await read(chau);
      const request = chau.page.url();
      await withCitizen({ language: "en" }, async (an) => {
        await an.openAccount("/account/requests");
        assert.equal(await an.page.locator(".request").count(), 0);
        const answer = await an.page.goto(request);
        assert.equal(answer.status(), 404);
        assert.equal(await an.has("binding-message"), false);
      });
      await chau.press("deny");
    }),
};
