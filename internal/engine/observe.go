package engine

import (
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// BodySchema is a schema that bodies are checked by.
type BodySchema = bodySchema

// Label is the name of the schema, else its place: what coverage calls it.
func (s *bodySchema) Label() string { return s.labelText }

// Elements returns the schema of the elements that are checked as bodies of their
// own, and the member that holds them; none where the body itself is the list.
func (s *bodySchema) Elements() (elements *BodySchema, member string) {
	return s.elements, s.elementsName
}

// ReadByPlan reports whether a plan has read the body, which then is good JSON
// without repeated names, and by which schema. A list is one with elements that are
// bodies of their own.
func (r *Result) ReadByPlan() (s *BodySchema, list, ok bool) { return r.schema, r.list, r.read }

// Part is a body, or an element of one that is checked as a body of its own.
type Part struct {
	Operation string
	Status    int
	Schema    *BodySchema // nil where the response is not described
	Value     *jsonvalue.Value
	Without   string // the member whose elements are parts of their own; may be empty
}

// Parts returns the bodies in an exchange whose body no plan has read: none where
// it is not JSON, or nothing is known of it.
func (v *Validator) Parts(x *plumb.Exchange) []Part {
	p := &pass{v: v, x: x}
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

// Lasting returns the findings of an exchange that was only counted, as far as they
// say how long a state lasted.
func (v *Validator) Lasting(x *plumb.Exchange, r *Result) []plumb.Finding {
	p := &pass{v: v, x: x, schema: r.schema}
	p.out.Operation, p.out.Status = r.Operation, r.Status
	p.root, _ = jsonvalue.Parse(x.Response.Body.Bytes, v.maxDepth)
	p.parts = p.schema.parts(p.root)
	p.findResources()
	p.use(timeBound)
	timeBound.run(p)
	return p.out.Findings
}

// Shown returns a part of a body as findings show it: in one line, shortened.
func Shown(text []byte) string { return shorten(printable(text)) }

// IsHistory reports whether the findings of a rule are told by
// [History.Contradictions].
func IsHistory(rule string) bool {
	return isHistory()[rule]
}

// isHistory holds the ids of the rules of histories.
var isHistory = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{}
	for _, r := range rules {
		if r.history != nil {
			ids[r.ID] = true
		}
	}
	return ids
})

// Digest identifies the description.
func (v *Validator) Digest() string { return v.desc.Digest }
