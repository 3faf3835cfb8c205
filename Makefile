# Two commands: `make demo` runs the main job on a real photo, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test gate test-train test-browser check docs

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

# Speed as a ratio to this machine's limit; it runs alone, and once more where something else disturbed it.
gate: setup
	$(BIN)/pytest -m slow tests/golden/test_speed_gate.py || $(BIN)/pytest -m slow tests/golden/test_speed_gate.py

TRAIN := .venv-train

$(TRAIN)/ready: pyproject.toml
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --upgrade pip
	$(TRAIN)/bin/python -m pip install --quiet --editable ".[train]" "beartype>=0.20" "pytest>=8.3" "pytest-xdist>=3.6"
	touch $@

# Training: PyTorch and its tests, in an environment of their own.
test-train: setup $(TRAIN)/ready
	$(BIN)/basedpyright --project tests/training
	$(TRAIN)/bin/pytest --override-ini addopts="--doctest-modules --import-mode=importlib -q" tests/training src/tendu/training

BROWSER := .browser/node_modules/@litertjs/core

$(BROWSER)/package.json:
	npm install --silent --no-audit --no-fund --prefix .browser @litertjs/core@2.5.3

# The model files and the page of docs/browser in Chromium, which has to be on the PATH; the time of a look with each file.
test-browser: setup $(BROWSER)/package.json
	$(BIN)/pytest tests/browser

docs: setup
	$(BIN)/python tools/cli_docs.py
	$(BIN)/python tools/coordinates_picture.py
