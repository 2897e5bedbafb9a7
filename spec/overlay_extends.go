package spec

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/plumbapi/plumb"
)

// extends warns of an overlay that says which description it is for, and is applied to
// another one.
func (a *amender) extends(doc *overlayDocument, source string, main *node) {
	reference, ok := doc.tree.root.str("extends")
	u, err := url.Parse(reference)
	if !ok || err != nil || reference == "" {
		return
	}
	named := "" // a file
	if u.Host == "" && (u.Scheme == "" || u.Scheme == "file") {
		named = filepath.FromSlash(u.Path + u.Opaque)
		if !filepath.IsAbs(named) {
			named = filepath.Join(filepath.Dir(source), named)
		}
		reference = filepath.ToSlash(named)
	}
	var own, remedy string
	switch {
	case a.ofBuiltin && !meansBuiltin(u, named, main):
		own, remedy = "the built-in description", "name its description with --spec, or correct extends"
	case a.file != "" && isOther(named, a.file):
		own, remedy = a.file, "correct extends, or use the overlay with its own description"
	default:
		return
	}
	at := doc.tree.Place("/extends")
	a.warnings = append(a.warnings, Warning{
		Place:   plumb.Source{Line: at.Line, Column: at.Column, Overlay: source},
		Message: "the overlay is for " + reference + ", and is applied to " + own + "; " + remedy,
	})
}

// isOther reports whether a file is there and is another one. One that is not there may
// have been saved under another name, as may what is at a URL.
func isOther(named, file string) bool {
	other, err := os.Stat(named)
	if err != nil {
		return false
	}
	own, err := os.Stat(file)
	return err == nil && !os.SameFile(own, other)
}

// repository is that of the built-in description, in URLs.
const repository = "/plumbapi/plumb/"

// meansBuiltin reports whether a reference means the built-in description: as a file that
// has the same title and version, or, if there is no such file, by the path that reports
// show.
func meansBuiltin(u *url.URL, named string, main *node) bool {
	data, err := os.ReadFile(named)
	if err != nil {
		clean := path.Clean("/" + u.Path)
		return strings.HasSuffix(clean, "/"+builtin) && (u.Host == "" || strings.Contains(clean, repository))
	}
	tree, err := ReadTree(named, data)
	if err != nil {
		return false
	}
	own, other := main.get("info"), tree.root.get("info")
	return own != nil && other != nil && textOf(own.get("title")) == textOf(other.get("title")) && textOf(own.get("version")) == textOf(other.get("version"))
}
