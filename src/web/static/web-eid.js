// Asks the browser's extension Web eID to have a card sign this page's nonce, and sends what it gives.
// The extension listens to this window's messages, and answers there: it acknowledges within a second, and then waits for the
// person. All words come from the page, which has them in the reader's language.

const ACTION = "web-eid:authenticate";
const ACKNOWLEDGED_WITHIN = 2000;
const ANSWERED_WITHIN = 150_000;

const form = document.querySelector("#web-eid");
const button = document.querySelector("#use-card");
const status = document.querySelector("#web-eid-status");
const token = document.querySelector("#token");

class Missing extends Error {}

function authenticate(challengeNonce, lang) {
  return new Promise((resolve, reject) => {
    const missing = setTimeout(() => end(reject, new Missing()), ACKNOWLEDGED_WITHIN);
    const late = setTimeout(() => end(reject, new Error("no answer")), ANSWERED_WITHIN);
    const end = (settle, value) => {
      clearTimeout(missing);
      clearTimeout(late);
      window.removeEventListener("message", hear);
      settle(value);
    };
    const hear = (event) => {
      // Only this page and what an extension puts into it speak from this window.
      if (event.source !== window || event.origin !== window.location.origin) return;
      const { action, error, ...members } = event.data ?? {};
      if (action === `${ACTION}-ack`) clearTimeout(missing);
      if (action === `${ACTION}-success`) end(resolve, members);
      if (action === `${ACTION}-failure`) end(reject, new Error(error?.code ?? "failure"));
    };
    window.addEventListener("message", hear);
    const message = { action: ACTION, libraryVersion: "2.0.2", challengeNonce, options: { lang } };
    window.postMessage(message, window.location.origin);
  });
}

form.addEventListener("submit", async (event) => {
  // Giving up, and asking for more time, are plain buttons.
  if (event.submitter !== button || token.value) return;
  event.preventDefault();
  button.disabled = true;
  status.textContent = form.dataset.waiting;
  try {
    token.value = JSON.stringify(await authenticate(form.dataset.nonce, document.documentElement.lang));
    button.disabled = false;
    form.requestSubmit(button);
  } catch (error) {
    status.textContent = error instanceof Missing ? form.dataset.missing : form.dataset.failed;
    button.disabled = false;
    button.focus();
  }
});

button.disabled = false;
