package cli

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/report"
)

// startProxy starts the proxy command with --ready and --events in a folder, and
// returns its URL, and a function that ends it and returns its exit status.
func startProxy(t *testing.T, dir, target string, flags ...string) (url string, end func() int) {
	ctx, interrupt := context.WithCancel(context.Background())
	ready := filepath.Join(dir, "ready")
	args := append([]string{"proxy", "--target", target, "--addr", "127.0.0.1:0", "--config", "", "--ready", ready, "--events", filepath.Join(dir, "events.ndjson")}, flags...)
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, args, nil, io.Discard, io.Discard, func(string) string { return "" })
	}()
	var text string
	require.Eventually(t, func() bool {
		read, err := os.ReadFile(ready)
		text = string(read)
		return err == nil
	}, time.Minute, time.Millisecond)
	require.True(t, strings.HasSuffix(text, "\n"), "the file is not whole")
	return strings.TrimSpace(text), func() int {
		interrupt()
		status := <-ended
		assert.NoFileExists(t, ready)
		return status
	}
}

// readEvents returns the events in a file, each of whose lines must be whole.
func readEvents(t *testing.T, file string) (events []report.Event) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var e report.Event
		require.NoError(t, json.Unmarshal([]byte(line), &e), line)
		events = append(events, e)
	}
	return events
}

// TestEvents checks that an occurrence is in the file of events as soon as it is
// found, that in the end the file has those of the report, and that the report
// is sorted and whole.
func TestEvents(t *testing.T) {
	const body = `{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","completion_window":"24h","status":"STATUS","created_at":1741967569,"note":"sk-test-0123456789abcdef"}`
	statuses := []string{"paused", "in_progress", "validating"} // the last contradicts the one before
	asked := 0
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "STATUS", statuses[asked]))
		asked++
	}))
	defer target.Close()
	dir := t.TempDir()
	har, events, out := filepath.Join(dir, "session.har"), filepath.Join(dir, "events.ndjson"), filepath.Join(dir, "report.json")
	ask := func(url string) {
		req, err := http.NewRequest(http.MethodGet, url+"/v1/batches/batch_1?api-key=sk-test-0123456789abcdef", nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
	}
	readReport := func() (r report.Report) {
		text, err := os.ReadFile(out)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &r))
		return r
	}

	url, end := startProxy(t, dir, target.URL, "--har", har, "--report", "json="+out)
	for i, wanted := range []string{"schema-enum", "state-timestamp-missing", "history-transition"} {
		ask(url)
		require.Eventually(t, func() bool {
			return slices.ContainsFunc(readEvents(t, events), func(e report.Event) bool { return e.Entry == i+1 && e.Rule == wanted })
		}, time.Minute, time.Millisecond, wanted)
	}
	assert.Equal(t, statusFindings, end())

	r := readReport()
	byFingerprint := map[string]int{}
	for _, e := range readEvents(t, events) {
		byFingerprint[e.Fingerprint]++
		assert.Equal(t, "GET", e.Method)
		assert.Equal(t, target.URL+"/v1/batches/batch_1?api-key=[redacted]", e.URL)
		assert.Equal(t, har, e.File)
		assert.Equal(t, "retrieveBatch", e.Operation)
		assert.Equal(t, 200, e.Status)
		assert.False(t, e.Accepted)
		assert.WithinDuration(t, time.Now(), e.Time, time.Hour)
		assert.NotEmpty(t, e.Message)
		assert.NotEmpty(t, e.Severity)
		assert.NotEmpty(t, e.Description.File)
	}
	ofReport := map[string]int{}
	for _, f := range r.Findings {
		ofReport[f.Fingerprint] = f.Count
	}
	assert.Equal(t, ofReport, byFingerprint)
	assert.Equal(t, r.Summary.Occurrences, len(readEvents(t, events)))
	assert.True(t, slices.IsSortedFunc(r.Findings, func(a, b report.Finding) int {
		return strings.Compare(a.Severity, b.Severity) // "error", "warning"
	}))
	text, err := os.ReadFile(events)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "0123456789abcdef")

	// What the baseline accepts is marked.
	accepted := filepath.Join(dir, "accepted.yaml")
	assert.Equal(t, statusOK, Run(t.Context(), []string{"baseline", "update", "--config", "", "--baseline", accepted, "--owner", "me", "--reason", "known", har},
		nil, io.Discard, io.Discard, func(string) string { return "" }))
	asked = 0
	url, end = startProxy(t, dir, target.URL, "--baseline", accepted, "--report", "json="+out)
	ask(url)
	assert.Equal(t, statusOK, end())
	again := readEvents(t, events)
	require.NotEmpty(t, again, "and those of the first run are gone")
	for _, e := range again {
		assert.True(t, e.Accepted)
		assert.Contains(t, slices.Collect(maps.Keys(ofReport)), e.Fingerprint)
		assert.Equal(t, 1, e.Entry)
	}
}

