package recording

import (
	"archive/zip"
	"bytes"
	"fmt"
	"path"
	"strings"
)

var playwrightFormat = Format{
	Name:   "HAR of Playwright",
	Of:     "tests with a browser",
	Sign:   "a HAR; or a zip archive with a `.har` file in it",
	Record: "`browser.newContext({recordHar: {path: 'a.har.zip', content: 'attach'}})`, or `path: 'a.har'`.",
	Notes:  "A body in a separate file (`content._file`) is read from the folder of the HAR, or from the archive. If no file has that name, the one file is read that has that name with an extension appended (`.txt`, `.attached`) and the size `content.size`. A body whose file is missing is `capture-unreadable`. The HAR and its bodies may be together in a folder of the archive. An archive must be a file: it cannot come on standard input.",
}

// beside is the folder of the files that a HAR refers to: that of the HAR.
var beside = []string{"."}

const zipMagic = "PK\x03\x04"

// isZip reports whether a file begins like a zip archive.
func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte(zipMagic)) }

// zip reads the HAR files in a zip archive. It opens the archive by its name,
// since the directory of an archive is at its end.
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
		if !strings.HasSuffix(f.Name, ".har") || strings.HasPrefix(path.Base(f.Name), ".") { // such as those that Finder puts into __MACOSX
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
	r.folder = path.Dir(f.Name)
	packed := &rawReader{ctx: r.ctx, n: int64(f.CompressedSize64)}
	return r.uncompressed(&ratioReader{raw: packed, r: in, ratio: r.lim.Ratio})
}
