package engine

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/spec"
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
	overFiles     bool   // another scope of histories would tell the two resources apart
}

// found says what the member is and was. Where it is at hand, the text says it in
// full.
func (c *contradiction) found(v *Validator, to, from string) string {
	text := c.text
	if text == "" {
		text = fmt.Sprintf("%s; before, %s: %s", shownValue(c.to, to), v.where(c.before), shownValue(c.from, from))
	}
	if c.overFiles {
		text += "; if ids restart in each file, --history-scope file tells them apart"
	}
	return text
}

func shownValue(v history.Value, full string) string {
	if full == "" || v.IsAbsent() {
		return v.String()
	}
	return full
}

// finding returns the finding as far as it can be told without a body.
func (c *contradiction) finding(v *Validator, t *tracked) plumb.Finding {
	f := placed(c.message, c.member.Place, c.found(v, "", ""), c.allowed)
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
		f.Occurrence.Found = c.found(v, "", p.foundText(path))
		return f
	}
	f.Occurrence.Found = c.found(v, p.foundText(path), "")
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

func sightingOf(key ResourceKey, c *contradiction, p *history.Pair) sighting {
	return sighting{key, c.rule.ID, c.member.Pointer, p.After, p.Before}
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
func (h *History) sight(of sighting, x *plumb.Exchange, f plumb.Finding, later bool) {
	if len(h.sightings) < mostSightings {
		h.remember(of, x, f, later)
	}
}

func (h *History) remember(of sighting, x *plumb.Exchange, f plumb.Finding, later bool) {
	if h.sightings[of].later { // of equal ones the first counts
		return
	}
	if h.Clean != nil {
		h.Clean(x, &f)
	}
	h.sightings[of] = sighted{f, later}
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
			if s, ok := h.sightings[sightingOf(key, &c, c.pair)]; ok {
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
				c.of, c.pair = t, &pair
				h.place(&c, &pair)
				stopped = !yield(key, c)
			}}
			if c.apply(); stopped {
				return
			}
		}
	}
}

// place records which responses contradict each other.
func (h *History) place(c *contradiction, pair *history.Pair) {
	c.before, c.after = pair.Before, pair.After
	c.overFiles = pair.Begins == nil && h.store.Scope == history.ScopeLife && c.before.File != c.after.File && c.before != Moment{}
}

// where names a response, by what was asked for, its place and its time.
func (v *Validator) where(m Moment) string {
	place, entry := "line "+strconv.FormatInt(m.Line, 10), strconv.FormatInt(m.Entry, 10)
	switch {
	case m.Line == 0: // seen live
		place = "exchange " + entry
	case m.Entry != 0 && m.Entry != m.Line: // several can be in one line
		place += " (entry " + entry + ")"
	}
	text := "in " + m.File + ", " + place
	asked := v.asked()[m.Origin.Operation]
	if method, _, _ := strings.Cut(asked, " "); asked != "" && !strings.HasPrefix(m.File, method+" ") { // of a test, the place is what was asked for
		text = asked + " " + text
	}
	if m.Time != 0 {
		text += " of " + time.UnixMilli(m.Time).UTC().Format(time.DateTime) + " UTC"
	}
	return text
}

// longestAsked is how long what was asked for is at most in the name of a response.
const longestAsked = 80

// askedFor returns the method and path of each operation, by its id.
func askedFor(operations []*spec.Operation) map[string]string {
	all := map[string]string{}
	for _, op := range operations {
		all[op.ID] = textfmt.Shorten(op.Method+" "+op.Path, longestAsked)
	}
	return all
}
