# make demo    build the sample store end to end, and show what came out
# make test    lint and every test but the slow ones on Spark
# make test-spark  every test on Spark, on a cluster too (needs Java; an hour or two)
# make spark   Spark's packages beside martlet's, for dbt build --target spark
# make superset  Apache Superset of its own (docs/bi_tools.md)
# make bench   speed and memory against named peers (see tests/python/benchmarks)

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test spark test-spark superset bench lock clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("martlet needs Python 3.11.5 or newer, and $(PYTHON) is " + sys.version.split()[0] + ".\nTry: make PYTHON=python3.12 $(MAKECMDGOALS)") if sys.version_info < (3, 11, 5) else None'
	@echo "Setting up $(VENV) from requirements.lock (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The demo has a home of its own, so that it never meets a real store's warehouse.
demo: export MARTLET_HOME := data/demo
demo: export MARTLET_RAW := seeds/sample
demo: setup
	@$(BIN)/martlet build
	@$(BIN)/martlet report
	@$(BIN)/martlet export likely_to_buy --to csv
	@echo "To go on: source $(BIN)/activate; export MARTLET_HOME=$$MARTLET_HOME MARTLET_RAW=$$MARTLET_RAW"

test: setup
	@$(BIN)/ruff check python tests
	@$(BIN)/ruff format --check python tests
	@$(BIN)/pytest -n auto --dist worksteal -m "not (spark and slow)"

spark: $(VENV)/.spark-installed

$(VENV)/.spark-installed: $(VENV)/.installed requirements-spark.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

# One after the other: each has processes, memory and cores of its own to ask for.
test-spark: spark
	@$(BIN)/pytest -m spark $(ARGS)

# A virtual environment of its own: its versions are older than ours.
superset: .venv-superset/.installed

.venv-superset/.installed: docs/bi/requirements-superset.txt
	@echo "Setting up .venv-superset (1 GB, a few minutes, once)"
	@$(PYTHON) -m venv .venv-superset
	@.venv-superset/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/.bench-installed: $(VENV)/.installed requirements-bench.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

# Sizes: make bench ARGS="--events 20000000 --order-lines 10000000 --customers 1000000"
bench: $(VENV)/.bench-installed
	@$(BIN)/python -m tests.python.benchmarks $(ARGS)

lock: setup
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-header --no-emit-index-url --extra databases --extra metrics --extra privacy --group dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-header --no-emit-index-url --extra databases --extra metrics --extra privacy --group dev --group bench pyproject.toml -o requirements-bench.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-header --no-emit-index-url --extra databases --extra metrics --extra privacy --extra spark --group dev pyproject.toml -o requirements-spark.lock

clean:
	@rm -rf $(VENV) target logs build python/*.egg-info
