// Portals that register themselves: what people see of them, and how a browser tells them that somebody signed out (OpenID
// Connect Front-Channel Logout 1.0).

import assert from "node:assert/strict";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";
import { withNeighbour } from "./neighbour.mjs";

const signIn = async (an, neighbour, parameters) => {
  an.neighbours.push(neighbour.origin);
  await an.page.goto(neighbour.authorize(parameters));
  if (await an.has("username")) await an.identify();
  if (await an.has("password")) await an.enterPassword();
  if (await an.has("allow")) await an.press("allow");
  await an.page.waitForURL(`${neighbour.origin}/callback*`);
};

const frames = (script) => () =>
  withNeighbour((neighbour) =>
    withCitizen({ language: "en", script }, async (an) => {
      await signIn(an, neighbour);
      await an.page.goto(neighbour.logout());
      assert.match(await an.text("told"), /^1 portal .* will be told/);
      const left = an.page.waitForURL(`${neighbour.origin}/goodbye?state=s`);
      await an.page.locator("#logout-confirm").click();
      await left;
      const [told] = neighbour.visits("/sign-out");
      assert.equal(told.searchParams.get("iss"), SENID);
      assert.ok(told.searchParams.get("sid"));
      assert.equal(neighbour.visits("/sign-out").length, 1);
      const at = (path) => neighbour.visited.findIndex((url) => url.startsWith(path));
      assert.ok(at("/sign-out") < at("/goodbye"), neighbour.visited.join(" "));
      await an.page.goto(`${SENID}/account`);
      await an.sees("account-sign-in");
    }),
  );

export const neighbours = {
  "a portal is told in a frame before the browser goes on": frames(true),
  "a portal is told in a frame before the browser goes on, without script": frames(false),

  "whoever waits for the frames can go on": () =>
    withNeighbour((neighbour) =>
      withCitizen({ language: "en", script: false }, async (an) => {
        await signIn(an, neighbour);
        await an.page.goto(neighbour.logout());
        await an.press("logout-confirm");
        assert.equal(await an.title(), "Signing you out");
        await an.press("continue");
        assert.equal(an.page.url(), `${neighbour.origin}/goodbye?state=s`);
      }),
    ),

  "a portal's policy and terms are linked to where people decide": () =>
    withNeighbour((neighbour) =>
      withCitizen({ language: "en" }, async (an) => {
        const links = async () => {
          const found = await an.page.locator(".portal .links a").evaluateAll((all) => all.map((a) => [a.textContent, a.href]));
          assert.deepEqual(found, [
            ["Its privacy policy", `${neighbour.origin}/policy`],
            ["Its terms of use", `${neighbour.origin}/terms`],
          ]);
          assert.match(await an.page.locator(".portal").innerText(), /Thư viện Hàng xóm[^]*Not verified/);
        };
        await an.page.goto(neighbour.authorize());
        await links();
        await an.identify();
        await an.enterPassword();
        await an.sees("allow");
        await links();
      }),
    ),

  "whoever was sent to get an account can say that they have one": () =>
    withNeighbour((neighbour) =>
      withCitizen({ language: "en" }, async (an) => {
        await an.page.goto(neighbour.authorize({ prompt: "create" }));
        await an.press("have-account");
        await an.sees("username");
        await signIn(an, neighbour);
      }),
    ),

  "signing out at SenID ends the portal's own session": () =>
    withCitizen({ language: "en" }, async (an) => {
      await an.signIn();
      await an.page.goto(`${SENID}/logout`);
      assert.match(await an.text("told"), /^1 portal .* will be told/);
      await an.press("logout-confirm");
      await an.sees("signed-out");
      // SenID tells it after it has answered.
      await an.page.goto(PORTAL);
      for (let tries = 0; (await an.has("citizen-name")) && tries < 100; tries++) await an.page.reload();
      await an.sees("portal-sign-in");
    }),
};
