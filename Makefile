# Works with GNU make 3.81 and newer (macOS has 3.81). Every command creates the virtual environment on first use.

RUN = .venv/bin/python -m
CODE = $(wildcard main.py kintone tools provider local_kintone dify_host demo benchmarks fuzz simulation scripts tests)

.DEFAULT_GOAL := help
SEEDS ?= 10000
.PHONY: help demo test check coverage bench simulate mutants declarations docs package format audit setup clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: setup ## Start a local kintone and the plugin as Dify does, and show all tools
	@$(RUN) demo

test: setup ## Run all tests
	@$(RUN) scripts.test

check: setup ## Check formatting, lint, types and run all tests
	@echo '== formatting' && $(RUN) ruff format --check .
	@echo '== lint' && $(RUN) ruff check .
	@echo '== types' && $(RUN) mypy $(CODE)
	@echo '== tests' && $(RUN) scripts.test

coverage: setup ## Run all tests and tell which lines of the plugin none of them runs
	@$(RUN) scripts.coverage

bench: setup ## Run the benchmark
	@$(RUN) benchmarks

simulate: setup ## Simulate calls under faults and report every broken promise (SEEDS=10000)
	@$(RUN) simulation --seeds $(SEEDS)

mutants: setup ## Put mistakes into the plugin one at a time and report those that no test detects
	@$(RUN) scripts.mutation

declarations: setup ## Write the shared parameters into every tool's YAML
	@$(RUN) scripts.declarations

docs: setup ## Write the pages about tools in docs/, and the generated tables of README.md and docs/values.md
	@$(RUN) scripts.documentation

package: setup ## Build the .difypkg in build/ and verify it
	@$(RUN) scripts.package

format: setup ## Format the code and apply lint's automatic fixes
	@$(RUN) ruff check --fix-only --quiet .
	@$(RUN) ruff format .

audit: ## Check the plugin's requirements for known vulnerabilities
	@scripts/audit

setup: ## Create the virtual environment, if it is not up to date
	@scripts/set-up

clean: ## Remove everything that the other commands created
	rm -rf .venv build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
