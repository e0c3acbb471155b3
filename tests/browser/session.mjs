// OpenID Connect Session Management 1.0 §3: a page of the portal's holds SenID's frame and asks it.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { PORTAL, SENID, withCitizen } from "./citizen.mjs";

// A page at the portal's own origin that holds the frame.
async function watching(an) {
  const watcher = await an.context.newPage();
  const frame = `<!doctype html><title>watch</title><iframe id="op" src="${SENID}/check-session"></iframe>`;
  await watcher.route(`${PORTAL}/watch`, (route) => route.fulfill({ contentType: "text/html", body: frame }));
  await watcher.goto(`${PORTAL}/watch`);
  return (message) =>
    watcher.evaluate(
      ([message, origin]) =>
        new Promise((resolve, reject) => {
          setTimeout(() => reject(new Error("no answer")), 5000);
          addEventListener("message", (event) => event.origin === origin && resolve(event.data), { once: true });
          document.getElementById("op").contentWindow.postMessage(message, origin);
        }),
      [message, SENID],
    );
}

// Signs in at the portal, and tells the client's id and the session_state of the answer.
async function signIn(an) {
  let answer;
  an.page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.searchParams.has("session_state")) answer = url.searchParams.get("session_state");
  });
  let client;
  an.page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/authorize") client = url.searchParams.get("client_id");
  });
  await an.signIn();
  assert.ok(answer && client, `${client} ${answer}`);
  return { client, answer };
}

export const session = {
  "a portal's page learns in a frame that the person has signed out": () =>
    withCitizen({}, async (an) => {
      const { client, answer } = await signIn(an);
      const ask = await watching(an);
      assert.equal(await ask(`${client} ${answer}`), "unchanged");
      assert.equal(await ask(`another ${answer}`), "changed");
      for (const nonsense of ["", "one", `${client} ${answer} more`, `${client} nodot`, ` ${answer}`, 7]) {
        assert.equal(await ask(nonsense), "error", String(nonsense));
      }
      await an.signOut();
      assert.equal(await ask(`${client} ${answer}`), "changed");
    }),

  "the frame's hash is SHA-256, whatever its length": () =>
    withCitizen({}, async (an) => {
      const ask = await watching(an);
      // Nobody is signed in: the browser's state is empty, so the portal can compute what the frame must find.
      for (let length = 0; length < 140; length++) {
        const [client, salt] = ["x".repeat(length + 1), randomBytes(6).toString("hex")];
        const hash = createHash("sha256").update(`${client} ${PORTAL}  ${salt}`).digest("hex");
        assert.equal(await ask(`${client} ${hash}.${salt}`), "unchanged", `${length}`);
        const flipped = (hash[0] === "0" ? "1" : "0") + hash.slice(1);
        assert.equal(await ask(`${client} ${flipped}.${salt}`), "changed");
      }
    }),
};
