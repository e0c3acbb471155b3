// openid-client (npm) as a portal uses it that must meet FAPI 2.0, and portals that have no browser in front of them.

import assert from "node:assert/strict";
import { fetchShowing, newCertificate, newKey, ownCertificate } from "./keys.mjs";
import { loadModule } from "./packages.mjs";
import { PlainBrowser } from "./plain_browser.mjs";
import { AN, ISSUER, allowDevice, answer, approve, refusal, register, runCases } from "./senid.mjs";

const client = await loadModule("openid-client");

const SITE = "https://fapi-openid-client.example/";
const REDIRECT_URI = `${SITE}callback`;
const SCOPE = "openid profile email offline_access";

// A portal of this name: what every one here registers, and what this one does beside.
const portal = (client_id, metadata) =>
  register({ client_id: `fapi-openid-client-${client_id}`, redirect_uris: [REDIRECT_URI], scope: SCOPE, ...metadata });

const configure = (registration, auth, metadata = {}, fetch = undefined) =>
  client.discovery(new URL(ISSUER), registration.client_id, metadata, auth, fetch && { [client.customFetch]: fetch });

const byKey = async (client_id, metadata) => {
  const { key, jwks } = await newKey(metadata.algorithm);
  const { algorithm, ...rest } = metadata;
  const registration = portal(client_id, { token_endpoint_auth_method: "private_key_jwt", jwks, ...rest });
  return { key, registration, config: await configure(registration, client.PrivateKeyJwt(key)) };
};

const newBrowser = () => new PlainBrowser([SITE]);

async function requested(parameters = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const request = {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  };
  return { request, checks };
}

// An's answer to a request: the address at the relying party.
async function signIn(url) {
  const browser = newBrowser();
  return (await answer(browser, await browser.open(url))).address;
}

// Signs An in through a request that was pushed, the parameters in it as `form` makes them.
async function pushed(config, options, form = (request) => request) {
  const { request, checks } = await requested();
  const url = await client.buildAuthorizationUrlWithPAR(config, await form(request), options);
  assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  return client.authorizationCodeGrant(config, await signIn(url), checks, {}, options);
}

const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

const dpopKeys = () => client.randomDPoPKeyPair("ES256", { extractable: true });

