package engine

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb"
)

// mostUnseen bounds how many contradictions of a rule and a member are looked at
// again: reports show fewer.
const mostUnseen = 1 << 8

// unseen is a contradiction of a resource.
type unseen struct {
	key ResourceKey
	contradiction
}

// Unseen returns the places of exchanges that contradict earlier ones, and of the
// bodies of which nothing is known, since the earlier ones were not in memory any
// more: of each rule and member the first by place. Only file and entry are set.
// Exchanges that can be read again can be given to [History.Look].
func (h *History) Unseen() []plumb.Place {
	h.unseen = map[ResourceKey][]contradiction{}
	var places []plumb.Place
	for _, first := range h.firstContradictions() {
		for _, u := range first {
			if _, seen := h.sightings[sightingOf(u.key, &u.contradiction)]; !seen {
				h.unseen[u.key] = append(h.unseen[u.key], u.contradiction)
				places = append(places, plumb.Place{File: u.after.File, Entry: int(u.after.Entry)})
			}
		}
	}
	return places
}

// firstContradictions returns the first by place of each rule and member.
func (h *History) firstContradictions() map[[2]string][]unseen {
	all := map[[2]string][]unseen{}
	shorten := func(list []unseen) []unseen {
		slices.SortFunc(list, func(a, b unseen) int {
			return cmp.Or(cmp.Compare(a.after.File, b.after.File), cmp.Compare(a.after.Entry, b.after.Entry), cmp.Compare(a.after.Line, b.after.Line), cmp.Compare(a.key, b.key))
		})
		return list[:min(len(list), mostUnseen)]
	}
	for key, c := range h.contradictions() {
		of := [2]string{c.rule.ID, c.member.Pointer}
		if all[of] = append(all[of], unseen{key, c}); len(all[of]) == 2*mostUnseen {
			all[of] = shorten(all[of])
		}
	}
	for of := range all {
		all[of] = shorten(all[of])
	}
	return all
}

// Look remembers what the body of an exchange, which was added before, tells of
// contradictions that [History.Unseen] found.
func (h *History) Look(x *plumb.Exchange) {
	p := openAgain(h.v, x)
	for _, r := range p.resources {
		if r.id == "" {
			continue
		}
		key := h.v.tracked[r.life].Key([]byte(r.id))
		for _, c := range h.unseen[key] {
			if h.isAfter(&c, p, r) {
				h.remember(key, &c, x, c.atHand(h.v, p, r, true))
			}
		}
	}
}

// isAfter reports whether a resource in a body is the later one of a contradiction.
func (h *History) isAfter(c *contradiction, p *pass, r *resource) bool {
	return c.after.File == p.x.Place.File && c.after.Entry == int64(p.x.Place.Entry) &&
		c.after.Line == int64(lineOf(p.x, r.value.Start)) && c.after.Origin.Within == p.locate(location{path: r.path}).pointer
}
