# Two commands do everything on a fresh machine: `make serve` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
DATA ?= data
DEMO ?=
DB ?= sqlite
TESTS ?=
MODE ?= development
PUBLIC_URL ?= http://127.0.0.1:$(PORT)
PYTHON ?= python3
BIN := .venv/bin
SAY := @printf '%s\n'
# Compiled modules make every start twice as fast; a machine's wish not to write them is overruled.
unexport PYTHONDONTWRITEBYTECODE
export LMS_DATA := $(abspath $(DATA))
export LMS_MODE := $(MODE)
export LMS_PUBLIC_URL := $(PUBLIC_URL)
export PORT

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

.venv/installed: requirements-dev.txt tools/setup.sh tools/packages.sh
	@PYTHON=$(PYTHON) bash tools/setup.sh

.PHONY: setup
setup: .venv/installed ## install what serving and testing need (quick the second time)

.PHONY: serve
serve: setup ## install, migrate, publish the curriculum, serve (PORT= DATA= DEMO=1 MODE=production)
	$(SAY) "Preparing the database and the curriculum in $(LMS_DATA) …"
	@$(BIN)/lms prepare $(if $(DEMO),--demo)
	@exec $(BIN)/lms serve

.PHONY: test
test: setup ## run every test (DB=postgresql starts a server of its own; TESTS= names some)
	@DB=$(DB) bash tools/test.sh $(TESTS)

.PHONY: check
check: setup ## format, lint, types, import rules, content
	$(SAY) "Formatting and lint …"
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	$(SAY) "Types …"
	@$(BIN)/mypy
	$(SAY) "Import rules …"
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	$(SAY) "Content …"
	@$(BIN)/lms content check

.PHONY: bench
bench: setup ## measure pages, saves and certificates; one table (JSON=1 for JSON)
	@$(BIN)/python -m benchmarks $(if $(JSON),--json)

.PHONY: soak
soak: setup ## kill test, tampering, corpora and axe on every lesson, in full
	@$(BIN)/python -m tests.soak.kills --cycles 200 --clients 8
	@$(BIN)/python -m tests.soak.tampering --rounds 10000
	@LMS_TEST_IN_FULL=1 $(BIN)/python -m pytest -q tests/browser -k 'bundled or whole_module'
	@LMS_TEST_IN_FULL=1 $(BIN)/python -m pytest -q tests/quizzes/interchange \
		tests/certificates/test_certificates_pdf_forgeries.py
