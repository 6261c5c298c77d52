# Each target installs what it needs first (scripts/installation.py). PYTHON names another python3.
# The system's comes before one that somebody compiled, which is often a third slower.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell /usr/bin/python3 $(NEW_ENOUGH) 2>/dev/null && echo /usr/bin/)python3
TARGETS := run prepare test thorough lint fmt unit browser bench fuzz faults upgrades load backup restore lock

.PHONY: $(TARGETS)
$(TARGETS):
	@exec $(PYTHON) scripts/make.py $@
