# Each of these does its own set-up: a virtual environment in .make/, the pinned set, the package.
# Set up once, they start at once. A set-up that was interrupted is begun anew.
#
#     make demo        five real minutes of ECG labelled and drawn, and two models compared
#     make test        the tests; HEARTBEAT_DATA=FOLDER adds those that need real recordings,
#                      PYTEST_ARGS="tests/metrics -x" chooses among them
#     make docs        the site, in docs/_build/html
#     make lint        style and types
#     make fuzz        50,000 damaged files through every reader, for half an hour
#     make bench-NAME  benchmarks/NAME.py, its results in benchmark-results/; BENCH_ARGS=--help
#     make clean       remove what the above have made
#
# PYTHON=python3.12 chooses an interpreter; by default it is the first that is recent enough.

SETUP ?= .make
VENV := $(SETUP)/venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name; done))
# Never outside the environment, come what may.
PIP := $(BIN)/python -m pip --require-virtualenv --disable-pip-version-check --quiet
# "auto" is one process a core; 0 is none beside pytest's own, as a debugger needs it.
WORKERS ?= auto

.PHONY: help demo test docs lint fuzz clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#     //p' Makefile

demo: $(SETUP)/ready
	$(BIN)/heartbeat demo

test: $(SETUP)/ready
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

docs: $(SETUP)/ready-docs
	$(BIN)/python -m sphinx -W --keep-going -q -j auto docs docs/_build/html
	$(BIN)/python docs/check_site.py docs/_build/html

lint: $(SETUP)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: $(SETUP)/ready
	$(BIN)/python -m tests.fuzz $(or $(FUZZ_ARGS),--inputs 50000 --seed 0)

bench-%: $(SETUP)/ready
	@test -f benchmarks/$*.py || { echo "There is no benchmark $*; there are:" >&2; \
		ls benchmarks | sed -n 's/^\([^_].*\)\.py$$/  bench-\1/p' >&2; exit 2; }
	$(BIN)/python benchmarks/$*.py $(BENCH_ARGS)

# The stamp is written last and removed first, so it stands for a complete set-up. Without it
# nothing in the environment is trusted: pip may have been stopped in the middle of a package.
$(SETUP)/ready: requirements.txt setup.cfg
	@test -n "$(PYTHON)" || { echo "heartbeat needs Python 3.11 or later, and found none." \
		"Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up $(VENV), once. This takes some minutes."
	@test -f $@ || $(PYTHON) -m venv --clear $(VENV)
	@rm -f $@ $(SETUP)/ready-docs
	$(PIP) install -r requirements.txt
	$(PIP) install --no-deps --editable .
	@touch $@

$(SETUP)/ready-docs: docs/requirements.txt $(SETUP)/ready
	@rm -f $@
	$(PIP) install -r docs/requirements.txt
	@touch $@

clean:
	rm -rf $(SETUP) docs/_build heartbeat_demo.png
