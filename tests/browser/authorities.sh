# To be sourced after tests/demo.sh: whose certificates the demonstration of the browser tests trusts, and its settings.

# Makes, in the folder AUTHORITIES: ca.pem and ca.key, the authority of citizens' cards, with index.txt, of what it issued; tls-ca.pem,
# the authority of the server's certificate; settings.toml, for the demonstration. OCSP_PORT is where the authority is asked, MAIL_PORT where mail is brought.
make_authorities() {
    local card_port curve=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
    AUTHORITIES=$(mktemp -d)
    at_end rm -rf "$AUTHORITIES"
    read -r card_port OCSP_PORT MAIL_PORT < <(free_ports 3)
    export AUTHORITIES OCSP_PORT MAIL_PORT CARDS=https://localhost:$card_port
    (
        cd "$AUTHORITIES"
        openssl req -x509 "${curve[@]}" -days 30 -subj '/C=VN/CN=Authority of cards' -keyout ca.key -out ca.pem \
            -addext keyUsage=critical,keyCertSign,cRLSign
        openssl req -x509 "${curve[@]}" -days 30 -subj '/CN=Authority of servers' -keyout tls-ca.key -out tls-ca.pem \
            -addext keyUsage=critical,keyCertSign
        openssl req "${curve[@]}" -subj /CN=localhost -keyout server.key -out server.csr
        openssl x509 -req -in server.csr -CA tls-ca.pem -CAkey tls-ca.key -CAcreateserial -days 30 -out server.pem \
            -extfile <(printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n')
        touch index.txt
        mkdir trust
        cp ca.pem trust/cards.pem
    ) 2>/dev/null
    cat >"$AUTHORITIES/trust/cards.toml" <<TOML
bind_on_first_use = true
proves_identity = true

[identifiers]
rules = ["vn-uid"]
schemes = ["vn"]

[device_protected]
policies = ["1.3.6.1.4.1.99999.1.1"]

[revocation]
responders = ["http://localhost:$OCSP_PORT/"]
of_certificate = false
TOML
    cat >"$AUTHORITIES/settings.toml" <<TOML
outbound.allow_loopback = true
certificates.trust_folder = "$AUTHORITIES/trust"
certificate_sign_in.public_url = "$CARDS"
counter.enabled = true
administration.approvals = ["redirect_uris"]
messages.mail = { server = "127.0.0.1:$MAIL_PORT", security = "none", from = "no-reply@senid.example" }

[listeners.certificate]
address = "127.0.0.1:$card_port"
tls = { certificate = "$AUTHORITIES/server.pem", key = "$AUTHORITIES/server.key" }
TOML
}
