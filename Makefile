# `make help` lists the commands. Two of them are all the set-up there is: `make demo` and `make test`.

.DEFAULT_GOAL := help
.PHONY: help demo test test-format test-clippy test-rust test-browser test-interop test-conformance screenshots bench bench-load bench-audit scale deny \
	test-deploy rehearse-restore rehearse-keys rehearse-postgres rehearse-redis rehearse-image

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Build and run the demonstration: SenID on localhost:8080, a portal on localhost:8081 (ARGS="--port …")
	@scripts/setup.sh build
	cargo run --bin senid -- demo $(ARGS)

# The suites of `make test`, in this order.
SUITES := format clippy rust conformance interop browser deploy

test: ## Install what is missing, run every suite, close with the counts
	@scripts/setup.sh test
	@scripts/test.sh $(SUITES)

test-format: ## Formatting only
	cargo fmt --check

test-clippy: ## Lints only, warnings denied
	cargo clippy --all-targets -- -D warnings

test-rust: ## Unit tests and the integration tests, on both databases and both short-lived stores
	cargo test --no-fail-fast

test-browser: ## The pages in a real browser
	tests/browser/run.sh

test-conformance: ## The runner of the conformance suite, against a recording of the suite's interface
	cd conformance && python3 -B -m suite.tests

test-interop: ## Relying parties that others wrote, against a running SenID
	conformance/interop/run.sh

test-deploy: ## deploy/: the proxies' examples are run, every other file is held against what it is for
	deploy/check

rehearse-restore: ## Backup and point-in-time restore of a Postgres that SenID wrote to: what is there afterwards, and how soon
	@scripts/setup.sh test
	deploy/rehearse-restore

rehearse-keys: ## Every key that can leak is changed while a server runs
	@scripts/setup.sh test
	deploy/rehearse-keys

rehearse-postgres: ## Patroni, PgBouncer and SenID: the primary is lost under load (PGBOUNCER=… where the system's is older than 1.21)
	@scripts/setup.sh deploy
	deploy/rehearse-postgres

rehearse-redis: ## Redis with Sentinel: the primary is lost
	@scripts/setup.sh deploy
	deploy/rehearse-redis

rehearse-image: ## The container image is built, looked into, and serves read-only (needs root)
	@scripts/setup.sh deploy
	deploy/rehearse-image

screenshots: ## Every page, on a phone light and dark and on a desktop, into docs/screenshots/
	@scripts/setup.sh test
	tests/browser/screenshots.sh

bench: ## The micro-benchmarks: signatures, hashes, and the hot paths through the server
	@scripts/setup.sh build
	cargo bench --bench crypto --bench flows --bench certificates

bench-load: ## What a server costs: CPU time for a thousand of each operation, memory, time to ready
	@scripts/setup.sh test
	cargo bench --bench load

bench-audit: ## What the audit log costs: the wait for an event, the sequencer's lag, lost events, at 2,000 events a second
	@scripts/setup.sh test
	cargo bench --bench audit_log

scale: ## A million made-up citizens: how fast they are imported, what they weigh, and that nobody is found more slowly for it
	@scripts/setup.sh test
	SENID_SCALE=10000,1000000 cargo test --release --test scale -- --nocapture

deny: ## Licences, bans and sources of the dependencies (needs cargo-deny)
	@cargo deny --version >/dev/null 2>&1 || { echo "cargo-deny is not installed" >&2; exit 1; }
	cargo deny check licenses bans sources
