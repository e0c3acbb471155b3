// oidc-client-ts (npm), in a single-page application in a real browser. The application is a public client: its tokens
// are the browser's, and it renews them without a page, by refresh token or by a hidden frame with prompt=none.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { fileOf, load } from "./packages.mjs";
import { AN, ISSUER, register, runCases } from "./senid.mjs";

const { chromium } = load("playwright-core");

const SCOPE = "openid profile email";
// What a case waits for at most: everything is on this machine.
const PATIENCE = 20_000;

const page = readFileSync(new URL("oidc_client_ts/index.html", import.meta.url));
const application = readFileSync(new URL("oidc_client_ts/application.js", import.meta.url), "utf8");
const library = readFileSync(fileOf("oidc-client-ts", "dist/browser/oidc-client-ts.min.js"));

// Serves one application with `settings` on a free port, and registers it.
async function serve(client_id, settings) {
  const tls = (file) => readFileSync(join(process.env.TLS, file));
  const server = createServer({ key: tls("server.key"), cert: tls("server.pem") }, (request, response) => {
    const script = (text) => response.setHeader("content-type", "text/javascript").end(text);
    const { pathname } = new URL(request.url, "https://localhost");
    if (pathname === "/oidc-client-ts.js") script(library);
    else if (pathname === "/application.js") script(`const SETTINGS = ${JSON.stringify(server.settings)};\n${application}`);
    else response.setHeader("content-type", "text/html").end(page);
  });
  await new Promise((listening) => server.listen(0, "localhost", listening));
  const site = `https://localhost:${server.address().port}`;
  register({
    client_id,
    redirect_uris: [`${site}/callback`, `${site}/silent`],
    post_logout_redirect_uris: [`${site}/signed-out`],
    scope: `${SCOPE} offline_access`,
    token_endpoint_auth_method: "none",
  });
  server.settings = { authority: ISSUER, client_id, scope: SCOPE, ...settings };
  return { site, server };
}

const applications = {
  frames: await serve("spa-frames", {}),
  refreshes: await serve("spa-refreshes", { scope: `${SCOPE} offline_access` }),
  monitored: await serve("spa-monitored", { monitorSession: true, checkSessionIntervalInSeconds: 1 }),
  mistaken: await serve("spa-mistaken", { scope: `${SCOPE} national_id` }),
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--no-proxy-server"],
});

// An in a browser of her own, at one of the applications.
class Citizen {
  static async arrive() {
    const context = await browser.newContext({ locale: "en", ignoreHTTPSErrors: true });
    context.setDefaultTimeout(PATIENCE);
    return new Citizen(context, await context.newPage());
  }

  constructor(context, page) {
    Object.assign(this, { context, page });
  }

  // Opens the application in this page, and waits until it knows whether somebody is signed in.
  async open({ site }) {
    await this.page.goto(site);
    return this.state();
  }

  async state(expected = /^(signed|error)/) {
    const state = this.page.locator("#state", { hasText: expected });
    await state.waitFor();
    return state.innerText();
  }

  async signIn(application) {
    await this.open(application);
    await this.leave("signinRedirect");
    await this.#answer();
    assert.equal(await this.state(), `signed in as ${AN.name}`);
  }

  // Does what leads away from the application.
  async leave(method, parameters) {
    const left = this.page.waitForURL((url) => url.origin === ISSUER || url.searchParams.has("state"));
    await this.page.evaluate(([method, parameters]) => void manager[method](parameters), [method, parameters]);
    await left;
  }

  async #answer() {
    const fill = async (id, text, button) => {
      if ((await this.page.locator(`#${id}`).count()) === 0) return;
      if (text !== undefined) await this.page.locator(`#${id}`).fill(text);
      await Promise.all([this.page.waitForEvent("domcontentloaded"), this.page.locator(`#${button}`).click()]);
    };
    await fill("username", AN.username, "continue");
    await fill("password", AN.password, "login");
    await fill("allow", undefined, "allow");
  }

  // The application's user, as the library keeps them.
  user() {
    return this.page.evaluate(async () => {
      const user = await manager.getUser();
      return user && { ...user, profile: user.profile };
    });
  }

  // Asks for new tokens without a page: the user, or the error that the library reports.
  renew(parameters) {
    return this.page.evaluate(async (parameters) => {
      try {
        const user = await manager.signinSilent(parameters);
        return { user: { ...user, profile: user.profile } };
      } catch (error) {
        return { error: { name: error.name, error: error.error, message: error.message } };
      }
    }, parameters);
  }
}

const withCitizen = (errand) => async () => {
  const citizen = await Citizen.arrive();
  try {
    await errand(citizen);
  } finally {
    await citizen.context.close();
  }
};

