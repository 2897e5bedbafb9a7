package spec

import (
	"path"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Shown returns a place with the path of its file from the working folder, which
// an editor opens, in place of that from the description's folder. A place in what
// is built in, or in a file that is not of the description, remains as it is.
func (d *Description) Shown(p plumb.Source) plumb.Source {
	if d.files[p.File] != nil {
		p.File = path.Join(d.Folder, p.File)
	}
	return p
}

// ErrorAt returns an error about what is at a place of the description.
func (d *Description) ErrorAt(p plumb.Source, message string) error {
	p = d.Shown(p)
	return errorAt(p.Path(), p.Line, p.Column, message)
}

// Place returns the place, with line and column, of what a pointer into a file
// of the description leads to. The place of a member is that of its name. If
// the pointer leads nowhere, it is the place of the nearest object or array
// around it.
func (d *Description) Place(file, pointer string) plumb.Source {
	f, ok := d.files[file]
	if !ok {
		return plumb.Source{File: file, Pointer: pointer}
	}
	p, n := f.start(), f.root
	for _, token := range jsonvalue.SplitPointer(pointer) {
		next, line, column := n.child(token)
		if next == nil {
			break
		}
		n, p = next, p.at(token, next, line, column)
	}
	return p.place
}
