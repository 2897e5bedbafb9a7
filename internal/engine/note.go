package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
)

// note is what a response said about a resource, for its history.
type note struct {
	x       *plumb.Exchange
	tracked *tracked
	key     ResourceKey
	within  string // pointer of the resource
	start   int    // offset of its object in the body
	line    int    // in the recording
	own     int64  // the exchange's own time in Unix milliseconds; 0 where unknown
	packed  []byte // what is kept of it
	read    []byte // what rules over time read of it
	idStart int    // in the ids of the batch
	idEnd   int
}

// noteAll keeps what a body says about its resources, in place of the body: a block of
// exchanges can have many.
func (w *Worker) noteAll(p *pass, result *Result) {
	rs, first := w.results, len(w.results.notes)
	for _, r := range p.resources {
		if r.id == "" {
			continue
		}
		own := note{x: p.x, start: r.value.Start, idStart: len(rs.ids), idEnd: len(rs.ids) + len(r.id)}
		rs.ids = append(rs.ids, r.id...)
		if !w.stream.withoutHistory {
			own.tracked = p.v.tracked[r.life]
			own.within = p.locate(location{path: r.path}).pointer
			own.key, own.line = own.tracked.Key([]byte(r.id)), lineOf(p.x, r.value.Start)
			own.own = millis(answerTime(p.x))
			own.packed = observe(own.tracked.Kind, r)
			if len(own.tracked.rules) > 0 {
				own.read = own.tracked.appendRead(nil, r.value, p.x.Response.Body.Bytes)
			}
		}
		rs.notes = append(rs.notes, own)
	}
	if n := len(rs.notes); n > first {
		result.notes = rs.notes[first:n:n]
	}
}

// openAgain returns a pass over a body that was not kept, for findings about its
// resources.
func openAgain(v *Validator, x *plumb.Exchange) *pass {
	p := newPass(v, x)
	p.identify()
	p.parse()
	return p
}

// resource returns the resource that the note is about.
func (n *note) resource(p *pass) *resource {
	// Resources are in the order of the body.
	i, _ := slices.BinarySearchFunc(p.resources, n.start, func(r *resource, start int) int { return r.value.Start - start })
	for ; i < len(p.resources) && p.resources[i].value.Start == n.start; i++ {
		if p.resources[i].life == n.tracked.Life {
			return p.resources[i]
		}
	}
	return nil
}
