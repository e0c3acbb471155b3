// Makes the page for a signature easier where script runs. Without it, a signature is pasted.
//
// A file is read into the field. And a program on the person's computer can sign: its extension posts
//   { action: "senid:signer" }                                  once it is there,
// is then asked by
//   { action: "senid:sign", challenge: <base64 of the text> }   with the person's press of a button, and answers
//   { action: "senid:signed", signature: <base64 or PEM, CMS> } or { action: "senid:not-signed" }.
// All of it are messages of this window, from this page's own origin.

const form = document.querySelector("#signing");
const field = document.querySelector("#signature");
const program = document.querySelector("#use-program");
const file = document.querySelector("#signature-file");

const LONGEST = 48 * 1024;

document.querySelector("#from-file").hidden = false;
file.addEventListener("change", async () => {
  const [chosen] = file.files;
  if (!chosen || chosen.size > LONGEST) return;
  const bytes = new Uint8Array(await chosen.arrayBuffer());
  // DER begins with a sequence; anything else is text already.
  const binary = bytes[0] === 0x30;
  field.value = binary ? btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) : new TextDecoder().decode(bytes);
  field.focus();
});

window.addEventListener("message", (event) => {
  if (event.source !== window || event.origin !== window.location.origin) return;
  const { action, signature } = event.data ?? {};
  if (action === "senid:signer") program.hidden = false;
  if (action === "senid:not-signed") program.disabled = false;
  if (action === "senid:signed" && program.disabled && typeof signature === "string") {
    field.value = signature;
    form.requestSubmit(document.querySelector("#send-signature"));
  }
});
program.addEventListener("click", () => {
  program.disabled = true;
  window.postMessage({ action: "senid:sign", challenge: form.dataset.challenge }, window.location.origin);
});
