package spec

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStrayExtensions(t *testing.T) {
	const text = `openapi: 3.1.0
info: {title: Shop, version: '1', x-partial: true}
X-Partial: true
x-partial: yes it is
x-multi-segment: {a: 1}
paths:
  /orders/{id}:
    x-lifecyle: {states: {}}
    parameters:
      - {name: id, in: path, required: true, x-multisegment: true, schema: {type: string, x-multi-segment: true}}
      - {name: b, in: query, x-multi-segment: true, schema: {type: string}}
    get:
      x-rules: [{id: a, expression: 'true'}]
      x-rule: [{id: a, name: no rule of ours}]
      responses:
        '200':
          description: An order.
          x-rule: [{id: a, expression: 'true'}]
          x-roles: [admin]
          x-tools: [{id: a, expression: 'true'}]
          content:
            application/json:
              schema: &order
                x-life-cycle: {states: {}}
                x-lifecycle-stage: {states: {}}
                x-lifecycle: beta
                x-ruels: [{id: a, expression: 'true'}]
                properties:
                  x-lifecyle: {type: object}
                example: {x-lifecyle: {}}
              x-example: {x-lifecyle: {}}
  /other:
    get:
      responses:
        '200':
          description: Another.
          content: {application/json: {schema: *order}}
`
	overlay := Overlay{Name: "o.yaml", Data: []byte("overlay: 1.0.0\ninfo: {title: x, version: '1'}\nactions:\n- target: $.paths['/other']\n  update:\n    x_rules: [{expression: 'true'}]\n")}
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(text)}}
	d, err := Load(fsys, "a.yaml", Options{})
	require.NoError(t, err)
	want := []string{
		"a.yaml:3:1: X-Partial is not known, and has no effect; did you mean x-partial?",
		"a.yaml:4:1: x-partial is neither true nor false, and is ignored",
		"a.yaml:8:5: x-lifecyle is not known, and has no effect; did you mean x-lifecycle?",
		"a.yaml:10:46: x-multisegment is not known, and has no effect; did you mean x-multi-segment?",
		"a.yaml:13:7: x-rules has no effect on an operation; put it on a schema or a response",
		"a.yaml:18:11: x-rule is not known, and has no effect; did you mean x-rules?",
		"a.yaml:24:17: x-life-cycle is not known, and has no effect; did you mean x-lifecycle?",
		"a.yaml:27:17: x-ruels is not known, and has no effect; did you mean x-rules?",
	}
	var got []string
	for _, w := range d.Warnings {
		got = append(got, w.String())
	}
	assert.Equal(t, want, got)
	assert.Equal(t, "/paths/~1orders~1{id}/x-lifecyle", d.Warnings[2].Place.Pointer)

	d, err = Load(fsys, "a.yaml", Options{Overlays: []Overlay{overlay}})
	require.NoError(t, err)
	assert.Len(t, d.Warnings, len(want)+1)
	assert.True(t, slices.ContainsFunc(d.Warnings, func(w Warning) bool {
		return w.String() == "o.yaml:6:5: x_rules is not known, and has no effect; did you mean x-rules?"
	}))
}

// The built-in description, and everything that is shipped with it, has no
// stray extensions.
func TestBuiltinHasNoStrayExtensions(t *testing.T) {
	d, err := Builtin()
	require.NoError(t, err)
	assert.Empty(t, d.Warnings)
}
