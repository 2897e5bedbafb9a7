package spec

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// A place is shown with the path that an editor opens from the working folder,
// however the description is named.
func TestShownPlacesCanBeOpened(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, text := range map[string]string{
		"api/parts/pet.yaml": "Pet: {type: object}\n",
		"api/openapi.yaml": `openapi: 3.1.0
info: {title: Pets, version: "1"}
paths: {}
components: {schemas: {Pet: {$ref: parts/pet.yaml#/Pet}}}
`,
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o666))
	}
	require.NoError(t, os.Mkdir(filepath.Join(root, "other"), 0o777))
	require.NoError(t, os.Symlink("api/openapi.yaml", filepath.Join(root, "link.yaml")))
	for _, tt := range []struct{ folder, file, refRoot, want string }{
		{"", "api/openapi.yaml", "", "api/parts/pet.yaml"},
		{"", "./api/openapi.yaml", "", "api/parts/pet.yaml"},
		{"", "api/openapi.yaml", ".", "api/parts/pet.yaml"},
		{"api", "openapi.yaml", "", "parts/pet.yaml"},
		{"other", "../api/openapi.yaml", "", "../api/parts/pet.yaml"},
		{"", "link.yaml", "", "api/parts/pet.yaml"},
		{"", filepath.Join(root, "api/openapi.yaml"), "", filepath.ToSlash(filepath.Join(root, "api/parts/pet.yaml"))},
	} {
		t.Chdir(filepath.Join(root, tt.folder))
		d, err := LoadFile(tt.file, tt.refRoot)
		require.NoError(t, err, tt.file)
		var shown []string
		for name := range d.files {
			shown = append(shown, d.Shown(plumb.Source{File: name}).File)
		}
		assert.Contains(t, shown, tt.want, tt.file)
		for _, name := range shown {
			assert.FileExists(t, filepath.FromSlash(name))
		}
		other := plumb.Source{File: "scenario.yaml", Line: 7}
		assert.Equal(t, other, d.Shown(other), "which is not of the description")
	}
	d, err := Builtin()
	require.NoError(t, err)
	at := plumb.Source{File: "schemas/batch.json", Pointer: "/properties"}
	assert.Equal(t, at, d.Shown(at))
}
