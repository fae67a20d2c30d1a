# Each target does its own set-up. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help env reproduce report explore test test-long tex coverage prove mutate repeat baselines checklist bench notebooks lock
PYTHON ?= python3
BIN := .venv/bin

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: .venv/installed  ## Make .venv from the lock

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index -e .
	touch $@

reproduce: env  ## Run the notebooks, write results/ with the report, print the verdicts
	$(BIN)/python -m analysis reproduce

report: reproduce  ## The same, and say where to read
	@echo "results/report/index.html, and results/report.html in one file"

explore: env  ## Open a page to move assumptions on; Ctrl-C ends it
	$(BIN)/python -m analysis explore

test: env  ## Everything that CI checks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=600 -n 2 --dist loadfile notebooks

test-long: env tex  ## What takes longer: rare failures, kills, fuzzing, pages, the proof of the guard, mutation testing
	SCREENSHOTS=.screenshots RECORDS=tests/long $(BIN)/python -m pytest -m long
	$(BIN)/python -m tests.runtime
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/test_fuzz.py
	$(MAKE) coverage prove mutate

tex:  ## Install a TeX from Debian's packages, where there is none
	command -v pdflatex >/dev/null || { apt-get update && apt-get install -y --no-install-recommends texlive-latex-base; }

coverage: env  ## The tests, and which branches none of them takes
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term-missing:skip-covered

prove: env  ## Change one thing at a time and show that the guard notices
	$(BIN)/python tests/long/prove.py

mutate: env  ## Mutation testing of the modules of the core that changed, or of those in ONLY
	$(BIN)/python tests/long/mutate.py $(ONLY)

repeat:  ## Run the tests twenty times over in a clone, or as often as TIMES says; about three hours
	$(PYTHON) tests/long/repeat.py $(TIMES)

baselines: env  ## Accept the plotted data and the looks of all figures
	$(BIN)/python tests/long/baselines.py

checklist: env  ## Report, row by row, what standards of replication ask and whether it is met
	$(BIN)/python -m tests.checklist

bench: env .venv/benchmarks  ## Measure the package beside its peers, write benchmarks/README.md
	$(BIN)/python benchmarks/run.py

.venv/benchmarks: benchmarks/requirements.lock .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

notebooks: env  ## Commit-ready notebooks: as a run of them leaves them
	$(BIN)/python -m analysis reproduce --no-report --out .notebooks-run || test -d .notebooks-run/notebooks
	cp .notebooks-run/notebooks/*.ipynb notebooks/
	rm -rf .notebooks-run .".notebooks-run.lock"

lock: env  ## Renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --extra cluster --extra compiled --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-annotate --no-strip-extras --upgrade -o requirements.lock
	uv pip compile benchmarks/requirements.in -c requirements.lock --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-annotate --no-strip-extras --upgrade -o benchmarks/requirements.lock
