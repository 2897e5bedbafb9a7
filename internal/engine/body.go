package engine

import (
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// bodySchema is a schema that bodies are checked against.
type bodySchema struct {
	*schema.Schema

	labelText string           // see Label
	constants []constantMember // that identify a bare body
	required  []string

	response bool // used by a response of the description

	// A response can be a list of objects that other responses hold one by one,
	// such as a page of a listing: then each element counts as a body of its own.
	elements     *bodySchema
	elementsName string // of the member that holds the array; empty: the body is the array
}

// constantMember is a member that can have only one value, given as JSON text.
type constantMember struct{ name, text string }

func newBodySchema(s *schema.Schema) *bodySchema {
	b := &bodySchema{Schema: s, labelText: s.Name, required: s.Shape.Required()}
	if b.labelText == "" {
		b.labelText = s.Place.File + "#" + s.Place.Pointer
	}
	for name, text := range s.Shape.Constants() {
		b.constants = append(b.constants, constantMember{name, text})
	}
	return b
}

// label is what coverage calls the schema.
func (s *bodySchema) label() string { return s.labelText }

// findElements finds out whether values of the schema are lists. The resources
// are the schemas of responses. A schema whose elements are of its own kind
// describes a tree, not a list.
func (s *bodySchema) findElements(resources map[*schema.Shape]*bodySchema) {
	if item := s.Shape.Item(0); item != nil {
		s.elements = resources[item]
		return
	}
	for _, m := range s.Shape.Members {
		if item := m.Shape.Item(0); item != nil && item != s.Shape && resources[item] != nil {
			s.elements, s.elementsName = resources[item], m.Name
			return
		}
	}
}

// bodyPart is an object that counts as a body of its own.
type bodyPart struct {
	path   []string // from the root of the body
	value  *jsonvalue.Value
	schema *bodySchema
}

// parts returns the parts of a body: its elements if it is a list that is not
// empty, else the body itself.
func (s *bodySchema) parts(root *jsonvalue.Value) []bodyPart {
	if s.elements != nil {
		array, path := root, []string(nil)
		if s.elementsName != "" {
			array, path = root.At(s.elementsName), []string{s.elementsName}
		}
		if array != nil && array.Kind == jsonvalue.Array && len(array.Items) > 0 {
			units := make([]bodyPart, len(array.Items))
			for i, item := range array.Items {
				units[i] = bodyPart{append(slices.Clip(path), indexToken(i)), item, s.elements}
			}
			return units
		}
	}
	return []bodyPart{{nil, root, s}}
}

// infer finds the named schema of a bare body, by the constants of the schemas.
// A schema without constants is recognised by its only required member. The
// reason says why there is no schema.
func (v *Validator) infer(root *jsonvalue.Value) (body *bodySchema, reason string) {
	if root.Kind != jsonvalue.Object {
		return nil, "a bare body that is not an object: name its schema with --schema"
	}
	var found []*bodySchema
	most := 0
	for _, s := range v.named() {
		n := s.membersRecognised(root)
		if n > most {
			most, found = n, nil
		}
		if n > 0 && n == most {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return nil, "a bare body that has the constants of no schema: name its schema with --schema"
	case 1:
		return found[0], ""
	}
	var names []string
	for _, s := range found {
		names = append(names, s.Name)
	}
	return nil, "a bare body that could be " + strings.Join(names, " or ") + ": name its schema with --schema"
}

// membersRecognised returns by how many members the object is recognised as a
// value of the schema; 0 if it is not. Constants outweigh a required member.
func (s *bodySchema) membersRecognised(object *jsonvalue.Value) int {
	for _, c := range s.constants {
		m := object.Member(c.name)
		if m == nil {
			return 0
		}
		if text, ok := s.Shape.Named(c.name).Shape.Enumerated(m); !ok || text != c.text {
			return 0
		}
	}
	if len(s.constants) > 0 {
		return 1 + len(s.constants)
	}
	if len(s.required) == 1 && object.Member(s.required[0]) != nil {
		return 1
	}
	return 0
}
