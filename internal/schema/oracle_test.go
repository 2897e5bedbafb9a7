package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// oracleNumbers are written in ways that decoders take for equal, or do not.
var oracleNumbers = []string{"0", "-0", "1", "1.0", "10e-1", "2", "3", "0.5", "0.1", "-1", "1e400", "-1e400", "1e-400", "9007199254740993", "9007199254740992", "123456789012345678901234567890"}

// oracleTexts have characters of one, two and four bytes, and combining ones.
var oracleTexts = []string{"", "a", "b", "ab", "abc", "é", "e\u0301", "😀", "😀a", "1", "null", "a/b", "a~b", "%"}

var oracleNames = []string{"", "a", "b", "c", "é", "a/b", "a~b", "%"}

var oraclePatterns = []string{"^a", "b$", "^$", "^.$", "[0-9]", "é|a"}

// drawBody draws a value as JSON text.
func drawBody(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 7).Draw(t, "kind")
	if depth == 0 {
		kind %= 5
	}
	quoted := func(s string) string {
		b, _ := json.Marshal(s)
		return string(b)
	}
	switch kind {
	case 0:
		return "null"
	case 1:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	case 2, 3:
		return rapid.SampledFrom(oracleNumbers).Draw(t, "number")
	case 4:
		return quoted(rapid.SampledFrom(oracleTexts).Draw(t, "text"))
	case 5:
		b := "["
		for i := range rapid.IntRange(0, 4).Draw(t, "items") {
			if i > 0 {
				b += ","
			}
			b += drawBody(t, depth-1)
		}
		return b + "]"
	}
	b, n := "{", 0
	for _, name := range oracleNames {
		if rapid.IntRange(0, 2).Draw(t, "has") > 0 {
			continue
		}
		if n++; n > 1 {
			b += ","
		}
		b += quoted(name) + ":" + drawBody(t, depth-1)
	}
	return b + "}"
}

// drawOracleSchema draws a schema of JSON Schema 2020-12.
func drawOracleSchema(t *rapid.T, depth int) any {
	if depth == 0 || rapid.IntRange(0, 9).Draw(t, "boolean") == 0 {
		return rapid.SampledFrom([]any{true, true, false, map[string]any{"type": "string"}, map[string]any{"$ref": "#/$defs/a"}, map[string]any{"$dynamicRef": "#d"}}).Draw(t, "leaf")
	}
	sub := func() any { return drawOracleSchema(t, depth-1) }
	list := func() []any {
		var all []any
		for range rapid.IntRange(1, 3).Draw(t, "length") {
			all = append(all, sub())
		}
		return all
	}
	named := func(names []string) map[string]any {
		all := map[string]any{}
		for range rapid.IntRange(1, 3).Draw(t, "named") {
			all[rapid.SampledFrom(names).Draw(t, "name")] = sub()
		}
		return all
	}
	some := func() []any {
		var all []any
		for _, name := range oracleNames {
			if rapid.IntRange(0, 3).Draw(t, "in") == 0 {
				all = append(all, name)
			}
		}
		return append([]any{}, all...)
	}
	value := func() any { return json.RawMessage(drawBody(t, 1)) }
	number := func() any { return json.Number(rapid.SampledFrom(oracleNumbers).Draw(t, "limit")) }
	count := func() any { return rapid.IntRange(0, 3).Draw(t, "count") }
	schema := map[string]any{}
	for range rapid.IntRange(1, 4).Draw(t, "keywords") {
		switch keyword := rapid.SampledFrom([]string{
			"type", "type", "types", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern",
			"minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "contains", "items", "prefixItems", "unevaluatedItems",
			"minProperties", "maxProperties", "required", "properties", "properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames",
			"dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "$ref", "$dynamicRef",
		}).Draw(t, "keyword"); keyword {
		case "type":
			schema["type"] = rapid.SampledFrom([]string{"null", "boolean", "integer", "number", "string", "array", "object"}).Draw(t, "type")
		case "types":
			schema["type"] = []any{rapid.SampledFrom([]string{"null", "boolean", "integer"}).Draw(t, "first"), rapid.SampledFrom([]string{"number", "string", "array", "object"}).Draw(t, "second")}
		case "enum":
			var values []any
			for range rapid.IntRange(1, 3).Draw(t, "values") {
				values = append(values, value())
			}
			schema[keyword] = values
		case "const":
			schema[keyword] = value()
		case "multipleOf":
			schema[keyword] = json.Number(rapid.SampledFrom([]string{"1", "2", "0.1", "0.5", "1e3", "3"}).Draw(t, "factor"))
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			schema[keyword] = number()
		case "minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties":
			schema[keyword] = count()
		case "pattern":
			schema[keyword] = rapid.SampledFrom(oraclePatterns).Draw(t, "pattern")
		case "uniqueItems":
			schema[keyword] = true
		case "required":
			schema[keyword] = some()
		case "properties", "dependentSchemas":
			schema[keyword] = named(oracleNames)
		case "patternProperties":
			schema[keyword] = named(oraclePatterns)
		case "dependentRequired":
			schema[keyword] = map[string]any{rapid.SampledFrom(oracleNames).Draw(t, "dependent"): some()}
		case "allOf", "anyOf", "oneOf", "prefixItems":
			schema[keyword] = list()
		case "if":
			schema["if"] = sub()
			schema["then"] = sub()
			if rapid.Bool().Draw(t, "else") {
				schema["else"] = sub()
			}
		case "$ref":
			schema[keyword] = rapid.SampledFrom([]string{"#/$defs/a", "#/$defs/b"}).Draw(t, "ref")
		case "$dynamicRef":
			schema[keyword] = "#d"
		default:
			schema[keyword] = sub()
		}
	}
	return schema
}

