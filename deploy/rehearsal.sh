# To be sourced by what checks and rehearses these files: a folder and processes that end with this shell, cases that are counted, a test
# authority, and a Postgres of one's own.

deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/demo.sh
source "$deploy/../tests/demo.sh"

# Where Debian has servers' programs; an ordinary user's path leaves it out.
PATH=$PATH:/usr/sbin

passed=0
failed=0
work=$(mktemp -d)
# Other users (postgres) go through it to what is theirs.
chmod 755 "$work"
[ -n "${KEEP:-}" ] || at_end rm -rf "$work"

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}

wrong() {
    failed=$((failed + 1))
    echo "FAILED $1"
}

# The case $1: the command that follows succeeds. What it printed is shown where it does not.
holds() {
    local name=$1
    shift
    if "$@" >"$work/said" 2>&1; then ok "$name"; else
        wrong "$name"
        tail -n 30 "$work/said"
    fi
}

# The case $1: $2 is what was expected, $3 what came.
same() {
    if [ "$2" = "$3" ]; then ok "$1"; else wrong "$1: expected '$2', got '$3'"; fi
}

# Ends with the counts of the suite $1.
close_suite() {
    echo "$1: $passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# Starts a program that ends with this shell; its output goes to $work/NAME.log, its process id to `started`.
start() {
    local name=$1
    shift
    "$@" >>"$work/$name.log" 2>&1 &
    started=$!
    at_end end_process "$started"
}

end_process() {
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# Waits until the command succeeds, for as many tenths of a second as $1 says.
until_done() {
    local tenths=$1
    shift
    for ((; tenths > 0; tenths--)); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    return 1
}

listens() { (echo >"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Before a command that is run as Postgres's user, which refuses to serve root. A list of words and no function, so that `start` knows the
# process itself.
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups); fi

# Where the newest Postgres of this machine has its programs.
postgres_programs() {
    local initdb
    initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || command -v initdb)
    dirname "$initdb"
}

# A folder below $work that is that user's.
folder_of_postgres() {
    mkdir -p "$work/$1"
    if [ "$(id -u)" -eq 0 ]; then chown postgres:postgres "$work/$1"; fi
    chmod 700 "$work/$1"
}

# An authority NAME (NAME.pem, NAME.key) in the folder $1.
make_authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$2" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
        -keyout "$1/$2.key" -out "$1/$2.pem" 2>/dev/null
}

# A certificate NAME (NAME.pem, NAME.key) in the folder $1 from the authority $2, for the subject $4, with the extensions $5.
issue() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$4" -keyout "$1/$3.key" -out "$1/$3.csr" 2>/dev/null
    openssl x509 -req -in "$1/$3.csr" -CA "$1/$2.pem" -CAkey "$1/$2.key" -CAcreateserial -days 2 \
        -extfile <(printf '%s\n' 'basicConstraints=critical,CA:FALSE' "$5") -out "$1/$3.pem" 2>/dev/null
}
