#!/usr/bin/env bash
# Every page, on a phone in the light and in the dark and on a desktop, into docs/screenshots.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/demo.sh
source "$here/../demo.sh"
# shellcheck source=tests/browser/authorities.sh
source "$here/authorities.sh"

NODE_PACKAGES=$(node_packages "$here")
export NODE_PACKAGES
make_authorities
start_demo --settings "$AUTHORITIES/settings.toml"
node "$here/screenshots.mjs" "$root/docs/screenshots"
du -sh "$root/docs/screenshots"
