# Each target installs what it needs first (scripts/installation.py). PYTHON names another python3.
# The system's, where it is whole and new enough, comes before one that somebody compiled, which is often slower.
WILL_DO := -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell /usr/bin/python3 $(WILL_DO) 2>/dev/null && echo /usr/bin/)python3
TARGETS := run prepare test thorough lint fmt unit browser bench fuzz faults upgrades load backup restore lock

.PHONY: $(TARGETS)
$(TARGETS):
	@exec $(PYTHON) scripts/make.py $@
