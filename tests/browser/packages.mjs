// The npm packages of these tests, from the folder that NODE_PACKAGES names.

import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_PACKAGES, "package.json"));

export const { chromium } = require("playwright-core");
export const axe = require("axe-core");
export const upng = require("upng-js");
