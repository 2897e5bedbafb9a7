// Package schema compiles the JSON Schemas of a description. It says how a
// value does not satisfy a schema, and which members a schema documents.
//
// Schemas are compiled by github.com/santhosh-tekuri/jsonschema/v5, which knows the
// drafts of JSON Schema, from the files as they are written, so that every keyword
// has a place in a file. Values are evaluated by this package: see program.go for
// what a keyword is made of, and evaluate.go for how a value is gone through.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Set holds the compiled schemas of a description. It is safe for concurrent
// use.
type Set struct {
	desc *spec.Description

	mu        sync.RWMutex // guards what follows
	compiler  *jsonschema.Compiler
	texts     map[string]any // by URL: the texts of schemas that the compiler was given, decoded
	byURL     map[string]*node
	shapes    map[string]*Shape
	resources map[string]*resource // by location
	refused   map[string]bool      // URLs of schemas that the compiler rejects
	warnings  []spec.Warning

	dynamic atomic.Bool // whether some references depend on the schemas that led to them
}

// Schema is a compiled schema.
type Schema struct {
	Name  string       // in components/schemas; empty for other schemas
	Place plumb.Source // where it is written
	Shape *Shape       // what it documents

	node *node
	set  *Set
}

// New returns an empty set of schemas of the description.
func New(d *spec.Description) *Set {
	s := &Set{
		desc:      d,
		texts:     map[string]any{},
		byURL:     map[string]*node{},
		shapes:    map[string]*Shape{},
		resources: map[string]*resource{},
		refused:   map[string]bool{},
	}
	s.reset()
	return s
}

// reset creates a new compiler: one that has rejected a schema panics later.
func (s *Set) reset() {
	s.compiler = jsonschema.NewCompiler()
	s.compiler.Draft = jsonschema.Draft2020
	if s.desc.Embedded {
		s.compiler.Draft = unvalidated()
	}
	s.compiler.ExtractAnnotations = true // for writeOnly
	s.compiler.RegisterExtension(spec.PatternKeyword, nil, ecmaPattern{})
	s.compiler.RegisterExtension(spec.PatternPropertiesKeyword, nil, ecmaProperties{})
	s.compiler.LoadURL = s.load
}

// unvalidated returns the draft 2020-12 without its metaschema, so that the
// compiler does not validate schemas. It has no setting for that, and validating
// the schemas that are embedded in the program, which its tests do, takes a
// fifth of the time of a short run.
var unvalidated = sync.OnceValue(func() *jsonschema.Draft {
	d := *jsonschema.Draft2020
	if meta := reflect.ValueOf(&d).Elem().FieldByName("meta"); meta.Type() == reflect.TypeFor[*jsonschema.Schema]() {
		*(**jsonschema.Schema)(meta.Addr().UnsafePointer()) = nil
	}
	return &d
})

// load gives the compiler a schema of the description. Each schema is a
// separate resource, because the compiler takes time quadratic in the size of a
// resource.
func (s *Set) load(u string) (io.ReadCloser, error) {
	at, ok := spec.SchemaAt(u)
	if !ok {
		return nil, fmt.Errorf("%s is not in the description", u)
	}
	text := s.desc.SchemaText(at)
	if text == nil || s.refused[u] {
		text = []byte("true")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", u, err)
	}
	s.texts[u] = doc
	if bytes.Contains(text, []byte(`"$dynamicRef"`)) || bytes.Contains(text, []byte(`"$recursiveRef"`)) {
		s.dynamic.Store(true)
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}

// Types returns lists of types. Each value of the schema has one type of each list.
func (s *Schema) Types() [][]string {
	var all [][]string
	for _, n := range s.node.parts {
		if len(n.Types) > 0 {
			all = append(all, n.Types)
		}
	}
	return all
}

// At returns the schema at a place of the description. The name is that of the
// schema, if it has one. A schema that the compiler rejects accepts any value,
// and there is a warning about it.
func (s *Set) At(name string, p plumb.Source) *Schema {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.desc.SchemaURL(p)
	compiled, err := s.compile(u)
	if err != nil {
		s.warnings = append(s.warnings, s.explain(p, err))
		text, _, _ := strings.Cut(u, "#")
		s.refused[text], u = true, text
		s.reset()
		compiled, err = s.compile(u)
	}
	if err != nil {
		panic(fmt.Sprintf("the schema true does not compile: %v", err))
	}
	n := s.node(compiled)
	return &Schema{Name: name, Place: p, Shape: s.shape([]*node{n}), node: n, set: s}
}

// Warnings returns a warning for each schema that accepts any value because the
// compiler rejects it.
func (s *Set) Warnings() []spec.Warning {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.warnings)
}

// compile compiles a schema, and converts panics of the compiler to errors: it
// panics for some schemas that the metaschema allows. A panic in a function of
// ours that it calls is a bug of ours, and is passed on.
func (s *Set) compile(u string) (compiled *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			if !panickedInCompiler() {
				panic(r)
			}
			err = fmt.Errorf("%v", r)
		}
	}()
	return s.compiler.Compile(u)
}

// panickedInCompiler reports whether the panic that the calling function has
// just recovered began in the compiler, or in a package that it uses, and not
// in a function of this module that it called.
func panickedInCompiler() bool {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	panicked := false
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicked = true
		case !panicked:
		case strings.HasPrefix(f.Function, "github.com/santhosh-tekuri/jsonschema/"):
			return true
		case strings.HasPrefix(f.Function, "github.com/plumbapi/plumb/"):
			return false
		}
	}
	return false
}

// explain returns a warning that says why a schema does not compile.
func (s *Set) explain(p plumb.Source, err error) spec.Warning {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		message := err.Error()
		var schemaError *jsonschema.SchemaError
		if errors.As(err, &schemaError) {
			message = schemaError.Err.Error()
		}
		message = strings.ReplaceAll(strings.TrimPrefix(message, "jsonschema: "), baseURL, "")
		return spec.Warning{Place: p, Message: "this schema does not compile, and is left out: " + message}
	}
	for len(invalid.Causes) > 0 {
		invalid = invalid.Causes[0]
	}
	at := s.desc.Within(p, unescapeFragment(invalid.InstanceLocation))
	return spec.Warning{Place: at, Message: "this is not a JSON Schema, and is left out: " + invalid.Message}
}

// baseURL is the beginning of the URLs of schemas.
const baseURL = "file:///"

// place returns where a compiled schema is written.
func (s *Set) place(location string) plumb.Source {
	resource, fragment, _ := strings.Cut(location, "#")
	at, _ := spec.SchemaAt(resource)
	return s.desc.Within(at, unescapeFragment(fragment))
}

// keyword returns the decoded value of a keyword of the schema at location, or
// the schema itself if the keyword is empty.
func (s *Set) keyword(location, keyword string) any {
	resource, fragment, _ := strings.Cut(location, "#")
	doc := s.texts[resource]
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

func unescapeFragment(fragment string) string {
	if pointer, err := url.PathUnescape(fragment); err == nil {
		return pointer
	}
	return fragment
}
