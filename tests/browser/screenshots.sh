#!/usr/bin/env bash
# Every page, light and dark, phone and desktop, into docs/screenshots.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/demo.sh
source "$here/../demo.sh"

NODE_PACKAGES=$(node_packages "$here")
export NODE_PACKAGES
start_demo
node "$here/screenshots.mjs" "$root/docs/screenshots"
du -sh "$root/docs/screenshots"
