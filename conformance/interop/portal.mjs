// Another portal, for what several of them do together: by openid-client, at an address that is never opened.

import assert from "node:assert/strict";
import { loadModule } from "./packages.mjs";
import { ISSUER, answer, register } from "./senid.mjs";

const library = await loadModule("openid-client");

export class Portal {
  static async open(client_id, provider = { ISSUER, register }) {
    const site = `https://${client_id}.example/`;
    const { client_secret } = provider.register({
      client_id,
      redirect_uris: [`${site}callback`],
      post_logout_redirect_uris: [site],
      scope: "openid profile",
    });
    return new Portal(site, provider.ISSUER, await library.discovery(new URL(provider.ISSUER), client_id, client_secret));
  }

  constructor(site, issuer, config) {
    Object.assign(this, { site, issuer, config });
  }

  async signIn(browser) {
    const pkceCodeVerifier = library.randomPKCECodeVerifier();
    const url = library.buildAuthorizationUrl(this.config, {
      redirect_uri: `${this.site}callback`,
      scope: "openid profile",
      code_challenge: await library.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const { address } = await answer(browser, await browser.open(url), this.issuer);
    return library.authorizationCodeGrant(this.config, address, { pkceCodeVerifier });
  }

  async signOut(browser, { id_token }) {
    const url = library.buildEndSessionUrl(this.config, { id_token_hint: id_token, post_logout_redirect_uri: this.site });
    const { address } = await browser.open(url);
    assert.equal(address.href, this.site);
  }
}
