package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/credentialtest"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report/format"
)

// thingsDescription describes bodies in which each text breaks a rule, so that
// reports show it.
const thingsDescription = `openapi: 3.1.0
info: {title: Things, version: "1"}
servers: [{url: "https://things.example"}]
paths:
  /v1/things/{id}:
    get:
      operationId: getThing
      responses:
        '200': {description: a thing, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '400': {description: an error, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
components:
  schemas:
    Thing: {type: object, additionalProperties: {$ref: '#/components/schemas/Value'}}
    Value: {type: [integer, object, array], items: {$ref: '#/components/schemas/Element'}, additionalProperties: {$ref: '#/components/schemas/Value'}}
    Element: {type: [integer, object], additionalProperties: {$ref: '#/components/schemas/Value'}}
`

// garden returns exchanges with a credential of each name and form in each
// place.
func garden(p *credentialtest.Planter, label string) []planted {
	var all []planted
	add := func(path string, status int, contentType, body string) {
		x := planted{path: path, status: status, body: body, request: http.Header{}, response: http.Header{"Content-Type": {contentType}}}
		if in := label + " " + path; len(all)%8 == 0 { // one exchange in eight is enough
			x.path, x.sent = path+"?"+p.Query(in+" query"), p.Query(in+" request body")
			x.request, x.response = p.RequestHeader(in+" request"), p.ResponseHeader(in+" response", contentType)
		}
		all = append(all, x)
	}
	share := p.Share
	p.Share = 1
	forms := p.Formed(false, label+" other bodies")
	pin := p.Named(credentialtest.Member, label+" tenant pin")[0].Value
	p.Share = share
	add("https://me:"+forms[8]+"@other.example/x", 200, "application/json", "{}")
	for i, body := range p.Bodies(label) {
		add(fmt.Sprint("/v1/things/", i), body.Status, body.ContentType, body.Text)
	}
	batch := fmt.Sprintf(`{"id": %q, "object": "batch", "status": %q, "endpoint": %q, "input_file_id": 7, "created_at": %q, "errors": {"%s": 1}, "x-tenant-pin": %q}`,
		forms[0], forms[1], forms[2], forms[3], forms[4], pin)
	add("https://api.openai.com/v1/batches/batch_1", 200, "application/json", batch)
	add("https://api.openai.com/v1/batches/"+forms[5], 599, "application/json", batch)
	add("/v1/unknown/"+forms[6], 200, "text/html", "<html>"+forms[7]+"</html>")
	return all
}

// plant writes recordings in each format, complete and cut off.
func plant(t *testing.T, dir string, p *credentialtest.Planter) {
	t.Helper()
	written := map[string]bool{}
	for _, folder := range []string{"in", "few", "cut", "drift"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, folder), 0o755))
	}
	for _, r := range recorders {
		inFull := slices.Contains([]string{"browser.har", "exchanges.ndjson"}, r.file)
		if p.Share = 12; inFull { // no reader knows all names: each of these recordings has a different part of them
			p.Share = 1
		}
		text := r.write(t, garden(p, r.file))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "in", r.file), text, 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "cut", r.file), text[:len(text)*2/3], 0o644))
		written[r.format] = true
		if inFull {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "few", r.file), text, 0o644))
		}
	}
	for _, f := range recording.Formats() {
		assert.True(t, written[f.Name], "there is no recording of %s", f.Name)
	}
	for name, text := range map[string]string{
		"things.yaml": thingsDescription, "later.yaml": strings.Replace(thingsDescription, "integer, object", "integer, string, object", 1),
		"plumb.yaml": "redact: [x-tenant-pin]\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
}

