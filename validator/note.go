package validator

import (
	"encoding/binary"
	"hash/maphash"
	"math"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/validator/internal/plan"
)

// note is what an exchange says of a resource, for its history.
type note struct {
	x       *Exchange
	life    *lifecycle.Lifecycle
	start   int // offset of the resource's object in the body
	key     resourceKey
	cells   []byte // see appendCell
	hash    uint64 // of the cells
	idStart int    // in the ids of the batch
	idEnd   int
}

// mark is how much of a batch is of bodies before.
type mark struct{ notes, cells, ids int }

func (b *Batch) mark() mark { return mark{len(b.notes), len(b.cells), len(b.ids)} }

// forget takes back what was noted of a body that a plan declined.
func (b *Batch) forget(m mark) {
	b.notes, b.cells, b.ids = b.notes[:m.notes], b.cells[:m.cells], b.ids[:m.ids]
}

// name gives the results the identities of their resources.
func (b *Batch) name() {
	ids := string(b.ids)
	b.strings = make([]string, 0, len(b.notes))
	for i := range b.Results {
		r := &b.Results[i]
		from := len(b.strings)
		for _, n := range r.notes {
			b.strings = append(b.strings, ids[n.idStart:n.idEnd])
		}
		if n := len(b.strings); n > from {
			r.Resources = b.strings[from:n:n]
		}
	}
}

// note takes down what the body that is being read says of a resource.
func (c *Checker) note(n *plan.Note) {
	if len(n.ID) == 0 {
		return
	}
	b := c.batch
	from := len(b.cells)
	for i := range n.Len() {
		if i == 0 && n.State != "" && len(n.State) <= math.MaxUint8 {
			b.cells = append(append(b.cells, text, byte(len(n.State))), n.State...)
			continue
		}
		b.cells = c.appendCell(b.cells, n.Value(i))
	}
	own := note{
		x: c.x, life: n.Life, start: n.Start, key: keyOf(n.Life, n.ID),
		cells: b.cells[from:len(b.cells):len(b.cells)], hash: maphash.Bytes(digestSeeds[0], b.cells[from:]),
		idStart: len(b.ids), idEnd: len(b.ids) + len(n.ID),
	}
	b.ids = append(b.ids, n.ID...)
	b.notes = append(b.notes, own)
}

// appendCell does what cellOf and appendCell do, for what a plan read.
func (c *Checker) appendCell(b []byte, w plan.Watched) []byte {
	switch w.Kind {
	case plan.Null:
		return append(b, null)
	case plan.Integer:
		return binary.AppendVarint(append(b, integer), w.Integer)
	case plan.Text:
		if len(w.Text) <= longestText || isTime(w.Text) {
			return append(append(b, text, byte(len(w.Text))), w.Text...)
		}
		return binary.BigEndian.AppendUint64(append(b, digest), maphash.Bytes(digestSeeds[0], w.Text))
	case plan.Other:
		return binary.BigEndian.AppendUint64(append(b, digest), c.digest(w.Text))
	}
	return append(b, absent)
}

// mostDigests bounds what a Checker remembers of bodies.
const mostDigests = 10_000

// digest returns the digest of a value, which is good JSON. Responses of one
// resource repeat the value most often to the letter.
func (c *Checker) digest(value []byte) uint64 {
	d, ok := c.digests[string(value)]
	if !ok {
		v, _ := jsonvalue.Parse(value, c.run.v.maxDepth)
		d = digestOf(v)
		if len(c.digests) == mostDigests {
			clear(c.digests)
		}
		c.digests[string(value)] = d
	}
	return d
}

// openAgain returns the pass of a body that a plan read, and the resource that
// the note is of, for findings that speak of them.
func (n *note) openAgain(v *Validator) (*pass, *resource) {
	p := &pass{v: v, x: n.x}
	p.identify()
	p.parse()
	for _, r := range p.resources {
		if r.value.Start == n.start && r.life == n.life {
			return p, r
		}
	}
	return p, nil // no plan reads what the reference engine does not
}

// read appends the cells of the note to some that are given.
func (n *note) read(cells []cell) []cell {
	for b := n.cells; len(b) > 0; {
		var c cell
		c, b = readCell(b)
		cells = append(cells, c)
	}
	return cells
}
