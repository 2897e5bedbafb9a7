package engine

import (
	"bytes"
	"math"
	"slices"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
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
	for _, rule := range h.v.history {
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
