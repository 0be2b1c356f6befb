# Guatu: `make demo` shows the sample county, `make test` runs every test. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8765

.PHONY: help setup setup-dev setup-test demo serve test fuzz check format translations bench clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## virtual environment and front-end files (no root, nothing outside this folder)

$(VENV)/.ready: pyproject.toml package.json package-lock.json scripts/setup.sh scripts/vendor.py
	@PYTHON=$(PYTHON) scripts/setup.sh run
	@touch $@

setup-dev: setup $(VENV)/.ready-dev

$(VENV)/.ready-dev: pyproject.toml $(VENV)/.ready
	@scripts/setup.sh dev
	@touch $@

setup-test: setup-dev ## what the tests need besides: Chromium, CJK fonts, GDAL's tools (apt, where it may)
	@scripts/setup.sh test

demo: setup ## build the sample county and serve its map
	@$(BIN)/guatu demo --port $(PORT)

test: setup-test ## every test
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: setup-dev ## format, lint, types, architecture, unit and contract tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/architecture tests/gis tests/webapp tests/contract

format: setup-dev ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

translations: setup-dev ## collect the texts of the page for translators
	$(BIN)/pybabel extract -F babel.cfg -k gettext -o webapp/translations/messages.pot .
	$(BIN)/pybabel update -i webapp/translations/messages.pot -d webapp/translations

fuzz: setup-dev ## look for files that the readers cannot answer, for a quarter of an hour (GUATU_FUZZ_EXAMPLES)
	GUATU_FUZZ_EXAMPLES=$${GUATU_FUZZ_EXAMPLES:-5000} $(BIN)/python -m pytest tests/gis/ingest/test_fuzz_readers.py -q

bench: setup-dev ## print the tables of bench/
	$(BIN)/python -m bench.assess
	$(BIN)/python -m bench.tiles
	$(BIN)/python -m bench.import_parcels
	$(BIN)/python -m bench.survey_txt
	$(BIN)/python -m bench.roads
	$(BIN)/python -m bench.batch
	$(BIN)/python -m bench.register
	$(BIN)/python -m bench.first_view
	$(BIN)/python -m bench.import_postgis
	$(BIN)/python -m bench.assess_postgis
	$(BIN)/python -m bench.tiles_against_tipg
	$(BIN)/python -m bench.panning --parcels 100000

clean: ## remove what set-up and running made
	rm -rf $(VENV) node_modules webapp/static/vendor demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
