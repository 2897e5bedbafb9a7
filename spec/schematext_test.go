package spec_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

// describe returns a description with a schema A and what is beside it.
func describe(t testing.TB, version, schema, rest string) *spec.Description {
	t.Helper()
	return load(t, `{"openapi": "`+version+`", "paths": {"/a": {}}, "components": {"schemas": {"A": `+schema+rest+`}}}`)
}

// schemaText returns a schema as the compiler gets it.
func schemaText(t testing.TB, d *spec.Description, file, pointer string) string {
	t.Helper()
	text := d.SchemaText(plumb.Source{File: file, Pointer: pointer})
	require.True(t, json.Valid(text), "%s", text)
	return strings.NewReplacer("file:///"+file+"?", "#", "%24", "$").Replace(string(text))
}

// schemaA returns the translated schema A.
func schemaA(t testing.TB, d *spec.Description) string {
	return schemaText(t, d, "api.yaml", "/components/schemas/A")
}

func TestTranslation(t *testing.T) {
	const (
		both = ""
		v30  = "3.0.3"
		v31  = "3.1.0"
	)
	for _, test := range []struct{ name, version, from, to string }{
		{"nothing to do", both, `{"type":"string","maxLength":3}`, ""},
		{"nullable", v30, `{"type":"string","nullable":true}`, `{"type":["string","null"]}`},
		{"not nullable", both, `{"type":"string","nullable":false}`, `{"type":"string"}`},
		{"nullable is not a word of 3.1", v31, `{"type":"string","nullable":true}`, `{"type":"string"}`},
		{"nullable enum", v30, `{"type":"string","enum":["a"],"nullable":true}`, `{"type":["string","null"],"enum":["a",null]}`},
		{"nullable enum, null is there", v30, `{"type":"string","enum":["a",null],"nullable":true}`, `{"type":["string","null"],"enum":["a",null]}`},
		{"enum of the text null", v30, `{"enum":["null"],"nullable":true}`, `{"x-loose-null":true,"enum":["null",null]}`},
		{"nullable without a type accepts null as it is", both, `{"nullable":true,"maxLength":3}`, `{"maxLength":3}`},
		{"nullable allOf", v30, `{"nullable":true,"allOf":[{"type":"string"}],"description":"x"}`, `{"x-loose-null":true,"anyOf":[{"type":"null"},{"allOf":[{"type":"string"}]}]}`},
		{"nullable oneOf with a type", v30, `{"type":"object","nullable":true,"oneOf":[{}]}`, `{"type":["object","null"],"anyOf":[{"type":"null"},{"oneOf":[{}]}]}`},
		{"nullable anyOf", v30, `{"nullable":true,"anyOf":[{"type":"string","nullable":true}]}`, `{"x-loose-null":true,"anyOf":[{"type":"null"},{"anyOf":[{"type":["string","null"]}]}]}`},
		{"$ref alone counts", v30, `{"$ref":"#/components/schemas/B","type":"string"}`, `{"$ref":"#/components/schemas/B"}`},
		{"nullable $ref", v30, `{"nullable":true,"$ref":"#/components/schemas/B","type":"string"}`, `{"x-loose-null":true,"anyOf":[{"type":"null"},{"$ref":"#/components/schemas/B"}]}`},
		{"$ref beside others", v31, `{"$ref":"#/components/schemas/B","maxLength":3}`, ""},
		{"exclusive minimum", both, `{"minimum":1.0,"exclusiveMinimum":true}`, `{"exclusiveMinimum":1.0}`},
		{"inclusive minimum", both, `{"minimum":1,"exclusiveMinimum":false}`, `{"minimum":1}`},
		{"exclusive maximum", both, `{"exclusiveMaximum":true,"maximum":12345678901234567890}`, `{"exclusiveMaximum":12345678901234567890}`},
		{"exclusive without a bound", both, `{"exclusiveMaximum":true}`, `{}`},
		{"exclusive minimum as 3.1 has it", v31, `{"minimum":1,"exclusiveMinimum":2}`, ""},
		{"write-only", both, `{"required":["a"],"properties":{"a":{"writeOnly":true}}}`, `{"required":["a"],"properties":{"a":{"writeOnly":true}}}`},
		{"write-only beside $ref", v30, `{"$ref":"#/components/schemas/B","writeOnly":true}`, `{"writeOnly":true,"$ref":"#/components/schemas/B"}`},
		{"discriminator of alternatives", both, `{"oneOf":[{"$ref":"#/components/schemas/B"},{"$ref":"#/components/schemas/C"}],"discriminator":{"propertyName":"k","mapping":{"b":"B","c":"#/components/schemas/C","no":"#/nowhere"}}}`,
			`{"x-discriminator":{"propertyName":"k","mapping":{"b":"#/components/schemas/B","c":"#/components/schemas/C"},"names":{"B":"#/components/schemas/B","C":"#/components/schemas/C"},"lost":{"no":true}},"oneOf":[{"$ref":"#/components/schemas/B"},{"$ref":"#/components/schemas/C"}]}`},
		{"discriminator without mapping", both, `{"discriminator":{"propertyName":"k"}}`, `{"x-discriminator":{"propertyName":"k","mapping":{},"names":{}}}`},
		{"required of what is not there", both, `{"required":["a"]}`, ""},
		{"within", v30, `{"items":{"additionalProperties":{"not":{"type":"string","nullable":true}}}}`, `{"items":{"additionalProperties":{"not":{"type":["string","null"]}}}}`},
		{"in lists and maps", v31, `{"prefixItems":[{"minimum":1,"exclusiveMinimum":true}],"patternProperties":{"exclusiveMinimum":{"minimum":1,"exclusiveMinimum":true}}}`, `{"prefixItems":[{"exclusiveMinimum":1}],"patternProperties":{"exclusiveMinimum":{"exclusiveMinimum":1}}}`},
		{"definitions are not part of it", v31, `{"$defs":{"a":{"type":"string"}},"maxLength":3}`, `{"maxLength":3}`},
		{"a name twice", both, `{"required":["a","a"]}`, `{"required":["a"]}`},
		{"a type twice", v31, `{"type":["string","string"]}`, `{"type":["string"]}`},
		{"annotations", both, `{"title":"t","description":"d","example":1,"x-y":{},"deprecated":true,"maxLength":3}`, `{"maxLength":3}`},
		{"properties named like keywords", v30, `{"properties":{"nullable":{"type":"string"},"required":{"type":"string"},"enum":{"type":"string","nullable":true},"exclusiveMinimum":{"type":"boolean"},"minimum":{"type":"integer"},"$ref":{"type":"string"}}}`,
			`{"properties":{"nullable":{"type":"string"},"required":{"type":"string"},"enum":{"type":["string","null"]},"exclusiveMinimum":{"type":"boolean"},"minimum":{"type":"integer"},"$ref":{"type":"string"}}}`},
		{"data is left alone", both, `{"enum":[{"type":"string","nullable":true,"pattern":"(?!x)"}]}`, ""},
		{"the type null as YAML has it", v31, `{"type":["string",null],"not":{"type":null}}`, `{"type":["string","null"],"not":{"type":"null"}}`},
		{"an exclusive bound beside one that is none", both, `{"minimum":"1","exclusiveMinimum":true}`, `{}`},
		{"as many as a long holds", both, `{"maxLength":9223372036854775807,"maxItems":18446744073709551615}`, ""},
		{"booleans in draft 4", v31, `{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":true,"b":false,"c":null}}`, `{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{},"b":{"not":{}},"c":{}}}`},
		{"what older drafts do not have", v31, `{"$schema":"http://json-schema.org/draft-04/schema#","enum":[1,1],"required":[],"dependencies":{"a":[],"b":["c","c"]}}`, `{"$schema":"http://json-schema.org/draft-04/schema#","enum":[1],"dependencies":{"b":["c"]}}`},
		{"booleans", v31, `{"properties":{"a":true},"additionalProperties":false}`, ""},
		{"bad keywords", both, `{"type":"text","pattern":0,"maxLength":-1,"properties":{"a":{"required":true,"type":"string"}},"allOf":[],"minimum":1}`, `{"properties":{"a":{"type":"string"}},"minimum":1,"additionalProperties":true,"items":true}`},
		{"properties that are none, and what goes by them", both, `{"properties":[],"additionalProperties":false,"maxProperties":2}`, `{"maxProperties":2,"additionalProperties":true}`},
		{"schemas that are none", both, `{"properties":{"a":7,"b":{}}}`, `{"properties":{"a":{"additionalProperties":true,"items":true},"b":{}}}`},
		{"a $ref that leads nowhere", both, `{"properties":{"a":{"$ref":"#/components/schemas/Gone"},"b":{}}}`, `{"properties":{"a":{"additionalProperties":true,"items":true},"b":{}}}`},
		{"what a part left out is in", both, `{"not":{"$ref":"#/components/schemas/Gone"},"if":{"items":{"pattern":"["}},"then":false,"contains":{"type":"text"},"maxContains":1}`, `{"contains":{},"additionalProperties":true,"items":true}`},
		{"alternatives, one of which has a part left out", both, `{"oneOf":[{"pattern":"["},{"type":"string"}]}`, `{"anyOf":[{},{"type":"string"}]}`},
		{"alternatives of two kinds", both, `{"oneOf":[{"$ref":"#/components/schemas/B"},{"type":5}],"anyOf":[{}]}`, `{"anyOf":[{}],"additionalProperties":true,"items":true}`},
		{"back to itself", both, `{"allOf":[{"$ref":"#/components/schemas/A"}],"properties":{"a":{"$ref":"#/components/schemas/A"}}}`, `{"allOf":[{}],"properties":{"a":{"$ref":"#/components/schemas/A"}}}`},
		{"an anchor", v31, `{"properties":{"a":{"$ref":"#there"}},"$defs":{"x":{"$anchor":"there","type":"string"}}}`, `{"properties":{"a":{"$ref":"#/components/schemas/A/$defs/x"}}}`},
		{"an id", v31, `{"$id":"https://schemas.example/a","properties":{"a":{"$ref":"/b"},"c":{"$ref":"#/$defs/x"}},"$defs":{"x":{"$id":"b","type":"string"}}}`, `{"properties":{"a":{"$ref":"#/components/schemas/A/$defs/x"},"c":{"$ref":"#/components/schemas/A/$defs/x"}}}`},
		{"the only dynamic anchor", v31, `{"$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"}}}`, `{"properties":{"a":{"$ref":"#/components/schemas/A"}}}`},
		{"recursion of 2019-09", v31, `{"$recursiveAnchor":true,"properties":{"a":{"$recursiveRef":"#"}}}`, `{"properties":{"a":{"$ref":"#/components/schemas/A"}}}`},
		{"what is referred to by itself", both, `{"properties":{"a":{"type":"string"},"b":{"$ref":"#/components/schemas/A/properties/a"}}}`, `{"properties":{"a":{"$ref":"#/components/schemas/A/properties/a"},"b":{"$ref":"#/components/schemas/A/properties/a"}}}`},
		{"a dialect of its own", v31, `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true,"properties":{"a":{"type":"string","nullable":true}}}`, `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true,"properties":{"a":{"type":"string"}}}`},
		{"a $ref into what has moved", v30, `{"properties":{"a":{"$ref":"#/components/schemas/E/allOf/0/properties/x"}}}`, ""},
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

// TestTranslationMeans checks which values a translated schema accepts.
func TestTranslationMeans(t *testing.T) {
	for _, test := range []struct{ schema, valid, invalid string }{
		{`{"type":"string","nullable":true}`, `null "a"`, `1`},
		{`{"type":"string","enum":["a"],"nullable":true}`, `null "a"`, `"b"`},
		{`{"nullable":true,"allOf":[{"$ref":"#/components/schemas/B"}]}`, `null {"b":1}`, `{} 1`},
		{`{"type":"object","nullable":true,"allOf":[{"$ref":"#/components/schemas/B"}]}`, `null {"b":1}`, `{} 1`},
		{`{"nullable":true,"oneOf":[{"$ref":"#/components/schemas/B"},{"type":"string","nullable":true}]}`, `null "a" {"b":1}`, `{} 1`},
		{`{"type":"number","minimum":1,"exclusiveMinimum":true}`, `1.5`, `1`},
	} {
		t.Run(test.schema, func(t *testing.T) {
			d := describe(t, "3.0.3", test.schema, `,"B":{"type":"object","required":["b"]}`)
			compiler := jsonschema.NewCompiler()
			compiler.Draft = jsonschema.Draft2020
			compiler.LoadURL = func(u string) (io.ReadCloser, error) {
				at, ok := spec.SchemaAt(u)
				require.True(t, ok, u)
				return io.NopCloser(bytes.NewReader(d.SchemaText(at))), nil
			}
			compiled, err := compiler.Compile(d.SchemaURL(d.Schemas[0].Place))
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

// A file that a 3.0 description refers to is read as 3.0, unless it says that
// it is a JSON Schema.
func TestDialectOfFiles(t *testing.T) {
	schema := `{%s"type":"object","properties":{"a":{"$ref":"#/definitions/a","maxLength":1},"b":{"minimum":1,"exclusiveMinimum":true}},"definitions":{"a":{}}}`
	for _, test := range []struct{ version, header, want string }{
		{"3.0.3", "", `{"type":"object","properties":{"a":{"$ref":"#/definitions/a"},"b":{"exclusiveMinimum":1}}}`},
		{"3.1.0", "", `{"type":"object","properties":{"a":{"$ref":"#/definitions/a","maxLength":1},"b":{"exclusiveMinimum":1}}}`},
		{"3.0.3", `"$schema":"http://json-schema.org/draft-04/schema#",`, `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"a":{"$ref":"#/definitions/a","maxLength":1},"b":{"minimum":1,"exclusiveMinimum":true}}}`},
		{"3.1.0\njsonSchemaDialect: http://json-schema.org/draft-04/schema#", "", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"a":{"$ref":"#/definitions/a","maxLength":1},"b":{"minimum":1,"exclusiveMinimum":true}}}`},
	} {
		d := loadFiles(t, map[string]string{
			"api.yaml": "openapi: " + test.version + "\npaths: {/a: {}}\ncomponents: {schemas: {A: {$ref: a.json}}}\n",
			"a.json":   strings.Replace(schema, "%s", test.header, 1),
		})
		assert.Equal(t, test.want, schemaText(t, d, "a.json", ""), test.version+test.header)
	}
}

// Editors want a $schema at the top of every file; the one of a description
// says nothing about its schemas.
func TestDialectOfDescription(t *testing.T) {
	d := load(t, `
$schema: https://spec.openapis.org/oas/3.0/schema/2021-09-28
openapi: 3.0.3
paths:
  /a: {get: {responses: {'200': {content: {a/b: {schema: {$ref: '#/x-schemas/A'}}}}}}}
x-schemas:
  A: {type: string, nullable: true}
`)
	assert.Equal(t, `{"type":["string","null"]}`, schemaText(t, d, "api.yaml", "/x-schemas/A"))
}

// Pointers into the translated schema lead back to the source.
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
	for _, test := range []struct {
		schema, pointer string
		want            plumb.Source
	}{
		{"A", "/anyOf/1/anyOf/0/type", plumb.Source{Line: 10, Column: 11, Pointer: "/A/anyOf/0/type"}},
		{"A", "/anyOf/1", plumb.Source{Line: 5, Column: 5, Pointer: "/A"}},
		{"A", "/anyOf/0", plumb.Source{Line: 6, Column: 7, Pointer: "/A/nullable"}},
		{"A", "/anyOf", plumb.Source{Line: 9, Column: 7, Pointer: "/A/anyOf"}},
		{"A", "/properties/x", plumb.Source{Line: 8, Column: 9, Pointer: "/A/properties/x"}},
		{"B", "/anyOf/1/type", plumb.Source{Line: 15, Column: 11, Pointer: "/B/anyOf/1/type"}},
		{"B", "/anyOf/01", plumb.Source{Line: 13, Column: 7, Pointer: "/B/anyOf"}},
	} {
		test.want.File, test.want.Pointer = "api.yaml", "/components/schemas"+test.want.Pointer
		schema := plumb.Source{File: "api.yaml", Pointer: "/components/schemas/" + test.schema}
		assert.Equal(t, test.want, d.Within(schema, test.pointer), test.pointer)
	}
	assert.Equal(t, "/components/schemas/A/anyOf/1", d.Schemas[2].Place.Pointer)
	assert.Equal(t, 11, d.Schemas[2].Place.Line)
}
