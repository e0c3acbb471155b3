# To be sourced after tests/demo.sh: a Postgres and a Redis of one's own, that end with this shell.

# Sets DATABASE_URL and REDIS_URL.
start_stores() {
    local binaries postgres_port redis_port password folder as=()
    binaries=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || command -v initdb)
    binaries=$(dirname "$binaries")
    read -r postgres_port redis_port < <(free_ports 2)
    # A server on the loopback is open to every user of the machine.
    password=$(openssl rand -hex 16)
    folder=$(mktemp -d)
    at_end rm -rf "$folder"
    printf %s "$password" >"$folder/password"
    # Postgres refuses to serve root.
    if [ "$(id -u)" -eq 0 ]; then
        chown -R postgres:postgres "$folder"
        as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    fi
    "${as[@]}" "$binaries/initdb" --pgdata="$folder/data" --username=senid --pwfile="$folder/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C --no-sync --no-instructions >"$folder/log" 2>&1
    # Nothing in it outlives this shell, so nothing is forced to disk.
    "${as[@]}" "$binaries/postgres" -D "$folder/data" -p "$postgres_port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c fsync=off -c full_page_writes=off >>"$folder/log" 2>&1 &
    at_end stop_store $!
    "${as[@]}" redis-server --port "$redis_port" --bind 127.0.0.1 --requirepass "$password" --save '' --appendonly no \
        --dir "$folder" >>"$folder/log" 2>&1 &
    at_end stop_store $!
    export DATABASE_URL=postgres://senid:$password@127.0.0.1:$postgres_port/postgres
    export REDIS_URL=redis://:$password@127.0.0.1:$redis_port/0
    until (echo >"/dev/tcp/127.0.0.1/$postgres_port") 2>/dev/null && (echo >"/dev/tcp/127.0.0.1/$redis_port") 2>/dev/null; do
        sleep 0.1
    done
}

stop_store() {
    kill -s INT "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
