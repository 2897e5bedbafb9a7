// Package schemas compiles the JSON Schemas of a description, tells in which
// way a value does not satisfy one, and what members one documents.
//
// The verdict is that of github.com/santhosh-tekuri/jsonschema/v5. The
// schemas are compiled from the files as they are written, so that every
// keyword has a place there.
package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Set holds the compiled schemas of a description. It is safe for concurrent
// use.
type Set struct {
	desc     *spec.Description
	compiler *jsonschema.Compiler
	files    map[string]any // as the compiler was given them, decoded
	byURL    map[string]*node
	roots    map[string]string // base URL of compiled schemas -> file
	shapes   map[string]*Shape
	dynamic  bool     // some references lead to where the value was come by
	leaves   sync.Map // by location of a keyword: the *leaf of it
}

// Schema is one compiled schema.
type Schema struct {
	Name  string     // in components/schemas; empty for a schema without a name
	Place spec.Place // where it is written
	Shape *Shape     // what it documents

	node *node
	set  *Set
}

// Compile compiles the named schemas of the description and all others that
// its responses have.
func Compile(d *spec.Description) (*Set, error) {
	s := &Set{
		desc:     d,
		compiler: jsonschema.NewCompiler(),
		files:    map[string]any{},
		byURL:    map[string]*node{},
		roots:    map[string]string{},
		shapes:   map[string]*Shape{},
	}
	s.compiler.Draft = jsonschema.Draft2020
	s.compiler.RegisterExtension(ecmaPatternKeyword, nil, ecmaPattern{})
	// Formats are annotations, as JSON Schema 2020-12 has it. The compiler would
	// assert those it knows in files that do not name their dialect.
	for format := range jsonschema.Formats {
		s.compiler.Formats[format] = func(any) bool { return true }
	}
	s.compiler.LoadURL = s.load
	return s, nil
}

// baseURL is what the names of files are resolved against. It never leaves
// the process.
const baseURL = "file:///"

func fileURL(file string) string {
	return baseURL + (&url.URL{Path: file}).EscapedPath()
}

// load gives the compiler a file of the description.
func (s *Set) load(u string) (io.ReadCloser, error) {
	parsed, err := url.Parse(u)
	if err != nil || !strings.HasPrefix(u, baseURL) {
		return nil, fmt.Errorf("%s is not a file of the description", u)
	}
	file := strings.TrimPrefix(parsed.Path, "/")
	text, err := s.desc.JSONSchema(file)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if replaceForeignPatterns(doc) {
		if text, err = json.Marshal(doc); err != nil {
			return nil, err
		}
	}
	s.files[file] = doc
	s.roots[u] = file
	if root, ok := doc.(map[string]any); ok {
		// The compiler knows a file with an $id by that from here on.
		if id, ok := root["$id"].(string); ok {
			if abs, err := parsed.Parse(id); err == nil {
				abs.Fragment = ""
				s.roots[abs.String()] = file
			}
		}
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}

// At returns the schema that is written at a place of the description. The
// name is that of the schema, where it has one.
func (s *Set) At(name string, p spec.Place) (*Schema, error) {
	compiled, err := s.compile(fileURL(p.File) + "#" + escapeFragment(p.Pointer))
	if err != nil {
		return nil, s.explain(p, err)
	}
	n := s.node(compiled)
	return &Schema{Name: name, Place: p, Shape: s.shape([]*node{n}), node: n, set: s}, nil
}

// compile turns the compiler's panics, of which it has some for schemas that
// the meta-schema lets pass, into errors.
func (s *Set) compile(u string) (compiled *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return s.compiler.Compile(u)
}

// explain puts into words, with a place, why a schema does not compile.
func (s *Set) explain(p spec.Place, err error) error {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		message := err.Error()
		var schemaError *jsonschema.SchemaError
		if errors.As(err, &schemaError) {
			message = schemaError.Err.Error()
		}
		message = strings.ReplaceAll(strings.TrimPrefix(message, "jsonschema: "), baseURL, "")
		return fmt.Errorf("%s:%d: this schema does not compile: %s", p.Source(), p.Line, message)
	}
	for len(invalid.Causes) > 0 {
		invalid = invalid.Causes[0]
	}
	// The compiler does not say in which file; it is the schema's own unless
	// the pointer leads nowhere there.
	at := s.desc.Place(p.File, unescapeFragment(invalid.InstanceLocation))
	return fmt.Errorf("%s:%d:%d: this is not a JSON Schema: at %s: %s", at.Source(), at.Line, at.Column, at.Pointer, invalid.Message)
}

// place returns where a compiled schema is written.
func (s *Set) place(location string) spec.Place {
	base, fragment, _ := strings.Cut(location, "#")
	return s.desc.Place(s.roots[base], unescapeFragment(fragment))
}

// keyword returns the value of a keyword of the schema at location, or of no
// keyword the schema itself, decoded.
func (s *Set) keyword(location, keyword string) any {
	base, fragment, _ := strings.Cut(location, "#")
	doc := s.files[s.roots[base]]
	tokens := jsonvalue.SplitPointer(unescapeFragment(fragment))
	if keyword != "" {
		tokens = append(tokens, keyword)
	}
	for _, token := range tokens {
		switch d := doc.(type) {
		case map[string]any:
			doc = d[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(d) {
				return nil
			}
			doc = d[i]
		default:
			return nil
		}
	}
	return doc
}

// escapeFragment writes a JSON pointer as the fragment of a URL, in the form
// that the compiler knows its own schemas by.
func escapeFragment(pointer string) string {
	tokens := strings.Split(pointer, "/")
	for i, t := range tokens {
		tokens[i] = url.PathEscape(t)
	}
	return strings.Join(tokens, "/")
}

func unescapeFragment(fragment string) string {
	if pointer, err := url.PathUnescape(fragment); err == nil {
		return pointer
	}
	return fragment
}
