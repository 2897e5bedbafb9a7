package validator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// History holds the responses of a run against each other: those of one
// resource, told by its identity, in the order of their times; where a
// response has no time, it comes after those before it. It is not safe for
// concurrent use.
type History struct {
	v         *Validator
	files     []string // that places are in
	fileIndex map[string]uint64
	resources map[resourceKey][]byte // see encode

	// The last response as it was, only of resources that have rules with
	// oldSelf.
	last map[resourceKey]lastSeen
}

type lastSeen struct {
	text []byte
	time int64
}

// NewHistory returns a history without responses.
func (v *Validator) NewHistory() *History {
	return &History{v: v, fileIndex: map[string]uint64{}, resources: map[resourceKey][]byte{}, last: map[resourceKey]lastSeen{}}
}

// Add takes in the outcome of a check and appends to its findings those that
// it gives together with earlier ones. A result is added once, directly after
// it was returned by Check or later, but not from several goroutines at once.
func (h *History) Add(r *Result) {
	p := r.pass
	if p == nil {
		return
	}
	r.pass = nil
	p.out.Findings = r.Findings
	for _, res := range p.resources {
		if res.id != "" {
			h.add(p, res)
		}
	}
	r.Findings = p.out.Findings
}

func (h *History) add(p *pass, r *resource) {
	key := keyOf(r)
	timeline := decode(h.resources[key], len(watched(r.life)))
	s := h.observe(p, r)
	at := len(timeline)
	if s.time == 0 && at > 0 {
		s.time = timeline[at-1].time
	}
	for at > 0 && timeline[at-1].time > s.time {
		at--
	}
	if at > 0 {
		h.compare(p, r, timeline[at-1], s, true)
	}
	if at < len(timeline) {
		h.compare(p, r, s, timeline[at], false)
	}
	h.applyXRules(p, r, key, s.time)
	timeline = append(timeline, observation{})
	copy(timeline[at+1:], timeline[at:])
	timeline[at] = s
	h.resources[key] = encode(thin(timeline))
}

// applyXRules evaluates the rules that look at oldSelf, the same resource in
// the response before. A response that is older than the last one is left out.
func (h *History) applyXRules(p *pass, r *resource, key resourceKey, at int64) {
	var using []*xRule
	for _, x := range h.v.shapeRules[r.shape] {
		if x.expression.Uses(expression.OldSelf) {
			using = append(using, x)
		}
	}
	before, ok := h.last[key]
	if len(using) == 0 || ok && before.time > at {
		return
	}
	h.last[key] = lastSeen{slices.Clone(p.x.Response.Body.Bytes[r.value.Start:r.value.End]), at}
	if !ok {
		return
	}
	old, _ := jsonvalue.Parse(before.text, h.v.maxDepth)
	for _, x := range using {
		variables := p.variables(celValue(r.value))
		variables[expression.OldSelf] = celValue(old)
		p.applyXRule(x, r.path, variables)
	}
}

// watched are the members whose values a history keeps: the state first, then
// those that the lifecycle speaks of.
func watched(life *lifecycle.Lifecycle) []string {
	pointers := make([]string, 0, 1+len(life.NeverChanges)+len(life.SetOnce)+len(life.NeverDecreases))
	pointers = append(pointers, life.State)
	for _, list := range [][]lifecycle.Member{life.NeverChanges, life.SetOnce, life.NeverDecreases} {
		for _, m := range list {
			pointers = append(pointers, m.Pointer)
		}
	}
	return pointers
}

// observe takes down what a response says of a resource.
func (h *History) observe(p *pass, r *resource) observation {
	file, ok := h.fileIndex[p.x.Place.File]
	if !ok {
		file = uint64(len(h.files))
		h.fileIndex[p.x.Place.File] = file
		h.files = append(h.files, p.x.Place.File)
	}
	line := p.x.Place.Line
	if body := p.x.Response.Body; body.Locate != nil {
		line, _ = body.Locate(r.value.Start)
	}
	s := observation{file: file, entry: uint64(p.x.Place.Entry), line: uint64(line)}
	if !p.x.Time.IsZero() {
		s.time = p.x.Time.UnixMilli()
	}
	for _, pointer := range watched(r.life) {
		s.cells = append(s.cells, cellOf(r.at(pointer)))
	}
	return s
}

// compare applies the rules of histories to two neighbouring responses. The
// one whose body is at hand is the later one, or else the earlier.
func (h *History) compare(p *pass, r *resource, before, after observation, laterAtHand bool) {
	c := comparison{h: h, p: p, r: r, before: before, after: after, laterAtHand: laterAtHand}
	for _, rule := range historyRules {
		p.use(rule)
		if p.severity != Off {
			rule.history(&c)
		}
	}
}

// historyRules are those of the rules that look at two responses.
var historyRules = []*Rule{historyChanged, historyDecreased, historySetOnce, historyTransition}

// comparison is two neighbouring responses of a resource, for rules to look at.
type comparison struct {
	h             *History
	p             *pass
	r             *resource
	before, after observation
	laterAtHand   bool
}

// members calls yield for the members of one list of the lifecycle, with their
// values before and after. The first of the list is the nth that is watched.
func (c *comparison) members(list []lifecycle.Member, n int, yield func(m lifecycle.Member, before, after cell)) {
	for i, m := range list {
		yield(m, c.before.cells[n+i], c.after.cells[n+i])
	}
}

