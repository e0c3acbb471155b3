// Every page that SenID and the portal have, one after the other, as a citizen comes upon them.

import { PORTAL, SENID } from "./citizen.mjs";
import { formPost } from "./form-post.mjs";
import { saysWho } from "./registration.mjs";
import { withNeighbour } from "./neighbour.mjs";
import { TaxPortal } from "./tax-portal.mjs";
import { tourOfTheConsole } from "./tour-console.mjs";
import { tourOfTheStore } from "./tour-store.mjs";
import { tourOfStrength } from "./tour-strong.mjs";

const authorize = (parameters) => `${SENID}/authorize?${new URLSearchParams({ response_type: "code", ...parameters })}`;

// A request of the portal's with this `prompt`.
const asksToSignIn = (prompt) =>
  authorize({
    client_id: "demo-portal",
    redirect_uri: `${PORTAL}/callback`,
    scope: "openid",
    prompt,
    // RFC 7636, appendix B.
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  });

// A page that goes on by itself stays where its script does nothing.
const still = (citizen, script) =>
  citizen.page.route(`${SENID}/static/${script}.*.js`, (route) =>
    route.fulfill({ contentType: "text/javascript", body: "" }),
  );

// Leads the citizen to each page and calls `look` with its name there, once everything that it loads has come.
export async function tour(citizen, look) {
  const stop = async (name) => {
    await citizen.page.waitForLoadState();
    await look(name);
  };
  await citizen.withdraw();
  await citizen.context.clearCookies();

  await citizen.openPortal();
  await stop("portal");
  await citizen.press("portal-sign-in");
  await stop("signin");
  const signIn = citizen.page.url();
  await citizen.page.goto(`${signIn}/passkey`);
  await stop("signin-passkey");
  await citizen.page.goto(`${signIn}/register`);
  await stop("register");
  await citizen.press("continue");
  await stop("register-problem");
  // Nobody by this number, which shows nowhere.
  await saysWho(citizen, { username: "001192004599", name: "Đỗ Thị Không", birthdate: ["1", "1", "1992"] });
  await stop("register-code");
  await citizen.page.locator("#code").fill("000000");
  await citizen.press("continue");
  await stop("register-code-problem");
  await citizen.page.goto(signIn);
  await citizen.identify("00109012345");
  await stop("signin-problem");
  await citizen.identify();
  await stop("password");
  await citizen.enterPassword("khong phai mat khau nay");
  await stop("password-problem");
  await citizen.enterPassword();
  await stop("consent");
  await citizen.press("allow");
  await stop("portal-citizen");

  for (const [name, path] of [
    ["account", "/account"],
    ["account-passkey-new", "/account/security/passkeys/new"],
    ["account-sessions", "/account/sessions"],
    ["account-portals", "/account/portals"],
    ["account-activity", "/account/activity"],
    ["account-activity-filtered", "/account/activity?kind=sign-ins&from=2020-01-01"],
    ["account-data", "/account/data"],
    ["account-not-me", "/account/not-me"],
  ]) {
    await citizen.page.goto(SENID + path);
    await stop(name);
  }
  await citizen.page.goto(`${SENID}/account/portals`);
  await citizen.page.locator("a[href$='/withdraw']").first().click();
  await stop("account-withdraw");
  await citizen.page.goto(`${SENID}/logout`);
  await stop("signout");
  await citizen.press("logout-confirm");
  await stop("signedout");
  await citizen.page.goto(`${SENID}/account`);
  await stop("account-start");
  await citizen.page.goto(asksToSignIn("create"));
  await stop("create");

  await citizen.openPortal();
  if (await citizen.has("portal-sign-out")) await citizen.signOut();
  await stop("portal-signedout");
  await citizen.press("portal-sign-in");
  const begun = citizen.page.url();
  await citizen.press("cancel");
  await stop("portal-cancelled");
  await citizen.page.goto(`${PORTAL}/callback?code=made-up&state=made-up`);
  await stop("portal-error");

  // The page that sends itself, held for as long as it is looked at.
  await still(citizen, "form-post");
  await citizen.page.goto(formPost);
  await stop("form-post");

  await citizen.page.goto(begun);
  await stop("error-over");
  await citizen.page.goto(`${SENID}/nothing-here`);
  await stop("error-notfound");
  await citizen.page.goto(authorize({ client_id: "nobody", redirect_uri: `${PORTAL}/callback`, scope: "openid" }));
  await stop("error-portal");
  await citizen.page.goto(authorize({ client_id: "sandbox", redirect_uri: `${PORTAL}/callback`, scope: "openid" }));
  await stop("error-address");

  await atSharedDevice(citizen, stop);
  await atDevice(citizen, stop);
  await atTaxPortal(citizen, stop);
  await withNeighbour((neighbour) => atNeighbour(citizen, neighbour, stop));
  await tourOfTheStore(citizen, stop);
  await tourOfStrength(citizen, stop);
  await tourOfTheConsole(citizen, stop);
}

