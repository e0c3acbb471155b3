// Somebody with a browser: what they do, what they see, and what must not happen meanwhile.

import assert from "node:assert/strict";
import { chromium } from "./packages.mjs";

export const { SENID, PORTAL } = process.env;

export const AN = { name: "Nguyễn Văn An", username: "001090123456", password: "hoa-sen-demo-2026" };
export const BINH = { name: "Trần Thị Bình", username: "079192000123", password: "hoa-sen-demo-2026" };
export const CHAU = { name: "Lê Minh Châu", username: "048301004567", password: "hoa-sen-demo-2026" };

// How every browser of the tests is started.
export const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    // A page that a test writes itself has no address, and Chromium would keep it from framing one of this machine.
    "--disable-features=LocalNetworkAccessChecks",
  ],
};
const browser = await chromium.launch(LAUNCH);

export const closeBrowser = () => browser.close();

// What a test waits for at most: everything is on this machine.
const PATIENCE = 10_000;

export class Citizen {
  // Other sites that they may come to.
  neighbours = [];
  #complaints = [];

  // With a browser as new as everybody's, unless `open` opens another.
  static async arrive({ person = AN, language = "vi", script = true, open, ...options } = {}) {
    const wishes = { locale: language, javaScriptEnabled: script, reducedMotion: "reduce", ...options };
    const context = await (open ? open(wishes) : browser.newContext(wishes));
    const page = await context.newPage();
    return new Citizen(person, context, page);
  }

  constructor(person, context, page) {
    Object.assign(this, { person, context, page });
    context.setDefaultTimeout(PATIENCE);
    this.#watch();
  }

  // Fails the test if any page broke its own content policy, threw, or asked another origin for anything.
  async leave() {
    await this.context.close();
    assert.deepEqual(this.#complaints, []);
  }

  #watch() {
    this.page.on("console", (message) => {
      // Pages of errors are meant to have a status of errors.
      const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of");
      if (message.type() === "error" && !isStatus) this.#complaints.push(`console: ${message.text()}`);
    });
    this.page.on("pageerror", (error) => this.#complaints.push(`script: ${error.message}`));
    this.context.on("request", (request) => {
      const { origin } = new URL(request.url());
      const allowed = request.isNavigationRequest() ? [SENID, PORTAL, ...this.neighbours] : [new URL(request.frame().url()).origin];
      // Where the sandbox client's answers would arrive: nobody listens there.
      if (!allowed.includes(origin)) this.#complaints.push(`request from ${request.frame().url()} to ${request.url()}`);
    });
  }

  // What they do.

  async openPortal() {
    await this.page.goto(PORTAL);
  }

  // Until the portal shows a page again or SenID asks for something.
  async pressSignIn() {
    await this.openPortal();
    await this.press("portal-sign-in");
  }

  async press(id) {
    await Promise.all([this.page.waitForEvent("domcontentloaded"), this.page.locator(`#${id}`).click()]);
  }

  async identify(username = this.person.username) {
    await this.page.locator("#username").fill(username);
    await this.press("continue");
  }

  async enterPassword(password = this.person.password) {
    await this.page.locator("#password").fill(password);
    await this.press("login");
  }

  // From the portal's front page to the portal's page of the citizen, whatever is asked in between.
  async signIn() {
    await this.pressSignIn();
    if (await this.has("username")) await this.identify();
    if (await this.has("password")) await this.enterPassword();
    if (await this.has("allow")) await this.press("allow");
    await this.seesOwnPage();
  }

  // As when the portal's own session has ended and SenID's has not.
  async isForgottenByPortal() {
    await this.context.clearCookies({ name: "portal-session" });
  }

  async signOut() {
    await this.press("portal-sign-out");
  }

  async openAccount(path = "/account") {
    await this.page.goto(SENID + path);
    if (!(await this.has("account-sign-in"))) return;
    await this.press("account-sign-in");
    if (await this.has("username")) await this.identify();
    if (await this.has("password")) await this.enterPassword();
    await this.page.goto(SENID + path);
  }

  // Takes back whatever was allowed to any portal.
  async withdraw() {
    await this.openAccount("/account/portals");
    const portals = this.page.locator("a[href$='/withdraw']");
    for (let left = await portals.count(); left > 0; left--) {
      await portals.first().click();
      await this.page.waitForURL("**/withdraw");
      await this.press("withdraw-confirm");
      await this.page.goto(`${SENID}/account/portals`);
    }
  }

  // What they see.

  async has(id) {
    return (await this.page.locator(`#${id}`).count()) > 0;
  }

  async title() {
    return this.page.locator("h1").innerText();
  }

  async text(id) {
    return (await this.page.locator(`#${id}`).innerText()).replace(/\s+/g, " ").trim();
  }

  async sees(id) {
    assert.ok(await this.has(id), `no #${id} at ${this.page.url()}, but: ${await this.page.locator("body").innerText()}`);
  }

  async seesOwnPage() {
    await this.sees("citizen-name");
    assert.equal(await this.text("citizen-name"), this.person.name);
    assert.ok(this.page.url().startsWith(PORTAL));
  }

  async isAt(origin) {
    assert.equal(new URL(this.page.url()).origin, origin);
  }
}

// Runs `errand` with a citizen, who then leaves without complaints. A picture of the last page helps with a failure.
export async function withCitizen(options, errand) {
  const citizen = await Citizen.arrive(options);
  try {
    await errand(citizen);
  } catch (error) {
    error.message += `\nat ${citizen.page.url()}:\n${await citizen.page.locator("body").innerText().catch(() => "?")}`;
    await citizen.context.close();
    throw error;
  }
  await citizen.leave();
}
