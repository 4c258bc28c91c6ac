# Flow Centre. `make` alone says what there is.
#
# Python 3.11 or later with venv is all that is needed: each target makes .venv and installs what it
# needs, once. Tests also want node 20 or later with npm. PYTHON=... chooses another interpreter,
# DATA=... the folder of national files, TESTS=... which tests run, and ARGS=... what else a command
# is given: make run ARGS="--port 8060 --past 3".

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
DATA ?= ../shared/data
TESTS ?= tests
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
PROVIDER := tests/access/oidc/node_modules/.installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run run-published test check audit format bench soak glossary supply clean chromium headless

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  What a command takes goes into ARGS: make run ARGS="--port 8060 --past 3"'

# `exec` leaves no shell between the keyboard and the server: Ctrl-C reaches it as it should.
run: $(RUNTIME) ## Westshire, the invented county, at http://127.0.0.1:8050
	@exec $(BIN)/python app.py run $(ARGS)

run-published: $(RUNTIME) ## real figures that NHS England has published (DATA=folder)
	@exec $(BIN)/python app.py run-published --folder "$(DATA)" $(ARGS)

# Four at once on two processors: a good part of the time a test waits, for a browser, a database or a clock.
# Without kept bytecode each worker makes every assertion anew (twelve seconds), and each process that a test starts compiles all of us.
test: $(DEVELOPMENT) headless $(PROVIDER) ## every test, on SQLite and PostgreSQL (TESTS=tests/store)
	@exec env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not soak" $(ARGS) $(TESTS)

check: $(DEVELOPMENT) ## format, lint, types, the dependency rule, the words, the hazards, and what is known against packages
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -q -n 0 tests/test_dependency_rule.py tests/test_words.py tests/test_docs.py \
	  tests/test_hazards.py tests/test_supply.py
	$(BIN)/python -m supply audit

audit: $(DEVELOPMENT) ## what is known against packages, and no release where not all could be asked about
	@$(BIN)/python -m supply audit --whole

format: $(DEVELOPMENT) ## put the code in the agreed form
	$(BIN)/python -m ruff format
	$(BIN)/python -m ruff check --fix

bench: $(DEVELOPMENT) chromium ## the benchmark: ratios, sizes and the machine
	@exec $(BIN)/python -m bench $(ARGS)

soak: $(DEVELOPMENT) headless $(PROVIDER) ## the long tests
	@exec $(BIN)/python -m pytest -m soak $(ARGS) $(TESTS)

glossary: $(DEVELOPMENT) ## docs/glossary.md anew, from the catalogue of measures
	$(BIN)/python -m flowcentre.measures.glossary > docs/glossary.md

supply: $(DEVELOPMENT) ## docs/licences.md and docs/sbom.json anew, of what is installed
	$(BIN)/python -m supply write

clean: ## take away what can be made again; the store in var/ stays
	rm -rf .venv tests/access/oidc/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- What the targets stand on ------------------------------------------------------------

# An upgrade of Python leaves links to nothing, and a Ctrl-C half an environment: both are made anew.
GONE := $(shell test -d .venv && ! .venv/bin/python -c 'import pip' 2>/dev/null && rm -rf .venv)

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Flow Centre needs Python 3.11 or later; $(PYTHON) is not that.'; \
	  echo 'On Debian or Ubuntu: apt-get install python3.11 python3.11-venv'; \
	  echo 'Elsewhere: make PYTHON=/path/to/python3.11'; exit 1; } >&2
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python cannot make environments: its venv is not installed.'; \
	  echo "On Debian or Ubuntu: apt-get install python$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"; \
	  exit 1; } >&2
	@echo 'Making .venv ...'
	@"$(PYTHON)" -m venv --clear .venv

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo 'Installing what Flow Centre runs on (once; a minute or so) ...'
	@$(PIP) -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt requirements.txt | $(BIN)/python
	@echo 'Installing what tests and checks need (once) ...'
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(RUNTIME)

$(PROVIDER): tests/access/oidc/package.json tests/access/oidc/package-lock.json
	@{ command -v npm && node -e 'process.exit(+(parseInt(process.versions.node) < 20))'; } >/dev/null 2>&1 || { \
	  echo 'The tests sign in by a real identity provider, which needs node 20 or later with npm.'; \
	  echo 'Debian 13 has it: sudo apt-get install nodejs npm. Elsewhere: https://nodejs.org'; exit 1; } >&2
	@echo 'Installing the identity provider that the tests sign in by (once) ...'
	@cd tests/access/oidc && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# Chromium without its windows, in which tests take half as much of the processor; where it is not to be had a whole one will do.
headless:
	@command -v chromium-headless-shell >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { command -v chromium >/dev/null || apt-get update -qq; } && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
	    chromium-headless-shell fonts-liberation; \
	} >/dev/null 2>&1 || $(MAKE) --no-print-directory chromium

chromium:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo 'Installing chromium (once) ...'; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
	      chromium fonts-liberation >/dev/null; \
	  else \
	    echo 'Pages are drawn in Chromium, and there is no chromium on this machine.'; \
	    echo 'On Debian or Ubuntu: sudo apt-get update && sudo apt-get install chromium fonts-liberation'; exit 1; \
	  fi; } >&2
