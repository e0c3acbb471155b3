// A citizen without a mouse: the focus is seen wherever it comes to.

import assert from "node:assert/strict";

const focused = (citizen) => citizen.page.evaluate(() => document.activeElement.id);

export async function tabTo(citizen, id) {
  for (let presses = 0; presses < 60; presses++) {
    await citizen.page.keyboard.press("Tab");
    await assertFocusVisible(citizen);
    if ((await focused(citizen)) === id) return;
  }
  assert.fail(`#${id} is not reached with the tabulator`);
}

// The field has the focus already: whoever comes to the page types at once.
export async function type(citizen, id, text) {
  await citizen.page.locator(`#${id}:focus`).waitFor();
  await assertFocusVisible(citizen);
  await citizen.page.keyboard.type(text);
}

export async function enter(citizen) {
  await Promise.all([citizen.page.waitForEvent("domcontentloaded"), citizen.page.keyboard.press("Enter")]);
}

async function assertFocusVisible(citizen) {
  const { shown, html } = await citizen.page.evaluate(focus);
  assert.ok(shown, `focus cannot be seen on ${html}`);
}

// Where the focus is in the page's order, and whether it is seen there.
function focus() {
  const element = document.activeElement;
  const html = element.outerHTML.slice(0, 200);
  if (element === document.body) return { at: -1, shown: true, html };
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return { at: [...document.querySelectorAll("*")].indexOf(element), shown: marked && box.width > 0 && box.height > 0, html };
}

// What can be used on the page: where it is in the page's order, and how it begins.
function usable() {
  const all = [...document.querySelectorAll("*")];
  const found = all.filter(
    (element) => element.matches("a[href], button, input, select, textarea, summary") && element.checkVisibility() && !element.disabled,
  );
  return found.map((element) => [all.indexOf(element), element.outerHTML.slice(0, 200)]);
}

const MOST_PRESSES = 150;

// Goes over the whole page with the tabulator, once around: what is never reached, and where the focus is not seen.
export async function faultsOfFocus({ page }) {
  const faults = [];
  const reached = new Set();
  let last;
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    await page.keyboard.press("Tab");
    const { at, shown, html } = await page.evaluate(focus);
    if (!shown) faults.push(`focus cannot be seen on ${html}`);
    // A date has several fields that are one element.
    if (at >= 0 && at !== last && reached.has(at)) break;
    last = at;
    reached.add(at);
  }
  const missed = (await page.evaluate(usable)).filter(([at]) => !reached.has(at));
  return [...faults, ...missed.map(([, html]) => `the tabulator does not reach ${html}`)];
}
