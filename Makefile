# The verbs of this project. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
TOOLS ?= $(HOME)/.cache/idle-reaper/tools
export IDLE_REAPER_PYTHON := $(abspath $(VENV))/bin/python
export IDLE_REAPER_CARGO_LAMBDA := $(abspath $(VENV))/bin/cargo-lambda

# What looks at the templates has dependencies of its own, which must not mix with the simulated AWS's.
VENV_INFRA ?= .venv-infra
export IDLE_REAPER_NODE := $(abspath $(VENV_INFRA))/bin/node

CARGO_DENY_VERSION := 0.20.2
CARGO_AUDITABLE_VERSION := 0.7.7
CARGO_CYCLONEDX_VERSION := 0.5.9
CARGO_FUZZ_VERSION := 0.13.2
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_NEXTEST_VERSION := 0.9.143

# The binary is built together with the tests. Alone, it would be built without the features that the tests ask of shared
# crates, and so the whole SDK a second time: 8 minutes on two cores.
BUILD := cargo build --locked --bin idle-reaper --test it

# The last line of a target of `make check`: what it took. Make expands a recipe before it runs it, so the inner `date` is the begin.
TOOK = @echo "make $@: $$(($$(date +%s) - $(shell date +%s))) s"

# Members that only tests and benchmarks need. The first builds in seconds, without the SDK.
SIMULATOR := idle-reaper-simulator
BENCH := idle-reaper-bench
VENV_BENCH ?= .venv-bench

# What lints workflows and reads Terraform, for the tests of the ways to install it.
VENV_INSTALL ?= .venv-install

.PHONY: help
help: ## list the verbs
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-21s %s\n", $$1, $$2}'

# --- what the tests and the demo need ---------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/.ready ## set up the simulated AWS and the local Lambda in a virtual environment

$(VENV)/.ready: tests/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

# --- the main verbs ---------------------------------------------------------------------------------------

# Without the AWS SDK, over a snapshot of an organisation that is in this repository.
SAVED := --config examples/organization.toml --inventory examples/organization.json --at 2026-11-25T21:30:00+09:00
SAVED_RUN := cargo run --quiet --locked --no-default-features --

.PHONY: first-result
first-result: ## judge a saved organisation, without the AWS SDK: what would be stopped, and why
	@echo "Part 1 of 2: a saved organisation. The build without the AWS SDK takes 1 to 3 minutes on two cores, once."
	cargo build --locked --no-default-features
	$(SAVED_RUN) plan $(SAVED)
	$(SAVED_RUN) explain load-generator-1 $(SAVED)
	@mkdir -p target
	@echo "And the same as a page, to open in a browser:"
	$(SAVED_RUN) plan $(SAVED) --out target/page.html

.PHONY: demo
demo: first-result ## see a first result, then rehearse the main job in a simulated organisation; no AWS account needed
	@echo
	@echo "Part 2 of 2: the whole rehearsal, with the Lambda function in a simulated AWS. It installs the simulated AWS and"
	@echo "compiles the AWS SDK, which takes 8 to 15 minutes on two cores, once. You can interrupt it here with Ctrl-C."
	$(MAKE) setup
	$(BUILD)
	$(VENV)/bin/python tests/demo.py

.PHONY: measure-demo
measure-demo: ## measure `make demo` in a fresh clone, from nothing: seconds to the first table, and to the end
	$(PYTHON) tools/measure_demo.py

.PHONY: test
test: setup ## run every test
	cargo test --locked
	cargo test --locked --package $(SIMULATOR)
	$(TOOK)

.PHONY: survive
survive: setup ## 25 times as many plans of faults and random histories as `make test` tries; some minutes
	IDLE_REAPER_PLANS=25 cargo test --locked --test it -- survived --nocapture

FUZZ_KINDS := settings schedule keep own_tag event snapshot plan record
FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION) ## fuzz every kind of input for FUZZ_SECONDS each, guided by coverage; needs a nightly toolchain
	for kind in $(FUZZ_KINDS); do \
	  mkdir -p fuzz/corpus/$$kind; \
	  PATH="$(TOOLS)/bin:$$PATH" cargo +nightly fuzz run $$kind fuzz/corpus/$$kind fuzz/seeds/$$kind -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1; \
	done

