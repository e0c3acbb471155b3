# Keeps one server for the tests and never outlives them: its standard input is a pipe that only the
# test process holds, so however that process ends (finished, panicked, killed), the pipe closes here,
# the server is ended and its directory removed.
#
# Orders, one a line, words separated by spaces: `run COMMAND…` in the foreground, `start COMMAND…` in
# the background, `check` whether that still runs, `stop SIGNAL`. Each is answered by one line, the exit
# status. The first line printed is the directory.

# Words are split, patterns are not expanded.
set -f

# Nobody may be left to hear an answer; what is to be removed is removed all the same.
trap : PIPE

last_signal=$1
server=

stop() {
    [ -n "$server" ] || return 0
    kill -s "$1" "$server" 2>/dev/null
    wait "$server"
    server=
}

# In memory where there is room (2 GiB, in KiB): a database is hundreds of small files, made five times as fast. What is measured lies
# where a database lies.
place=/tmp
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "$2" = anywhere ] && [ "${room:-0}" -gt 2097152 ] && [ -w /dev/shm ]; then place=/dev/shm; fi

directory=$(mktemp -d "$place/senid-test-XXXXXX") || exit 1
cd "$directory" || exit 1
echo "$directory"

while read -r order words; do
    set -- $words
    case $order in
    run) "$@" </dev/null >>"$directory/log" 2>&1 ;;
    start)
        "$@" </dev/null >>"$directory/log" 2>&1 &
        server=$!
        ;;
    check)
        jobs >"$directory/jobs"
        grep -q Running "$directory/jobs"
        ;;
    stop) stop "$1" 2>/dev/null ;;
    esac
    echo $? 2>/dev/null
done

stop "$last_signal" 2>/dev/null
cd / && rm -rf "$directory"
