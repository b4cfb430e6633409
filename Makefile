# What CI and a laptop run. `make help` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
PY     := $(VENV)/bin/python
FRUS   ?= ../shared/data/frus/frus_documents.jsonl.gz
SQUAD  ?= ../shared/data/squad/dev-v2.0.json.gz
TRAIN  ?= ../shared/data/squad/train-v1.0.json.gz
READER := assistant/models/evidence_reader
CAST   ?= ../shared/data/cast/rewrites.jsonl.gz
LLM    ?= openai-like:http://127.0.0.1:8089/v1\#qwen2.5-coder-1.5b-instruct
RUNS   ?= 3
export Q ?= What were Mao's conditions for an armistice?

.DEFAULT_GOAL := help
.PHONY: help ask chat serve screenshots test live check format golden docs eval bench bench-followups bench-reader train-reader calibrate build lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ask: $(VENV)/.run ## Ask a question: make ask Q="Who was Filippov?"
	@$(PY) -m assistant ask -- "$$Q"

chat: $(VENV)/.run ## Talk with the archive
	@$(PY) -m assistant chat

serve: $(VENV)/.run ## Serve the web page on this machine (SERVE="--port 8000 --llm ollama:llama3.2")
	@$(PY) -m assistant serve $(SERVE)

build: $(VENV)/.run ## Build the index, or bring it up to date
	@$(PY) -m assistant build

test: check ## Lint, types, tests with coverage, documentation and wheel
	$(PY) -m pytest --cov --cov-report=term
	$(PY) -m assistant eval --name gate --gold eval/gold/armistice.jsonl --kind primary --out build/eval \
		--thresholds eval/thresholds.toml --baseline eval/results/test.json

live: $(VENV)/.live ## Try and measure a real language model (LLM=its name)
	LIVE_LLM="$(LLM)" $(PY) -m pytest -m live tests/test_live.py
	$(PY) -m benchmarks.language --llm "$(LLM)"

check: $(VENV)/.dev ## Lint and types
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

format: $(VENV)/.dev ## Put the code into its form
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

golden: $(VENV)/.dev ## Accept the present answers as the golden ones
	$(PY) -m tests.update_golden

docs: $(VENV)/.dev ## Bring the generated parts of the README up to date
	$(PY) -m tests.update_documentation

screenshots: $(VENV)/.dev ## Make the README's pictures of the page anew (needs chromium)
	$(PY) -m tests.update_screenshots

eval: $(VENV)/.dev ## Measure citation accuracy on the test questions, beside the stored results
	$(PY) -m assistant eval --name test --gold eval/gold/armistice.jsonl --kind primary --thresholds eval/thresholds.toml
	$(PY) -m assistant eval --name beside --gold eval/gold/armistice.jsonl
	$(PY) -m assistant eval --name background --gold eval/gold/background.jsonl
	$(PY) -m assistant eval --name plain --gold eval/gold/apart/plain.jsonl --kind primary --split all

bench: $(VENV)/.dev ## Speed, memory and size beside baselines (FRUS=path of the documents, RUNS=3)
	$(PY) -m benchmarks.bench --frus $(FRUS) --runs $(RUNS)

bench-followups: $(VENV)/.dev ## How well follow-ups are understood (CAST=rewrites.jsonl.gz)
	$(PY) -m benchmarks.followups --cast $(CAST)

bench-reader: $(VENV)/.dev ## How well the evidence reader chooses and refuses (SQUAD=path of SQuAD 2.0 dev)
	$(PY) -m benchmarks.reader --squad $(SQUAD)

train-reader: $(VENV)/.train ## Make the evidence reader anew, two hours on two cores (TRAIN=SQuAD 1.1, FRUS=documents)
	$(PY) -m training.train --squad $(TRAIN) --frus $(FRUS) --work build/reader
	$(PY) -m training.export build/reader/reader.pt $(READER)
	$(PY) -m training.fit --squad $(TRAIN)

calibrate: $(VENV)/.dev ## What each refusal threshold costs and gains
	$(PY) -m benchmarks.calibrate

lock: $(VENV)/.dev ## Pin the newest versions that fit (needs uv)
	uv pip compile --quiet pyproject.toml --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --no-emit-index-url --no-emit-find-links --output-file requirements.lock
	uv pip compile --quiet pyproject.toml --extra eval --extra mcp --group dev --universal --no-strip-extras --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
		--constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove what was built, but not the environment
	rm -rf index/store build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/.run: requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v < (3, 14) or sys.exit("Python %d.%d found, 3.11 to 3.13 needed; run make PYTHON=python3.11 ..." % v)'
	@echo "Making $(VENV) with the pinned requirements; this takes a minute or two, once."
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.train: $(VENV)/.dev
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@touch $@

$(VENV)/.live: $(VENV)/.dev
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[rivals]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
