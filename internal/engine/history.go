package engine

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// History compares the responses of a run with each other: those of one resource,
// which its identity tells, in the order of their times; those of one time in the
// order of their places. A response without a time has that of the one before it in
// its file. It is not safe for concurrent use.
type History struct {
	// Clean, where it is set, removes the credentials of an exchange from a finding
	// that the history keeps.
	Clean func(*plumb.Exchange, *plumb.Finding)

	v         *Validator
	files     []string // that places are in
	fileIndex map[string]int64
	lastTimes []int64  // of each file
	origins   []Origin // of the responses
	origin    map[Origin]int64
	timelines timelines
	scratch   []byte
	changes   []change
	trial     comparison
	sightings map[sighting]plumb.Finding

	// The last response as it was, only of resources that have rules with
	// oldSelf.
	last map[ResourceKey]lastSeen
}

type lastSeen struct {
	text []byte
	time int64
}

// Origin is what answered.
type Origin struct {
	Operation string
	Status    int
	Within    string // pointer of the resource in the body, or the element, that it was in
}

// NewHistory returns a history without responses.
func (v *Validator) NewHistory() *History {
	return &History{
		v: v, fileIndex: map[string]int64{}, origin: map[Origin]int64{},
		sightings: map[sighting]plumb.Finding{}, last: map[ResourceKey]lastSeen{},
	}
}

// Size is how many bytes the history takes, about.
func (h *History) Size() int { return h.timelines.size }

// Add takes in the outcome of a check and appends to its findings those that
// it gives together with earlier ones. A result is added once, directly after
// it was returned by Check or later, but not from several goroutines at once.
//
// The findings that it appends depend on the order in which results are added;
// [History.Contradictions] are those of all results, in whatever order.
func (h *History) Add(r *Result) {
	var opened *pass // made once, however many of its resources have findings
	if len(r.notes) == 0 && r.pass == nil {
		return
	}
	for i := range r.notes {
		origin := h.originOf(Origin{r.Operation, r.Status, r.notes[i].within})
		h.addNote(r, origin, &r.notes[i], &opened)
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
			h.add(p, h.originOf(Origin{r.Operation, r.Status, p.locate(at{path: res.path}).pointer}), res)
		}
	}
	r.Findings = p.out.Findings
}

// originOf returns the number of an origin.
func (h *History) originOf(o Origin) int64 {
	if last := len(h.origins) - 1; last >= 0 && h.origins[last] == o {
		return int64(last)
	}
	n, known := h.origin[o]
	if !known {
		n = int64(len(h.origins))
		h.origins = append(h.origins, o)
		h.origin[o] = n
	}
	return n
}

// add takes in a resource of a body that the reference engine read.
func (h *History) add(p *pass, origin int64, r *resource) {
	w := h.v.watches[r.life]
	key := w.key([]byte(r.id))
	at := h.moment(p.x, lineOf(p.x, r.value.Start), origin)
	h.insert(key, w, at, w.pack(nil, observe(w.hash, r)), func(before, after moment, changes []change, laterAtHand bool) {
		h.compare(key, p, r, before, after, changes, laterAtHand)
	})
	h.applyXRules(p, r, key, at.time)
}

// addNote takes in a resource of a body that a plan read. Only a finding needs
// the body itself, which is then opened.
func (h *History) addNote(to *Result, origin int64, n *note, opened **pass) {
	h.insert(n.key, n.watch, h.moment(n.x, n.line, origin), n.cells, func(before, after moment, changes []change, laterAtHand bool) {
		if *opened == nil {
			*opened = openAgain(h.v, n.x)
		}
		p := *opened
		if r := n.resource(p); r != nil {
			p.out.Findings = to.Findings
			h.compare(n.key, p, r, before, after, changes, laterAtHand)
			to.Findings = p.out.Findings
		}
	})
}

// contradicts reports whether any rule may have to say something of changes.
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
// for what it contradicts there. Most often it is the last.
func (h *History) insert(key ResourceKey, w *watch, at moment, cells []byte, compare comparing) {
	encoded := h.timelines.get(key)
	if encoded == nil {
		first := timeline{kind: w.kind, count: 1, last: at, cells: cells}
		h.scratch = first.append(h.scratch[:0])
		h.timelines.set(key, h.scratch)
		return
	}
	t := readTimeline(encoded)
	if !t.extends() || cmp.Or(h.compareMoments(t.last, at), bytes.Compare(t.cells, cells)) > 0 {
		h.insertAnywhere(key, w, t, at, cells, compare)
		return
	}
	if bytes.Equal(t.cells, cells) {
		h.scratch = t.repeat(h.scratch[:0], at)
	} else {
		h.changes = w.changes(t.cells, cells, h.changes[:0])
		if h.contradicts(w, h.changes) {
			t.suspect = true
			compare(t.last, at, h.changes, true)
		}
		for _, c := range h.changes {
			if w.says(c.index, c.before) || !w.says(c.index, c.after) {
				continue
			}
			known, when, ok := t.known(c.index, w)
			if missed := []change{{c.index, known, c.after}}; ok && known != c.after && h.contradicts(w, missed) {
				t.suspect = true
				compare(when, at, missed, true)
			}
		}
		h.scratch = t.extend(h.scratch[:0], at, cells, h.changes)
	}
	h.timelines.set(key, h.scratch)
}

