package engine_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
)

// What is known of one body is not taken for what there is to say of another, with other
// findings or resources, that differs only where values vary.
func TestKnownBodiesAreNotConfused(t *testing.T) {
	const life = `{type: object, properties: {id: {type: string}, state: {type: string}, at: {type: integer, format: unixtime}},
	  x-lifecycle: {identity: /id, state: /state, initial: new, states: {new: {entered: /at, next: [done]}, done: {}}}}`
	for name, tt := range map[string]struct {
		schema string
		known  string
		other  string
		want   []string // findings in the other
	}{
		"an identity after an empty one":   {life, `{"id": "", "state": "new", "at": 1741967569}`, `{"id": "a", "state": "new", "at": 1741967569}`, nil},
		"an empty identity after one":      {life, `{"id": "a", "state": "new", "at": 1741967569}`, `{"id": "", "state": "new", "at": 1741967569}`, nil},
		"a masked identity with an escape": {life, `{"id": "a", "state": "new", "at": 1741967569}`, `{"id": "[redacte\u0064]", "state": "new", "at": 1741967569}`, nil},
		"an identity after such a one":     {life, `{"id": "[redacte\u0064]", "state": "new", "at": 1741967569}`, `{"id": "a", "state": "new", "at": 1741967569}`, nil},
		"a masked identity":                {life, `{"id": "a", "state": "new", "at": 1741967569}`, `{"id": "` + plumb.Masked + `", "state": "new", "at": 1741967569}`, nil},
		"an identity with an escape":       {life, `{"id": "a", "state": "new", "at": 1741967569}`, `{"id": "\u0061", "state": "new", "at": 1741967569}`, nil},
		"members that only a negation has": {
			`{properties: {m: {type: object, patternProperties: {"^x": {type: integer}}}}, not: {required: [z], properties: {m: {additionalProperties: {type: integer}}}}}`,
			`{"m": {"x1": 1}}`, `{"m": {"y": 1}}`, []string{"warning drift-undocumented-member /m/y"},
		},
		"members that only a condition has": {
			`{properties: {data: {items: {properties: {a: {type: integer}}}}}, if: {properties: {data: {items: {properties: {b: {type: integer}}}}}}}`,
			`{"data": [{"a": 1}]}`, `{"data": [{"b": 1}]}`, []string{"warning drift-undocumented-member /data/*/b"},
		},
		"members that only contains has": {
			`{properties: {data: {items: {properties: {a: {type: integer}}}, contains: {properties: {b: {type: integer}}}}}}`,
			`{"data": [{"a": 1}]}`, `{"data": [{"b": 1}]}`, []string{"warning drift-undocumented-member /data/*/b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := answeringWith(t, tt.schema)
			e := newEngines(v, v.Documented())
			assert.Empty(t, e.differ(exchangeAt([]byte(tt.known))))
			x := exchangeAt([]byte(tt.other))
			assert.Empty(t, e.differAtOnce(x))
			assert.Equal(t, tt.want, summary(v.Check(x)))
		})
	}
}

// The time of a response counts, too, where none of the timestamps in a body varies.
func TestKnownBodiesHaveTimes(t *testing.T) {
	v := answeringWith(t, `{type: object, properties: {id: {type: string}, state: {type: string}, at: {type: integer, format: unixtime, enum: [1741967569]}},
	  x-lifecycle: {identity: /id, state: /state, initial: new, states: {new: {entered: /at, next: [done]}, done: {}}}}`)
	e := newEngines(v, v.Documented())
	for _, tt := range []struct {
		after time.Duration
		want  []string
	}{
		{time.Hour, nil},
		{-30 * time.Second, []string{"info time-skew /at"}},
		{-time.Hour, []string{"warning time-future /at"}},
	} {
		x := exchangeAt([]byte(`{"id": "a", "state": "new", "at": 1741967569}`))
		x.Time = time.Unix(lifeBegin, 0).Add(tt.after)
		assert.Empty(t, e.differAtOnce(x))
		assert.Empty(t, e.differ(x))
		assert.Equal(t, tt.want, summary(v.Check(x)))
	}
}

// Bodies of a server that writes members in another order each time are known as others
// are, with the places of their resources.
func TestBodiesInAnyOrderAreKnown(t *testing.T) {
	v := builtin(t)
	run := v.NewStream()
	run.KeepOccurrences(1)
	w := run.NewWorker()
	random := rand.New(rand.NewPCG(1, 2))
	explained := 0
	for i := range 20 {
		exchanges := make([]*plumb.Exchange, 100)
		for j := range exchanges {
			body := inOrder(func(r *rand.Rand, names []string) {
				r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
			})(random, []byte(realBody))
			if j%2 == 0 {
				body = append([]byte("\n  "), body...)
			}
			exchanges[j] = &plumb.Exchange{Place: plumb.Place{File: "a", Line: 1000 * i}, Response: plumb.Response{Body: plumb.Body{Bytes: body}}}
		}
		rs := w.Check(exchanges)
		if explained = rs.Explained; explained == 0 {
			history := v.NewHistory()
			for j := range rs.Results {
				history.Add(&rs.Results[j])
				assert.True(t, rs.Results[j].Counted)
			}
		}
		if p := rs.Results[0].Pattern; p != nil {
			p.Done()
		}
		rs.Release()
	}
	assert.Zero(t, explained)
}
