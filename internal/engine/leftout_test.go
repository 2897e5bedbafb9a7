package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// A part of a description that is left out leads to no finding: not because a
// value fits a schema that excludes it, and not because a member seems to be
// undescribed.
func TestWhatIsLeftOutMakesNoFinding(t *testing.T) {
	const gone = `{"$ref": "#/$defs/gone"}`
	for _, schema := range []string{
		`{"not": ` + gone + `}`,
		`{"not": {"properties": {"a": {"items": ` + gone + `}}}}`,
		`{"not": {"not": {"not": {"type": "text"}}}}`,
		`{"not": {"$ref": "#/$defs/deep"}, "$defs": {"deep": {"allOf": [{"pattern": "["}]}}}`,
		`{"oneOf": [` + gone + `, {"type": "object"}]}`,
		`{"oneOf": [` + gone + `, {"type": "object"}], "anyOf": [{}]}`,
		`{"if": {"required": true}, "then": false}`,
		`{"if": {"required": ["a"], "not": ` + gone + `}, "then": {"properties": {"a": false}}}`,
		`{"properties": {"a": {"contains": ` + gone + `, "maxContains": 1}}}`,
		`{"$ref": "#/$defs/gone", "unevaluatedProperties": false}`,
		`{"allOf": [` + gone + `], "unevaluatedProperties": false}`,
		`{"allOf": ["properties"], "unevaluatedProperties": false}`,
		`{"properties": {"a": ` + gone + `}, "unevaluatedProperties": false}`,
		`{"allOf": [` + gone + `, {"properties": {"b": {}}}]}`,
		`{"properties": {"$ref": "#/$defs/gone"}, "additionalProperties": false}`,
		`{"properties": {"a": {"allOf": [` + gone + `], "unevaluatedItems": false}}}`,
		`{"if": {"type": "text"}, "then": {"properties": {"a": {}}}, "unevaluatedProperties": false}`,
	} {
		description := strings.Replace(suiteDescription, "DIALECT", drafts[4].dialect, 1)
		d, err := spec.Load(fstest.MapFS{
			"openapi.yaml": {Data: []byte(description)},
			"schema.json":  {Data: []byte(schema)},
		}, "openapi.yaml", spec.Options{})
		require.NoError(t, err)
		v, err := engine.New(d, engine.WithTarget("/"))
		require.NoError(t, err)
		assert.NotEmpty(t, v.Warnings(), schema)
		assert.Empty(t, v.Check(exchangeOf([]byte(`{"a": [1, 2]}`))).Findings, schema)
	}
}
