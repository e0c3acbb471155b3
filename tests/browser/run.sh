#!/usr/bin/env bash
# The pages in a real browser, against demonstrations of SenID: everything on the embedded backend, and what strong
# authentication is for on Postgres and Redis too; and a sandbox. Words as arguments choose the tests that hold them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

status=0
for backend in embedded production sandbox; do
    "$here/on.sh" "$backend" "$@" || status=1
done
exit "$status"
