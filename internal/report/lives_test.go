package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// checkBodies checks bare bodies of batches.
func checkBodies(t *testing.T, secrets []string, bodies ...string) *Report {
	t.Helper()
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	h := v.NewHistory()
	b := outcome.New(v, 1)
	b.Follow(h)
	for i, body := range bodies {
		x := &plumb.Exchange{Schema: "Batch", Secrets: secrets, Place: plumb.Place{File: "bodies", Entry: i + 1, Line: i + 1}}
		x.Response.Body.Bytes = []byte(body)
		r := v.Check(x)
		h.Add(&r)
		b.Add(x, r)
	}
	return New(Run{Description: desc, Documented: v.Documented(), Version: "v1", Occurrences: 1}, b)
}

func batch(id, status, more string) string {
	return fmt.Sprintf(`{"id":%q,"object":"batch","endpoint":"/v1/responses","input_file_id":"f","completion_window":"24h","status":%q,"created_at":1700000000%s}`, id, status, more)
}

// The lives that are told are bounded: all would be as large as the recording.
// Those with errors come first.
func TestLivesAreBounded(t *testing.T) {
	var bodies []string
	for i := range 300 {
		bodies = append(bodies, batch(fmt.Sprint("good", i), "validating", ""), batch(fmt.Sprint("null", i), "validating", `,"model":null`), batch(fmt.Sprint("bad", i), "paused", ""))
	}
	r := checkBodies(t, nil, bodies...)
	kinds := ""
	for _, res := range r.Resources {
		kinds += res.ID[:1]
	}
	assert.Equal(t, strings.Repeat("b", 200)+strings.Repeat("n", 50)+strings.Repeat("g", 10), kinds)
}

// A resource whose error comes late is told from its beginning.
func TestLifeIsToldFromItsBeginning(t *testing.T) {
	var bodies []string
	for i := range 100 {
		bodies = append(bodies, batch(fmt.Sprint("b", i), "validating", ""))
	}
	bodies = append(bodies, batch("b77", "failed", `,"failed_at":1700000100`), batch("b77", "validating", `,"failed_at":1700000100`))
	r := checkBodies(t, nil, bodies...)
	require.NotEmpty(t, r.Resources)
	at := func(unix int64) time.Time { return time.Unix(unix, 0).UTC() }
	var fingerprints []string
	for _, f := range r.Findings {
		fingerprints = append(fingerprints, f.Fingerprint)
	}
	assert.Empty(t, cmp.Diff(Resource{
		ID:           "b77",
		Findings:     fingerprints,
		Timestamps:   []Timestamp{{"/created_at", "validating", at(1700000000)}, {"/failed_at", "failed", at(1700000100)}},
		Observations: []Observation{{File: "bodies", Entry: 78, Line: 78, State: "validating"}, {File: "bodies", Entry: 101, Line: 101, State: "failed"}, {File: "bodies", Entry: 102, Line: 102, State: "validating"}},
	}, r.Resources[0]))
}

func TestNoSecretIsInALife(t *testing.T) {
	r := checkBodies(t, []string{"hidden-word"}, batch("batch-hidden-word", "hidden-word", ""), batch("b2", "paused", ""))
	require.Len(t, r.Resources, 2)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "hidden-word")
}

// Without a history there are no lives, and rules of histories are not said to
// have been applied.
func TestWithoutHistory(t *testing.T) {
	documented := engine.Documented{Rules: []plumb.Rule{{ID: "history-changed", Severity: plumb.Error}, {ID: "json-syntax", Severity: plumb.Error}, {ID: "time-order"}}}
	b := outcome.Empty("", 1)
	x := &plumb.Exchange{}
	b.Add(x, engine.Result{Bodies: 1, Resources: []engine.Resource{{ID: "batch_1"}}})
	r := New(Run{Description: description(), Documented: documented, Version: "v1", Occurrences: 1}, b)
	assert.Empty(t, r.Resources)
	assert.Equal(t, []Rule{{ID: "json-syntax", Severity: "error"}}, r.Rules)
}

// What is told does not depend on the order in which an exchange gives its
// findings: it is that of the members of the first body with such findings.
func TestLivesDoNotDependOnTheOrderOfFindings(t *testing.T) {
	resources := func(members ...string) []Resource {
		var bodies []string
		for i := range 60 { // more than are told for their warnings alone
			bodies = append(bodies, batch(fmt.Sprint("null", i), "validating", `,"model":null`))
		}
		return checkBodies(t, nil, append(bodies, batch("b", "validating", ","+strings.Join(members, ",")))...).Resources
	}
	null, wrong := `"output_file_id":null`, `"request_counts":7`
	assert.Empty(t, cmp.Diff(resources(null, wrong), resources(wrong, null)))
	assert.Len(t, resources(null, wrong)[0].Findings, 2)
}
