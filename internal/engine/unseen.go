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
	var index int64
	for _, r := range p.resources {
		if r.id == "" {
			continue
		}
		t := h.v.tracked[r.life]
		key := t.Key([]byte(r.id))
		for i := range h.expected[key] {
			if one := &h.expected[key][i]; isIn(&one.Pair.After, x, index) {
				h.look(t, one, p, r)
			}
		}
		index++
	}
}

// look remembers what a body tells of a contradiction.
func (h *History) look(t *tracked, one *Contradiction, p *pass, r *resource) {
	c := comparison{v: h.v, tracked: t, Pair: &one.Pair, yield: func(c contradiction) {
		if c.rule.ID == one.rule && c.member.Pointer == one.pointer {
			h.place(&c, &one.Pair)
			h.remember(sightingOf(one.Resource, &c, &one.Pair), p.x, c.atHand(h.v, p, r, true), true)
		}
	}}
	c.apply()
}

// isIn reports whether a moment is that of the resource with an index in an exchange.
func isIn(m *Moment, x *plumb.Exchange, index int64) bool {
	return m.File == x.Place.File && m.Entry == int64(x.Place.Entry) && m.Index == index
}

// Compare orders contradictions of one pair of responses.
func (c *Contradiction) Compare(o *Contradiction) int {
	return cmp.Or(cmp.Compare(c.rule, o.rule), cmp.Compare(c.pointer, o.pointer))
}
