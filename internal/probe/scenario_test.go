package probe

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

func must(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u
}

// TestBuiltinScenarios checks that only scenarios with a required input change
// anything on the server.
func TestBuiltinScenarios(t *testing.T) {
	doc, err := Builtin()
	require.NoError(t, err)
	needs := map[string][]string{}
	for _, s := range doc.Scenarios {
		needs[s.Name] = s.Needs
		assert.NotEmpty(t, s.Summary)
		assert.Equal(t, s.Name == "create", s.Part)
	}
	assert.Equal(t, map[string][]string{
		"list": nil, "unknown-id": nil, "malformed-id": nil, "no-credentials": nil,
		"cancel-batch": {"batch_id"},
		"create":       {"create"}, "cancel-running": {"create"}, "cancel-twice": {"create"}, "cancel-finished": {"create"},
	}, needs)
}

const ownScenario = `arazzo: 1.0.1
info: {title: Things, version: "1"}
sourceDescriptions:
  - {name: things, url: openapi.yaml, type: openapi}
workflows:
  - workflowId: get
    steps:
      - stepId: get
        operationPath: '{$sourceDescriptions.things.url}#/paths/~1things~1{id}/get'
        parameters:
          - {name: id, in: path, value: a b/c}
          - {name: deep, in: query, value: true}
          - {name: X-Kind, in: header, value: blue}
          - {name: session, in: cookie, value: s1}
        successCriteria:
          - condition: $statusCode == 204
`

const ownDescription = `openapi: 3.0.0
info: {title: Things, version: "1"}
paths:
  /things/{id}:
    get:
      responses:
        '204': {description: a thing}
`

func TestOwnScenario(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "things.yaml")
	require.NoError(t, os.WriteFile(file, []byte(ownScenario), 0o600))
	_, err := Load(file, nil)
	assert.ErrorContains(t, err, `source description "things": `)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "openapi.yaml"), []byte(ownDescription), 0o600))
	doc, err := Load(file, nil)
	require.NoError(t, err)
	require.Len(t, doc.Scenarios, 1)

	var got *http.Request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	p := &Prober{Base: must(t, srv.URL+"/api?version=2"), Header: http.Header{"Authorization": {"Bearer x"}}, Timeout: time.Minute, MaxRequests: 1, Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
	require.NoError(t, p.Run(t.Context(), &doc.Scenarios[0]))
	assert.Equal(t, "/api/things/a%20b%2Fc?version=2&deep=true", got.URL.String())
	assert.Equal(t, "blue", got.Header.Get("X-Kind"))
	assert.Equal(t, "session=s1", got.Header.Get("Cookie"))
	assert.Equal(t, "Bearer x", got.Header.Get("Authorization"))
}

// TestInputs checks that an input which is not given has its default, even in a
// scenario that is part of another.
func TestInputs(t *testing.T) {
	doc, err := Builtin()
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		given      map[string]any
		file, sent string // of the requests
	}{
		"defaults": {map[string]any{"create": true}, `"model": "gpt-4o-mini"`, `"endpoint":"/v1/responses"`},
		"given":    {map[string]any{"create": true, "endpoint": "/v1/embeddings", "requests": `{"custom_id": "mine"}`}, `{"custom_id": "mine"}`, `"endpoint":"/v1/embeddings"`},
	} {
		t.Run(name, func(t *testing.T) {
			var bodies []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				bodies = append(bodies, string(body))
				_, _ = io.WriteString(w, `{"id": "x", "status": "failed"}`)
			}))
			defer srv.Close()
			for _, s := range doc.Scenarios {
				if s.Name == "create" || s.Name == "cancel-twice" {
					bodies = nil
					p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, Inputs: tc.given, Timeout: time.Minute, MaxRequests: 10,
						Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
					require.NoError(t, p.Run(t.Context(), &s))
					require.Greater(t, len(bodies), 1)
					assert.Contains(t, bodies[0], tc.file)
					assert.Contains(t, bodies[1], tc.sent)
				}
			}
		})
	}
}

func TestBrokenScenarios(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"not YAML":      {"a: b: c", "s.yaml:1:1: not YAML"},
		"two documents": {"arazzo: 1.0.1\n---\narazzo: 1.0.1\n", "s.yaml:2:1: a second YAML document begins here; only one document is read"},
		"nothing":       {"", "s.yaml: the file is empty"},
		"no workflows":  {"arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n", `s.yaml:1:1: the Arazzo document has no member "sourceDescriptions"`},
		"a URL": {"arazzo: 1.0.1\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: a, url: 'https://host/openapi.yaml', type: openapi}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: o}]}]\n",
			`s.yaml:3:22: source description "a": https://host/openapi.yaml is not the path of a file, and nothing is fetched; save what is there, and name the file: --source a=FILE`},
		"no such operation": {"arazzo: 1.0.1\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: a, url: openapi.yaml, type: openapi}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: o}]}]\n",
			`s.yaml:4:37: no source description has the operation "o"`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "openapi.yaml"), []byte(ownDescription), 0o600))
			file := filepath.Join(dir, "s.yaml")
			require.NoError(t, os.WriteFile(file, []byte(tc.text), 0o600))
			_, err := Load(file, nil)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	_, err := Load("nope.yaml", nil)
	assert.ErrorContains(t, err, "nope.yaml: the scenarios cannot be read")
}

