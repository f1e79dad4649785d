# `make run` and `make test` do all of their own set-up and may be run as often as you like.
PY ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# Most tests wait for a PBX or a process: four workers keep two cores busy.
WORKERS ?= -n 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help run test lint bench soak deb prompts dashboards setup test-hosts openapi clean

help:
	@echo 'make run    start ccd with every default: SQLite, and a simulated PBX where none is configured'
	@echo 'make test   all tests, against real Asterisk 22 and 16, PostgreSQL and Prometheus'
	@echo 'make lint   style, types and the import contracts'
	@echo 'make bench  the speed table, with the peers in the same run; writes bench/results.json'
	@echo 'make soak   the long campaigns'
	@echo 'make deb    a Debian package in dist/'
	@echo 'make dashboards  Grafana dashboards, from dashboards/ into config/grafana/'
	@echo 'make openapi  the description of the API, in docs/openapi.json'
	@echo 'make prompts  what is said on the phone, spoken by eSpeak NG into build/sounds/'

run: $(STAMP)
	@exec $(BIN)/ccd run

test: $(STAMP) test-hosts lint
	$(BIN)/python -m pytest -m 'not soak' $(WORKERS) $(PYTEST)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p ccd
	$(BIN)/lint-imports

bench: $(STAMP) test-hosts
	$(BIN)/python -m bench

soak: $(STAMP) test-hosts
	$(BIN)/python -m pytest -m soak $(PYTEST)

dashboards: $(STAMP)
	$(BIN)/python -m dashboards

deb:
	sh packaging/build-deb.sh

prompts: $(STAMP)
	$(BIN)/python packaging/make_prompts.py build/sounds

setup: $(STAMP)

test-hosts: $(STAMP)
	$(BIN)/python -m tests.pbx.root 22 16
	$(BIN)/python -m tests.pbx.prompts
	$(BIN)/python -m tests.packaging.machine

$(STAMP): pyproject.toml constraints.txt
	@sh scripts/make-venv.sh $(PY) .venv
	@touch $@

openapi: $(STAMP)
	$(BIN)/python -m ccd.web > docs/openapi.json

clean:
	rm -rf .venv build dist *.egg-info
