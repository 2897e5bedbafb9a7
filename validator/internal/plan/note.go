package plan

import "github.com/plumbapi/plumb/internal/lifecycle"

// Note is what a body says of a resource, as far as a history keeps it. It is
// good until the call that it was given to returns.
type Note struct {
	Life  *lifecycle.Lifecycle
	Start int    // offset of the resource's object
	ID    []byte // the identity; nil where the body does not say
	State string // empty where it is none of the lifecycle's

	reader  *Reader
	watched []int32
}

// Kind is what a watched member is.
type Kind byte

// The kinds of watched members.
const (
	Absent Kind = iota
	Null
	Integer
	Text
	Other // an array, object or boolean
)

// Watched is the value of a watched member.
type Watched struct {
	Kind    Kind
	Integer int64
	Text    []byte // of a text, without escapes; of what is other, as it stands
}

// Len is how many members the lifecycle watches.
func (n *Note) Len() int { return len(n.watched) }

// Value returns the value of the ith of them.
func (n *Note) Value(i int) Watched {
	slot := n.watched[i]
	bit := uint64(1) << slot
	f := n.reader.frame
	v := &f.values[slot]
	switch {
	case f.integers&bit != 0:
		return Watched{Kind: Integer, Integer: v.integer}
	case f.texts&bit != 0:
		return Watched{Kind: Text, Text: n.reader.textOf(v)}
	case f.other&bit != 0:
		return Watched{Kind: Other, Text: n.reader.textOf(v)}
	case f.null&bit != 0:
		return Watched{Kind: Null}
	}
	return Watched{}
}

// note hands over what the resource that begins at start says.
func (r *Reader) note(l *life, start, state int) {
	r.Resources++
	if r.Take == nil {
		return
	}
	n := &r.taken
	*n = Note{Life: l.source, Start: start, reader: r, watched: l.watched}
	if (r.frame.texts|r.frame.integers)&(1<<l.identity) != 0 {
		n.ID = r.textOf(&r.frame.values[l.identity])
	}
	if state >= 0 {
		n.State = l.source.States()[state].Name
	}
	r.Take(n)
}
