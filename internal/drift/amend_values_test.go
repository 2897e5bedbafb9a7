package drift

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

// The states of a lifecycle are amended with the values of its member, wherever
// they are enumerated, and each once.
func TestAmendedStatesBehindReferences(t *testing.T) {
	for name, job := range map[string]string{
		"$ref":          `{type: object, required: [id], properties: {id: {type: string}, state: {$ref: '#/components/schemas/State'}}, x-lifecycle: *life}`,
		"allOf":         `{allOf: [{type: object, required: [id], properties: {id: {type: string}, state: {enum: [new, done]}}}], x-lifecycle: *life}`,
		"$ref in allOf": `{allOf: [{$ref: '#/components/schemas/Base'}], x-lifecycle: *life}`,
		"two enums":     `{allOf: [{$ref: '#/components/schemas/Base'}, {properties: {state: {type: string, enum: [new, done]}}}], x-lifecycle: *life}`,
		"two constants": `{type: object, properties: {id: {type: string}, state: {oneOf: [{const: new}, {const: done}]}}, x-lifecycle: *life}`,
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(lives, "    Job:\n", `    State: {type: string, enum: [new, done]}
    Base: {type: object, required: [id], properties: {id: {type: string}, state: {$ref: '#/components/schemas/State'}}}
    Job:
`, 1)
			at := strings.Index(text, "    Job:\n")
			text = text[:at] + "    Job: " + strings.Replace(job, "*life", `{identity: /id, state: /state, initial: new, states: {new: {next: [done]}, done: {}}}`, 1) + "\n"
			load := func(overlays ...spec.Overlay) described {
				d, err := spec.Load(fstest.MapFS{"jobs.yaml": {Data: []byte(text)}}, "jobs.yaml", spec.Options{Overlays: overlays})
				require.NoError(t, err, text)
				v, err := engine.New(d)
				require.NoError(t, err, text)
				return described{d, v}
			}
			exchanges := jobsOf(`{"id": "1", "state": "lost"}`, `{"id": "2", "state": "lost"}`, `{"id": "3", "state": "paused"}`)
			d, s, _ := settle(t, load, exchanges)
			assert.Empty(t, s.Unsettled)
			after, _ := d.observe(exchanges)
			assert.Empty(t, d.drift(after).Drift)
			assert.JSONEq(t, `{"new": {"next": ["done", "lost", "paused"]}, "done": {}, "lost": {"next": ["new", "done", "paused"]}, "paused": {"next": ["new", "done", "lost"]}}`,
				string(d.desc.Written(plumb.Source{File: "jobs.yaml", Pointer: "/components/schemas/Job/x-lifecycle/states"})))
		})
	}
}

// What another alternative describes says nothing about a member that is not
// described in this one.
func TestAmendedMembersOfAlternatives(t *testing.T) {
	const kinds = `{oneOf: [{$ref: '#/components/schemas/Card'}, {$ref: '#/components/schemas/Bank'}], discriminator: {propertyName: kind}}
    Card: {type: object, required: [kind], properties: {kind: {const: Card}, n: {type: string}}, unevaluatedProperties: false}
    Bank: {type: object, required: [kind], properties: {kind: {const: Bank}, vat: {type: [integer, "null"]}}}`
	load := func(overlays ...spec.Overlay) described { return thingsWith(t, "3.1.0", kinds, overlays...) }
	exchanges := valuesOf(`{"kind": "Card", "vat": 3}`, `{"kind": "Bank", "vat": null}`)
	d, s, _ := settle(t, load, exchanges)
	assert.Empty(t, s.Unsettled)
	assert.JSONEq(t, `{"kind": {"const": "Card"}, "n": {"type": "string"}, "vat": {"type": "integer"}}`,
		string(d.desc.Written(plumb.Source{File: "things.yaml", Pointer: "/components/schemas/Card/properties"})))
}

