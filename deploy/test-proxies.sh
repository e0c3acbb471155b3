# To be sourced by `check`: the proxies' examples as they stand here, run on free ports before a `senid serve`, with a test authority.
# What is replaced in them is ports and folders.

# A SenID with one client that proves itself by a certificate; sets SENID_PORT, SENID_OPERATIONS.
start_senid_behind_proxies() {
    local tls=$work/tls
    mkdir "$tls" "$work/senid"
    make_authority "$tls" clients-ca
    make_authority "$tls" strangers-ca
    make_authority "$tls" server-ca
    issue "$tls" clients-ca reports "/C=VN/O=Ministry/CN=reports" extendedKeyUsage=clientAuth
    issue "$tls" strangers-ca forged "/C=VN/O=Ministry/CN=reports" extendedKeyUsage=clientAuth
    issue "$tls" server-ca server /CN=id.example.gov \
        subjectAltName=DNS:id.example.gov,DNS:mtls.id.example.gov,DNS:cert.id.example.gov
    cp "$tls/clients-ca.pem" "$tls/citizens-ca.pem"
    for host in id mtls.id cert.id; do
        cp "$tls/server.key" "$tls/$host.example.gov.key"
        cat "$tls/server.pem" "$tls/server.key" >"$tls/$host.example.gov.pem"
    done
    read -r SENID_PORT SENID_OPERATIONS < <(free_ports 2)
    cat >"$work/senid/senid.toml" <<TOML
issuer = "https://id.example.gov"
listeners.public.address = "127.0.0.1:$SENID_PORT"
listeners.operations.address = "127.0.0.1:$SENID_OPERATIONS"
proxies = { trusted = ["127.0.0.1"], header = "x-forwarded-for", client_certificate = "client-cert" }
mtls = { public_url = "https://mtls.id.example.gov", trusted_authorities_file = "$tls/clients-ca.pem" }
database.url = "sqlite:$work/senid/senid.db"
keys = { master_key_file = "$work/senid/master.key", folder = "$work/senid/keys" }
administration.approvals = []
throttling.pushed_requests_per_address = "2 in 10m"
TOML
    export SENID_CONFIG=$work/senid/senid.toml
    "$senid" migrate >>"$work/senid.log" 2>&1
    "$senid" keys new-master >>"$work/senid.log" 2>&1
    "$senid" client create reports --name Reports --grant-type client_credentials --auth tls_client_auth \
        --tls-client-auth-subject-dn "CN=reports,O=Ministry,C=VN" --scope openid \
        --tls-client-certificate-bound-access-tokens >>"$work/senid.log" 2>&1
    "$senid" client create app --name App --application-type native --auth none --redirect-uri com.example.app:/callback --sector app.example.gov \
        --scope openid >>"$work/senid.log" 2>&1
    start senid "$senid" serve
    until_done 300 curl --silent --fail "http://127.0.0.1:$SENID_OPERATIONS/health/ready"
}

# What the token endpoint answers the client `reports` at the host $1 and the port $2, with further options of curl: the status.
asks_for_a_token() {
    local host=$1 port=$2
    shift 2
    curl --silent --output "$work/answer" --write-out '%{http_code}' --noproxy '*' --cacert "$work/tls/server-ca.pem" \
        --resolve "$host:$port:127.0.0.1" --data grant_type=client_credentials --data client_id=reports "$@" \
        "https://$host:$port/token" || true
}

