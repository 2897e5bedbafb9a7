package engine

import (
	"bytes"
	"strings"
	"time"
	"unsafe"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/engine/template"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// known is what follows from a body matching a template, if the guards hold: the result
// of checking it, which then need not be found out again.
type known struct {
	guards    []guard
	schema    *bodySchema
	bodies    int  // how many it counts as
	list      bool // whether these are the elements of a list
	seen      []Seen
	parts     []knownPart
	resources []knownResource
	*found

	counted     int // its index in the results of a call of Check
	countedWhen int // which call that was
}

// knownPart is an array or object with any content, in which there are documented places.
type knownPart struct {
	hole  int
	shape *schema.Shape
}

// guard is something that has to be true of a body for it to be known.
type guard interface{ holds(*reading) bool }

// reading is a body that matches a template.
type reading struct {
	template.Match
	x         *plumb.Exchange
	origin    int       // where the body begins in the exchange, after white space
	now       time.Time // see time
	hasNow    bool
	variables expression.Variables
	scratch   jsonvalue.Value
}

// begin begins the reading of the body of an exchange.
func (r *reading) begin(x *plumb.Exchange, params map[string]string) {
	r.x, r.hasNow = x, false
	r.variables.Params, r.variables.Status = params, x.Response.Status
}

// time returns the time of the exchange.
func (r *reading) time() time.Time {
	if !r.hasNow {
		r.now, r.hasNow = ownTime(r.x), true
	}
	return r.now
}

// Natural returns the natural number in a hole.
func (r *reading) Natural(hole int) (n int64, ok bool) {
	f := &r.Holes[hole]
	return f.Number, f.Kind == template.Natural
}

// Value returns the value in a hole, which is valid until the next call.
func (r *reading) Value(hole int) *jsonvalue.Value {
	f := &r.Holes[hole]
	if f.Kind == template.Value {
		return r.Match.Value(hole)
	}
	text := r.Text(hole)
	r.scratch = jsonvalue.Value{Kind: jsonvalue.Number}
	if f.Kind == template.Text {
		r.scratch.Kind = jsonvalue.String
		if f.Escaped {
			text = jsonscan.Unescape(nil, text)
		}
	}
	r.scratch.Text = unsafe.String(unsafe.SliceData(text), len(text))
	return &r.scratch
}

// recall returns what is known of a body; nil if that is nothing. Where many bodies are not
// known as they are written, it tries them with their members arranged.
func (w *Worker) recall(state *routeState, x *plumb.Exchange, params map[string]string) *known {
	r := &w.reading
	r.begin(x, params)
	body := x.Response.Body.Bytes
	if state.asWritten.isNext() {
		if k := r.find(&state.asWritten, body); k != nil {
			r.origin = r.Start
			return k
		}
	}
	if state.arranged.compared = false; len(body) > longestKnown || !state.asWritten.isPoor() || !state.arranged.isNext() {
		return nil
	}
	text, start, ok := w.arranger.Arrange(body)
	if !ok {
		return nil
	}
	r.origin = start
	return r.find(&state.arranged, text)
}

// find returns what is known of a text.
func (r *reading) find(in *knownBodies, text []byte) *known {
	all := in.templates.Find(text, &r.Match)
	if all == nil {
		return nil
	}
	for _, k := range *all {
		if k.fits(r) {
			in.hits++
			return k
		}
	}
	return nil
}

func (k *known) fits(r *reading) bool {
	for _, g := range k.guards {
		if !g.holds(r) {
			return false
		}
	}
	return true
}

// accept fills in the result of an exchange whose body is known.
func (w *Worker) accept(rs *Results, result *Result, state *routeState, k *known) {
	result.Bodies, result.list = k.bodies, k.list
	result.Status = w.reading.x.Response.Status
	result.schema, result.wellFormed = k.schema, true
	result.Pattern, result.Counted = k.pattern, k.pattern != nil
	if state.operation != nil {
		result.Operation = state.operation.ID
	}
	if k.countedWhen != w.checks {
		k.counted, k.countedWhen = len(rs.known), w.checks
		rs.known = append(rs.known, times{k.seen, 0})
	}
	rs.known[k.counted].n++
	for _, part := range k.parts {
		w.memory.visits = part.shape.Visit(w.memory.visits[:0], w.reading.Value(part.hole))
		rs.count(w.stream.v, w.memory.visits)
	}
	first := len(rs.notes)
	for i := range k.resources {
		w.note(&k.resources[i])
	}
	if n := len(rs.notes); n > first {
		result.notes = rs.notes[first:n:n]
	}
}

// offset is a place in a body: so many bytes after a hole; or after the beginning of the
// body, if the hole is -1.
type offset struct{ hole, plus int }

func (o offset) in(r *reading) int {
	if o.hole < 0 {
		return r.Start + o.plus
	}
	return int(r.Holes[o.hole].End) + o.plus
}

// knownResource is a resource in a known body.
type knownResource struct {
	*tracked
	within  string
	start   offset
	id      knownValue
	members []knownValue // that a history keeps
	read    []part       // what rules over time read, in the order of the body
}

// part is a part of a known body.
type part struct{ start, end offset }

func (p part) in(r *reading) []byte { return r.Data[p.start.in(r):p.end.in(r)] }

// knownValue is a value in a known body: one that is always the same, nil if it is never
// there; the one in a hole; or an array or object with holes in it.
type knownValue struct {
	constant *jsonvalue.Value
	hole     int // -1 for none
	part
}

// note keeps what a known body says about a resource.
func (w *Worker) note(k *knownResource) {
	rs, r := w.results, &w.reading
	id := k.idOf(r)
	if len(id) == 0 {
		return
	}
	if len(id) > maxName {
		id = []byte(shortName(string(id)))
	}
	own := note{x: r.x, within: k.within, start: r.origin + k.start.in(r) - r.Start, idStart: len(rs.ids), idEnd: len(rs.ids) + len(id)}
	rs.ids = append(rs.ids, id...)
	if !w.stream.withoutHistory {
		own.tracked = k.tracked
		own.key, own.line = k.Key(id), lineOf(r.x, own.start)
		if tellsTime(r.x) {
			own.own = millis(r.time())
		}
		own.packed = w.pack(k)
		if len(k.rules) > 0 {
			own.read = w.readOf(k)
		}
	}
	rs.notes = append(rs.notes, own)
}

func (k *knownResource) idOf(r *reading) []byte {
	switch {
	case k.id.hole < 0:
		return []byte(k.id.constant.Text)
	case r.Holes[k.id.hole].Escaped:
		return []byte(r.Value(k.id.hole).Text)
	}
	return r.Text(k.id.hole)
}

// pack packs the watched members of a resource, as observe does.
func (w *Worker) pack(k *knownResource) []byte {
	rs, r := w.results, &w.reading
	from := len(rs.packed)
	p := w.digests.Pack(k.Kind, rs.packed)
	for i := range k.members {
		k.members[i].pack(&p, r, i == 0)
	}
	rs.packed = p.Bytes()
	return rs.packed[from:len(rs.packed):len(rs.packed)]
}

// readOf returns what rules over time read of a resource.
func (w *Worker) readOf(k *knownResource) []byte {
	rs := w.results
	from := len(rs.packed)
	t := k.reader(rs.packed)
	for _, p := range k.read {
		t.add(p.in(&w.reading))
	}
	rs.packed = t.end()
	return rs.packed[from:len(rs.packed):len(rs.packed)]
}

func (v *knownValue) pack(p *history.Packer, r *reading, isState bool) {
	switch {
	case v.start != v.end:
		p.JSON(v.part.in(r))
	case v.hole < 0:
		p.Value(v.constant)
	case r.Holes[v.hole].Kind == template.Natural:
		p.Integer(r.Holes[v.hole].Number)
	case r.Holes[v.hole].Kind == template.Text && !r.Holes[v.hole].Escaped && !isState:
		p.Text(r.Text(v.hole))
	default:
		p.Value(r.Value(v.hole))
	}
}

// hasAnswer is a guard: a keyword finds in a string or number what it found when the
// body became known.
type hasAnswer struct {
	hole     int
	question schema.Question
}

func (g *hasAnswer) holds(r *reading) bool { return g.question.HasSameAnswer(r.Value(g.hole)) }

// fitsPart is a guard: there is nothing to say of an array or object.
type fitsPart struct {
	hole int
	part *schema.Part
}

func (g *fitsPart) holds(r *reading) bool { return g.part.Accepts(r.Value(g.hole)) }

// satisfiesRule is a guard: a rule of the description holds.
type satisfiesRule struct{ bound *expression.Bound }

func (g *satisfiesRule) holds(r *reading) bool { return g.bound.Holds(&r.variables) }

// isNotMasked is a guard: a string of which something was found does not have the mark
// of a credential that was removed. Nothing but their types is reported of these.
type isNotMasked struct{ hole int }

func (g *isNotMasked) holds(r *reading) bool { return !bytes.Contains(r.Text(g.hole), masked) }

// hasIdentity is a guard: the identity of a resource is not empty, and not masked.
type hasIdentity struct{ hole int }

func (g *hasIdentity) holds(r *reading) bool {
	id := r.Value(g.hole).Text
	return id != "" && !strings.Contains(id, plumb.Masked)
}

// keepsTime is a guard: the rules of time have nothing to say of a resource.
type keepsTime struct {
	resource              // with the timestamps of the body
	holes    []holeOfTime // of these
	pairs    []lifecycle.Pair
	bound    bool // whether the rules are enabled
	future   bool
	skew     bool
}

type holeOfTime struct{ timestamp, hole int }

func (g *keepsTime) holds(r *reading) bool {
	for _, h := range g.holes {
		at, ok := g.readTime(r, h)
		if !ok {
			return false
		}
		g.timestamps[h.timestamp].time = at
	}
	if len(g.disordered(g.pairs)) > 0 {
		return false
	}
	holds := true
	if g.bound {
		g.eachOverlong(r.time(), func(*lifecycle.State, time.Time, string, time.Time, bool) { holds = false })
	}
	if (g.future || g.skew) && !r.time().IsZero() {
		g.eachFuture(r.time(), func(_ int, ahead time.Duration) {
			if ahead > clockSlack && g.future || ahead <= clockSlack && g.skew {
				holds = false
			}
		})
	}
	return holds
}

func (g *keepsTime) readTime(r *reading, h holeOfTime) (at time.Time, ok bool) {
	text := g.life.Timestamps[h.timestamp].Text
	if n, ok := r.Natural(h.hole); ok && !text {
		return plausibleTime(g.life, float64(n), g.life.Unit)
	}
	s := readStamp(r.Value(h.hole), text, g.life)
	return s.time, s.problem == "" && !s.time.IsZero()
}
