# `make` lists what can be done.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

UV ?= $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.uv/bin/uv)
BIN := .venv/bin

PORT ?= 8000
CONFIG ?= training/configs/mobilenetv3-small.yaml
DATA ?=
MINUTES ?= 5
BASE ?= HEAD~1
ENV ?= example
TAG ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null)
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# uv where there is none: in a folder of its own, nothing of the system is touched.
$(CURDIR)/.uv/bin/uv:
	@echo "uv is not installed; getting it into .uv"
	@python3 -m venv .uv 2>/dev/null && .uv/bin/pip install --quiet uv \
		|| { command -v curl >/dev/null && curl -LsSf https://astral.sh/uv/install.sh | UV_INSTALL_DIR=$(CURDIR)/.uv/bin INSTALLER_NO_MODIFY_PATH=1 sh; } \
		|| { echo "error: install uv (https://docs.astral.sh/uv/) or python3-venv, then try again" >&2; exit 1; }

.PHONY: install-services
install-services: | $(UV)
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group services

.PHONY: install
install: | $(UV) ## Install everything: services, training, tests, checks
	$(UV) sync --quiet --locked

.PHONY: run
run: install-services ## Start the services on 127.0.0.1, verify a photo, serve (PORT, API_KEY)
	@PORT=$(PORT) exec $(BIN)/python -m ekyc_stack

.PHONY: console
console: | $(UV) ## Start the services and the console on 127.0.0.1:8501 (CONSOLE_PORT, PORT, API_KEY)
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group services --group console
	@PORT=$(PORT) exec $(BIN)/python -m ekyc_stack --console

.PHONY: up
up: ## Build and start the services in containers, wait, print a curl line (PORT, API_KEY, COMPOSE_PROFILES)
	@API_KEY="$${API_KEY:-$$(head -c 32 /dev/urandom | base64 | tr -d '/+=')}"; export API_KEY PORT=$(PORT); \
	docker compose up --detach --build --wait --wait-timeout 180 && \
	echo "curl -F image=@photo.jpg -H 'X-API-Key: $$API_KEY' http://127.0.0.1:$(PORT)/verify/face" && \
	case ",$${COMPOSE_PROFILES:-}," in *,demo,*) echo "console: http://127.0.0.1:$${CONSOLE_PORT:-8501}";; esac

.PHONY: down
down: ## Stop the containers; their volumes stay (docker compose down -v deletes them)
	@docker compose --profile '*' down

.PHONY: logs
logs: ## Follow the containers' logs
	@docker compose logs --follow --tail 100

.PHONY: sbom
sbom: ## Write what is in each image to runs/sbom-<service>.json (CycloneDX)
	@mkdir -p runs; for service in gateway quality liveness console; do \
		docker run --rm --entrypoint cat ekyc-$$service:dev /app/sbom.json > runs/sbom-$$service.json; \
		echo "runs/sbom-$$service.json"; done

.PHONY: deploy
deploy: | $(UV) ## Build, push, plan, apply, wait, ask, or go back (ENV=example TAG=1.0.0, YES=1 not to be asked)
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group deploy
	@$(BIN)/ekyc-deploy deploy --env "$(ENV)" --tag "$(TAG)" $(if $(YES),--yes)

.PHONY: rollback
rollback: | $(UV) ## Run the tag that ran before (ENV=example)
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group deploy
	@$(BIN)/ekyc-deploy rollback --env "$(ENV)" $(if $(YES),--yes)

.PHONY: infra-scan
infra-scan: | $(UV) ## Scan infra/ with checkov, in an environment of its own
	@$(UV) tool run --quiet --python 3.11 --from checkov==3.2.334 checkov --directory infra --framework terraform \
		--compact --quiet --skip-download

.PHONY: infra-check
infra-check: install infra-scan ## Check infra/ without an account: format, validity, checkov, apply and deploy to moto
	$(BIN)/pytest tests/infra

.PHONY: test
test: install ## Run every test, two folders at a time
	$(BIN)/pytest --numprocesses 2 --dist loadscope

.PHONY: check
check: install ## Lint, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	if [ -x $(BIN)/hadolint ]; then $(BIN)/hadolint services/*/Dockerfile; fi
	if docker compose version >/dev/null 2>&1; then docker compose --profile '*' config --quiet; fi

.PHONY: format
format: install ## Format the code and fix what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: bench
bench: install-services ## Benchmark the running services against the floor; writes state bench.json soak.json
	@$(BIN)/python -m ekyc_stack.benchmark

.PHONY: compare
compare: install-services ## CPU and throughput of this checkout beside commit BASE, in one run
	@$(BIN)/python -m ekyc_stack.benchmark.against $(BASE)

.PHONY: soak
soak: install ## MINUTES of mixed traffic while services and S3 break; writes soak.json
	@$(BIN)/python -m ekyc_stack.soak --minutes $(MINUTES)

.PHONY: train
train: install ## Train a model (CONFIG, DATA); without DATA a minute's smoke run on drawn pictures
ifeq ($(DATA),)
	@$(BIN)/ekyc-train smoke
else
	@$(BIN)/ekyc-train train --config $(CONFIG) --data $(DATA)
endif

.PHONY: publish
publish: install ## Write a trained model's bundle (CONFIG, DATA, TO)
	@$(BIN)/ekyc-train publish --config $(CONFIG) --data $(DATA) --to $(TO)

.PHONY: evaluate
evaluate: install-services ## Score DATA with the shipped bundle, write runs/report/report.html
	@$(BIN)/ekyc-train evaluate --data $(DATA) --workers $(WORKERS)

.PHONY: score
score: install-services ## Score a list of pictures (MANIFEST, ROOT, OUT, WORKERS), as the services would
	@$(BIN)/ekyc-train score --manifest $(MANIFEST) --root $(ROOT) --out $(OUT) --workers $(WORKERS)

.PHONY: clean
clean: ## Remove what can be made again
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache runs cache state bench.json soak.json
	find protos -name '*_pb2*.py*' -delete
