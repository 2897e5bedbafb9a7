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
	Notes:  "A body that is in a file of its own (`content._file`) is read from the folder of the HAR, or from the archive; where no file has that name, the one file is taken whose name is that name with an ending added (`.txt`, `.attached`), and whose size is `content.size`. A body that is not there is `capture-unreadable`. A folder around both in the archive does not matter. An archive must be a file: it cannot come on standard input.",
}

// beside is where a HAR has its attached files.
var beside = []string{"."}

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
		if !strings.HasSuffix(f.Name, ".har") || strings.HasPrefix(path.Base(f.Name), ".") { // as in __MACOSX, of Finder
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