func (h *History) insertAnywhere(key ResourceKey, w *watch, t timeline, at moment, cells []byte, compare comparing) {
	all := w.observations(t)
	i := len(all)
	for i > 0 && cmp.Or(h.compareMoments(all[i-1].moment, at), bytes.Compare(w.pack(nil, all[i-1].cells), cells)) > 0 {
		i--
	}
	s := observation{at, w.unpack(cells)}
	earlier := slices.Clone(all[:i])
	slices.Reverse(earlier)
	s.meet(w, earlier, true, func(before moment, changes []change) {
		if h.contradicts(w, changes) {
			compare(before, at, changes, true)
		}
	})
	s.meet(w, all[i:], false, func(after moment, changes []change) {
		if h.contradicts(w, changes) {
			compare(at, after, changes, false)
		}
	})
	h.keep(key, w, slices.Insert(all, i, s))
}

// keep keeps the observations of a resource, which are sorted, as far as they are
// needed.
func (h *History) keep(key ResourceKey, w *watch, all []observation) {
	t := w.newTimeline(reduce(all, len(w.members), func(s *observation) []byte { return w.pack(nil, s.cells) }))
	t.suspect = true
	h.scratch = t.append(h.scratch[:0])
	h.timelines.set(key, h.scratch)
}

// compareMoments compares the times of two observations of a resource, and where
// they are equal the places. Of those that a list has in one line, the values
// decide, so that the order does not depend on that of reading.
func (h *History) compareMoments(a, b moment) int {
	if c := cmp.Compare(a.time, b.time); c != 0 {
		return c
	}
	if a.file != b.file {
		if c := cmp.Compare(h.files[a.file], h.files[b.file]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(a.entry, b.entry), cmp.Compare(a.line, b.line))
}

// applyXRules evaluates the rules that look at oldSelf, the same resource in
// the response before. A response that is older than the last one is left out.
func (h *History) applyXRules(p *pass, r *resource, key ResourceKey, at int64) {
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
func observe(hash *hasher, r *resource) []cell {
	members := watched(r.life)
	cells := make([]cell, len(members))
	for i, pointer := range members {
		cells[i] = cellOf(hash, r.at(pointer))
	}
	if r.state != nil && len(r.state.Name) <= math.MaxUint8 {
		cells[0] = cell{kind: text, short: r.state.Name}
	}
	return cells
}

// moment says when an exchange was, and where a resource in it.
func (h *History) moment(x *plumb.Exchange, line int, origin int64) moment {
	m := moment{file: h.file(x.Place.File), entry: int64(x.Place.Entry), line: int64(line), origin: origin}
	if !x.Time.IsZero() {
		m.time = x.Time.UnixMilli()
		h.lastTimes[m.file] = m.time
	}
	m.time = h.lastTimes[m.file]
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
		h.lastTimes = append(h.lastTimes, 0)
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

// compare applies the rules of histories to two responses, the body of one of
// which is at hand.
func (h *History) compare(key ResourceKey, p *pass, r *resource, before, after moment, changes []change, laterAtHand bool) {
	c := comparison{life: r.life, changes: changes, yield: func(c contradiction) {
		c.before, c.after = before, after
		p.use(c.rule)
		if p.severity == plumb.Off {
			return
		}
		f := c.atHand(h, h.v.watches[r.life], p, r, laterAtHand)
		p.file(f)
		h.sight(key, &c, p.x, p.out.Findings[len(p.out.Findings)-1])
	}}
	c.apply()
}

// historyRules are those of the rules that look at two responses.
var historyRules = []*Rule{historyChanged, historyDecreased, historySetOnce, historyTransition}

// comparison is two responses of a resource, for rules to look at.
type comparison struct {
	life    *lifecycle.Lifecycle
	changes []change // in the order of the members that are watched
	differs bool     // there is something to report
	rule    *Rule    // that runs
	yield   func(contradiction)
}

// apply applies all rules.
func (c *comparison) apply() {
	for _, c.rule = range historyRules {
		c.rule.history(c)
	}
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
func (c *comparison) report(m lifecycle.Member, message string, from, to cell, allowed string) {
	c.differs = true
	if c.yield != nil {
		c.yield(contradiction{rule: c.rule, member: m, message: message, from: from, to: to, allowed: allowed})
	}
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