// report records that the later response cannot follow the earlier one.
func (c *comparison) report(m lifecycle.Member, message string, before, after cell, allowed string) {
	path := c.r.pathTo(m.Pointer)
	if c.laterAtHand {
		found := fmt.Sprintf("%s; before, %s: %s", after.text(c.textAt(m.Pointer)), c.h.where(c.before), before.text(""))
		c.p.report(c.p.valueAt(path), placed(message, m.Place, found, allowed))
		return
	}
	// The response that is read now belongs before one that was read
	// already, of which only the place is left.
	found := fmt.Sprintf("%s; before, %s: %s", after.text(""), c.h.where(c.before), before.text(c.textAt(m.Pointer)))
	f := placed(message, m.Place, found, allowed)
	f.Pointer = c.p.pointer(path)
	f.Resource = c.r.id
	f.Place = Place{File: c.h.files[c.after.file], Entry: int(c.after.entry), Line: int(c.after.line)}
	c.p.add(f)
}

// textAt shows the value of a member in the response that is at hand.
func (c *comparison) textAt(pointer string) string {
	return c.p.foundText(c.r.pathTo(pointer))
}

// where names the place and time of a response.
func (h *History) where(s observation) string {
	text := fmt.Sprintf("in %s, line %d", h.files[s.file], s.line)
	if s.time != 0 {
		text += " of " + time.UnixMilli(s.time).UTC().Format(time.DateTime) + " UTC"
	}
	return text
}

var historyTransition = &Rule{
	ID:       "history-transition",
	Severity: Error,
	Title:    "a resource made a move that is not allowed",
	Text: `Two responses of one resource show states between which no moves of its
lifecycle lead. Polls may skip states, so any number of moves may lie between
two responses; but nothing leads out of a final state, and nothing back.`,
	Example: `{"status": "cancelled"}, and later {"status": "in_progress"}`,
	history: func(c *comparison) {
		from, to := c.r.life.StateNamed(c.before.cells[0].name()), c.r.life.StateNamed(c.after.cells[0].name())
		if from == nil || to == nil || c.r.life.Reaches(from.Name, to.Name) {
			return
		}
		allowed := from.Name + " is final"
		if !from.Final() {
			allowed = "after " + from.Name + ": " + strings.Join(from.Next, ", ") + ", and what comes after these"
		}
		c.report(lifecycle.Member{Pointer: c.r.life.State, Place: from.Place}, "the resource made a move that is not allowed", c.before.cells[0], c.after.cells[0], allowed)
	},
}

var historyChanged = &Rule{
	ID:       "history-changed",
	Severity: Error,
	Title:    "a member changed that never changes",
	Text: `Two responses of one resource differ in a member that keeps its value for the
life of the resource (neverChanges in ` + "`x-lifecycle`" + `). The order of the members
of an object does not matter, and a response without the member says nothing.`,
	Example: `{"created_at": 1741967569}, and later {"created_at": 1741967570}`,
	history: func(c *comparison) {
		c.members(c.r.life.NeverChanges, 1, func(m lifecycle.Member, before, after cell) {
			if before.kind != absent && after.kind != absent && before != after {
				c.report(m, "a member changed that never changes", before, after, "the value that it had")
			}
		})
	},
}

var historySetOnce = &Rule{
	ID:       "history-set-once",
	Severity: Error,
	Title:    "a member that is set once changed or was cleared",
	Text: `The member had a value, and a later response of the same resource has another
one or null. So it is with the timestamps of states, and with the members under
setOnce in ` + "`x-lifecycle`" + `.`,
	Example: `{"cancelling_at": 1741967569}, and later {"cancelling_at": null}`,
	history: func(c *comparison) {
		c.members(c.r.life.SetOnce, 1+len(c.r.life.NeverChanges), func(m lifecycle.Member, before, after cell) {
			// Servers also write "" for what is not set yet.
			set := before.kind != absent && before.kind != null && before != cell{kind: text}
			if set && after.kind != absent && before != after {
				c.report(m, "a member that is set once changed or was cleared", before, after, "the value that it had")
			}
		})
	},
}

var historyDecreased = &Rule{
	ID:       "history-decreased",
	Severity: Error,
	Title:    "a number fell that never falls",
	Text: `A later response of the same resource has a smaller number in a member that only
grows (neverDecreases in ` + "`x-lifecycle`" + `).`,
	Example: `{"completed": 5}, and later {"completed": 4}`,
	history: func(c *comparison) {
		life := c.r.life
		c.members(life.NeverDecreases, 1+len(life.NeverChanges)+len(life.SetOnce), func(m lifecycle.Member, before, after cell) {
			if before.isNumber() && after.isNumber() && after.number() < before.number() {
				c.report(m, "a number fell that never falls", before, after, "at least what it was")
			}
		})
	},
}

// value of a member in a response, as far as a history keeps it.
func cellOf(v *jsonvalue.Value) cell {
	switch {
	case v == nil:
		return cell{}
	case v.Kind == jsonvalue.Null:
		return cell{kind: null}
	case v.Kind == jsonvalue.Number:
		return numberCell(v.Text)
	case v.Kind == jsonvalue.String && len(v.Text) <= longestText:
		return cell{kind: text, short: v.Text}
	}
	return cell{kind: digest, bits: digestOf(v)}
}