// sameAsCompiler draws a schema and values, on which the evaluator must agree with the
// compiler.
func sameAsCompiler(t *rapid.T) (accepted, rejected int) {
	root, ok := drawOracleSchema(t, 3).(map[string]any)
	if !ok {
		root = map[string]any{"allOf": []any{true}}
	}
	def := func() any {
		d, ok := drawOracleSchema(t, 2).(map[string]any)
		if !ok {
			d = map[string]any{}
		}
		return d
	}
	a := def()
	a.(map[string]any)["$dynamicAnchor"] = "d"
	root["$defs"] = map[string]any{"a": a, "b": def()}
	text, err := json.Marshal(root)
	require.NoError(t, err)
	s, err := alone(text)
	if err != nil {
		t.Skip("a schema with a circle")
	}
	for range 8 {
		body := drawBody(t, 3)
		v, faults := jsonvalue.Parse([]byte(body), 100)
		require.Empty(t, faults)
		err := s.node.Validate(decoded(v))
		outcome := s.Validate(v)
		var found []string
		for _, f := range outcome.Failures {
			found = append(found, fmt.Sprint(f.Keyword, " ", f.Path))
		}
		slices.Sort(found)
		require.Equal(t, err == nil, len(found) == 0, "%s\n%s\n%v\n%v", text, body, found, err)
		if err == nil {
			accepted++
		} else {
			rejected++
		}
	}
	return accepted, rejected
}

// The evaluator comes to the verdicts of jsonschema/v5, on drawn schemas and values,
// of which enough are accepted and enough are not.
func TestSameAsCompiler(t *testing.T) {
	accepted, rejected := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a, r := sameAsCompiler(t)
		accepted, rejected = accepted+a, rejected+r
	})
	t.Logf("%d values accepted, %d rejected", accepted, rejected)
	assert.Greater(t, accepted, rejected/20)
	assert.Greater(t, rejected, accepted/20)
}

func FuzzSameAsCompiler(f *testing.F) { f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { sameAsCompiler(t) })) }