# The same cases for each of them: its name, the ports of the three hosts, and an address that nobody else comes from.
try_proxy() {
    local name=$1 https=$2 mtls=$3 cards=$4 address=$5 status tls=$work/tls bare
    local own=(--cert "$tls/reports.pem" --key "$tls/reports.key") other=(--cert "$tls/forged.pem" --key "$tls/forged.key")
    bare=:$(openssl x509 -in "$tls/reports.pem" -outform DER | base64 -w 0):

    same "$name: a client is proven by the certificate of its connection" 200 "$(asks_for_a_token mtls.id.example.gov "$mtls" "${own[@]}")"
    holds "$name: and its token is bound to it (RFC 8705 section 3)" bound_to "$tls/reports.pem"
    same "$name: HTTP/1.1 as well" 200 "$(asks_for_a_token mtls.id.example.gov "$mtls" "${own[@]}" --http1.1)"
    same "$name: without a certificate it is not" 401 "$(asks_for_a_token mtls.id.example.gov "$mtls")"
    same "$name: nor with one of the same name from another authority" 401 "$(asks_for_a_token mtls.id.example.gov "$mtls" "${other[@]}")"
    for header in Client-Cert client-cert CLIENT-CERT; do
        same "$name: a forged $header is taken away where certificates are asked for" 401 \
            "$(asks_for_a_token mtls.id.example.gov "$mtls" --header "$header: $bare")"
    done
    same "$name: and where none is" 401 "$(asks_for_a_token id.example.gov "$https" --header "Client-Cert: $bare")"
    same "$name: and beside somebody else's certificate" 401 \
        "$(asks_for_a_token mtls.id.example.gov "$mtls" "${other[@]}" --header "Client-Cert: $bare")"
    same "$name: and twice" 401 \
        "$(asks_for_a_token mtls.id.example.gov "$mtls" --header "Client-Cert: $bare" --header "Client-Cert: $bare")"
    same "$name: a forged header beside one's own certificate changes nothing" 200 \
        "$(asks_for_a_token mtls.id.example.gov "$mtls" "${own[@]}" --header "Client-Cert: :AAAA:" --header "Client-Cert-Chain: :AAAA:")"
    same "$name: a forged X-SSL-Client-Cert and a chain are taken away, too" 401 \
        "$(asks_for_a_token id.example.gov "$https" --header "X-SSL-Client-Cert: $bare" --header "Client-Cert-Chain: $bare")"
    same "$name: no token endpoint where smart cards are asked for" 404 "$(asks_for_a_token cert.id.example.gov "$cards" "${own[@]}")"
    status=$(curl --silent --output "$work/answer" --write-out '%{http_code}' --noproxy '*' --cacert "$tls/server-ca.pem" \
        --resolve "id.example.gov:$https:127.0.0.1" "https://id.example.gov:$https/.well-known/openid-configuration")
    same "$name: discovery comes through" "200 https://mtls.id.example.gov/token" \
        "$status $(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["mtls_endpoint_aliases"]["token_endpoint"])' "$work/answer")"
    # Two requests from one address are allowed, so that the third shows whose address was counted.
    pushes "$https" "$address" 203.0.113.1 >"$work/answer"
    pushes "$https" "$address" 203.0.113.2 >"$work/answer"
    same "$name: what a client says of its own address is not believed" 429 "$(pushes "$https" "$address" 203.0.113.3)"
    same "$name: and the address it comes from is passed on" 201 "$(pushes "$https" "$address"9 203.0.113.3)"
}

# What an app from the address $2 is answered that pushes a request and claims to come from $3.
pushes() {
    curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --cacert "$work/tls/server-ca.pem" --interface "$2" \
        --resolve "id.example.gov:$1:127.0.0.1" --header "X-Forwarded-For: $3" --header "Forwarded: for=$3" \
        --data client_id=app --data response_type=code --data scope=openid --data redirect_uri=com.example.app:/callback \
        --data code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM --data code_challenge_method=S256 \
        "https://id.example.gov:$1/par" || true
}

# Whether the token of the last answer is bound to the certificate $1.
bound_to() {
    python3 - "$work/answer" "$1" <<'PYTHON'
import base64, hashlib, json, ssl, sys
def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
token = json.load(open(sys.argv[1]))["access_token"]
thumbprint = base64.urlsafe_b64encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(open(sys.argv[2]).read())).digest()).rstrip(b"=").decode()
bound = json.loads(decode(token.split(".")[1]))["cnf"]["x5t#S256"]
assert bound == thumbprint, (bound, thumbprint)
PYTHON
}

