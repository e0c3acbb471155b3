#!/usr/bin/env bash
# Installs what is missing for `make`, with Debian's package manager, and says what it installs.
# Run again, it finds nothing to do.
#
#   scripts/setup.sh build   what compiling needs
#   scripts/setup.sh test    that, and the servers, the browser and the languages that the tests run
#   scripts/setup.sh deploy  that, and what the rehearsals of deploy/ lose: Patroni, etcd, PgBouncer, Sentinel; and what builds an image
set -euo pipefail

# Adds a package to the list unless the command that follows it succeeds.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' || command -v initdb; }
has_node() { node -e 'process.exit(Number.parseInt(process.versions.node) >= 18 ? 0 : 1)'; }

find_missing() {
    missing=()
    need build-essential cc --version
    need git git --version
    [ "$1" != build ] || return 0
    need postgresql has_postgres
    need redis-server command -v redis-server
    need openssl command -v openssl
    need curl command -v curl
    # A smart card, what an office writes it with, and how programs reach it.
    need softhsm2 command -v softhsm2-util
    need opensc command -v pkcs11-tool
    need libengine-pkcs11-openssl compgen -G '/usr/lib/*/engines-3/pkcs11.so'
    need chromium command -v chromium
    # Where the browser finds the certificates of citizens' cards.
    need libnss3-tools command -v certutil
    # The browser's own dependencies include no font, and the pages are in Vietnamese and Russian too.
    need fonts-dejavu-core test -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
    # Reads the papers that citizens take away, as a program of somebody else's.
    need poppler-utils command -v pdftotext
    # The program alone: the package apache2 would also start a server on port 80.
    need apache2-bin test -x /usr/sbin/apache2
    need libapache2-mod-auth-openidc test -f /usr/lib/apache2/modules/mod_auth_openidc.so
    # What deploy/check runs, or asks whether it accepts a file.
    need nginx test -x /usr/sbin/nginx
    need libnginx-mod-http-js compgen -G '/usr/lib/nginx/modules/ngx_http_js_module.so'
    need haproxy test -x /usr/sbin/haproxy
    need prometheus command -v promtool
    need systemd command -v systemd-analyze
    need nodejs has_node
    need npm command -v npm
    need python3 command -v python3
    need python3-venv python3 -c 'import ensurepip, venv'
    [ "$1" = deploy ] || return 0
    need patroni command -v patroni
    need etcd-server command -v etcd
    need pgbouncer test -x /usr/sbin/pgbouncer
    need redis-sentinel command -v redis-sentinel
    need buildah command -v buildah
    need crun command -v crun
    need debootstrap test -x /usr/sbin/debootstrap
}

# Packages start the servers that they bring. None of these is needed but by tests, which start their own: while they are
# installed, nothing starts them.
servers() {
    local package
    for package in "${missing[@]}"; do
        case $package in nginx | haproxy | prometheus | patroni | pgbouncer | redis-sentinel) echo "$package.service" ;; etcd-server) echo etcd.service ;; esac
    done
}

stop() {
    echo "$*" >&2
    exit 1
}

what=${1:-}
case $what in build | test | deploy) ;; *) stop "usage: $0 build|test|deploy" ;; esac

command -v cargo >/dev/null || stop "Rust is not installed. SenID needs version 1.95 or newer, with rustfmt and clippy."

find_missing "$what"
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
    stop "Missing: ${missing[*]} (Debian's names). This system has no apt-get: please install them, then run this again."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        stop "Missing: ${missing[*]}. Installing needs root and there is no sudo: please run 'apt-get install ${missing[*]}' as root."
    as_root=(sudo)
fi

echo "Installing with apt-get: ${missing[*]}"
units=()
if [ -d /run/systemd/system ]; then mapfile -t units < <(servers); fi
if [ ${#units[@]} -gt 0 ]; then "${as_root[@]}" systemctl --quiet mask "${units[@]}"; fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
if [ ${#units[@]} -gt 0 ]; then "${as_root[@]}" systemctl --quiet unmask "${units[@]}"; fi

find_missing "$what"
[ ${#missing[@]} -eq 0 ] || stop "Installed, and yet not found: ${missing[*]}"
