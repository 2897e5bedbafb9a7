package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/docschema"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Shapes returns the shapes of all compiled schemas, and of the values within
// those, always in the same order.
func (s *Set) Shapes() []*Shape {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []*Shape
	for _, key := range slices.Sorted(maps.Keys(s.shapes)) {
		all = append(all, s.shapes[key])
	}
	return all
}

// Extension is the value of a keyword that JSON Schema does not define.
type Extension struct {
	Text []byte // as JSON

	set     *Set
	keyword string
	at      plumb.Source // the place of the value
}

// Extension returns the extension that one of the shape's schemas has under the
// keyword, or nil if there is none.
func (s *Shape) Extension(keyword string) *Extension {
	for _, n := range s.nodes {
		if e := s.set.Extension(n.place, keyword); e != nil {
			return e
		}
	}
	return nil
}

// Extension does the same for any object of the description.
func (s *Set) Extension(at plumb.Source, keyword string) *Extension {
	at.Pointer += "/" + jsonvalue.EscapePointer(keyword)
	text := s.desc.Written(at)
	if text == nil {
		return nil
	}
	return &Extension{text, s, keyword, at}
}

// Place returns where the value that a pointer into the extension leads to is
// written.
func (e *Extension) Place(pointer string) plumb.Source {
	return e.set.desc.Place(e.at.File, e.at.Pointer+pointer)
}

// ErrorAt returns an error about what is written at a pointer into the extension.
func (e *Extension) ErrorAt(pointer, message string) error {
	return e.set.desc.ErrorAt(e.Place(pointer), e.keyword+": "+message)
}

// Check validates the extension against the JSON Schema of its vocabulary. The
// error lists everything that is wrong, with file, line and column. Extensions
// that are embedded in the program are not checked, since that would take a
// tenth of the time of a short run.
func (e *Extension) Check(vocabulary *docschema.Schema) error {
	if e.set.desc.Embedded {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(e.Text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return e.ErrorAt("", err.Error())
	}
	faults, err := vocabulary.Faults(value)
	errs := []error{err}
	for _, f := range faults {
		errs = append(errs, e.ErrorAt(f.Pointer, f.Message))
	}
	return errors.Join(errs...)
}
