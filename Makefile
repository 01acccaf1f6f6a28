# Each target sets up .venv by itself with plain python3 (3.11 or later) and pip; nothing else is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := $(VENV)/.ready
TESTED := $(VENV)/.tested

# What is installed is pinned, with hashes (tools/lock.py); who installs wirecopy itself gets the ranges of pyproject.toml.
PIP = -m pip install --quiet --disable-pip-version-check
AUDIT := .venv-audit

.PHONY: demo test check audit lock bench bench-reading clean
.DEFAULT_GOAL := demo

$(READY): pyproject.toml requirements/demo.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("wirecopy needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --require-hashes --requirement requirements/demo.txt
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(TESTED): $(READY) requirements/test.txt
	$(BIN)/python $(PIP) --require-hashes --requirement requirements/test.txt
	@touch $(TESTED)

$(AUDIT)/.ready: requirements/audit.txt
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/$(notdir $(BIN))/python $(PIP) --require-hashes --requirement requirements/audit.txt
	@touch $@

demo: $(READY)  ## mirror the simulated outlet, publish, say where to look
	$(BIN)/wirecopy demo

# Most of what the tests wait for is a disk that syncs; in memory, where there is room, they take half the time.
ROOMY := $(shell test -w /dev/shm && test "$$(df -Pk /dev/shm | awk 'NR == 2 { print $$4 }')" -gt 8000000 && echo yes)

test: $(TESTED)  ## every test, the slow ones too
	$(if $(ROOMY),PYTEST_DEBUG_TEMPROOT=/dev/shm )$(BIN)/python -m pytest -n auto --dist worksteal -o tmp_path_retention_policy=failed

check: $(TESTED)  ## lint, format, types, floor plan
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(AUDIT)/.ready  ## whether anything known is wrong with what is pinned; says so where nobody can be asked
	$(AUDIT)/$(notdir $(BIN))/python tools/audit.py $(if $(REQUIRED),--required)

lock: $(AUDIT)/.ready  ## pin again after a change of pyproject.toml; UPGRADE=1 takes the newest
	$(AUDIT)/$(notdir $(BIN))/python tools/lock.py $(if $(UPGRADE),--upgrade)

bench: $(TESTED)  ## measurements, as a table
	$(BIN)/python -m bench

READING := .venv-reading
PEERS ?= trafilatura readability_lxml resiliparse turbohtml justext boilerpy3
READERS = --extractor "wirecopy=$(abspath $(BIN))/python -m wirecopy.collect.read --jsonl" $(PEERS:%=--extractor %)

bench-reading: $(READY)  ## how well pages are read, beside other readers, on recorded pages; skipped where there are none
	@test -d ../shared/reading_bench || echo "skipped: there is no ../shared/reading_bench with recorded pages here"
	@if test -d ../shared/reading_bench; then set -e; export READING_RESULTS=$(READING)/results PYTHONPATH=../shared; \
	  test -d $(READING) || $(PYTHON) -m venv $(READING); \
	  $(READING)/bin/python -m pip install --quiet --disable-pip-version-check --requirement bench/peers.txt; \
	  $(READING)/bin/python -m reading_bench run $(READERS); \
	  $(READING)/bin/python -m reading_bench speed $(READERS); \
	  $(BIN)/python -m bench.reading_table $(READING)/results; fi

clean:
	rm -rf $(VENV) $(READING) $(AUDIT) demo-mirror
