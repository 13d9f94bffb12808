# Works with GNU make 3.81 and newer (macOS has 3.81). Every command sets itself up the first time.

RUN = .venv/bin/python -m
CODE = $(wildcard main.py kintone tools provider local_kintone dify_host demo benchmarks fuzz simulation scripts tests)

.DEFAULT_GOAL := help
SEEDS ?= 10000
.PHONY: help demo test check bench simulate mutants declarations package format audit setup clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: setup ## Start a local kintone and the plugin as Dify does, and show all tools at work
	@$(RUN) demo

test: setup ## Run all tests
	@$(RUN) scripts.test

check: setup ## Check formatting, lint, types and run all tests
	@echo '== formatting' && $(RUN) ruff format --check .
	@echo '== lint' && $(RUN) ruff check .
	@echo '== types' && $(RUN) mypy $(CODE)
	@echo '== tests' && $(RUN) scripts.test

bench: setup ## Run the benchmark
	@$(RUN) benchmarks

simulate: setup ## Simulate calls under faults and tell every promise that is broken (SEEDS=10000)
	@$(RUN) simulation --seeds $(SEEDS)

mutants: setup ## Put mistakes into the plugin one at a time and tell which no test notices
	@$(RUN) scripts.mutation

declarations: setup ## Write the settings that repeat into every tool's YAML
	@$(RUN) scripts.declarations

package: setup ## Build the .difypkg in build/ and verify it
	@$(RUN) scripts.package

format: setup ## Format the code and apply what lint can repair by itself
	@$(RUN) ruff check --fix-only --quiet .
	@$(RUN) ruff format .

audit: ## Ask the advisory databases about the plugin's requirements
	@scripts/audit

setup: ## Make the virtual environment, if it is not up to date
	@scripts/set-up

clean: ## Remove everything that the other commands made
	rm -rf .venv build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
