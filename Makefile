# `make help` lists what can be made here; CONTRIBUTING.md says how to work here.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check bench forms drafts train calibrate locale lock clean

VENV := .venv
BIN := $(VENV)/bin
OUT ?= outputs
JOBS ?= 2
# Tests wait for browsers and servers more than they work.
WORKERS ?= 3
DATA ?= ../shared/data
CACHE ?= $(HOME)/.cache/fiches
FORMS ?= 10000
LAYOUTS ?= 4000
# The commit with the recogniser's first generation, which the second was trained from.
FIRST ?= b0b85e6

# The first Python that is new enough.
PYTHON ?= $(firstword $(foreach python,python3.11 python3 python3.12 python3.13 python3.14,\
	$(shell $(python) -c 'import sys; sys.version_info >= (3, 11) and print("$(python)")' 2>/dev/null)))

help:  ## list what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/.run tesseract  ## set up, read samples/inbox into outputs/ and print the table
	@# Exit code 8: some documents were rejected, as two of the samples must be.
	@$(BIN)/fiches run samples/inbox --out $(OUT) || [ $$? -eq 8 ]

test: $(VENV)/.dev tesseract postgresql dovecot chromium libreoffice  ## set up and pass the tests
	$(BIN)/pytest -n $(WORKERS)

check: $(VENV)/.dev  ## format, lint and types, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	$(BIN)/mypy --platform darwin
	$(MAKE) test

bench: $(VENV)/.dev tesseract  ## pages a minute and memory, against RapidOCR and Tesseract
	$(BIN)/python -m pipeline.bench $(ARGS)

forms: $(VENV)/.dev  ## read other associations' forms, filled in 24 times each: a table by form and type
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m associations --jobs $(JOBS) $(ARGS)

drafts: $(VENV)/.dev tesseract  ## draft eight blanks, and read copies of them with the drafts: tables by form
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(BIN)/python -m blanks --jobs $(JOBS) $(ARGS)

TRAIN = $(BIN)/python -m pipeline.training.train --data $(DATA) --cache $(CACHE)
# PyTorch is in no extra, so that its gigabytes are in no lock: only this target needs it.
train: $(VENV)/.dev  ## fine-tune the recogniser on $(DATA); ARGS=--resume goes on with a run
	$(BIN)/pip install -qq torch==2.13.0
	$(BIN)/pip install -qq --no-deps onnx2torch==1.5.15
	$(BIN)/python -m pipeline.training.fonts --data $(DATA) --cache $(CACHE)
	$(BIN)/python -m pipeline.training.synthesis --data $(DATA) --cache $(CACHE) --pages 2400
	git show $(FIRST):models/recognizer/recognizer.onnx > $(CACHE)/first.onnx
	$(TRAIN) --out $(CACHE)/run1 --base $(CACHE)/first.onnx --minutes 98 --seed 11 $(ARGS)
	$(TRAIN) --out $(CACHE)/run2 --base $(CACHE)/first.onnx --start $(CACHE)/run1/last.pt \
		--minutes 108 --seed 12 $(ARGS)
	$(BIN)/python -m pipeline.training.export $(CACHE)/run2/last.pt --data $(DATA) --cache $(CACHE)
	$(BIN)/python -m pipeline.training.memory --data $(DATA) --cache $(CACHE)

# Without $(DATA), all hands are those of the shipped fonts.
calibrate: $(VENV)/.dev tesseract  ## measure anew how far readings can be trusted, on $(FORMS) drawn forms
	[ ! -d $(DATA) ] || $(BIN)/python -m pipeline.training.fonts --data $(DATA) --cache $(CACHE)
	[ ! -d $(DATA) ] || $(BIN)/python -m pipeline.training.ink --data $(DATA) --cache $(CACHE)
	$(BIN)/fiches calibrate --n $(FORMS) --layouts $(LAYOUTS) --jobs $(JOBS) --out models/calibration \
		$(foreach hands,ink fonts,$(if $(wildcard $(DATA)),--$(hands) $(CACHE)/$(hands)/calibrate))

locale: $(VENV)/.dev  ## bring the French of the terminal in line with the code, and compile it
	$(BIN)/python -m pipeline.locale.catalogue

COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock'

lock: $(BIN)/python  ## take the newest dependencies that pyproject.toml allows
	$(BIN)/pip install -qq uv
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --all-extras --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## delete outputs, caches and builds (the .venv stays)
	find $(OUT) -mindepth 1 ! -name .gitkeep -delete
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find pipeline tests -name __pycache__ -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "fiches needs Python 3.11 or newer: on Debian or Ubuntu type" \
		"apt install python3 python3-venv, elsewhere see python.org/downloads" >&2; exit 1; }
	@.ci/debian-packages '$(PYTHON) -c "import ensurepip"' python3-venv
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.run: $(BIN)/python requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(VENV)/.dev: $(BIN)/python requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)

define install
	@echo "installing $(1) into $(VENV) (a minute or two)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@
endef

.PHONY: tesseract postgresql dovecot chromium libreoffice
tesseract:
	@.ci/debian-packages 'tesseract --list-langs | grep -qx fra' tesseract-ocr tesseract-ocr-fra

chromium:
	@.ci/debian-packages 'command -v chromium' chromium

libreoffice:
	@.ci/debian-packages 'command -v soffice' libreoffice-calc-nogui

postgresql:
	@.ci/debian-packages 'ls /usr/lib/postgresql/*/bin/initdb' postgresql

dovecot:
	@.ci/debian-packages 'PATH="$$PATH:/usr/sbin"; command -v dovecot' dovecot-imapd
