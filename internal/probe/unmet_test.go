package probe

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/mock"
	"github.com/plumbapi/plumb/internal/recording"
)

// TestUnmetIsAFinding checks that an exchange which does not meet its step has
// a finding that says what the scenario expects, where it says so, and what
// came instead.
func TestUnmetIsAFinding(t *testing.T) {
	for fault, want := range map[string]plumb.Finding{
		"cancel-of-finished-fails": {
			Message: "the response is not what the step cancel of the scenario cancel-finished expects", Operation: "cancelBatch", Status: 500,
			Description: plumb.Source{Pointer: "/workflows/8/steps/2/successCriteria/0"},
			Occurrence:  plumb.Occurrence{Allowed: "$statusCode == 409", Found: "POST .*/cancel answered with status 500$"},
		},
		"created-201": { // in each scenario that contains it
			Message: "the response is not what the step create of the scenario create expects", Operation: "createBatch", Status: 201,
			Description: plumb.Source{Pointer: "/workflows/5/steps/1/successCriteria/0"},
			Occurrence:  plumb.Occurrence{Allowed: "$statusCode == 200", Found: "POST .*/batches answered with status 201$"},
		},
		"state-goes-back": {
			Message: "the response is not what the step retrieve of the scenario cancel-finished expects", Operation: "retrieveBatch", Status: 200,
			Description: plumb.Source{Pointer: "/workflows/8/steps/3/successCriteria/1"},
			Occurrence: plumb.Occurrence{Allowed: "$response.body#/status matches ^(completed|failed|expired|cancelled)$",
				Found: `GET .* answered with status 200, where \$response.body#/status is "finalizing"$`},
		},
	} {
		t.Run(fault, func(t *testing.T) {
			out := probeMock(t, mock.Options{Faults: []string{fault}})
			found := unmet(out)
			require.Equal(t, []string{want.Message}, slices.Collect(maps.Keys(found)))
			got := found[want.Message]
			assert.Equal(t, plumb.Error, got.Severity)
			assert.Equal(t, want.Operation, got.Operation)
			assert.Equal(t, want.Status, got.Status)
			assert.Equal(t, want.Allowed, got.Allowed)
			assert.Regexp(t, want.Found, got.Found)
			assert.Equal(t, builtin, got.Description.File)
			assert.Equal(t, want.Description.Pointer, got.Description.Pointer)

			x := out.seen[got.Entry-1]
			assert.Equal(t, x.Place, got.Place)
			assert.Equal(t, want.Status, x.Response.Status)
			assert.Len(t, x.Defects, 1)
			for _, err := range out.errors {
				assert.ErrorIs(t, err, ErrUnmet)
			}
		})
	}
}

// TestUnmetHasItsLine checks that the line of the finding is that of the
// criterion.
func TestUnmetHasItsLine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "things.yaml")
	require.NoError(t, os.WriteFile(file, []byte(ownScenario), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "openapi.yaml"), []byte(ownDescription), 0o600))
	doc, err := Load(file, nil)
	require.NoError(t, err)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer srv.Close()
	var seen []*plumb.Exchange
	p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, MaxRequests: 9, Timeout: time.Minute, Limits: recording.DefaultLimits,
		Seen: func(x *plumb.Exchange) { seen = append(seen, x) }}
	assert.ErrorIs(t, p.Run(t.Context(), &doc.Scenarios[0]), ErrUnmet)
	require.Len(t, seen, 1)
	require.Len(t, seen[0].Defects, 1)
	d := seen[0].Defects[0]
	assert.Equal(t, file, d.Description.File)
	assert.Equal(t, 16, d.Description.Line)
	assert.Equal(t, "/workflows/0/steps/0/successCriteria/0", d.Description.Pointer)
}

// TestMetInTheEnd checks that a step which is repeated until it is met has no
// finding, and that no exchange is held back longer than its step needs.
func TestMetInTheEnd(t *testing.T) {
	out := probeMock(t, mock.Options{})
	assert.Empty(t, unmet(out))
	for i, x := range out.seen {
		assert.Equal(t, i+1, x.Place.Entry)
	}
}

// TestValueThatIsMissing checks that a response from which a later step needs a
// value that it does not contain is a finding, and an input that is missing is
// an error.
func TestValueThatIsMissing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letters.yaml"), []byte(letters), 0o600))
	for payload, want := range map[string]plumb.Defect{
		`"{$steps.a.outputs.id}!"`: {Message: "the responses contain no value for the payload, which the step c of the scenario w needs",
			Allowed: "$steps.a.outputs.id", Found: "answered with status 200, with a body that is not JSON"},
		`"{$inputs.id}!"`: {},
	} {
		file := filepath.Join(dir, "s.yaml")
		require.NoError(t, os.WriteFile(file, []byte(`arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: l, url: letters.yaml, type: openapi}]
workflows:
  - workflowId: w
    inputs: {properties: {id: {type: string}}}
    steps:
      - {stepId: a, operationId: a, outputs: {id: $response.body#/id}}
      - {stepId: c, operationId: postC, requestBody: {payload: `+payload+`}}
`), 0o600))
		doc, err := Load(file, nil)
		require.NoError(t, err)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id": 1,}`) }))
		var seen []*plumb.Exchange
		p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, MaxRequests: 9, Timeout: time.Minute, Limits: recording.DefaultLimits,
			Seen: func(x *plumb.Exchange) { seen = append(seen, x) }}
		err = p.Run(t.Context(), &doc.Scenarios[0])
		srv.Close()
		require.Len(t, seen, 1)
		if want.Message == "" {
			assert.Empty(t, seen[0].Defects)
			assert.ErrorContains(t, err, "step c: the payload is $inputs.id, which has no value")
			continue
		}
		assert.ErrorIs(t, err, ErrUnmet)
		require.Len(t, seen[0].Defects, 1)
		d := seen[0].Defects[0]
		assert.Equal(t, want.Message, d.Message)
		assert.Equal(t, want.Allowed, d.Allowed)
		assert.Contains(t, d.Found, want.Found)
		assert.Equal(t, 9, d.Description.Line)
	}
}
