// Takes every page, light and dark, on a phone and on a desktop, into the folder that is the argument.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BINH, closeBrowser, withCitizen } from "./citizen.mjs";
import { closeMail } from "./mail.mjs";
import { upng } from "./packages.mjs";
import { tour } from "./tour.mjs";

const [folder] = process.argv.slice(2);
const SIZES = { 390: { width: 390, height: 844 }, 1280: { width: 1280, height: 800 } };
const SCHEMES = { light: "", dark: "-dark" };

await mkdir(folder, { recursive: true });
for (const old of await readdir(folder)) if (old.endsWith(".png")) await rm(join(folder, old));

await withCitizen({ person: BINH }, (binh) =>
  tour(binh, async (name) => {
    for (const [width, size] of Object.entries(SIZES)) {
      for (const [colorScheme, suffix] of Object.entries(SCHEMES)) {
        await binh.page.setViewportSize(size);
        await binh.page.emulateMedia({ colorScheme });
        const picture = await binh.page.screenshot({ fullPage: true });
        await writeFile(join(folder, `${name}-${width}${suffix}.png`), lighter(picture));
      }
    }
  }),
);
await closeBrowser();
closeMail();

// With a palette: a third of the weight, and no difference to see. The pictures are kept in the repository.
function lighter(picture) {
  const image = upng.decode(picture);
  return Buffer.from(upng.encode(upng.toRGBA8(image), image.width, image.height, 256));
}
