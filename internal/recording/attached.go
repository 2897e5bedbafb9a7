package recording

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/plumbapi/plumb"
)

// WireMock keeps bodies in a folder of this name. It is looked for beside the
// recording, and beside so many of the folders around it.
const (
	attachedFolder = "__files"
	attachedDepth  = 4
)

// setAttached gives x a body that is in a file of its own. Nothing outside of
// the folder for such files is read.
func (r *reader) setAttached(x *plumb.Exchange, name string) {
	body, ok := r.attached(name)
	if !ok {
		x.Response.Body.Missing = "the body is in a file of its own, which is not there"
		return
	}
	r.setBody(x, body, onLine(x.Place.Line))
}

func (r *reader) attached(name string) ([]byte, bool) {
	if r.name == "-" {
		return nil, false
	}
	around, err := filepath.Abs(filepath.Dir(r.name))
	if err != nil {
		return nil, false
	}
	for range attachedDepth {
		if body, ok := readBelow(filepath.Join(around, attachedFolder), name, r.lim.Body); ok {
			return body, true
		}
		around = filepath.Dir(around)
	}
	return nil, false
}

// readBelow reads a file below a folder, up to one byte more than the limit.
func readBelow(folder, name string, limit int64) ([]byte, bool) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	name = filepath.FromSlash(strings.TrimLeft(name, "/"))
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, limit+1))
	return body, err == nil
}
