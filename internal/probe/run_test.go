package probe

import (
	"context"
	"errors"
	"io"
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

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// letters describes operations whose names are letters, for scenarios in which
// only their order matters.
const letters = `openapi: 3.0.3
info: {title: Letters, version: "1"}
paths:
  /a: {get: {operationId: a, responses: {'200': {description: ok}}}}
  /b: {get: {operationId: b, responses: {'200': {description: ok}}}}
  /c: {get: {operationId: c, responses: {'200': {description: ok}}}, post: {operationId: postC, responses: {'200': {description: ok}}}}
`

// walk runs the last workflow of a document against a server that answers each
// path with the given statuses, one after the other. It returns the requests and
// the waits, in their order.
func walk(t *testing.T, workflows string, statuses map[string][]int) (steps []string, err error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letters.yaml"), []byte(letters), 0o600))
	file := filepath.Join(dir, "s.yaml")
	text := "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: l, url: letters.yaml, type: openapi}]\n" + workflows
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	doc, err := Load(file, nil)
	require.NoError(t, err)
	require.Empty(t, doc.Warnings)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		steps = append(steps, strings.TrimPrefix(r.URL.String(), "/"))
		status := http.StatusOK
		if left := statuses[r.URL.Path]; len(left) > 0 {
			status, statuses[r.URL.Path] = left[0], left[1:]
		}
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "9")
		}
		w.WriteHeader(status)
	}))
	defer srv.Close()
	p := &Prober{
		Base: must(t, srv.URL), Header: http.Header{}, Inputs: map[string]any{"given": "g"}, Timeout: time.Minute, MaxRequests: 20, Limits: recording.DefaultLimits,
		Seen: func(*plumb.Exchange) {},
		Wait: func(_ context.Context, d time.Duration) error { steps = append(steps, d.String()); return nil },
	}
	return steps, p.Run(t.Context(), &doc.Scenarios[len(doc.Scenarios)-1])
}

func TestActions(t *testing.T) {
	const ok = "successCriteria: [{condition: $statusCode == 200}]"
	for name, tt := range map[string]struct {
		workflows string
		statuses  map[string][]int
		want      string
		unmet     string // the step that is not met; empty if the scenario ends well
	}{
		"one after the other": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a}, {stepId: b, operationId: b}]}]`, nil, "a b", ""},
		"an unmet step ends it": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `}, {stepId: b, operationId: b}]}]`, map[string][]int{"/a": {500}}, "a", "a"},
		"end": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, onSuccess: [{name: e, type: end}]}, {stepId: b, operationId: b}]}]`, nil, "a", ""},
		"goto": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, onSuccess: [{name: g, type: goto, stepId: c}]}, {stepId: b, operationId: b}, {stepId: c, operationId: c}]}]`, nil, "a c", ""},
		"the first action whose criteria are met": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, onSuccess: [{name: e, type: end, criteria: [{condition: $statusCode == 201}]}, {name: g, type: goto, stepId: c}]}, {stepId: b, operationId: b}, {stepId: c, operationId: c}]}]`, nil, "a c", ""},
		"goto on failure": {`
workflows: [{workflowId: w, steps: [{stepId: b, operationId: b}, {stepId: a, operationId: a, ` + ok + `, onFailure: [{name: g, type: goto, stepId: c}]}, {stepId: d, operationId: b}, {stepId: c, operationId: c}]}]`, map[string][]int{"/a": {404}}, "b a c", ""},
		"goto a workflow": {`
workflows: [{workflowId: v, steps: [{stepId: c, operationId: c}]}, {workflowId: w, steps: [{stepId: a, operationId: a, onSuccess: [{name: g, type: goto, workflowId: v}]}, {stepId: b, operationId: b}]}]`, nil, "a c", ""},
		"a retry without a limit is one": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `, onFailure: [{name: r, type: retry, retryAfter: 1.5}]}]}]`, map[string][]int{"/a": {500, 500, 200}}, "a 1.5s a", "a"},
		"retries become slower": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `, onFailure: [{name: r, type: retry, retryAfter: 1, retryLimit: 5}]}]}]`, map[string][]int{"/a": {500, 500, 500}}, "a 1s a 2s a 3s a", ""},
		"the server says when": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `, onFailure: [{name: r, type: retry, retryAfter: 1}]}]}]`, map[string][]int{"/a": {503}}, "a 9s a", ""},
		"after the limit the next action counts": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `, onFailure: [{name: r, type: retry, retryLimit: 2}, {name: g, type: goto, stepId: c}]}, {stepId: b, operationId: b}, {stepId: c, operationId: c}]}]`, map[string][]int{"/a": {500, 500, 500}}, "a 0s a 0s a c", ""},
		"a retry after another step": {`
workflows: [{workflowId: w, steps: [{stepId: b, operationId: b}, {stepId: a, operationId: a, ` + ok + `, onFailure: [{name: r, type: retry, stepId: b}]}]}]`, map[string][]int{"/a": {401}}, "b a b 0s a", ""},
		"a retry after another workflow": {`
workflows: [{workflowId: v, steps: [{stepId: c, operationId: c}]}, {workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `, onFailure: [{name: r, type: retry, workflowId: v}]}]}]`, map[string][]int{"/a": {401}}, "a c 0s a", ""},
		"actions of the workflow": {`
