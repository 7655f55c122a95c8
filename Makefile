# Assumed on the machine: make, and Python 3.11 or newer, which may be named: make PYTHON=python3.13
PYTHON ?= python3
OUTPUT ?= build
SEED ?= 1
DECKS ?= 300
RUNS ?= 3
REV ?= main
SECONDS ?= 60
LONGEST ?= 0
ROOM ?= formula
SAMPLE ?= 150
TARGETS ?= parser typesetting reader front-matter answers

bin := .venv/bin
EXTRAS ?= $(bin)/python
installed := .venv/.installed
doctor := $(PYTHON) -I bpreport/publish/doctor.py

.DEFAULT_GOAL := help
.PHONY: help report test lint types bench bench-compare bench-audit bench-growth bench-report bench-numbers bench-hostile catalogues issued pictures readings images fuzz fuzz-blind supply thorough coverage mutants lock setup doctor clean machine

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

report: setup ## build the report and the corrected slides of the built-in deck in build/
	$(bin)/bpreport build -o $(OUTPUT) --format html,pdf,slides

test: setup ## run the tests; a test is skipped where a program that it needs cannot be had
	@$(doctor) --install --tests || true
	$(bin)/pytest

lint: setup ## check style, format and the direction of imports
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/lint-imports

types: setup ## check types
	$(bin)/mypy

bench: setup ## measure the tables of docs/performance.md, in 15 to 20 minutes: RUNS=3 EXTRAS=PYTHON
	$(bin)/python -m benchmarks --runs $(RUNS) --extras $(EXTRAS) --write

bench-compare: setup ## hold this tree against an earlier revision: REV=main RUNS=3
	$(bin)/python -m benchmarks.compare $(REV) --runs $(RUNS)

bench-audit: setup ## judge the audit on random decks with planted slips: SEED=1 DECKS=300
	$(bin)/python -m benchmarks.audit --seed $(SEED) --decks $(DECKS)

bench-growth: setup ## time the audit of bare notes of 100 to 10,000 formulas: RUNS=3
	$(bin)/python -m benchmarks.growth --runs $(RUNS)

bench-report: setup ## measure sizes and times of the report and the slides: RUNS=3
	$(bin)/python -m benchmarks.report --runs $(RUNS)

bench-numbers: setup ## hold float64 against 50 digits, in units in the last place
	$(bin)/python -m benchmarks.numbers --seed $(SEED)

bench-hostile: setup ## time the audit of decks of 1 MB that are made to be slow, and their memory
	$(bin)/python -m benchmarks.hostile

catalogues: setup ## bring the translations up to date with the code and the templates
	$(bin)/python -m bpreport.publish.catalogue

issued: setup ## freeze the newest design of sheets, and renew the classes issued in it
	$(bin)/python -m bpreport.publish.catalogue freeze
	$(bin)/python -m tests.publish.issued

pictures: setup ## renew the pictures of key pages that the tests compare: look at them
	BPREPORT_RENEW_PICTURES=1 $(bin)/pytest --numprocesses=0 tests/publish/test_pictures.py

fuzz: setup ## look for inputs that break a reader: SECONDS=60 each, LONGEST=32 bytes, TARGETS="parser reader ..."
	@$(bin)/python -m pip install --quiet --require-hashes --requirement requirements-search.lock
	@for target in $(TARGETS); do $(bin)/python -m fuzzing $$target --seconds $(SECONDS) --longest $(LONGEST) || exit 1; done

fuzz-blind: setup ## run each reader on the same changed inputs every time, whatever the code
	@$(bin)/python -m fuzzing parser --blind --runs 20000
	@$(bin)/python -m fuzzing typesetting --blind --runs 10000
	@$(bin)/python -m fuzzing reader --blind --runs 5000
	@$(bin)/python -m fuzzing front-matter --blind --runs 1000
	@$(bin)/python -m fuzzing answers --blind --runs 10000

readings: setup ## write the whole readings of decks anew and print what changed: judge each line
	$(bin)/python -m tests.audit.readings

images: setup ## renew the pictures of README.md and docs/: look at them
	$(bin)/python docs/images/renew.py

supply: setup ## list the licences of what is locked, and check for known weaknesses: DATABASE=folder
	$(bin)/python -m supply licences
	$(bin)/python -m supply weaknesses $(if $(DATABASE),--database $(DATABASE)) || [ $$? -eq 3 ]

thorough: setup ## inject more than 100 kills and other faults, and compare builds of the built-in deck
	BPREPORT_THOROUGH=1 $(bin)/pytest --numprocesses=0 tests/publish/test_faults.py tests/publish/test_same_bytes.py

mutants: setup ## see which small changes of a room its tests notice: ROOM=formula SAMPLE=150 SEED=1
	@$(bin)/python -m pip install --quiet --require-hashes --requirement requirements-search.lock
	$(bin)/python -m mutants $(ROOM) --sample $(SAMPLE) --seed $(SEED)

coverage: setup ## measure which branches the tests reach; fails below the share in pyproject.toml
	$(bin)/pytest --cov --cov-report=term

lock: setup ## pin the newest dependencies that pyproject.toml allows
	$(bin)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-strip-extras --annotation-style line \
		--custom-compile-command "make lock" --all-extras --group dev \
		--output-file requirements.lock pyproject.toml
	$(bin)/uv pip compile --quiet --upgrade --universal --generate-hashes --annotation-style line \
		--custom-compile-command "make lock" --group search --output-file requirements-search.lock

setup: machine $(installed) ## make .venv with the locked dependencies and the project in it

doctor: ## tell which libraries, fonts and programs the machine lacks
	@$(doctor) --tests

clean: ## remove what was built and the tools' caches, but not .venv
	rm -rf build dist htmlcov .coverage .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +

# What pip cannot install: see that it is there, or install it where that can be done.
machine:
	@$(PYTHON) -c 'import sys; sys.exit("$(PYTHON) must be Python 3.11 or newer, but is " \
		+ sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(doctor) --install

$(installed): pyproject.toml requirements.lock | machine
	$(PYTHON) -m venv .venv
	$(bin)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(bin)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
