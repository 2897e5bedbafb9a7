package engine

import (
	"cmp"

	"github.com/plumbapi/plumb"
)

// Expect says that the body of the later response of a contradiction will be given
// to [History.Look], so that the finding shows it.
func (h *History) Expect(c Contradiction) {
	h.expected[c.Resource] = append(h.expected[c.Resource], c)
}

// Seen returns the finding that a contradiction gives, if the body of its later
// response was given to [History.Look] or was added to the history.
func (h *History) Seen(c *Contradiction) (f plumb.Finding, ok bool) {
	s, ok := h.sightings[sighting{c.Resource, c.rule, c.pointer, c.Pair.After, c.Pair.Before}]
	return s.finding, ok && s.later
}

// Look remembers what the body of an exchange tells of contradictions that are
// expected.
func (h *History) Look(x *plumb.Exchange) {
	p := openAgain(h.v, x)
	for _, r := range p.resources {
		if r.id == "" {
			continue
		}
		t := h.v.tracked[r.life]
		key := t.Key([]byte(r.id))
		for i := range h.expected[key] {
			if one := &h.expected[key][i]; h.isAfter(one, p, r) {
				h.look(t, one, p, r)
			}
		}
	}
}

// look remembers what a body tells of a contradiction.
func (h *History) look(t *tracked, one *Contradiction, p *pass, r *resource) {
	c := comparison{v: h.v, tracked: t, Pair: &one.Pair, yield: func(c contradiction) {
		if c.rule.ID == one.rule && c.member.Pointer == one.pointer {
			h.place(&c, &one.Pair)
			h.remember(one.Resource, &c, p.x, c.atHand(h.v, p, r, true), true)
		}
	}}
	c.apply()
}

// isAfter reports whether a resource in a body is the later one of a contradiction.
func (h *History) isAfter(c *Contradiction, p *pass, r *resource) bool {
	after := &c.Pair.After
	return after.File == p.x.Place.File && after.Entry == int64(p.x.Place.Entry) &&
		after.Line == int64(lineOf(p.x, r.value.Start)) && after.Origin.Within == p.locate(location{path: r.path}).pointer
}

// Compare orders contradictions of one pair of responses.
func (c *Contradiction) Compare(o *Contradiction) int {
	return cmp.Or(cmp.Compare(c.rule, o.rule), cmp.Compare(c.pointer, o.pointer))
}
