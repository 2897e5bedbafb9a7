package spec

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/plumbapi/plumb/schemas"
)

// Files holds the built-in description (spec/openapi.yaml), the JSON Schemas
// that it refers to, its overlays and its scenarios, under their paths in the
// repository, so that the program needs no other files.
var Files fs.FS = folders{"spec": own, "schemas": schemas.Files}

//go:embed openapi.yaml overlays/*.yaml scenarios/*.yaml
var own embed.FS

// folders combines file systems, each in a folder of its own.
type folders map[string]fs.FS

func (f folders) Open(name string) (fs.File, error) {
	folder, below, nested := strings.Cut(name, "/")
	fsys, ok := f[folder]
	if !ok || !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if !nested {
		below = "."
	}
	return fsys.Open(below)
}
