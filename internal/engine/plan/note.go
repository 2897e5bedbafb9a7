package plan

import "github.com/plumbapi/plumb/internal/lifecycle"

// ResourceNote is what a body says of a resource, as far as a history keeps it. It is
// good until the call that it was given to returns.
type ResourceNote struct {
	Life    *lifecycle.Lifecycle
	Pointer string // of the resource, from the body or the element that it is in; array indexes and keys of maps as *
	Start   int    // offset of the resource's object
	ID      []byte // the identity; nil where the body does not say
	State   string // empty where it is none of the lifecycle's

	reader  *Reader
	watched []int32
}

// ValueKind is what a watched member is.
type ValueKind byte

// The kinds of watched members.
const (
	KindAbsent ValueKind = iota
	KindNull
	KindInteger
	KindText
	KindOther // an array, object or boolean
)

// Len is how many members the lifecycle watches.
func (n *ResourceNote) Len() int { return len(n.watched) }

// Kind returns what the ith of them is.
func (n *ResourceNote) Kind(i int) ValueKind {
	f, bit := n.reader.frame, uint64(1)<<n.watched[i]
	switch {
	case f.integers&bit != 0:
		return KindInteger
	case f.texts&bit != 0:
		return KindText
	case f.null&bit != 0:
		return KindNull
	case f.other&bit != 0:
		return KindOther
	}
	return KindAbsent
}

// Integer returns the ith of them, which is one.
func (n *ResourceNote) Integer(i int) int64 { return n.reader.frame.values[n.watched[i]].integer }

// Text returns the ith of them: a text without escapes, what is other as it
// stands.
func (n *ResourceNote) Text(i int) []byte {
	return n.reader.textOf(&n.reader.frame.values[n.watched[i]])
}

// handOver hands over what the resource that begins at start says.
func (r *Reader) handOver(l *lifecyclePlan, start, state int) {
	r.Resources++
	if r.OnResource == nil {
		return
	}
	n := &r.note
	*n = ResourceNote{Life: l.source, Pointer: l.pointer, Start: start, reader: r, watched: l.watched}
	if (r.frame.texts|r.frame.integers)&(1<<l.identity) != 0 {
		n.ID = r.textOf(&r.frame.values[l.identity])
	}
	if state >= 0 {
		n.State = l.source.States()[state].Name
	}
	r.OnResource(n)
}
