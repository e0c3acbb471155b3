#!/bin/sh
# Makes the secrets of compose.yaml in ./secrets, where they are not there yet, and a certificate to try it with. Run as root: each file
# belongs to the user of the container that reads it, and to nobody else. Keep a copy of master.key where no copy of the database is.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# The folder is root's, the files are their readers': SenID 10001, Postgres 999, Redis 999, HAProxy 99.
secret() { # NAME OWNER: what comes on standard input, unless it is there
    [ -e "secrets/$1" ] || { cat >"secrets/$1.new" && mv "secrets/$1.new" "secrets/$1"; }
    chown "$2" "secrets/$1"
    chmod 0400 "secrets/$1"
}
random() { openssl rand -hex 24; }

printf '1:%s\n' "$(openssl rand -base64 32)" | secret master.key 10001
for account in postgres owner server; do random | tr -d '\n' | secret "$account-password" 999; done
# The network between the containers is inside this machine and leads nowhere else: no TLS on it. Across machines leave sslmode out, and
# SenID demands a certificate that it can verify.
printf 'postgres://senid_server:%s@postgres/senid?sslmode=disable' "$(cat secrets/server-password)" | secret server-url 10001
printf 'postgres://senid_owner:%s@postgres/senid?sslmode=disable' "$(cat secrets/owner-password)" | secret owner-url 10001
password=$(random)
printf 'requirepass %s\n' "$password" | secret redis.conf 999
password=$(sed -n 's/^requirepass //p' secrets/redis.conf)
printf 'redis://:%s@redis:6379/0' "$password" | secret redis-url 10001
if [ ! -e secrets/tls.pem ]; then
    host=$(sed -n 's#^issuer = "https://\(.*\)"#\1#p' senid.toml)
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host" -keyout secrets/key.tmp -out secrets/certificate.tmp 2>/dev/null
    cat secrets/certificate.tmp secrets/key.tmp | secret tls.pem 99
    rm secrets/certificate.tmp secrets/key.tmp
    echo "secrets/tls.pem is signed by itself, for $host: put the real one there (certificate, chain and key)."
fi