// The family's computer: who sits there first chose to be named.
async function atSharedDevice(citizen, stop) {
  await citizen.context.clearCookies();
  await citizen.openPortal();
  await citizen.press("portal-sign-in");
  await citizen.page.locator("#device").selectOption("name");
  await citizen.identify();
  await citizen.enterPassword();
  await citizen.page.goto(asksToSignIn("select_account"));
  await stop("signin-people");
  await citizen.press("sign-out");
  await citizen.press("person-1");
  await stop("password-chosen");
  await citizen.context.clearCookies();
}

// A sign-in that another device waits for: here it is this program.
async function atDevice(citizen, stop) {
  const asked = await fetch(`${SENID}/device_authorization`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa("sandbox:sandbox-secret-2026")}`,
      "user-agent": "Mozilla/5.0 (Linux; Android 14; SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0",
    },
    body: new URLSearchParams({ scope: "openid profile phone" }),
  });
  const { verification_uri, verification_uri_complete, user_code } = await asked.json();
  await citizen.page.goto(verification_uri);
  await stop("device");
  await citizen.page.fill("#user-code", "WDJB-MJH0");
  await citizen.press("continue");
  await stop("device-problem");
  await citizen.page.goto(verification_uri_complete);
  await citizen.page.locator("#hand-over summary").click();
  await stop("device-filled");
  await citizen.press("continue");
  await citizen.identify();
  await citizen.enterPassword();
  await citizen.page.locator("#user-code-shown", { hasText: user_code }).waitFor();
  await stop("device-request");
  await citizen.press("allow");
  await stop("device-allowed");
  await citizen.context.clearCookies();
}

// One payment to allow, at the portal and through the back channel.
async function atTaxPortal(citizen, stop) {
  const portal = await TaxPortal.open();
  await citizen.openAccount();
  await citizen.page.goto(portal.authorize());
  await stop("consent-details");

  await portal.ask(citizen.person);
  await citizen.page.goto(`${SENID}/account/requests`);
  await stop("account-requests");
  await citizen.page.locator(".request .actions a").click();
  await citizen.page.locator("#binding-message").waitFor();
  await stop("account-request");
  await citizen.press("allow");
  await stop("account-requests-allowed");
  await citizen.context.clearCookies();
}

// What people see only of a portal that registered itself, and that is told in a frame.
async function atNeighbour(citizen, neighbour, stop) {
  citizen.neighbours.push(neighbour.origin);
  const claims = JSON.stringify({ userinfo: { email: { essential: true }, birthdate: null } });
  await citizen.page.goto(neighbour.authorize({ claims }));
  await stop("signin-links");
  await citizen.identify();
  await citizen.enterPassword();
  await stop("consent-claims");
  await citizen.press("allow");
  await citizen.page.waitForURL(`${neighbour.origin}/callback*`);
  await citizen.openAccount("/account/portals");
  await stop("account-portals-links");
  await still(citizen, "signing-out");
  await citizen.page.goto(neighbour.logout());
  await stop("signout-portals");
  await citizen.press("logout-confirm");
  await stop("signing-out");
}
