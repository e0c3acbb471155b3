// What goes wrong, and what people are told then.

import assert from "node:assert/strict";
import { AN, PORTAL, SENID, withCitizen } from "./citizen.mjs";

export const mishaps = {
  "a number with too few digits: its sentence, and what was typed is kept": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      await an.identify("00109012345");
      assert.match(await an.text("problem"), /A personal identification number has exactly 12 digits\./);
      assert.equal(await an.page.locator("#username").inputValue(), "00109012345");
    }),

  "nothing typed: the sentence that asks for it": () =>
    withCitizen({ language: "vi", script: false }, async (an) => {
      await an.pressSignIn();
      await an.identify("");
      await an.sees("problem");
      await an.identify();
      await an.enterPassword("");
      await an.sees("problem");
      assert.equal(await an.page.locator("#password").inputValue(), "");
    }),

  "a wrong password: one sentence with a reference, and the right one still works": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      await an.identify();
      await an.enterPassword("not the password");
      const problem = await an.text("problem");
      assert.match(problem, /The identifier or the password is not right\. Check both and try again\./);
      assert.match(problem, /Reference|reference/);
      assert.equal(await an.page.locator("#password").inputValue(), "");
      await an.enterPassword();
      if (await an.has("allow")) await an.press("allow");
      await an.seesOwnPage();
    }),

  "an identifier that nobody has is answered like a wrong password": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      await an.identify("001190999999");
      await an.enterPassword("hoa-sen-demo-2026");
      assert.match(await an.text("problem"), /The identifier or the password is not right\./);
      await an.page.locator(".who a").click();
      assert.equal(await an.page.locator("#username").inputValue(), "001190999999");
    }),

  "consent denied: back at the portal, which received nothing": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.withdraw();
      await an.context.clearCookies();
      await an.pressSignIn();
      await an.identify();
      await an.enterPassword();
      await an.press("deny");
      await an.isAt(PORTAL);
      assert.match(await an.page.locator("main").innerText(), /You cancelled the sign-in\. Nothing was shared\./);
    }),

  "cancelled at the first step: back at the portal": () =>
    withCitizen({ language: "en", script: false }, async (an) => {
      await an.pressSignIn();
      await an.press("cancel");
      await an.isAt(PORTAL);
      assert.match(await an.page.locator("main").innerText(), /You cancelled the sign-in\. Nothing was shared\./);
    }),

  "cancelled at the password: back at the portal": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      await an.identify();
      await an.press("cancel");
      await an.isAt(PORTAL);
      assert.match(await an.page.locator("main").innerText(), /You cancelled the sign-in/);
    }),

  "back after signing in: the sign-in is over, and the portal still knows who it is": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      const step = an.page.url();
      await an.identify();
      await an.enterPassword();
      if (await an.has("allow")) await an.press("allow");
      await an.seesOwnPage();
      await an.page.goBack();
      assert.equal(await an.has("password"), false);
      await an.page.goto(step);
      assert.equal(await an.title(), "This sign-in is over");
      await an.openPortal();
      await an.seesOwnPage();
    }),

  "a sign-in's address opened in another browser is refused": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      await an.identify();
      const address = an.page.url();
      await withCitizen({ language: "en" }, async (stranger) => {
        await stranger.page.goto(address);
        assert.equal(await stranger.title(), "This sign-in belongs to another browser");
      });
      await an.enterPassword();
      if (await an.has("allow")) await an.press("allow");
      await an.seesOwnPage();
    }),

  "two tabs sign in side by side": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.pressSignIn();
      const first = an.page;
      an.page = await an.context.newPage();
      await an.signIn();
      an.page = first;
      await an.identify();
      if (await an.has("password")) await an.enterPassword();
      if (await an.has("allow")) await an.press("allow");
      await an.seesOwnPage();
    }),

  "an answer that this browser did not ask for is not taken": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.page.goto(`${PORTAL}/callback?code=senid_ac_x&state=made-up&iss=${encodeURIComponent(SENID)}`);
      assert.equal(await an.title(), "This sign-in is not recognised");
    }),

  "an answer in another's name is not taken": () =>
    withCitizen({ language: "en" }, async (an) => {
      const response = await an.context.request.get(`${PORTAL}/sign-in`, { maxRedirects: 0 });
      const { searchParams } = new URL(response.headers().location);
      const answer = { code: "senid_ac_x", state: searchParams.get("state"), iss: "https://id.example" };
      await an.page.goto(`${PORTAL}/callback?${new URLSearchParams(answer)}`);
      assert.equal(await an.title(), "The sign-in could not be verified");
      assert.match(await an.page.locator("main").innerText(), /the answer names another issuer/);
    }),

  "a form from another site changes nothing at the portal": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.signIn();
      const headers = { origin: "https://evil.example" };
      const answer = await an.context.request.post(`${PORTAL}/sign-out`, { headers, form: { csrf: "x" } });
      assert.equal(answer.status(), 403);
      await an.openPortal();
      await an.seesOwnPage();
    }),

  "a page that is not there says so, with a way on": () =>
    withCitizen({ language: "en" }, async (an) => {
      const answer = await an.page.goto(`${SENID}/nothing-here`);
      assert.equal(answer.status(), 404);
      assert.equal(await an.title(), "Page not found");
      const other = await an.page.goto(`${PORTAL}/nothing-here`);
      assert.equal(other.status(), 404);
      assert.equal(await an.title(), "Page not found");
    }),

  "the password never stands in a page or an address": () =>
    withCitizen({ language: "en" }, async (an) => {
      const seen = [];
      an.page.on("request", (request) => seen.push(request.url()));
      await an.pressSignIn();
      await an.identify();
      await an.enterPassword("not-this-one-2026");
      assert.ok(!(await an.page.content()).includes("not-this-one-2026"));
      await an.enterPassword();
      assert.ok(!(await an.page.content()).includes(AN.password));
      assert.ok(!seen.some((address) => address.includes(AN.password) || address.includes("not-this-one")));
    }),
};
