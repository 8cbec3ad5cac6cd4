# Every recipe sets up what it needs. `make demo` and `make test` are the two commands of the README.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PY := .venv/bin/python
WORKERS ?= 2
ARGS ?=

# What this machine trusts, its own ministry's proxy included, is trusted in fetching packages too.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export SSL_CERT_FILE ?= /etc/ssl/certs/ca-certificates.crt
endif

.PHONY: help demo serve test check bench drill mutate interop system clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/run.stamp  ## the whole story on SQLite, with a result to read in build/demo/index.html
	.venv/bin/cochair demo --out build/demo

serve: .venv/run.stamp  ## both demonstration nodes stay up to click through; Ctrl-C ends them
	.venv/bin/cochair demo --out build/demo --serve

test: .venv/dev.stamp system  ## everything, browser and PostgreSQL included
	$(PY) -m pytest -n $(WORKERS) -q

check: .venv/dev.stamp  ## format, lint, types, import contracts, documentation
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m pytest tests/house -q

bench: .venv/dev.stamp  ## the promises, ours and the peer side by side; writes build/bench.json
	$(PY) -m bench

interop: .venv/interop.stamp  ## foreign programs (Go, tlog-scales, @sigstore/verify) on our logs, ours on theirs; writes build/interop.json
	@./setup.sh interop
	$(PY) -m tests.interop $(ARGS)

drill: .venv/dev.stamp  ## the long reliability lines; LINE=R4 PART=2/9 SEED=1 SCALE=0.1 MINUTES=30 as wanted; adds to build/drill.json
	$(PY) -m tests.drill $(LINE) $(if $(PART),--part $(PART)) $(if $(SEED),--seed $(SEED)) $(if $(SCALE),--scale $(SCALE)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(JOBS),--jobs $(JOBS)) $(if $(TRIAL),--trial $(TRIAL))

mutate: .venv/dev.stamp  ## changes the ledger and the fold in thousands of small ways, one core; ARGS='notes fold' PART=2/6 as wanted; adds to build/mutation.json
	nice -n 19 $(PY) -m tests.mutation $(ARGS) $(if $(PART),--part $(PART))

# The environment: uv from PyPI, this machine's own Python, nothing downloaded beyond the packages of uv.lock.
.venv/run.stamp: pyproject.toml uv.lock
	@./setup.sh python --no-dev
	@touch $@

.venv/dev.stamp: pyproject.toml uv.lock
	@./setup.sh python
	@touch $@ .venv/run.stamp

.venv/interop.stamp: pyproject.toml uv.lock
	@./setup.sh python --group interop
	@touch $@ .venv/dev.stamp .venv/run.stamp

system:
	@./setup.sh system

clean:  ## remove what was built
	rm -rf build .venv
