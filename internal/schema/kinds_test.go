package schema

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func TestKinds(t *testing.T) {
	const text = `{
		"$defs": {"text": {"type": "string"}, "tree": {"type": "object", "properties": {"in": {"$ref": "#/$defs/tree"}}}},
		"type": "object",
		"properties": {
			"text": {"$ref": "#/$defs/text"}, "integer": {"type": "integer"}, "any": {}, "nullable": {"type": ["string", "null"]},
			"enum": {"enum": ["a", 1]}, "const": {"const": true}, "both": {"type": ["string", "number"], "enum": ["a"]},
			"all": {"allOf": [{"type": ["string", "number"]}, {"type": ["number", "boolean"]}]},
			"one": {"oneOf": [{"type": "string"}, {"type": "integer"}]}, "open": {"anyOf": [{"type": "string"}, {"title": "anything"}]},
			"never": {"allOf": [{"type": "string"}, {"type": "number"}]},
			"list": {"type": "array", "items": {"type": "number"}}, "mixed": {"type": ["array", "object"], "items": {"type": "number"}},
			"pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "number"}},
			"map": {"type": "object", "additionalProperties": {"type": "boolean"}},
			"tree": {"$ref": "#/$defs/tree"},
			"either": {"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]},
			"when": {"if": {"type": "string"}, "then": {"type": "string"}, "else": {"type": "number"}}
		}
	}`
	s, err := alone([]byte(text))
	require.NoError(t, err)
	kinds := func(kinds ...jsonvalue.Kind) (all jsonvalue.Kinds) {
		for _, k := range kinds {
			all |= k.Set()
		}
		return all
	}
	const str, num = jsonvalue.String, jsonvalue.Number
	for _, tt := range []struct {
		path []string
		want jsonvalue.Kinds
	}{
		{nil, kinds(jsonvalue.Object)}, {[]string{"text"}, kinds(str)}, {[]string{"integer"}, kinds(num)}, {[]string{"any"}, jsonvalue.AnyKind}, {[]string{"nullable"}, kinds(str, jsonvalue.Null)},
		{[]string{"enum"}, kinds(str, num)}, {[]string{"const"}, kinds(jsonvalue.Bool)}, {[]string{"both"}, kinds(str)}, {[]string{"all"}, kinds(num)},
		{[]string{"one"}, kinds(str, num)}, {[]string{"open"}, jsonvalue.AnyKind}, {[]string{"never"}, jsonvalue.AnyKind},
		{[]string{"list", ""}, kinds(num)}, {[]string{"mixed", ""}, jsonvalue.AnyKind}, {[]string{"pair", ""}, jsonvalue.AnyKind}, {[]string{"map", "x"}, kinds(jsonvalue.Bool)}, {[]string{"map", ""}, jsonvalue.AnyKind},
		{[]string{"tree", "in", "in"}, kinds(jsonvalue.Object)}, {[]string{"tree", "in", "out"}, jsonvalue.AnyKind},
		{[]string{"either", "a"}, jsonvalue.AnyKind}, {[]string{"when"}, jsonvalue.AnyKind}, {[]string{"undescribed"}, jsonvalue.AnyKind},
	} {
		assert.Equal(t, tt.want, s.Shape.Kinds(stepsOf(tt.path)), "%v", tt.path)
	}
}

// stepsOf returns a path in which the empty name is an element.
func stepsOf(path []string) (steps []Step) {
	for _, name := range path {
		steps = append(steps, Step{name, name == ""})
	}
	return steps
}

// Every value that fits is of one of the kinds.
func TestKindsAreThoseThatFit(t *testing.T) {
	fitting := 0
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(drawOracleSchema(t, 3))
		require.NoError(t, err)
		s, err := alone(text)
		if err != nil {
			t.Skip("a schema with a circle")
		}
		for range 8 {
			v := parsed(t, drawBody(t, 3))
			if outcomeText(s.Validate(v)) != "" {
				continue
			}
			fitting++
			var walk func(v *jsonvalue.Value, path []Step)
			walk = func(v *jsonvalue.Value, path []Step) {
				require.NotZero(t, s.Shape.Kinds(path)&v.Kind.Set(), "%s: %v", text, path)
				for _, item := range v.Items {
					walk(item, append(path[:len(path):len(path)], Step{Element: true}))
				}
				for _, m := range v.Members {
					if v.Member(m.Name) == m.Value {
						walk(m.Value, append(path[:len(path):len(path)], Step{Name: m.Name}))
					}
				}
			}
			walk(v, nil)
		}
	})
	assert.Positive(t, fitting)
}
