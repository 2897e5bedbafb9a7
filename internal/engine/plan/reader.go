package plan

import (
	"math"
	"time"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// Reader reads bodies with plans. It is not safe for concurrent use: each
// goroutine needs its own.
//
// Its read methods take the offset at which a value begins, and return the
// offset after it, or declined. The offset is not a field so that it stays in a
// register.
type Reader struct {
	// Elements is the number of elements of the body that count as bodies of
	// their own; 0 where the body is not a list.
	Elements int

	// Resources is the number of resources in the body, those without an
	// identity included.
	Resources int

	// NullDrift is the part of the signature that null for optional members
	// adds, outside of arrays, and NullDrifts is the number of these members.
	// The findings of a body are those of this part and those of the rest.
	NullDrift  Signature
	NullDrifts int

	// OnResource, if not nil, is called with each resource as it is read, even
	// if the body is declined later.
	OnResource func(*ResourceNote)

	data     []byte
	depth    int
	elements int // number of elements of the array that was read last
	maxDepth int
	sig      Signature
	frame    *slotFrame // of the innermost region
	params   map[string]string
	status   int64
	now      int64 // the time of the exchange, in nanoseconds; or unknownTime

	names         [][]byte // those that are not described, in the objects that are being read
	scratch       []byte   // decoded texts
	seenMembers   []seenMembers
	seenValues    []int32
	lastRead      segment // the last one that was not cached
	resourceTimes resourceTimes
	note          ResourceNote

	plan   *Plan
	caches map[*Plan]*planCache
	*planCache
}

// declined is returned instead of an offset where the reference engine has to
// check the body.
const declined = -1

// planCache is what a Reader remembers of the bodies that it has read with a
// plan.
type planCache struct {
	segments  [][]segmentCache // by node, and by what precedes the segment
	constants []constantText   // by node
	presences []presence       // by node, and by a hash of the presence
	narrowed  []narrowedRules  // by objectChecks, and by a hash of the rule inputs
	misses    int              // objects whose narrowed rules were not cached
	frames    []slotFrame
}

// slotFrame holds the values in the slots of a region. A slot without a bit is
// absent.
type slotFrame struct {
	null, texts, integers, other uint64
	objects                      uint64 // subset of other
	values                       [64]slotValue
}

func (f *slotFrame) reset() { f.null, f.texts, f.integers, f.other, f.objects = 0, 0, 0, 0, 0 }

// setInteger keeps an integer.
func (f *slotFrame) setInteger(slot int32, value int64, start, end int) {
	f.integers |= 1 << slot
	v := &f.values[slot]
	v.integer, v.start, v.end, v.unescaped = value, int32(start), int32(end), false
}

// nonNull returns the slots with a value other than null.
func (f *slotFrame) nonNull() uint64 { return f.texts | f.integers | f.other }

// slotValue is a value that rules need. It has no pointers, so the garbage
// collector does not scan it.
type slotValue struct {
	integer    int64
	start, end int32 // of the text: of a string without its quotes
	index      int32 // of a string: the index of its enumerated value, or -1
	unescaped  bool  // the text is in Reader.scratch
}

// textOf returns the text of a value.
func (r *Reader) textOf(v *slotValue) []byte {
	if v.unescaped {
		return r.scratch[v.start:v.end]
	}
	return r.data[v.start:v.end]
}

// seenMembers are the members of an object, for coverage.
type seenMembers struct {
	node           *schemaNode
	present, nulls uint64
	presence       int // index in planCache.presences
}

// NewReader returns a Reader for bodies that nest no deeper than maxDepth.
func NewReader(maxDepth int) *Reader {
	return &Reader{maxDepth: maxDepth, caches: map[*Plan]*planCache{}}
}

// ExchangeFacts is what rules need to know about the exchange that a body is
// from.
type ExchangeFacts struct {
	Time   time.Time // zero where unknown
	Status int
	Params map[string]string // of the path
}

// unknownTime is in place of a time that is not known.
const unknownTime = math.MinInt64

// Read reads a body. It is not ok where the reference engine has to check the
// body; then the other results mean nothing. What the Reader holds of the body
// is valid until the next call.
func (r *Reader) Read(p *Plan, body []byte, c ExchangeFacts) (Signature, bool) {
	if len(body) > math.MaxInt32/2 { // offsets in slots have 32 bits
		return Signature{}, false
	}
	r.usePlan(p)
	r.data, r.depth, r.sig = body, 0, Signature{}
	r.names, r.scratch = r.names[:0], r.scratch[:0]
	r.seenMembers, r.seenValues = r.seenMembers[:0], r.seenValues[:0]
	r.Elements, r.Resources = 0, 0
	r.NullDrift, r.NullDrifts = Signature{}, 0
	r.params, r.status, r.now = c.Params, int64(c.Status), unknownTime
	if !c.Time.IsZero() {
		if year := c.Time.Year(); year < 1970 || year > 2200 {
			return Signature{}, false
		}
		r.now = c.Time.UnixNano()
	}
	r.frame = &r.frames[0]
	r.frame.reset()
	pos := r.readValue(p.root, jsonscan.Space(body, 0))
	if pos < 0 || jsonscan.Space(body, pos) != len(body) {
		return Signature{}, false
	}
	return r.sig, true
}

// usePlan makes p the plan that is read with.
func (r *Reader) usePlan(p *Plan) {
	if r.plan == p {
		return
	}
	s := r.caches[p]
	if s == nil {
		s = &planCache{
			segments:  make([][]segmentCache, len(p.nodes)),
			constants: make([]constantText, len(p.nodes)),
			presences: make([]presence, len(p.nodes)*presencesPerNode),
			narrowed:  make([]narrowedRules, p.checks*maxNarrowings),
			frames:    make([]slotFrame, p.depth+1),
		}
		for i, n := range p.nodes {
			s.segments[i] = make([]segmentCache, len(n.members)+afterMember)
		}
		r.caches[p] = s
	}
	r.plan, r.planCache = p, s
}