# A glob of files, a shard of their mutants: `make mutants MUTANTS=src/engine/plan/caps.rs MUTANTS_SHARD=0/4`.
MUTANTS ?= src/engine/{schedule,model,tags,evidence,history,rules,kinds,judge,plan,undo}/**
MUTANTS_SHARD ?= 0/1

.PHONY: mutants
mutants: $(TOOLS)/cargo-mutants-$(CARGO_MUTANTS_VERSION) $(TOOLS)/cargo-nextest-$(CARGO_NEXTEST_VERSION) ## break the rules one by one, and see that a test finds it; hours for the whole
	PATH="$(TOOLS)/bin:$$PATH" cargo mutants --no-config --file '$(MUTANTS)' --shard $(MUTANTS_SHARD) --profile mutants --test-tool nextest \
	  --cargo-arg=--locked --cargo-arg=--no-default-features --cargo-test-arg=--lib --cargo-test-arg=--test --cargo-test-arg=it

.PHONY: quick
quick: ## the loop of seconds: format, lint and test everything but the AWS adapters
	cargo fmt --all --check
	cargo clippy --locked --no-default-features --all-targets -- -D warnings
	cargo test --locked --no-default-features

.PHONY: check
check: fmt-check test lint docs-check deny generated-check infra-check page-check install-check ## what a pull request must pass; CI calls nothing else

.PHONY: fmt-check
fmt-check:
	cargo fmt --all --check
	$(TOOK)

.PHONY: lint
lint:
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --no-default-features --all-targets -- -D warnings
	cargo clippy --locked --package $(SIMULATOR) --all-targets -- -D warnings
	cargo clippy --locked --package $(BENCH) --all-targets -- -D warnings
	$(TOOK)

.PHONY: docs-check
docs-check:
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items --package $(SIMULATOR)
	$(TOOK)

# --- dependency policy ------------------------------------------------------------------------------------

$(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION): | $(TOOLS)
	cargo install --quiet --locked cargo-deny --version $(CARGO_DENY_VERSION) --root $(TOOLS)
	touch $@

$(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION): | $(TOOLS)
	cargo install --quiet --locked cargo-fuzz --version $(CARGO_FUZZ_VERSION) --root $(TOOLS)
	touch $@

$(TOOLS)/cargo-mutants-$(CARGO_MUTANTS_VERSION): | $(TOOLS)
	cargo install --quiet --locked cargo-mutants --version $(CARGO_MUTANTS_VERSION) --root $(TOOLS)
	touch $@

$(TOOLS)/cargo-nextest-$(CARGO_NEXTEST_VERSION): | $(TOOLS)
	cargo install --quiet --locked cargo-nextest --version $(CARGO_NEXTEST_VERSION) --root $(TOOLS)
	touch $@

$(TOOLS):
	mkdir -p $@

.PHONY: deny
deny: $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION) ## licences, bans and sources of every dependency
	cargo fetch --quiet --locked # cargo-deny looks at every target; a fresh machine has only its own crates
	$(TOOLS)/bin/cargo-deny --offline --locked check bans licenses sources
	$(TOOK)

.PHONY: advisories
advisories: $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION) ## known vulnerabilities in dependencies; needs the network
	$(TOOLS)/bin/cargo-deny check advisories

$(TOOLS)/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION): | $(TOOLS)
	cargo install --quiet --locked cargo-cyclonedx --version $(CARGO_CYCLONEDX_VERSION) --root $(TOOLS)
	touch $@

$(TOOLS)/cargo-auditable-$(CARGO_AUDITABLE_VERSION): | $(TOOLS)
	cargo install --quiet --locked cargo-auditable --version $(CARGO_AUDITABLE_VERSION) --root $(TOOLS)
	touch $@

.PHONY: sbom
sbom: $(TOOLS)/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION) ## the bill of materials of the binary: target/package/idle-reaper.cdx.json (CycloneDX)
	cargo fetch --quiet --locked
	mkdir -p target/package
	SOURCE_DATE_EPOCH=0 $(TOOLS)/bin/cargo-cyclonedx cyclonedx --format json --target x86_64-unknown-linux-gnu --describe binaries
	mv idle-reaper_bin.cdx.json target/package/idle-reaper.cdx.json
	rm -f */*_bin.cdx.json
	$(PYTHON) tools/supply.py sbom target/package/idle-reaper.cdx.json

# What is built: another package, or `SUPPLY_FLAGS=--no-default-features`, is quicker to try the recipes with.
SUPPLY ?= idle-reaper
SUPPLY_FLAGS ?=

.PHONY: auditable
auditable: $(TOOLS)/cargo-auditable-$(CARGO_AUDITABLE_VERSION) ## a release binary that tells the versions of its dependencies; as long as a release build
	CARGO_TARGET_DIR=target/auditable $(TOOLS)/bin/cargo-auditable auditable build --locked --release $(SUPPLY_FLAGS) --package $(SUPPLY) --bin $(SUPPLY)
	$(PYTHON) tools/supply.py auditable target/auditable/release/$(SUPPLY)

