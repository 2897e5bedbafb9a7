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

// attachment is a body that an entry keeps in a separate file.
type attachment struct {
	name    string
	size    int      // as recorded; 0 if it was not recorded
	folders []string // to look in, relative to the folder of the recording
}

// setAttached sets the body of x to the contents of a separate file. It reads
// nothing outside of the folders of the attachment and, if the recording came
// from an archive, nothing outside of the archive.
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
	reason := "cannot be read"
	if errors.Is(err, fs.ErrNotExist) {
		reason = "does not exist"
	}
	unreadable(x, plumb.Defect{
		Rule: "capture-unreadable", Message: "the body is in a file beside the recording, which " + reason, Found: a.name, Place: place,
	})
}

// readAttached reads the file from the first folder that contains it.
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
			return nil, fs.ErrNotExist // the folder is outside of the archive
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

// readFrom reads a regular file, up to the size limit of a body.
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

// maxEndings is how many files that begin with the recorded name are examined.
const maxEndings = 16

// withEnding returns the name of the one file that has the recorded size and
// whose name is the recorded one followed by another extension: programs that
// upload or archive recordings add one (body.json.txt). It returns the recorded
// name if there is no such file, or more than one.
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

// listing returns the entries of a folder, sorted by name. Each folder is read
// once for a recording, however many of its files are named.
func (r *reader) listing(files fs.FS, key, dir string) []fs.DirEntry {
	if known, ok := r.listings.Load(key); ok {
		return known.([]fs.DirEntry)
	}
	all, _ := fs.ReadDir(files, dir) // a folder that cannot be read counts as empty
	r.listings.Store(key, all)
	return all
}
