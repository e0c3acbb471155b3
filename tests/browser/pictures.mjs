// Pages that a test comes by, on a telephone and on a desk, in the light and in the dark: nothing has to be scrolled sideways, and
// whoever wants to look at them finds them in the folder PICTURES, where that is set.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const SIZES = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 800 } };
const SCHEMES = { light: "", dark: "-dark" };

export async function look({ page }, name) {
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= viewport.width, `${name} is ${width} pixels wide on a ${size}`);
    if (!process.env.PICTURES) continue;
    await mkdir(process.env.PICTURES, { recursive: true });
    for (const [colorScheme, suffix] of Object.entries(SCHEMES)) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(process.env.PICTURES, `${name}-${size}${suffix}.png`), fullPage: true });
    }
    await page.emulateMedia({ colorScheme: null });
  }
  await page.setViewportSize(before);
}
