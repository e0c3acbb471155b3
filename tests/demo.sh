# To be sourced by the suites that run against a demonstration of their own: a real `senid demo` process on free
# ports, and the packages of a suite in the cache folder, by what its lock file says.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/senid

# Builds SenID and says where the program is. Whoever has built it names it in PROGRAM.
build_senid() {
    if [ -n "${PROGRAM:-}" ]; then
        realpath "$PROGRAM"
        return
    fi
    cargo build --quiet --manifest-path "$root/Cargo.toml" --bin senid >&2
    cargo metadata --format-version 1 --no-deps --manifest-path "$root/Cargo.toml" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"] + "/debug/senid")'
}

# What is to be done when this shell ends, the last first.
endings=()
at_end() { endings=("$(printf '%q ' "$@")" "${endings[@]}"); }

end() {
    local status=$? ending
    for ending in "${endings[@]}"; do eval "$ending" || true; done
    exit "$status"
}
trap end EXIT

# Builds SenID and starts a demonstration, with these further arguments; sets SENID and PORTAL to its two addresses, and
# DEMO_PROGRAM and DEMO_DATA for whoever administers it with the command line. It ends with this shell.
start_demo() {
    local senid port portal_port
    senid=$(build_senid)
    read -r port portal_port < <(free_ports)
    demo_folder=$(mktemp -d)
    at_end stop_demo
    "$senid" demo --port "$port" --portal-port "$portal_port" --data "$demo_folder/data" "$@" >"$demo_folder/log" 2>&1 &
    demo_process=$!
    export SENID=http://localhost:$port PORTAL=http://localhost:$portal_port
    export DEMO_PROGRAM=$senid DEMO_DATA=$demo_folder/data

    if ! answers "$demo_process" "$SENID/health/ready" "$PORTAL/"; then
        echo "The demonstration did not start:" >&2
        return 1
    fi
}

# Waits until every address after the process $1 answers well, while that process lives, for a minute at most.
answers() {
    python3 - "$@" <<'PYTHON'
import os, sys, time, urllib.request
process, *addresses = sys.argv[1:]
open_directly = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
for _ in range(600):
    os.kill(int(process), 0)
    try:
        for address in addresses:
            open_directly(address, timeout=5).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit(1)
PYTHON
}

stop_demo() {
    kill "$demo_process" 2>/dev/null && wait "$demo_process" 2>/dev/null
    # What the server said helps whoever reads of a failure.
    if [ "$status" -ne 0 ]; then grep -E 'WARN|ERROR|^senid:' "$demo_folder/log" | tail -n 40 >&2; fi
    rm -rf "$demo_folder"
}

# Ports that nobody listens on, two or as many as $1 says, below those that the system gives to outgoing connections, so that
# none of them takes one meanwhile.
free_ports() {
    python3 - "${1:-2}" <<'PYTHON'
import random, socket, sys
found = []
while len(found) < int(sys.argv[1]):
    candidate = socket.socket()
    try:
        candidate.bind(("127.0.0.1", random.randrange(10000, 32000)))
        found.append(candidate)
    except OSError:
        pass
print(*(each.getsockname()[1] for each in found))
PYTHON
}

# Where the npm packages of the suite in the folder $1 are, installed if they are not yet.
node_packages() {
    local folder
    folder=$cache/node-$(cat "$1/package.json" "$1/package-lock.json" | sha256sum | head -c 16)
    if [ ! -e "$folder/complete" ]; then
        mkdir -p "$folder"
        cp "$1/package.json" "$1/package-lock.json" "$1/.npmrc" "$folder"
        (cd "$folder" && npm ci --silent --ignore-scripts --no-audit --no-fund) >&2
        touch "$folder/complete"
    fi
    echo "$folder"
}

# The Python interpreter that has the packages of $1/requirements.txt.
python_packages() {
    local folder
    folder=$cache/python-$({ python3 --version && cat "$1/requirements.txt"; } | sha256sum | head -c 16)
    if [ ! -e "$folder/complete" ]; then
        python3 -m venv --clear "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$1/requirements.txt" >&2
        touch "$folder/complete"
    fi
    echo "$folder/bin/python"
}