// plantedRuns returns the arguments of all commands that write anything taken
// from recordings.
func plantedRuns() [][]string {
	check := []string{"check", "-v", "--spec", "things.yaml", "--schema", "Thing", "--strict", "--max-occurrences", "100000", "--format", "json", "--summary", "a.summary"}
	for _, name := range format.Names() {
		check = append(check, "--report", name+"=out."+name)
	}
	things := []string{"--spec", "things.yaml", "--schema", "Thing"}
	with := func(args ...string) []string { return append(args, things...) }
	return [][]string{
		append(check, "in"),
		{"check", "-v", "--format", "json", "--max-occurrences", "100000", "--summary", "b.summary", "in"},
		with("check", "-v", "--format", "json", "--max-occurrences", "100000", "cut"),
		with("check", "--format", "github", "few/browser.har"),
		{"check", "--format", "text", "few"},
		{"report", "-v", "--format", "markdown", "--report", "html=again.html", "out.json"},
		with("drift", "-v", "--suggest", "suggested.yaml", "few"),
		{"drift", "-v", "--format", "json", "--suggest", "suggested-batch.yaml", "--history", "drift", "--summary", "c.summary", "few"},
		with("drift", "a.summary"),
		{"drift", "b.summary"},
		{"diff", "--schema", "Thing", "--recordings", "few", "things.yaml", "later.yaml"},
		{"diff", "--schema", "Thing", "--recordings", "few", "--format", "json", "things.yaml", "later.yaml"},
		with("baseline", "update", "--reason", "known", "--owner", "me", "--baseline", "baseline.yaml", "few"),
		{"baseline", "list", "--baseline", "baseline.yaml"},
		with("check", "-v", "--baseline", "baseline.yaml", "few"),
		with("baseline", "prune", "--baseline", "baseline.yaml", "few/exchanges.ndjson"),
	}
}

// No credential in a recording gets into what any command writes, whatever its
// name, its form, its place and the format.
func TestNoCredentialGetsOut(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	p := credentialtest.New("recordings")
	plant(t, dir, p)
	require.NotEmpty(t, p.Leaks(string(readFileOf(t, "in/exchanges.ndjson"))))
	getenv := func(name string) string {
		return map[string]string{"GITHUB_STEP_SUMMARY": "step.md", "GITHUB_OUTPUT": "step.txt"}[name]
	}
	for _, args := range plantedRuns() {
		var out, messages bytes.Buffer
		name := strings.Join(args, " ")
		status := Run(t.Context(), args, nil, &out, &messages, getenv)
		assert.NotContains(t, messages.String(), "flag", name)
		assert.NotZero(t, out.Len()+messages.Len()+status, name)
		tell(t, p, name+": standard output", out.String())
		tell(t, p, name+": standard error", messages.String())
	}
	tellFiles(t, p, dir)
	for _, name := range []string{"out.html", "out.sarif", "again.html", "a.summary", "b.summary", "c.summary", "baseline.yaml", "step.md"} {
		assert.FileExists(t, name)
	}
}

func readFileOf(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return text
}

// tell fails the test for what leaks; of a long list it shows the beginning.
func tell(t *testing.T, p *credentialtest.Planter, where, text string) {
	t.Helper()
	if leaks := p.Leaks(text); len(leaks) > 0 {
		t.Errorf("%s: %d leaks:\n%s", where, len(leaks), strings.Join(leaks[:min(len(leaks), 12)], "\n"))
	}
}

// tellFiles searches all files except those that were planted.
func tellFiles(t *testing.T, p *credentialtest.Planter, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if name := entry.Name(); name == "in" || name == "few" || name == "cut" {
				return fs.SkipDir
			}
			return err
		}
		tell(t, p, filepath.Base(path), string(readFileOf(t, path)))
		return nil
	}))
}