# The examples with free ports and this folder's certificates in them.
start_nginx() {
    local https=$1 mtls=$2 cards=$3
    mkdir -p "$work/nginx"
    sed -e "s#/etc/nginx/senid/#$deploy/reverse-proxy/#" -e "s#/etc/ssl/private/#$work/tls/#; s#/etc/ssl/#$work/tls/#" \
        -e "s#127.0.0.1:8080#127.0.0.1:$SENID_PORT#" "$deploy/reverse-proxy/nginx-hosts.conf" |
        # Each host on a port of its own, so that HTTP/2 and the certificates of both proxies are asked for alike.
        awk -v ports="$https $mtls $cards $https" 'BEGIN { split(ports, port) } /^ *listen 443/ { n++; sub("443", "127.0.0.1:" port[n]) } { print }' \
            >"$work/nginx/senid.conf"
    # Before 1.25.1 HTTP/2 was a word of `listen`.
    if ! printf '%s\n1.25.1\n' "$(nginx -v 2>&1 | sed 's#.*/##')" | sort -V -C -r; then
        sed -i -e '/http2 on;/d' -e "s/listen 127.0.0.1:$https ssl;/listen 127.0.0.1:$https ssl http2;/" "$work/nginx/senid.conf"
    fi
    cat >"$work/nginx/nginx.conf" <<CONF
load_module $(compgen -G '/usr/lib/nginx/modules/ngx_http_js_module.so');
daemon off;
pid $work/nginx/pid;
error_log stderr warn;
worker_processes 1;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy; fastcgi_temp_path $work/nginx/f;
    uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
    include $work/nginx/senid.conf;
}
CONF
    holds "nginx accepts nginx-hosts.conf" nginx -t -e stderr -c "$work/nginx/nginx.conf"
    start nginx nginx -e stderr -c "$work/nginx/nginx.conf"
    until_done 50 listens "$https" || wrong "nginx listens"
}

start_haproxy() {
    sed -e "s#/etc/haproxy/#$work/tls/#g" -e "s#127.0.0.1:8080#127.0.0.1:$SENID_PORT#; s#port 9090#port $SENID_OPERATIONS#" \
        -e "s#maxconn 20000#maxconn 200#" -e "s#bind :443 #bind 127.0.0.1:$1 #; s#bind :8443 #bind 127.0.0.1:$2 #; s#bind :8444 #bind 127.0.0.1:$3 #" \
        "$deploy/reverse-proxy/haproxy.cfg" >"$work/haproxy.cfg"
    holds "HAProxy accepts haproxy.cfg, without a warning" haproxy -c -dW -f "$work/haproxy.cfg"
    start haproxy haproxy -db -f "$work/haproxy.cfg"
    until_done 50 listens "$1" || wrong "HAProxy listens"
}

# The example for a path of a shared host.
accepts_shared_host() {
    sed -e "s#/etc/ssl/private/#$work/tls/#; s#/etc/ssl/#$work/tls/#; s#http2 on;##" "$deploy/reverse-proxy/nginx.conf" >"$work/nginx/shared.conf"
    sed -e "s#senid.conf#shared.conf#" "$work/nginx/nginx.conf" >"$work/nginx/shared-main.conf"
    nginx -t -e stderr -c "$work/nginx/shared-main.conf"
}

test_proxies() {
    local ports
    start_senid_behind_proxies || {
        wrong "SenID starts behind the proxies"
        tail -n 20 "$work/senid.log"
        return 0
    }
    read -r -a ports < <(free_ports 6)
    start_nginx "${ports[@]:0:3}"
    try_proxy nginx "${ports[@]:0:3}" 127.0.1.1
    holds "nginx accepts nginx.conf" accepts_shared_host
    start_haproxy "${ports[@]:3:3}"
    # Its first look at /health/ready.
    until_done 50 curl --silent --fail --noproxy '*' --insecure --resolve "id.example.gov:${ports[3]}:127.0.0.1" \
        "https://id.example.gov:${ports[3]}/.well-known/openid-configuration"
    try_proxy HAProxy "${ports[@]:3:3}" 127.0.2.1

    # Who reaches SenID past the proxies is not one of them.
    local bare status
    bare=:$(openssl x509 -in "$work/tls/reports.pem" -outform DER | base64 -w 0):
    status=$(curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --interface 127.0.0.2 --header "Client-Cert: $bare" \
        --data grant_type=client_credentials --data client_id=reports "http://127.0.0.1:$SENID_PORT/token")
    same "SenID believes a certificate from the proxies' addresses alone" 401 "$status"
    status=$(curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --header "Client-Cert: $bare" \
        --data grant_type=client_credentials --data client_id=reports "http://127.0.0.1:$SENID_PORT/token")
    same "(and there it does, so that the case before shows something)" 200 "$status"
}
