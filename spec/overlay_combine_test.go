package spec

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// builtinWith returns the built-in description with overlays as JSON, sorted
// wherever order has no meaning: members, sets, and the chains of x-lifecycle.
func builtinWith(t require.TestingT, names ...string) (text string, warnings []Warning) {
	var overlays []Overlay
	for _, name := range names {
		o, err := ReadOverlay(name)
		require.NoError(t, err)
		overlays = append(overlays, o)
	}
	d, err := Builtin(overlays...)
	require.NoError(t, err, "%v", names)
	files := node{kind: jsonvalue.Object}
	for name, f := range d.files {
		root := f.root.clone()
		root.each(func(n *node) {
			for _, name := range []string{"required", "enum", "type", "order"} {
				if list := n.get(name); list != nil && list.kind == jsonvalue.Array {
					slices.SortFunc(list.items, func(a, b *node) int {
						return slices.Compare(a.appendSorted(nil), b.appendSorted(nil))
					})
				}
			}
		})
		files.add(member{name: name, value: root})
	}
	return string(files.appendSorted(nil)), d.Warnings
}

// The built-in overlays can be combined in any order, and applying one twice
// changes nothing.
func TestBuiltinOverlaysCombine(t *testing.T) {
	names := Overlays()
	for _, a := range names {
		alone, warnings := builtinWith(t, a)
		assert.Empty(t, warnings, a)
		twice, warnings := builtinWith(t, a, a)
		assert.Equal(t, alone, twice, "%s twice", a)
		assert.Empty(t, warnings, "%s twice", a)
		for _, b := range names {
			one, warnings := builtinWith(t, a, b)
			other, _ := builtinWith(t, b, a)
			assert.Equal(t, one, other, "%s and %s", a, b)
			if a == "observed" && b != "together" {
				assert.Empty(t, warnings, "%s and %s", a, b)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.SampledFrom(names), 1, 5).Draw(t, "overlays")
		once := slices.Compact(slices.Sorted(slices.Values(drawn)))
		one, _ := builtinWith(t, drawn...)
		other, _ := builtinWith(t, once...)
		assert.Equal(t, other, one)
	})
}
