#!/usr/bin/env bash
# Installs what is missing for `make`, with Debian's package manager, and says what it installs.
# Run again, it finds nothing to do.
#
#   scripts/setup.sh build   what compiling needs
#   scripts/setup.sh test    that, and the servers, the browser and the languages that the tests run
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
    [ "$1" = test ] || return 0
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
    need nodejs has_node
    need npm command -v npm
    need python3 command -v python3
    need python3-venv python3 -c 'import ensurepip, venv'
}

stop() {
    echo "$*" >&2
    exit 1
}

what=${1:-}
case $what in build | test) ;; *) stop "usage: $0 build|test" ;; esac

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
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null

find_missing "$what"
[ ${#missing[@]} -eq 0 ] || stop "Installed, and yet not found: ${missing[*]}"
