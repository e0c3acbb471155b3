// Runs every browser test, one after the other, and closes with the counts: on the embedded backend all of them, on Postgres and
// Redis what is kept there and used at once, and in a sandbox what is there alone. With words as arguments: only the tests whose name holds one of them.

import { closeBrowser } from "./citizen.mjs";
import { accessibility } from "./accessibility.mjs";
import { account } from "./account.mjs";
import { administration } from "./administration.mjs";
import { forms } from "./form-post.mjs";
import { closeMail } from "./mail.mjs";
import { journey } from "./journey.mjs";
import { mishaps } from "./mishaps.mjs";
import { neighbours } from "./neighbours.mjs";
import { onboarding } from "./onboarding.mjs";
import { oneLife } from "./one-life.mjs";
import { organisations } from "./organisations.mjs";
import { passkeys } from "./passkeys.mjs";
import { registrar } from "./registrar.mjs";
import { registration } from "./registration.mjs";
import { requests } from "./requests.mjs";
import { sandbox } from "./sandbox.mjs";
import { session } from "./session.mjs";
import { strong } from "./strong.mjs";
import { walk } from "./walk.mjs";

const wanted = process.argv.slice(2);
// The first administrator comes before anybody else holds a role.
const pages = { ...walk, ...administration, ...onboarding, ...journey, ...mishaps, ...forms, ...account, ...neighbours, ...registration, ...requests, ...organisations, ...session, ...accessibility };
const suites = { embedded: { ...pages, ...passkeys, ...strong, ...registrar, ...oneLife }, production: { ...strong, ...registrar, ...oneLife }, sandbox };
const backend = process.env.BACKEND;
const cases = Object.entries(suites[backend]).filter(
  ([name]) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);

let failed = 0;
for (const [name, run] of cases) {
  const began = performance.now();
  try {
    await run();
    console.log(`ok ${name} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n${error.message}\n${error.stack}`);
  }
}
await closeBrowser();
closeMail();

console.log(`browser on the ${backend} backend: ${cases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 && (cases.length > 0 || wanted.length > 0) ? 0 : 1);
