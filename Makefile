# Every target works from a fresh clone with nothing but Go installed.

FUZZTIME ?= 30s

# With SETUP=no nothing is installed: tests that need it are skipped.
SETUP ?= yes

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

PROGRAM ?= plumb

.PHONY: build
build: ## build the command as ./plumb
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o $(PROGRAM) ./cmd/plumb

.PHONY: test
test: chromium clients ## run all tests, with the race detector (SETUP=no installs nothing for them)
	PLUMB_SKIPPED=$(SKIPPED) go test -race -timeout 20m ./...
	cd $(CLIENTS) && PLUMB_SKIPPED=$(SKIPPED) go test -race -timeout 20m ./...
	@if [ -s $(SKIPPED) ]; then echo "skipped, since what they need is not installed:"; sort -u $(SKIPPED); rm $(SKIPPED); fi

# The names of the tests that were skipped. It is another file each time, since go
# test does not run again what it knows to give the same result.
SKIPPED := $(shell mktemp -u)

# The tests with real clients are a separate module, since the clients have many
# dependencies. The client for Node is tested if npm is installed.
CLIENTS = contracttest/internal/openaitest

.PHONY: clients
clients:
	@if command -v npm >/dev/null && [ ! -d $(CLIENTS)/node/node_modules ]; then \
		if [ "$(SETUP)" = no ]; then \
			echo "SETUP=no: OpenAI's client for Node is not installed; TestOpenAINode, which checks its traffic, skips"; \
		else \
			echo "installing OpenAI's client for Node in $(CLIENTS)/node with npm ci, for a test that checks its traffic (SETUP=no skips it)"; \
			npm ci --silent --no-audit --no-fund --prefix $(CLIENTS)/node || echo "it cannot be installed: its test will skip"; \
		fi; \
	fi

# The HTML report is tested in a browser. If there is none and none can be
# installed, these tests are skipped and say so.
.PHONY: chromium
chromium:
	@if [ -z "$$PLUMB_CHROMIUM" ] && ! (command -v chromium || command -v chromium-browser || command -v google-chrome) >/dev/null; then \
		if [ "$(SETUP)" = no ]; then \
			echo "SETUP=no: chromium is not installed; the tests that open the HTML report in a browser skip"; \
		elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "installing the packages chromium and fonts-dejavu-core with apt-get, for tests that open the HTML report in a browser (SETUP=no skips them)"; \
			(apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core) >/dev/null \
				|| echo "chromium cannot be installed: the browser tests will skip"; \
		else \
			echo "there is no chromium: the tests that open the HTML report in a browser will skip"; \
		fi; \
	fi

# Runs on many machines: the laws and the Jobs need Go alone. The tests on a Spark need
# Python 3, and install pyspark in the user's cache, and Java if it is missing.
PYTHON ?= python3
ON_SPARK = if command -v $(PYTHON) >/dev/null; then SETUP=$(SETUP) $(PYTHON) scale/test/spark.py $(1); else echo "skipped: there is no $(PYTHON): nothing is run on Spark"; fi

.PHONY: test-scale
test-scale: ## test runs on many machines: the laws, folders, and on Spark, with kills
	go test ./internal/scale/... ./scale/...
	@$(call ON_SPARK)

.PHONY: test-scale-spill
test-scale-spill: ## run 2,000,000 exchanges on a Spark whose executors have 512 MB
	@$(call ON_SPARK,--spill)

.PHONY: bench-scale
bench-scale: ## print what the steps of a run on many machines cost, beside plumb check
	@nice $(PYTHON) scale/test/bench.py

.PHONY: images
images: chromium ## rewrite the pictures of the reports
	go test ./internal/report/format -run Image -update

.PHONY: lint
lint: ## gofmt, go vet, staticcheck, and go.mod is tidy
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	@for module in . $(CLIENTS) bench; do (cd $$module && echo "go mod tidy -diff in $$module" && go mod tidy -diff) || exit 1; done

.PHONY: update
update: ## rewrite the golden files and the generated documents
	go test $$(grep -rl --include='*_test.go' 'Bool("update"' . | xargs -n1 dirname | sort -u) -update

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (30s)
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

.PHONY: weigh
weigh: ## print what the first build of the command costs, and how large it is
	cd bench && nice go run ./weigh

.PHONY: bench
bench: ## compare plumb with its peers: speed and memory
	cd bench && go run . $(BENCHFLAGS)
