# The first target sets up a virtual environment in .make/ with the pinned requirements and the
# package; later ones use it. A set-up that was interrupted is repeated from the start.
#
#     make demo        label and draw five minutes of real ECG, and compare two models
#     make test        the tests; HEARTBEAT_DATA=FOLDER adds those that need real recordings,
#                      PYTEST_ARGS="tests/metrics -x" chooses among them
#     make docs        the site, in docs/_build/html; ONLINE=1 adds links to other packages' sites
#     make linkcheck   check the links from the site to other sites (needs a network)
#     make lint        style and types
#     make fuzz        read 50,000 damaged files with all readers, which takes half an hour
#     make bench-NAME  benchmarks/NAME.py, its results in benchmark-results/; BENCH_ARGS=--help
#     make clean       remove all files that the other targets made
#
# PYTHON=python3.12 chooses an interpreter; by default it is the first that is recent enough.

SETUP ?= .make
VENV := $(SETUP)/venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name; done))
# pip refuses to install anything outside the environment.
PIP := $(BIN)/python -m pip --require-virtualenv --disable-pip-version-check --quiet
# "auto" starts one process per core; 0 runs the tests in pytest's own process, for a debugger.
WORKERS ?= auto

.PHONY: help demo test docs linkcheck lint fuzz clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#     //p' Makefile

demo: $(SETUP)/ready
	$(BIN)/heartbeat demo

test: $(SETUP)/ready
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

docs: $(SETUP)/ready-docs
	HEARTBEAT_DOCS_ONLINE=$(ONLINE) \
		$(BIN)/python -m sphinx -W --keep-going -q -j auto docs docs/_build/html
	$(BIN)/python docs/check_site.py docs/_build/html

linkcheck: $(SETUP)/ready-docs
	HEARTBEAT_DOCS_GALLERY=False \
		$(BIN)/python -m sphinx -b linkcheck -q -j auto docs docs/_build/linkcheck

lint: $(SETUP)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: $(SETUP)/ready
	$(BIN)/python -m tests.fuzz $(or $(FUZZ_ARGS),--inputs 50000 --seed 0)

bench-%: $(SETUP)/ready
	@test -f benchmarks/$*.py || { echo "There is no benchmark $*. Choose one of:" >&2; \
		ls benchmarks | sed -n 's/^\([^_].*\)\.py$$/  bench-\1/p' >&2; exit 2; }
	$(BIN)/python benchmarks/$*.py $(BENCH_ARGS)

# The stamp is written last and removed first, so that it marks a complete set-up. Without it the
# environment is made anew, because pip may have been stopped in the middle of a package.
$(SETUP)/ready: requirements.txt setup.cfg
	@test -n "$(PYTHON)" || { echo "heartbeat needs Python 3.11 or later, but none was found." \
		"Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up $(VENV). This is done once and takes some minutes."
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
