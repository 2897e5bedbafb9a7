package recording

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/plumbapi/plumb"
)

// setHARFile gives x a body that is in a file of its own, as Playwright writes
// a HAR with attached content: beside it, or in the zip archive that it is in.
func (r *reader) setHARFile(x *plumb.Exchange, name string, place plumb.Place) {
	data, err := r.harFile(name)
	switch {
	case err == nil:
		r.setBody(x, data, func(int) (int, int) { return place.Line, 0 })
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
		Rule: "capture-unreadable", Message: "the body is in a file beside the recording: " + reason, Found: name, Place: place,
	})
}

// harFile reads a file that a recording names. It is looked for in the zip
// archive that the recording came out of, else in its folder; nowhere else,
// whatever the name is.
func (r *reader) harFile(name string) ([]byte, error) {
	var f fs.File
	var err error
	if r.archive != nil {
		f, err = r.archive.Open(name)
	} else {
		f, err = r.openBeside(name)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, r.lim.Body+1))
	if int64(len(data)) > r.lim.Body {
		return nil, errBodyLimit
	}
	return data, err
}

// openBeside opens a file in the folder of the recording, or below it.
func (r *reader) openBeside(name string) (fs.File, error) {
	if r.name == "-" {
		return nil, fs.ErrNotExist
	}
	root, err := os.OpenRoot(filepath.Dir(r.name))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Open(name)
}

const zipMagic = "PK\x03\x04"

// isZip reports whether a file begins as a zip archive.
func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte(zipMagic)) }

// zip reads the HAR files in a zip archive. The archive is opened by its name,
// since its directory is at its end.
func (r *reader) zip() error {
	if r.name == "-" {
		return fmt.Errorf("%s: a zip archive cannot be read from standard input; name the file", r.name)
	}
	archive, err := zip.OpenReader(r.name)
	if err != nil {
		return fmt.Errorf("%s: the zip archive is damaged: %w", r.name, err)
	}
	defer archive.Close()
	r.archive = &archive.Reader
	found := false
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, ".har") {
			continue
		}
		found = true
		if err := r.zipped(f); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%s: %w: there is no .har file in the zip archive", r.name, ErrUnknownFormat)
	}
	return nil
}

// zipped reads a recording in a zip archive.
func (r *reader) zipped(f *zip.File) error {
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s: %s: %w", r.name, f.Name, err)
	}
	defer in.Close()
	packed := &rawReader{ctx: r.ctx, n: int64(f.CompressedSize64)}
	return r.uncompressed(&ratioReader{raw: packed, r: in, ratio: r.lim.Ratio})
}
