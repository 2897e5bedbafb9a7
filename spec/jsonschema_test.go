package spec_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
)

// describe makes a description of a schema A, and what is beside it.
func describe(t testing.TB, version, schema, rest string) *spec.Description {
	t.Helper()
	return load(t, `{"openapi": "`+version+`", "paths": {"/a": {}}, "components": {"schemas": {"A": `+schema+rest+`}}}`)
}

// schemaA returns the translated schema A as JSON.
func schemaA(t testing.TB, d *spec.Description) string {
	t.Helper()
	text, err := d.JSONSchema("api.yaml")
	require.NoError(t, err)
	var doc struct {
		Components struct {
			Schemas struct{ A json.RawMessage }
		}
	}
	require.NoError(t, json.Unmarshal(text, &doc))
	return string(doc.Components.Schemas.A)
}

func TestTranslation(t *testing.T) {
	const (
		both = ""
		v30  = "3.0.3"
		v31  = "3.1.0"
	)
	for _, test := range []struct{ name, version, from, to string }{
		{"nothing to do", both, `{"type":"string","maxLength":3}`, ""},
		{"nullable", both, `{"type":"string","nullable":true}`, `{"type":["string","null"]}`},
		{"not nullable", both, `{"type":"string","nullable":false}`, `{"type":"string"}`},
		{"nullable with a list of types", v31, `{"type":["string","integer"],"nullable":true}`, `{"type":["string","integer","null"]}`},
		{"nullable, null is there", v31, `{"type":["null","string"],"nullable":true}`, `{"type":["null","string"]}`},
		{"nullable enum", both, `{"type":"string","enum":["a"],"nullable":true}`, `{"type":["string","null"],"enum":["a",null]}`},
		{"nullable enum, null is there", both, `{"type":"string","enum":["a",null],"nullable":true}`, `{"type":["string","null"],"enum":["a",null]}`},
		{"enum of the text null", both, `{"enum":["null"],"nullable":true}`, `{"enum":["null",null]}`},
		{"nullable without a type accepts null as it is", both, `{"nullable":true,"maxLength":3}`, `{"maxLength":3}`},
		{"nullable allOf", both, `{"nullable":true,"allOf":[{"type":"string"}],"description":"x"}`, `{"description":"x","anyOf":[{"type":"null"},{"allOf":[{"type":"string"}]}]}`},
		{"nullable oneOf with a type", both, `{"type":"object","nullable":true,"oneOf":[{}]}`, `{"type":["object","null"],"anyOf":[{"type":"null"},{"oneOf":[{}]}]}`},
		{"nullable anyOf", both, `{"nullable":true,"anyOf":[{"type":"string","nullable":true}]}`, `{"anyOf":[{"type":"null"},{"anyOf":[{"type":["string","null"]}]}]}`},
		{"nullable const", v31, `{"nullable":true,"const":1}`, `{"anyOf":[{"type":"null"},{"const":1}]}`},
		{"nullable $ref", v31, `{"nullable":true,"$ref":"#/components/schemas/B"}`, `{"anyOf":[{"type":"null"},{"$ref":"#/components/schemas/B"}]}`},
		{"$ref alone counts", v30, `{"nullable":true,"$ref":"#/components/schemas/B","type":"string"}`, `{"$ref":"#/components/schemas/B"}`},
		{"$ref beside others", v31, `{"$ref":"#/components/schemas/B","maxLength":3}`, ""},
		{"exclusive minimum", both, `{"minimum":1.0,"exclusiveMinimum":true}`, `{"exclusiveMinimum":1.0}`},
		{"inclusive minimum", both, `{"minimum":1,"exclusiveMinimum":false}`, `{"minimum":1}`},
		{"exclusive maximum", both, `{"exclusiveMaximum":true,"maximum":12345678901234567890}`, `{"exclusiveMaximum":12345678901234567890}`},
		{"exclusive without a bound", both, `{"exclusiveMaximum":true}`, `{}`},
		{"exclusive minimum as 3.1 has it", v31, `{"minimum":1,"exclusiveMinimum":2}`, ""},
		{"write-only", both, `{"required":["a","b"],"properties":{"a":{"writeOnly":true},"b":{}}}`, `{"required":["b"],"properties":{"a":{"writeOnly":true},"b":{}}}`},
		{"write-only through a $ref", both, `{"required":["a"],"properties":{"a":{"$ref":"#/components/schemas/C"}}}`, `{"required":[],"properties":{"a":{"$ref":"#/components/schemas/C"}}}`},
		{"write-only in a part", both, `{"required":["a"],"allOf":[{"$ref":"#/components/schemas/D"}]}`, `{"required":[],"allOf":[{"$ref":"#/components/schemas/D"}]}`},
		{"required of what is not there", both, `{"required":["a"]}`, ""},
		{"within", both, `{"items":{"additionalProperties":{"not":{"type":"string","nullable":true}}}}`, `{"items":{"additionalProperties":{"not":{"type":["string","null"]}}}}`},
		{"in lists and maps", v31, `{"prefixItems":[{"type":"string","nullable":true}],"$defs":{"nullable":{"type":"string","nullable":true}}}`, `{"prefixItems":[{"type":["string","null"]}],"$defs":{"nullable":{"type":["string","null"]}}}`},
		{"properties named like keywords", both, `{"properties":{"nullable":{"type":"string"},"required":{"type":"string"},"enum":{"type":"string","nullable":true},"exclusiveMinimum":{"type":"boolean"},"minimum":{"type":"integer"},"$ref":{"type":"string"}}}`,
			`{"properties":{"nullable":{"type":"string"},"required":{"type":"string"},"enum":{"type":["string","null"]},"exclusiveMinimum":{"type":"boolean"},"minimum":{"type":"integer"},"$ref":{"type":"string"}}}`},
		{"data is left alone", both, `{"enum":[{"type":"string","nullable":true}],"default":{"type":"string","nullable":true},"example":{"$ref":"x","nullable":true},"x-y":{"type":"a","nullable":true}}`, ""},
		{"booleans", v31, `{"properties":{"a":true},"additionalProperties":false}`, ""},
		{"a dialect of its own", v31, `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true,"properties":{"a":{"type":"string","nullable":true}}}`, ""},
		{"a $ref into what has moved", both, `{"properties":{"a":{"$ref":"#/components/schemas/E/allOf/0/properties/x"}}}`, `{"properties":{"a":{"$ref":"#/components/schemas/E/anyOf/1/allOf/0/properties/x"}}}`},
		{"a $ref into what has not moved", both, `{"properties":{"a":{"$ref":"#/components/schemas/E/properties/y"}}}`, ""},
	} {
		rest := `,"B":{},"C":{"type":"string","writeOnly":true},"D":{"allOf":[{"$ref":"#/components/schemas/D"}],"properties":{"a":{"$ref":"#/components/schemas/C"}}},` +
			`"E":{"nullable":true,"properties":{"y":{}},"allOf":[{"properties":{"x":{"type":"integer"}}}]}`
		for _, version := range []string{v30, v31} {
			if test.version != both && test.version != version {
				continue
			}
			t.Run(test.name+" "+version, func(t *testing.T) {
				want := test.to
				if want == "" {
					want = test.from
				}
				assert.Equal(t, want, schemaA(t, describe(t, version, test.from, rest)))
			})
		}
	}
}

