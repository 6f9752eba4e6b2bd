# Short names; everything is done by dev.py.
.PHONY: help run test check bench lock

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Start the school on this machine
	python3 dev.py run

test: ## All tests, on both sizes
	python3 dev.py test

check: ## Style, import contracts, migrations, templates, translations
	python3 dev.py check

bench: ## One benchmark: make bench NAME=live
	python3 dev.py bench $(NAME)

# Universal, because the machine that locks is not the one that installs; no addresses,
# because whoever installs has a mirror of their own.
COMPILE = .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet

lock: ## Bring all locks up to date with their .in files and package.json
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-setup.in -o requirements-setup.txt
	$(COMPILE) requirements-node.in -o requirements-node.txt
	$(COMPILE) --no-deps requirements-clip.in -o requirements-clip.txt
	npm install --package-lock-only --ignore-scripts
	cd bench && npm install --package-lock-only --ignore-scripts
