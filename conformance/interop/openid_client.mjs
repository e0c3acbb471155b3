// openid-client (npm), as its users write it.

import assert from "node:assert/strict";
import { loadModule } from "./packages.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { AN, ISSUER, answer, refusal, register, runCases } from "./senid.mjs";

const client = await loadModule("openid-client");

const SITE = "https://openid-client.example/";
const REDIRECT_URI = `${SITE}callback`;
const SCOPE = "openid profile email phone address offline_access";

const registration = register({
  client_id: "openid-client",
  redirect_uris: [REDIRECT_URI],
  post_logout_redirect_uris: [SITE],
  scope: SCOPE,
});

// One that is allowed ID tokens through the browser.
const frontChannel = register({
  client_id: "openid-client-front-channel",
  redirect_uris: [REDIRECT_URI],
  response_types: ["id_token", "code id_token"],
  scope: SCOPE,
});

const discover = (secret = registration.client_secret, client_id = registration.client_id) =>
  client.discovery(new URL(ISSUER), client_id, secret);

const config = await discover();

// What a relying party keeps between sending a browser away and its coming back.
async function begin(parameters = {}, provider = config) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return { url, checks };
}

const newBrowser = () => new PlainBrowser([SITE]);

// What An does at SenID: the answer's address at the relying party.
const signIn = async (browser, url) => (await answer(browser, await browser.open(url))).address;

async function tokensOf(browser, parameters) {
  const { url, checks } = await begin(parameters);
  return client.authorizationCodeGrant(config, await signIn(browser, url), checks);
}

