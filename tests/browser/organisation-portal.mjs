// A portal with a server of its own, which asks in whose name its people act, and hears when a mandate is over.

import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { SENID } from "./citizen.mjs";
import { administer } from "./operator.mjs";

// RFC 7636, appendix B.
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SCOPE = "openid profile email organisation";
// What the law lets it be told, and what of that its people choose.
const LAW = [
  ...["--legal-basis", "public_task", "--claim-basis", "gender=consent", "--claim-basis", "email=consent"],
  ...["--claim-purpose", "email:vi=gửi kết quả hồ sơ", "--claim-purpose", "email:en=send what was decided"],
];
const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

export class OrganisationPortal {
  #server;
  #sessions = new Map();

  static async open() {
    const opened = new OrganisationPortal();
    opened.#server = createServer((request, response) => opened.#serve(request, response));
    await new Promise((listening) => opened.#server.listen(0, "127.0.0.1", listening));
    opened.origin = `http://localhost:${opened.#server.address().port}`;
    opened.id = `trade-${randomUUID()}`;
    opened.secret = randomUUID();
    const words = ["--name", "vi=Cổng Doanh nghiệp", "--name", "en=Business Portal", "--verified"];
    const purpose = ["--purpose", "vi=nộp hồ sơ thay doanh nghiệp", "--purpose", "en=file papers for a company"];
    const own = ["--redirect-uri", `${opened.origin}/callback`, "--sector", "trade.senid.example", "--secret-stdin"];
    const logout = ["--backchannel-logout-uri", `${opened.origin}/signed-out`];
    const scope = ["--scope", SCOPE];
    administer(["client", "create", opened.id, ...words, ...purpose, ...scope, ...LAW, ...own, ...logout], opened.secret);
    await opened.#isKnown();
    return opened;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  get start() {
    return `${this.origin}/`;
  }

  // The running server follows the command line within seconds.
  async #isKnown() {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(this.#authorize("probe"), { redirect: "manual" });
      if (answer.status === 303) return;
      await pause(100);
    }
    throw new Error("the server has not heard of the portal");
  }

  #authorize(state) {
    const parameters = {
      response_type: "code",
      client_id: this.id,
      redirect_uri: `${this.origin}/callback`,
      scope: SCOPE,
      state,
      code_challenge: CHALLENGE,
      code_challenge_method: "S256",
    };
    return `${SENID}/authorize?${new URLSearchParams(parameters)}`;
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.origin);
    const page = (html) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(`<!doctype html><html lang="vi"><link rel="icon" href="data:,"><title>Cổng</title>${html}</html>`);
    };
    const leave = (where, cookie) => {
      response.writeHead(303, cookie ? { location: where, "set-cookie": cookie } : { location: where });
      response.end();
    };
    if (url.pathname === "/sign-in") return leave(this.#authorize(randomUUID()));
    if (url.pathname === "/callback") {
      const claims = await this.#exchange(url.searchParams.get("code"));
      const key = randomBytes(16).toString("hex");
      this.#sessions.set(key, claims);
      return leave("/", `trade=${key}; HttpOnly; Path=/`);
    }
    if (url.pathname === "/signed-out") {
      let body = "";
      for await (const part of request) body += part;
      const { sid } = claimsOf(new URLSearchParams(body).get("logout_token"));
      for (const [key, claims] of this.#sessions) if (claims.sid === sid) this.#sessions.delete(key);
      return response.end();
    }
    const key = /trade=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1];
    const claims = this.#sessions.get(key);
    if (!claims) return page(`<p id="nobody">Chưa đăng nhập</p><a id="sign-in" href="/sign-in">Đăng nhập</a>`);
    const { organisation } = claims;
    const whom = organisation ? `${organisation.name} · ${organisation.code} · ${organisation.role}` : "chính mình";
    return page(`<p id="for">${whom}</p>`);
  }

  async #exchange(code) {
    const authorization = `Basic ${btoa(`${this.id}:${this.secret}`)}`;
    const redirect_uri = `${this.origin}/callback`;
    const form = { grant_type: "authorization_code", code, redirect_uri, code_verifier: VERIFIER };
    const answer = await fetch(`${SENID}/token`, { method: "POST", headers: { authorization }, body: new URLSearchParams(form) });
    const tokens = await answer.json();
    if (!tokens.id_token) throw new Error(JSON.stringify(tokens));
    return claimsOf(tokens.id_token);
  }
}