const cases = {
  async "FAPI 2.0 with private_key_jwt and DPoP: pushed, bound to a key, told by userinfo, refreshed without rotation"() {
    const { config } = await byKey("dpop", { policy: "fapi2", dpop_bound_access_tokens: true });
    const DPoP = client.getDPoPHandle(config, await dpopKeys());
    const tokens = await pushed(config, { DPoP });
    assert.equal(tokens.token_type, "dpop");
    assert.equal(claimsOf(tokens.access_token).cnf.jkt, await DPoP.calculateThumbprint());
    const { sub } = tokens.claims();
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).name, AN.name);
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP });
    assert.equal(refreshed.refresh_token ?? tokens.refresh_token, tokens.refresh_token, "FAPI 2.0 forbids rotation");
    assert.equal((await client.fetchUserInfo(config, refreshed.access_token, sub, { DPoP })).sub, sub);

    const bearer = await refusal(client.fetchUserInfo(config, tokens.access_token, sub));
    assert.equal(bearer.status, 401);
    const other = client.getDPoPHandle(config, await dpopKeys());
    const stolen = await refusal(client.fetchUserInfo(config, tokens.access_token, sub, { DPoP: other }));
    assert.equal(stolen.cause[0].parameters.error, "invalid_token");
    const unproven = await refusal(client.refreshTokenGrant(config, tokens.refresh_token));
    assert.equal(unproven.error, "invalid_dpop_proof");
  },

  async "FAPI 2.0: a request that was not pushed is refused"() {
    const { config } = await byKey("front", { policy: "fapi2", dpop_bound_access_tokens: true });
    const { request, checks } = await requested();
    const { address } = await newBrowser().open(client.buildAuthorizationUrl(config, request));
    const error = await refusal(client.authorizationCodeGrant(config, address, checks));
    assert.equal(error.error, "invalid_request");
  },

  async "FAPI 2.0 with mutual TLS: an authority's certificate proves the client and binds its tokens"() {
    const certificate = newCertificate("fapi-openid-client-mtls");
    const bound = { policy: "fapi2", tls_client_certificate_bound_access_tokens: true };
    const method = { token_endpoint_auth_method: "tls_client_auth", tls_client_auth_subject_dn: certificate.dn };
    const registration = portal("mtls", { ...bound, ...method });
    const configured = (shown) =>
      configure(registration, client.TlsClientAuth(), { use_mtls_endpoint_aliases: true }, shown && fetchShowing(shown));
    const config = await configured(certificate);
    assert.ok(config.serverMetadata().mtls_endpoint_aliases.token_endpoint.startsWith(process.env.MTLS));
    const tokens = await pushed(config);
    assert.equal(tokens.token_type, "bearer");
    assert.ok(claimsOf(tokens.access_token).cnf["x5t#S256"]);
    const { sub } = tokens.claims();
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub)).name, AN.name);

    // Renewed, it is the same client; its tokens of before are not for the new certificate.
    const renewed = await configured(newCertificate("fapi-openid-client-mtls"));
    const refreshed = await client.refreshTokenGrant(renewed, tokens.refresh_token);
    assert.equal((await client.fetchUserInfo(renewed, refreshed.access_token, sub)).sub, sub);
    const stolen = await refusal(client.fetchUserInfo(renewed, tokens.access_token, sub));
    assert.equal(stolen.cause[0].parameters.error, "invalid_token");
    for (const shown of [newCertificate("somebody-else"), undefined]) {
      const error = await refusal(client.refreshTokenGrant(await configured(shown), tokens.refresh_token));
      assert.equal(error.error, "invalid_client");
    }
  },

  async "FAPI 2.0 with mutual TLS: a certificate of the client's own, published in its key set"() {
    const certificate = await ownCertificate("fapi-openid-client-own");
    const method = { token_endpoint_auth_method: "self_signed_tls_client_auth", jwks: certificate.jwks };
    const registration = portal("own", { policy: "fapi2", tls_client_certificate_bound_access_tokens: true, ...method });
    const aliases = { use_mtls_endpoint_aliases: true };
    const config = await configure(registration, client.TlsClientAuth(), aliases, fetchShowing(certificate));
    const tokens = await pushed(config);
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, AN.name);
  },

  async "FAPI 2.0 with private_key_jwt and tokens that are bound to a certificate; and with mutual TLS and DPoP"() {
    const certificate = newCertificate("fapi-openid-client-both");
    const aliases = { use_mtls_endpoint_aliases: true };
    const { key, jwks } = await newKey("PS256");
    const signing = { token_endpoint_auth_method: "private_key_jwt", jwks };
    const first = portal("key-and-mtls", { policy: "fapi2", tls_client_certificate_bound_access_tokens: true, ...signing });
    const config = await configure(first, client.PrivateKeyJwt(key), aliases, fetchShowing(certificate));
    const tokens = await pushed(config);
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, AN.name);

    const method = { token_endpoint_auth_method: "tls_client_auth", tls_client_auth_subject_dn: certificate.dn };
    const second = portal("mtls-and-dpop", { policy: "fapi2", dpop_bound_access_tokens: true, ...method });
    const other = await configure(second, client.TlsClientAuth(), aliases, fetchShowing(certificate));
    const DPoP = client.getDPoPHandle(other, await dpopKeys());
    const bound = await pushed(other, { DPoP });
    assert.equal((await client.fetchUserInfo(other, bound.access_token, bound.claims().sub, { DPoP })).name, AN.name);
  },

  async "FAPI 2.0 Message Signing: a signed request that is pushed, and an answer that is signed"() {
    const { key, config } = await byKey("signing", {
      policy: "fapi2-message-signing",
      dpop_bound_access_tokens: true,
      request_object_signing_alg: "ES256",
      authorization_signed_response_alg: "ES256",
      introspection_signed_response_alg: "ES256",
    });
    client.useJwtResponseMode(config);
    const DPoP = client.getDPoPHandle(config, await dpopKeys());
    const signed = async (request) => (await client.buildAuthorizationUrlWithJAR(config, request, key)).searchParams;
    const tokens = await pushed(config, { DPoP }, signed);
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })).name, AN.name);
    const { request } = await requested();
    const error = await refusal(client.buildAuthorizationUrlWithPAR(config, request, { DPoP }));
    assert.equal(error.error, "invalid_request", "unsigned");
  },

  async "JAR and JARM for any client: a signed request through the browser, a signed answer back"() {
    const { key, config } = await byKey("signed", { authorization_signed_response_alg: "ES256" });
    client.useJwtResponseMode(config);
    const { request, checks } = await requested();
    const address = await signIn(await client.buildAuthorizationUrlWithJAR(config, request, key));
    assert.deepEqual([...address.searchParams.keys()], ["response"]);
    const tokens = await client.authorizationCodeGrant(config, address, checks);
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, AN.name);
  },

  async "PAR for any client, by its secret"() {
    const registration = portal("par", {});
    const config = await configure(registration, client.ClientSecretBasic(registration.client_secret));
    const tokens = await pushed(config);
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, AN.name);
  },

  async "CIBA, polled: An approves in her account what a desk at an office asks for"() {
    const { config } = await byKey("ciba", {
      scope: "openid profile",
      grant_types: ["urn:openid:params:grant-type:ciba"],
      response_types: [],
      redirect_uris: [],
      backchannel_token_delivery_mode: "poll",
    });
    const binding_message = "W4SC7";
    const asked = { scope: "openid profile", login_hint: AN.username, binding_message };
    const waiting = await client.initiateBackchannelAuthentication(config, asked);
    const polled = client.pollBackchannelAuthenticationGrant(config, waiting);
    await approve(newBrowser(), binding_message);
    const tokens = await polled;
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, AN.name);
  },

  async "device grant: An enters the code that a screen shows, in a browser of her own"() {
    const registration = portal("device", {
      scope: "openid profile",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: "none",
      application_type: "native",
    });
    const config = await configure(registration, client.None());
    const shown = await client.initiateDeviceAuthorization(config, { scope: "openid profile" });
    const polled = client.pollDeviceAuthorizationGrant(config, shown);
    await allowDevice(newBrowser(), shown);
    const tokens = await polled;
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, AN.name);
  },
};

await runCases("openid-client, advanced", cases);
