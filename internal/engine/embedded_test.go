package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// The extensions of the embedded descriptions are checked against their
// vocabularies here, once, and not in every run.
func TestEmbeddedExtensions(t *testing.T) {
	for _, name := range append([]string{""}, spec.Overlays()...) {
		t.Run(name, func(t *testing.T) {
			var overlays []spec.Overlay
			if name != "" {
				overlay, err := spec.ReadOverlay(name)
				require.NoError(t, err)
				overlays = append(overlays, overlay)
			}
			checked, err := spec.Load(spec.Files, "spec/openapi.yaml", spec.Options{RefRoot: ".", Overlays: overlays})
			require.NoError(t, err)
			assert.False(t, checked.Embedded)
			_, err = engine.New(checked)
			assert.NoError(t, err)

			trusted, err := spec.Builtin(overlays...)
			require.NoError(t, err)
			assert.True(t, trusted.Embedded)
		})
	}
}

// An overlay of the user is not embedded, so it is checked.
func TestAmendedExtensionsAreChecked(t *testing.T) {
	amended, err := spec.Builtin(spec.Overlay{Name: "mine", Data: []byte(`overlay: 1.0.0
info: {title: mine, version: "1"}
actions:
  - target: $.components.schemas.Batch
    update: {x-rules: [{id: mine, message: m, expresion: 'true'}]}
`)})
	require.NoError(t, err)
	_, err = engine.New(amended)
	assert.ErrorContains(t, err, `mine:5:47: x-rules: a rule has no member "expresion"`)
}
