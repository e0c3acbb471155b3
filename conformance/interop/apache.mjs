// Apache with mod_auth_openidc (Debian), protecting a page.

import assert from "node:assert/strict";
import { Apache, stopAll } from "./apache/server.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { Portal } from "./portal.mjs";
import { AN, ISSUER, answer, runCases } from "./senid.mjs";

const apache = await Apache.start("apache");
const neighbour = await Portal.open("neighbour");
const newBrowser = () => new PlainBrowser([neighbour.site]);

// Opens a protected page with a browser, and answers whatever SenID asks.
async function signIn(browser = newBrowser(), path = "") {
  const page = await answer(browser, await browser.open(apache.at(path)));
  assert.equal(page.find("name").innerText, AN.name);
  return { browser, page };
}

const textOf = (page, id) => page.find(id).innerText.trim();
const isAskedWhoTheyAre = (page) => page.address.href.startsWith(ISSUER) && page.has("username");

const all = await runCases("mod_auth_openidc", {
  async "a protected page leads to SenID, and then says who came"() {
    const browser = newBrowser();
    const first = await browser.open(apache.at(""));
    assert.ok(isAskedWhoTheyAre(first), first.text);
    const page = await answer(browser, first);
    assert.equal(page.address.href, apache.at(""));
    assert.equal(textOf(page, "name"), AN.name);
    assert.equal(textOf(page, "email"), "an@example.vn");
    assert.notEqual(textOf(page, "user"), AN.username, "the national identifier is nobody's subject");
    const again = await browser.open(apache.at(""));
    assert.equal(textOf(again, "user"), textOf(page, "user"));
  },

  async "the page is reached in the middle of a visit: where somebody wanted to go is where they come to"() {
    const { page } = await signIn(undefined, "index.html?page=2");
    assert.equal(page.address.href, apache.at("index.html?page=2"));
  },

  async "a page for somebody of whom a claim says something is not for others"() {
    const { browser } = await signIn();
    assert.equal((await browser.open(apache.at("of-another.html"))).status, 401);
  },

  async "the refresh hook brings a new access token into the same session"() {
    const { browser, page } = await signIn();
    const before = textOf(page, "access-token");
    const refresh = new URL(apache.at("redirect_uri"));
    refresh.search = new URLSearchParams({ refresh: apache.at(""), access_token: before });
    const after = await browser.open(refresh);
    assert.equal(after.address.href, apache.at(""), "an error_code would be in the address");
    assert.notEqual(textOf(after, "access-token"), before);
    assert.equal(textOf(after, "user"), textOf(page, "user"));
  },

  async "access tokens are refreshed before they expire, as often as it takes"() {
    const { browser, page } = await signIn();
    const tokens = new Set([textOf(page, "access-token")]);
    for (let times = 0; times < 3; times++) tokens.add(textOf(await browser.open(apache.at("fresh.html")), "access-token"));
    assert.equal(tokens.size, 4);
  },

  async "signing out at Apache signs out at SenID and comes back"() {
    const { browser } = await signIn();
    const signOut = new URL(apache.at("redirect_uri"));
    signOut.search = new URLSearchParams({ logout: `${apache.site}/goodbye.html` });
    const page = await browser.open(signOut);
    assert.equal(page.address.origin + page.address.pathname, `${apache.site}/goodbye.html`, page.text);
    assert.ok(isAskedWhoTheyAre(await browser.open(apache.at(""))));
  },

  async "whoever is signed in at another portal is not asked again"() {
    const browser = newBrowser();
    const { sub } = (await neighbour.signIn(browser)).claims();
    const page = await browser.open(apache.at(""));
    assert.ok(!page.has("username") && !page.has("password"), page.text);
    const here = textOf(await answer(browser, page), "user");
    assert.notEqual(here, sub, "two portals cannot tell that they know the same person");
  },

  async "a mistake: the redirect URI of another path stays at SenID and is named"() {
    const mistaken = await Apache.start("apache-redirect", { mistakes: { REDIRECT_PATH: "redirect" } });
    const page = await newBrowser().open(mistaken.at(""));
    assert.ok(page.address.href.startsWith(ISSUER) && page.status === 400, page.text);
    assert.match(page.text, /redirect_uri/);
  },

  async "a mistake: a wrong secret is told in Apache's log, with what it may be"() {
    const mistaken = await Apache.start("apache-secret", { mistakes: { CLIENT_SECRET: "not-the-secret-2026" } });
    const browser = newBrowser();
    await answer(browser, await browser.open(mistaken.at("")));
    assert.match(mistaken.log(), /invalid_client/);
    assert.match(mistaken.log(), /wrong secret/);
    assert.ok(!mistaken.log().includes("not-the-secret-2026"), "the secret is in the log");
  },
});
if (!all) console.log(apache.log());
await stopAll();
