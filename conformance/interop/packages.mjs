// The npm packages of these tests, from the folder that NODE_PACKAGES names.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { webcrypto } from "node:crypto";

const require = createRequire(join(process.env.NODE_PACKAGES, "package.json"));

// Node 18 has it under another name only.
globalThis.crypto ??= webcrypto;

export const load = (name) => require(name);
export const loadModule = (name) => import(pathToFileURL(require.resolve(name)));
// The file `path` of a package, as it was published.
export const fileOf = (name, path) => join(process.env.NODE_PACKAGES, "node_modules", name, path);
