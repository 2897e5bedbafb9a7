# Every target works from a fresh clone with nothing but Go installed.

FUZZTIME ?= 30s

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the command as ./plumb
	go build -trimpath -o plumb ./cmd/plumb

.PHONY: test
test: chromium clients ## run all tests, with the race detector
	go test -race -timeout 20m ./...
	cd $(CLIENTS) && go test -race -timeout 20m ./...

# The tests with real clients are a separate module, since the clients have many
# dependencies. The client for Node is tested if npm is installed.
CLIENTS = contracttest/internal/openaitest

.PHONY: clients
clients:
	@if command -v npm >/dev/null && [ ! -d $(CLIENTS)/node/node_modules ]; then \
		npm ci --silent --no-audit --no-fund --prefix $(CLIENTS)/node || echo "the Node client cannot be installed: its test will skip"; \
	fi

# The HTML report is tested in a browser. If there is none and none can be
# installed, these tests are skipped and say so.
.PHONY: chromium
chromium:
	@if [ -z "$$PLUMB_CHROMIUM" ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			(apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core) >/dev/null \
				|| echo "chromium cannot be installed: the browser tests will skip"; \
		else \
			echo "there is no chromium: the browser tests will skip"; \
		fi; \
	fi

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

.PHONY: bench
bench: ## compare plumb with its peers: speed and memory
	cd bench && go run . $(BENCHFLAGS)
