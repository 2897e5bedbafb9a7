package drift

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// things describes two operations that respond with the same schema, of which
// the member x is to be filled in.
const things = `
openapi: %s
info: {title: Things, version: '1'}
paths:
  /a: {get: {operationId: getA, responses: {'200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}
  /b: {get: {operationId: getB, responses: {'200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}
components:
  schemas:
    Other: {type: object, properties: {o: {type: string}}}
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string}
        x: %s
`

func thingsWith(t require.TestingT, version, x string, overlays ...spec.Overlay) described {
	text := fmt.Sprintf(things, version, x)
	d, err := spec.Load(fstest.MapFS{"things.yaml": {Data: []byte(text)}}, "things.yaml", spec.Options{Overlays: overlays})
	require.NoError(t, err, "%s", text)
	v, err := engine.New(d)
	require.NoError(t, err)
	return described{d, v}
}

// valuesOf makes exchanges with values of x, alternating between the two
// operations.
func valuesOf(values ...string) []*plumb.Exchange {
	var all []*plumb.Exchange
	for i, value := range values {
		all = append(all, &plumb.Exchange{
			Request:  plumb.Request{Method: "GET", URL: "/" + string("ab"[i%2])},
			Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(`{"id": "1", "x": ` + value + `}`)}},
			Place:    plumb.Place{File: "a.ndjson", Entry: i + 1, Line: i + 1},
		})
	}
	return all
}

// settle amends a description until nothing is left to do, and returns the
// amended description, the last suggestion, and the number of rounds.
func settle(t require.TestingT, load func(...spec.Overlay) described, exchanges []*plumb.Exchange) (d described, s *Suggestion, rounds int) {
	d, s = load(), &Suggestion{}
	summary, _ := d.observe(exchanges)
	for ; s.Amend(d.desc, summary, d.drift(summary)) > 0; rounds++ {
		text, err := s.Document()
		require.NoError(t, err)
		d = load(spec.Overlay{Name: "s.yaml", Data: text})
		summary, _ = d.observe(exchanges)
	}
	return d, s, rounds
}

