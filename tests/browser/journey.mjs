// The errand itself: to sign in at a portal.

import assert from "node:assert/strict";
import { AN, BINH, PORTAL, SENID, withCitizen } from "./citizen.mjs";
import { enter, tabTo, type } from "./keyboard.mjs";

const CONSENT = { vi: /Cổng Dịch vụ công/, en: /Public Service Portal|Cổng Dịch vụ công/ };
const TITLES = {
  vi: { signIn: "Đăng nhập", password: "Nhập mật khẩu" },
  en: { signIn: "Sign in", password: "Enter your password" },
};

// Signs in, sees consent once, sees the name, signs in again without a password, signs out, is asked again.
const errand = (language, script) => () =>
  withCitizen({ language, script }, async (an) => {
    await an.withdraw();
    await an.context.clearCookies();

    await an.pressSignIn();
    await an.isAt(SENID);
    assert.equal(await an.page.locator("html").getAttribute("lang"), language);
    assert.equal(await an.title(), TITLES[language].signIn);
    await an.identify();
    assert.equal(await an.title(), TITLES[language].password);
    await an.enterPassword();

    await an.sees("allow");
    const consent = await an.page.locator("main").innerText();
    assert.match(consent, CONSENT[language]);
    assert.ok(consent.includes(AN.name), consent);
    await an.press("allow");
    await an.seesOwnPage();

    await an.isForgottenByPortal();
    await an.openPortal();
    assert.equal(await an.has("citizen-name"), false);
    await an.press("portal-sign-in");
    await an.seesOwnPage();

    await an.signOut();
    await an.isAt(PORTAL);
    await an.sees("portal-sign-in");
    await an.press("portal-sign-in");
    await an.isAt(SENID);
    await an.sees("username");

    // Known and allowed: two steps, and no consent a second time.
    await an.identify();
    await an.enterPassword();
    await an.seesOwnPage();
  });

export const journey = {
  "a citizen signs in at the portal, in Vietnamese": errand("vi", true),
  "a citizen signs in at the portal, in English without script": errand("en", false),
  "a citizen signs in at the portal, in Vietnamese without script": errand("vi", false),

  "the keyboard alone suffices, and focus is always visible": () =>
    withCitizen({}, async (an) => {
      await an.withdraw();
      await an.context.clearCookies();
      await an.openPortal();
      await tabTo(an, "portal-sign-in");
      await enter(an);
      await type(an, "username", AN.username);
      await enter(an);
      await type(an, "password", AN.password);
      await enter(an);
      await tabTo(an, "allow");
      await enter(an);
      await an.seesOwnPage();
      await tabTo(an, "portal-sign-out");
      await enter(an);
      await an.sees("portal-sign-in");
    }),

  "what one person allowed is not allowed for another": () =>
    withCitizen({ person: BINH }, async (binh) => {
      await binh.withdraw();
      await binh.context.clearCookies();
      await withCitizen({}, (an) => an.signIn());
      await binh.pressSignIn();
      await binh.identify();
      await binh.enterPassword();
      await binh.sees("allow");
      await binh.press("allow");
      await binh.seesOwnPage();
    }),

  "the language is switched in the middle of a sign-in, and the sign-in goes on": () =>
    withCitizen({ language: "vi" }, async (an) => {
      await an.pressSignIn();
      await an.page.locator("nav.languages button[value=ru]").click();
      await an.page.locator("html[lang=ru]").waitFor();
      await an.identify();
      assert.equal(await an.page.locator("html").getAttribute("lang"), "ru");
      await an.enterPassword();
      if (await an.has("allow")) await an.press("allow");
      await an.seesOwnPage();
    }),

  "the password is shown and hidden by its button": () =>
    withCitizen({}, async (an) => {
      await an.pressSignIn();
      await an.identify();
      await an.page.locator("#password").fill("abc");
      await an.page.locator("#reveal").click();
      assert.equal(await an.page.locator("#password").getAttribute("type"), "text");
      await an.page.locator("#reveal").click();
      assert.equal(await an.page.locator("#password").getAttribute("type"), "password");
    }),
};
