// oauth4webapi (npm) as a portal uses it that must meet FAPI 2.0, and portals that have no browser in front of them: every
// answer is fetched and checked by name.

import assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";
import { fetchShowing, newCertificate, newKey } from "./keys.mjs";
import { loadModule } from "./packages.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { AN, ISSUER, allowDevice, answer, approve, refusal, register, runCases } from "./senid.mjs";

const oauth = await loadModule("oauth4webapi");

const SITE = "https://fapi-oauth4webapi.example/";
const REDIRECT_URI = `${SITE}callback`;
const SCOPE = "openid profile email offline_access";

const issuer = new URL(ISSUER);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));

const newBrowser = () => new PlainBrowser([SITE]);

// A portal as its program knows itself: who it is, how it proves that, and what goes with each of its requests.
class Portal {
  static async byKey(name, { algorithm = "ES256", ...metadata }) {
    const { key, jwks } = await newKey(algorithm);
    const { client_id } = register(portal(name, { token_endpoint_auth_method: "private_key_jwt", jwks, ...metadata }));
    return new Portal({ client_id }, oauth.PrivateKeyJwt(key), { key });
  }

  static async byCertificate(name, metadata) {
    const certificate = newCertificate(`fapi-oauth4webapi-${name}`);
    const method = { token_endpoint_auth_method: "tls_client_auth", tls_client_auth_subject_dn: certificate.dn };
    const { client_id } = register(portal(name, { ...method, ...metadata }));
    return new Portal({ client_id, use_mtls_endpoint_aliases: true }, oauth.TlsClientAuth(), {}).showing(certificate);
  }

  constructor(client, auth, { key, options = {} }) {
    Object.assign(this, { client, auth, key, options });
  }

  // The same, with other connections.
  showing(certificate) {
    const options = { ...this.options, [oauth.customFetch]: fetchShowing(certificate) };
    return new Portal(this.client, this.auth, { key: this.key, options });
  }

  // The same, with a key that its tokens are bound to.
  async withDpop() {
    const DPoP = oauth.DPoP(this.client, await oauth.generateKeyPair("ES256", { extractable: true }));
    return new Portal(this.client, this.auth, { key: this.key, options: { ...this.options, DPoP } });
  }

  // Sends a request, and once more where the server wants a nonce of its own in the proof.
  async #twice(send, process) {
    try {
      return await process(await send());
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return process(await send());
    }
  }

  push(parameters) {
    const { client, auth, options } = this;
    return this.#twice(
      () => oauth.pushedAuthorizationRequest(as, client, auth, parameters, options),
      (response) => oauth.processPushedAuthorizationResponse(as, client, response),
    );
  }

  redeem(callback, kept) {
    const { client, auth, options } = this;
    return this.#twice(
      () => oauth.authorizationCodeGrantRequest(as, client, auth, callback, REDIRECT_URI, kept.verifier, options),
      (response) =>
        oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: kept.nonce, requireIdToken: true }),
    );
  }

  refresh(token) {
    const { client, auth, options } = this;
    return this.#twice(
      () => oauth.refreshTokenGrantRequest(as, client, auth, token, options),
      (response) => oauth.processRefreshTokenResponse(as, client, response),
    );
  }

  userInfo(tokens, subject = oauth.getValidatedIdTokenClaims(tokens).sub) {
    const { client, options } = this;
    return this.#twice(
      () => oauth.userInfoRequest(as, client, tokens.access_token, options),
      (response) => oauth.processUserInfoResponse(as, client, subject, response),
    );
  }

  // What the portal asks for, and what it keeps meanwhile.
  async ask(parameters = {}) {
    const kept = {
      verifier: oauth.generateRandomCodeVerifier(),
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
    };
    const request = new URLSearchParams({
      client_id: this.client.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: "code",
      scope: SCOPE,
      code_challenge: await oauth.calculatePKCECodeChallenge(kept.verifier),
      code_challenge_method: "S256",
      state: kept.state,
      nonce: kept.nonce,
      ...parameters,
    });
    return { kept, request };
  }

  // The request as an object that the portal signed.
  async sign(request) {
    const object = await oauth.issueRequestObject(as, this.client, request, this.key);
    return new URLSearchParams({ client_id: this.client.client_id, request: object });
  }

  // Where An's browser is led by a request, at the front or pushed.
  async signIn(parameters) {
    const browser = newBrowser();
    const url = new URL(as.authorization_endpoint);
    url.search = new URLSearchParams(parameters);
    return (await answer(browser, await browser.open(url))).address;
  }

  async signInPushed(request) {
    const { request_uri } = await this.push(request);
    return this.signIn({ client_id: this.client.client_id, request_uri });
  }

  async tokens() {
    const { kept, request } = await this.ask();
    const address = await this.signInPushed(request);
    return this.redeem(oauth.validateAuthResponse(as, this.client, address, kept.state), kept);
  }
}

const portal = (name, metadata) =>
  ({ client_id: `fapi-oauth4webapi-${name}`, redirect_uris: [REDIRECT_URI], scope: SCOPE, ...metadata });

const confirmation = ({ access_token }) => JSON.parse(Buffer.from(access_token.split(".")[1], "base64url")).cnf;

// Asks until the answer is there, as often as the server allows.
async function poll({ interval = 5 }, ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error.error === "slow_down") interval += 5;
      else if (error.error !== "authorization_pending") throw error;
    }
    await after(interval * 1000);
  }
}

