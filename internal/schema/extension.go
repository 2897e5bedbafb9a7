package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb"
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

// Check validates the extension against the JSON Schema of its vocabulary. The
// error lists everything that is wrong, with file, line and column. Extensions
// that are embedded in the program are not checked, since that would take a
// tenth of the time of a short run.
func (e *Extension) Check(vocabulary []byte) error {
	if e.set.desc.Embedded {
		return nil
	}
	return checkText(e.keyword, vocabulary, e.Text, e.Place)
}

// vocabularies holds the compiled schemas of extensions, by name. Compiling one
// takes longer than validating with it, and there are few.
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

func checkText(name string, schema, value []byte, placeOf func(pointer string) plumb.Source) error {
	compiled, err := vocabulary(name, schema)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var invalid *jsonschema.ValidationError
	if err := compiled.Validate(root); err == nil || !errors.As(err, &invalid) {
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
				message = "there is no keyword " + strings.ReplaceAll(strings.TrimSuffix(unknown, " not allowed"), ", ", ", and no keyword ")
			}
			errs = append(errs, fmt.Errorf("%s:%d:%d: %s: %s", at.Path(), at.Line, at.Column, name, message))
		}
	}
	leaves(invalid)
	return errors.Join(errs...)
}