workflows: [{workflowId: w, failureActions: [{name: r, type: retry}], steps: [{stepId: a, operationId: a, ` + ok + `}]}]`, map[string][]int{"/a": {500}}, "a 0s a", ""},
		"actions in components": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, ` + ok + `, onFailure: [{reference: $components.failureActions.again}]}]}]
components: {failureActions: {again: {name: again, type: retry}}}`, map[string][]int{"/a": {500}}, "a 0s a", ""},
		"parameters of the workflow, and of components": {`
workflows: [{workflowId: w, parameters: [{name: p, in: query, value: w}, {name: q, in: query, value: w}], steps: [{stepId: a, operationId: a, parameters: [{name: q, in: query, value: s}, {reference: $components.parameters.r}, {reference: $components.parameters.s, value: 2}]}]}]
components: {parameters: {r: {name: r, in: query, value: c}, s: {name: s, in: query, value: 1}}}`, nil, "a?p=w&q=s&r=c&s=2", ""},
		"lists, objects and null": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, parameters: [{name: l, in: query, value: [1, x]}, {name: o, in: query, value: {a: 1}}]}]}]`, nil, "a?l=1&l=x&o=%7B%22a%22%3A1%7D", ""},
		"a workflow as a step": {`
workflows: [{workflowId: v, inputs: {properties: {n: {type: string}, d: {default: 5}}}, steps: [{stepId: c, operationId: c, parameters: [{name: n, in: query, value: $inputs.n}, {name: d, in: query, value: $inputs.d}], outputs: {s: $statusCode}}], outputs: {s: $steps.c.outputs.s}},
 {workflowId: w, steps: [{stepId: v, workflowId: v, parameters: [{name: n, value: x}], successCriteria: [{condition: $statusCode == 200}], outputs: {s: $outputs.s}}, {stepId: a, operationId: a, parameters: [{name: s, in: query, value: $steps.v.outputs.s}, {name: t, in: query, value: $workflows.v.outputs.s}]}]}]`, nil, "c?d=5&n=x a?s=200&t=200", ""},
		"a workflow that is needed before": {`
workflows: [{workflowId: u, inputs: {properties: {given: {type: string}}}, steps: [{stepId: c, operationId: c, parameters: [{name: g, in: query, value: $inputs.given}]}]}, {workflowId: v, dependsOn: [u], steps: [{stepId: b, operationId: b}]}, {workflowId: w, dependsOn: [v, u], steps: [{stepId: a, operationId: a}]}]`, nil, "c?g=g b a", ""},
		"a failure in a part": {`
workflows: [{workflowId: v, steps: [{stepId: c, operationId: c, ` + ok + `}]}, {workflowId: w, steps: [{stepId: v, workflowId: v}, {stepId: a, operationId: a}]}]`, map[string][]int{"/c": {500}}, "c", "c"},
		"an operation by its path": {`
workflows: [{workflowId: w, steps: [{stepId: a, operationPath: '{$sourceDescriptions.l.url}#/paths/~1a'}, {stepId: c, operationPath: '{$sourceDescriptions.l.url}#/paths/~1c/get'}, {stepId: b, operationId: $sourceDescriptions.l.b}]}]`, nil, "a c b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := walk(t, tt.workflows, tt.statuses)
			assert.Equal(t, tt.want, strings.Join(got, " "))
			switch tt.unmet {
			case "":
				assert.NoError(t, err)
			default:
				assert.ErrorIs(t, err, ErrUnmet)
				assert.ErrorContains(t, err, "step "+tt.unmet)
			}
		})
	}
}

// TestEndlessScenario checks that a scenario that leads back to itself ends.
func TestEndlessScenario(t *testing.T) {
	_, err := walk(t, `
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, onSuccess: [{name: g, type: goto, stepId: a}]}]}]`, nil)
	assert.ErrorContains(t, err, "the limit of 20 requests is reached")
	_, err = walk(t, `
