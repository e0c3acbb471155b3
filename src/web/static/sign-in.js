// Makes the sign-in pages easier where script runs. Without it every page still works.
// All words come from the page, which has them in the reader's language.

const password = document.querySelector("#password");
const reveal = document.querySelector("#reveal");
const capsLock = document.querySelector("#caps-lock");
const limit = document.querySelector(".limit");

if (password && reveal) {
  reveal.hidden = false;
  reveal.addEventListener("click", () => {
    const shown = password.type === "password";
    password.type = shown ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(shown));
    password.focus();
  });
  // A password manager and the browser's history must not meet the password as plain text.
  password.form.addEventListener("submit", () => {
    password.type = "password";
  });
}

if (password && capsLock) {
  const tell = (event) => {
    const on = event.getModifierState?.("CapsLock") ?? false;
    const text = on ? capsLock.dataset.text : "";
    if (capsLock.textContent !== text) capsLock.textContent = text;
  };
  password.addEventListener("keydown", tell);
  password.addEventListener("keyup", tell);
  password.addEventListener("blur", () => {
    capsLock.textContent = "";
  });
}

if (limit) {
  const live = limit.querySelector(".limit-live");
  const seconds = Number(limit.dataset.seconds);
  // Two minutes' warning (WCAG 2.2, 2.2.1), or half of what is left.
  const warning = Math.max(seconds - 120, seconds / 2);
  setTimeout(() => {
    live.textContent = limit.dataset.soon;
  }, warning * 1000);
  setTimeout(() => {
    live.textContent = limit.dataset.over;
  }, seconds * 1000);
}
