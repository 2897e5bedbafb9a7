package engine

import (
	"iter"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
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

	// Readings, where it is set, is given what rules with oldSelf read, which are not
	// applied then.
	Readings func(Reading)

	v         *Validator
	store     *history.Store
	times     fileTimes
	trial     comparison
	sightings map[sighting]sighted
	expected  map[ResourceKey][]Contradiction // that bodies are looked at for

	last          map[ResourceKey]*lastSeen
	self, oldSelf jsonvalue.Parser
}

// What a history keeps of resources, as package history has it.
type (
	ResourceKey      = history.Key
	ResourceHistory  = history.Resource
	ResourceResponse = history.Response
	HistoryScope     = history.Scope
	Moment           = history.Moment
	Origin           = history.Origin
)

// NewHistory returns a history without responses.
func (v *Validator) NewHistory() *History {
	kinds := make([]*history.Kind, len(v.kinds))
	for i, t := range v.kinds {
		kinds[i] = t.Kind
	}
	h := &History{
		v: v, store: history.NewStore(kinds),
		sightings: map[sighting]sighted{}, expected: map[ResourceKey][]Contradiction{}, last: map[ResourceKey]*lastSeen{},
	}
	h.store.MayContradict, h.store.Creates = h.contradicts, v.creates()
	return h
}

// Which responses with one identity are about one resource, as package history has
// it.
const (
	ScopeLife = history.ScopeLife
	ScopeRun  = history.ScopeRun
	ScopeFile = history.ScopeFile
)

// ErrScope is the error of histories with different scopes, which cannot be merged.
var ErrScope = history.ErrScope

// Within sets which responses with one identity are about one resource. It is called
// before anything is added.
func (h *History) Within(scope HistoryScope) { h.store.Scope = scope }

// Bound makes the history take no more memory than so many bytes, about, whatever
// the number of resources: what is beyond goes to a temporary file. Of a resource
// that is there, [History.Add] appends the findings that a response gives together
// with those in memory only; [History.Contradictions] has all. A history with a
// bound must be closed.
func (h *History) Bound(bytes int) { h.store.Bound(bytes) }

// Err returns what went wrong with the temporary file.
func (h *History) Err() error { return h.store.Err() }

// Close removes the temporary file. The history must not be used any more.
func (h *History) Close() error { return h.store.Close() }

// Size is how many bytes of memory the history takes, about.
func (h *History) Size() int { return h.store.Size() }

// Files returns the files that responses were in, in no order.
func (h *History) Files() []string { return h.store.Files() }

// Resources returns what is kept of all resources, in the order of their keys.
func (h *History) Resources() iter.Seq[ResourceHistory] { return h.store.Resources() }

// Merge adds what another run of the same description has kept of a resource.
func (h *History) Merge(r ResourceHistory) error { return h.store.Merge(r) }

// Add takes in the outcome of a check and appends to its findings those that
// it gives together with earlier ones. A result is added once, directly after
// it was returned by Check or later, but not from several goroutines at once.
//
// The findings that it appends depend on the order in which results are added;
// [History.Contradictions] are those of all results, in whatever order.
func (h *History) Add(r *Result) {
	var again openedAgain
	if len(r.notes) == 0 && r.pass == nil {
		return
	}
	r.own()
	for i := range r.notes {
		h.addNote(r, &r.notes[i], int64(i), &again)
	}
	r.notes = nil
	p := r.pass
	if p == nil {
		return
	}
	r.pass = nil
	p.out.Findings = r.Findings
	var index int64
	for _, res := range p.resources {
		if res.id != "" {
			h.add(p, res, index)
			index++
		}
	}
	r.Findings = p.out.Findings
}

// own sets Own, before the history adds findings.
func (r *Result) own() {
	if !r.Counted {
		r.Own = len(r.Findings)
	}
}

