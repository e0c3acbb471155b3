#!/usr/bin/env bash
# The pages in a real browser, against a demonstration of SenID. Words as arguments choose the tests that hold them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/demo.sh
source "$here/../demo.sh"

NODE_PACKAGES=$(node_packages "$here")
export NODE_PACKAGES
start_demo
node "$here/main.mjs" "$@"
