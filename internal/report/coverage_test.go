package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// large is a description of n operations that have nothing in common but an
// error.
func large(t *testing.T, n int) (*spec.Description, *engine.Validator) {
	var paths, schemas strings.Builder
	for i := range n {
		fmt.Fprintf(&paths, `
  /p%d: {get: {operationId: get%[1]d, responses: {
    "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/S%[1]d"}}}},
    default: {description: no, content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}}}}`, i)
		fmt.Fprintf(&schemas, `
    S%d: {properties: {a: {type: string}, b: {enum: [x, y]}, c: {$ref: "#/components/schemas/T%[1]d"}}}
    T%[1]d: {properties: {d: {type: string}}}`, i)
	}
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: large, version: "1"}
paths:` + paths.String() + `
components:
  schemas:
    Error: {properties: {message: {type: string}}}` + schemas.String() + "\n")}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return d, v
}

// reachedMembers names the members that the operations which were seen can have.
func reachedMembers(c Coverage) []string {
	var names []string
	for _, m := range c.Members {
		if !m.Unreached {
			names = append(names, m.Schema+m.Pointer)
		}
	}
	return names
}

// What only operations have that were never seen is unreached.
func TestUnreached(t *testing.T) {
	d, v := large(t, 50)
	b := outcome.New(v, 1)
	x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/p7"}}
	x.Response.Status, x.Response.Body.Bytes = 200, []byte(`{"a":"","b":"x"}`)
	b.Add(x, v.Check(x))
	r := New(Run{Description: d, Documented: v.Documented(), Version: "v1", Occurrences: 1}, b)

	assert.Equal(t, []string{"Error/message", "S7/a", "S7/b", "S7/c", "T7/d"}, reachedMembers(r.Coverage))
	assert.Len(t, r.Coverage.Members, 1+50*4)
	values := slices.DeleteFunc(r.Coverage.Values, func(v ValueCoverage) bool { return v.Unreached })
	assert.Len(t, values, 2)
}

// Bare bodies have no operation.
func TestBareBodiesReachTheirSchema(t *testing.T) {
	d, v := large(t, 3)
	b := outcome.New(v, 1)
	x := &plumb.Exchange{Schema: "S1"}
	x.Response.Body.Bytes = []byte(`{"a":""}`)
	b.Add(x, v.Check(x))
	r := New(Run{Description: d, Documented: v.Documented(), Version: "v1", Occurrences: 1}, b)
	assert.Equal(t, []string{"S1/a", "S1/b", "S1/c"}, slices.Sorted(slices.Values(reachedMembers(r.Coverage))))
}
