package spec_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
)

// FuzzLoad loads any text, as YAML and as JSON. In a description that loads,
// places exist, and files are valid as JSON.
func FuzzLoad(f *testing.F) {
	err := filepath.WalkDir(descriptions, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) == ".txt" {
			return err
		}
		text, err := os.ReadFile(path)
		f.Add(text)
		return err
	})
	require.NoError(f, err)
	f.Add([]byte("openapi: 3.1.0\npaths:\n  /a/{b}: &a\n    get: {responses: {200: {content: {a/b: {schema: {allOf: [*a], nullable: true}}}}}}\n  /c: {$ref: b.yaml}\n  /d: {<<: *a}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		for _, name := range []string{"a.yaml", "a.json"} {
			d, err := spec.Load(fstest.MapFS{
				name:     {Data: text},
				"b.yaml": {Data: []byte("get: {responses: {200: {description: x}}}\n")},
			}, name, spec.Options{})
			if err != nil {
				if !strings.Contains(err.Error(), name) && !strings.Contains(err.Error(), "b.yaml") {
					t.Errorf("the error names no file: %v", err)
				}
				continue
			}
			checkLoaded(t, d, name)
		}
	})
}

func checkLoaded(t *testing.T, d *spec.Description, name string) {
	t.Helper()
	for _, s := range d.Schemas {
		if text := d.SchemaText(s.Place); text != nil && !json.Valid(text) {
			t.Errorf("%s: not JSON: %s", s.Name, text)
		}
	}
	for _, o := range d.Operations {
		if o.Place.Line == 0 || o.Method == "" || o.ID == "" {
			t.Errorf("operation without a place: %+v", o)
		}
		for _, r := range o.Responses {
			for _, m := range r.Media {
				if m.HasSchema && m.Schema.File == "" {
					t.Errorf("schema without a place: %+v", m)
				}
				if p := d.Place(m.Schema.File, m.Schema.Pointer); m.HasSchema && p.Line != m.Schema.Line {
					t.Errorf("%+v is at line %d", m.Schema, p.Line)
				}
			}
		}
	}
}
