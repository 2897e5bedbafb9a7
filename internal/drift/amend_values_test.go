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

func TestTypeOfShown(t *testing.T) {
	for found, want := range map[string]string{
		"": "", "[redacted]": "", "null": "null", "true": "boolean", "7": "integer", "-1.5": "number", "1e3": "number",
		"lost": "string", `"7"`: "string", `{"a": 1}`: "object", "[1]": "array",
		"an object with 3 members": "object", "an array with 30 elements": "array",
	} {
		assert.Equal(t, want, typeOfShown(found), found)
	}
}
