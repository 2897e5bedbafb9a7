package recording

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
)

// attachment is a body in a file of its own, as an entry names it.
type attachment struct {
	name    string
	size    int      // as recorded; 0 where it is not
	folders []string // where it is looked for, from the folder of the recording
}

// setAttached gives x a body that is in a file of its own. Nothing outside of
// the folders of the attachment is read, and where the recording came out of an
// archive nothing outside of that.
func (r *reader) setAttached(x *plumb.Exchange, a attachment, place plumb.Place) {
	data, err := r.readAttached(a)
	switch {
	case err == nil:
		r.setBody(x, data, onLine(place.Line))
		return
	case errors.Is(err, errBodyLimit):
		x.Defects = append(x.Defects, bodyDefect(err, "", place))
		x.Response.Body = plumb.Body{Missing: unusableBody}
		return
	}
	reason := "it cannot be read"
	if errors.Is(err, fs.ErrNotExist) {
		reason = "it is not there"
	}
	unreadable(x, plumb.Defect{
		Rule: "capture-unreadable", Message: "the body is in a file beside the recording: " + reason, Found: a.name, Place: place,
	})
}

// readAttached reads the file of the first folder that has it.
func (r *reader) readAttached(a attachment) (data []byte, err error) {
	name := path.Clean(strings.TrimLeft(filepath.ToSlash(a.name), "/"))
	for _, folder := range a.folders {
		if data, err = r.readIn(folder, name, a.size); !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
	}
	return nil, err
}

// readIn reads a file in a folder.
func (r *reader) readIn(folder, name string, size int) ([]byte, error) {
	if r.archive != nil {
		folder = path.Join(r.folder, folder)
		sub, err := fs.Sub(r.archive, folder)
		if err != nil {
			return nil, fs.ErrNotExist // a folder around the archive
		}
		return r.readFrom(sub, folder, name, size)
	}
	if r.name == "-" {
		return nil, fs.ErrNotExist
	}
	around, err := filepath.Abs(filepath.Dir(r.name))
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Join(around, filepath.FromSlash(folder)))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return r.readFrom(root.FS(), folder, name, size)
}

// readFrom reads a regular file within the limit of bodies.
func (r *reader) readFrom(files fs.FS, folder, name string, size int) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if errors.Is(err, fs.ErrNotExist) && size > 0 {
		name = r.withEnding(files, folder, name, size)
		info, err = fs.Stat(files, name)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, fs.ErrInvalid
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, r.lim.Body+1))
	if int64(len(data)) > r.lim.Body {
		return nil, errBodyLimit
	}
	return data, err
}

// maxEndings is how many files are looked at whose names begin with the same one.
const maxEndings = 16

// withEnding returns the name of the one file that has the recorded size and
// whose name is the recorded one with an ending: programs that upload or
// archive recordings add one (body.json.txt). It returns the recorded name
// where there is no such file, or more than one.
func (r *reader) withEnding(files fs.FS, folder, name string, size int) string {
	dir, prefix := path.Dir(name), path.Base(name)+"."
	all := r.listing(files, path.Join(folder, dir), dir)
	i, _ := slices.BinarySearchFunc(all, prefix, func(f fs.DirEntry, name string) int { return strings.Compare(f.Name(), name) })
	found := name
	for n := 0; i+n < len(all) && strings.HasPrefix(all[i+n].Name(), prefix); n++ {
		info, err := all[i+n].Info()
		switch {
		case n == maxEndings:
			return name
		case err != nil || !info.Mode().IsRegular() || info.Size() != int64(size):
		case found != name:
			return name
		default:
			found = path.Join(dir, info.Name())
		}
	}
	return found
}

// listing returns what is in a folder, in the order of the names. A folder is
// read once for a recording, however many of its files are named.
func (r *reader) listing(files fs.FS, key, dir string) []fs.DirEntry {
	if known, ok := r.listings.Load(key); ok {
		return known.([]fs.DirEntry)
	}
	all, _ := fs.ReadDir(files, dir) // of one that cannot be read nothing is known
	r.listings.Store(key, all)
	return all
}
