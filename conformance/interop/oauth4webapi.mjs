// oauth4webapi (npm), as its users write it: every response is fetched and checked by name.

import assert from "node:assert/strict";
import { loadModule } from "./packages.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { AN, ISSUER, answer, refusal, register, runCases } from "./senid.mjs";

const oauth = await loadModule("oauth4webapi");

const SITE = "https://oauth4webapi.example/";
const REDIRECT_URI = `${SITE}callback`;
const SCOPE = "openid profile email offline_access";

const registration = register({
  client_id: "oauth4webapi",
  redirect_uris: [REDIRECT_URI],
  post_logout_redirect_uris: [SITE],
  scope: SCOPE,
});

const client = { client_id: registration.client_id };
const clientAuth = oauth.ClientSecretBasic(registration.client_secret);
const issuer = new URL(ISSUER);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));

const newBrowser = () => new PlainBrowser([SITE]);

// Sends a browser to SenID and signs in there: the answer's parameters, checked, and what was kept meanwhile.
async function authorize(browser, parameters = {}) {
  const kept = newSecrets();
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: SCOPE,
    code_challenge: await oauth.calculatePKCECodeChallenge(kept.verifier),
    code_challenge_method: "S256",
    state: kept.state,
    nonce: kept.nonce,
    ...parameters,
  });
  const { address } = await answer(browser, await browser.open(url));
  return { kept, callback: oauth.validateAuthResponse(as, client, address, kept.state) };
}

async function redeem({ kept, callback }, { auth = clientAuth, redirectUri = REDIRECT_URI } = {}) {
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, kept.verifier);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: kept.nonce,
    requireIdToken: true,
  });
  // The channel already proves the ID token; its signature is checked all the same.
  await oauth.validateApplicationLevelSignature(as, response);
  return tokens;
}

const tokensOf = async (browser, parameters) => redeem(await authorize(browser, parameters));

async function refresh(token) {
  const response = await oauth.refreshTokenGrantRequest(as, client, clientAuth, token);
  return oauth.processRefreshTokenResponse(as, client, response);
}

async function userInfo(tokens, subject) {
  const response = await oauth.userInfoRequest(as, client, tokens.access_token);
  return oauth.processUserInfoResponse(as, client, subject, response);
}

async function revoke(token, parameters) {
  const response = await oauth.revocationRequest(as, client, clientAuth, token, parameters);
  return oauth.processRevocationResponse(response);
}

// What an answer that the library refused says: a challenge is reported with its response, an error in JSON is read.
const bodyOf = async (error) => (error.error ? error : error.response.json());

const claimsOf = (tokens) => oauth.getValidatedIdTokenClaims(tokens);

// A client that is allowed an ID token through the browser, posted there by a page of SenID's (form_post).
const hybrid = register({
  client_id: "oauth4webapi-hybrid",
  redirect_uris: [REDIRECT_URI],
  response_types: ["code id_token"],
  scope: SCOPE,
});

// An's answer as a form that the browser brings to the redirect URI.
async function authorizeHybrid(kept, parameters = {}) {
  const browser = newBrowser();
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: hybrid.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: "code id_token",
    response_mode: "form_post",
    scope: SCOPE,
    code_challenge: await oauth.calculatePKCECodeChallenge(kept.verifier),
    code_challenge_method: "S256",
    state: kept.state,
    nonce: kept.nonce,
    ...parameters,
  });
  const page = await answer(browser, await browser.open(url));
  assert.equal(page.address.href, REDIRECT_URI);
  return page.form;
}

const newSecrets = () => ({
  verifier: oauth.generateRandomCodeVerifier(),
  state: oauth.generateRandomState(),
  nonce: oauth.generateRandomNonce(),
});

