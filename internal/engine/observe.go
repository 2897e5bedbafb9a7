package engine

import (
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// BodySchema is a schema that bodies are checked against.
type BodySchema = bodySchema

// Label returns the name of the schema, or its place if it has none. Coverage
// calls it so.
func (s *bodySchema) Label() string { return s.labelText }

// Elements returns the schema of the elements that count as bodies of their
// own, and the member that holds them, which is empty where the body itself is
// the list.
func (s *bodySchema) Elements() (elements *BodySchema, member string) {
	return s.elements, s.elementsName
}

// WellFormed reports whether the body is JSON without repeated names. It returns the
// schema that it was checked against, and whether the body is a list whose elements
// count as bodies of their own.
func (r *Result) WellFormed() (s *BodySchema, list, ok bool) {
	return r.schema, r.list, r.wellFormed && r.schema != nil
}

// Part is a body, or an element of one that counts as a body of its own.
type Part struct {
	Operation string
	Status    int
	Schema    *BodySchema // nil where the response is not described
	Value     *jsonvalue.Value
	Without   string // the member whose elements are parts of their own; may be empty
}

// Parts returns the bodies in an exchange whose body is not well-formed, or has no
// schema. There are none where the body is not JSON, or where its schema is not known.
func (v *Validator) Parts(x *plumb.Exchange) []Part {
	p := newPass(v, x)
	p.identify()
	p.skipOtherAPI()
	body := x.Response.Body
	unknown := p.match.Path != "" && p.response == nil && looksLikeJSON(body.Bytes)
	if body.Missing != "" || len(body.Bytes) == 0 || !p.bare() && p.schema == nil && !unknown {
		return nil
	}
	if p.root, _ = jsonvalue.Parse(body.Bytes, v.maxDepth); p.root == nil {
		return nil
	}
	if p.bare() && !p.chooseBare() {
		return nil
	}
	whole := Part{Operation: p.out.Operation, Status: p.out.Status, Schema: p.schema, Value: p.root}
	if p.schema == nil {
		return []Part{whole}
	}
	var parts []Part
	units := p.schema.parts(p.root)
	if len(units[0].path) > 0 { // the list itself
		whole.Without = p.schema.elementsName
		parts = append(parts, whole)
	}
	for _, u := range units {
		parts = append(parts, Part{Operation: whole.Operation, Status: whole.Status, Schema: u.schema, Value: u.value})
	}
	return parts
}

// Shown returns a part of a body as findings show it: on one line, shortened.
func Shown(text []byte) string { return shorten(printable(text)) }

// IsHistory reports whether [History.Contradictions] returns the findings of a
// rule.
func IsHistory(rule string) bool {
	return isHistory()[rule]
}

// isHistory returns the set of ids of the rules about histories.
var isHistory = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{}
	for _, r := range rules {
		if r.history != nil {
			ids[r.ID] = true
		}
	}
	return ids
})

// Digest returns a hash that identifies the description.
func (v *Validator) Digest() string { return v.desc.Digest }

// Declares is [spec.Description.Declares] of the description.
func (v *Validator) Declares(in, name string) bool { return v.desc.Declares(in, name) }
