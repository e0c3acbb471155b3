#!/usr/bin/env bash
# OpenID libraries that others wrote complete the code flow, refresh, userinfo, revocation and logout against a
# demonstration of SenID, and read what it says when something is wrong. Closes with how many cases passed and failed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/demo.sh
source "$here/../demo.sh"

packages=$(node_packages "$here")
python=$(python_packages "$here")
start_demo

passed=0
failed=0
# Runs one relying party, shows what it says, and counts its cases.
run() {
    local line
    while IFS= read -r line; do
        echo "$line"
        case $line in
            'ok '*) passed=$((passed + 1)) ;;
            'FAILED '*) failed=$((failed + 1)) ;;
        esac
    done < <("$@" 2>&1 && echo "# all cases ran" || echo "FAILED $1: ended before its last case")
}

NODE_PACKAGES=$packages run node "$here/openid_client.mjs"
run "$python" -B "$here/authlib_client.py"

echo "relying parties: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
