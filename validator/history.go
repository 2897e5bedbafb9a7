package validator

import (
	"fmt"
	"math"
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
	resources map[resourceKey]timeline
	scratch   [2][]cell // for two observations

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
	return &History{v: v, fileIndex: map[string]uint64{}, resources: map[resourceKey]timeline{}, last: map[resourceKey]lastSeen{}}
}

// Add takes in the outcome of a check and appends to its findings those that
// it gives together with earlier ones. A result is added once, directly after
// it was returned by Check or later, but not from several goroutines at once.
func (h *History) Add(r *Result) {
	for i := range r.notes {
		h.addNote(r, &r.notes[i])
	}
	r.notes = nil
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
	key := keyOf(r.life, []byte(r.id))
	s := h.observe(p, r)
	h.insert(key, r.life, &s, func(before, after observation, laterAtHand bool) {
		h.compare(p, r, before, after, laterAtHand)
	})
	h.applyXRules(p, r, key, s.time)
}

// addNote does what add does, for a body that a plan read. Only a finding
// needs the body itself.
func (h *History) addNote(to *Result, n *note) {
	var s observation
	h.place(&s, n.x, n.start)
	compare := func(before, after observation, laterAtHand bool) { h.compareNote(to, n, before, after, laterAtHand) }
	t := h.resources[n.key]
	if !t.extends(s.time) {
		s.cells = n.read(nil)
		h.insert(n.key, n.life, &s, compare)
		return
	}
	if s.time == 0 {
		s.time = t.time
	}
	if n.hash == t.hash {
		t.repeat(&s)
	} else {
		for i, cells := range h.scratch {
			h.scratch[i] = slices.Grow(cells[:0], t.width)
		}
		last := t.last(h.scratch[0])
		s.cells = n.read(h.scratch[1])
		compare(last, s, true)
		t.extend(last.cells, &s, n.hash)
	}
	h.resources[n.key] = t
}

// compareNote does what compare does, for a body that a plan read.
func (h *History) compareNote(to *Result, n *note, before, after observation, laterAtHand bool) {
	c := comparison{h: h, r: &resource{life: n.life}, before: before, after: after}
	for _, rule := range historyRules {
		rule.history(&c)
	}
	if !c.differs {
		return
	}
	if p, r := n.openAgain(h.v); r != nil {
		p.out.Findings = to.Findings
		h.compare(p, r, before, after, laterAtHand)
		to.Findings = p.out.Findings
	}
}

// insert puts s where it belongs by its time, and calls compare for its
// neighbours there.
func (h *History) insert(key resourceKey, life *lifecycle.Lifecycle, s *observation, compare func(before, after observation, laterAtHand bool)) {
	all := decode(h.resources[key].encoded, len(watched(life)))
	at := len(all)
	if s.time == 0 && at > 0 {
		s.time = all[at-1].time
	}
	for at > 0 && all[at-1].time > s.time {
		at--
	}
	if at > 0 {
		compare(all[at-1], *s, true)
	}
	if at < len(all) {
		compare(*s, all[at], false)
	}
	h.resources[key] = newTimeline(thin(slices.Insert(all, at, *s)))
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
	var s observation
	h.place(&s, p.x, r.value.Start)
	for _, pointer := range watched(r.life) {
		s.cells = append(s.cells, cellOf(r.at(pointer)))
	}
	if r.state != nil && len(r.state.Name) <= math.MaxUint8 {
		s.cells[0] = cell{kind: text, short: r.state.Name}
	}
	return s
}

// place says when and where an exchange was, with a resource that begins at an
// offset of its body.
func (h *History) place(s *observation, x *Exchange, start int) {
	file, ok := h.fileIndex[x.Place.File]
	if !ok {
		file = uint64(len(h.files))
		h.fileIndex[x.Place.File] = file
		h.files = append(h.files, x.Place.File)
	}
	line := x.Place.Line
	if x.Response.Body.Locate != nil {
		line, _ = x.Response.Body.Locate(start)
	}
	s.file, s.entry, s.line = file, uint64(x.Place.Entry), uint64(line)
	if !x.Time.IsZero() {
		s.time = x.Time.UnixMilli()
	}
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
	p             *pass // nil: nothing is reported
	r             *resource
	differs       bool // there is something to report
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
	c.differs = true
	if c.p == nil {
		return
	}
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
	if s.line == 0 { // seen live
		text = fmt.Sprintf("in %s, exchange %d", h.files[s.file], s.entry)
	}
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
	Fix:     "Correct the state that the server reports; if the move is allowed, add it to next of the state before.",
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
	Fix:     "Keep the value in all responses; if it may change, take the member out of neverChanges.",
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
	Fix:     "Keep the value once it is set; if it may change, take the member out of setOnce.",
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
	Fix:     "Keep the count from falling; if it may fall, take the member out of neverDecreases.",
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

// isTime tells whether a text is a time as RFC 3339 has it.
func isTime[T string | []byte](text T) bool {
	const shortest, longest = len("2006-01-02T15:04:05Z"), len("2006-01-02T15:04:05.999999999+00:00")
	if len(text) < shortest || len(text) > longest {
		return false
	}
	if text[4] != '-' || text[10] != 'T' {
		return false // most texts, without the cost of an error
	}
	_, err := time.Parse(time.RFC3339, string(text))
	return err == nil
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
	case v.Kind == jsonvalue.String && (len(v.Text) <= longestText || isTime(v.Text)):
		return cell{kind: text, short: v.Text}
	}
	return cell{kind: digest, bits: digestOf(v)}
}
