# Four words: make demo, make test, make check, make bench; and make soak and make mutate, which take long.
# Needs Python 3.11+ (with venv) and make. uv is taken from PATH, else brought in a private virtual environment.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
SYNCED := .venv/.synced
# Three at a time on two cores, for some wait; a file on one of them, for its tests share a simulated AWS.
# `PYTEST_ARGS=-n0` runs them one by one.
PYTEST_ARGS ?= -n 3 --dist loadfile
export UV_PYTHON ?= $(PYTHON)

.PHONY: demo test check bench soak mutate format help

help:
	@sed -n '1,2p' Makefile
	@echo "  make demo    the whole product on a simulated AWS organization, http://127.0.0.1:8080"
	@echo "  make test    every test, on SQLite and on a real PostgreSQL"
	@echo "  make check   lint, types, rooms, template"
	@echo "  make bench   what is fast, beside a peer"
	@echo "  make soak    a thousand accounts: memory, calls, and that each costs the same"
	@echo "  make mutate  small wrong turns of the policy engine, each of which a case must find out"

demo: $(SYNCED)
	$(UV) run --no-sync ciem demo

test: $(SYNCED)
	$(UV) run --no-sync pytest $(PYTEST_ARGS)
	$(UV) run --no-sync pytest --database postgres -m database $(PYTEST_ARGS)

check: $(SYNCED)
	$(UV) run --no-sync ruff check
	$(UV) run --no-sync ruff format --check
	CIEM_DATA_DIR=.cache/data $(UV) run --no-sync mypy
	$(UV) run --no-sync lint-imports
	$(UV) run --no-sync python -m cloud_entitlements.aws.template .cache
	$(UV) run --no-sync cfn-lint .cache/*.yaml

bench: $(SYNCED)
	$(UV) run --no-sync python benchmarks/collect.py
	$(UV) run --no-sync python benchmarks/decisions.py
	$(UV) run --no-sync python benchmarks/who_can.py
	$(UV) run --no-sync python benchmarks/judging.py

soak: $(SYNCED)
	$(UV) run --no-sync python benchmarks/many_accounts.py

mutate: $(SYNCED)
	$(UV) run --no-sync python -m tests.mutation

format: $(SYNCED)
	$(UV) run --no-sync ruff format
	$(UV) run --no-sync ruff check --fix

$(SYNCED): pyproject.toml uv.lock $(UV)
	$(UV) sync --locked
	@touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv
