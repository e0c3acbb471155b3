#!/usr/bin/env bash
# Runs the tests on one backend: `on.sh embedded`, `on.sh production` or `on.sh sandbox`, and words that choose among them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/demo.sh
source "$here/../demo.sh"
# shellcheck source=tests/stores.sh
source "$here/../stores.sh"
# shellcheck source=tests/browser/authorities.sh
source "$here/authorities.sh"

export BACKEND=$1
shift
NODE_PACKAGES=$(node_packages "$here")
export NODE_PACKAGES
make_authorities
if [ "$BACKEND" = production ]; then
    start_stores
    start_demo --settings "$AUTHORITIES/settings.toml" --database-url "$DATABASE_URL" --redis-url "$REDIS_URL"
elif [ "$BACKEND" = sandbox ]; then
    # It reaches nobody: none of the authorities that people are proven by, and no mail.
    printf '[sandbox]\ndelay = "2s"\n' >"$AUTHORITIES/sandbox.toml"
    start_demo --sandbox --settings "$AUTHORITIES/sandbox.toml"
else
    start_demo --settings "$AUTHORITIES/settings.toml"
fi
node "$here/main.mjs" "$@"
