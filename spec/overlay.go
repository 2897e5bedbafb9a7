package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Overlay is an OpenAPI Overlay document, which amends a description.
type Overlay struct {
	Name string // as reports call it
	Data []byte // the document, YAML or JSON

	file string // of a built-in overlay, the file that the lines of Data are in; empty: Name
}

// overlayFolder is where the built-in overlays are.
const overlayFolder = "spec/overlays"

// Overlays returns the names of the built-in overlays, sorted.
func Overlays() []string {
	entries, err := fs.ReadDir(Files, overlayFolder)
	if err != nil {
		return nil // no folder was embedded: there are none
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// ReadOverlay returns the built-in overlay with that name, else reads the file
// of that name.
func ReadOverlay(name string) (Overlay, error) {
	if slices.Contains(Overlays(), name) {
		file := path.Join(overlayFolder, name+".yaml")
		data, err := fs.ReadFile(Files, file)
		return Overlay{name, data, file}, err
	}
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `./\`):
		return Overlay{}, fmt.Errorf("no overlay is named %q; the built-in ones are %s, and others are named by their file", name, strings.Join(Overlays(), ", "))
	case err != nil:
		return Overlay{}, fmt.Errorf("%s: the overlay cannot be read: %w", name, cause(err))
	}
	return Overlay{Name: name, Data: data}, nil
}

// source is the file that the overlay's lines are in.
func (o Overlay) source() string {
	if o.file != "" {
		return o.file
	}
	return o.Name
}
