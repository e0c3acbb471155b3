// Makes the sign-in pages easier where script runs. Without it every page still works.
// All words come from the page, which has them in the reader's language.

const password = document.querySelector("#password");
const reveal = document.querySelector("#reveal");
const capsLock = document.querySelector("#caps-lock");
const wait = document.querySelector("#wait");
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

if (wait) {
  // The sentence above says when; here it is counted, and the button waits too, so that nothing is typed in vain.
  const button = wait.closest("form").querySelector(".primary");
  const end = performance.now() + Number(wait.dataset.seconds) * 1000;
  const count = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    button.disabled = left > 0;
    if (left <= 0) {
      wait.removeAttribute("aria-live");
      wait.textContent = wait.dataset.over;
      return;
    }
    wait.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    setTimeout(count, 250);
  };
  // Read out when it is over, not every second.
  wait.setAttribute("aria-live", "off");
  count();
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
