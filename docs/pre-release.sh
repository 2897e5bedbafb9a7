#!/bin/sh
# Checks a server before its release: runs all scenarios against it, and checks
# the recordings that are kept. Ends with 0 if nothing is wrong.
#
#   BASE_URL    of the API, such as http://127.0.0.1:8080/v1. Without it, plumb's
#               own mock is checked, to try this script on.
#   PLUMB_TOKEN the API key, where the server wants one.
#   RECORDINGS  file, folder or glob of recordings; none are checked without it.
#   REPORTS     folder for the reports; "reports" without it.
set -eu

REPORTS=${REPORTS:-reports}
mkdir -p "$REPORTS"

if [ -z "${BASE_URL:-}" ]; then
	plumb mock --addr 127.0.0.1:0 --speed 600 >"$REPORTS/mock.url" &
	trap 'kill $!' EXIT
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -s "$REPORTS/mock.url" ] || sleep 0.5
	done
	BASE_URL=$(cat "$REPORTS/mock.url")
	PLUMB_TOKEN=${PLUMB_TOKEN:-any}
fi
export PLUMB_TOKEN="${PLUMB_TOKEN:-}"

# Both checks run, whatever the first one finds.
status=0
plumb probe --base-url "$BASE_URL" --create --overlay observed \
	--report json="$REPORTS/probe.json" --report junit="$REPORTS/probe.xml" || status=$?
if [ -n "${RECORDINGS:-}" ]; then
	plumb check --overlay observed \
		--report json="$REPORTS/check.json" --report junit="$REPORTS/check.xml" "$RECORDINGS" || status=$?
fi
exit "$status"