// What the translation means to a validator.
func TestTranslationMeans(t *testing.T) {
	for _, test := range []struct{ schema, valid, invalid string }{
		{`{"type":"string","nullable":true}`, `null "a"`, `1`},
		{`{"type":"string","enum":["a"],"nullable":true}`, `null "a"`, `"b"`},
		{`{"nullable":true,"allOf":[{"$ref":"#/components/schemas/B"}]}`, `null {"b":1}`, `{} 1`},
		{`{"type":"object","nullable":true,"allOf":[{"$ref":"#/components/schemas/B"}]}`, `null {"b":1}`, `{} 1`},
		{`{"nullable":true,"oneOf":[{"$ref":"#/components/schemas/B"},{"type":"string","nullable":true}]}`, `null "a" {"b":1}`, `{} 1`},
		{`{"type":"number","minimum":1,"exclusiveMinimum":true}`, `1.5`, `1`},
		{`{"type":"object","required":["a","b"],"properties":{"a":{"type":"string","writeOnly":true}}}`, `{"b":1} {"a":"","b":1}`, `{} {"a":1,"b":1}`},
	} {
		t.Run(test.schema, func(t *testing.T) {
			d := describe(t, "3.0.3", test.schema, `,"B":{"type":"object","required":["b"]}`)
			text, err := d.JSONSchema("api.yaml")
			require.NoError(t, err)
			compiler := jsonschema.NewCompiler()
			compiler.Draft = jsonschema.Draft2020
			require.NoError(t, compiler.AddResource("file:///api.yaml", strings.NewReader(string(text))))
			compiled, err := compiler.Compile("file:///api.yaml#" + d.Schemas[0].Place.Pointer)
			require.NoError(t, err)
			for want, instances := range map[bool]string{true: test.valid, false: test.invalid} {
				for instance := range strings.FieldsSeq(instances) {
					var v any
					require.NoError(t, json.Unmarshal([]byte(instance), &v))
					err := compiled.Validate(v)
					assert.Equal(t, want, err == nil, "%s: %v", instance, err)
				}
			}
		})
	}
}