# No path of this machine stands in the binary, so that the hash is the same on another one with the same toolchain.
REMAP := --remap-path-prefix=$(CURDIR)=/build --remap-path-prefix=$(HOME)/.cargo=/cargo

.PHONY: reproducible
reproducible: ## two release builds from nothing, one hash; twice as long as a release build
	rm -rf target/reproducible
	for one in a b; do RUSTFLAGS="$(REMAP)" CARGO_TARGET_DIR=target/reproducible/$$one cargo build --locked --release $(SUPPLY_FLAGS) --package $(SUPPLY) --bin $(SUPPLY); done
	$(PYTHON) tools/supply.py same target/reproducible/a/release/$(SUPPLY) target/reproducible/b/release/$(SUPPLY)

# --- generated files --------------------------------------------------------------------------------------

$(VENV)/.ready-tools: tools/requirements.txt $(VENV)/.ready
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tools/requirements.txt
	touch $@

.PHONY: holidays
holidays: $(VENV)/.ready-tools ## generate data/holidays from the maintained source
	$(VENV)/bin/python tools/holidays.py

.PHONY: instance-families
instance-families: setup ## generate data/instance-families.tsv
	$(VENV)/bin/python tools/instance_families.py

.PHONY: schema
schema: ## generate docs/settings.schema.json from the code that reads the settings
	cargo run --quiet --locked --no-default-features -- --out docs/settings.schema.json generate schema

.PHONY: terraform-parameters
terraform-parameters: install-setup ## generate parameters.tf of the Terraform modules from the templates
	$(VENV_INSTALL)/bin/python tools/terraform_parameters.py

.PHONY: generated-check
generated-check: $(VENV)/.ready-tools
	$(VENV)/bin/python tools/holidays.py --check
	$(VENV)/bin/python tools/instance_families.py --check
	$(TOOK)

# --- the deployment ---------------------------------------------------------------------------------------

.PHONY: infra-setup
infra-setup: $(VENV_INFRA)/.ready ## set up what checks the templates: cfn-lint, checkov, the AWS CLI, an evaluator of IAM policies

$(VENV_INFRA)/.ready: tests/infra/requirements.txt tests/infra/package-lock.json
	$(PYTHON) -m venv $(VENV_INFRA)
	$(VENV_INFRA)/bin/pip install --quiet --disable-pip-version-check -r tests/infra/requirements.txt
	PATH="$(abspath $(VENV_INFRA))/bin:$$PATH" npm ci --silent --no-audit --no-fund --prefix tests/infra
	touch $@

# Every file of tests is a group and a target (`make infra-deployed`). The longest begin first, so that none is left over for the
# end; the output of each is shown whole when it has ended.
INFRA_LONGEST := fan_out acceptance deployed deploy hardened policies
INFRA_GROUPS := $(INFRA_LONGEST) $(filter-out $(INFRA_LONGEST),$(patsubst tests/infra/test_%.py,%,$(wildcard tests/infra/test_*.py)))
JOBS ?= 2
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: $(addprefix infra-,$(INFRA_GROUPS))
infra-templates: INFRA_PYTHON := $(VENV_INFRA)
$(addprefix infra-,$(INFRA_GROUPS)): INFRA_PYTHON ?= $(VENV)
$(addprefix infra-,$(INFRA_GROUPS)): infra-%:
	cd tests/infra && PATH="$(abspath $(VENV_INFRA))/bin:$$PATH" $(abspath $(INFRA_PYTHON))/bin/python -W ignore -m unittest test_$*
	$(TOOK)

.PHONY: infra-check
infra-check: setup infra-setup ## lint and scan the templates, ask their policies, deploy them into the simulated AWS
	$(BUILD)
	$(MAKE) --keep-going --jobs=$(JOBS) $(SYNC) $(addprefix infra-,$(INFRA_GROUPS))
	$(TOOK)

# --- the page in a browser --------------------------------------------------------------------------------

NODE_PATH_OF_VENV = PATH="$(abspath $(VENV_INFRA))/bin:$$PATH"
CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome))
export CHROMIUM

.PHONY: page-setup
page-setup: tests/page/node_modules/.ready ## set up what opens the page: a browser's driver, accessibility rules, a validator, and Chromium where it is missing
	$(if $(CHROMIUM),,apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium >/dev/null)

