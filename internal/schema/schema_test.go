package schema_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// compile compiles a schema, given as YAML, from a file of its own. The error
// joins its warnings.
func compile(t *testing.T, text string, more ...string) (*schema.Schema, error) {
	t.Helper()
	files := fstest.MapFS{
		"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: t, version: "1"}
paths: {/x: {get: {responses: {}}}}
components: {schemas: {X: {$ref: x.yaml}}}
`)},
		"x.yaml": {Data: []byte(text)},
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	d, err := spec.Load(files, "openapi.yaml", spec.Options{})
	if err != nil {
		return nil, err
	}
	set := schema.New(d)
	s := set.At("X", d.Schemas[0].Place)
	var errs []error
	for _, w := range append(d.Warnings, set.Warnings()...) {
		errs = append(errs, errors.New(w.String()))
	}
	return s, errors.Join(errs...)
}

func validate(t *testing.T, s *schema.Schema, text string) []string {
	t.Helper()
	v, faults := jsonvalue.Parse([]byte(text), 100)
	require.Empty(t, faults)
	var all []string
	for _, f := range s.Validate(v).Failures {
		line := fmt.Sprintf("/%s %s %s:%d", strings.Join(f.Path, "/"), f.Keyword, f.Place.File, f.Place.Line)
		if f.Member != "" {
			line += " member " + f.Member
		}
		if len(f.Values) > 0 {
			line += " " + strings.Join(f.Values, "|")
		}
		if f.Name {
			line += " name"
		}
		if f.Alternatives > 0 {
			line += fmt.Sprintf(" of %d", f.Alternatives)
		}
		all = append(all, line)
	}
	return all
}

func TestFailures(t *testing.T) {
	tests := map[string]struct {
		schema, value string
		want          []string
	}{
		"good":                         {"type: object", `{}`, nil},
		"type":                         {"type: [integer, string]", `[]`, []string{"/ type x.yaml:1 integer|string"}},
		"several missing":              {"required: [a, b, c]", `{"b":1}`, []string{"/ required x.yaml:1 member a", "/ required x.yaml:1 member c"}},
		"dependent":                    {"dependentRequired: {a: [b]}", `{"a":1}`, []string{"/ dependentRequired x.yaml:1 member b"}},
		"forbidden members":            {"properties: {a: true}\npatternProperties: {^x: true}\nadditionalProperties: false", `{"a":1,"b":2,"x1":3,"c":4}`, []string{"/ additionalProperties x.yaml:3 member b", "/ additionalProperties x.yaml:3 member c"}},
		"unevaluated member":           {"allOf: [{properties: {a: true}}]\nunevaluatedProperties: false", `{"a":1,"b":2}`, []string{"/ unevaluatedProperties x.yaml:2 member b"}},
		"false":                        {"properties: {a: false}", `{"a":1}`, []string{"/a false x.yaml:1"}},
		"a name":                       {"propertyNames: {maxLength: 2}", `{"abc":1}`, []string{"/abc maxLength x.yaml:1 name"}},
		"a member named like it":       {"properties: {propertyNames: {maxLength: 2}}", `{"propertyNames":"abc"}`, []string{"/propertyNames maxLength x.yaml:1"}},
		"through references":           {"$ref: '#/$defs/a'\n$defs:\n  a: {allOf: [{$ref: '#/$defs/b'}]}\n  b:\n    minimum: 3", `1`, []string{"/ minimum x.yaml:5"}},
		"escaped names":                {"properties:\n  a/b~c %d:\n    type: string", `{"a/b~c %d":1}`, []string{"/a/b~c %d type x.yaml:3 string"}},
		"types joined":                 {"anyOf: [{type: string}, {type: 'null'}]", `1`, []string{"/ type x.yaml:1 string|null"}},
		"values joined":                {"oneOf: [{const: a}, {enum: [b, c]}]", `"d"`, []string{`/ enum x.yaml:1 "a"|"b"|"c"`}},
		"nearest by type":              {"oneOf:\n- type: string\n- type: object\n  required: [a]", `{}`, []string{"/ required x.yaml:4 member a of 2"}},
		"nearest by constant":          {"oneOf:\n- properties: {k: {const: x}, n: {type: integer}}\n  required: [k, m, o]\n- properties: {k: {const: y}, n: {type: string}}", `{"k":"x","n":"1"}`, []string{"/ required x.yaml:3 member m of 2", "/ required x.yaml:3 member o of 2", "/n type x.yaml:2 integer of 2"}},
		"nearest by count":             {"anyOf:\n- required: [a, b]\n- required: [c]", `{}`, []string{"/ required x.yaml:3 member c of 2"}},
		"two of one":                   {"oneOf: [{minimum: 1}, {maximum: 9}]", `5`, []string{"/ oneOf x.yaml:1"}},
		"not":                          {"not: {type: string}", `"x"`, []string{"/ not x.yaml:1"}},
		"contains":                     {"contains: {type: string}", `[1]`, []string{"/ minContains x.yaml:1"}},
		"if":                           {"if: {properties: {a: {const: 1}}}\nthen:\n  required: [b]", `{"a":1}`, []string{"/ required x.yaml:3 member b"}},
		"pattern of ECMAScript":        {"pattern: '^(?!x)'", `"xy"`, []string{"/ pattern x.yaml:1"}},
		"space of ECMAScript":          {"pattern: '^\\S+$'", "\"a\u00a0b\"", []string{"/ pattern x.yaml:1"}},
		"a property of ECMAScript":     {`pattern: '^\p{ASCII}+$'`, `"é"`, []string{"/ pattern x.yaml:1"}},
		"patterns for names":           {"properties: {b-2: true}\npatternProperties:\n  '^(?!b-)': {type: string}\nadditionalProperties: false", `{"a":1,"b-1":1,"b-2":1}`, []string{"/ additionalProperties x.yaml:4 member b-1", "/a type x.yaml:3 string"}},
		"patterns for names as in Go":  {`patternProperties: {'^\d+$': {type: string}, '^[0-9]+$': {maxLength: 2}}`, `{"1":1,"2":"abc"}`, []string{"/1 type x.yaml:1 string", "/2 maxLength x.yaml:1"}},
		"number that is too long":      {"{items: {maximum: 10}}", `[11, ` + strings.Repeat("1", 1001) + `]`, []string{"/0 maximum x.yaml:1", "/1 maximum x.yaml:1"}},
		"number that is not too long":  {"{items: {maximum: 10}}", `[` + strings.Repeat("1", 1000) + `]`, []string{"/0 maximum x.yaml:1"}},
		"pattern that takes too long":  {`{type: array, items: {pattern: '^(a|a?)+\1$'}}`, `[1, "` + strings.Repeat("a", 40) + `b"]`, []string{"/1 undecided x.yaml:1"}},
		"a pattern within a constant":  {`const: {pattern: '(?!x)'}`, `{"pattern":"(?!x)"}`, nil},
		"pattern that matches":         {"pattern: '^(?!x)'", `"y"`, nil},
		"number of a billion digits":   {"multipleOf: 3", `1e999999999`, []string{"/ multipleOf x.yaml:1"}},
		"number that is as good as 0":  {"minimum: 0", `1e-999999999`, nil},
		"integer with a fraction":      {"type: integer", `1.0`, nil},
		"same failure twice":           {"allOf: [{$ref: '#/$defs/a'}, {$ref: '#/$defs/a'}]\n$defs: {a: {type: string}}", `1`, []string{"/ type x.yaml:2 string"}},
		"by itself and as the nearest": {"allOf:\n- anyOf: [{properties: {k: {$ref: '#/$defs/a'}}}, false]\n- properties: {k: {$ref: '#/$defs/a'}}\n$defs: {a: {type: string}}", `{"k":1}`, []string{"/k type x.yaml:4 string"}},
		"name and value alike":         {"propertyNames: {$ref: '#/$defs/a'}\nproperties: {abc: {$ref: '#/$defs/a'}}\n$defs: {a: {maxLength: 2}}", `{"abc":"abc"}`, []string{"/abc maxLength x.yaml:3", "/abc maxLength x.yaml:3 name"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := compile(t, tt.schema)
			require.NoError(t, err)
			assert.Empty(t, cmp.Diff(tt.want, validate(t, s, tt.value)))
		})
	}
}

// What is wrong with a schema is left out, and the rest is used.
func TestSchemaIsUsedInPart(t *testing.T) {
	for name, tt := range map[string]struct{ schema, value, warning, finding string }{
		"no type":           {"type: strnig\nmaxLength: 2", `"abc"`, "x.yaml:1:1: type must be null", "/ maxLength x.yaml:2"},
		"bad pattern":       {"pattern: '('\nmaxLength: 2", `"abc"`, `x.yaml:1:1: "(" is not a regular expression of ECMA-262`, "/ maxLength x.yaml:2"},
		"endless":           {"allOf: [{$ref: '#'}]\nmaxLength: 2", `"abc"`, "x.yaml:1:10: $ref \"#\" leads back to the schema that it is in", "/ maxLength x.yaml:2"},
		"wrong keyword":     {"type: object\nproperties:\n  a:\n    minimum: x", `1`, "x.yaml:4:5: minimum must be a number", "/ type x.yaml:1 object"},
		"a bad reference":   {"properties: {a: {$ref: '#/nowhere'}}\ntype: object", `{"a": 1, "b": []}`, "x.yaml:1:18: $ref \"#/nowhere\" leads nowhere", ""},
		"an unknown schema": {"$schema: https://example.com/own\ntype: object", `1`, "x.yaml:1:1: the dialect https://example.com/own is not known", "/ type x.yaml:2 object"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := compile(t, tt.schema)
			assert.ErrorContains(t, err, tt.warning)
			assert.Equal(t, tt.finding, strings.Join(validate(t, s, tt.value), "; "))
		})
	}
}

func TestShape(t *testing.T) {
	s, err := compile(t, `
properties:
  a: {type: object, properties: {b: true}}
  kind: {const: x}
allOf:
- {$ref: '#/$defs/more'}
oneOf:
- properties: {c: {enum: [1, two, null]}}
- properties: {a: {properties: {d: true}}}
  patternProperties: {'^p_': {type: string}}
required: [kind]
$defs:
  more:
    required: [a]
    properties:
      list: {prefixItems: [{properties: {first: true}}], items: {properties: {x: true}}}
      map: {properties: {known: true}, additionalProperties: {properties: {deep: true}}}
      open: {properties: {known: true}, additionalProperties: true}
      any: {type: object}
      self: {$ref: '#'}
`)
	require.NoError(t, err)
	var names []string
	for _, m := range s.Shape.Members {
		names = append(names, m.Name)
	}
	assert.Equal(t, []string{"a", "any", "c", "kind", "list", "map", "open", "self"}, names)
	assert.Equal(t, []string{"a", "kind"}, s.Shape.Required())
	assert.Equal(t, map[string]string{"kind": `"x"`}, s.Shape.Constants())
	assert.Equal(t, []string{"1", `"two"`, "null"}, s.Shape.Named("c").Shape.Values)

	undocumented := func(shape *schema.Shape, name string) bool {
		_, undocumented := shape.Member(name)
		return undocumented
	}
	assert.True(t, undocumented(s.Shape, "z"))
	assert.False(t, undocumented(s.Shape, "p_1"))
	a := s.Shape.Named("a").Shape
	assert.False(t, undocumented(a, "b"))
	assert.False(t, undocumented(a, "d"), "documented by an alternative")
	assert.True(t, undocumented(a, "e"))
	assert.False(t, undocumented(s.Shape.Named("any").Shape, "z"), "nothing is documented, so nothing is undocumented")
	assert.False(t, undocumented(s.Shape.Named("open").Shape, "z"))

	deep, _ := s.Shape.Named("map").Shape.Member("whatever")
	assert.NotNil(t, deep.Named("deep"))
	list := s.Shape.Named("list").Shape
	assert.NotNil(t, list.Item(0).Named("first"))
	assert.NotNil(t, list.Item(7).Named("x"))
	assert.Same(t, s.Shape, s.Shape.Named("self").Shape, "a reference has the shape of what it refers to")
}

// Files can name an older draft with $schema.
func TestOlderDraft(t *testing.T) {
	s, err := compile(t, `
$schema: http://json-schema.org/draft-07/schema#
definitions: {n: {type: number}}
properties:
  pair: {items: [{properties: {first: true}}, {$ref: '#/definitions/n'}], additionalItems: {properties: {rest: true}}}
`)
	require.NoError(t, err)
	pair := s.Shape.Named("pair").Shape
	assert.NotNil(t, pair.Item(0).Named("first"))
	assert.NotNil(t, pair.Item(2).Named("rest"))
	assert.Equal(t, []string{"/pair/1 type x.yaml:3 number"}, validate(t, s, `{"pair": [{}, "x"]}`))
}

// Places in a file with an $id are still those of the file.
func TestPlaceWithID(t *testing.T) {
	s, err := compile(t, "$id: https://schemas.example/x\nproperties:\n  a: {$ref: '#/$defs/a'}\n$defs:\n  a:\n    type: string")
	require.NoError(t, err)
	assert.Equal(t, []string{"/a type x.yaml:6 string"}, validate(t, s, `{"a": 1}`))
}