// Of a member by which alternatives are told apart, the values that pick none are
// listed, and not those that the mapping, an enum or the name of a schema describes.
func TestValuesOfDiscriminators(t *testing.T) {
	const pets = `
    Cat: {type: object, required: [kind], properties: {kind: {type: string}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string, enum: [dog]}}}
    Bird: {type: object, properties: {n: {type: integer}}}
    Inner: {oneOf: [{$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Cat'}], discriminator: {propertyName: kind, mapping: {cat: Cat, dog: Dog}}}
    Base: {type: object, properties: {kind: {type: string, enum: [a, b, c]}}, discriminator: {propertyName: kind, mapping: {a: Sub, b: Sub}}}
    Sub: {allOf: [{$ref: '#/components/schemas/Base'}]}`
	for name, tt := range map[string]struct {
		x, values string
		want      [][]string // by rule
	}{
		"mapping":           {`{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Bird'}], discriminator: {propertyName: kind, mapping: {cat: Cat, bird: Bird}}}`, "cat cat bird fish", [][]string{{"schema-discriminator", `"fish"`}}},
		"names":             {`{anyOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Bird'}], discriminator: {propertyName: kind}}`, "Cat Bird fish", [][]string{{"schema-discriminator", `"fish"`}}},
		"member of none":    {`{oneOf: [{$ref: '#/components/schemas/Bird'}], discriminator: {propertyName: kind, mapping: {bird: Bird}}}`, "bird fish", [][]string{{"schema-discriminator", `"fish"`}}},
		"within another":    {`{oneOf: [{$ref: '#/components/schemas/Inner'}, {$ref: '#/components/schemas/Bird'}], discriminator: {propertyName: kind, mapping: {cat: Inner, dog: Inner, bird: Bird}}}`, "cat dog bird fish", [][]string{{"schema-discriminator", `"fish"`}}},
		"enum of a branch":  {`{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {cat: Cat, dog: Dog, puppy: Dog}}}`, "cat puppy dog fish", [][]string{{"schema-enum", `"puppy"`}, {"schema-discriminator", `"fish"`}}},
		"enum beside it":    {`{type: object, properties: {kind: {enum: [cat, bird]}}, oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Bird'}], discriminator: {propertyName: kind, mapping: {cat: Cat, bird: Bird}}}`, "cat fish", [][]string{{"schema-enum", `"fish"`}}},
		"of a base":         {`{$ref: '#/components/schemas/Base'}`, "a b c", [][]string{{"schema-discriminator", `"c"`}}},
		"all are described": {`{$ref: '#/components/schemas/Inner'}`, "cat dog", nil},
	} {
		var exchanges []*plumb.Exchange
		for kind := range strings.FieldsSeq(tt.values) {
			exchanges = append(exchanges, valuesOf(`{"kind": "`+kind+`"}`)...)
		}
		d := thingsWith(t, "3.1.0", tt.x+pets)
		s, _ := d.observe(exchanges)
		var got [][]string
		for _, i := range d.drift(s).Drift {
			item := []string{i.Rule}
			for _, v := range i.Found {
				item = append(item, v.Value)
			}
			got = append(got, item)
		}
		assert.ElementsMatch(t, tt.want, got, name)
	}
}

// Of a member that several alternatives describe, each finding lists its own values, or
// none if it is not known which they are.
func TestValuesOfAlternatives(t *testing.T) {
	const pets = `{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {cat: Cat, dog: Dog}}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, x: {enum: [a, b, 1]}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}, x: {enum: [p, q]}}}`
	for name, tt := range map[string]struct {
		bodies []string
		times  int
		want   map[string][]Value // by what is allowed
	}{
		"few":                  {[]string{`"cat" "new"`, `"dog" "a"`, `"dog" "p"`}, 1, map[string][]Value{"a, b, 1": {{`"new"`, 1}}, "p, q": {{`"a"`, 1}}}},
		"shown alike":          {[]string{`"cat" "1"`, `"dog" 1`}, 2, map[string][]Value{"a, b, 1": {{`"1"`, 2}}, "p, q": {{`1`, 2}}}},
		"many":                 {[]string{`"cat" "new"`, `"dog" "a"`}, 100, map[string][]Value{"a, b, 1": {{`"new"`, 100}}, "p, q": {}}},
		"many that are new":    {[]string{`"cat" "new"`, `"dog" "other"`}, 100, map[string][]Value{"a, b, 1": {}, "p, q": {}}},
		"many of one":          {[]string{`"cat" "new"`, `"dog" "p"`}, 100, map[string][]Value{"a, b, 1": {{`"new"`, 100}}}},
		"many of another's":    {[]string{`"dog" "a"`, `"cat" "a"`}, 100, map[string][]Value{"p, q": {}}},
		"many, some another's": {[]string{`"dog" "a"`, `"dog" "new"`}, 100, map[string][]Value{"p, q": {}}},
	} {
		var exchanges []*plumb.Exchange
		for range tt.times {
			for _, body := range tt.bodies {
				kind, x, _ := strings.Cut(body, " ")
				exchanges = append(exchanges, valuesOf(`{"kind": `+kind+`, "x": `+x+`}`)...)
			}
		}
		d := thingsWith(t, "3.1.0", pets)
		s, _ := d.observe(exchanges)
		got := map[string][]Value{}
		for _, i := range d.drift(s).Drift {
			got[i.Allowed] = i.Found
		}
		assert.Equal(t, tt.want, got, name)
	}
}

func TestTypeOfShown(t *testing.T) {
	for found, want := range map[string]string{
		"": "", "[redacted]": "", "null": "null", "true": "boolean", "7": "integer", "-1.5": "number", "1e3": "number",
		"lost": "string", `"7"`: "string", `{"a": 1}`: "object", "[1]": "array",
		"an object with 3 members": "object", "an array with 30 elements": "array",
	} {
		assert.Equal(t, want, typeOfShown(found), found)
	}
}