tests/page/node_modules/.ready: tests/page/package-lock.json $(VENV_INFRA)/.ready
	$(NODE_PATH_OF_VENV) npm ci --silent --no-audit --no-fund --ignore-scripts --prefix tests/page
	touch $@

# The test binary writes the pages that the browser opens.
.PHONY: page-check
page-check: page-setup ## open the page in a headless Chromium: policy, accessibility, hostile text, 10,000 rows, print
	$(BUILD)
	cargo test --quiet --locked --test it -- render::pages
	$(NODE_PATH_OF_VENV) node --test tests/page/page.test.mjs
	$(TOOK)

.PHONY: screenshots
screenshots: page-setup ## pictures of the page: two for the README in docs/images, the others in the target directory
	cargo test --quiet --locked --no-default-features --test it -- render::pages
	$(NODE_PATH_OF_VENV) node tests/page/screenshots.mjs

# Each takes its parameters from the environment: docs/operating.md.
.PHONY: deploy deploy-fan-out deploy-organization deploy-spoke destroy destroy-fan-out destroy-organization destroy-spoke
deploy: ## install or upgrade the hub; needs the AWS CLI, and a package
	tools/deploy.sh hub
deploy-fan-out: ## beside the hub: a state machine that runs in parts; docs/fan-out.md
	tools/deploy.sh fan-out
deploy-organization: ## the roles, in every account of UNITS and in every one to come
	tools/deploy.sh organization
deploy-spoke: ## the roles, in this account alone
	tools/deploy.sh spoke
destroy: ## remove the hub; the run records stay unless RECORD_TOO=yes
	tools/deploy.sh destroy
destroy-fan-out: ## remove the state machine
	tools/deploy.sh destroy-fan-out
destroy-organization: ## remove the roles from every account
	tools/deploy.sh destroy-organization
destroy-spoke: ## remove the roles from this account
	tools/deploy.sh destroy-spoke

.PHONY: acceptance acceptance-teardown
acceptance: ## prove it in a sandbox account, and write the evidence: ACCOUNT=111111111111 make acceptance; docs/acceptance.md
	$(PYTHON) tools/acceptance run
acceptance-teardown: ## remove what a broken acceptance run has left
	$(PYTHON) tools/acceptance teardown

# --- releases ---------------------------------------------------------------------------------------------

.PHONY: package
package: setup ## build the release binary, zip it as a Lambda function (x86-64), and let the zip serve the local Lambda
	cargo build --locked --release
	$(PYTHON) tools/package.py
	$(VENV)/bin/python tests/packaged.py target/package/idle-reaper-x86_64.zip

$(VENV_BENCH)/.ready: bench/requirements.txt
	$(PYTHON) -m venv $(VENV_BENCH)
	$(VENV_BENCH)/bin/pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	touch $@

.PHONY: bench
bench: $(VENV_BENCH)/.ready ## measure beside Cloud Custodian and write docs/benchmarks.md; about an hour with the release build
	cargo build --locked --release --package idle-reaper --package $(BENCH) --package $(SIMULATOR)
	$(VENV_BENCH)/bin/python bench/bench.py "$${CARGO_TARGET_DIR:-target}/release"

.PHONY: package-arm64
package-arm64: setup ## the same for arm64, where the toolchain has the target
	$(PYTHON) tools/package.py arm64 --check
	$(CARGO_LAMBDA) --locked --release --arm64
	$(PYTHON) tools/package.py arm64
	$(VENV)/bin/python tests/packaged.py target/package/idle-reaper-arm64.zip

# cargo-lambda finds its linker, zig, through the first `python3` of the path.
CARGO_LAMBDA := PATH="$(abspath $(VENV))/bin:$$PATH" cargo-lambda lambda build

# --- releases: .github/workflows/release.yml calls these, one by one --------------------------------------------

DIST ?= target/dist
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
TARGET_DIR = $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
LAMBDA_ARCH = $(if $(filter aarch64-%,$(HOST)),arm64,x86_64)
# A program that needs no shared library, for an image that has none.
STATIC := -C target-feature=+crt-static
CERTIFICATES = $(shell $(VENV_INSTALL)/bin/python -c "import certifi; print(certifi.where())")

.PHONY: release-version
release-version: ## whether the tag TAG is the version of Cargo.toml and of CHANGELOG.md
	$(PYTHON) tools/release.py tag "$$TAG"

