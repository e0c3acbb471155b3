// Single logout among three portals: two Apaches with mod_auth_openidc and one by openid-client. What one portal begins
// reaches the others over the back channel (OpenID Connect Back-Channel Logout 1.0), whatever was down meanwhile.

import assert from "node:assert/strict";
import { Apache, stopAll } from "./apache/server.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { Portal } from "./portal.mjs";
import { Provider } from "./provider.mjs";
import { AN, answer, runCases } from "./senid.mjs";

// How long an end of a session may be on its way, SenID's retries included.
const PATIENCE = 60_000;

const provider = await Provider.start();
const portal = await Portal.open("portal", provider);
const first = await Apache.start("first-apache", { provider });
const second = await Apache.start("second-apache", { provider });

// Somebody with a browser who is signed in at all three.
async function signedInEverywhere() {
  const browser = new PlainBrowser([portal.site]);
  const tokens = await portal.signIn(browser);
  for (const apache of [first, second]) {
    const page = await answer(browser, await browser.open(apache.at("")), provider.ISSUER);
    assert.equal(page.find("name").innerText, AN.name);
  }
  return { browser, tokens };
}

// Whether an Apache knows the browser; asked so that nobody is sent to sign in.
async function knows(apache, browser) {
  const { status } = await browser.open(`${apache.at("redirect_uri")}?info=json`);
  assert.ok([200, 401].includes(status), `${status}`);
  return status === 200;
}

const forgets = (apache, browser) => until(`${apache.site} forgets the browser`, async () => !(await knows(apache, browser)));

// What an operator is shown of what a client was told: the newest first.
function deliveries(client) {
  const lines = provider.run(["deliveries", "list", "--client", client, "--json"]).trim().split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    assert.ok(Date.now() < end, what);
    await new Promise((later) => setTimeout(later, 100));
  }
}

const all = await runCases("single logout", {
  async "signing out at one portal ends the sessions at the two others, and nobody else's"() {
    const an = await signedInEverywhere();
    const elsewhere = await signedInEverywhere();
    await portal.signOut(an.browser, an.tokens);
    await Promise.all([first, second].map((apache) => forgets(apache, an.browser)));
    for (const apache of [first, second]) assert.ok(await knows(apache, elsewhere.browser), "another browser's session");
  },

  async "a portal that was down is told when it is back, also after SenID was killed in between"() {
    const { browser, tokens } = await signedInEverywhere();
    await second.halt();
    await portal.signOut(browser, tokens);
    await forgets(first, browser);
    await until("a delivery that failed and is tried again", () => {
      const [{ state, attempts, fault }] = deliveries("second-apache");
      return state === "pending" && attempts > 0 && fault;
    });
    await provider.kill();
    await second.run();
    assert.ok(await knows(second, browser), "its sessions are in files, and nobody has told it yet");
    await provider.serve();
    await forgets(second, browser);
    await until("the delivery is settled", () => deliveries("second-apache")[0].state === "delivered");
  },
});
if (!all) console.log(first.log(), second.log());
await stopAll();
await provider.kill();
