// Package docschema checks documents against JSON Schemas, and says what is wrong in
// plain words. It has the official schemas of Arazzo and Overlay. These are the latest
// ones that the OpenAPI Initiative has published, under the Apache License 2.0:
//
//	arazzo-1.0.json   https://spec.openapis.org/arazzo/1.0/schema/2025-10-15
//	overlay-1.0.json  schemas/v1.0/schema.yaml of github.com/OAI/Overlay-Specification, as JSON
//	overlay-1.1.json  schemas/v1.1/schema.yaml, likewise
package docschema

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

//go:embed *.json
var files embed.FS

// Schema is a JSON Schema of documents. It is safe for concurrent use.
type Schema struct {
	Name string // of the specification, with the version: "Overlay 1.0"; can be empty

	noun string // what its documents are
	load func() (*loaded, error)
}

// loaded is a schema that has been compiled.
type loaded struct {
	compiled *jsonschema.Schema
	text     any // the schema as it is written
}

// The schemas that the program knows.
var (
	Arazzo10  = newSchema("Arazzo 1.0", "Arazzo document", "arazzo-1.0.json")
	Overlay10 = newSchema("Overlay 1.0", "overlay", "overlay-1.0.json")
	Overlay11 = newSchema("Overlay 1.1", "overlay", "overlay-1.1.json")
)

// newSchema returns the schema in a file, which is compiled when it is first used.
func newSchema(name, noun, file string) *Schema {
	return &Schema{Name: name, noun: noun, load: sync.OnceValues(func() (*loaded, error) {
		data, err := files.ReadFile(file)
		if err != nil {
			return nil, err
		}
		return compile(data)
	})}
}

// New returns a schema of the version 2020-12 for values that a noun names, which is
// compiled when it is first used. The title of a schema in it is a noun for its values.
func New(noun string, text []byte) *Schema {
	return &Schema{noun: noun, load: sync.OnceValues(func() (*loaded, error) { return compile(text) })}
}

func compile(data []byte) (*loaded, error) {
	const url = "schema.json"
	l := &loaded{}
	if err := json.Unmarshal(data, &l.text); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	if err := c.AddResource(url, bytes.NewReader(data)); err != nil {
		return nil, err
	}
	var err error
	l.compiled, err = c.Compile(url)
	return l, err
}

// Fault is a violation of a schema.
type Fault struct {
	Pointer string // to the value that is at fault, in the document
	Message string
}

// Check returns what is wrong with a document, or nil. The document is a Go
// value as encoding/json decodes it. Of several faults it returns one that
// explains others, if there is one: a misspelt member is also a missing one.
func (s *Schema) Check(document any) (*Fault, error) {
	e, failed, err := s.validate(document)
	if failed == nil {
		return nil, err
	}
	return e.explain(failed), nil
}

// Faults returns all that is wrong with a document, in the order of the pointers. A
// member that is missing is left out where the object has a misspelt one.
func (s *Schema) Faults(document any) ([]*Fault, error) {
	e, failed, err := s.validate(document)
	if failed == nil {
		return nil, err
	}
	return e.explainAll(failed), nil
}

// validate returns why a document does not fit the schema; nil if it does.
func (s *Schema) validate(document any) (*explainer, *jsonschema.ValidationError, error) {
	l, err := s.load()
	if err != nil {
		return nil, nil, err
	}
	err = l.compiled.Validate(document)
	var failed *jsonschema.ValidationError
	if !errors.As(err, &failed) {
		return nil, nil, err
	}
	return &explainer{schema: s, text: l.text, document: document}, failed, nil
}

// at returns the value that a pointer leads to in a Go value; nil if it leads
// nowhere.
func at(value any, pointer string) any {
	for _, token := range jsonvalue.SplitPointer(pointer) {
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, ok := index(token)
			if !ok || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// lastToken returns a pointer without its last token, and that token.
func lastToken(pointer string) (parent, token string) {
	i := strings.LastIndexByte(pointer, '/')
	if i < 0 {
		return "", ""
	}
	return pointer[:i], jsonvalue.SplitPointer(pointer[i:])[0]
}
