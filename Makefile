# Two commands: `make demo` runs the main job on a real photo, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test check test-fast docs

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

demo: setup
	$(BIN)/python tools/demo.py

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright

test: check
	$(BIN)/pytest -n auto -m "not slow"

docs: setup
	$(BIN)/python tools/cli_docs.py
	$(BIN)/python tools/coordinates_picture.py
