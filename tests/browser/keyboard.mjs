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
  const seen = await citizen.page.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body) return true;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    return (marked && box.width > 0 && box.height > 0) || element.outerHTML.slice(0, 200);
  });
  assert.equal(seen, true, `focus cannot be seen on ${seen}`);
}