// The places of events are those of the report: from the working folder.
func TestEventsNameFilesLikeReports(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id": 1}`)
	}))
	defer target.Close()
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.Mkdir("api", 0o700))
	require.NoError(t, os.WriteFile("api/a.yaml", []byte(`{openapi: 3.1.0, info: {title: A, version: "1"}, paths: {/a: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {properties: {id: {type: string}}}}}}}}}}}`), 0o600))
	url, end := startProxy(t, dir, target.URL, "--spec", "api/a.yaml", "--report", "json=report.json")
	resp, err := http.Get(url + "/a")
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, statusFindings, end())

	events := readEvents(t, "events.ndjson")
	require.Len(t, events, 1)
	assert.Equal(t, "api/a.yaml", events[0].Description.File)
	text, err := os.ReadFile("report.json")
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal(text, &r))
	assert.Equal(t, r.Findings[0].Description, events[0].Description)
}

// TestProxyFilesDiffer checks that no file is written for two purposes.
func TestProxyFilesDiffer(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("api.yaml", []byte("openapi: 3.1.0"), 0o600))
	for _, flags := range []string{
		"--har a --ready a", "--har a --events ./a", "--ready a --events a", "--report json=a --events a", "--summary a --ready a",
		"--spec api.yaml --events api.yaml", "--ready nowhere/a", "--events .", "--har a --events a.part", "--har a --ready a.part", "--har a --report json=a.part",
	} {
		var messages strings.Builder
		status := Run(t.Context(), append([]string{"proxy", "--target", "http://127.0.0.1:1", "--addr", "127.0.0.1:0"}, strings.Fields(flags)...),
			nil, io.Discard, &messages, func(string) string { return "" })
		assert.Equal(t, statusFailed, status, flags)
		assert.Contains(t, messages.String(), "plumb: ", flags)
		files, err := filepath.Glob("*")
		require.NoError(t, err)
		assert.Equal(t, []string{"api.yaml"}, files, flags)
	}
}

// TestURLOfListener checks that clients are given an address to which they can
// connect, whatever is listened on.
func TestURLOfListener(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:0": `^http://127\.0\.0\.1:\d+$`, ":0": `^http://127\.0\.0\.1:\d+$`, "0.0.0.0:0": `^http://127\.0\.0\.1:\d+$`} {
		listener, err := listen(addr)
		require.NoError(t, err)
		assert.Regexp(t, want, urlOf(listener), addr)
		conn, err := net.Dial("tcp", strings.TrimPrefix(urlOf(listener), "http://"))
		require.NoError(t, err, addr)
		conn.Close()
		listener.Close()
	}
}

// A file of events replaces only that of a proxy that has ended, and nothing replaces
// it while a proxy writes it.
func TestEventsFileInUse(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id": 1}`)
	}))
	defer target.Close()
	dir := t.TempDir()
	t.Chdir(dir)
	run := func(args ...string) string {
		var messages strings.Builder
		assert.Equal(t, statusFailed, Run(t.Context(), append(args, "--config", ""), strings.NewReader(""), io.Discard, &messages, func(string) string { return "" }), args)
		return messages.String()
	}
	second := []string{"proxy", "--target", target.URL, "--addr", "127.0.0.1:0", "--events", "events.ndjson"}
	url, end := startProxy(t, ".", target.URL)
	resp, err := http.Get(url + "/v1/batches/batch_1")
	require.NoError(t, err)
	resp.Body.Close()
	require.Eventually(t, func() bool { return len(readEvents(t, "events.ndjson")) > 0 }, time.Minute, time.Millisecond)

	const inUse = "another plumb is writing events.ndjson: name another file, or wait until it has ended\n"
	assert.Equal(t, "plumb: --events: "+inUse, run(second...))
	assert.NotEmpty(t, readEvents(t, "events.ndjson"), "the first proxy's events")
	require.NoError(t, os.WriteFile("a.json", []byte(`{"id": "batch_1", "object": "batch"}`), 0o600))
	assert.Equal(t, "plumb: --report: "+inUse, run("check", "--report", "json=events.ndjson", "a.json"))
	end()
	assert.NotEmpty(t, readEvents(t, "events.ndjson"))
	assert.NoFileExists(t, "events.ndjson.lock")

	require.NoError(t, os.WriteFile("events.ndjson", []byte("my notes\n"), 0o600))
	assert.Equal(t, "plumb: --events: events.ndjson has something else than the events of a proxy; name another file\n", run(second...))
	text, err := os.ReadFile("events.ndjson")
	require.NoError(t, err)
	assert.Equal(t, "my notes\n", string(text))
	assert.NoFileExists(t, "events.ndjson.lock")

	assert.Equal(t, "plumb: --report: events.ndjson.lock is the lock of --events, which would be overwritten; name another file\n", run(append(second, "--report", "ndjson=events.ndjson.lock")...))
	assert.NoFileExists(t, "events.ndjson.lock")
}