workflows: [{workflowId: w, steps: [{stepId: a, operationId: a, onSuccess: [{name: g, type: goto, workflowId: w}]}]}]`, nil)
	assert.ErrorContains(t, err, "the limit of 20 requests is reached")
}

// objectScenario passes values of all types from a response to a request.
const objectScenario = `arazzo: 1.0.1
info: {title: S, version: 1.0.0}
sourceDescriptions: [{name: api, url: letters.yaml, type: openapi}]
workflows:
  - workflowId: w
    steps:
      - stepId: get
        operationId: a
        successCriteria:
          - {context: $response.body, type: jsonpath, condition: '$.pets[?@.id == 1]'}
          - {context: $response.body, type: jsonpath, condition: '$[?@.amount > 4]'}
          - {context: $response.body, type: jsonpath, condition: '$.null-able[?@.no-id == null]'}
          - {context: $response.body#/z, type: regex, condition: ^null$}
        outputs: {total: $response.body#/total, n: $response.body#/n, b: $response.body#/b, s: $response.body#/s, z: $response.body#/z, all: $response.body}
      - stepId: post
        operationId: postC
        requestBody:
          contentType: application/json
          payload: {amount: $steps.get.outputs.total, n: $steps.get.outputs.n, b: $steps.get.outputs.b, s: $steps.get.outputs.s, z: $steps.get.outputs.z, t: "{$steps.get.outputs.s}-1", i: "{$steps.get.outputs.all#/total/list}", yaml: {no: ~, hex: 0x10, date: 2020-01-02, list: [1.50, yes]}}
`

// TestValuesOfAllTypes checks that criteria hold over null members, and that
// what a response contains is sent as it was.
func TestValuesOfAllTypes(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letters.yaml"), []byte(letters), 0o600))
	file := filepath.Join(dir, "s.yaml")
	require.NoError(t, os.WriteFile(file, []byte(objectScenario), 0o600))
	doc, err := Load(file, nil)
	require.NoError(t, err)
	var body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			data, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			body = string(data)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"total":{"amount":5,"list":[1,2]},"n":12345678901234567890,"s":"x","b":true,"pets":[null,{"id":1},{"id":null}],"z":null,"null-able":[{"no-id":null}]}`)
	}))
	defer srv.Close()
	p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, Timeout: time.Minute, MaxRequests: 9, Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
	require.NoError(t, p.Run(t.Context(), &doc.Scenarios[0]))
	assert.JSONEq(t, `{"amount":{"amount":5,"list":[1,2]},"n":12345678901234567890,"b":true,"s":"x","z":null,"t":"x-1","i":[1,2],"yaml":{"no":null,"hex":16,"date":"2020-01-02","list":[1.50,"yes"]}}`, body)
	assert.Contains(t, body, `"n":12345678901234567890,`)
}

// TestStepsWithoutCredentials checks that a step which tests that credentials
// are absent sends none: neither those of --header nor those in the URL of the
// API. Other steps send them.
func TestStepsWithoutCredentials(t *testing.T) {
	doc, err := Builtin()
	require.NoError(t, err)
	var got []*http.Request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer srv.Close()
	base := must(t, strings.Replace(srv.URL, "http://", "http://user:pass-4711-word@", 1)+"/v1?api_key=k3y-in-the-url-9f8e7d&version=2")
	for _, header := range []http.Header{
		{"Api-Key": {"s3cret-9f8e7d6c5b4a"}, "User-Agent": {"plumb"}, "X-Tenant": {"t1"}, "Cookie": {"session=9f8e7d6c5b4a3210"}},
		{"Authorization": {"Bearer 9f8e7d6c5b4a3210"}, "User-Agent": {"plumb"}, "X-Tenant": {"t1"}},
	} {
		got = nil
		for _, name := range []string{"no-credentials", "list"} {
			i := slices.IndexFunc(doc.Scenarios, func(s Scenario) bool { return s.Name == name })
			p := &Prober{Base: base, Header: header, Timeout: time.Minute, MaxRequests: 9, Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
			if err := p.Run(t.Context(), &doc.Scenarios[i]); !errors.Is(err, ErrUnmet) {
				require.NoError(t, err)
			}
		}
		require.Len(t, got, 2)
		without, with := got[0], got[1]
		for _, name := range []string{"Authorization", "Api-Key", "Cookie"} {
			assert.Empty(t, without.Header.Values(name), name)
			if header.Get(name) != "" {
				assert.Equal(t, header.Values(name), with.Header.Values(name))
			}
		}
		assert.Equal(t, "/v1/batches?version=2", without.URL.String())
		assert.Equal(t, "t1", without.Header.Get("X-Tenant"))
		assert.NotEmpty(t, with.Header.Get("Authorization"))
		assert.Equal(t, "/v1/batches?api_key=k3y-in-the-url-9f8e7d&version=2&limit=20", with.URL.String())
	}
}
