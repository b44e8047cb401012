# Yungang. `make` alone lists the targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.runtime-installed
DEV_STAMP := $(VENV)/.dev-installed
.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.txt
	@PYTHON=$(PYTHON) deploy/install $(VENV) requirements.txt
	@touch $@

$(DEV_STAMP): requirements.txt requirements-dev.txt
	@PYTHON=$(PYTHON) deploy/install $(VENV) requirements.txt requirements-dev.txt
	@touch $(STAMP) $@

run: $(STAMP)  ## start everything on one port (HOST, PORT, DATA_DIR, ADMIN_PASSWORD, EMULATORS)
	@exec $(BIN)/python -m config.run

test: $(DEV_STAMP)  ## run the tests that this machine can run; says which groups were left out
	@$(BIN)/python -m tests.groups

lint: $(DEV_STAMP)  ## style, types, import directions, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

format: $(DEV_STAMP)  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_STAMP)  ## measure against peers in the same run; writes docs/bench.md
	$(BIN)/python -m bench

faults: $(DEV_STAMP)  ## try every fault row that exists; writes docs/faults.md
	$(BIN)/python -m tests.faults

matrix: $(DEV_STAMP)  ## every source to every target under faults, 200 kills; writes docs/matrix.md
	$(BIN)/python -m tests.transfers.matrix

clients: $(DEV_STAMP)  ## run clients that others wrote against the stand-in (PyPI); writes docs/clients.md
	$(BIN)/python -m tests.clients

docs: $(DEV_STAMP)  ## write the generated parts: .env.example, settings, operations, OpenAPI, translations
	$(BIN)/python manage.py envdocs --write
	$(BIN)/python manage.py operations --write
	LANGUAGE_CODE=en $(BIN)/python manage.py spectacular --lang en --file docs/openapi.yaml
	$(BIN)/python manage.py compilemessages -v 0

proto: $(DEV_STAMP)  ## compile protos/*.proto
	$(BIN)/python -m protos.generate

lock: $(DEV_STAMP)  ## compile the requirement files from *.in
	$(BIN)/uv pip compile -q --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile -q --python-version 3.11 tests/clients/requirements.in -o tests/clients/requirements.txt

.PHONY: help run test lint format bench faults matrix clients docs proto lock
