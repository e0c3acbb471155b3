# To be sourced: a SenID as an operator installs one, on https with a certificate of a test authority, with two citizens
# in it. Relying parties register themselves with `senid client create` (senid.mjs, senid.py).

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/demo.sh
source "$here/../../tests/demo.sh"

# The relying parties that run, by file: they end with this shell too.
declare -A processes=()

# Starts it, with the interpreter `python`; sets ISSUER, and what a relying party needs: PROGRAM and SENID_CONFIG to register with, TLS for the folder
# of ca.pem, ca.key, server.pem and server.key, MTLS for where certificates of that authority prove clients. It ends with
# this shell.
start_senid() {
    local port operations_port mtls_port
    PROGRAM=$(build_senid)
    read -r port operations_port mtls_port < <(free_ports 3)
    work=$(mktemp -d)
    trap stop_senid EXIT
    make_certificates
    # A maker of security keys, and the metadata of its models.
    FIDO=$work/fido
    mkdir "$FIDO"
    "$python" -B "$here/authenticators.py" "$FIDO"
    ISSUER=https://localhost:$port MTLS=https://localhost:$mtls_port SENID_CONFIG=$work/senid.toml TLS=$work/tls
    export PROGRAM ISSUER MTLS SENID_CONFIG TLS FIDO
    cat >"$SENID_CONFIG" <<TOML
issuer = "$ISSUER"
listeners.operations.address = "127.0.0.1:$operations_port"
database.url = "sqlite:$work/senid.sqlite"
keys.folder = "$work/keys"
registration.mode = "open"
dpop.nonces = "required"
outbound = { allow_loopback = true, ca_file = "$TLS/ca.pem" }

[listeners.public]
address = "127.0.0.1:$port"
tls = { certificate = "$TLS/server.pem", key = "$TLS/server.key" }

[listeners.mtls]
address = "127.0.0.1:$mtls_port"
tls = { certificate = "$TLS/server.pem", key = "$TLS/server.key" }

# What is forged is tried more often than a guess would be.
[throttling]
per_account_and_address = "1000 in 10m"
free_tries = 100

[webauthn.attestation]
policy = "metadata"

[webauthn.metadata]
file = "$FIDO/metadata.jwt"
root_file = "$FIDO/root.pem"
signer = "mds.example"

[mtls]
public_url = "$MTLS"
trusted_authorities_file = "$TLS/ca.pem"
TOML
    (
        "$PROGRAM" migrate
        "$PROGRAM" citizen add --national-id "$AN_USERNAME" --name "$AN_NAME" --given-name An --family-name Nguyễn \
            --birthdate 1990-05-17 --gender male --phone +84912345678 --phone-verified --email an@example.vn \
            --email-verified --address "12 Hàng Bài, Hà Nội" --password-stdin <<<"$AN_PASSWORD"
        "$PROGRAM" citizen add --national-id "$BINH_USERNAME" --name "Trần Thị Bình" --birthdate 1992-03-02 \
            --gender female --phone +84987654321 --phone-verified --password-stdin <<<"$BINH_PASSWORD"
    ) >"$work/log" 2>&1
    "$PROGRAM" serve >>"$work/log" 2>&1 &
    senid_process=$!
    answers "$senid_process" "http://127.0.0.1:$operations_port/health/ready" || {
        echo "SenID did not start" >&2
        return 1
    }
}

# A certificate for localhost, and the authority that every program of the suite is told to trust.
make_certificates() {
    mkdir "$work/tls"
    (
        cd "$work/tls"
        curve=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
        openssl req -x509 "${curve[@]}" -days 30 -subj '/CN=Test authority' -keyout ca.key -out ca.pem \
            -addext keyUsage=critical,keyCertSign
        openssl req "${curve[@]}" -subj /CN=localhost -keyout server.key -out server.csr
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out server.pem \
            -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
    ) 2>/dev/null
}

stop_senid() {
    local status=$? process
    for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
    [ -z "${senid_process:-}" ] || { kill "$senid_process" 2>/dev/null && wait "$senid_process" 2>/dev/null; }
    # What the server said helps whoever reads of a failure.
    if [ "$status" -ne 0 ]; then grep -v ' INFO ' "$work/log" | tail -n 40 >&2; fi
    rm -rf "$work"
    exit "$status"
}
