# The commands of Hyeondap. `make run` serves, `make test` proves, `make check` reads the code.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& command -v $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help venv run test check format bench pictures requirements clean

help: ## List the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV)/.installed-dev ## Make .venv with everything that tests and checks need

run: $(VENV)/.installed ## Serve on http://127.0.0.1:8000 (HOST, PORT, DATA_DIR, DATABASE_URL)
	@exec $(BIN)/python app.py

test: $(VENV)/.installed-dev ## Run every test, browser and PostgreSQL included
	@services="$$(bash tests/prepare.sh)" && eval "$$services" && exec $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.installed-dev ## Check format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## Put the code into the house's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev ## Run every benchmark
	@services="$$(bash tests/prepare.sh)" && eval "$$services" && exec $(BIN)/python -m bench $(ARGS)

pictures: $(VENV)/.installed-dev ## Take the pictures of every page under docs/pictures
	@services="$$(bash tests/prepare.sh)" && eval "$$services" && exec $(BIN)/python -m tests.pictures $(ARGS)

requirements: $(VENV)/.installed-dev ## Pin the newest versions that the .in files allow
	$(COMPILE) --upgrade requirements.in --output-file requirements.txt
	$(COMPILE) --upgrade requirements-dev.in --output-file requirements-dev.txt

clean: ## Remove what the commands made, but not var/, where the data is
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'Hyeondap needs Python 3.11 to 3.14, and none was found.'; \
		echo '  Debian, Ubuntu:  sudo apt-get install python3 python3-venv'; \
		echo '  macOS:           brew install python@3.13'; \
		echo 'Or name one:       make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3.13'; \
		exit 1; \
	fi
	@"$(PYTHON)" -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo 'Python cannot make a virtual environment here. On Debian, Ubuntu:'; \
		echo '  sudo apt-get install python3-venv'; \
		exit 1; \
	}

# The development requirements hold the runtime ones at the same versions, so either stamp serves `make run`.
$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo 'Installing what Hyeondap needs to run (once) ...'
	@$(PIP) install -qq --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo 'Installing what tests and checks need (once) ...'
	@$(PIP) install -qq --require-hashes --requirement requirements-dev.txt
	@touch $(VENV)/.installed $@
