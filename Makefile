# What one does with Heli; each line calls a script in scripts/ that says what it does.
.PHONY: help setup run test check bench prove

help:
	@echo "make run     set up, build, and open the filled example province in a browser"
	@echo "make test    everything that must hold: format, lints, tests, programmes, pages in a browser"
	@echo "make check   the quick part of it, without a browser"
	@echo "make bench   Heli beside its peers on generated data, every count compared; writes docs/performance.md"
	@echo "make prove   search for what breaks the readers and the planner, let a crowd in, kill writers and time them; writes docs/proof.md"
	@echo "make setup   only what the others need: node packages, styles and scripts of the pages"

setup:
	@scripts/setup

run:
	@scripts/run

test:
	@scripts/test

check:
	@scripts/test --quick

bench:
	@scripts/bench

prove:
	@scripts/prove