// A file that a 3.0 description refers to is written in 3.0, unless it says
// that it is a JSON Schema.
func TestDialectOfFiles(t *testing.T) {
	schema := `{%s"type":"object","properties":{"a":{"$ref":"#/definitions/a","nullable":true},"b":{"type":"string","nullable":true}},"definitions":{"a":{}}}`
	for _, test := range []struct{ version, header, want string }{
		{"3.0.3", "", `{"a":{"$ref":"#/definitions/a"},"b":{"type":["string","null"]}}`},
		{"3.1.0", "", `{"a":{"anyOf":[{"type":"null"},{"$ref":"#/definitions/a"}]},"b":{"type":["string","null"]}}`},
		{"3.0.3", `"$schema":"http://json-schema.org/draft-07/schema#",`, `{"a":{"$ref":"#/definitions/a","nullable":true},"b":{"type":"string","nullable":true}}`},
	} {
		d := loadFiles(t, map[string]string{
			"api.yaml": "openapi: " + test.version + "\npaths: {/a: {}}\ncomponents: {schemas: {A: {$ref: a.json}}}\n",
			"a.json":   strings.Replace(schema, "%s", test.header, 1),
		})
		text, err := d.JSONSchema("a.json")
		require.NoError(t, err)
		var doc struct{ Properties json.RawMessage }
		require.NoError(t, json.Unmarshal(text, &doc))
		assert.Equal(t, test.want, string(doc.Properties), test.version+test.header)
	}
}

// Editors want a $schema at the top of every file; that of a description says
// nothing of its schemas.
func TestDialectOfDescription(t *testing.T) {
	d := load(t, `
$schema: https://spec.openapis.org/oas/3.0/schema/2021-09-28
openapi: 3.0.3
paths:
  /a: {get: {responses: {'200': {content: {a/b: {schema: {$ref: '#/x-schemas/A'}}}}}}}
x-schemas:
  A: {type: string, nullable: true}
`)
	text, err := d.JSONSchema("api.yaml")
	require.NoError(t, err)
	assert.Contains(t, string(text), `"A":{"type":["string","null"]}`)
}

// Pointers into the outcome lead back to the source.
func TestPlaceThroughTranslation(t *testing.T) {
	d := load(t, `openapi: 3.0.3
paths: {/a: {}}
components:
  schemas:
    A:
      nullable: true
      properties:
        x: {}
      anyOf:
        - type: string
        - type: integer
    B:
      anyOf:
        - type: string
        - type: integer
    C:
      $ref: '#/components/schemas/A/anyOf/1'
`)
	for pointer, want := range map[string]spec.Place{
		"/A/anyOf/1/anyOf/0/type": {Line: 10, Column: 11, Pointer: "/A/anyOf/0/type"},
		"/A/anyOf/1":              {Line: 5, Column: 5, Pointer: "/A"},
		"/A/anyOf/0":              {Line: 6, Column: 7, Pointer: "/A/nullable"},
		"/A/anyOf":                {Line: 9, Column: 7, Pointer: "/A/anyOf"},
		"/A/properties/x":         {Line: 8, Column: 9, Pointer: "/A/properties/x"},
		"/B/anyOf/1/type":         {Line: 15, Column: 11, Pointer: "/B/anyOf/1/type"},
		"/B/anyOf/01":             {Line: 13, Column: 7, Pointer: "/B/anyOf"},
	} {
		want.File, want.Pointer = "api.yaml", "/components/schemas"+want.Pointer
		assert.Equal(t, want, d.Place("api.yaml", "/components/schemas"+pointer), pointer)
	}
	assert.Equal(t, "/components/schemas/A/anyOf/1/anyOf/1", d.Schemas[2].Place.Pointer, "for the schema compiler")
	assert.Equal(t, 11, d.Schemas[2].Place.Line)
}
