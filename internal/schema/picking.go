package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

// Picking is what a discriminator says of the values of its member.
type Picking struct {
	Place plumb.Source // of the discriminator

	picked map[string][]plumb.Source // the places of the schemas that a value picks, by its JSON text
}

// Pickings returns what the discriminators of the shape's schemas say of a member.
func (s *Shape) Pickings(name string) []Picking {
	var all []Picking
	add := func(n *node, d *discriminator, a *alternatives) {
		if d != nil && d.property == name {
			all = append(all, Picking{n.set.place(n.Location + "/" + spec.DiscriminatorKeyword), d.places(n.set, a)})
		}
	}
	for _, n := range s.nodes {
		p := n.program()
		for _, a := range []*alternatives{p.anyOf, p.oneOf} {
			if a != nil {
				add(n, a.discriminator, a)
			}
		}
		add(n, p.subtypes, nil)
	}
	return all
}

// places returns the places of the schemas that the values pick, by their JSON texts.
func (d *discriminator) places(s *Set, a *alternatives) map[string][]plumb.Source {
	all := map[string][]plumb.Source{}
	for _, value := range d.allowed(s, a) {
		var text string
		_ = json.Unmarshal([]byte(value), &text) // it was a string
		all[value] = []plumb.Source{}
		for _, n := range d.schemasOf(s, a, text) {
			for _, part := range n.inPlace {
				all[value] = append(all[value], part.place)
			}
		}
	}
	return all
}

// Picks reports whether a value, as JSON text, picks a schema.
func (p *Picking) Picks(value string) bool { return p.picked[value] != nil }

// IsApart reports whether a place is in schemas that other values pick, and not in
// those that this one picks.
func (p *Picking) IsApart(value string, at plumb.Source) bool {
	apart := false
	for other, places := range p.picked {
		switch {
		case !isIn(at, places):
		case other == value:
			return false
		default:
			apart = true
		}
	}
	return apart
}

// isIn reports whether a place is one of others, or within it.
func isIn(at plumb.Source, places []plumb.Source) bool {
	return slices.ContainsFunc(places, func(p plumb.Source) bool {
		return p.File == at.File && strings.HasPrefix(at.Pointer+"/", p.Pointer+"/")
	})
}
