// Another portal, on this machine: it registers itself as any developer's would, with a policy and terms, and is told in a
// frame that somebody signed out.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { SENID } from "./citizen.mjs";
import { administer } from "./operator.mjs";

// RFC 7636, appendix B.
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };

export class Neighbour {
  // The addresses that were asked for, in their order.
  visited = [];

  static async open() {
    const neighbour = new Neighbour();
    neighbour.server = createServer((request, response) => neighbour.#answer(request, response));
    await new Promise((listening) => neighbour.server.listen(0, "127.0.0.1", listening));
    neighbour.origin = `http://localhost:${neighbour.server.address().port}`;
    await neighbour.#register();
    return neighbour;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async #answer(request, response) {
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    this.visited.push(request.url);
    const { pathname, searchParams } = new URL(request.url, this.origin);
    if (pathname === "/callback" && searchParams.has("code")) await this.#redeem(searchParams.get("code"));
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end('<!doctype html><html lang="en"><title>Neighbour</title><h1>Neighbour</h1></html>');
  }

  // From then on it takes part in the person's session.
  async #redeem(code) {
    const answer = await fetch(`${SENID}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: this.id,
        redirect_uri: `${this.origin}/callback`,
        code,
        code_verifier: VERIFIER,
      }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }

  async #register() {
    const answer = await fetch(`${SENID}/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        application_type: "native",
        token_endpoint_auth_method: "none",
        client_name: "Thư viện Hàng xóm",
        redirect_uris: [`${this.origin}/callback`],
        post_logout_redirect_uris: [`${this.origin}/goodbye`],
        frontchannel_logout_uri: `${this.origin}/sign-out`,
        policy_uri: `${this.origin}/policy`,
        tos_uri: `${this.origin}/terms`,
      }),
    });
    const registered = await answer.json();
    assert.equal(answer.status, 201, JSON.stringify(registered));
    this.id = registered.client_id;
    // Until somebody has looked at it, it is off.
    administer(["client", "enable", this.id]);
  }

  // The addresses of one path that were asked for.
  visits(path) {
    return this.visited.map((url) => new URL(url, this.origin)).filter(({ pathname }) => pathname === path);
  }

  authorize(parameters = {}) {
    const request = { response_type: "code", client_id: this.id, redirect_uri: `${this.origin}/callback`, ...CHALLENGE };
    return `${SENID}/authorize?${new URLSearchParams({ ...request, scope: "openid", state: "s", ...parameters })}`;
  }

  logout() {
    const parameters = { client_id: this.id, post_logout_redirect_uri: `${this.origin}/goodbye`, state: "s" };
    return `${SENID}/logout?${new URLSearchParams(parameters)}`;
  }
}

// Runs `errand` with a neighbour, who then closes.
export async function withNeighbour(errand) {
  const neighbour = await Neighbour.open();
  try {
    await errand(neighbour);
  } finally {
    neighbour.close();
  }
}
