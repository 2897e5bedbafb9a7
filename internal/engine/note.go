package engine

import (
	"bytes"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// note is what an exchange says of a resource, for its history.
type note struct {
	x       *plumb.Exchange
	tracked *tracked
	key     ResourceKey
	within  string // pointer of the resource
	start   int    // offset of its object in the body
	line    int    // of the recording
	packed  []byte // what is kept of it
	idStart int    // in the ids of the batch
	idEnd   int
}

// note takes down what the body that is being read says of a resource.
func (c *Worker) note(n *plan.Note) {
	if len(n.ID) == 0 || bytes.Contains(n.ID, masked) { // as in newResource
		return
	}
	b, id := c.batch, n.ID
	if len(id) > mostName {
		id = []byte(shortName(string(id)))
	}
	own := note{x: c.x, within: n.Pointer, start: n.Start, idStart: len(b.ids), idEnd: len(b.ids) + len(id)}
	b.ids = append(b.ids, id...)
	if !c.run.withoutHistory {
		own.tracked = c.run.v.tracked[n.Life]
		own.key, own.line = own.tracked.Key(id), lineOf(c.x, n.Start)
		own.packed = c.pack(own.tracked.Kind, n)
	}
	b.notes = append(b.notes, own)
}

// pack does what observe does, for a resource that a plan read.
func (c *Worker) pack(k *history.Kind, n *plan.Note) []byte {
	b := c.batch
	from := len(b.packed)
	p := k.Pack(b.packed)
	for i := range n.Len() {
		switch kind := n.Kind(i); {
		case i == 0 && n.State != "":
			p.State(n.State)
		case kind == plan.Integer:
			p.Integer(n.Integer(i))
		case kind == plan.Text:
			p.Text(n.Text(i))
		case kind == plan.Null:
			p.Null()
		case kind == plan.Other:
			p.JSON(n.Text(i), c.run.v.maxDepth)
		default:
			p.Absent()
		}
	}
	b.packed = p.Bytes()
	return b.packed[from:len(b.packed):len(b.packed)]
}

// openAgain returns the pass of a body that a plan read, for findings that
// speak of its resources.
func openAgain(v *Validator, x *plumb.Exchange) *pass {
	p := &pass{v: v, x: x}
	p.identify()
	p.parse()
	return p
}

// resource returns the resource that the note is of; nil where there is none: no
// plan reads what the reference engine does not.
func (n *note) resource(p *pass) *resource {
	// They are in the order of the body.
	i, _ := slices.BinarySearchFunc(p.resources, n.start, func(r *resource, start int) int { return r.value.Start - start })
	for ; i < len(p.resources) && p.resources[i].value.Start == n.start; i++ {
		if p.resources[i].life == n.tracked.Life {
			return p.resources[i]
		}
	}
	return nil
}
