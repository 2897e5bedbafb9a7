package engine

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/spec"
)

// withNewRule adds a rule, as if it had just been written.
func withNewRule(r *Rule) Option {
	return func(v *Validator) error {
		v.rules = append(v.rules, r)
		v.severity[r.ID] = r.Severity
		return nil
	}
}

var newRule = &Rule{
	ID: "new-negative", Severity: plumb.Warning, Title: "a number is negative",
	run: func(p *pass) {
		for i, visit := range p.visits() {
			if visit.Value.Kind == jsonvalue.Number && strings.HasPrefix(visit.Value.Text, "-") {
				path := p.visits().Path(i)
				p.report(p.valueAt(path), placed("the number is negative", visit.Shape.Place, p.foundText(path), "0 or more"))
			}
		}
	},
}

var newHistoryRule = &Rule{
	ID: "new-paused", Severity: plumb.Error, Title: "a resource is paused",
	history: func(c *comparison) {
		if c.Changes[0].Member == 0 && c.Changes[0].After.String() == `"paused"` {
			c.report(lifecycle.Member{Pointer: c.Life.State}, "the resource is paused", c.Changes[0].Before, c.Changes[0].After, "")
		}
	},
}

const jobs = `openapi: 3.1.0
info: {title: jobs, version: "1"}
paths:
  /jobs/{id}:
    get:
      responses: {"200": {description: a job, content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}}}
  /counts:
    get:
      responses: {"200": {description: numbers, content: {application/json: {schema: {$ref: '#/components/schemas/Counts'}}}}}
components:
  schemas:
    Job:
      type: object
      required: [kind]
      properties: {id: {type: string}, kind: {const: job}, status: {enum: [running, paused, done]}, left: {type: integer}}
      x-lifecycle:
        identity: /id
        state: /status
        initial: running
        states: {running: {next: [paused, done]}, paused: {next: [running]}, done: {}}
    Counts:
      type: object
      required: [kind]
      properties: {kind: {const: counts}, left: {type: integer}}
`

func jobsValidator(t *testing.T, opts ...Option) *Validator {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(jobs)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := New(d, opts...)
	require.NoError(t, err)
	return v
}

func responseTo(url, body string) *plumb.Exchange {
	x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: url}}
	x.Response.Status, x.Response.Body.Bytes = 200, []byte(body)
	return x
}

func bareBody(status int, body string) *plumb.Exchange {
	x := &plumb.Exchange{}
	x.Response.Status, x.Response.Body.Bytes = status, []byte(body)
	return x
}

// checked returns the ids of the rules that a stream and its history have
// findings of, and how many exchanges were not known.
func checked(v *Validator, r *Stream, exchanges ...*plumb.Exchange) (ids []string, explained int) {
	w, h := r.NewWorker(), v.NewHistory()
	for range 2 {
		w.Check(exchanges).Release()
	}
	b := w.Check(exchanges)
	for i := range b.Results {
		if !r.withoutHistory {
			h.Add(&b.Results[i])
		}
		for _, f := range b.Results[i].Findings {
			ids = append(ids, f.Rule)
		}
	}
	return ids, b.Explained
}

// A new rule that does not say what it looks at sees all bodies, whatever is known of
// others: as long as it is enabled, each body is checked.
func TestRulesThatLookAtAnything(t *testing.T) {
	counts := responseTo("/counts", `{"kind": "counts", "left": -1}`)
	bare := bareBody(0, `{"kind": "counts", "left": -1}`)
	running, paused := responseTo("/jobs/1", `{"id": "1", "kind": "job", "status": "running"}`), responseTo("/jobs/1", `{"id": "1", "kind": "job", "status": "paused"}`)
	running.Place.Entry, paused.Place.Entry = 1, 2

	v := jobsValidator(t)
	ids, explained := checked(v, v.NewStream(), counts, bare, running, paused)
	assert.Empty(t, ids)
	assert.Zero(t, explained, "the rules of the package say what they look at")

	v = jobsValidator(t, withNewRule(newRule))
	ids, explained = checked(v, v.NewStream(), counts, bare, running)
	assert.Equal(t, []string{"new-negative", "new-negative"}, ids)
	assert.Equal(t, 3, explained)

	v = jobsValidator(t, withNewRule(newHistoryRule))
	ids, explained = checked(v, v.NewStream(), running, paused)
	assert.Equal(t, []string{"new-paused"}, ids)
	assert.Zero(t, explained, "rules of histories look at what is kept")

	v = jobsValidator(t, withNewRule(newRule), WithRule("new-*", plumb.Off))
	ids, explained = checked(v, v.NewStream(), counts, bare, running, paused)
	assert.Empty(t, ids)
	assert.Zero(t, explained, "rules that are off do not count")
}

// A list is known by as many elements as it has.
func TestListsAreKnown(t *testing.T) {
	const listing = `
  /jobs:
    get:
      responses: {"200": {description: jobs, content: {application/json: {schema: {properties: {data: {items: {$ref: '#/components/schemas/Job'}}}}}}}}`
	text := strings.Replace(jobs, "paths:", "paths:"+listing, 1)
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := New(d)
	require.NoError(t, err)
	w := v.NewStream().NewWorker()
	list := func(ids ...string) *plumb.Exchange {
		return responseTo("/jobs", `{"data": [{"kind": "job", "id": "`+strings.Join(ids, `"}, {"kind": "job", "id": "`)+`"}]}`)
	}
	for _, ids := range [][]string{{"a", "b"}, {"c", "d"}, {"e", "f"}} {
		rs := w.Check([]*plumb.Exchange{list(ids...)})
		assert.Equal(t, 2, rs.Results[0].Bodies)
		rs.Release()
	}
	isKnown := func(x *plumb.Exchange) bool {
		state, params := w.route(x)
		return w.recall(state, x, params) != nil
	}
	assert.True(t, isKnown(list("g", "h")))
	assert.False(t, isKnown(list("g")))
	assert.False(t, isKnown(list("g", "h", "i")))
}

// The list of rules is sorted by id, so that everybody knows where to add one.
func TestRulesAreSorted(t *testing.T) {
	assert.True(t, slices.IsSortedFunc(rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) }))
}

// Bodies with other members that are not documented do not fit alike, whatever bytes
// their names have.
func TestNamesOfBodiesThatFitAlike(t *testing.T) {
	v := jobsValidator(t)
	w := v.NewStream().NewWorker()
	known := []*plumb.Exchange{responseTo("/counts", `{"kind": "counts", "a": 1, "b": 1}`)}
	for range 3 {
		rs := w.Check(known)
		if p := rs.Results[0].Pattern; p != nil {
			p.Done()
		}
		rs.Release()
	}
	other := responseTo("/counts", `{"kind": "counts", "a\u0000b": 1}`)
	rs := w.Check([]*plumb.Exchange{other})
	assert.False(t, rs.Results[0].Counted)
	assert.Equal(t, v.Check(other).Findings, rs.Results[0].Findings)
}
