// Another portal, on this machine: it registers itself as any developer's would, with a logo, a policy and terms, is told
// in a frame that somebody signed out, and answers in words what it received.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { PORTAL, SENID } from "./citizen.mjs";

// RFC 7636, appendix B.
const CHALLENGE = { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };
// One grey pixel.
const LOGO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNsaGj4DwAFhAKAjM1mJgAAAABJRU5ErkJggg==",
  "base64",
);

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

  #answer(request, response) {
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    this.visited.push(request.url);
    if (request.url === "/logo.png") return response.setHeader("content-type", "image/png").end(LOGO);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>Neighbour</title><h1>${new URL(request.url, this.origin).pathname}</h1>`);
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
        ...this.wishes,
      }),
    });
    const registered = await answer.json();
    assert.equal(answer.status, 201, JSON.stringify(registered));
    this.id = registered.client_id;
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
