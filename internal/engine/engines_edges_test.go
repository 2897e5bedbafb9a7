package engine_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// edge is a body at a limit of what can be known, or just beyond it.
type edge struct {
	body string
	want []string
}

// What is known of a body does not count for one beyond an edge.
func TestEnginesAtTheEdges(t *testing.T) {
	const (
		early = "error time-order /done_at"
		other = "error list-first /first"
	)
	dates := func(newAt, doneAt string) string {
		return fmt.Sprintf(`{"id": "a", "state": "done", "new_at": %q, "done_at": %q}`, newAt, doneAt)
	}
	limits := func(keyword string, n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("{%s: %d}", keyword, i+1))
		}
		return "{type: object, properties: {x: {allOf: [" + strings.Join(all, ", ") + "]}}}"
	}
	times := func(n int, finding string) (all []string) {
		for range n {
			all = append(all, finding)
		}
		return all
	}
	items := func(n int) string { return `{"x": [` + strings.TrimSuffix(strings.Repeat("0,", n), ",") + `]}` }
	text := func(n int) string { return `{"x": "` + strings.Repeat("x", n) + `"}` }
	const limit = "error schema-limit /x"
	elements := func(schema string) string {
		return `{type: object, properties: {first: {type: string}, data: {type: array, items: ` + schema + `}},
		  x-rules: [{id: list-first, message: first is not the first, at: /first, expression: '!has(self.data) || size(self.data) == 0 || self.data[0].id == self.first'}]}`
	}
	for name, tt := range map[string]struct {
		schema string
		edges  []edge
	}{
		"times as text": {
			`{type: object, properties: {id: {type: string}, state: {type: string}, new_at: {type: string, format: date-time}, done_at: {type: string, format: date-time}},
			  x-lifecycle: {identity: /id, state: /state, initial: new, states: {new: {entered: /new_at, next: [done]}, done: {entered: /done_at}}}}`,
			[]edge{
				{dates("1970-01-01T00:00:00Z", "2200-12-31T23:59:59Z"), nil},
				{dates("2200-12-31T23:59:59Z", "1970-01-01T00:00:00Z"), []string{early}},
				{dates("1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"), nil},
				{dates("1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z"), []string{early}},
				{dates("2200-12-31T23:59:59Z", "2201-01-01T00:00:00Z"), nil},
				{dates("2201-01-01T00:00:00Z", "2200-12-31T23:59:59Z"), []string{early}},
				{dates("1500-01-01T00:00:00Z", "2300-01-01T00:00:00Z"), nil}, // no int64 holds either in nanoseconds
				{dates("2300-01-01T00:00:00Z", "1500-01-01T00:00:00Z"), []string{early}},
			},
		},
		"the first of elements that are as described": {
			elements(`{type: object, properties: {id: {type: string}}}`),
			[]edge{
				{`{"first": "a"}`, nil},
				{`{"first": "a", "data": []}`, nil},
				{`{"first": "a", "data": [{"id": "a"}, {"id": "b"}]}`, nil},
				{`{"first": "b", "data": [{"id": "a"}, {"id": "b"}]}`, []string{other}},
			},
		},
		"the first of elements that lack a member": {
			elements(`{type: object, required: [more], properties: {id: {type: string}}}`),
			[]edge{
				{`{"first": "a"}`, nil},
				{`{"first": "a", "data": []}`, nil},
				{`{"first": "a", "data": [{"id": "a", "more": 1}]}`, nil},
				{`{"first": "b", "data": [{"id": "a", "more": 1}]}`, []string{other}},
			},
		},
		"two patterns that mean the same": {
			`{type: object, patternProperties: {'^\d': {minLength: 2}, '^[0-9]': {maxLength: 3}}}`,
			[]edge{
				{`{"1": "ab", "2": "abc"}`, nil},
				{`{"1": "a"}`, []string{"error schema-limit /*"}},
				{`{"1": "abcd"}`, []string{"error schema-limit /*"}},
			},
		},
		"60 limits of arrays":  {limits("minItems", 60), []edge{{items(60), nil}, {items(59), []string{limit}}, {items(0), times(60, limit)}}},
		"70 limits of arrays":  {limits("minItems", 70), []edge{{items(70), nil}, {items(69), []string{limit}}, {items(0), times(70, limit)}}},
		"60 limits of texts":   {limits("maxLength", 60), []edge{{text(1), nil}, {text(2), []string{limit}}, {text(61), times(60, limit)}}},
		"70 limits of texts":   {limits("maxLength", 70), []edge{{text(1), nil}, {text(2), []string{limit}}, {text(71), times(70, limit)}}},
		"60 limits of numbers": {limits("maximum", 60), []edge{{`{"x": 1}`, nil}, {`{"x": 2}`, []string{limit}}, {`{"x": 61}`, times(60, limit)}}},
		"70 limits of numbers": {limits("maximum", 70), []edge{{`{"x": 1}`, nil}, {`{"x": 2}`, []string{limit}}, {`{"x": 71}`, times(70, limit)}}},
	} {
		t.Run(name, func(t *testing.T) {
			v := answeringWith(t, tt.schema)
			e := newEngines(v, v.Documented())
			for range 2 { // in the second round, it is known what others were like
				for _, edge := range tt.edges {
					x := exchangeAt([]byte(edge.body))
					assert.Empty(t, e.differ(x), edge.body)
					assert.ElementsMatch(t, edge.want, summary(v.Check(x)), edge.body)
				}
			}
		})
	}
}

