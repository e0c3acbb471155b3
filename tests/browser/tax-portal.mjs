// A portal that the authority registered, with the command line as an operator would: it asks for one payment at a time (RFC
// 9396), for what a resource server holds (RFC 8707), and asks people who are elsewhere (CIBA).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PORTAL, SENID } from "./citizen.mjs";
import { administer } from "./operator.mjs";

const { DEMO_DATA } = process.env;
const RECORDS = "https://tax.senid.example/api";
const PAYMENT = "https://tax.senid.example/payment";
const CIBA = "urn:openid:params:grant-type:ciba";
export const MESSAGE = "HS-2026/118";

const text = (maxLength) => ({ type: "string", maxLength });
const SCHEMA = {
  type: "object",
  properties: {
    type: { const: PAYMENT },
    amount: { type: "string", pattern: "^[0-9]{1,15}$" },
    for: text(100),
    due: { type: "string", format: "date" },
    file: text(40),
  },
  required: ["type", "amount", "for"],
  additionalProperties: false,
};
const DETAILS = JSON.stringify([
  { type: PAYMENT, amount: "1250000", for: "Lệ phí trước bạ nhà đất", due: "2026-12-15", file: MESSAGE },
]);

// `option` once for each language.
const localised = (option, texts) => Object.entries(texts).flatMap(([language, said]) => [option, `${language}=${said}`]);

const portal = [
  ...localised("--name", { vi: "Cổng Thuế", en: "Tax Portal", fr: "Portail fiscal", ru: "Налоговый портал" }),
  ...localised("--organisation", { vi: "Cục Thuế (minh họa)", en: "Tax Department (demonstration)" }),
  ...localised("--purpose", {
    vi: "nộp lệ phí trước bạ",
    en: "pay the registration fee",
    fr: "payer les droits d’enregistrement",
    ru: "уплатить регистрационный сбор",
  }),
  ...["--verified", "--scope", "openid profile tax.read", "--authorization-details-type", PAYMENT],
  ...["--grant-type", "authorization_code", "--grant-type", CIBA, "--backchannel-token-delivery-mode", "poll"],
];

const records = [
  ...localised("--name", { vi: "Hồ sơ thuế", en: "Tax records", fr: "Dossier fiscal", ru: "Налоговое дело" }),
  ...["--scope", "tax.read", "--authorization-details-type", PAYMENT],
  ...localised("--description", {
    "tax.read vi": "Xem các khoản thuế phải nộp",
    "tax.read en": "See the taxes you owe",
    "tax.read fr": "Voir vos impôts à payer",
    "tax.read ru": "Видеть налоги к уплате",
  }),
];

const payment = [
  ...localised("--title", { vi: "Nộp lệ phí", en: "Payment", fr: "Paiement", ru: "Платёж" }),
  ...localised("--template", {
    vi: "Nộp {amount | number} đồng: {for}[, trước ngày {due | date}]",
    en: "Pay {amount | number} dong: {for}[, by {due | date}]",
    fr: "Payer {amount | number} dongs : {for}[, avant le {due | date}]",
    ru: "Уплатить {amount | number} донгов: {for}[, до {due | date}]",
  }),
];

export class TaxPortal {
  static #known = false;

  // Under a name of its own: how often a client may ask somebody is limited, and many tests ask.
  static async open() {
    if (!TaxPortal.#known) {
      const schema = join(DEMO_DATA, "payment.schema.json");
      writeFileSync(schema, JSON.stringify(SCHEMA));
      administer(["details", "create", PAYMENT, "--schema", schema, ...payment]);
      administer(["resource", "create", RECORDS, ...records]);
      TaxPortal.#known = true;
    }
    const opened = new TaxPortal();
    opened.id = `tax-${randomUUID()}`;
    opened.secret = randomUUID();
    const own = ["--redirect-uri", `${PORTAL}/callback`, "--sector", "tax.senid.example", "--secret-stdin"];
    administer(["client", "create", opened.id, ...portal, ...own], opened.secret);
    await opened.#isFollowed();
    return opened;
  }

  // The running server follows the command line within seconds: each registry by itself.
  async #isFollowed() {
    for (let tries = 0; tries < 100; tries++) {
      const { error } = await this.#post("/par", { ...this.#request(), response_type: "code", resource: RECORDS });
      if (!error) return;
      await pause(100);
    }
    assert.fail("the server has not heard of the tax portal");
  }

  #request() {
    return {
      scope: "openid profile tax.read",
      redirect_uri: `${PORTAL}/callback`,
      authorization_details: DETAILS,
      // RFC 7636, appendix B.
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    };
  }

  async #post(path, form) {
    const authorization = `Basic ${btoa(`${this.id}:${this.secret}`)}`;
    const answer = await fetch(SENID + path, { method: "POST", headers: { authorization }, body: new URLSearchParams(form) });
    return answer.json();
  }

  authorize() {
    const parameters = { ...this.#request(), response_type: "code", client_id: this.id, state: "s" };
    return `${SENID}/authorize?${new URLSearchParams(parameters)}`;
  }

  // Asks the person through the back channel.
  async ask(person, message = MESSAGE) {
    const { scope, authorization_details } = this.#request();
    const form = { scope, authorization_details, login_hint: person.username, binding_message: message };
    const asked = await this.#post("/bc-authorize", form);
    assert.ok(asked.auth_req_id, JSON.stringify(asked));
    this.asked = asked.auth_req_id;
  }

  // What has become of what it asked last.
  outcome() {
    return this.#post("/token", { grant_type: CIBA, auth_req_id: this.asked });
  }
}
