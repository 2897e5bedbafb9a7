package engine_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// checkBody checks a body against a schema, given as YAML in flow style.
func checkBody(t *testing.T, schema, body string) engine.Result {
	t.Helper()
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: things, version: "1"}
paths: {/x: {get: {responses: {"200": {description: ok}}}}}
components: {schemas: {Thing: ` + schema + "}}\n")}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	x := &plumb.Exchange{Schema: "Thing", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}}}
	result := v.Check(x)
	batch := v.NewStream().NewWorker().Check([]*plumb.Exchange{x})
	assert.Equal(t, outlines(result), outlines(batch.Results[0]), "by a worker")
	return result
}

func outlines(r engine.Result) []string {
	var all []string
	for _, f := range r.Findings {
		mark := f.Excerpt.Text[f.Excerpt.Column : f.Excerpt.Column+f.Excerpt.Width]
		all = append(all, fmt.Sprintf("%s %s found %s at %s", f.Rule, cmp.Or(f.Named, f.Pointer), f.Found, mark))
	}
	return all
}

// A member can have an empty name. A finding about a name is at the member, and
// shows the name.
func TestEmptyNames(t *testing.T) {
	for _, tt := range []struct{ name, schema, body, want string }{
		{"propertyNames", `{propertyNames: {pattern: "^[a-z]+$"}}`, `{"": 1}`, `schema-pattern / found the name "" at ""`},
		{"propertyNames in a member", `{properties: {m: {propertyNames: {pattern: "^[a-z]+$"}}}}`, `{"m": {"": 1}}`, `schema-pattern /m/ found the name "" at ""`},
		{"propertyNames in an empty name", `{additionalProperties: {propertyNames: {minLength: 1}}}`, `{"": {"": 1}}`, `schema-limit // found the name "" at ""`},
		{"a name that is not enumerated", `{propertyNames: {enum: [a]}}`, `{"c": 3}`, `schema-enum /c found the name "c" at "c"`},
		{"a name that none may have", `{propertyNames: false}`, `{"": 3}`, `schema-combination / found the name "" at ""`},
		{"names in an alternative", `{anyOf: [{propertyNames: {maxLength: 2}}, {type: string}]}`, `{"": 0, "long": 1}`, `schema-limit /long found the name "long" at "long"`},
		{"a value", `{properties: {"": {type: string}}}`, `{"": 7}`, `schema-type / found 7 (number) at 7`},
		{"a value that others are like", `{additionalProperties: {type: string}, not: {required: [z]}}`, `{"": 7}`, `schema-type / found 7 (number) at 7`},
		{"values in each other", `{not: {required: [z]}, properties: {"": {properties: {"": {items: {type: string}}}}}}`, `{"": {"": ["a", 7]}}`, `schema-type ///* found 7 (number) at 7`},
		{"a missing member", `{required: [""]}`, `{}`, `schema-required / found no member "" at {`},
		{"a forbidden member", `{additionalProperties: false}`, `{"": 1}`, `schema-additional-member / found 1 at ""`},
		{"an unevaluated member", `{unevaluatedProperties: false}`, `{"": 1}`, `schema-additional-member / found 1 at ""`},
		{"an undocumented member", `{properties: {a: {}}}`, `{"": 1}`, `drift-undocumented-member / found 1 at ""`},
		{"null", `{properties: {"": {type: string}}}`, `{"": null}`, `drift-null / found null at null`},
		{"a repeated member", `{}`, `{"": 1, "": 2}`, `json-duplicate-key / found the member "" occurs twice in its object at ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, []string{tt.want}, outlines(checkBody(t, tt.schema, tt.body)))
		})
	}
}

// There can be a finding at each member of a member with a long name.
func TestLongNamesAreCut(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	r := checkBody(t, `{additionalProperties: {type: object, additionalProperties: {type: string}}}`, `{"`+long+`1": {"a": 1}, "`+long+`2": {"a": 1}}`)
	require.Len(t, r.Findings, 2)
	assert.Less(t, len(r.Findings[0].Named), 300)
	assert.NotEqual(t, r.Findings[0].Named, r.Findings[1].Named)
}

// A body that is not read because of a limit is skipped.
func TestTooDeepIsSkipped(t *testing.T) {
	r := checkBody(t, `{}`, strings.Repeat("[", 600)+strings.Repeat("]", 600))
	assert.Zero(t, r.Bodies)
	assert.Contains(t, r.Skipped, "deeper")
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "capture-limit", r.Findings[0].Rule)
}
