package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
)

// Alternatives, discriminators and members for requests only: each body gives
// exactly these findings, also when it is known.
func TestEvaluation(t *testing.T) {
	const pet = `Pet: {type: object, properties: {k: {type: string}}, discriminator: {propertyName: k, mapping: {cat: Cat}}}`
	for _, tt := range []struct {
		name, schemas, body string
		want                []string
	}{
		{"a discriminator that leads back", `Thing: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/C'}], discriminator: {propertyName: k, mapping: {x: Thing}}}
    A: {type: object, required: [a]}
    C: {type: object, required: [c]}`, `{"k": "x", "a": 1}`, nil},
		{"unions that lead to each other", `Thing: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: k, mapping: {a: B}}}
    B: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/C'}], discriminator: {propertyName: k, mapping: {a: Thing}}}
    A: {type: object, required: [a]}
    C: {type: object, required: [c]}`, `{"k": "a", "a": 1}`, nil},
		{"a closed subtype, by itself", pet + "\n    Thing: {$ref: '#/components/schemas/Cat'}\n    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}], properties: {a: {type: integer}}, unevaluatedProperties: false}",
			`{"k": "cat", "a": 1}`, nil},
		{"a closed subtype, by its base", pet + "\n    Thing: {$ref: '#/components/schemas/Pet'}\n    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}], properties: {a: {type: integer}}, unevaluatedProperties: false}",
			`{"k": "cat", "a": 1, "b": 2}`, []string{"error schema-additional-member /b"}},
		{"a subtype before its base", pet + "\n    Thing: {properties: {k: {}, a: {}}, if: {anyOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Pet'}]}, then: {required: [z]}}\n    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {a: {type: integer}}}]}",
			`{"k": "cat", "a": "x"}`, nil},
		{"a base before its subtype", pet + "\n    Thing: {properties: {k: {}, a: {}}, if: {anyOf: [{$ref: '#/components/schemas/Pet'}, {$ref: '#/components/schemas/Cat'}]}, then: {required: [z]}}\n    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {a: {type: integer}}}]}",
			`{"k": "cat", "a": "x"}`, nil},
		{"an excused member under not", `Thing: {type: object, properties: {p: {type: string, writeOnly: true}, id: {type: string}}, not: {required: [p]}}`, `{"id": "x"}`, nil},
		{"an excused member under if", `Thing: {type: object, properties: {p: {type: string, writeOnly: true}, id: {type: string}}, if: {required: [p]}, then: {required: [id]}}`, `{}`, nil},
		{"an excused member of an alternative", `Thing: {type: object, properties: {p: {type: string, writeOnly: true}, q: {type: string, writeOnly: true}, id: {type: string}}, oneOf: [{required: [p]}, {required: [q]}]}`, `{"id": "x"}`, nil},
		{"a member of another alternative", `Thing: {oneOf: [{$ref: '#/components/schemas/User'}, {$ref: '#/components/schemas/Service'}]}
    User: {type: object, required: [t, password], properties: {t: {const: user}, password: {type: string, writeOnly: true}}}
    Service: {type: object, required: [t, password], properties: {t: {const: svc}, password: {type: string}}}`, `{"t": "svc"}`, []string{"error schema-required /password"}},
		{"a member of another alternative, sent", `Thing: {oneOf: [{$ref: '#/components/schemas/User'}, {$ref: '#/components/schemas/Service'}]}
    User: {type: object, required: [t, password], properties: {t: {const: user}, password: {type: string, writeOnly: true}}}
    Service: {type: object, required: [t, password], properties: {t: {const: svc}, password: {type: string}}}`, `{"t": "svc", "password": "x"}`, nil},
		{"members for requests, by pattern", `Thing: {type: object, patternProperties: {'^(?!_)': {type: object, properties: {p: {type: string, writeOnly: true}, id: {type: string}}, required: [p, id]}}}`, `{"a": {"id": "1"}}`, nil},
		{"null for a member for requests only", `Thing: {type: object, required: [id, p], properties: {id: {type: string}, p: {type: string, writeOnly: true}}}`, `{"id": "x", "p": null}`, []string{"warning drift-null /p", "warning schema-write-only /p"}},
		{"a number that is written differently", `Thing: {oneOf: [{type: object, required: [k], properties: {k: {const: 1}, a: {type: integer}}}, {type: object, required: [k], properties: {k: {const: 2}, b: {type: integer}}}]}`, `{"k": 2.0, "b": "x"}`, []string{"error schema-type /b"}},
		{"a mapping to what an alternative includes", `Thing: {oneOf: [{allOf: [{$ref: '#/components/schemas/A'}, {required: [z]}]}, {allOf: [{$ref: '#/components/schemas/B'}]}], discriminator: {propertyName: k, mapping: {a: A, b: B}}}
    A: {type: object, properties: {k: {type: string}}}
    B: {type: object, properties: {k: {type: string}}}`, `{"k": "a"}`, []string{"error schema-required /z"}},
		{"a mapping that leads nowhere", `Thing: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: k, mapping: {a: A, b: '#/components/schemas/Bb'}}}
    A: {type: object, required: [k, p], properties: {k: {type: string}, p: {type: string}}}
    B: {type: object, required: [k, q], properties: {k: {type: string}, q: {type: string}}}`, `{"k": "b", "q": "x"}`, nil},
		{"a mapping that leads nowhere, of what is none", `Thing: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: k, mapping: {a: A, b: '#/components/schemas/Bb'}}}
    A: {type: object, required: [k, p], properties: {k: {type: string}, p: {type: string}}}
    B: {type: object, required: [k, q], properties: {k: {type: string}, q: {type: string}}}`, `{"k": "b", "z": "x"}`, []string{"error schema-required /p"}},
		{"an unknown value beside a mapping that leads nowhere", `Thing: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: k, mapping: {a: A, b: '#/components/schemas/Bb'}}}
    A: {type: object, required: [k, p], properties: {k: {type: string}, p: {type: string}}}
    B: {type: object, required: [k, q], properties: {k: {type: string}, q: {type: string}}}`, `{"k": "c", "q": "x"}`, []string{"warning schema-discriminator /k"}},
		{"a mapping of a base that leads nowhere", `Thing: {type: object, properties: {k: {type: string}}, discriminator: {propertyName: k, mapping: {c: '#/components/schemas/Cc'}}}
    C: {allOf: [{$ref: '#/components/schemas/Thing'}]}`, `{"k": "c"}`, nil},
		{"an unknown value, enumerated by the base", `Thing: {type: object, properties: {k: {enum: [C, D]}}, discriminator: {propertyName: k}}
    C: {allOf: [{$ref: '#/components/schemas/Thing'}]}
    D: {allOf: [{$ref: '#/components/schemas/Thing'}]}`, `{"k": "Z"}`, []string{"error schema-enum /k"}},
		{"a discriminator that nothing describes", `Thing: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: k}}
    A: {type: object, properties: {a: {type: integer}}}
    B: {type: object, properties: {b: {type: integer}}}`, `{"k": "A", "a": 1}`, nil},
		{"undocumented members of unevaluated ones", `Thing: {type: object, properties: {a: {type: object, properties: {q: {type: integer}}}}, unevaluatedProperties: {type: object, properties: {p: {type: integer}}}}`,
			`{"a": {"q": 1, "z": 1}, "b": {"p": 1, "y": 2}}`, []string{"warning drift-undocumented-member /*/y", "warning drift-undocumented-member /a/z"}},
		{"null in each of the alternatives", `Thing: {oneOf: [{type: object, properties: {n: {type: string}, a: {type: integer}}}, {type: object, properties: {n: {type: integer}, b: {type: integer}}}]}`, `{"n": null, "b": 1}`, []string{"warning drift-null /n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := describe(t, `openapi: 3.1.0
info: {title: things, version: "1"}
paths: {/x: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}}
components:
  schemas:
    `+tt.schemas+"\n")
			x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/x"}, Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(tt.body)}}}
			e := newEngines(v, v.Documented())
			for range 3 {
				assert.Empty(t, e.differ(x))
			}
			var got []string
			for _, f := range v.Check(x).Findings {
				got = append(got, fmt.Sprint(f.Severity, " ", f.Rule, " ", f.Pointer))
			}
			slices.Sort(got)
			assert.Equal(t, tt.want, got)
		})
	}
}

// However deep alternatives with unknown values of their discriminators are nested,
// and however often the parts of a subtype include each other, the time is linear.
func TestEvaluationOfDeepSchemas(t *testing.T) {
	nested := `{type: object, properties: {k: {type: string}}}`
	for range 40 {
		nested = `{oneOf: [` + nested + `, {type: object, required: [z]}], discriminator: {propertyName: k, mapping: {z: Z}}}`
	}
	parts := ""
	for i := range 60 {
		parts += fmt.Sprintf("\n    D%d: {allOf: [{$ref: '#/components/schemas/D%d'}, {$ref: '#/components/schemas/D%d'}]}", i, i+1, i+1)
	}
	want := map[string][]string{"discriminators": {"schema-discriminator /k"}, "parts": nil} // the outermost says it
	for name, schemas := range map[string]string{
		"discriminators": "Thing: " + nested + "\n    Z: {type: object}",
		"parts":          "Thing: {type: object, properties: {k: {type: string}}, discriminator: {propertyName: k}}\n    X: {allOf: [{$ref: '#/components/schemas/Thing'}, {$ref: '#/components/schemas/D0'}]}" + parts + "\n    D60: {type: object}",
	} {
		v := describe(t, "openapi: 3.1.0\ninfo: {title: things, version: \"1\"}\npaths: {/x: {get: {responses: {\"200\": {description: ok}}}}}\ncomponents:\n  schemas:\n    "+schemas+"\n")
		r := v.Check(&plumb.Exchange{Schema: "Thing", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`{"k": "X"}`)}}})
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Rule+" "+f.Pointer)
		}
		assert.Equal(t, want[name], got, name)
	}
}
