// Asks the browser for a passkey or a security key, and sends on what it answers. All words come from the page.
//
// The form `#webauthn` has the address of the options and brings back the answer. With a button `#add-passkey` a new
// credential is made; else one is used, by a button or, where the page has such a field, by the browser's autofill.

const form = document.querySelector("#webauthn");
const problem = document.querySelector("#webauthn-problem");
const unsupported = document.querySelector("#webauthn-unsupported");
const field = document.querySelector("input[autocomplete~=webauthn]");
const buttons = document.querySelectorAll("#use-passkey, #use-security-key");
const add = document.querySelector("#add-passkey");
// What the person says of the device stands in the form beside this one.
const device = document.querySelector("select[name=device]");

const supported = Boolean(window.PublicKeyCredential && navigator.credentials);
// What waits for autofill, and gives way to a button.
let autofill = null;

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The same as parseCreationOptionsFromJSON, parseRequestOptionsFromJSON and toJSON, which not every browser has yet.
const withBytes = (options) => {
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: fromText(one.id) }));
  const read = { ...options, challenge: fromText(options.challenge) };
  if (options.user) read.user = { ...options.user, id: fromText(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
  return read;
};

const inText = (credential) => {
  const { response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = toText(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = toText(response.authenticatorData);
    answer.signature = toText(response.signature);
    if (response.userHandle) answer.userHandle = toText(response.userHandle);
  }
  const clientExtensionResults = credential.getClientExtensionResults();
  return JSON.stringify({ id: toText(credential.rawId), type: credential.type, response: answer, clientExtensionResults });
};

// A new challenge; the one before is void. So they are asked for one after the other: the last who asked has the one that counts.
let asked = Promise.resolve();
const options = (choice) => {
  asked = asked
    .catch(() => {})
    .then(async () => {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value, choice });
      const answer = await fetch(form.dataset.options, { method: "POST", body, redirect: "error" });
      return answer.ok ? withBytes(await answer.json()) : null;
    });
  return asked;
};

const send = (credential) => {
  form.elements.credential.value = credential ? inText(credential) : "";
  if (device && form.elements.device) form.elements.device.value = device.value;
  form.submit();
};

const tell = (error) => {
  const words = {
    NotAllowedError: form.dataset.cancelled,
    AbortError: form.dataset.cancelled,
    InvalidStateError: form.dataset.taken,
    NotSupportedError: form.dataset.unsupported,
    ConstraintError: form.dataset.unsupported,
  };
  problem.querySelector("span").textContent = words[error?.name] ?? form.dataset.failed;
  problem.hidden = false;
};

const ask = async (choice, button) => {
  button.disabled = true;
  problem.hidden = true;
  autofill?.abort();
  autofill = null;
  try {
    const publicKey = await options(choice);
    // The sign-in is over, or the page is old: the server's own page says what to do.
    if (!publicKey) return send(null);
    const credential = add ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
    return send(credential);
  } catch (error) {
    tell(error);
    button.disabled = false;
    button.focus();
    return offer();
  }
};

// Passkeys among what the browser fills into the field (conditional mediation). Nobody is told where it comes to nothing: the
// person has not asked for it.
const offer = async () => {
  if (!field) return;
  const waiting = new AbortController();
  autofill = waiting;
  try {
    // A button may be pressed before the browser has said whether it can.
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.()) || waiting.signal.aborted) return;
    const publicKey = await options("autofill");
    if (!publicKey || waiting.signal.aborted) return;
    send(await navigator.credentials.get({ publicKey, mediation: "conditional", signal: waiting.signal }));
  } catch {
    // Aborted for a button, or the browser would not.
  }
};

if (form && supported) {
  for (const button of buttons) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      ask(button.value, button);
    });
  }
  add?.form.addEventListener("submit", (event) => {
    // Without a name the server says so, before the device has made anything.
    if (!form.elements.name.value.trim()) return;
    event.preventDefault();
    ask("add", add);
  });
  offer();
} else if (form && unsupported) {
  // The browser inside an application, as a rule: the buttons would do nothing.
  unsupported.hidden = false;
  for (const button of document.querySelectorAll("#use-passkey, #use-security-key, #add-passkey")) button.hidden = true;
}
