// The citizen's own pages.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { BINH, SENID, withCitizen } from "./citizen.mjs";
import { newcomer } from "./operator.mjs";

export const account = {
  "withdrawn consent is asked for again": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.signIn();
      await an.withdraw();
      assert.equal(await an.page.locator("a[href$='/withdraw']").count(), 0);
      await an.isForgottenByPortal();
      await an.pressSignIn();
      await an.sees("allow");
      assert.equal(await an.has("password"), false);
      await an.press("allow");
      await an.seesOwnPage();
    }),

  "a connected portal is listed with what it received": () =>
    withCitizen({ person: BINH, language: "en" }, async (binh) => {
      await binh.signIn();
      await binh.openAccount("/account/portals");
      const portals = await binh.page.locator(".connected").allInnerTexts();
      assert.equal(portals.length, 1);
      assert.match(portals[0], /full name, date of birth, gender, .*identification number, .*account level/i);
      assert.doesNotMatch(portals[0], /nickname/i, "nobody knows one, so nobody received one");
      assert.match(portals[0], /today/i);
    }),

  "other sessions are listed and ended, and this one goes on": () =>
    withCitizen({ language: "en" }, (an) =>
      withCitizen({ language: "en" }, async (elsewhere) => {
        await an.signIn();
        await elsewhere.signIn();
        await an.openAccount("/account/sessions");
        assert.equal(await an.page.locator(".here").count(), 1);
        assert.ok((await an.page.locator("main .card.row").count()) >= 2);
        await an.press("end-others");
        assert.equal(await an.page.locator("main .card.row").count(), 1);

        await elsewhere.isForgottenByPortal();
        await elsewhere.pressSignIn();
        await elsewhere.sees("username");
        await an.isForgottenByPortal();
        await an.pressSignIn();
        await an.seesOwnPage();
      }),
    ),

  "one session is ended by its own button": () =>
    withCitizen({ language: "en", script: false }, (an) =>
      withCitizen({ language: "en", script: false }, async (elsewhere) => {
        await an.signIn();
        await an.openAccount("/account/sessions");
        if (await an.has("end-others")) await an.press("end-others");
        await elsewhere.signIn();
        await an.openAccount("/account/sessions");
        const end = an.page.locator("main .card.row form button");
        assert.equal(await end.count(), 1);
        await end.click();
        await an.page.locator("main .card.row").first().waitFor();
        assert.equal(await an.page.locator("main .card.row").count(), 1);
        await elsewhere.isForgottenByPortal();
        await elsewhere.pressSignIn();
        await elsewhere.sees("username");
      }),
    ),

  "activity tells of sign-ins and releases": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.signIn();
      await an.openAccount("/account/activity");
      assert.ok((await an.page.locator(".events li").count()) >= 2);
    }),

  "this was not me, said of a line of the activity, closes the account everywhere": () => {
    const person = newcomer();
    return withCitizen({ person, script: false }, (owner) =>
      withCitizen({ person }, async (elsewhere) => {
        await elsewhere.signIn();
        await owner.openAccount("/account/activity?kind=sign-ins");
        await owner.page.locator(".events .deny").first().click();
        assert.equal(await owner.page.locator("h1").innerText(), "Khóa tài khoản của bạn?");
        assert.match(await owner.page.locator("#about").innerText(), /Đăng nhập/);
        await owner.press("not-me-confirm");
        await owner.sees("locked");
        for (const one of [owner, elsewhere]) {
          await one.page.goto(`${SENID}/account`);
          await one.sees("account-sign-in");
        }
      }),
    );
  },

  "the activity is looked through without script": () =>
    withCitizen({ person: newcomer(), script: false }, async (citizen) => {
      await citizen.signIn();
      await citizen.openAccount("/account/activity");
      await citizen.page.locator("details.filter summary").click();
      await citizen.page.locator("#kind").selectOption("releases");
      await citizen.press("look");
      assert.match(citizen.page.url(), /kind=releases/);
      const lines = await citizen.page.locator(".events li").allInnerTexts();
      assert.ok(lines.length >= 1 && lines.every((line) => !line.startsWith("Đăng nhập")), lines.join("\n"));
      await citizen.page.locator("#everything").click();
      assert.ok((await citizen.page.locator(".events li").count()) > lines.length);
    }),

  "what is kept is taken away as a paper and as a document": () =>
    withCitizen({ person: newcomer({ name: "Đặng Phước Ưỡng" }) }, async (citizen) => {
      await citizen.signIn();
      await citizen.openAccount("/account/data");
      assert.equal(await citizen.page.locator("h1").innerText(), "Dữ liệu của tôi");
      for (const [button, begins] of [
        ["everything-pdf", "%PDF-1."],
        ["everything-json", '{"'],
        ["activity-csv", "\ufeff"],
      ]) {
        const [download] = await Promise.all([
          citizen.page.waitForEvent("download"),
          citizen.page.locator(`#${button}`).click(),
        ]);
        assert.match(download.suggestedFilename(), /^senid-(data|activity)-\d{4}-\d{2}-\d{2}\.(pdf|json|csv)$/);
        const text = await readFile(await download.path(), "utf8");
        assert.ok(text.startsWith(begins), `${button}: ${text.slice(0, 40)}`);
        if (button === "everything-json") assert.equal(JSON.parse(text).identity.name, "Đặng Phước Ưỡng");
      }
    }),

  "signing out from the account asks, and says that it is done": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.openAccount();
      await an.press("sign-out");
      await an.press("logout-confirm");
      await an.sees("signed-out");
      await an.page.goto(`${SENID}/account`);
      await an.sees("account-sign-in");
    }),

  "the account is shown to nobody who is not signed in": () =>
    withCitizen({ language: "en" }, async (an) => {
      for (const path of ["", "/sessions", "/portals", "/activity", "/data"]) {
        await an.page.goto(`${SENID}/account${path}`);
        await an.sees("account-sign-in");
      }
    }),
};
