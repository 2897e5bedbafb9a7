package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// subjectAt returns the subject of findings at a place of the description, or
// at something there that has a name but no place of its own.
func subjectAt(place plumb.Source, name string) plumb.Subject {
	return plumb.Subject{File: place.File, Pointer: place.Pointer, Name: shortName(name)}
}

// ofBody returns the subject of findings on the body as a whole: the schema or
// the response that it is checked against. It is empty where there is none.
func (p *pass) ofBody() plumb.Subject {
	switch {
	case p.schema != nil:
		return subjectAt(p.schema.Place, "")
	case p.response != nil:
		return subjectAt(p.response.Place, "")
	case p.match.Operation != nil:
		return subjectAt(p.match.Operation.Place, "")
	}
	return plumb.Subject{}
}

// placeNode is a value in the body, with the pointer and the subject of
// findings about it.
type placeNode struct {
	value   *jsonvalue.Value // nil if it is missing
	shape   *schema.Shape    // nil if nothing describes the value
	pointer string           // from the body or the element that counts as one, array indexes and keys of maps as *
	subject plumb.Subject
	named   string // the pointer with the keys of maps; empty if there are none
}

// containerNode is the object or array that the last finding is in. It is kept
// since an array or object can have many findings.
type containerNode struct {
	path []string
	skip int // how many tokens of the path lead to the element that counts as a body
	placeNode
}

// locate returns the placeNode of the part of the body that a finding is
// about.
func (p *pass) locate(at location) placeNode {
	around, last, ok := cutLast(at.path)
	if !ok || p.root == nil {
		return placeNode{subject: p.ofBody()}
	}
	skip := p.partPathLength(at.path)
	container := &p.container
	if container.value == nil || container.skip != skip || !slices.Equal(container.path, around) {
		*container = containerNode{path: around, skip: skip, placeNode: placeNode{value: p.root, subject: p.ofBody()}}
		if p.schema != nil {
			container.shape = p.schema.Shape
		}
		for i, token := range around {
			container.enter(token, plumb.Source{})
			if i < skip {
				container.pointer, container.named = "", ""
			}
		}
	}
	to := container.placeNode
	switch {
	case at.ofObject:
		to.enterUndescribed(last, at.keyword)
	case at.name:
		to.enter(last, plumb.Source{})
		to.subject = container.subject // the object's schema, which says which names are allowed
	default:
		to.enter(last, at.keyword)
	}
	if len(around) < skip {
		to.pointer, to.named = "", ""
	}
	return to
}

// partPathLength returns how many tokens of the path lead to an element that
// counts as a body of its own; 0 where the path leads to none.
func (p *pass) partPathLength(path []string) int {
	if len(p.parts) == 0 {
		return 0
	}
	prefix := p.parts[0].path
	if n := len(prefix); n > 0 && len(path) >= n && slices.Equal(path[:n-1], prefix[:n-1]) {
		return n
	}
	return 0
}

// enter moves to a member or an element. The keyword is one that the value does
// not satisfy: it decides which of several alternatives describes the value.
func (s *placeNode) enter(token string, keyword plumb.Source) {
	value, shape := s.value, s.shape
	s.value, s.shape = value.At(token), nil
	isArray := value != nil && value.Kind == jsonvalue.Array
	var way schema.Way
	switch {
	case shape == nil:
		s.narrow(schema.Enclosing(keyword))
	case isArray:
		index, _ := strconv.Atoi(token)
		way = shape.WayToItem(index, keyword)
	default:
		way = shape.WayTo(token, keyword)
		if _, undocumented := shape.Member(token); undocumented {
			s.subject = subjectAt(shape.Place, token)
		}
	}
	s.shape = way.Shape
	s.narrow(way.Place)
	switch {
	case isArray:
		s.step("*", "*")
	case way.Key:
		s.step("*", token)
	default:
		s.step(token, token)
	}
}

// step appends a token to the pointer, and name to the pointer with the keys of
// maps.
func (s *placeNode) step(token, name string) {
	token, name = "/"+jsonvalue.EscapePointer(shortName(token)), "/"+jsonvalue.EscapePointer(shortName(name))
	if s.named != "" || token != name {
		if s.named == "" {
			s.named = s.pointer
		}
		s.named += name
	}
	s.pointer += token
}

// enterUndescribed moves to a member that the object's own schema requires or
// does not allow.
func (s *placeNode) enterUndescribed(name string, keyword plumb.Source) {
	shape := s.shape
	s.step(name, name)
	s.value, s.shape = s.value.At(name), nil
	switch {
	case shape == nil:
		s.narrow(schema.Enclosing(keyword))
		s.subject.Name = shortName(name)
	case shape.Named(name) != nil:
		s.narrow(shape.WayTo(name, keyword).Place)
	default:
		s.subject = subjectAt(shape.Place, name)
	}
}

// narrow makes a place the subject, unless it is empty.
func (s *placeNode) narrow(place plumb.Source) {
	if place.File != "" {
		s.subject = subjectAt(place, "")
	}
}

// shortName returns a name as findings have it. A long name is cut, and a hash
// is added to distinguish it, since each member of an object can have a finding
// whose pointer has the names of all objects around it. The identities of
// resources are cut likewise.
func shortName(name string) string {
	if len(name) <= maxName {
		return name
	}
	cut := maxName / 2
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	sum := sha256.Sum256([]byte(name))
	return name[:cut] + "…" + hex.EncodeToString(sum[:8])
}

// maxName is the maximum length of a name in a finding, in bytes.
const maxName = 256