await runCases("oauth4webapi", {
  async "code with PKCE: the answer, its issuer, the ID token and its signature are all accepted"() {
    const tokens = await tokensOf(newBrowser());
    const claims = claimsOf(tokens);
    assert.equal(claims.iss, ISSUER);
    assert.ok(claims.sub && claims.auth_time && tokens.refresh_token);
    assert.equal(tokens.token_type, "bearer");
  },

  async "userinfo is about the same person"() {
    const tokens = await tokensOf(newBrowser());
    const claims = await userInfo(tokens, claimsOf(tokens).sub);
    assert.equal(claims.name, AN.name);
    assert.equal(claims.email_verified, true);
  },

  async "a refresh token brings new tokens about the same person"() {
    const first = await tokensOf(newBrowser());
    const second = await refresh(first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(claimsOf(second).sub, claimsOf(first).sub);
    assert.equal(claimsOf(second).nonce, undefined, "Core §12.2");
    assert.equal((await userInfo(second, claimsOf(first).sub)).name, AN.name);
  },

  async "a refresh whose answer was lost is asked for again, and brings the same successor"() {
    const { refresh_token } = await tokensOf(newBrowser());
    const [once, again] = [await refresh(refresh_token), await refresh(refresh_token)];
    assert.equal(again.refresh_token, once.refresh_token);
  },

  async "a revoked refresh token is over"() {
    const tokens = await tokensOf(newBrowser());
    await revoke(tokens.refresh_token, { additionalParameters: { token_type_hint: "refresh_token" } });
    const error = await refusal(refresh(tokens.refresh_token));
    assert.ok(error instanceof oauth.ResponseBodyError, error);
    assert.equal(error.error, "invalid_grant");
  },

  async "a revoked access token is challenged at userinfo with what is wrong"() {
    const tokens = await tokensOf(newBrowser());
    await revoke(tokens.access_token);
    const error = await refusal(userInfo(tokens, claimsOf(tokens).sub));
    assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, error);
    const [{ scheme, parameters }] = error.cause;
    assert.deepEqual([scheme, parameters.error], ["bearer", "invalid_token"]);
    assert.ok(parameters.error_description, "nobody said what is wrong with it");
  },

  async "revoking what nobody issued is answered like any other revocation (RFC 7009 §2.2)"() {
    await revoke("nobody-issued-this");
  },

  async "max_age is kept: auth_time is told and later than the last sign-in"() {
    const browser = newBrowser();
    const first = claimsOf(await tokensOf(browser));
    const authorized = await authorize(browser, { max_age: "3600" });
    const response = await oauth.authorizationCodeGrantRequest(
      as, client, clientAuth, authorized.callback, REDIRECT_URI, authorized.kept.verifier,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: authorized.kept.nonce,
      maxAge: 3600,
    });
    assert.equal(claimsOf(tokens).auth_time, first.auth_time);
  },

  async "hybrid, code id_token by form_post: c_hash and the signature hold, and the code is exchanged"() {
    const kept = newSecrets();
    const form = await authorizeHybrid(kept);
    const client = { client_id: hybrid.client_id };
    const auth = oauth.ClientSecretBasic(hybrid.client_secret);
    const callback = await oauth.validateCodeIdTokenResponse(as, client, form, kept.nonce, kept.state);
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, REDIRECT_URI, kept.verifier);
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: kept.nonce, requireIdToken: true });
    assert.equal((await userInfo(tokens, claimsOf(tokens).sub)).name, AN.name);
  },

  async "hybrid: a code that was put in the place of another's is noticed by its hash"() {
    const kept = newSecrets();
    const form = await authorizeHybrid(kept);
    form.set("code", (await authorizeHybrid(newSecrets())).get("code"));
    const client = { client_id: hybrid.client_id };
    const error = await refusal(oauth.validateCodeIdTokenResponse(as, client, form, kept.nonce, kept.state));
    assert.match(error.message, /c_hash/);
  },

  async "a mistake: another redirect_uri at the token endpoint is named"() {
    const error = await refusal(redeem(await authorize(newBrowser()), { redirectUri: SITE }));
    assert.equal(error.error, "invalid_grant");
    assert.match(error.error_description, /redirect_uri/);
  },

  async "a mistake: a wrong secret is challenged, and the answer says so"() {
    const error = await refusal(redeem(await authorize(newBrowser()), { auth: oauth.ClientSecretBasic("not-the-secret") }));
    assert.equal(error.status, 401);
    const body = await bodyOf(error);
    assert.equal(body.error, "invalid_client");
    assert.match(body.error_description, /wrong secret/);
  },

  async "a secret in the form instead of the header is as good"() {
    const auth = oauth.ClientSecretPost(registration.client_secret);
    assert.ok((await redeem(await authorize(newBrowser()), { auth })).access_token);
  },

  async "a mistake: no secret at all is invalid_client"() {
    const error = await refusal(redeem(await authorize(newBrowser()), { auth: oauth.None() }));
    assert.equal((await bodyOf(error)).error, "invalid_client");
  },

  async "a mistake: a response type that is not offered comes back with its name"() {
    const url = new URL(as.authorization_endpoint);
    const parameters = { client_id: client.client_id, redirect_uri: REDIRECT_URI, scope: SCOPE, state: "s" };
    url.search = new URLSearchParams({ ...parameters, response_type: "code2" });
    const { address } = await newBrowser().open(url);
    const error = await refusal((async () => oauth.validateAuthResponse(as, client, address, "s"))());
    assert.ok(error instanceof oauth.AuthorizationResponseError, error);
    assert.equal(error.error, "unsupported_response_type");
    assert.match(error.error_description, /response_type/);
  },
});
