package engine

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// skipOtherAPI skips an exchange with a host that the description does not
// name, unless the exchange is one of the API.
func (p *pass) skipOtherAPI() {
	if p.match.Path == "" || p.belongsToAPI() {
		return
	}
	reason := p.otherAPIReason()
	if server := p.match.Server(p.x.Request.URL); server != "" {
		reason += "; --server " + server + " checks it anyway"
	}
	*p = pass{v: p.v, x: p.x, memory: p.memory, tally: p.tally, out: Result{Status: p.out.Status, Skipped: reason}}
}

// otherAPIReason says why an exchange is not taken for one of the API.
func (p *pass) otherAPIReason() string {
	if p.match.Site == spec.Behind {
		switch {
		case !slices.ContainsFunc(p.successSchemas(), func(s *bodySchema) bool { return len(s.constants) > 0 }):
			return "a path behind a prefix that is not described, whose answers have no constant to recognise them by"
		case p.object() == nil:
			return "a path behind a prefix that is not described, with a body that is not an object with a constant to recognise it by"
		}
	}
	return "another API, as its body shows"
}

// belongsToAPI reports whether the exchange is one of the API: its host is a
// server of the description, or its body resembles a successful response of the
// operation.
//
// Behind a prefix that the description does not name, the body must have a
// constant of one of the schemas. Below a base path, only an object that has
// none of the constants, and fewer than half of the required members, is taken
// for another API's. A response that is not successful, or not an object, is
// taken for one of the API.
func (p *pass) belongsToAPI() bool {
	if p.match.Site == spec.Own {
		return true
	}
	answers := p.successSchemas()
	if p.match.Site == spec.Behind {
		object := p.object()
		return object != nil && slices.ContainsFunc(answers, func(s *bodySchema) bool { return s.hasConstant(object) })
	}
	if !p.isSuccess() || len(answers) == 0 || slices.ContainsFunc(answers, func(s *bodySchema) bool { return len(s.constants) == 0 }) {
		return true
	}
	object := p.object()
	return object == nil || slices.ContainsFunc(answers, func(s *bodySchema) bool { return s.hasConstant(object) || s.hasHalfOfRequired(object) })
}

// isSuccess reports whether the response is successful, or has no status that
// says otherwise.
func (p *pass) isSuccess() bool { return p.out.Status == 0 || p.out.Status/100 == 2 }

// successSchemas returns the schemas of the operation's successful responses;
// where the method is not described, those of the other methods of the path.
func (p *pass) successSchemas() []*bodySchema {
	if p.match.Operation != nil {
		return p.v.successSchemas[p.match.Operation]
	}
	var all []*bodySchema
	for _, op := range p.v.desc.Operations {
		if op.Path == p.match.Path {
			all = append(all, p.v.successSchemas[op]...)
		}
	}
	return all
}

// object returns the body if it is a JSON object, else nil.
func (p *pass) object() *jsonvalue.Value {
	body := &p.x.Response.Body
	if body.Missing != "" || !looksLikeJSON(body.Bytes) {
		return nil
	}
	if root := p.json().root; root != nil && root.Kind == jsonvalue.Object {
		return root
	}
	return nil
}

// hasConstant reports whether the object has a constant of the schema.
func (s *bodySchema) hasConstant(object *jsonvalue.Value) bool {
	return slices.ContainsFunc(s.constants, func(c constantMember) bool { return s.hasValue(object, c) })
}

func (s *bodySchema) hasValue(object *jsonvalue.Value, c constantMember) bool {
	m := object.Member(c.name)
	if m == nil {
		return false
	}
	text, ok := s.Shape.Named(c.name).Shape.Enumerated(m)
	return ok && text == c.text
}

// hasHalfOfRequired reports whether the object has at least half of the members
// that the schema requires.
func (s *bodySchema) hasHalfOfRequired(object *jsonvalue.Value) bool {
	has := 0
	for _, name := range s.required {
		if object.Member(name) != nil {
			has++
		}
	}
	return 2*has >= len(s.required)
}
