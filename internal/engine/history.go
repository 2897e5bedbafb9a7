package engine

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// History holds the responses of a run against each other: those of one
// resource, told by its identity, in the order of their times; where a
// response has no time, it comes after those before it. It is not safe for
// concurrent use.
type History struct {
	v           *Validator
	files       []string // that places are in
	fileIndex   map[string]int64
	answers     []answer // that places are of
	answerIndex map[answer]int64
	watches     watches
	timelines   timelines
	scratch     []byte
	changes     []change
	trial       comparison

	// The last response as it was, only of resources that have rules with
	// oldSelf.
	last map[resourceKey]lastSeen
}

type lastSeen struct {
	text []byte
	time int64
}

// answer is what a response answered.
type answer struct {
	operation string
	status    int
}

// NewHistory returns a history without responses.
func (v *Validator) NewHistory() *History {
	return &History{v: v, fileIndex: map[string]int64{}, answerIndex: map[answer]int64{}, watches: watches{}, last: map[resourceKey]lastSeen{}}
}

// Size is how many bytes the history takes, about.
func (h *History) Size() int { return h.timelines.size }

// Add takes in the outcome of a check and appends to its findings those that
// it gives together with earlier ones. A result is added once, directly after
// it was returned by Check or later, but not from several goroutines at once.
func (h *History) Add(r *Result) {
	var opened *pass // made once, however many of its resources have findings
	for i := range r.notes {
		h.addNote(r, &r.notes[i], &opened)
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

// add takes in a resource of a body that the reference engine read.
func (h *History) add(p *pass, r *resource) {
	w := h.watches.of(r.life)
	key := w.key([]byte(r.id))
	at := h.moment(p.x, lineOf(p.x, r.value.Start), answer{p.out.Operation, p.out.Status})
	h.insert(key, w, &at, w.pack(nil, observe(r)), func(before, after moment, changes []change, laterAtHand bool) {
		h.compare(p, r, before, after, changes, laterAtHand)
	})
	h.applyXRules(p, r, key, at.time)
}

// addNote takes in a resource of a body that a plan read. Only a finding needs
// the body itself, which is then opened.
func (h *History) addNote(to *Result, n *note, opened **pass) {
	at := h.moment(n.x, n.line, answer{to.Operation, to.Status})
	h.insert(n.key, n.watch, &at, n.cells, func(before, after moment, changes []change, laterAtHand bool) {
		if !h.contradicts(n.watch, changes) {
			return
		}
		if *opened == nil {
			*opened = openAgain(h.v, n.x)
		}
		p := *opened
		if r := n.resource(p); r != nil {
			p.out.Findings = to.Findings
			h.compare(p, r, before, after, changes, laterAtHand)
			to.Findings = p.out.Findings
		}
	})
}

// contradicts tells whether any rule may have to say something of changes.
func (h *History) contradicts(w *watch, changes []change) bool {
	h.trial = comparison{life: w.life, changes: changes}
	for _, rule := range historyRules {
		rule.history(&h.trial)
	}
	return h.trial.differs
}

// comparing is given two observations, and in which members they differ: two
// neighbours, or where a neighbour says nothing of a member, the next one that
// does. The one whose body is at hand is the later one, or else the earlier.
type comparing func(before, after moment, changes []change, laterAtHand bool)

// insert puts an observation where it belongs by its time, and calls compare
// for what it is to be held against there. Most often it is the last.
func (h *History) insert(key resourceKey, w *watch, at *moment, cells []byte, compare comparing) {
	encoded := h.timelines.get(key)
	if encoded == nil {
		first := timeline{count: 1, last: *at, cells: cells}
		h.scratch = first.append(h.scratch[:0])
		h.timelines.set(key, h.scratch)
		return
	}
	t := readTimeline(encoded)
	if !t.extends(at.time) {
		h.insertAnywhere(key, w, t, at, cells, compare)
		return
	}
	if at.time == 0 {
		at.time = t.last.time
	}
	if bytes.Equal(t.cells, cells) {
		h.scratch = t.repeat(h.scratch[:0], *at)
	} else {
		h.changes = w.changes(t.cells, cells, h.changes[:0])
		compare(t.last, *at, h.changes, true)
		for _, c := range h.changes {
			if w.says(c.index, c.before) || !w.says(c.index, c.after) {
				continue
			}
			if known, when, ok := t.known(c.index, w); ok && known != c.after {
				compare(when, *at, []change{{c.index, known, c.after}}, true)
			}
		}
		h.scratch = t.extend(h.scratch[:0], *at, cells, h.changes)
	}
	h.timelines.set(key, h.scratch)
}

func (h *History) insertAnywhere(key resourceKey, w *watch, t timeline, at *moment, cells []byte, compare comparing) {
	all := w.observations(t)
	i := len(all)
	if at.time == 0 {
		at.time = all[i-1].time
	}
	for i > 0 && all[i-1].time > at.time {
		i--
	}
	s := observation{*at, w.unpack(cells)}
	earlier := slices.Clone(all[:i])
	slices.Reverse(earlier)
	s.meet(w, earlier, true, func(before moment, changes []change) { compare(before, *at, changes, true) })
	s.meet(w, all[i:], false, func(after moment, changes []change) { compare(*at, after, changes, false) })
	t = w.newTimeline(thin(slices.Insert(all, i, s)))
	h.scratch = t.append(h.scratch[:0])
	h.timelines.set(key, h.scratch)
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
		variables := p.variables(r.value)
		variables.OldSelf = old
		p.applyXRule(x, r.path, variables)
	}
}

// observe takes down what a response says of a resource.
func observe(r *resource) []cell {
	members := watched(r.life)
	cells := make([]cell, len(members))
	for i, pointer := range members {
		cells[i] = cellOf(r.at(pointer))
	}
	if r.state != nil && len(r.state.Name) <= math.MaxUint8 {
		cells[0] = cell{kind: text, short: r.state.Name}
	}
	return cells
}

// moment says when an exchange was, and where a resource in it.
func (h *History) moment(x *plumb.Exchange, line int, of answer) moment {
	m := moment{file: h.file(x.Place.File), entry: int64(x.Place.Entry), line: int64(line), answer: h.answer(of)}
	if !x.Time.IsZero() {
		m.time = x.Time.UnixMilli()
	}
	return m
}

// file returns the number of a file.
func (h *History) file(name string) int64 {
	if last := len(h.files) - 1; last >= 0 && h.files[last] == name {
		return int64(last)
	}
	number, ok := h.fileIndex[name]
	if !ok {
		number = int64(len(h.files))
		h.fileIndex[name] = number
		h.files = append(h.files, name)
	}
	return number
}

// answer returns the number of an answer.
func (h *History) answer(of answer) int64 {
	number, ok := h.answerIndex[of]
	if !ok {
		number = int64(len(h.answers))
		h.answerIndex[of] = number
		h.answers = append(h.answers, of)
	}
	return number
}

// lineOf is the line of a byte of the body.
func lineOf(x *plumb.Exchange, offset int) int {
	if x.Response.Body.Locate == nil {
		return x.Place.Line
	}
	line, _ := x.Response.Body.Locate(offset)
	return line
}

// compare applies the rules of histories to two neighbouring responses.
func (h *History) compare(p *pass, r *resource, before, after moment, changes []change, laterAtHand bool) {
	c := comparison{h: h, life: r.life, p: p, r: r, before: before, after: after, changes: changes, laterAtHand: laterAtHand}
	for _, rule := range historyRules {
		p.use(rule)
		if p.severity != plumb.Off {
			rule.history(&c)
		}
	}
}

// historyRules are those of the rules that look at two responses.
var historyRules = []*Rule{historyChanged, historyDecreased, historySetOnce, historyTransition}

// comparison is two neighbouring responses of a resource, for rules to look at.
type comparison struct {
	life          *lifecycle.Lifecycle
	h             *History
	p             *pass // nil: nothing is reported
	r             *resource
	differs       bool // there is something to report
	before, after moment
	changes       []change // in the order of the members that are watched
	laterAtHand   bool
}

// members calls yield for the members of one list of the lifecycle that
// changed. The first of the list is the nth that is watched.
func (c *comparison) members(list []lifecycle.Member, n int, yield func(m lifecycle.Member, before, after cell)) {
	for _, change := range c.changes {
		if i := change.index - n; i >= 0 && i < len(list) {
			yield(list[i], change.before, change.after)
		}
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
	to, of := c.p.locate(at{path: path}), c.h.answers[c.after.answer]
	f.Subject, f.Pointer, f.Named = to.subject, to.pointer, to.named
	f.Operation, f.Status = of.operation, of.status
	f.Resource = c.r.id
	f.Place = plumb.Place{File: c.h.files[c.after.file], Entry: int(c.after.entry), Line: int(c.after.line)}
	c.p.file(f)
}

// textAt shows the value of a member in the response that is at hand.
func (c *comparison) textAt(pointer string) string {
	return c.p.foundText(c.r.pathTo(pointer))
}

// where names the place and time of a response.
func (h *History) where(s moment) string {
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
	Severity: plumb.Error,
	Title:    "a resource made a move that is not allowed",
	Text: `Two responses of one resource show states between which no moves of its
lifecycle lead. Polls may skip states, so any number of moves may lie between
two responses; but nothing leads out of a final state, and nothing back.`,
	Fix:     "Correct the state that the server reports; if the move is allowed, add it to next of the state before.",
	Example: `{"status": "cancelled"}, and later {"status": "in_progress"}`,
	history: func(c *comparison) {
		if len(c.changes) == 0 || c.changes[0].index != 0 {
			return
		}
		before, after := c.changes[0].before, c.changes[0].after
		from, to := c.life.StateNamed(before.name()), c.life.StateNamed(after.name())
		if from == nil || to == nil || c.life.Reaches(from.Name, to.Name) {
			return
		}
		allowed := from.Name + " is final"
		if !from.Final() {
			allowed = "after " + from.Name + ": " + strings.Join(from.Next, ", ") + ", and what comes after these"
		}
		c.report(lifecycle.Member{Pointer: c.life.State, Place: from.Place}, "the resource made a move that is not allowed", before, after, allowed)
	},
}

var historyChanged = &Rule{
	ID:       "history-changed",
	Severity: plumb.Error,
	Title:    "a member changed that never changes",
	Text: `Two responses of one resource differ in a member that keeps its value for the
life of the resource (neverChanges in ` + "`x-lifecycle`" + `). The order of the members
of an object does not matter, and a response without the member says nothing:
then the last one before it that has the member counts.`,
	Fix:     "Keep the value in all responses; if it may change, take the member out of neverChanges.",
	Example: `{"created_at": 1741967569}, and later {"created_at": 1741967570}`,
	history: func(c *comparison) {
		c.members(c.life.NeverChanges, 1, func(m lifecycle.Member, before, after cell) {
			if before.kind != absent && after.kind != absent {
				c.report(m, "a member changed that never changes", before, after, "the value that it had")
			}
		})
	},
}

var historySetOnce = &Rule{
	ID:       "history-set-once",
	Severity: plumb.Error,
	Title:    "a member that is set once changed or was cleared",
	Text: `The member had a value, and a later response of the same resource has another
one or null. So it is with the timestamps of states, and with the members under
setOnce in ` + "`x-lifecycle`" + `.`,
	Fix:     "Keep the value once it is set; if it may change, take the member out of setOnce.",
	Example: `{"cancelling_at": 1741967569}, and later {"cancelling_at": null}`,
	history: func(c *comparison) {
		c.members(c.life.SetOnce, 1+len(c.life.NeverChanges), func(m lifecycle.Member, before, after cell) {
			// Servers also write "" for what is not set yet.
			set := before.kind != absent && before.kind != null && before != cell{kind: text}
			if set && after.kind != absent {
				c.report(m, "a member that is set once changed or was cleared", before, after, "the value that it had")
			}
		})
	},
}

var historyDecreased = &Rule{
	ID:       "history-decreased",
	Severity: plumb.Error,
	Title:    "a number fell that never falls",
	Text: `A later response of the same resource has a smaller number in a member that only
grows (neverDecreases in ` + "`x-lifecycle`" + `).`,
	Fix:     "Keep the count from falling; if it may fall, take the member out of neverDecreases.",
	Example: `{"completed": 5}, and later {"completed": 4}`,
	history: func(c *comparison) {
		c.members(c.life.NeverDecreases, 1+len(c.life.NeverChanges)+len(c.life.SetOnce), func(m lifecycle.Member, before, after cell) {
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
