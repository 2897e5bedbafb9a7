package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// pets has the schemas that [responseOf] can refer to.
const pets = `
components:
  schemas:
    Cat: {type: object, required: [kind, lives], properties: {kind: {type: string}, lives: {type: integer}}}
    Dog: {type: object, required: [kind, bark], properties: {kind: {type: string}, bark: {type: boolean}}}
    Red: {type: object, required: [kind, r], properties: {kind: {const: red}, r: {type: integer}}}
    Blue: {type: object, required: [kind, b], properties: {kind: {enum: [blue, azure]}, b: {type: integer}}}
    Base:
      type: object
      required: [kind]
      properties: {kind: {type: string}}
      discriminator: {propertyName: kind, mapping: {a: SubA, b: SubB}}
    SubA: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [a], properties: {a: {type: integer}}}]}
    SubB: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [b], properties: {b: {type: integer}}}]}
    Union:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: kind, mapping: {cat: Cat, dog: Dog}}
    Name: {type: string, pattern: '^[a-z]{2}$'}
    Names: {enum: [ab, cd]}
    If: {required: [cc], properties: {ee: {const: 1}}}
    Needs: {required: [dd], properties: {dd: {type: string}}}
    Tree: {type: object, required: [v], properties: {v: {type: integer}, l: {$ref: '#/components/schemas/Tree'}}}
    Secret: {type: string, writeOnly: true}
`

// ofCatAndDog are the usual alternatives.
const ofCatAndDog = `oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]`