// add takes in a resource of a body that is at hand as a tree.
func (h *History) add(p *pass, r *resource, index int64) {
	t := h.v.tracked[r.life]
	key := t.Key([]byte(r.id))
	at := h.moment(p.x, &p.out, millis(answerTime(p.x)), lineOf(p.x, r.value.Start), index, p.locate(location{path: r.path}).pointer)
	packed := observe(t.Kind, r)
	h.store.Insert(key, t.Kind, at, packed, func(pair history.Pair, laterAtHand bool) {
		h.compare(key, p, r, &pair, laterAtHand)
	})
	if len(t.overTime.rules) > 0 {
		read := t.overTime.appendRead(nil, r.value, p.x.Response.Body.Bytes)
		h.compareRead(t, key, at, p.x, lastSeen{read, at.Time, at.File, packed}, func() (*pass, *resource) { return p, r })
	}
}

// openedAgain are passes of a body of which only notes were kept, each made once, however
// many of its resources have findings.
type openedAgain struct {
	bare    *pass
	checked *pass // what is an error already has no other finding
}

// addNote takes in a resource of a body of which only notes were kept. Only a finding
// needs the body itself, which is then opened.
func (h *History) addNote(to *Result, n *note, index int64, again *openedAgain) {
	at := h.moment(n.x, to, n.own, n.line, index, n.within)
	h.store.Insert(n.key, n.tracked.Kind, at, n.packed, func(pair history.Pair, laterAtHand bool) {
		if again.bare == nil {
			again.bare = openAgain(h.v, n.x)
		}
		p := again.bare
		if r := n.resource(p); r != nil {
			p.out.Findings = to.Findings
			h.compare(n.key, p, r, &pair, laterAtHand)
			to.Findings = p.out.Findings
		}
	})
	if len(n.tracked.overTime.rules) == 0 {
		return
	}
	opened := false
	open := func() (*pass, *resource) {
		if again.checked == nil {
			again.checked = newPass(h.v, n.x)
			again.checked.read()
			again.checked.check()
		}
		if !opened {
			opened, again.checked.out.Findings = true, to.Findings
		}
		return again.checked, n.resource(again.checked)
	}
	h.compareRead(n.tracked, n.key, at, n.x, lastSeen{n.read, at.Time, at.File, n.packed}, open)
	if opened {
		to.Findings = again.checked.out.Findings
	}
}

// contradicts reports whether any rule has to say something of a pair.
func (h *History) contradicts(k *history.Kind, pair *history.Pair) bool {
	h.trial = comparison{v: h.v, tracked: h.v.kinds[k.Number], Pair: pair}
	h.trial.apply()
	return h.trial.differs
}

// observe packs what a response says of a resource.
func observe(k *history.Kind, r *resource) []byte {
	p := k.Pack(nil)
	for _, pointer := range k.Members {
		p.Value(r.at(pointer))
	}
	return p.Bytes()
}

// moment returns when and where an exchange says something of a resource.
func (h *History) moment(x *plumb.Exchange, r *Result, own int64, line int, index int64, within string) Moment {
	return Moment{
		Time:   h.times.of(x),
		Own:    own,
		File:   x.Place.File,
		Entry:  int64(x.Place.Entry),
		Line:   int64(line),
		Index:  index,
		Origin: Origin{Operation: r.Operation, Status: r.Status, Within: within},
	}
}

// millis returns a time in Unix milliseconds; 0 where it is unknown.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fileTimes are the last times of exchanges in each file, in Unix milliseconds.
type fileTimes struct {
	all  map[string]*int64
	file string // of the exchange before
	last *int64 // of it
}

// of returns the time of an exchange: its own, or else that of the one before it
// in its file; 0 where that is unknown, too.
func (t *fileTimes) of(x *plumb.Exchange) int64 {
	if t.last == nil || t.file != x.Place.File {
		t.file, t.last = x.Place.File, t.all[x.Place.File]
		if t.last == nil {
			if t.all == nil {
				t.all = map[string]*int64{}
			}
			t.last = new(int64)
			t.all[t.file] = t.last
		}
	}
	if !x.Time.IsZero() {
		*t.last = x.Time.UnixMilli()
	}
	return *t.last
}

// lineOf is the line of a byte of the body.
func lineOf(x *plumb.Exchange, offset int) int {
	if x.Response.Body.Locate == nil {
		return x.Place.Line
	}
	line, _ := x.Response.Body.Locate(offset)
	return line
}

// Reset drops everything that was added.
func (h *History) Reset() {
	h.store.Reset()
	clear(h.sightings)
	clear(h.last)
}
