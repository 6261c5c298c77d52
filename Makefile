# Each target installs what it needs first (scripts/installation.py). PYTHON names another python3.
PYTHON ?= python3
TARGETS := run prepare test thorough lint fmt unit browser bench fuzz faults upgrades load backup restore lock

.PHONY: $(TARGETS)
$(TARGETS):
	@exec $(PYTHON) scripts/make.py $@
