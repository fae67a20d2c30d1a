# Each target does its own set-up. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help env env-dev reproduce explore test test-long bench lock
PYTHON ?= python3
BIN := .venv/bin
# Compiling all that is installed takes longer than a run, so only what a run loads is.
LOADED := analysis.cli, analysis.guard, analysis.notebooks, analysis.page, \
    analysis.report, analysis.results, ipykernel.kernelapp, scipy.stats, xarray
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=600
unexport PYTHONDONTWRITEBYTECODE

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: .venv/installed  ## Make .venv with what a run needs, from the lock

env-dev: .venv/installed-dev  ## Add what the tests need

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation --no-deps --no-index -e .
	$(BIN)/python -c "import $(LOADED); analysis.load()"
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(PIP) --require-hashes --no-deps -r requirements-dev.lock
	touch $@

reproduce: env  ## Run the notebooks, write results/ with the report, print the headlines
	$(BIN)/python -m analysis reproduce

explore: env  ## Open the page on which you can change the assumptions
	$(BIN)/python -m analysis explore

test: env-dev  ## Everything that CI checks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -p no:nbval -n 2 --dist worksteal
	$(BIN)/python -m pytest $(NBVAL) -n 2 --dist loadfile notebooks

test-long: env-dev  ## What takes longer: kills, many settings, JupyterLab, the guard's mutants
	$(BIN)/python -m pytest -p no:nbval -m long

bench: env-dev  ## Measure the package beside its peers, write benchmarks/README.md
	$(BIN)/python benchmarks/run.py

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-annotate --no-strip-extras --upgrade
LOCKED = $(shell sed -nE 's/^([A-Za-z0-9._-]+)(\[.*\])?==.*/--no-emit-package \1/p' requirements.lock)

lock: env  ## Renew the lock files from pyproject.toml (needs uv)
	$(COMPILE) pyproject.toml --extra build -o requirements.lock
	$(COMPILE) pyproject.toml --extra build --extra dev -c requirements.lock $(LOCKED) -o requirements-dev.lock
