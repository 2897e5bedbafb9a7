package spec

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

const overlaid = `openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders:
    get:
      responses:
        '200':
          description: An order.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Order'}
components:
  schemas:
    Order: {$ref: schemas/order.yaml}
    Address: {$ref: 'schemas/order.yaml#/$defs/address'}
`

const overlaidOrder = `type: object
required: [id, state]
properties:
  id: {type: string}
  state: {type: string, enum: [open, paid]}
  note: &text {type: string}
  remark: *text
  address: {$ref: '#/$defs/address'}
  next: {$ref: order.yaml}
$defs:
  address:
    type: object
    properties: {street: {type: string}}
`

// amended loads the description with overlays that consist of these actions.
func amended(actions ...string) (*Description, error) {
	fsys := fstest.MapFS{
		"openapi.yaml":       {Data: []byte(overlaid)},
		"schemas/order.yaml": {Data: []byte(overlaidOrder)},
	}
	var overlays []Overlay
	for _, a := range actions {
		overlays = append(overlays, Overlay{Name: "amend.yaml", Data: []byte("overlay: 1.1.0\ninfo: {title: Amendment, version: '1'}\nactions:\n" + a)})
	}
	return Load(fsys, "openapi.yaml", Options{Overlays: overlays})
}

func TestOverlay(t *testing.T) {
	for name, tt := range map[string]struct{ actions, pointer, want string }{
		"an object is merged, and a list appended": {
			`- {target: $.components.schemas.Order, update: {required: [note], properties: {paid_at: {type: integer}}}}`,
			"", `{"type":"object","required":["id","state","note"],"properties":{"id":{"type":"string"},"state":{"type":"string","enum":["open","paid"]},"note":{"type":"string"},"remark":{"type":"string"},"address":{"$ref":"#/$defs/address"},"next":{"$ref":"order.yaml"},"paid_at":{"type":"integer"}},"$defs":{"address":{"type":"object","properties":{"street":{"type":"string"}}}}}`},
		"a value of another kind replaces": {
			`- {target: $.components.schemas.Order.properties.note, update: {type: [string, 'null']}}`,
			"/properties/note", `{"type":["string","null"]}`},
		"what a YAML alias shares is amended in one place": {
			`- {target: $.components.schemas.Order.properties.note, update: {type: [string, 'null']}}`,
			"/properties/remark", `{"type":"string"}`},
		"an item is appended to a list": {
			`- {target: $.components.schemas.Order.properties.state.enum, update: gone}`,
			"/properties/state/enum", `["open","paid","gone"]`},
		"what is selected twice is amended once": {
			`- {target: "$.components.schemas.Order['required', 'required']", update: note}`,
			"/required", `["id","state","note"]`},
		"a member is removed": {
			`- {target: $.components.schemas.Order.properties.state.enum, remove: true}`,
			"/properties/state", `{"type":"string"}`},
		"removal wins over an update": {
			`- {target: $.components.schemas.Order.properties.state.enum, remove: true, update: [x]}`,
			"/properties/state", `{"type":"string"}`},
		"an item of a list is removed": {
			`- {target: "$.components.schemas.Order.required[?@ == 'state']", remove: true}`,
			"/required", `["id"]`},
		"a filter selects several": {
			`- {target: "$.components.schemas.Order.properties[?@.type == 'string']", update: {minLength: 1}}`,
			"/properties", `{"id":{"type":"string","minLength":1},"state":{"type":"string","enum":["open","paid"],"minLength":1},"note":{"type":"string","minLength":1},"remark":{"type":"string","minLength":1},"address":{"$ref":"#/$defs/address"},"next":{"$ref":"order.yaml"}}`},
		"a target leads through a $ref into a part of another file": {
			`- {target: $.components.schemas.Address.properties, update: {city: {type: string}}}`,
			"/$defs/address/properties", `{"street":{"type":"string"},"city":{"type":"string"}}`},
		"an action sees what those before it did": {
			"- {target: $.components.schemas.Order.properties, update: {a: {type: string}}}\n- {target: $.components.schemas.Order.properties.a, update: {minLength: 1}}",
			"/properties/a", `{"type":"string","minLength":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := amended(tt.actions)
			require.NoError(t, err)
			f := d.files["schemas/order.yaml"]
			n := f.root
			for _, token := range jsonvalue.SplitPointer(tt.pointer) {
				n, _, _ = n.child(token)
				require.NotNil(t, n)
			}
			assert.Equal(t, tt.want, string(n.appendWritten(nil)))
		})
	}
}

func TestOverlaysAreAppliedInOrder(t *testing.T) {
	add := `- {target: $.components.schemas, update: {Extra: {$ref: 'schemas/order.yaml#/$defs/address'}}}`
	through := `- {target: $.components.schemas.Extra, update: {minProperties: 1}}`
	remove := `- {target: $.components.schemas.Address, remove: true}`
	d, err := amended(remove, add, through)
	require.NoError(t, err)
	assert.Equal(t, []string{"amend.yaml", "amend.yaml", "amend.yaml"}, d.Overlays)
	assert.Equal(t, "Extra", d.Schemas[1].Name)
	d, err = amended(through, add)
	require.NoError(t, err)
	require.Len(t, d.Warnings, 1)
	assert.Contains(t, d.Warnings[0].String(), "amend.yaml:4:4: the target $.components.schemas.Extra matches nothing")
}

func TestPlacesOfAnOverlay(t *testing.T) {
	d, err := amended("- target: $.components.schemas.Order.properties\n  update:\n    paid_at:\n      type: integer\n    id: {minLength: 2}\n")
	require.NoError(t, err)
	added := d.Place("schemas/order.yaml", "/properties/paid_at/type")
	assert.Equal(t, plumb.Source{File: "schemas/order.yaml", Line: 7, Column: 7, Pointer: "/properties/paid_at/type", Overlay: "amend.yaml"}, added)
	assert.Equal(t, "amend.yaml", added.Path())
	kept := d.Place("schemas/order.yaml", "/properties/id/type")
	assert.Equal(t, plumb.Source{File: "schemas/order.yaml", Line: 4, Column: 8, Pointer: "/properties/id/type"}, kept)
	plain, err := amended()
	require.NoError(t, err)
	assert.NotEqual(t, plain.Digest, d.Digest)
	assert.Empty(t, plain.Overlays)
}

func TestOverlayErrors(t *testing.T) {
	for name, tt := range map[string]struct{ actions, want string }{
		"no path":           {"- target: $.components[\n  remove: true\n", "amend.yaml:4:3: the target $.components[ is not a JSONPath"},
		"the whole":         {"- target: $\n  remove: true\n", "the whole description, which cannot be removed"},
		"no target":         {"- remove: true\n", "amend.yaml:4:3: the action has no member \"target\""},
		"a second document": {"- target: $.info\n  remove: true\n---\nactions: []\n", "amend.yaml:6:1: a second YAML document begins here; only one document is read"},
		"no anchor":         {"- target: $.info\n  update: *new\n", "amend.yaml:5:11: not YAML: the alias *new has no anchor &new before it"},
		"a misspelt member": {"- target: $.info\n  updates: {a: 1}\n", `amend.yaml:5:3: an action (Overlay 1.1) has no member "updates"; it may have copy, description, remove, target, update; did you mean "update"?`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := amended(tt.actions)
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
	for text, want := range map[string]string{
		"":                 "o.yaml: the file is empty",
		"[]":               "o.yaml:1:1: an overlay must be an object, not an array",
		"openapi: 3.1.0":   `o.yaml:1:1: this is not an overlay`,
		"overlay: '2.0.0'": `o.yaml:1:1: overlay version "2.0.0" is not supported`,
		"overlay: 1.0.0":   `o.yaml:1:1: the overlay has no member "info"`,
		"overlay: 1.0.0\ninfo: {title: x}\nactions: [{target: $}]":    `o.yaml:2:1: "info" has no member "version"`,
		"overlay: 1.0.0\ninfo: {title: x, version: '1'}\nactions: []": `o.yaml:3:1: "actions" must have at least one item`,
		"overlay: 1.0.0\ninfo: {title: x, version: '1'}\nactons: []":  `o.yaml:3:1: an overlay (Overlay 1.0) has no member "actons"; it may have actions, extends, info, overlay; did you mean "actions"?`,
	} {
		_, err := Builtin(Overlay{Name: "o.yaml", Data: []byte(text)})
		require.Error(t, err)
		assert.Contains(t, err.Error(), want)
	}
}

func TestBuiltinOverlays(t *testing.T) {
	require.Contains(t, Overlays(), "observed")
	for _, name := range Overlays() {
		o, err := ReadOverlay(name)
		require.NoError(t, err)
		d, err := Builtin(o)
		require.NoError(t, err)
		assert.Equal(t, []string{name}, d.Overlays)
		tree, err := ReadTree(o.source(), o.Data)
		require.NoError(t, err)
		assert.NoError(t, tree.checkOverlay())
	}
	_, err := ReadOverlay("nowhere")
	assert.ErrorContains(t, err, `no overlay is named "nowhere"; the built-in ones are azure, cerebras`)
	_, err = ReadOverlay("nowhere.yaml")
	assert.ErrorContains(t, err, "nowhere.yaml: the overlay cannot be read")
}

func FuzzOverlay(f *testing.F) {
	for _, name := range Overlays() {
		o, err := ReadOverlay(name)
		require.NoError(f, err)
		f.Add(o.Data)
	}
	f.Add([]byte("overlay: 1.1.0\ninfo: {title: x, version: '1'}\nactions: [{target: '$..*', update: {a: 1}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = Builtin(Overlay{Name: "o.yaml", Data: data}) // must not panic
	})
}
