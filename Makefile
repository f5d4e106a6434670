# Für Menschen: `make` zeigt, was es gibt. Nötig sind nur git, make und Python ab 3.11.
# How it works: everything lives in .venv; a stamp file remembers that the locked versions are installed.

KOMMUNE ?= dithmarschen
SHARED ?= ../shared
VENV ?= .venv
PYTHON ?=
PYTEST_ARGS ?=
WORKERS ?= auto

BIN := $(VENV)/bin
# A moved checkout needs a new environment (scripts hold absolute paths): its place is part of the stamp's name.
PLACE := $(shell pwd | cksum | cut -d' ' -f1)
STAMP := $(VENV)/.installed-$(PLACE)
DEV_STAMP := $(VENV)/.installed-dev-$(PLACE)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Wheels only: whatever is installed is what the hashes say, and nothing is compiled. Errors are shown, remarks of pip's
# about the machine's own settings are not.
INSTALL := install --quiet --quiet
LOCKED := $(INSTALL) --only-binary :all: --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
quoted = '$(subst ','\'',$(1))'

.DEFAULT_GOAL := hilfe
.PHONY: hilfe help profil test fuzz lint format data lock docs bild fonts clean

hilfe help:
	@echo 'make profil                  Kommunalprofil des Kreises Dithmarschen, Ergebnis in reports/'
	@echo 'make profil KOMMUNE=riesa    … eines anderen Ortes (Name, Kurzname oder Schlüssel)'
	@echo 'make test                    Tests ausführen (PYTEST_ARGS="-k …" wählt aus, WORKERS=0 hält'
	@echo '                             alles in einem Prozess)'
	@echo 'make fuzz                    zehn Minuten lang beschädigte Dateien einlesen (N=5000 statt der Zeit,'
	@echo '                             SEED=… CASE=… wiederholt einen Fall)'
	@echo 'make lint                    Stil und Typen prüfen; make format bringt den Stil in Ordnung'
	@echo 'make data SHARED=../shared   den Datenbestand aus den amtlichen Dateien neu aufbauen'
	@echo 'make docs                    docs/indikatoren.md und docs/abgleich.md neu schreiben; make bild das Bild im README'
	@echo 'make lock                    Abhängigkeiten neu festschreiben'
	@echo 'make clean                   .venv und alle Zwischenergebnisse löschen (reports/ bleibt)'

profil: $(STAMP)
	@$(BIN)/kommunalprofil build $(call quoted,$(KOMMUNE))

# The many short processes of the tests shall not compile the package each anew where the machine forbids to keep that.
test: $(DEV_STAMP)
	@PYTHONDONTWRITEBYTECODE= KOMMUNALPROFIL_SHARED="$${KOMMUNALPROFIL_SHARED:-$(SHARED)}" $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

# What fails is kept in build/fuzz; the line printed with it repeats the case.
fuzz: $(DEV_STAMP)
	@PYTHONPATH=tests $(BIN)/python tests/fuzz/run.py $(if $(SEED),--seed $(SEED)) $(if $(N),-n $(N)) \
		$(if $(CASE),--case $(call quoted,$(CASE))) $(if $(MINUTES),--minutes $(MINUTES))

lint: $(DEV_STAMP)
	@failed=0; \
	for check in 'ruff check --quiet .' 'ruff format --quiet --check .' 'mypy'; do \
		echo "$$check"; $(BIN)/$$check || failed=1; \
	done; exit $$failed

format: $(DEV_STAMP)
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

data: $(STAMP)
	@rm -rf build/processed
	@$(BIN)/kommunalprofil data import --from data/quellen.txt --root $(call quoted,$(SHARED)/data) --output build/processed
	@cp data/processed/README.md build/processed/
	@rm -rf data/processed && mv build/processed data/processed
	@echo 'Er steht jetzt in data/processed; git status zeigt, was sich geändert hat.'

# Raises every version that pyproject.toml allows; the lock files hold versions and hashes, no addresses.
lock: $(DEV_STAMP)
	@$(LOCK) --upgrade pyproject.toml -o requirements.txt
	@$(LOCK) --upgrade --group build -o requirements-build.txt
	@$(LOCK) --upgrade pyproject.toml --extra cluster --group dev -c requirements.txt -c requirements-build.txt -o requirements-dev.txt

docs: $(DEV_STAMP)
	@$(BIN)/python tools/docs.py
	@$(BIN)/python tools/abgleich.py

bild: $(DEV_STAMP)
	@$(BIN)/python tools/picture.py

fonts: $(DEV_STAMP)
	@$(BIN)/python tools/fonts.py

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@set -e; found=; \
	for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14 python); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo 'Fehler: Kein Python ab Version 3.11 gefunden$(if $(PYTHON), ($(PYTHON))).' >&2; \
		echo 'Bitte Python 3.11 oder neuer installieren (Debian, Ubuntu: apt install python3 python3-venv)' >&2; \
		echo 'oder den Aufruf angeben: make profil PYTHON=/pfad/zu/python3.12' >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "Fehler: $$found kann keine virtuelle Umgebung anlegen, weil die Module venv und ensurepip fehlen." >&2; \
		echo 'Debian, Ubuntu: apt install python3-venv (oder python3.12-venv, passend zur Version).' >&2; exit 1; \
	fi; \
	echo "Richte $(VENV) ein ($$($$found --version)) …"; \
	"$$found" -m venv --clear $(VENV)

$(STAMP): $(BIN)/python requirements.txt requirements-build.txt pyproject.toml
	@echo 'Installiere die festgeschriebenen Abhängigkeiten (beim ersten Mal etwa eine Minute) …'
	@$(PIP) $(LOCKED) -r requirements.txt -r requirements-build.txt
	@$(PIP) $(INSTALL) --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(STAMP) requirements-dev.txt
	@echo 'Installiere die Werkzeuge für Tests und Prüfungen …'
	@$(PIP) $(LOCKED) -r requirements-dev.txt
	@touch $@
