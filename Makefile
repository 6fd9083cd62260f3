# `make` alone lists the commands; `make run` and `make test` need nothing but Python and this folder.

PORT ?= 5000
HOST ?= 127.0.0.1
export PORT HOST

BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup browser run test lint bench chaos shell demo flower vendor

help:  ## List these commands
	@echo "make COMMAND"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: setup  ## Start everything on http://127.0.0.1:5000, demo data included (PORT=5001, HOST=0.0.0.0, VERBOSE=1, DEMO=0)
	@exec $(BIN)/python -m lms.embedded.run

test: setup browser lint  ## Check style, types and import rules, then run all tests (ARGS="-k courses")
	@exec $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

lint: setup  ## Check style, types and import rules only
	$(BIN)/ruff check .
	$(BIN)/mypy lms worker.py celeryconfig.py $(wildcard bench chaos)
	$(BIN)/lint-imports --no-logo

bench: setup  ## Measure (BENCH=broadcast, BENCH_SMALL=1 to try it), figures as JSON
	@exec $(BIN)/python -m bench $(BENCH)

chaos: setup  ## Kill processes and servers while changes are made, then count (SEED=1 CHANGES=10000 SETUP=embedded)
	@exec $(BIN)/python -m chaos

shell: setup  ## Python with the contexts, the models and EventCenter at hand
	@exec $(BIN)/flask --app lms shell

demo: setup  ## Load the demo data, once
	@exec $(BIN)/flask --app lms demo load

flower: setup  ## Watch the workers on http://127.0.0.1:5555
	@exec $(BIN)/celery -A worker flower --address=127.0.0.1 --port=5555

vendor:  ## Fetch the browser libraries of package-lock.json into lms/static/vendor
	@exec scripts/vendor.sh

setup:
	@scripts/setup.sh

browser:
	@scripts/browser-packages.sh
