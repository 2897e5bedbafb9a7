package plan

import (
	"math"
	"math/bits"
	"time"
)

// Reader reads bodies by plans. It is not safe for concurrent use: each
// goroutine has its own.
type Reader struct {
	// Units is how many elements the body has that are bodies of their own; 0
	// where it is no list of them.
	Units int

	// Resources is how many resources the body has, also such without identity.
	Resources int

	// Take, if it is set, is given each resource as it is read, even if the
	// body is declined later.
	Take func(*Note)

	data     []byte
	pos      int
	depth    int
	count    int // of the elements of the array that was read last
	maxDepth int
	sig      Signature
	frame    *frame // of the innermost region
	params   map[string]string
	status   int64
	now      int64 // of the exchange, in nanoseconds; never where unknown

	order       [][]uint8 // by node: the member that came last after each member, and as the first
	frames      []frame
	names       []uint64 // hashes of the undescribed names in the objects that are open
	scratch     []byte
	seenMembers []seenMembers
	seenValues  []int32
	times       times
	taken       Note

	plan  *Plan
	known map[*Plan]*state
}

// state is what a Reader remembers of a plan.
type state struct {
	order  [][]uint8
	frames []frame
}

// frame holds the values of a region. What has no bit is absent.
type frame struct {
	null, texts, integers, other uint64
	objects                      uint64 // of the others
	values                       [64]slotValue
}

func (f *frame) reset() { f.null, f.texts, f.integers, f.other, f.objects = 0, 0, 0, 0, 0 }

// set are the slots with a value other than null.
func (f *frame) set() uint64 { return f.texts | f.integers | f.other }

// slotValue is a value that rules need.
type slotValue struct {
	text    []byte // of a string, without escapes; of an array or object as it stands
	index   int    // of a string: which of the enumerated values it is, or -1
	integer int64
}

// seenMembers are the members of an object.
type seenMembers struct {
	node           *node
	present, nulls uint64
}

// NewReader returns a Reader for bodies that nest no deeper than maxDepth.
func NewReader(maxDepth int) *Reader {
	return &Reader{maxDepth: maxDepth, known: map[*Plan]*state{}}
}

// Circumstances are what rules need of the exchange of a body.
type Circumstances struct {
	Time   time.Time // zero where unknown
	Status int
	Params map[string]string // of the path
}

// never stands for a time that is not known.
const never = math.MinInt64

// Read reads a body. It is false where the reference engine has to look at it,
// and then nothing else is known. What the Reader keeps of the body is good
// until the next one.
func (r *Reader) Read(p *Plan, body []byte, c Circumstances) (Signature, bool) {
	r.use(p)
	r.data, r.pos, r.depth, r.sig = body, 0, 0, Signature{}
	r.names, r.scratch = r.names[:0], r.scratch[:0]
	r.seenMembers, r.seenValues = r.seenMembers[:0], r.seenValues[:0]
	r.Units, r.Resources = 0, 0
	r.params, r.status, r.now = c.Params, int64(c.Status), never
	if !c.Time.IsZero() {
		if year := c.Time.Year(); year < 1970 || year > 2200 {
			return Signature{}, false
		}
		r.now = c.Time.UnixNano()
	}
	r.frame = &r.frames[0]
	r.frame.reset()
	r.space()
	if !r.value(p.root) {
		return Signature{}, false
	}
	r.space()
	return r.sig, r.pos == len(body)
}

func (r *Reader) use(p *Plan) {
	if r.plan == p {
		return
	}
	s := r.known[p]
	if s == nil {
		s = &state{order: make([][]uint8, len(p.nodes)), frames: make([]frame, p.regions+1)}
		for i, n := range p.nodes {
			if len(n.members) > 0 {
				s.order[i] = make([]uint8, len(n.members)+1)
			}
		}
		r.known[p] = s
	}
	r.plan, r.order, r.frames = p, s.order, s.frames
}

// Tally counts what of the description bodies have, for coverage.
type Tally struct {
	Plan  *Plan
	Seen  []int // by place
	Nulls []int // likewise: how many of these were null
}

// NewTally returns a tally without any.
func (p *Plan) NewTally() *Tally {
	return &Tally{Plan: p, Seen: make([]int, len(p.Places)), Nulls: make([]int, len(p.Places))}
}

// Count adds to t what the body that was read last has.
func (r *Reader) Count(t *Tally) {
	for i := range r.seenMembers {
		s := &r.seenMembers[i]
		for rest := s.present; rest != 0; rest &= rest - 1 {
			t.Seen[s.node.members[bits.TrailingZeros64(rest)].place]++
		}
		for rest := s.nulls; rest != 0; rest &= rest - 1 {
			t.Nulls[s.node.members[bits.TrailingZeros64(rest)].place]++
		}
	}
	for _, place := range r.seenValues {
		t.Seen[place]++
	}
}
