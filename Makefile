# make demo: a whole hall in the browser.  make test: the gate.  make help: everything else.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-kernel check bench loss abuse chaos soak screenshots lock wheel clean environment

help: ## Show this list
	@echo "hallctl: make TARGET"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: environment ## Set everything up and run a township hall with emulated devices (ARGS="--port 8000")
	@.ci/system-packages demo
	@$(BIN)/hallctl demo $(ARGS)

test: environment ## Set everything up and run the gate: check, then all tests (ARGS="-k slip")
	@.ci/system-packages test
	@.ci/optional-packages
	@$(BIN)/python -m tests.third_party.emupos_venv
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest $(ARGS)

test-kernel: environment ## Our drivers on devices of a real kernel, in QEMU: five to fifteen minutes (ARGS="--only printer")
	@.ci/system-packages kernel
	$(BIN)/python -m tests.kernel $(ARGS)

check: environment ## Format, lint, types, layers, page tests, shapes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node --test $$(find tests/web -name '*.test.js' | sort)
	$(BIN)/python -m pytest -q tests/test_shape.py

bench: environment ## Measure the hall against what disk and wire take at least (ARGS="--quick", "--html report.html")
	@.ci/system-packages bench
	$(BIN)/hallctl bench $(ARGS)

loss: environment ## Kill it, cut its power, break its disk: the whole loss table (ARGS="--quick")
	@.ci/system-packages bench
	$(BIN)/python -m tests.loss $(ARGS)

abuse: environment ## Hostile clients and clocks: their rows of the loss table (ARGS="--quick")
	@.ci/system-packages bench
	$(BIN)/python -m tests.abuse $(ARGS)

chaos: environment ## Pull every device a hundred times; days on which all devices fail (ARGS="--quick")
	@.ci/system-packages test
	$(BIN)/python -m tests.chaos $(ARGS)

soak: environment ## Simulated county days and a real hour, with faults: flat memory, right sums
	@.ci/system-packages bench
	$(BIN)/python -m tests.soak $(ARGS)

screenshots: environment ## Take the pictures of the README from a running demo
	@.ci/system-packages test
	$(BIN)/python tests/screenshots.py $(ARGS)

lock: environment ## Resolve requirements.lock anew: hashes, no addresses
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --annotation-style line --extra dev pyproject.toml --output-file requirements.lock

wheel: environment ## Build the wheel into dist/
	$(BIN)/python -m hatchling build --target wheel

clean: ## Remove what was built and cached (keeps .venv)
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

environment:
	@PYTHON=$(PYTHON) .ci/environment
