package schema

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
)

// The compiler does not validate schemas in the draft without a metaschema, and
// still does in its own.
func TestUnvalidated(t *testing.T) {
	compile := func(d *jsonschema.Draft) error {
		c := jsonschema.NewCompiler()
		c.Draft = d
		require.NoError(t, c.AddResource("file:///s", strings.NewReader(`{"minLength": -1}`)))
		_, err := c.Compile("file:///s")
		return err
	}
	assert.NoError(t, compile(unvalidated()))
	assert.Error(t, compile(jsonschema.Draft2020))
}

// The embedded schemas, which no run validates, are valid, with each overlay.
func TestEmbeddedSchemasAreValid(t *testing.T) {
	for _, name := range append([]string{""}, spec.Overlays()...) {
		var overlays []spec.Overlay
		if name != "" {
			overlay, err := spec.ReadOverlay(name)
			require.NoError(t, err)
			overlays = append(overlays, overlay)
		}
		d, err := spec.Builtin(overlays...)
		require.NoError(t, err)
		require.True(t, d.Embedded)
		d.Embedded = false
		s := New(d)
		for _, schema := range d.Schemas {
			s.At(schema.Name, schema.Place)
		}
		assert.Empty(t, s.Warnings(), name)
	}
}
