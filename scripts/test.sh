#!/usr/bin/env bash
# Runs the suites that are its arguments, each `make test-NAME`, and shows what they print as they print it.
# Ends with the time each took and, alone on the last line, how many tests passed and failed.
set -uo pipefail
cd "$(dirname "$0")/.."
# Each suite is a command of its own, not a part of the make that called this.
unset MAKEFLAGS MAKELEVEL MFLAGS
if [ -t 1 ]; then export CARGO_TERM_COLOR=always; fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Passed, failed and ignored, from the lines of cargo and from a suite's own closing line.
count() {
    awk '
        /^test result: / { passed += $4; failed += $6; ignored += $8 }
        /^[a-z ]+: [0-9]+ passed, [0-9]+ failed$/ { passed += $(NF - 3); failed += $(NF - 1) }
        END { print passed + 0, failed + 0, ignored + 0 }
    ' "$log"
}

all_passed=0
all_failed=0
summary=
for suite; do
    printf '\n=== %s\n' "$suite"
    began=$SECONDS
    make --no-print-directory "test-$suite" 2>&1 | tee "$log"
    status=$?
    read -r passed failed ignored < <(count)
    seconds=$((SECONDS - began))

    verdict=
    if [ "$ignored" -gt 0 ]; then
        verdict="$ignored ignored: a test is run or removed"
    elif [ "$status" -eq 0 ] && [ "$failed" -gt 0 ]; then
        verdict="counted failures and yet ended well"
    elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        verdict="failed outside its tests"
    elif [ "$status" -eq 0 ] && [ "$passed" -eq 0 ]; then
        # Formatting and lints hold or do not; everything else has tests to count.
        case $suite in format | clippy) ;; *) verdict="ran no test" ;; esac
    fi
    # Whatever is wrong shows in the closing counts.
    if [ -n "$verdict" ] && [ "$failed" -eq 0 ]; then failed=1; fi

    summary+=$(printf '%-18s %3d:%02d  %5d passed  %3d failed  %s' \
        "$suite" $((seconds / 60)) $((seconds % 60)) "$passed" "$failed" "$verdict")$'\n'
    all_passed=$((all_passed + passed))
    all_failed=$((all_failed + failed))
done

printf '\n=== summary (minutes:seconds)\n%s%-18s %3d:%02d\n\n' "$summary" all $((SECONDS / 60)) $((SECONDS % 60))
echo "$all_passed passed, $all_failed failed"
[ "$all_failed" -eq 0 ] && [ "$all_passed" -gt 0 ]
