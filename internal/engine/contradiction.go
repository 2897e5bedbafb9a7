package engine

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// contradiction is a response that cannot follow an earlier one of the resource.
type contradiction struct {
	rule          *Rule
	of            *tracked      // set where no body is at hand
	pair          *history.Pair // likewise
	member        lifecycle.Member
	message       string
	from, to      history.Value // what the member was, and is
	before, after Moment
	allowed       string
	text          string // what was found; empty where the values say it
	ofResource    bool   // its cause is one for all timestamps of the resource
}

// found says what the member is and was. Where it is at hand, the text says it in
// full.
func (c *contradiction) found(to, from string) string {
	if c.text != "" {
		return c.text
	}
	return fmt.Sprintf("%s; before, %s: %s", shownValue(c.to, to), where(c.before), shownValue(c.from, from))
}

func shownValue(v history.Value, full string) string {
	if full == "" || v.IsAbsent() {
		return v.String()
	}
	return full
}

// finding returns the finding as far as it can be told without a body.
func (c *contradiction) finding(v *Validator, t *tracked) plumb.Finding {
	f := placed(c.message, c.member.Place, c.found("", ""), c.allowed)
	f.Rule, f.Severity = c.rule.ID, v.severityOf(c.rule)
	f.Operation, f.Status = c.after.Origin.Operation, c.after.Origin.Status
	f.Pointer = c.after.Origin.Within + c.member.Pointer
	if f.Subject = t.subject(c.member.Pointer); c.ofResource {
		f.Subject = t.subject("")
	}
	f.Place = plumb.Place{File: c.after.File, Entry: int(c.after.Entry), Line: int(c.after.Line)}
	return f
}

// atHand returns the finding with what the body at hand tells, which is that of
// the later response, or else of the earlier one.
func (c *contradiction) atHand(v *Validator, p *pass, r *resource, later bool) plumb.Finding {
	f := c.finding(v, v.tracked[r.life])
	f.Resource = r.id
	path := r.pathTo(c.member.Pointer)
	if !later {
		f.Occurrence.Found = c.found("", p.foundText(path))
		return f
	}
	f.Occurrence.Found = c.found(p.foundText(path), "")
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
	after, before Moment
}

func sightingOf(key ResourceKey, c *contradiction) sighting {
	return sighting{key, c.rule.ID, c.member.Pointer, c.after, c.before}
}

// sighted is what a body told of a contradiction.
type sighted struct {
	finding plumb.Finding
	later   bool // the body is that of the later response, which the finding is about
}

// mostSightings bounds what is remembered of bodies that are gone: reports show
// the first few of each kind only.
const mostSightings = 1 << 12

// sight remembers what the body at hand tells of a contradiction.
func (h *History) sight(key ResourceKey, c *contradiction, x *plumb.Exchange, f plumb.Finding, later bool) {
	if len(h.sightings) < mostSightings {
		h.remember(key, c, x, f, later)
	}
}

func (h *History) remember(key ResourceKey, c *contradiction, x *plumb.Exchange, f plumb.Finding, later bool) {
	if h.Clean != nil {
		h.Clean(x, &f)
	}
	h.sightings[sightingOf(key, c)] = sighted{f, later}
}

// Contradiction is a finding that a resource gives by its history.
type Contradiction struct {
	Finding  plumb.Finding
	Resource ResourceKey
	Seen     bool         // the finding shows the body; see [History.Expect]
	Pair     history.Pair // the two responses

	rule, pointer string
}

// Contradictions returns the findings that the resources give by their
// histories, in no order. They are those of all responses that were added, in
// whatever order that was. Of a resource with many responses, the responses between
// which it is found can be farther apart than they need to be. If of is not nil, only
// those of the resources for which it returns true are returned.
func (h *History) Contradictions(of func(ResourceKey) bool) iter.Seq[Contradiction] {
	return func(yield func(Contradiction) bool) {
		for key, c := range h.contradictions() {
			if of != nil && !of(key) {
				continue
			}
			one := Contradiction{Resource: key, Pair: *c.pair, rule: c.rule.ID, pointer: c.member.Pointer}
			if s, ok := h.sightings[sightingOf(key, &c)]; ok {
				one.Finding, one.Seen = s.finding, s.later
			} else {
				one.Finding = c.finding(h.v, c.of)
			}
			if !yield(one) {
				return
			}
		}
	}
}

// contradictions returns those that give findings.
func (h *History) contradictions() iter.Seq2[ResourceKey, contradiction] {
	return func(yield func(ResourceKey, contradiction) bool) {
		stopped := false
		for key, pair := range h.store.Pairs() {
			t := h.v.kinds[pair.Kind]
			c := comparison{v: h.v, tracked: t, Pair: &pair, yield: func(c contradiction) {
				if stopped || h.v.severityOf(c.rule) == plumb.Off {
					return
				}
				c.of, c.pair, c.before, c.after = t, &pair, pair.Before, pair.After
				stopped = !yield(key, c)
			}}
			if c.apply(); stopped {
				return
			}
		}
	}
}

// where names the place and time of a response.
func where(m Moment) string {
	place, entry := "line "+strconv.FormatInt(m.Line, 10), strconv.FormatInt(m.Entry, 10)
	switch {
	case m.Line == 0: // seen live
		place = "exchange " + entry
	case m.Entry != 0 && m.Entry != m.Line: // several can be in one line
		place += " (entry " + entry + ")"
	}
	text := "in " + m.File + ", " + place
	if m.Time != 0 {
		text += " of " + time.UnixMilli(m.Time).UTC().Format(time.DateTime) + " UTC"
	}
	return text
}