// foundIn returns the rules and pointers of the findings about a body, by a schema in a
// version of OpenAPI.
func foundIn(t *testing.T, version, schema, body string) []string {
	t.Helper()
	d, err := spec.Load(fstest.MapFS{"api.yaml": {Data: []byte("openapi: " + version + `
info: {title: pets, version: "1"}
paths: {/x: {get: {responses: {"200": {description: ok, content: {application/json: {schema: ` + schema + `}}}}}}}
` + pets)}}, "api.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	require.Empty(t, v.Warnings())
	x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/x"}}
	x.Response.Status, x.Response.Body.Bytes = 200, []byte(body)
	found := []string{}
	for _, f := range v.Check(x).Findings {
		found = append(found, f.Rule+" "+f.Pointer)
		assert.NotContains(t, f.Message, "closest", body)
	}
	assert.Empty(t, newEngines(v, v.Documented()).differ(x), body)
	return found
}

// Null has no discriminator, and is told apart from the other alternatives; what has
// no branch has one finding, about the member that picks one, beside those that it has
// in every branch.
func TestDiscriminatedUnions(t *testing.T) {
	const discriminated = `, discriminator: {propertyName: kind, mapping: {cat: Cat, dog: Dog}}}`
	colours := `{oneOf: [{$ref: '#/components/schemas/Red'}, {$ref: '#/components/schemas/Blue'}], discriminator: {propertyName: kind}}`
	const (
		member = `id: {type: integer}, n: {type: string}, in: {type: object, required: [z], properties: {at: {type: integer}}}`
		shared = `oneOf: [{type: object, required: [kind, a], properties: {kind: {const: a}, a: {type: integer}, ` + member + `}}, {type: object, required: [kind], properties: {kind: {const: b}, b: {type: integer}, ` + member + `}}`
		tagged = `, discriminator: {propertyName: kind}}`
	)
	nullBranch := `{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}, {type: 'null'}]` + discriminated
	tests := []struct{ version, schema, body, want string }{
		{"3.1.0", nullBranch, `null`, ""},
		{"3.1.0", nullBranch, `{"kind":"dog","bark":true}`, ""},
		{"3.1.0", nullBranch, `{"kind":"cat","bark":true}`, "schema-required /lives, drift-undocumented-member /bark"},
		{"3.1.0", nullBranch, `{"kind":"fish"}`, "schema-discriminator /kind"},
		{"3.1.0", nullBranch, `{"kind":null}`, "schema-type /kind"},
		{"3.1.0", nullBranch, `{}`, "schema-required /kind"},
		{"3.1.0", nullBranch, `7`, "schema-type "},
		{"3.1.0", `{anyOf: [{$ref: '#/components/schemas/Cat'}, {type: 'null'}]}`, `{"kind":7,"lives":9}`, "schema-type /kind"},
		{"3.1.0", `{anyOf: [{$ref: '#/components/schemas/Union'}, {type: 'null'}]}`, `{"kind":"fish"}`, "schema-discriminator /kind"},
		{"3.0.3", `{nullable: true, ` + ofCatAndDog + discriminated, `null`, ""},
		{"3.0.3", `{nullable: true, ` + ofCatAndDog + discriminated, `{"kind":"fish"}`, "schema-discriminator /kind"},
		{"3.0.3", `{type: object, nullable: true, ` + ofCatAndDog + discriminated, `null`, ""},
		{"3.0.3", `{oneOf: [{type: object, nullable: true, properties: {kind: {enum: [a]}}}, {type: object, nullable: true, properties: {kind: {enum: [b]}}}], discriminator: {propertyName: kind}}`, `null`, ""},
		{"3.0.3", `{oneOf: [{$ref: '#/components/schemas/Cat'}, {nullable: true, enum: [null]}]` + discriminated, `null`, ""},
		{"3.0.3", `{type: object, properties: {pet: {nullable: true, allOf: [{$ref: '#/components/schemas/Union'}]}}}`, `{"pet":null}`, ""},
		{"3.0.3", `{type: object, properties: {pet: {nullable: true, allOf: [{$ref: '#/components/schemas/Union'}]}}}`, `{"pet":{"kind":"fish"}}`, "schema-discriminator /pet/kind"},
		{"3.1.0", `{` + ofCatAndDog + discriminated, `{"kind":1}`, "schema-type /kind"},
		{"3.1.0", `{` + ofCatAndDog + discriminated, `{"purr":1}`, "schema-required /kind"},
		{"3.1.0", `{type: object, required: [kind], properties: {kind: {type: string}}, ` + ofCatAndDog + discriminated, `{"kind":1}`, "schema-type /kind"},
		{"3.1.0", `{type: object, required: [kind], ` + ofCatAndDog + discriminated, `{}`, "schema-required /kind"},
		{"3.1.0", colours, `{}`, "schema-required /kind"},
		{"3.1.0", `{` + shared + `]` + tagged, `{"id":"x"}`, "schema-required /kind, schema-type /id"},
		{"3.1.0", `{` + shared + `, {type: 'null'}]` + tagged, `{"id":"x"}`, "schema-required /kind, schema-type /id"},
		{"3.1.0", `{` + shared + `, {type: object, required: [kind]}]` + tagged, `{"id":"x"}`, "schema-required /kind"},
		{"3.1.0", `{` + shared + `, {type: object, required: [kind], properties: {id: {type: boolean}}}]` + tagged, `{"id":"x"}`, "schema-required /kind"},
		{"3.1.0", `{` + shared + `]` + tagged, `{"id":1,"in":{"at":"x"}}`, "schema-required /kind, schema-type /in/at, schema-required /in/z"},
		{"3.1.0", `{` + shared + `]` + tagged, `{"id":1,"n":null}`, "schema-required /kind, drift-null /n"},
		{"3.1.0", `{` + shared + `]` + tagged, `{"id":1,"a":"x","b":"x"}`, "schema-required /kind"},
		{"3.1.0", `{type: array, items: {` + shared + `]` + tagged + `}`, `[{"id":"x","kind":"b"},{"id":"x"}]`, "schema-type /*/id, schema-required /*/kind, schema-type /*/id"},
		{"3.1.0", `{properties: {id: {type: integer}}, ` + shared + `]` + tagged, `{"id":"x"}`, "schema-required /kind, schema-type /id, schema-type /id"}, // as where there is no union
		{"3.1.0", colours, `{"kind":"green","r":1}`, "schema-discriminator /kind"},
		{"3.1.0", `{$ref: '#/components/schemas/Base'}`, `{"kind":"c","c":1}`, "schema-discriminator /kind"},
		{"3.1.0", `{oneOf: [{$ref: '#/components/schemas/Union'}, {$ref: '#/components/schemas/Blue'}], discriminator: {propertyName: kind, mapping: {cat: Union, dog: Union}}}`, `{"kind":"fish","lives":9}`, "schema-discriminator /kind"},
	}
	for _, tt := range tests {
		want := splitList(tt.want)
		assert.ElementsMatch(t, want, foundIn(t, tt.version, tt.schema, tt.body), "%s: %s", tt.schema, tt.body)
	}
}

// Members that cannot occur in a response are not demanded of one.
func TestRequestsOnlyIsNotDemanded(t *testing.T) {
	const members = `properties: {id: {type: string}, n: {type: string}, pw: {$ref: '#/components/schemas/Secret'}}`
	tests := []struct{ schema, body, want string }{
		{`{type: object, required: [id, pw], ` + members + `}`, `{"id":"a"}`, ""},
		{`{type: object, minProperties: 3, ` + members + `}`, `{"id":"a","n":"b"}`, ""},
		{`{type: object, minProperties: 3, ` + members + `}`, `{"id":"a"}`, "schema-limit "},
		{`{type: object, minProperties: 3, maxProperties: 3, ` + members + `}`, `{"id":"a","n":"b","o":1,"p":2}`, "schema-limit , drift-undocumented-member /o, drift-undocumented-member /p"},
		{`{allOf: [{type: object, minProperties: 2}, {` + members + `}]}`, `{"id":"a"}`, ""},
		{`{type: object, minProperties: 1, additionalProperties: {type: string, writeOnly: true}}`, `{}`, ""},
		{`{type: object, minProperties: 3, additionalProperties: {$ref: '#/components/schemas/Secret'}, properties: {id: {type: string}}}`, `{"id":"a"}`, ""},
		{`{type: object, minProperties: 2, patternProperties: {'^x_': {writeOnly: true}}}`, `{}`, ""},
		{`{type: object, minProperties: 2, patternProperties: {'^(?!_)': {writeOnly: true}}}`, `{}`, ""},
		{`{allOf: [{type: object, minProperties: 2}, {additionalProperties: {allOf: [{writeOnly: true}]}}]}`, `{}`, ""},
		{`{type: object, minProperties: 1, additionalProperties: {type: string}}`, `{}`, "schema-limit "},
		{`{type: object, minProperties: 1, patternProperties: {'^x_': {type: string, readOnly: true}}}`, `{}`, "schema-limit "},
		{`{type: object, dependentRequired: {id: [pw]}, ` + members + `}`, `{"id":"a"}`, ""},
		{`{type: object, dependentRequired: {id: [n]}, ` + members + `}`, `{"id":"a"}`, "schema-required /n"},
		{`{type: object, dependentSchemas: {id: {required: [pw], minProperties: 2}}, ` + members + `}`, `{"id":"a"}`, ""},
		{`{type: object, required: [x_pw], patternProperties: {'^x_': {$ref: '#/components/schemas/Secret'}}, ` + members + `}`, `{"id":"a"}`, ""},
		{`{type: object, required: [x_pw, id], properties: {id: {}}, additionalProperties: {$ref: '#/components/schemas/Secret'}}`, `{"id":"a"}`, ""},
		{`{type: object, required: [x_pw], patternProperties: {'^x_': {type: string, readOnly: true}}, ` + members + `}`, `{"id":"a"}`, "schema-required /x_pw"},
		{`{type: object, minProperties: 2, properties: {id: {type: string}, at: {type: string, readOnly: true}}}`, `{"id":"a"}`, "schema-limit "},
		{`{oneOf: [{type: object, required: [id], minProperties: 2, ` + members + `}, {type: object, required: [name], properties: {name: {}}}]}`, `{"id":"a"}`, ""},
	}
	for _, tt := range tests {
		want := splitList(tt.want)
		assert.ElementsMatch(t, want, foundIn(t, "3.1.0", tt.schema, tt.body), "%s: %s", tt.schema, tt.body)
	}
}

// A schema that is referred to means what it means where it is written out.
func TestReferredIsAsWrittenOut(t *testing.T) {
	const (
		name  = `{type: string, pattern: '^[a-z]{2}$'}`
		names = `{enum: [ab, cd]}`
		when  = `{required: [cc], properties: {ee: {const: 1}}}`
		needs = `{required: [dd], properties: {dd: {type: string}}}`
		tree  = `{type: object, required: [v], properties: {v: {type: integer}, l: {type: object, required: [v], properties: {v: {type: integer}, l: {}}}}}`
	)
	forms := []struct {
		before, written, named, after string
		bodies                        map[string]string
	}{
		{`{type: object, propertyNames: `, name, "Name", `, properties: {ab: {}}}`, map[string]string{
			`{"ab":1}`: "", `{"abc":1}`: "schema-pattern /abc, drift-undocumented-member /abc", `{"cd":1}`: "drift-undocumented-member /cd",
		}},
		{`{type: object, propertyNames: `, names, "Names", `, properties: {ab: {}}}`, map[string]string{
			`{"ab":1,"cd":1}`: "", `{"x":1}`: "schema-enum /x, drift-undocumented-member /x",
		}},
		{`{type: object, patternProperties: {'^x': `, tree, "Tree", `}, properties: {ab: {}}}`, map[string]string{
			`{"xa":{"v":1,"l":{"v":"b"}},"q":1}`: "schema-type /*/l/v, drift-undocumented-member /q",
		}},
		{`{type: object, additionalProperties: `, tree, "Tree", `, properties: {ab: {}}}`, map[string]string{
			`{"xa":{"v":1,"l":{"v":1,"z":1}},"q":1}`: "schema-type /*, drift-undocumented-member /*/l/z",
		}},
		{`{type: object, unevaluatedProperties: `, tree, "Tree", `, properties: {ab: {}}}`, map[string]string{
			`{"xa":{"v":"x"}}`: "schema-type /*/v",
		}},
		{`{type: object, dependentSchemas: {cc: `, needs, "Needs", `}, properties: {ab: {}, cc: {}}}`, map[string]string{
			`{"ab":1,"cc":1,"dd":"x"}`: "", `{"cc":1,"dd":1}`: "schema-type /dd", `{"cc":1}`: "schema-required /dd", `{"ab":1,"dd":"x"}`: "drift-undocumented-member /dd",
		}},
		{`{type: array, contains: `, tree, "Tree", `}`, map[string]string{
			`[1,{"v":1}]`: "", `[1,{"v":"x"}]`: "schema-limit ", `[{"v":1,"l":{"v":"x"}}]`: "schema-limit ",
		}},
		{`{type: object, properties: {ab: {}}, if: `, when, "If", `, then: {required: [dd], properties: {dd: {}}}, else: {properties: {v: {}}}}`, map[string]string{
			`{"cc":1,"ee":1,"dd":"x"}`: "", `{"cc":1,"ee":1}`: "schema-required /dd", `{"cc":1,"ee":2,"v":1}`: "", `{"ab":1,"q":1}`: "drift-undocumented-member /q",
		}},
		{`{type: object, properties: {ab: {}}, if: {required: [cc]}, then: `, needs, "Needs", `}`, map[string]string{
			`{"cc":1,"dd":"x"}`: "", `{"cc":1,"dd":1}`: "schema-type /dd", `{"cc":1}`: "schema-required /dd", `{"ab":1,"dd":1}`: "drift-undocumented-member /dd",
		}},
		{`{type: object, properties: {ab: {}}, if: {required: [cc]}, else: `, tree, "Tree", `}`, map[string]string{
			`{"cc":1}`: "", `{"v":"x"}`: "schema-type /v", `{"v":1,"l":{"v":"x"}}`: "schema-type /l/v",
		}},
		{`{type: array, prefixItems: [`, tree, "Tree", `], items: false}`, map[string]string{
			`[{"v":1}]`: "", `[{"l":{"v":1}},1]`: "schema-required /*/v, schema-combination /*",
		}},
		{`{type: object, not: `, when, "If", `, properties: {ab: {}}}`, map[string]string{
			`{"ab":1}`: "", `{"cc":1}`: "schema-combination , drift-undocumented-member /cc",
		}},
	}
	for _, f := range forms {
		for body, found := range f.bodies {
			want := splitList(found)
			assert.ElementsMatch(t, want, foundIn(t, "3.1.0", f.before+f.written+f.after, body), "%s%s%s: %s", f.before, f.written, f.after, body)
			referred := f.before + `{$ref: '#/components/schemas/` + f.named + `'}` + f.after
			assert.ElementsMatch(t, want, foundIn(t, "3.1.0", referred, body), "%s: %s", referred, body)
		}
	}
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ", ")
}
