#!/usr/bin/env bash
# Relying parties that others wrote, against a running SenID: README.md says what each proves. They run side by side,
# each as a client of its own. Words as arguments choose those whose file's name holds one of them.
set -euo pipefail
# shellcheck source=conformance/interop/senid.sh
source "$(dirname "$0")/senid.sh"

relying_parties=(
    openid_client.mjs readme_example.mjs oauth4webapi.mjs oidc_client_ts.mjs apache.mjs
    fapi_openid_client.mjs fapi_oauth4webapi.mjs snippets.mjs
    single_logout.mjs authlib_client.py oic_client.py authenticator.py
)

# The citizen whom the relying parties sign in.
export AN_USERNAME=001090123456 AN_PASSWORD=hoa-sen-demo-2026 AN_NAME='Nguyễn Văn An'
# And who has passkeys: whoever has one signs in with two factors everywhere, which the relying parties' citizen does not.
export BINH_USERNAME=079192000123 BINH_PASSWORD=hoa-sen-demo-2026

is_chosen() {
    local file=$1 word
    shift
    [ $# -gt 0 ] || return 0
    for word; do if [[ $file == *"$word"* ]]; then return 0; fi; done
    return 1
}

chosen=()
for file in "${relying_parties[@]}"; do
    if is_chosen "$file" "$@"; then chosen+=("$file"); fi
done

NODE_PACKAGES=$(node_packages "$here")
export NODE_PACKAGES
python=$(python_packages "$here")
export PYTHON=$python
start_senid

# As a developer has every program trust a test authority, and reach this machine directly.
export NODE_EXTRA_CA_CERTS=$TLS/ca.pem REQUESTS_CA_BUNDLE=$TLS/ca.pem
export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1
# SenID listens on 127.0.0.1, and Node.js 18 tries one address of localhost alone.
export NODE_OPTIONS=--dns-result-order=ipv4first

# How long one may take at most, in seconds.
patience=150
for file in "${chosen[@]}"; do
    case $file in
        *.mjs) command=(node "$here/$file") ;;
        *.py) command=("$python" -B "$here/$file") ;;
    esac
    timeout "$patience" "${command[@]}" >"$work/$file.log" 2>&1 &
    processes[$file]=$!
done

passed=0
failed=0
for file in "${chosen[@]}"; do
    wait "${processes[$file]}" || echo "FAILED $file: ended before its last case" >>"$work/$file.log"
    cat "$work/$file.log"
    ok=$(grep -c '^ok ' "$work/$file.log" || true)
    if [ "$ok" -eq 0 ]; then echo "FAILED $file: no case passed" | tee -a "$work/$file.log"; fi
    passed=$((passed + ok))
    failed=$((failed + $(grep -c '^FAILED ' "$work/$file.log" || true)))
done

echo "interop: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