const cases = {
  async "discovery names the endpoints and only what is supported"() {
    const metadata = config.serverMetadata();
    assert.equal(metadata.issuer, ISSUER);
    assert.ok(metadata.supportsPKCE("S256") && !metadata.code_challenge_methods_supported.includes("plain"));
    assert.ok(metadata.authorization_response_iss_parameter_supported);
    assert.ok(metadata.response_types_supported.includes("code"));
    for (const endpoint of ["end_session_endpoint", "revocation_endpoint", "userinfo_endpoint", "jwks_uri"]) {
      assert.ok(metadata[endpoint].startsWith(`${ISSUER}/`), endpoint);
    }
  },

  async "code with PKCE: an ID token, then userinfo about the same person"() {
    const tokens = await tokensOf(newBrowser());
    const claims = tokens.claims();
    assert.equal(claims.aud, registration.client_id);
    assert.equal(tokens.token_type.toLowerCase(), "bearer");
    assert.ok(tokens.expiresIn() > 0 && tokens.refresh_token && claims.sid && claims.auth_time);
    const userInfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(userInfo.name, AN.name);
    for (const claim of ["birthdate", "email", "phone_number", "address"]) assert.ok(userInfo[claim], claim);
    assert.equal(userInfo.national_id, undefined, "nobody approved the national identifier for this client");
  },

  async "a refresh token brings another and an ID token about the same sign-in"() {
    const first = await tokensOf(newBrowser());
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.notEqual(second.access_token, first.access_token);
    assert.equal(second.claims().sub, first.claims().sub);
    assert.equal(second.claims().auth_time, first.claims().auth_time);
    const third = await client.refreshTokenGrant(config, second.refresh_token, { scope: "openid profile" });
    const userInfo = await client.fetchUserInfo(config, third.access_token, first.claims().sub);
    assert.equal(userInfo.name, AN.name);
    assert.equal(userInfo.email, undefined);
  },

  async "a refresh token that was used two generations ago ends its whole sign-in"() {
    const first = await tokensOf(newBrowser());
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    const third = await client.refreshTokenGrant(config, second.refresh_token);
    assert.equal((await refusal(client.refreshTokenGrant(config, first.refresh_token))).error, "invalid_grant");
    assert.equal((await refusal(client.refreshTokenGrant(config, third.refresh_token))).error, "invalid_grant");
  },

  async "a revoked refresh token is over, and so is the access token beside it"() {
    const tokens = await tokensOf(newBrowser());
    await client.tokenRevocation(config, tokens.refresh_token);
    const error = await refusal(client.refreshTokenGrant(config, tokens.refresh_token));
    assert.equal(error.error, "invalid_grant");
    const challenge = await refusal(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
    assert.equal(challenge.cause[0].parameters.error, "invalid_token");
  },

  async "a revoked access token is refused at userinfo"() {
    const tokens = await tokensOf(newBrowser());
    await client.tokenRevocation(config, tokens.access_token, { token_type_hint: "access_token" });
    const challenge = await refusal(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
    assert.equal(challenge.cause[0].parameters.error, "invalid_token");
  },

  async "whoever is signed in is known without a page, and consent is not asked twice"() {
    const browser = newBrowser();
    const first = await tokensOf(browser);
    const { url, checks } = await begin({ prompt: "none" });
    const silent = await browser.open(url);
    const tokens = await client.authorizationCodeGrant(config, silent.address, checks);
    assert.equal(tokens.claims().sub, first.claims().sub);
    assert.equal(tokens.claims().auth_time, first.claims().auth_time);
  },

  async "prompt=none without a session: login_required"() {
    const { url, checks } = await begin({ prompt: "none" });
    const answer = await newBrowser().open(url);
    const error = await refusal(client.authorizationCodeGrant(config, answer.address, checks));
    assert.equal(error.error, "login_required");
  },

  async "max_age=0 asks for the password again"() {
    const browser = newBrowser();
    await tokensOf(browser);
    const { url } = await begin({ max_age: "0" });
    const page = await browser.open(url);
    assert.ok(page.has("username") || page.has("password"), page.text);
  },

  async "signing out with an ID token ends the session and comes back with the state"() {
    const browser = newBrowser();
    const tokens = await tokensOf(browser);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: SITE,
      state: "after sign-out",
    });
    const answer = await browser.open(url);
    assert.ok(answer.address.href.startsWith(SITE), answer.text);
    assert.equal(answer.address.searchParams.get("state"), "after sign-out");
    const { url: silent, checks } = await begin({ prompt: "none" });
    const error = await refusal(
      client.authorizationCodeGrant(config, (await browser.open(silent)).address, checks),
    );
    assert.equal(error.error, "login_required");
  },

  async "signing out without an ID token asks first"() {
    const browser = newBrowser();
    await tokensOf(browser);
    const question = await browser.open(config.serverMetadata().end_session_endpoint);
    const page = await browser.press(question, "logout-confirm");
    assert.ok(page.has("signed-out"), page.text);
  },

  async "a code is redeemed once; used again, it ends what the first use brought"() {
    const { url, checks } = await begin();
    const answer = await signIn(newBrowser(), url);
    const tokens = await client.authorizationCodeGrant(config, answer, checks);
    const error = await refusal(client.authorizationCodeGrant(config, answer, checks));
    assert.equal(error.error, "invalid_grant");
    assert.match(error.error_description, /already (been )?used/);
    assert.equal((await refusal(client.refreshTokenGrant(config, tokens.refresh_token))).error, "invalid_grant");
  },

  async "a code without its verifier is worth nothing"() {
    const { url, checks } = await begin();
    const answer = await signIn(newBrowser(), url);
    const stolen = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
    assert.equal((await refusal(client.authorizationCodeGrant(config, answer, stolen))).error, "invalid_grant");
  },

  async "a wrong secret: invalid_client, and the code stays good"() {
    const { url, checks } = await begin();
    const answer = await signIn(newBrowser(), url);
    const wrong = await discover("not-the-secret-2026");
    const error = await refusal(client.authorizationCodeGrant(wrong, answer, checks));
    assert.equal(error.error, "invalid_client");
    assert.match(error.error_description, /wrong secret/);
    assert.ok((await client.authorizationCodeGrant(config, answer, checks)).access_token);
  },

  async "hybrid, code id_token in the fragment: both halves are about the same person"() {
    const provider = await discover(frontChannel.client_secret, frontChannel.client_id);
    client.useCodeIdTokenResponseType(provider);
    const { url, checks } = await begin({}, provider);
    const answer = await signIn(newBrowser(), url);
    assert.ok(answer.hash.includes("id_token=") && !answer.search, "nothing in the query, which servers log");
    const tokens = await client.authorizationCodeGrant(provider, answer, checks);
    assert.ok(tokens.access_token && tokens.claims().sub);
  },

  async "implicit, id_token alone: an identity and no access"() {
    const provider = await discover(frontChannel.client_secret, frontChannel.client_id);
    client.useIdTokenResponseType(provider);
    const nonce = client.randomNonce();
    const state = client.randomState();
    const scope = "openid profile";
    const url = client.buildAuthorizationUrl(provider, { redirect_uri: REDIRECT_URI, scope, nonce, state });
    const answer = await signIn(newBrowser(), url);
    const claims = await client.implicitAuthentication(provider, answer, nonce, { expectedState: state });
    assert.equal(claims.aud, frontChannel.client_id);
    assert.equal(claims.name, AN.name, "without an access token there is no userinfo to ask (Core §5.4)");
    assert.ok(!answer.hash.includes("access_token"));
  },

  async "registering itself with a key of its own: ID tokens come encrypted to it"() {
    const keys = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const kid = "for-encryption";
    const jwk = { ...(await crypto.subtle.exportKey("jwk", keys.publicKey)), use: "enc", alg: "ECDH-ES", kid };
    const registered = await client.dynamicClientRegistration(new URL(ISSUER), {
      client_name: "openid-client by itself",
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code", "refresh_token"],
      jwks: { keys: [jwk] },
      id_token_encrypted_response_alg: "ECDH-ES",
      id_token_encrypted_response_enc: "A256GCM",
    });
    client.enableDecryptingResponses(registered, ["A256GCM"], { key: keys.privateKey, alg: "ECDH-ES", kid });
    const { url, checks } = await begin({}, registered);
    const tokens = await client.authorizationCodeGrant(registered, await signIn(newBrowser(), url), checks);
    assert.equal(tokens.id_token.split(".").length, 5, "a JWE");
    assert.equal(tokens.claims().aud, registered.clientMetadata().client_id);
    assert.equal((await client.fetchUserInfo(registered, tokens.access_token, tokens.claims().sub)).name, AN.name);
  },

  async "a mistake: metadata that cannot be honoured is refused at registration, and named"() {
    const metadata = { redirect_uris: [`${REDIRECT_URI}#fragment`] };
    const error = await refusal(client.dynamicClientRegistration(new URL(ISSUER), metadata));
    assert.equal(error.error, "invalid_redirect_uri");
    assert.match(error.error_description, /fragment/);
  },

  async "a mistake: a response type that the client is not allowed is unauthorized_client, and named"() {
    const { url, checks } = await begin({ response_type: "code id_token" });
    const { address } = await newBrowser().open(url);
    const parameters = new URLSearchParams(address.hash.slice(1));
    assert.equal(parameters.get("error"), "unauthorized_client");
    assert.match(parameters.get("error_description"), /code id_token/);
    assert.equal(parameters.get("state"), checks.expectedState);
  },

  async "denying consent: access_denied"() {
    const browser = newBrowser();
    const { url, checks } = await begin({ prompt: "consent" });
    let page = await browser.open(url);
    page = await browser.press(page, "continue", { username: AN.username });
    page = await browser.press(page, "login", { password: AN.password });
    const answer = await browser.press(page, "deny");
    const error = await refusal(client.authorizationCodeGrant(config, answer.address, checks));
    assert.equal(error.error, "access_denied");
  },

  async "a redirect URI that is not registered is never followed"() {
    const { url } = await begin({ redirect_uri: `${SITE}callbak` });
    const page = await newBrowser().open(url);
    assert.equal(page.status, 400);
    assert.match(page.text, /The return address is not valid/);
    assert.match(page.text, /redirect_uri/);
  },

  async "a client that nobody registered gets a page that says so"() {
    const { url } = await begin({ client_id: "nobody" });
    const page = await newBrowser().open(url);
    assert.equal(page.status, 400);
    assert.match(page.text, /This portal is not registered/);
  },

  async "a scope that the client has no right to: invalid_scope, with the scope named"() {
    const { url, checks } = await begin({ scope: "openid national_id" });
    const answer = await newBrowser().open(url);
    const error = await refusal(client.authorizationCodeGrant(config, answer.address, checks));
    assert.equal(error.error, "invalid_scope");
    assert.match(error.error_description, /national_id/);
  },
};

await runCases("openid-client", cases);
