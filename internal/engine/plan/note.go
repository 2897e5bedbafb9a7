package plan

import "github.com/plumbapi/plumb/internal/lifecycle"

// ResourceNote is what a history keeps of a resource in a body. It is valid
// until OnResource returns.
type ResourceNote struct {
	Life    *lifecycle.Lifecycle
	Pointer string // from the body or the element that the resource is in; array indexes and keys of maps as *
	Start   int    // offset of the resource's object
	ID      []byte // the identity; nil where the body has none
	State   string // empty where it is not one of the lifecycle's

	reader  *Reader
	watched []int32
}

// ValueKind is the kind of a watched member's value.
type ValueKind byte

// The kinds of values.
const (
	KindAbsent ValueKind = iota
	KindNull
	KindInteger
	KindText
	KindOther // an array, object or boolean
)

// Len returns the number of members that the lifecycle watches.
func (n *ResourceNote) Len() int { return len(n.watched) }

// Kind returns the kind of the ith watched member.
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

// Integer returns the value of the ith watched member, which must be a
// KindInteger.
func (n *ResourceNote) Integer(i int) int64 { return n.reader.frame.values[n.watched[i]].integer }

// Text returns the value of the ith watched member: the decoded text of a
// KindText, the JSON text of a KindOther.
func (n *ResourceNote) Text(i int) []byte {
	return n.reader.textOf(&n.reader.frame.values[n.watched[i]])
}

// handOver gives the resource that begins at start to OnResource.
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
