# To be sourced by `check`: what can be said of a file without running what it is for.

# The least that `systemd-analyze security` must find: an exposure of 1.2 (of 10, tenths), which it calls OK. 1.3 is red.
MOST_EXPOSED=12

count_cases() {
    local line
    while read -r line; do
        case $line in "ok "*) ok "${line#ok }" ;; "FAILED "*) wrong "${line#FAILED }" ;; *) echo "$line" ;; esac
    done <"$1"
}

manifests() {
    local python
    python=$(python_packages "$deploy")
    "$python" -B "$deploy/manifests.py" "$@" >"$work/cases" 2>"$work/said" || {
        wrong "manifests.py $*"
        tail -n 5 "$work/said"
    }
    count_cases "$work/cases"
}

test_kubernetes() { manifests kubernetes; }

test_compose() {
    manifests compose
    mkdir "$work/compose"
    cp "$deploy"/compose/* "$work/compose/"
    # As an ordinary user whose files belong to nobody else; and again, which must change nothing.
    sed -i 's#^    chown .*#    :#' "$work/compose/secrets.sh"
    holds "compose: secrets.sh makes its files" sh "$work/compose/secrets.sh"
    sha256sum "$work"/compose/secrets/* >"$work/secrets.before"
    holds "compose: run again, it leaves them" sh "$work/compose/secrets.sh"
    holds "compose: as they were" sha256sum --quiet --check "$work/secrets.before"
    same "compose: nobody else reads them" '' "$(find "$work/compose/secrets" -type f -perm /077)"
    sed -e "s#/run/secrets/tls#$work/compose/secrets/tls.pem#; s#parse-resolv-conf##" "$deploy/compose/haproxy.cfg" >"$work/compose-haproxy.cfg"
    holds "compose: HAProxy accepts its file" haproxy -c -f "$work/compose-haproxy.cfg"
    holds "compose: SenID accepts settings and secrets" env SENID_CONFIG="$work/compose/senid.toml" \
        SENID_DATABASE__URL_FILE="$work/compose/secrets/server-url" SENID_SESSIONS__URL_FILE="$work/compose/secrets/redis-url" \
        SENID_KEYS__MASTER_KEY_FILE="$work/compose/secrets/master.key" "$senid" check-config
    for folder in base overlays/example; do
        holds "kubernetes/$folder: SenID accepts its settings" env SENID_CONFIG="$deploy/kubernetes/$folder/senid.toml" \
            SENID_DATABASE__URL_FILE="$work/compose/secrets/server-url" SENID_SESSIONS__URL_FILE="$work/compose/secrets/redis-url" \
            SENID_KEYS__MASTER_KEY_FILE="$work/compose/secrets/master.key" "$senid" check-config
    done
}

test_systemd() {
    local unit name exposed timer
    mkdir "$work/units"
    for unit in "$deploy"/systemd/*.service "$deploy"/systemd/*.timer; do
        # Where SenID is on this machine.
        sed "s#/usr/bin/senid#$senid#" "$unit" >"$work/units/$(basename "$unit")"
    done
    for unit in "$work"/units/*; do
        name=$(basename "$unit")
        # It ends well with warnings, too: whatever it says of these units is a fault.
        SYSTEMD_UNIT_PATH=$work/units: systemd-analyze verify --man=no "$unit" >"$work/said" 2>&1 || true
        same "systemd: $name is understood" '' "$(grep -F "$name" "$work/said" || true)"
    done
    for unit in "$work"/units/*.service; do
        name=$(basename "$unit")
        exposed=$(systemd-analyze security --offline=yes --no-pager "$unit" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
        holds "systemd: $name is exposed by $exposed, at most 1.2" [ "${exposed/./}" -le "$MOST_EXPOSED" ]
    done
    for unit in "$deploy"/systemd/*.timer; do
        timer=$(basename "$unit" .timer)
        holds "systemd: $timer.timer starts a service, at a time that there is" starts_sometime "$timer"
    done
}

starts_sometime() {
    [ -e "$deploy/systemd/$1.service" ] && systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$deploy/systemd/$1.timer")"
}

test_monitoring() {
    manifests monitoring
    holds "Prometheus accepts its settings" promtool check config --syntax-only "$deploy/monitoring/prometheus.yml"
    holds "Prometheus accepts the alerts" promtool check rules "$deploy/monitoring/alerts.yml"
    holds "each alert rings when it should, and none on a quiet day" promtool test rules "$deploy/monitoring/alerts.test.yml"
}