const { frames, refreshes, monitored, mistaken } = applications;

await runCases("oidc-client-ts", {
  "signing in by redirect: an ID token, and userinfo over another origin": withCitizen(async (an) => {
    await an.signIn(frames);
    const user = await an.user();
    assert.equal(user.profile.iss, ISSUER);
    assert.equal(user.profile.email_verified, true, "a claim that only userinfo has");
    assert.equal(user.refresh_token, undefined);
  }),

  "renewing in a hidden frame: new tokens about the same sign-in, and no page": withCitizen(async (an) => {
    await an.signIn(frames);
    const before = await an.user();
    const { user, error } = await an.renew();
    assert.equal(error, undefined);
    assert.notEqual(user.access_token, before.access_token);
    assert.equal(user.profile.sub, before.profile.sub);
    assert.equal(user.profile.sid, before.profile.sid);
    assert.equal(user.profile.auth_time, before.profile.auth_time);
  }),

  "renewing by refresh token: new tokens, and the next refresh token": withCitizen(async (an) => {
    await an.signIn(refreshes);
    const before = await an.user();
    assert.ok(before.refresh_token);
    for (let times = 0; times < 2; times++) {
      const { refresh_token } = await an.user();
      const { user, error } = await an.renew();
      assert.equal(error, undefined);
      assert.notEqual(user.refresh_token, refresh_token);
      assert.equal(user.profile.sub, before.profile.sub);
    }
  }),

  "tokens are renewed before they expire, by the library's own timer": withCitizen(async (an) => {
    await an.signIn(refreshes);
    const { access_token } = await an.user();
    const renewed = await an.page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          // Told that long before their end, that is at once.
          const settings = { automaticSilentRenew: true, accessTokenExpiringNotificationTimeInSeconds: 3600 };
          const eager = new oidc.UserManager({ ...manager.settings, ...settings });
          eager.events.addUserLoaded((user) => resolve(user.access_token));
          eager.events.addSilentRenewError(reject);
          eager.getUser();
        }),
    );
    assert.notEqual(renewed, access_token);
  }),

  "a hidden frame without a session: login_required, at once": withCitizen(async (an) => {
    await an.open(frames);
    const { error } = await an.renew();
    assert.equal(error.error, "login_required");
  }),

  "whoever is signed in at one application is signed in at the next without a password": withCitizen(async (an) => {
    await an.signIn(frames);
    await an.page.goto(refreshes.site);
    await an.state();
    const { user, error } = await an.renew();
    assert.equal(error, undefined);
    assert.equal(user.profile.name, AN.name);
  }),

  "a revoked access token is refused at userinfo": withCitizen(async (an) => {
    await an.signIn(frames);
    const { access_token } = await an.user();
    const status = await an.page.evaluate(async (access_token) => {
      await manager.revokeTokens(["access_token"]);
      const { userinfo_endpoint } = await manager.metadataService.getMetadata();
      const answer = await fetch(userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } });
      return answer.status;
    }, access_token);
    assert.equal(status, 401);
  }),

  "signing out ends the session: a hidden frame no longer renews": withCitizen(async (an) => {
    await an.signIn(frames);
    await an.leave("signoutRedirect", { state: "left" });
    assert.equal(await an.state(), "signed out");
    assert.equal(new URL(an.page.url()).pathname, "/signed-out");
    await an.open(frames);
    assert.equal((await an.renew()).error.error, "login_required");
  }),

  "signing out in another tab is noticed by the session frame": withCitizen(async (an) => {
    await an.signIn(monitored);
    assert.ok((await an.user()).session_state);
    const elsewhere = new Citizen(an.context, await an.context.newPage());
    await elsewhere.signIn(frames);
    assert.deepEqual(await an.page.evaluate(() => happened), []);
    await elsewhere.leave("signoutRedirect", { state: "left" });
    await an.page.waitForFunction(() => happened.includes("signed out at the provider"));
  }),

  "a mistake: a scope that the application has no right to comes back as invalid_scope, named": withCitizen(async (an) => {
    await an.open(mistaken);
    await an.leave("signinRedirect");
    assert.match(await an.state(/^error/), /^error: invalid_scope: .*national_id/);
  }),

  "a mistake: a redirect URI that is not registered stays at SenID and is named": withCitizen(async (an) => {
    await an.open(frames);
    await an.leave("signinRedirect", { redirect_uri: `${frames.site}/calback` });
    assert.equal(new URL(an.page.url()).origin, ISSUER);
    assert.match(await an.page.locator("main").textContent(), /redirect_uri/);
  }),
});

await browser.close();
for (const { server } of Object.values(applications)) {
  server.close();
  server.closeAllConnections();
}
