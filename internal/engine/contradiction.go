package engine

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// contradiction is a response that cannot follow an earlier one of the resource.
type contradiction struct {
	rule          *Rule
	member        lifecycle.Member
	message       string
	from, to      cell // what the member was, and is
	before, after moment
	allowed       string
}

// found says what the member is and was. Where it is at hand, the text says it in
// full.
func (c *contradiction) found(h *History, to, from string) string {
	return fmt.Sprintf("%s; before, %s: %s", c.to.text(to), h.where(c.before), c.from.text(from))
}

// finding returns the finding as far as it can be told without a body.
func (c *contradiction) finding(h *History, w *tracked) plumb.Finding {
	f := placed(c.message, c.member.Place, c.found(h, "", ""), c.allowed)
	origin := h.origins[c.after.origin]
	f.Rule, f.Severity = c.rule.ID, h.v.severityOf(c.rule)
	f.Operation, f.Status = origin.Operation, origin.Status
	f.Pointer = origin.Within + c.member.Pointer
	f.Subject = w.subject(c.member.Pointer)
	f.Place = plumb.Place{File: h.files[c.after.file], Entry: int(c.after.entry), Line: int(c.after.line)}
	return f
}

// atHand returns the finding with what the body at hand tells, which is that of
// the later response, or else of the earlier one.
func (c *contradiction) atHand(h *History, w *tracked, p *pass, r *resource, later bool) plumb.Finding {
	f := c.finding(h, w)
	f.Resource = r.id
	path := r.pathTo(c.member.Pointer)
	if !later {
		f.Occurrence.Found = c.found(h, "", p.foundText(path))
		return f
	}
	f.Occurrence.Found = c.found(h, p.foundText(path), "")
	a := p.valueAt(path)
	if body := p.x.Response.Body; body.Locate != nil {
		f.Line, f.Column = body.Locate(a.start)
	} else {
		f.Place = p.x.Place
	}
	f.Excerpt = excerpt(p.x.Response.Body.Bytes, a.start, a.end)
	return f
}

// sighting is a response that was seen to contradict an earlier one.
type sighting struct {
	key           ResourceKey
	rule, pointer string
	after, before moment
}

// mostSightings bounds what is remembered of bodies that are gone: reports show
// the first few of each kind only.
const mostSightings = 1 << 12

// sight remembers what the body at hand tells of a contradiction.
func (h *History) sight(key ResourceKey, c *contradiction, x *plumb.Exchange, f plumb.Finding) {
	if len(h.sightings) >= mostSightings {
		return
	}
	if h.Clean != nil {
		h.Clean(x, &f)
	}
	h.sightings[sighting{key, c.rule.ID, c.member.Pointer, c.after, c.before}] = f
}

// Contradictions returns the findings that the resources give by their
// histories, in no order, each with the resource. They are those of all
// responses that were added, in whatever order that was. Of a resource with many
// responses, the responses between which it is found can be farther apart than
// they need to be.
func (h *History) Contradictions() iter.Seq2[ResourceKey, plumb.Finding] {
	return func(yield func(ResourceKey, plumb.Finding) bool) {
		for key, encoded := range h.timelines.all() {
			t := readTimeline(encoded)
			if !t.suspect {
				continue
			}
			for _, f := range h.contradictionsOf(key, t) {
				if !yield(key, f) {
					return
				}
			}
		}
	}
}

func (h *History) contradictionsOf(key ResourceKey, t timeline) (findings []plumb.Finding) {
	w := h.v.kinds[t.kind]
	all := h.needed(w, t)
	for i := range all {
		earlier := slices.Clone(all[:i])
		slices.Reverse(earlier)
		all[i].meet(w, earlier, true, func(before moment, changes []change) {
			c := comparison{rules: h.v.history, life: w.life, changes: changes, yield: func(c contradiction) {
				if h.v.severityOf(c.rule) == plumb.Off {
					return
				}
				c.before, c.after = before, all[i].moment
				f, seen := h.sightings[sighting{key, c.rule.ID, c.member.Pointer, c.after, c.before}]
				if !seen {
					f = c.finding(h, w)
				}
				findings = append(findings, f)
			}}
			c.apply()
		})
	}
	return findings
}

// needed returns the observations of a timeline as they are after all that are
// not needed were dropped.
func (h *History) needed(w *tracked, t timeline) []observation {
	return reduce(w.observations(t), len(w.members), func(s *observation) []byte { return w.pack(nil, s.cells) })
}

// where names the place and time of a response.
func (h *History) where(s moment) string {
	place := "line " + strconv.FormatInt(s.line, 10)
	if s.line == 0 { // seen live
		place = "exchange " + strconv.FormatInt(s.entry, 10)
	}
	text := "in " + h.files[s.file] + ", " + place
	if s.time != 0 {
		text += " of " + time.UnixMilli(s.time).UTC().Format(time.DateTime) + " UTC"
	}
	return text
}