// Times too far away for an int64 of nanoseconds are compared with that of the
// response, too.
func TestTimesFarAway(t *testing.T) {
	v := answeringWith(t, `{type: object, properties: {id: {type: string}, state: {type: string}, new_at: {type: string, format: date-time}},
	  x-lifecycle: {identity: /id, state: /state, initial: new, states: {new: {entered: /new_at}}}}`)
	for at, want := range map[string][]string{
		"0001-01-02T00:00:00Z": nil,
		"1500-01-01T00:00:00Z": nil,
		"2300-01-01T00:00:00Z": {"warning time-future /new_at"},
		"9999-12-31T23:59:59Z": {"warning time-future /new_at"},
	} {
		e := newEngines(v, v.Documented())
		x := exchangeAt([]byte(`{"id": "a", "state": "new", "new_at": "` + at + `"}`))
		x.Time = time.Unix(lifeBegin, 0)
		for range 2 {
			assert.Empty(t, e.differ(x), at)
		}
		assert.Equal(t, want, summary(v.Check(x)), at)
	}
}

// aging describes a resource whose first state lasts ten minutes at most.
const aging = `{type: object, properties: {id: {type: string}, state: {type: string}, new_at: {type: integer, format: unixtime}, active_at: {type: integer, format: unixtime}, done_at: {type: integer, format: unixtime}},
  x-lifecycle: {identity: /id, state: /state, initial: new, states: {new: {entered: /new_at, next: [done, active], atMost: PT10M}, active: {entered: /active_at, next: [done]}, done: {entered: /done_at}}}}`

// A bound may be reached. Clocks may differ by a second; a difference of up to
// a minute is an info.
func TestTimesAtTheirBounds(t *testing.T) {
	v := answeringWith(t, aging)
	for _, tt := range []struct {
		body string // with times relative to the response, in seconds
		want []string
	}{
		{`{"id": "a", "state": "new", "new_at": %d}`, nil},
		{`{"id": "a", "state": "new", "new_at": %d+1}`, nil},
		{`{"id": "a", "state": "new", "new_at": %d+2}`, []string{"info time-skew /new_at"}},
		{`{"id": "a", "state": "new", "new_at": %d+60}`, []string{"info time-skew /new_at"}},
		{`{"id": "a", "state": "new", "new_at": %d+61}`, []string{"warning time-future /new_at"}},
		{`{"id": "a", "state": "new", "new_at": %d-600}`, nil},
		{`{"id": "a", "state": "new", "new_at": %d-601}`, []string{"warning time-bound /new_at"}},
		{`{"id": "a", "state": "done", "new_at": %d-900, "done_at": %d-300}`, nil},
		{`{"id": "a", "state": "done", "new_at": %d-901, "done_at": %d-300}`, []string{"warning time-bound /done_at"}},
		{`{"id": "a", "state": "done", "new_at": %d-901, "active_at": %d-301, "done_at": %d}`, nil}, // the earliest of the states that can follow counts
		{`{"id": "a", "state": "done", "new_at": %d-902, "active_at": %d-301, "done_at": %d}`, []string{"warning time-bound /active_at"}},
		{`{"id": "a", "state": "done", "new_at": %d-300, "done_at": %d-300}`, nil},
		{`{"id": "a", "state": "done", "new_at": %d-300, "done_at": %d-301}`, []string{"error time-order /done_at"}},
	} {
		body := atTime.ReplaceAllStringFunc(tt.body, func(text string) string {
			offset, _ := strconv.Atoi(strings.TrimPrefix(text, "%d"))
			return strconv.Itoa(lifeBegin + offset)
		})
		e := newEngines(v, v.Documented())
		x := exchangeAt([]byte(body))
		x.Time = time.Unix(lifeBegin, 0)
		for range 2 {
			assert.Empty(t, e.differ(x), tt.body)
		}
		assert.Equal(t, tt.want, summary(v.Check(x)), tt.body)
	}
}

// atTime is a time and how much later or earlier it is meant.
var atTime = regexp.MustCompile(`%d([+-]\d+)?`)

// Of responses with equal times, those that are read first come first, even if
// later responses were read before them.
func TestHistoryOfEqualTimes(t *testing.T) {
	v := answeringWith(t, aging)
	for _, tt := range []struct {
		states []string // and after how many seconds
		want   []string
	}{
		{[]string{"new 1", "done 3", "active 1"}, nil},
		{[]string{"new 1", "done 3", "active 2"}, nil},
		{[]string{"active 1", "done 3", "new 1"}, []string{"error history-transition /state"}},
		{[]string{"active 1", "done 3", "new 0"}, nil},
		{[]string{"new 1", "active 1", "done 1"}, nil},
		{[]string{"new 1", "done 1", "active 1"}, []string{"error history-transition /state"}},
	} {
		h := v.NewHistory()
		var got []string
		for i, text := range tt.states {
			state, after, _ := strings.Cut(text, " ")
			seconds, _ := strconv.Atoi(after)
			x := exchangeAt([]byte(`{"id": "a", "state": "` + state + `"}`))
			x.Time, x.Place = time.Unix(lifeBegin+int64(seconds), 0), plumb.Place{File: "a", Entry: i + 1, Line: i + 1}
			r := v.Check(x)
			r.Findings = nil
			h.Add(&r)
			got = append(got, summary(r)...)
		}
		assert.Equal(t, tt.want, got, tt.states)
	}
}

// answeringWith returns a validator for an API that answers GET /a with a
// schema, given as YAML in flow style.
func answeringWith(t *testing.T, schema string) *engine.Validator {
	t.Helper()
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`
openapi: 3.1.0
info: {title: Edges, version: "1"}
paths:
  /a: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/A"}}}}}}}
components:
  schemas:
    A: ` + strings.ReplaceAll(schema, "\t", " ") + "\n")}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return v
}
