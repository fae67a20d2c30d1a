# Each target does its own set-up. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help env env-dev reproduce check test test-long test-versions bench validate lock
PYTHON ?= python3
BIN := .venv/bin
# Compiling all that is installed takes longer than a run, so only what a run loads is.
LOADED := ipykernel.kernelapp, matplotlib.pyplot, scipy.stats, xarray
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
PYTEST := python -m pytest -p no:nbval -n 2 --dist worksteal
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=600
unexport PYTHONDONTWRITEBYTECODE

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: .venv/installed  ## Make .venv with what a run needs, from the lock

env-dev: .venv/installed-dev  ## Add what the tests need

.venv/installed: requirements.lock pyproject.toml
	@test ! -e .venv || test -e .venv/installed || test -e .venv-ours || \
	    { echo "There is a .venv that was not made here; move it."; exit 2; }
	touch .venv-ours
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation --no-deps --no-index -e .
	$(BIN)/python -c "import $(LOADED), analysis, pkgutil; \
	    [__import__(module.name) for module in pkgutil.walk_packages(analysis.__path__, 'analysis.')]"
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(PIP) --require-hashes --no-deps -r requirements-dev.lock
	touch $@

# As in SET="persons_per_transfer=0.6 overlap=0.5" OUT=changed.
SET :=
OUT := results
reproduce: env  ## Run the notebooks, write results/ with the pages, print the headlines
	$(BIN)/python -m analysis reproduce $(addprefix --set ,$(SET)) --out "$(OUT)"

# Of a contributor's own copy of the article, where ARTICLE names one.
AUDIT := if [ -n "$$ARTICLE" ]; then $(BIN)/python -m analysis audit "$$ARTICLE"; else echo "not audited: ARTICLE names no copy"; fi
QUICK := analysis docs README.md tests/backtests \
    $(patsubst %,tests/test_%.py,tables units readme figures settings case whatif show cli guard steps properties)

check: env-dev  ## In less than a minute: data, units, examples, sums by hand, README, figures
	@$(BIN)/python -m analysis verify >/dev/null || [ $$? = 1 ]
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/$(PYTEST) $(QUICK)
	@$(AUDIT)

test: env-dev  ## Everything that CI checks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(NBVAL) -n 2 --dist loadfile tests analysis docs README.md notebooks

test-long: env-dev  ## What takes longer: kills, many settings, every row and cell of data
	$(BIN)/python -m pytest -p no:nbval -m long

RESOLUTION ?= lowest-direct
OTHER := .venv-$(RESOLUTION)
test-versions:  ## Test with the lowest versions that are allowed, or RESOLUTION=highest (needs uv)
	$(PYTHON) -m venv --clear $(OTHER)
	uv pip install --quiet --python $(OTHER) --resolution $(RESOLUTION) -e ".[all,build,dev]"
	$(OTHER)/bin/$(PYTEST)

bench: env-dev  ## Measure the package beside its peers, write benchmarks/README.md
	$(BIN)/python benchmarks/run.py

validate: env-dev  ## Seed slips into the printed numbers, count what the checks notice
	$(BIN)/python -m benchmarks.validate

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-emit-index-url --no-annotate --no-strip-extras --upgrade pyproject.toml
# The second file has what the first has not.
LOCKED := sed -nE 's/^([A-Za-z0-9._-]+)(\[.*\])?==.*/--no-emit-package \1/p' requirements.lock

lock:  ## Renew the lock files from pyproject.toml (needs uv)
	$(COMPILE) --extra build --extra all -o requirements.lock
	$(COMPILE) --extra build --extra all --extra dev --extra bench -c requirements.lock $$($(LOCKED)) \
	    -o requirements-dev.lock
