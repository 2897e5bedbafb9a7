package schema

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

func alone(schema []byte) (*Schema, error) {
	d, err := spec.Load(fstest.MapFS{
		"openapi.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/x: {get: {responses: {}}}}\ncomponents: {schemas: {X: {$ref: x.json}}}\n")},
		"x.json":       {Data: schema},
	}, "openapi.yaml", spec.Options{})
	if err != nil {
		return nil, err
	}
	set := New(d)
	s := set.At("X", d.Schemas[0].Place)
	for _, w := range append(d.Warnings, set.Warnings()...) {
		return nil, errors.New(w.String())
	}
	return s, nil
}

// sameAsWhole checks that the failures that are found piece by piece are those
// that the compiled schema finds in the value as a whole.
func sameAsWhole(t require.TestingT, s *Schema, v *jsonvalue.Value, name string) {
	whole := s.Shape.findFailures(v)
	// The compiler names members in an arbitrary order in its reason.
	options := cmp.Options{cmpopts.IgnoreFields(Failure{}, "Reason"), cmpopts.EquateEmpty()}
	require.Empty(t, cmp.Diff(sortFailures(whole), s.Validate(v), options), name)
}

// TestAcceptOnSuite validates each value of the official test suite against
// each schema of its file.
func TestAcceptOnSuite(t *testing.T) {
	files, err := filepath.Glob("../../shared/data/json-schema-test-suite/tests/draft*/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSON Schema test suite is not there")
	}
	checked, quick := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []struct {
			Description string
			Schema      json.RawMessage
			Tests       []struct{ Data json.RawMessage }
		}
		require.NoError(t, json.Unmarshal(text, &cases))
		for _, c := range cases {
			s, err := alone(c.Schema)
			if err != nil {
				continue // needs the network, or an older draft
			}
			for _, other := range cases {
				for _, test := range other.Tests {
					v, _ := jsonvalue.Parse(test.Data, 200)
					if v == nil {
						continue
					}
					checked++
					if s.Shape.verdict(v) == accepted {
						quick++
					}
					sameAsWhole(t, s, v, file+": "+c.Description+": "+string(test.Data))
				}
			}
		}
	}
	t.Logf("%d values, %d accepted without the compiler", checked, quick)
	assert.Greater(t, quick, 1000)
}

// TestAcceptOnDrawnValues does the same with limits of all kinds, which drawn
// values nearly satisfy.
func TestAcceptOnDrawnValues(t *testing.T) {
	s, err := alone([]byte(`{
		"type": "object", "required": ["a"], "minProperties": 1, "maxProperties": 4, "propertyNames": {"maxLength": 3, "pattern": "^[a-z]"},
		"properties": {
			"a": {"type": "integer", "minimum": 0, "exclusiveMaximum": 2.5},
			"b": {"type": ["string", "null"], "minLength": 1, "maxLength": 2, "pattern": "x"},
			"c": {"enum": ["x", 1, true, null, [1]]},
			"d": {"type": "array", "minItems": 1, "maxItems": 2, "prefixItems": [{"const": 1}], "items": {"$ref": "#"}},
			"e": {"type": "number", "multipleOf": 0.5},
			"f": {"anyOf": [{"type": "string"}, {"required": ["a"]}]},
			"g": {"enum": [true, false]},
			"h": {"format": "date"}
		},
		"patternProperties": {"^p": {"type": "boolean"}}, "additionalProperties": false}`))
	require.NoError(t, err)
	scalars := []string{"0", "1", "-1", "2", "3", "1.0", "2.5", "1e0", "9223372036854775808", `""`, `"x"`, `"éx"`, `"xyz"`, `"2024-02-30"`, `"2024-02-29"`, "null", "true", "false", "[]", "[1]", "[2]"}
	var object func(t *rapid.T, depth int) string
	object = func(t *rapid.T, depth int) string {
		var members []string
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			value := rapid.SampledFrom(scalars).Draw(t, "value")
			if depth > 0 && rapid.Bool().Draw(t, "nested") {
				value = object(t, depth-1)
				if rapid.Bool().Draw(t, "array") {
					value = "[1, " + value + "]"
				}
			}
			name := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h", "p", "pq", "Z", "long"}).Draw(t, "name")
			members = append(members, `"`+name+`": `+value)
		}
		return "{" + strings.Join(members, ", ") + "}"
	}
	rapid.Check(t, func(t *rapid.T) {
		text := object(t, 2)
		v, _ := jsonvalue.Parse([]byte(text), 100)
		require.NotNil(t, v)
		sameAsWhole(t, s, v, text)
	})
}