// shared is a buffer that can be written and read at the same time.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// gardener starts a server that responds with the exchanges of a garden, each
// by its number.
func gardener(t *testing.T, all []planted) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, x := range all {
			if r.URL.Path == fmt.Sprint("/v1/things/", i) {
				for name, values := range x.response {
					w.Header()[name] = values
				}
				w.WriteHeader(x.status)
				_, _ = io.WriteString(w, x.body)
				return
			}
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// numbered returns the exchanges as a server returns them by their number.
func numbered(all []planted) []planted {
	return slices.DeleteFunc(all, func(x planted) bool { return !strings.HasPrefix(x.path, "/v1/things/") })
}

var servedAt = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// No credential gets out of the traffic that the proxy records and checks, nor
// out of its recording when that is checked.
func TestNoCredentialPassesTheProxy(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	p := credentialtest.New("proxy")
	require.NoError(t, os.WriteFile("things.yaml", []byte(thingsDescription), 0o644))
	all := numbered(garden(p, "proxy"))
	server := gardener(t, all)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, messages shared
	ended := make(chan int)
	target := p.Formed(false, "target")[0]
	go func() {
		ended <- Run(ctx, []string{"proxy", "-v", "--spec", "things.yaml", "--strict", "--max-occurrences", "1000", "--addr", "127.0.0.1:0", "--target",
			strings.Replace(server.URL, "://", "://me:"+target+"@", 1), "--har", "proxy.har", "--report", "json=proxy.json"}, nil, &out, &messages, func(string) string { return "" })
	}()
	at := ""
	require.Eventually(t, func() bool {
		_, rest, _ := strings.Cut(messages.String(), "listening on ")
		at = servedAt.FindString(rest)
		return at != ""
	}, 20*time.Second, 10*time.Millisecond)
	for _, x := range all {
		req, err := http.NewRequest(http.MethodGet, at+x.path, strings.NewReader(x.sent))
		require.NoError(t, err)
		req.Header = x.request
		resp, err := http.DefaultTransport.RoundTrip(req)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	cancel()
	assert.Equal(t, statusFindings, <-ended, messages.String())
	har := string(readFileOf(t, "proxy.har"))
	assert.Equal(t, len(all), strings.Count(har, `"startedDateTime"`))
	tell(t, p, "standard output", out.String())
	tell(t, p, "standard error", messages.String())
	tellFiles(t, p, dir)
	_, stdout, stderr := command(t, dir, "check", "-v", "--spec", "things.yaml", "--server", servedAt.FindString(server.URL), "--format", "json", "proxy.har")
	tell(t, p, "check of the recording", stdout+stderr)
}

// No credential that a probe sends or receives gets out.
func TestNoCredentialOfAProbeGetsOut(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	p := credentialtest.New("probe")
	all := numbered(garden(p, "probe"))
	server := gardener(t, all)
	var steps strings.Builder
	for i, x := range all {
		fmt.Fprintf(&steps, "      - stepId: get%d\n        operationId: getThing\n        parameters:\n          - {name: id, in: path, value: '%d'}\n", i, i)
		for _, pair := range p.Named(credentialtest.Query, "parameter") {
			fmt.Fprintf(&steps, "          - {name: %q, in: query, value: %q}\n", pair.Name, pair.Value)
		}
		fmt.Fprintf(&steps, "        successCriteria: [{condition: $statusCode == %d}]\n", x.status+i%2)
	}
	for name, text := range map[string]string{
		"things.yaml": thingsDescription,
		"get.yaml": "arazzo: 1.0.1\ninfo: {title: Things, version: '1'}\nsourceDescriptions:\n  - {name: things, url: things.yaml, type: openapi}\n" +
			"workflows:\n  - workflowId: get\n    steps:\n" + steps.String(),
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	token, user := p.Named(credentialtest.Member, "PLUMB_TOKEN")[0].Value, p.Formed(false, "user")[0]
	args := []string{"probe", "-v", "--spec", "things.yaml", "--strict", "--max-occurrences", "1000", "--scenario", "get.yaml", "--format", "json", "--report", "text=out.txt"}
	for name, values := range p.Header("header") {
		args = append(args, "--header", name+": "+values[0])
	}
	for _, base := range []string{server.URL, "http://127.0.0.1:1"} { // there is no server at the second one
		var out, messages bytes.Buffer
		base = strings.Replace(base, "://", "://me:"+user+"@", 1)
		Run(t.Context(), append(slices.Clip(args), "--base-url", base), nil, &out, &messages, func(name string) string {
			return map[string]string{"PLUMB_TOKEN": token}[name]
		})
		tell(t, p, "standard output", out.String())
		tell(t, p, "standard error", messages.String())
		require.FileExists(t, "out.txt", messages.String())
		tell(t, p, "a report", string(readFileOf(t, "out.txt")))
	}
}

// What --header sends is in no report, whatever the name of the header, even if
// the server repeats it.
func TestHeadersOfAProbeAreSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"object": "list", "data": [], "has_more": %q, "note": %[1]q}`, r.Header.Get("X-Pin"))
	}))
	defer server.Close()
	const pin = "kittens and tea"
	var out, messages bytes.Buffer
	Run(t.Context(), []string{"probe", "-v", "--base-url", server.URL, "--header", "X-Pin: " + pin}, nil, &out, &messages, func(string) string { return "" })
	assert.Contains(t, out.String(), "schema-type")
	assert.NotContains(t, out.String()+messages.String(), pin)
}