// TestAmendedSchemas checks what x is after the amendment: no more than what
// was seen.
func TestAmendedSchemas(t *testing.T) {
	hidden := map[string]int{"one wrong type hides the values": 1, "what another schema adds to": 1, "another constant and null": 1} // how many differences become visible only when another is settled
	const v30, v31 = "3.0.3", "3.1.0"
	for name, c := range map[string]struct {
		version string
		x       string
		values  []string
		want    string // x; empty if it is unchanged, and the drift remains
	}{
		"minLength":     {v31, `{type: string, minLength: 5}`, []string{`"abc"`, `"ab"`, `"abcdefg"`}, `{"type": "string", "minLength": 2}`},
		"maxLength":     {v31, `{type: string, maxLength: 2}`, []string{`"abc"`, `"abcd"`, `"a"`}, `{"type": "string", "maxLength": 4}`},
		"in characters": {v31, `{type: string, maxLength: 2}`, []string{`"éèê"`}, `{"type": "string", "maxLength": 3}`},
		"minimum":       {v31, `{type: number, minimum: 5}`, []string{`4`, `-3`, `9`}, `{"type": "number", "minimum": -3}`},
		"maximum":       {v31, `{type: number, maximum: 5}`, []string{`6.25`, `5.5`, `1`}, `{"type": "number", "maximum": 6.25}`},
		"large maximum": {v31, `{type: number, maximum: 5}`, []string{`1e300`}, `{"type": "number", "maximum": 1e300}`},

		"exclusiveMinimum": {v31, `{type: number, exclusiveMinimum: 5}`, []string{`5`, `4`, `8`}, `{"type": "number", "minimum": 4}`},
		"exclusiveMaximum": {v31, `{type: number, exclusiveMaximum: 5}`, []string{`5`, `6`, `1`}, `{"type": "number", "maximum": 6}`},

		"minItems":      {v31, `{type: array, minItems: 3}`, []string{`[1]`, `[1, 2]`, `[1, 2, 3, 4]`}, `{"type": "array", "minItems": 1}`},
		"maxItems":      {v31, `{type: array, maxItems: 1}`, []string{`[1, 2]`, `[1, 2, 3]`, `[]`}, `{"type": "array", "maxItems": 3}`},
		"minProperties": {v31, `{type: object, minProperties: 3}`, []string{`{"a": 1, "b": 2}`, `{"a": 1}`}, `{"type": "object", "minProperties": 1}`},
		"maxProperties": {v31, `{type: object, maxProperties: 0}`, []string{`{"a": 1}`, `{"a": 1, "b": 2}`}, `{"type": "object", "maxProperties": 2}`},
		"pattern":       {v31, `{type: string, pattern: '^a'}`, []string{`"b"`}, `{"type": "string"}`},
		"multipleOf":    {v31, `{type: integer, multipleOf: 5}`, []string{`7`}, `{"type": "integer"}`},
		"uniqueItems":   {v31, `{type: array, uniqueItems: true}`, []string{`[1, 1]`}, `{"type": "array"}`},
		"propertyNames": {v31, `{type: object, propertyNames: {maxLength: 1}}`, []string{`{"abc": 1}`}, ``},

		"a pattern of names": {v31, `{type: object, propertyNames: {pattern: '^a$'}}`, []string{`{"b": 1}`}, ``},

		"a value":                   {v31, `{enum: [a, b]}`, []string{`"c"`, `"a"`, `"c"`}, `{"enum": ["a", "b", "c"]}`},
		"a value like a number":     {v31, `{type: string, enum: [a]}`, []string{`"7"`, `"null"`}, `{"type": "string", "enum": ["a", "7", "null"]}`},
		"another constant":          {v31, `{const: a}`, []string{`"b"`}, `{"enum": ["a", "b"]}`},
		"another constant and null": {v31, `{const: a}`, []string{`"b"`, `null`}, `{"enum": ["a", "b", null]}`},
		"too many values":           {v31, `{enum: [a]}`, sequenceOf(40), ``},

		"null":                            {v31, `{type: string}`, []string{`null`, `"a"`}, `{"type": ["string", "null"]}`},
		"null in a list":                  {v31, `{type: [string, integer]}`, []string{`null`}, `{"type": ["string", "integer", "null"]}`},
		"null in an enum":                 {v31, `{type: string, enum: [a]}`, []string{`null`}, `{"type": ["string", "null"], "enum": ["a", null]}`},
		"null in a bare enum":             {v31, `{enum: [a]}`, []string{`null`}, `{"enum": ["a", null]}`},
		"null for a constant":             {v31, `{const: a}`, []string{`null`}, `{"enum": ["a", null]}`},
		"null for a $ref":                 {v31, `{$ref: '#/components/schemas/Other'}`, []string{`null`}, `{"anyOf": [{"$ref": "#/components/schemas/Other"}, {"type": "null"}]}`},
		"null in an anyOf":                {v31, `{anyOf: [{type: string}, {type: integer}]}`, []string{`null`}, `{"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}`},
		"null for what cannot be amended": {v31, `{oneOf: [{type: string}, {type: integer}]}`, []string{`null`}, ``},

		"null beside a type":   {v31, `{type: [string, "null"], enum: [a]}`, []string{`null`}, `{"type": ["string", "null"], "enum": ["a", null]}`},
		"null beside an enum":  {v31, `{type: string, enum: [a, null]}`, []string{`null`}, `{"type": ["string", "null"], "enum": ["a", null]}`},
		"null beside its name": {v31, `{type: string, enum: [a, "null"]}`, []string{`null`}, `{"type": ["string", "null"], "enum": ["a", "null", null]}`},
		"null in a type and an anyOf": {v31, `{type: string, anyOf: [{type: string, maxLength: 2}, {type: string, minLength: 4}]}`, []string{`null`},
			`{"type": ["string", "null"], "anyOf": [{"type": "string", "maxLength": 2}, {"type": "string", "minLength": 4}, {"type": "null"}]}`},

		"null in 3.0":            {v30, `{type: string}`, []string{`null`}, `{"type": "string", "nullable": true}`},
		"null in an enum in 3.0": {v30, `{type: string, enum: [a]}`, []string{`null`}, `{"type": "string", "nullable": true, "enum": ["a", null]}`},
		"null for a $ref in 3.0": {v30, `{$ref: '#/components/schemas/Other'}`, []string{`null`}, `{"allOf": [{"$ref": "#/components/schemas/Other"}], "nullable": true}`},

		"another type":                    {v31, `{type: string}`, []string{`1`, `"a"`}, `{"type": ["string", "integer"]}`},
		"an integer is a number":          {v31, `{type: integer}`, []string{`1.5`, `2`}, `{"type": "number"}`},
		"a number has integers":           {v31, `{type: number}`, []string{`"a"`, `2`}, `{"type": ["number", "string"]}`},
		"two types and null":              {v31, `{type: string}`, []string{`1`, `null`}, `{"type": ["string", "integer", "null"]}`},
		"another type in 3.0":             {v30, `{type: string}`, []string{`1`, `[1]`}, `{"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "array", "items": {}}]}`},
		"an integer in 3.0":               {v30, `{type: integer}`, []string{`1.5`}, `{"type": "number"}`},
		"another type, null in 3.0":       {v30, `{type: string}`, []string{`1`, `null`}, `{"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": true}`},
		"one wrong type hides the values": {v31, `{type: string, enum: [a]}`, []string{`1`}, `{"type": ["string", "integer"], "enum": ["a", 1]}`},

		"a member": {v31, `{$ref: '#/components/schemas/Other'}`, []string{`{"o": "", "p": 1}`, `{"p": null}`}, `{"$ref": "#/components/schemas/Other"}`},
		"a member of an object": {v31, `{type: object, properties: {o: {}}}`, []string{`{"p": {"q": [1, 2.5, {"r": "s"}]}}`, `{"p": null}`},
			`{"type": "object", "properties": {"o": {}, "p": {"type": ["object", "null"], "properties": {"q": {"type": "array", "items": {"type": ["number", "object"], "properties": {"r": {"type": "string"}}}}}}}}`},
		"a member of an object in 3.0": {v30, `{type: object, properties: {o: {}}}`, []string{`{"p": {"q": [1, "a"]}}`, `{"p": null, "s": null}`},
			`{"type": "object", "properties": {"o": {}, "p": {"type": "object", "nullable": true, "properties": {"q": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}}}, "s": {"nullable": true}}}`},
		"values of the caller's own names": {v31, `{type: object, properties: {p: {type: boolean}}, additionalProperties: {type: string}}`, []string{`{"p": true, "q": 1}`, `{"r": null}`, `{"q": {}}`},
			`{"type": "object", "properties": {"p": {"type": "boolean"}}, "additionalProperties": {"type": ["string", "integer", "object", "null"]}}`},
		"what another schema adds to": {v31, `{type: object, allOf: [{$ref: '#/components/schemas/Other'}], properties: {q: {type: string}}}`, []string{`"p"`},
			`{"type": ["object", "string"], "allOf": [{"$ref": "#/components/schemas/Other"}], "properties": {"q": {"type": "string"}}}`},
		"a member that is forbidden": {v31, `{type: object, properties: {o: {}}, additionalProperties: false}`, []string{`{"p": 1}`},
			`{"type": "object", "properties": {"o": {}, "p": {"type": "integer"}}, "additionalProperties": false}`},
		"a member that is left over": {v31, `{type: object, properties: {o: {}}, unevaluatedProperties: false}`, []string{`{"p": 1}`},
			`{"type": "object", "properties": {"o": {}, "p": {"type": "integer"}}, "unevaluatedProperties": false}`},
		"forbidden members of several types": {v31, `{type: object, properties: {o: {}}, additionalProperties: false}`, []string{`{"p": {"q": [1]}, "r": "s"}`, `{"p": null}`},
			`{"type": "object", "properties": {"o": {}, "p": {"type": ["object", "null"], "properties": {"q": {"type": "array", "items": {"type": "integer"}}}}, "r": {"type": "string"}}, "additionalProperties": false}`},
		"a forbidden member in 3.0": {v30, `{type: object, properties: {o: {}}, additionalProperties: false}`, []string{`{"p": 1}`, `{"p": null}`},
			`{"type": "object", "properties": {"o": {}, "p": {"type": "integer", "nullable": true}}, "additionalProperties": false}`},
		"a value of two schemas":         {v31, `{allOf: [{enum: [a]}, {enum: [a, b]}]}`, []string{`"c"`, `"c"`}, `{"allOf": [{"enum": ["a", "c"]}, {"enum": ["a", "b", "c"]}]}`},
		"a value of neither constant":    {v31, `{oneOf: [{const: a}, {const: b}]}`, []string{`"c"`}, `{"oneOf": [{"const": "a"}, {"const": "b"}, {"enum": ["c"]}]}`},
		"a member that another requires": {v31, `{type: object, properties: {a: {}, b: {}}, dependentRequired: {a: [b]}}`, []string{`{"a": 1}`}, ``},
		"a member that must be there": {v31, `{type: object, required: [a, b], properties: {a: {}, b: {}}}`, []string{`{"a": 1}`},
			`{"type": "object", "required": ["a"], "properties": {"a": {}, "b": {}}}`},
		"members that must be there": {v31, `{type: object, required: [a, b], properties: {a: {}, b: {}}}`, []string{`{"a": 1}`, `{"b": 1}`},
			`{"type": "object", "properties": {"a": {}, "b": {}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			load := func(overlays ...spec.Overlay) described { return thingsWith(t, c.version, c.x, overlays...) }
			exchanges := valuesOf(c.values...)
			before, _ := load().observe(exchanges)
			require.NotEmpty(t, load().drift(before).Drift, "there is nothing to settle")

			d, s, rounds := settle(t, load, exchanges)
			after, _ := d.observe(exchanges)
			written := func(d described) string {
				return string(d.desc.Written(plumb.Source{File: "things.yaml", Pointer: "/components/schemas/Thing/properties/x"}))
			}
			if c.want == "" {
				assert.JSONEq(t, written(load()), written(d))
				assert.NotEmpty(t, s.Unsettled)
				assert.Zero(t, s.Actions())
				return
			}
			assert.JSONEq(t, c.want, written(d))
			assert.Equal(t, 1+hidden[name], rounds, "rounds")
			assert.Empty(t, s.Unsettled)
			assert.Empty(t, d.drift(after).Drift)
		})
	}
}

// sequenceOf returns n different strings.
func sequenceOf(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("%q", strings.Repeat("v", i+1)))
	}
	return all
}

const lives = `
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getJob, responses: {'200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}}}}
components:
  schemas:
    Job:
      type: object
      required: [id, state]
      properties:
        id: {type: string}
        kind: {enum: [large]}
        state: {type: string, enum: [new, running, done]}
        running_at: {type: integer, format: unixtime}
        done_at: {type: integer, format: unixtime}
      x-lifecycle:
        identity: /id
        state: /state
        initial: new
        states:
          new: {next: [running]}
          running: {entered: /running_at, next: [done], atMost: PT10M}
          done: {entered: /done_at}
`

func jobs(t require.TestingT, overlays ...spec.Overlay) described {
	d, err := spec.Load(fstest.MapFS{"jobs.yaml": {Data: []byte(lives)}}, "jobs.yaml", spec.Options{Overlays: overlays})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return described{d, v}
}

// jobsOf makes exchanges a second apart.
func jobsOf(bodies ...string) []*plumb.Exchange {
	var all []*plumb.Exchange
	for i, body := range bodies {
		all = append(all, &plumb.Exchange{
			Request:  plumb.Request{Method: "GET", URL: "/jobs/1"},
			Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(body)}},
			Time:     time.Unix(1741967569, 0).Add(time.Duration(i)*time.Second + 500*time.Millisecond),
			Place:    plumb.Place{File: "jobs.ndjson", Entry: i + 1, Line: i + 1},
		})
	}
	return all
}

// A new state has all transitions, except out of final states; a new value of
// another member is not a state; a limit is what was seen, in whole seconds.
func TestAmendedLifecycles(t *testing.T) {
	for name, c := range map[string]struct {
		bodies []string
		want   string // the states
	}{
		"a state": {
			[]string{`{"id": "1", "state": "paused"}`, `{"id": "2", "state": "lost"}`, `{"id": "3", "state": "paused"}`},
			`{"new": {"next": ["running", "paused", "lost"]}, "running": {"entered": "/running_at", "next": ["done", "paused", "lost"], "atMost": "PT10M"}, "done": {"entered": "/done_at"},
			  "paused": {"next": ["new", "running", "done", "lost"]}, "lost": {"next": ["new", "running", "done", "paused"]}}`,
		},
		"no state": {[]string{`{"id": "1", "state": "new", "kind": "small"}`},
			`{"new": {"next": ["running"]}, "running": {"entered": "/running_at", "next": ["done"], "atMost": "PT10M"}, "done": {"entered": "/done_at"}}`,
		},
		"a bound": {
			[]string{`{"id": "1", "state": "done", "running_at": 1741960000, "done_at": 1741960700}`, `{"id": "2", "state": "done", "running_at": 1741960000, "done_at": 1741960900}`},
			`{"new": {"next": ["running"]}, "running": {"entered": "/running_at", "next": ["done"], "atMost": "PT900S"}, "done": {"entered": "/done_at"}}`,
		},
		"a bound that is not over": {
			[]string{`{"id": "1", "state": "running", "running_at": 1741966569}`},
			`{"new": {"next": ["running"]}, "running": {"entered": "/running_at", "next": ["done"], "atMost": "PT1001S"}, "done": {"entered": "/done_at"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			exchanges := jobsOf(c.bodies...)
			d, s, _ := settle(t, func(overlays ...spec.Overlay) described { return jobs(t, overlays...) }, exchanges)
			assert.Empty(t, s.Unsettled)
			after, _ := d.observe(exchanges)
			assert.Empty(t, d.drift(after).Drift)
			assert.JSONEq(t, c.want, string(d.desc.Written(plumb.Source{File: "jobs.yaml", Pointer: "/components/schemas/Job/x-lifecycle/states"})))
		})
	}
}

// Drift that remains when nothing more can be amended is listed, with the
// reason.
func TestUnsettledIsNamed(t *testing.T) {
	exchanges := valuesOf(`{"m": null}`)
	d, s, rounds := settle(t, func(overlays ...spec.Overlay) described {
		return thingsWith(t, "3.1.0", "{type: object, properties: {m: {not: {type: 'null'}}}}", overlays...)
	}, exchanges)
	summary, _ := d.observe(exchanges)
	assert.Len(t, d.drift(summary).Drift, 1)
	if assert.Len(t, s.Unsettled, 1) {
		assert.Equal(t, "/x/m", s.Unsettled[0].Pointer)
	}
	assert.Zero(t, rounds)
}

// Each action names its evidence: also if several differences make one action,
// or one difference occurs in several operations.
func TestSuggestionsNameTheirEvidence(t *testing.T) {
	load := func(overlays ...spec.Overlay) described {
		return thingsWith(t, "3.1.0", "{type: object, required: [a, b], properties: {a: {type: string, enum: [s]}, b: {}, c: {type: string}}}", overlays...)
	}
	_, s, _ := settle(t, load, valuesOf(`{"a": "t", "c": null, "b": 1}`, `{"a": "t", "b": 1, "c": 1}`, `{"a": "u", "d": 1}`, `{"b": 1, "d": null}`, `{"a": "s", "b": 1, "c": "s"}`))
	assertDocument(t, "testdata/evidence.yaml", s)
}

func assertDocument(t *testing.T, golden string, s *Suggestion) {
	t.Helper()
	text, err := s.Document()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(golden, text, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(text))
}

// Statuses, operations and media types are described with what was seen of
// each, and only of it.
func TestAmendedPaths(t *testing.T) {
	answer := func(method, path string, status int, contentType, body string) *plumb.Exchange {
		x := &plumb.Exchange{
			Request:  plumb.Request{Method: method, URL: path},
			Response: plumb.Response{Status: status, Body: plumb.Body{Bytes: []byte(body)}},
			Place:    plumb.Place{File: "a.ndjson", Entry: 1, Line: 1},
		}
		if contentType != "" {
			x.Response.Header = http.Header{"Content-Type": {contentType}}
		}
		return x
	}
	const js = "application/json"
	many := `{"k0": 0`
	for i := range 40 {
		many += fmt.Sprintf(`, "k%d": %d`, i+1, i)
	}
	lost := answer("GET", "/a", 410, js, "")
	lost.Response.Body.Missing = "the recording holds no body"
	exchanges := []*plumb.Exchange{
		lost,
		answer("GET", "/a", 404, "application/problem+json; charset=utf-8", `{"title": "none", "detail": null, "errors": []}`),
		answer("GET", "/a", 404, "text/html", `<p>none</p>`),
		answer("GET", "/a", 404, js, `{"title": "none", "nested": {"title": 7}}`),
		answer("GET", "/a", 409, js, `["late", 1, 1.5]`),
		answer("GET", "/a", 418, "", ``),
		answer("GET", "/b", 404, js, `{"title": 404}`),
		answer("GET", "/b", 500, js, many+`}`),
		answer("GET", "/b", 200, "application/hal+json", `{"id": "1"}`),
		answer("POST", "/a", 200, js, `{"z": true, "created": {"id": "1"}, "b": 1, "a/b": null}`),
		answer("POST", "/a", 202, js, `{"id": "1", "at": 1}`),
		answer("POST", "/a", 0, js, `{"id": "1", "unknown": 1}`),
		answer("PURGE", "/b", 200, js, `{}`),
		answer("PUT", "/b", 0, js, `{}`),
	}
	for _, version := range []string{"3.0.3", "3.1.0"} {
		t.Run(version, func(t *testing.T) {
			load := func(overlays ...spec.Overlay) described { return thingsWith(t, version, "{type: string}", overlays...) }
			d, s, _ := settle(t, load, exchanges)
			assertDocument(t, "testdata/paths-"+version+".yaml", s)
			after, _ := d.observe(exchanges)
			var left []string
			for _, i := range d.drift(after).Drift {
				left = append(left, i.Rule+" "+i.Operation)
			}
			assert.Equal(t, []string{"http-operation PURGE /b", "http-operation PUT /b"}, left, "OpenAPI has no such method, and no status was seen")
		})
	}
}

func TestLimitText(t *testing.T) {
	r := &outcome.Range{Min: -2.5, Max: 1e6}
	assert.Equal(t, "1000000", limitText("maximum", r))
	assert.Equal(t, "-2.5", limitText("minimum", r))
	assert.Equal(t, "1e+300", limitText("maximum", &outcome.Range{Max: 1e300}))
}
