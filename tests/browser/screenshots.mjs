// Takes every page, on a phone in the light and in the dark and on a desktop, into the folder that is the argument; what only answers
// a mistake once.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BINH, closeBrowser, withCitizen } from "./citizen.mjs";
import { closeMail } from "./mail.mjs";
import { upng } from "./packages.mjs";
import { tour } from "./tour.mjs";

const [folder] = process.argv.slice(2);
const PHONE = { width: 390, height: 844 };
const SHOTS = [
  { suffix: "390", size: PHONE, colorScheme: "light" },
  { suffix: "390-dark", size: PHONE, colorScheme: "dark" },
  { suffix: "1280", size: { width: 1280, height: 800 }, colorScheme: "light" },
];
// As many colours as the pictures have: their letters are soft at the edges, and nothing else is.
const COLOURS = 64;

await mkdir(folder, { recursive: true });
for (const old of await readdir(folder)) if (old.endsWith(".png")) await rm(join(folder, old));

await withCitizen({ person: BINH }, (binh) =>
  tour(binh, async (name) => {
    for (const { suffix, size, colorScheme } of name.endsWith("-problem") ? SHOTS.slice(0, 1) : SHOTS) {
      await binh.page.setViewportSize(size);
      await binh.page.emulateMedia({ colorScheme });
      const picture = await binh.page.screenshot({ fullPage: true });
      await writeFile(join(folder, `${name}-${suffix}.png`), lighter(picture));
    }
  }),
);
await closeBrowser();
closeMail();

// With a palette: a quarter of the weight, and no difference to see. The pictures are kept in the repository.
function lighter(picture) {
  const image = upng.decode(picture);
  return Buffer.from(upng.encode(upng.toRGBA8(image), image.width, image.height, COLOURS));
}
