package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/wholefile"
)

// Overlay is an OpenAPI Overlay document, which amends a description.
type Overlay struct {
	Name string // as reports show it
	Data []byte // the document, in YAML or JSON

	file string // for a built-in overlay, the file in which Data is; otherwise empty
}

// overlayFolder is where the built-in overlays are.
const overlayFolder = "spec/overlays"

// Observed is the name of the built-in overlay with what the servers of the
// description itself send; each of the others is for a vendor.
const Observed = "observed"

// Overlays returns the names of the built-in overlays, sorted.
func Overlays() []string {
	entries, err := fs.ReadDir(Files, overlayFolder)
	if err != nil {
		return nil // no folder was embedded, so there are no overlays
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// ReadOverlay returns the built-in overlay with that name, or else reads the
// file with that name.
func ReadOverlay(name string) (Overlay, error) {
	if slices.Contains(Overlays(), name) {
		file := path.Join(overlayFolder, name+".yaml")
		data, err := fs.ReadFile(Files, file)
		return Overlay{name, data, file}, err
	}
	data, err := wholefile.Read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `./\`):
		return Overlay{}, fmt.Errorf("no overlay is named %q; the built-in ones are %s; for your own, give the path of its file", name, strings.Join(Overlays(), ", "))
	case errors.Is(err, fs.ErrNotExist):
		return Overlay{}, fmt.Errorf("%s: the overlay cannot be read: there is no such file; name another, or one of the built-in overlays (%s)", name, strings.Join(Overlays(), ", "))
	case err != nil:
		return Overlay{}, fmt.Errorf("%s: the overlay cannot be read: %w", name, wholefile.Cause(err))
	}
	return Overlay{Name: name, Data: data}, nil
}

// source returns the file in which the overlay's lines are.
func (o Overlay) source() string {
	if o.file != "" {
		return o.file
	}
	return o.Name
}