await runCases("oauth4webapi, advanced", {
  async "FAPI 2.0 with private_key_jwt and DPoP: every answer is accepted, and no other key is"() {
    const portal = await Portal.byKey("dpop", { policy: "fapi2", dpop_bound_access_tokens: true });
    const bound = await portal.withDpop();
    const tokens = await bound.tokens();
    assert.equal(tokens.token_type, "dpop");
    assert.equal(confirmation(tokens).jkt, await bound.options.DPoP.calculateThumbprint());
    assert.equal((await bound.userInfo(tokens)).name, AN.name);
    const refreshed = await bound.refresh(tokens.refresh_token);
    assert.equal((await bound.userInfo(refreshed, oauth.getValidatedIdTokenClaims(tokens).sub)).name, AN.name);

    const thief = await refusal((await portal.withDpop()).userInfo(tokens));
    assert.ok(thief instanceof oauth.WWWAuthenticateChallengeError, thief);
    assert.equal(thief.cause.find(({ scheme }) => scheme === "dpop").parameters.error, "invalid_token");
    assert.equal((await refusal(portal.refresh(tokens.refresh_token))).error, "invalid_dpop_proof");
  },

  async "FAPI 2.0 with mutual TLS: the certificate proves the client, and no other connection has its tokens"() {
    const bound = { policy: "fapi2", tls_client_certificate_bound_access_tokens: true };
    const portal = await Portal.byCertificate("mtls", bound);
    const tokens = await portal.tokens();
    assert.ok(confirmation(tokens)["x5t#S256"]);
    assert.equal((await portal.userInfo(tokens)).name, AN.name);
    const thief = portal.showing(newCertificate("fapi-oauth4webapi-thief"));
    const refused = await refusal(thief.userInfo(tokens));
    assert.equal(refused.cause[0].parameters.error, "invalid_token");
    assert.equal((await refusal(thief.refresh(tokens.refresh_token))).cause?.error ?? "invalid_client", "invalid_client");
  },

  async "FAPI 2.0 with mutual TLS and DPoP: a proof for the address that is asked, which is an alias"() {
    const portal = await (await Portal.byCertificate("mtls-dpop", { policy: "fapi2", dpop_bound_access_tokens: true })).withDpop();
    const tokens = await portal.tokens();
    assert.ok(confirmation(tokens).jkt);
    assert.equal((await portal.userInfo(tokens)).name, AN.name);
  },

  async "FAPI 2.0 Message Signing: the request object is pushed, and the answer's signature is checked"() {
    const portal = await (
      await Portal.byKey("signing", {
        policy: "fapi2-message-signing",
        algorithm: "PS256",
        dpop_bound_access_tokens: true,
        request_object_signing_alg: "PS256",
        authorization_signed_response_alg: "ES256",
        introspection_signed_response_alg: "ES256",
      })
    ).withDpop();
    const { kept, request } = await portal.ask({ response_mode: "jwt" });
    const address = await portal.signInPushed(await portal.sign(request));
    const callback = await oauth.validateJwtAuthResponse(as, portal.client, address, kept.state);
    const tokens = await portal.redeem(callback, kept);
    assert.equal((await portal.userInfo(tokens)).name, AN.name);
  },

  async "JAR and JARM for any client, at the front"() {
    const portal = await Portal.byKey("signed", { authorization_signed_response_alg: "ES256" });
    const { kept, request } = await portal.ask({ response_mode: "query.jwt" });
    const address = await portal.signIn(await portal.sign(request));
    const callback = await oauth.validateJwtAuthResponse(as, portal.client, address, kept.state);
    assert.equal((await portal.userInfo(await portal.redeem(callback, kept))).name, AN.name);
  },

  async "CIBA, polled: pending until An approves in her account"() {
    const { client, auth } = await Portal.byKey("ciba", {
      scope: "openid profile",
      grant_types: ["urn:openid:params:grant-type:ciba"],
      response_types: [],
      redirect_uris: [],
      backchannel_token_delivery_mode: "poll",
    });
    const binding_message = "Q8FT2";
    const asked = { scope: "openid profile", login_hint: AN.username, binding_message };
    const response = await oauth.backchannelAuthenticationRequest(as, client, auth, asked);
    const waiting = await oauth.processBackchannelAuthenticationResponse(as, client, response);
    const collect = async () => {
      const answered = await oauth.backchannelAuthenticationGrantRequest(as, client, auth, waiting.auth_req_id);
      return oauth.processBackchannelAuthenticationGrantResponse(as, client, answered);
    };
    assert.equal((await refusal(collect())).error, "authorization_pending");
    await approve(newBrowser(), binding_message);
    const tokens = await poll(waiting, collect);
    assert.ok(oauth.getValidatedIdTokenClaims(tokens).sub);
    assert.equal((await refusal(collect())).error, "invalid_grant");
  },

  async "device grant: pending until An has entered the code"() {
    const { client_id } = register(portal("device", {
      scope: "openid profile",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: "none",
      application_type: "native",
    }));
    const [client, auth] = [{ client_id }, oauth.None()];
    const response = await oauth.deviceAuthorizationRequest(as, client, auth, { scope: "openid profile" });
    const shown = await oauth.processDeviceAuthorizationResponse(as, client, response);
    const collect = async () => {
      const answered = await oauth.deviceCodeGrantRequest(as, client, auth, shown.device_code);
      return oauth.processDeviceCodeResponse(as, client, answered);
    };
    assert.equal((await refusal(collect())).error, "authorization_pending");
    await allowDevice(newBrowser(), shown);
    const tokens = await poll(shown, collect);
    assert.ok(oauth.getValidatedIdTokenClaims(tokens).sub);
  },
});
