package schema

import (
	"slices"
	"strconv"
	"strings"
)

// dynamics are the references that depend on how they were reached: $dynamicRef, and
// $recursiveRef of draft 2019-09.
type dynamics struct {
	dynamic      bool      // the description has such references
	resource     *resource // that the schema is in; nil without such references
	dynamicRef   *node
	anchor       string // that dynamicRef goes by; empty where it is as good as $ref
	recursiveRef *node
}

// resource is a schema with a URI of its own, apart from those in it.
type resource struct {
	id      int
	root    *node
	anchors map[string]*node // by $dynamicAnchor
}

func (d *dynamics) compile(n *node) {
	d.dynamicRef, d.recursiveRef = n.set.nodeOf(n.DynamicRef), n.set.nodeOf(n.RecursiveRef)
	d.dynamic = n.set.dynamic.Load()
	if !d.dynamic {
		return
	}
	d.resource = n.set.resourceOf(n.Location)
	if n.DynamicRef != nil {
		ref, known := n.set.keyword(n.Location, "$dynamicRef").(string)
		_, anchor, _ := strings.Cut(ref, "#")
		if !known || anchor == n.DynamicRef.DynamicAnchor { // a metaschema is not known
			d.anchor = n.DynamicRef.DynamicAnchor
		}
	}
}

// resourceOf returns the resource that the schema at a location is in.
func (s *Set) resourceOf(location string) *resource {
	for {
		slash := strings.LastIndexByte(location, '/')
		hash := strings.IndexByte(location, '#')
		if slash < hash || s.hasID(location) {
			break
		}
		location = location[:slash]
	}
	if r := s.resources[location]; r != nil {
		return r
	}
	r := &resource{id: len(s.resources), anchors: map[string]*node{}}
	s.resources[location] = r
	if compiled, err := s.compile(location); err == nil {
		r.root = s.node(compiled)
		if compiled.DynamicAnchor != "" {
			r.anchors[compiled.DynamicAnchor] = r.root
		}
	}
	s.findAnchors(r, location, s.keyword(location, ""))
	return r
}

func (s *Set) hasID(location string) bool {
	_, ok := s.keyword(location, "$id").(string)
	return ok
}

// findAnchors finds the dynamic anchors of a resource.
func (s *Set) findAnchors(r *resource, location string, doc any) {
	switch d := doc.(type) {
	case map[string]any:
		if anchor, ok := d["$dynamicAnchor"].(string); ok && r.anchors[anchor] == nil {
			if compiled, err := s.compile(location); err == nil {
				r.anchors[anchor] = s.node(compiled)
			}
		}
		for name, value := range d {
			if name == "enum" || name == "const" {
				continue
			}
			inner := location + "/" + escapeToken(name)
			if object, ok := value.(map[string]any); ok && object["$id"] != nil {
				continue // another resource
			}
			s.findAnchors(r, inner, value)
		}
	case []any:
		for i, value := range d {
			if object, ok := value.(map[string]any); ok && object["$id"] != nil {
				continue
			}
			s.findAnchors(r, location+"/"+strconv.Itoa(i), value)
		}
	}
}

// enter goes into a resource, and reports whether it was not in it.
func (e *evaluator) enter(r *resource) bool {
	if n := len(e.scope); n > 0 && e.scope[n-1] == r {
		return false
	}
	e.scope = append(e.scope, r)
	return true
}

func (e *evaluator) leave() { e.scope = e.scope[:len(e.scope)-1] }

// scopeKey tells scopes apart. Of a resource that is in a scope several times, only
// the first counts.
func (e *evaluator) scopeKey() string {
	if len(e.scope) == 0 {
		return ""
	}
	var key []byte
	var seen []*resource
	for _, r := range e.scope {
		if !slices.Contains(seen, r) {
			seen = append(seen, r)
			key = append(strconv.AppendInt(key, int64(r.id), 10), ' ')
		}
	}
	return string(key)
}

// dynamicTarget returns the schema that $dynamicRef refers to here.
func (e *evaluator) dynamicTarget(p *program) *node {
	if p.anchor != "" {
		for _, r := range e.scope {
			if n := r.anchors[p.anchor]; n != nil {
				return n
			}
		}
	}
	return p.dynamicRef
}

// recursiveTarget returns the schema that $recursiveRef refers to here.
func (e *evaluator) recursiveTarget(p *program) *node {
	if p.recursiveRef.RecursiveAnchor {
		for _, r := range e.scope {
			if r.root != nil && r.root.RecursiveAnchor {
				return r.root
			}
		}
	}
	return p.recursiveRef
}
