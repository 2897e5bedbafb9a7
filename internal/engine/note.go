package engine

import (
	"bytes"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// note is what a response said about a resource, for its history.
type note struct {
	x       *plumb.Exchange
	tracked *tracked
	key     ResourceKey
	within  string // pointer of the resource
	start   int    // offset of its object in the body
	line    int    // in the recording
	packed  []byte // what is kept of it
	idStart int    // in the ids of the batch
	idEnd   int
}

// note keeps what the body that is being read says about a resource.
func (w *Worker) note(n *plan.ResourceNote) {
	if len(n.ID) == 0 || bytes.Contains(n.ID, masked) { // as in newResource
		return
	}
	rs, id := w.results, n.ID
	if len(id) > maxName {
		id = []byte(shortName(string(id)))
	}
	own := note{x: w.x, within: n.Pointer, start: n.Start, idStart: len(rs.ids), idEnd: len(rs.ids) + len(id)}
	rs.ids = append(rs.ids, id...)
	if !w.stream.withoutHistory {
		own.tracked = w.stream.v.tracked[n.Life]
		own.key, own.line = own.tracked.Key(id), lineOf(w.x, n.Start)
		own.packed = w.pack(own.tracked.Kind, n)
	}
	rs.notes = append(rs.notes, own)
}

// noteAll keeps what a body that the reference engine read says about its resources,
// in place of the body: a block of exchanges can have many.
func (w *Worker) noteAll(result *Result) {
	rs, p, first := w.results, result.pass, len(w.results.notes)
	result.pass = nil
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
			own.packed = observe(own.tracked.Kind, r)
		}
		rs.notes = append(rs.notes, own)
	}
	if n := len(rs.notes); n > first {
		result.notes = rs.notes[first:n:n]
	}
}

// pack packs the watched members of a resource that a plan read, as observe does
// for one that the reference engine read.
func (w *Worker) pack(k *history.Kind, n *plan.ResourceNote) []byte {
	rs := w.results
	from := len(rs.packed)
	p := w.digests.Pack(k, rs.packed)
	for i := range n.Len() {
		switch kind := n.Kind(i); {
		case i == 0 && n.State != "":
			p.State(n.State)
		case kind == plan.KindInteger:
			p.Integer(n.Integer(i))
		case kind == plan.KindText:
			p.Text(n.Text(i))
		case kind == plan.KindNull:
			p.Null()
		case kind == plan.KindOther:
			p.JSON(n.Text(i))
		default:
			p.Absent()
		}
	}
	rs.packed = p.Bytes()
	return rs.packed[from:len(rs.packed):len(rs.packed)]
}

// openAgain returns a pass over a body that a plan read, for findings about its
// resources.
func openAgain(v *Validator, x *plumb.Exchange) *pass {
	p := &pass{v: v, x: x}
	p.identify()
	p.parse()
	return p
}

// resource returns the resource that the note is about. It is nil if there is
// none, which cannot happen as long as the reference engine reads all that plans
// read.
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
