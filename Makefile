# Every command of the project lives here; `make` lists them. All of them share one Cargo profile and one target
# folder (CARGO_TARGET_DIR, default ./target), so that dependencies compile once.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
BIN := $(CARGO_TARGET_DIR)/release
# Always the whole workspace: a smaller selection would settle on other features and compile dependencies again.
CARGO_FLAGS := --release --workspace
# The folders of contracts/, which are packages of the same names.
CONTRACTS := $(notdir $(patsubst %/Cargo.toml,%,$(sort $(wildcard contracts/*/Cargo.toml))))

.PHONY: help
help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup contracts ## Shows it: deploys a token, sends 200 transfers, restarts
	@ZX_NODE_BIN=$(BIN)/zx-node ZX_ARTIFACTS=$(CARGO_TARGET_DIR)/zx/artifacts node tests/clients/demo.mjs

# Cargo prints a summary for each test binary; the last line here is their sum.
.PHONY: test
test: setup contracts ## Runs every test
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; status=0; \
	cargo test $(CARGO_FLAGS) --no-fail-fast 2>&1 | tee "$$log" || status=$$?; \
	$(MAKE) test-contracts 2>&1 | tee -a "$$log" || status=$$?; \
	awk '/^test result: / { passed += $$4; failed += $$6 } END { print passed + 0 " passed, " failed + 0 " failed" }' "$$log"; \
	exit $$status

.PHONY: test-contracts
test-contracts: contracts ## Runs the tests of the contracts natively and in the sandbox, which must agree
	for package in $(CONTRACTS); do $(BIN)/cargo-zx test -p $$package --release; done

.PHONY: test-library
test-library: build setup-contracts setup-test ## Holds the contracts against their Solidity originals (ZX_LIBRARY_OPS=50000 ZX_LIBRARY_SEED=7)
	cargo test $(CARGO_FLAGS) --test library

.PHONY: gas-table
gas-table: build setup-contracts setup-test ## Writes the table of gas in contracts/README.md
	ZX_BLESS=1 cargo test $(CARGO_FLAGS) --test library -- gas::

.PHONY: test-anvil
test-anvil: contracts setup-test setup-anvil ## Compares traces with anvil's, and runs web3.py's own tests against both
	@anvil=$$(echo $(CURDIR)/benches/peers/anvil/node_modules/@foundry-rs/*/bin/anvil); \
	ZX_ANVIL=$$anvil cargo test $(CARGO_FLAGS) --test it -- traces_are_those_of_anvil web3_pys_own_tests; \
	tests/clients/web3py/beside_anvil.sh $$anvil $(CARGO_TARGET_DIR)/zx/artifacts

.PHONY: test-crash
test-crash: setup-build ## Kills the node at every step, cuts its power, fills and damages its disk (ZX_CRASH_ROUNDS=20 does more of it)
	cargo test $(CARGO_FLAGS) --test crash

.PHONY: build
build: setup-build ## Builds the node and the tools
	cargo build $(CARGO_FLAGS) --bins

.PHONY: contracts
contracts: build setup-contracts ## Builds the contracts to WebAssembly
	for package in $(CONTRACTS); do $(BIN)/cargo-zx-build -p $$package; done

.PHONY: install
install: setup-contracts ## Installs `cargo zx` and `cargo zx-build` for this user
	cargo install --locked --path contract-sdk/cargo-zx

.PHONY: test-zx
test-zx: build setup-contracts ## Runs `cargo zx` as an author does, from an empty folder (ZX_BLESS=1 writes its golden outputs anew)
	cargo test $(CARGO_FLAGS) --test it -- zx:: golden:: reproducible::

.PHONY: bench
bench: contracts setup-test ## Measures calls, state, storage and the pool
	cargo bench --workspace --bench ratios
	cargo bench --workspace --bench state
	cargo bench --workspace --bench pool

.PHONY: bench-author
bench-author: build setup-contracts ## Measures what an author waits for: tests, and a build after a changed line
	cargo bench --workspace --bench author

.PHONY: bench-load
bench-load: contracts setup-test setup-anvil ## Measures the node beside anvil: transfers, reads, 2,000 subscribers (three minutes)
	cargo test $(CARGO_FLAGS) --bench load

.PHONY: bench-sweep
bench-sweep: setup-build ## Measures what every instruction and host call takes for its gas
	cargo bench --workspace --bench sweep

.PHONY: bench-bombs
bench-bombs: build setup-contracts ## Measures what the worst modules take to compile (ZX_BOMB_SEARCH=seconds looks for worse)
	cargo bench --workspace --bench bombs

# A workspace of its own, which nothing else builds: cosmwasm-vm is not for the node's lock file.
.PHONY: bench-peers
bench-peers: setup-peers ## Measures against cosmwasm-vm, and prints ratios
	cargo bench --manifest-path benches/peers/Cargo.toml

# Documents that the node prints of itself.
DOCS := host-functions rpc

.PHONY: docs
docs: build ## Regenerates docs/host-functions.md and docs/rpc.md
	@for name in $(DOCS); do \
	    $(BIN)/zx-node docs $$name > $(CARGO_TARGET_DIR)/$$name.md && mv $(CARGO_TARGET_DIR)/$$name.md docs/$$name.md; \
	done

.PHONY: check-docs
check-docs: build ## Fails if a generated document is out of date
	@for name in $(DOCS); do \
	    $(BIN)/zx-node docs $$name | diff -u docs/$$name.md - \
	        || { echo "docs/$$name.md is out of date: run \`make docs\`" >&2; exit 1; }; \
	done

.PHONY: lint
lint: setup-build setup-lint ## Checks formatting, clippy, and cargo deny if it is installed
	cargo fmt --all --check
	cargo clippy $(CARGO_FLAGS) --all-targets -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check bans licenses sources; \
	else echo 'cargo deny is not installed: skipped (cargo install --locked cargo-deny)'; fi

.PHONY: audit
audit: ## Checks the dependencies for known vulnerabilities (needs cargo deny and the network)
	cargo deny check advisories

.PHONY: setup
setup: setup-build setup-contracts setup-test ## Installs what is missing

.PHONY: setup-build setup-contracts setup-test setup-lint setup-anvil setup-peers
setup-build setup-contracts setup-test setup-lint setup-anvil setup-peers:
	@scripts/setup.sh $(@:setup-%=%)
