package engine

import (
	"bytes"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// note is what a response said about a resource, for its history.
type note struct {
	x       *plumb.Exchange
	watch   *tracked
	key     ResourceKey
	within  string // pointer of the resource
	start   int    // offset of its object in the body
	line    int    // of the recording
	cells   []byte // packed
	idStart int    // in the ids of the batch
	idEnd   int
}

// note keeps what the body that is being read says about a resource.
func (w *Worker) note(n *plan.ResourceNote) {
	if len(n.ID) == 0 || bytes.Contains(n.ID, masked) { // as in newResource
		return
	}
	b, id := w.results, n.ID
	if len(id) > maxName {
		id = []byte(shortName(string(id)))
	}
	own := note{x: w.x, within: n.Pointer, start: n.Start, idStart: len(b.ids), idEnd: len(b.ids) + len(id)}
	b.ids = append(b.ids, id...)
	if !w.stream.withoutHistory {
		own.watch = w.stream.v.watches[n.Life]
		own.key, own.line = own.watch.key(id), lineOf(w.x, n.Start)
		own.cells = w.cells(own.watch, n)
	}
	b.notes = append(b.notes, own)
}

// cells packs the watched members of a resource.
func (c *Worker) cells(w *tracked, n *plan.ResourceNote) []byte {
	b := c.results
	from := len(b.cells)
	p := pack(b.cells, n.Len())
	for i := range n.Len() {
		if i == 0 && n.State != "" {
			if state, ok := w.stateNumber(n.State); ok {
				p.named(state)
				continue
			}
		}
		c.pack(w.hash, &p, n, i)
	}
	b.cells = p.b
	return p.b[from:len(p.b):len(p.b)]
}

// pack packs the ith watched member of a resource that a plan read, as cellOf
// and packer.cell do.
func (w *Worker) pack(hash *hasher, p *packer, n *plan.ResourceNote, i int) {
	switch n.Kind(i) {
	case plan.KindInteger:
		p.integer(n.Integer(i))
	case plan.KindText:
		switch text := n.Text(i); {
		case bytes.Contains(text, masked):
			p.kind(absent)
		case keepsText(text):
			p.text(text)
		default:
			p.digested(digest(hash.bytes(text)))
		}
	case plan.KindOther:
		p.digested(hash.digestJSON(n.Text(i), w.stream.v.maxDepth))
	case plan.KindNull:
		p.kind(null)
	default:
		p.kind(absent)
	}
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
// none, which cannot happen as long as the reference engine reads all that
// plans read.
func (n *note) resource(p *pass) *resource {
	// Resources are in the order of the body.
	i, _ := slices.BinarySearchFunc(p.resources, n.start, func(r *resource, start int) int { return r.value.Start - start })
	for ; i < len(p.resources) && p.resources[i].value.Start == n.start; i++ {
		if p.resources[i].life == n.watch.life {
			return p.resources[i]
		}
	}
	return nil
}
