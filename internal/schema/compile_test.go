package schema_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// drawnKeywords are the keywords of drawn schemas.
var drawnKeywords = []string{
	"$ref", "$dynamicRef", "$recursiveRef", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$schema", "$defs", "definitions",
	"type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
	"pattern", "maxItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "required", "dependentRequired", "allOf",
	"anyOf", "oneOf", "not", "if", "then", "else", "properties", "patternProperties", "additionalProperties", "unevaluatedProperties",
	"propertyNames", "dependentSchemas", "dependencies", "items", "prefixItems", "additionalItems", "unevaluatedItems", "contains",
	"format", "contentEncoding", "contentMediaType", "contentSchema", "nullable", "readOnly", "writeOnly", "title", "default", "examples",
}

var drawnDialects = []string{
	"", "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema",
	"http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-04/schema#",
	"https://schemas.example/of-my-own",
}

// drawnTexts are the strings in drawn schemas: names, references, patterns.
var drawnTexts = []string{
	"", "a", "string", "object", "null", "#", "#a", "#/components/schemas/A", "#/components/schemas/B/not", "#/nowhere", "b.json", "b.json#/not",
	"https://schemas.example/x", "a b", "^a+$", "(?=a)", "[", "%zz", "base64", "application/json", "http://json-schema.org/draft-07/schema#",
}

// drawValue draws the value of a keyword: often an invalid one.
func drawValue(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 {
		kind = kind % 5
	}
	switch kind {
	case 0:
		return rapid.SampledFrom([]any{nil, true, false}).Draw(t, "word")
	case 1, 2:
		return json.Number(rapid.SampledFrom([]string{"0", "1", "-1", "1.5", "1.0", "1e400", "1e-2000000", "1e999999999", "9223372036854775807"}).Draw(t, "number"))
	case 3, 4:
		return rapid.SampledFrom(drawnTexts).Draw(t, "text")
	case 5, 6:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, drawValue(t, depth-1))
		}
		return list
	case 7:
		names := map[string]any{}
		for range rapid.IntRange(0, 3).Draw(t, "names") {
			names[rapid.SampledFrom(drawnTexts).Draw(t, "name")] = drawValue(t, depth-1)
		}
		return names
	}
	return drawSchema(t, depth-1)
}

func drawSchema(t *rapid.T, depth int) any {
	schema := map[string]any{}
	for range rapid.IntRange(0, 4).Draw(t, "keywords") {
		keyword := rapid.SampledFrom(drawnKeywords).Draw(t, "keyword")
		if schema[keyword] = drawValue(t, depth); keyword == "$schema" {
			schema[keyword] = rapid.SampledFrom(drawnDialects).Draw(t, "dialect")
		}
	}
	return schema
}

// Whatever a description has in place of a schema, the compiler accepts the
// text that is made from it: what is wrong has been left out before, with a
// warning.
func TestEverySchemaCompiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		description := map[string]any{
			"openapi":    rapid.SampledFrom([]string{"3.0.3", "3.1.0", "3.2.0"}).Draw(t, "version"),
			"components": map[string]any{"schemas": map[string]any{"A": drawSchema(t, 3), "B": drawSchema(t, 3)}},
		}
		if dialect := rapid.SampledFrom(drawnDialects).Draw(t, "jsonSchemaDialect"); dialect != "" {
			description["jsonSchemaDialect"] = dialect
		}
		text, err := json.Marshal(description)
		require.NoError(t, err)
		other, err := json.Marshal(drawSchema(t, 2))
		require.NoError(t, err)
		d, err := spec.Load(fstest.MapFS{"a.json": {Data: text}, "b.json": {Data: other}}, "a.json", spec.Options{})
		require.NoError(t, err)
		set := schema.New(d)
		for _, s := range d.Schemas {
			set.At(s.Name, s.Place)
		}
		assert.Empty(t, set.Warnings(), "%s", fmt.Sprint(string(text), string(other)))
	})
}
