// An answer that travels in a form (OAuth 2.0 Form Post Response Mode), as a browser takes it to the portal.

import assert from "node:assert/strict";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";

export const STATE = "\"><script>alert(1)</script> é+&=%";

// Nobody is signed in, so the answer is an error; what counts here is how it arrives.
const request = new URLSearchParams({
  response_type: "code",
  response_mode: "form_post",
  client_id: "demo-portal",
  redirect_uri: `${PORTAL}/callback`,
  scope: "openid",
  state: STATE,
  prompt: "none",
  // RFC 7636, appendix B.
  code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  code_challenge_method: "S256",
});

export const formPost = `${SENID}/authorize?${request}`;

const arrives = (script) => () =>
  withCitizen({ script, language: "en" }, async (an) => {
    await an.context.clearCookies();
    const arrived = [];
    await an.page.route(`${PORTAL}/callback`, (route) => {
      arrived.push(route.request());
      return route.fulfill({ contentType: "text/html", body: "<title>The portal</title><h1>Here</h1>" });
    });
    await an.page.goto(formPost);
    if (!script) {
      assert.match(await an.title(), /^Back to /);
      await an.press("continue");
    }
    await an.page.waitForURL(`${PORTAL}/callback`);
    assert.equal(arrived.length, 1);
    const [posted] = arrived;
    const fields = new URLSearchParams(posted.postData());
    assert.equal(posted.method(), "POST");
    assert.equal(fields.get("error"), "login_required");
    assert.equal(fields.get("state"), STATE);
    assert.equal(fields.get("iss"), SENID);
    assert.equal((await posted.allHeaders()).origin, SENID);
    assert.equal(new URL(posted.url()).search, "");
  });

export const forms = {
  "an answer in a form arrives by itself": arrives(true),
  "an answer in a form arrives at the press of a button without script": arrives(false),
};
