package schemas

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Shapes returns the shapes of all compiled schemas and of the values within
// theirs, always in the same order.
func (s *Set) Shapes() []*Shape {
	var all []*Shape
	for _, key := range slices.Sorted(maps.Keys(s.shapes)) {
		all = append(all, s.shapes[key])
	}
	return all
}

// Extension returns the value of a keyword that JSON Schema does not define,
// as JSON text, and a function that tells where what a pointer into it leads
// to is written. The text is nil where none of the shape's schemas has it.
func (s *Shape) Extension(keyword string) (text []byte, placeOf func(pointer string) spec.Place) {
	for _, n := range s.nodes {
		base, fragment, _ := strings.Cut(n.Location, "#")
		at := spec.Place{File: s.set.roots[base], Pointer: unescapeFragment(fragment)}
		if text, placeOf := s.set.Extension(at, keyword); text != nil {
			return text, placeOf
		}
	}
	return nil, nil
}

// Extension does for any object of the description what [Shape.Extension]
// does for a shape.
func (s *Set) Extension(at spec.Place, keyword string) (text []byte, placeOf func(pointer string) spec.Place) {
	if _, loaded := s.files[at.File]; !loaded {
		r, err := s.load(fileURL(at.File))
		if err != nil {
			return nil, nil
		}
		r.Close()
	}
	value := s.keyword(fileURL(at.File)+"#"+escapeFragment(at.Pointer), keyword)
	if value == nil {
		return nil, nil
	}
	base := at.Pointer + "/" + jsonvalue.EscapePointer(keyword)
	return []byte(JSONText(value)), func(pointer string) spec.Place {
		return s.desc.Place(at.File, base+pointer)
	}
}

// vocabularies are the compiled schemas of extensions, by name. Compiling one
// takes longer than checking with it, and there are few.
var vocabularies sync.Map

func vocabulary(name string, schema []byte) (*jsonschema.Schema, error) {
	if compiled, ok := vocabularies.Load(name); ok {
		return compiled.(*jsonschema.Schema), nil
	}
	url := baseURL + name
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(u string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is not there", u) }
	if err := c.AddResource(url, bytes.NewReader(schema)); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(url)
	if err == nil {
		vocabularies.Store(name, compiled)
	}
	return compiled, err
}

// CheckText holds the value of an extension against the JSON Schema of its
// vocabulary. The error says, with file, line and column, everything that is
// wrong with the value.
func CheckText(name string, schema, value []byte, placeOf func(pointer string) spec.Place) error {
	compiled, err := vocabulary(name, schema)
	if err != nil {
		return err
	}
	root, faults := jsonvalue.Parse(value, 100)
	if root == nil {
		return fmt.Errorf("%s: %s", name, faults[0].Message)
	}
	var invalid *jsonschema.ValidationError
	if err := compiled.Validate(decoded(root)); err == nil || !errors.As(err, &invalid) {
		return err
	}
	var errs []error
	var leaves func(*jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			leaves(cause)
		}
		if len(e.Causes) == 0 {
			at := placeOf(unescapeFragment(e.InstanceLocation))
			message := e.Message
			if unknown, ok := strings.CutPrefix(message, "additionalProperties "); ok {
				message = "there is no keyword " + strings.TrimSuffix(unknown, " not allowed")
			}
			errs = append(errs, fmt.Errorf("%s:%d:%d: %s: %s", at.Source(), at.Line, at.Column, name, message))
		}
	}
	leaves(invalid)
	return errors.Join(errs...)
}