.PHONY: release-linux
release-linux: setup ## the Lambda function, proved, and the command line, both from one binary for this processor; a release build
	$(PYTHON) tools/package.py $(LAMBDA_ARCH) --check
	$(CARGO_LAMBDA) --locked --release $(SUPPLY_FLAGS) $(if $(filter arm64,$(LAMBDA_ARCH)),--arm64,--x86-64)
	$(PYTHON) tools/package.py $(LAMBDA_ARCH) --cargo-lambda
	$(if $(SUPPLY_FLAGS),@echo "not proved: built with $(SUPPLY_FLAGS)",$(VENV)/bin/python tests/packaged.py target/package/idle-reaper-$(LAMBDA_ARCH).zip)
	$(PYTHON) tools/release.py collect target/package/idle-reaper-$(LAMBDA_ARCH).zip idle-reaper-{version}-lambda-$(LAMBDA_ARCH).zip $(DIST)
	$(PYTHON) tools/release.py archive $(TARGET_DIR)/lambda/idle-reaper/bootstrap $(HOST) $(DIST)

.PHONY: release-desktop
release-desktop: ## the command line for macOS or Windows; a release build
	cargo build --locked --release $(SUPPLY_FLAGS) --bin idle-reaper
	$(PYTHON) tools/release.py archive $(TARGET_DIR)/release/idle-reaper$(if $(findstring windows,$(HOST)),.exe) $(HOST) $(DIST)

.PHONY: release-image
release-image: install-setup ## the container image for this processor, as an OCI archive; a release build
	RUSTFLAGS="$(STATIC)" cargo build --locked --release $(SUPPLY_FLAGS) --target $(HOST) --bin idle-reaper
	$(PYTHON) tools/image.py build $(TARGET_DIR)/$(HOST)/release/idle-reaper $(CERTIFICATES) target/package/image
	$(PYTHON) tools/image.py join $(DIST)/image-$(LAMBDA_ARCH).tar target/package/image

.PHONY: release-join
release-join: ## one image for every processor that there is an image for
	$(PYTHON) tools/image.py join '$(DIST)/idle-reaper-{version}-image.tar' $(DIST)/image-*.tar
	rm $(DIST)/image-*.tar

.PHONY: release-sbom
release-sbom: sbom ## the bill of materials among the files of the release
	$(PYTHON) tools/release.py collect target/package/idle-reaper.cdx.json idle-reaper-{version}.cdx.json $(DIST)

.PHONY: release-sums
release-sums: ## SHA256SUMS over the files of the release
	$(PYTHON) tools/release.py sums $(DIST)
	$(PYTHON) tools/release.py verify $(DIST)

.PHONY: release-publish
release-publish: ## publish DIST as the release TAG: a draft first, then all files, then public; needs `gh` and a token
	$(PYTHON) tools/release.py tag "$$TAG"
	$(PYTHON) tools/release.py verify $(DIST)
	tools/publish.sh $(DIST)

.PHONY: release-check
release-check: install-setup ## everything of a release that one machine can do, and `cargo install`; some release builds, an hour or more
	rm -rf $(DIST)
	$(MAKE) $(if $(findstring linux,$(HOST)),release-linux release-image,release-desktop)
	$(if $(findstring linux,$(HOST)),$(MAKE) release-join)
	$(MAKE) release-sbom release-sums
	$(if $(findstring linux,$(HOST)),cd tests/install && IDLE_REAPER_BINARY="$(abspath $(TARGET_DIR))/$(HOST)/release/idle-reaper" $(abspath $(VENV_INSTALL))/bin/python -m unittest test_image test_archive test_action)
	cargo package --locked --allow-dirty --no-default-features
	cargo install --locked --path . --no-default-features --root target/package/installed
	target/package/installed/bin/idle-reaper --version

# --- the ways to install it: their quick form ---------------------------------------------------------------------

.PHONY: install-setup
install-setup: $(VENV_INSTALL)/.ready ## set up what lints workflows and reads Terraform

$(VENV_INSTALL)/.ready: tests/install/requirements.txt
	$(PYTHON) -m venv $(VENV_INSTALL)
	$(VENV_INSTALL)/bin/pip install --quiet --disable-pip-version-check -r tests/install/requirements.txt
	touch $@

.PHONY: install-check
install-check: install-setup ## archives, image, action, Terraform modules and workflows, with a binary without the SDK
	RUSTFLAGS="$(STATIC) -C strip=symbols" cargo build --locked --no-default-features --target $(HOST) --bin idle-reaper
	cd tests/install && IDLE_REAPER_BINARY="$(abspath $(TARGET_DIR))/$(HOST)/debug/idle-reaper" $(abspath $(VENV_INSTALL))/bin/python -W ignore -m unittest
	$(TOOK)

.PHONY: clean
clean: ## remove what the demo and the packaging left in this folder
	rm -rf target/demo target/package target/dist