// FuzzParse checks that a document is parsed or rejected with an error, however
// broken it is.
func FuzzParse(f *testing.F) {
	data, err := fs.ReadFile(spec.Files, builtin)
	require.NoError(f, err)
	f.Add(string(data))
	f.Add(ownScenario)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := parse("fuzz.yaml", []byte(text), &documentReader{load: func(string) (*spec.Description, error) { return &spec.Description{}, nil }})
		if err == nil && len(doc.Scenarios) == 0 {
			t.Error("a document without scenarios is accepted")
		}
	})
}

// TestWorkflowsOfOtherDocuments checks that a step can run a workflow of a
// document that is a source description, whose own source descriptions and
// components count there.
func TestWorkflowsOfOtherDocuments(t *testing.T) {
	const head = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n"
	files := map[string]string{
		"letters.yaml": letters,
		"other.yaml": head + `sourceDescriptions: [{name: l, url: letters.yaml, type: openapi}]
workflows:
- {workflowId: login, steps: [{stepId: b, operationId: b, parameters: [{reference: $components.parameters.p}]}]}
- {workflowId: w, inputs: {properties: {n: {type: string}}}, dependsOn: [login], steps: [{stepId: c, operationId: $sourceDescriptions.l.c, parameters: [{name: n, in: query, value: $inputs.n}], outputs: {s: $statusCode}}], outputs: {s: $steps.c.outputs.s}}
components: {parameters: {p: {name: p, in: query, value: other}}}
`,
		"main.yaml": head + `sourceDescriptions: [{name: mine, url: letters.yaml, type: openapi}, {name: other, url: other.yaml, type: arazzo}]
workflows:
- workflowId: w
  steps:
  - {stepId: part, workflowId: $sourceDescriptions.other.w, parameters: [{name: n, value: x}], outputs: {s: $outputs.s}}
  - {stepId: a, operationId: $sourceDescriptions.mine.a, parameters: [{name: s, in: query, value: $steps.part.outputs.s}]}
`,
		"self.yaml":  head + "sourceDescriptions: [{name: self, url: self.yaml, type: arazzo}]\nworkflows: [{workflowId: w, steps: [{stepId: s, workflowId: $sourceDescriptions.self.w}]}]\n",
		"typo.yaml":  head + "sourceDescriptions: [{name: other, url: other.yaml, type: arazzo}]\nworkflows: [{workflowId: w, steps: [{stepId: s, workflowId: $sourceDescriptions.other.logn}]}]\n",
		"none.yaml":  head + "sourceDescriptions: [{name: other, url: nope.yaml, type: arazzo}]\nworkflows: [{workflowId: w, steps: [{stepId: s, workflowId: $sourceDescriptions.other.w}]}]\n",
		"wrong.yaml": head + "sourceDescriptions: [{name: other, url: letters.yaml, type: arazzo}]\nworkflows: [{workflowId: w, steps: [{stepId: s, workflowId: $sourceDescriptions.other.w}]}]\n",
	}
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	doc, err := Load(filepath.Join(dir, "main.yaml"), nil)
	require.NoError(t, err)
	require.Len(t, doc.Scenarios, 1)
	assert.Empty(t, doc.Warnings)
	got, err := runExample(t, doc, "w", nil, map[string]string{"GET /a": "200", "GET /b": "200", "GET /c": "202"})
	require.NoError(t, err)
	assert.Equal(t, []sent{{"GET /b?p=other", ""}, {"GET /c?n=x", ""}, {"GET /a?s=202", ""}}, got)

	for name, want := range map[string]string{
		"self.yaml":  "self.yaml:3:22: source description \"self\": " + filepath.Join(dir, "self.yaml") + " is a source description of itself",
		"typo.yaml":  `typo.yaml:4:37: there is no workflow "$sourceDescriptions.other.logn"; did you mean "$sourceDescriptions.other.login"?`,
		"none.yaml":  "none.yaml:3:22: source description \"other\": " + filepath.Join(dir, "nope.yaml") + ": ",
		"wrong.yaml": `letters.yaml:1:1: this is not an Arazzo document`,
	} {
		_, err := Load(filepath.Join(dir, name), nil)
		assert.ErrorContains(t, err, want)
	}
}
