# Each target does its own set-up. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help env env-dev reproduce explore test test-long tex coverage prove mutate bench refresh lock
PYTHON ?= python3
BIN := .venv/bin
# Compiling all that is installed takes longer than a run, so only what a run loads is compiled.
# Where PYTHONDONTWRITEBYTECODE is set, nothing would be, and each command would take twice as long.
LOADED := analysis.cli, analysis.publish.reproduction, analysis.publish.report, analysis.render.drawn, \
    analysis.whatif.sweep, ipykernel.kernelapp, matplotlib.pyplot
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
unexport PYTHONDONTWRITEBYTECODE
# The small edition has processes of its own; a relative path would let kernels import the other.
NEXT := PYTHONPATH=$(CURDIR)/next ../$(BIN)/

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
	$(BIN)/python -m analysis verify > /dev/null
	$(BIN)/python -m pytest -p no:nbval -n 2 --dist worksteal tests/backtests
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=600 -n 2 --dist loadfile notebooks
	cd next && $(NEXT)mypy
	cd next && $(NEXT)lint-imports
	cd next && $(NEXT)python -m pytest -p no:nbval -n 2 --dist worksteal
	cd next && $(NEXT)python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=600 -n 2 --dist loadfile notebooks

test-long: env-dev tex  ## What takes longer: kills, pages, other Pythons, a cluster, the proof of the guard, mutation testing
	SCREENSHOTS=.screenshots $(BIN)/python -m pytest -s -m long
	$(MAKE) coverage prove mutate

tex:  ## Install a TeX from Debian's packages, where there is none
	command -v pdflatex >/dev/null || { apt-get update && apt-get install -y --no-install-recommends texlive-latex-base; }

coverage: env-dev  ## The tests, and which branches none of them takes
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term-missing:skip-covered

prove: env-dev  ## Change one thing at a time and show that the guard notices
	$(BIN)/python tests/long/prove.py

mutate: env-dev  ## Mutation testing of the modules of the core, or of those in ONLY
	$(BIN)/python tests/long/mutate.py $(ONLY)

bench: env-dev .venv/benchmarks  ## Measure the package beside its peers, write benchmarks/README.md
	$(BIN)/python benchmarks/run.py

.venv/benchmarks: benchmarks/requirements.lock .venv/installed-dev
	$(PIP) --require-hashes -r $<
	touch $@

refresh: env-dev  ## Make anew all that is generated and committed, for one diff to review
	$(BIN)/python -m tests.refresh

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate \
    --no-strip-extras --upgrade
LOCKED = $(shell sed -nE 's/^([A-Za-z0-9._-]+)(\[.*\])?==.*/--no-emit-package \1/p' requirements.lock)

lock: env  ## Renew the lock files from pyproject.toml (needs uv)
	$(COMPILE) pyproject.toml --extra build -o requirements.lock
	$(COMPILE) pyproject.toml --extra build --extra dev --extra cluster \
	    -c requirements.lock $(LOCKED) -o requirements-dev.lock
	$(COMPILE) benchmarks/requirements.in -c requirements.lock -c requirements-dev.lock -o benchmarks/requirements.lock
