package engine

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
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
			h.add(p, h.originOf(Origin{r.Operation, r.Status, p.locate(location{path: res.path}).pointer}), res)
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
func (h *History) contradicts(w *tracked, changes []change) bool {
	h.trial = comparison{rules: h.v.history, life: w.life, changes: changes}
	h.trial.apply()
	return h.trial.differs
}

// comparing is given two observations, and in which members they differ: two
// neighbours, or where a neighbour says nothing of a member, the next one that
// does. The one whose body is at hand is the later one, or else the earlier.
type comparing func(before, after moment, changes []change, laterAtHand bool)

// insert puts an observation where it belongs by its time, and calls compare
// for what it contradicts there. Most often it is the last.
func (h *History) insert(key ResourceKey, w *tracked, at moment, cells []byte, compare comparing) {
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

func (h *History) insertAnywhere(key ResourceKey, w *tracked, t timeline, at moment, cells []byte, compare comparing) {
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
func (h *History) keep(key ResourceKey, w *tracked, all []observation) {
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

// isTime reports whether a text is a time as RFC 3339 has it.
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
