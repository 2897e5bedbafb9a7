package plan

import (
	"math"
	"time"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// Reader reads bodies by plans. It is not safe for concurrent use: each
// goroutine has its own.
//
// Its methods that read take the offset at which to begin, and return the one
// after what they read, or declined. So the offset stays in a register.
type Reader struct {
	// Elements is how many elements the body has that are bodies of their own; 0
	// where it is not a list of them.
	Elements int

	// Resources is how many resources the body has, also such without identity.
	Resources int

	// NullDrift is the part of the signature that optional members make which are
	// null, outside of arrays, and Drifts is how many these are. The findings of
	// a body are those of this part and those of the rest.
	NullDrift  Signature
	NullDrifts int

	// OnResource, if it is set, is given each resource as it is read, even if the
	// body is declined later.
	OnResource func(*ResourceNote)

	data     []byte
	depth    int
	elements int // of the elements of the array that was read last
	maxDepth int
	sig      Signature
	frame    *slotFrame // of the innermost region
	params   map[string]string
	status   int64
	now      int64 // of the exchange, in nanoseconds; never where unknown

	names         [][]byte // that are not described, in the objects that are open
	scratch       []byte   // texts without their escapes
	seenMembers   []seenMembers
	seenValues    []int32
	lastRead      segment // the last that was not known
	resourceTimes resourceTimes
	note          ResourceNote

	plan   *Plan
	caches map[*Plan]*planCache
	*planCache
}

// declined is what reading returns where the reference engine has to look at
// the body.
const declined = -1

// planCache is what a Reader remembers of a plan.
type planCache struct {
	segments  [][]segmentCache // by node, and by what they come after
	constants []constantText   // by node
	presences []presence       // by node, and by a hash of the presence
	narrowed  []narrowedRules  // by scope, and by a hash of the rule inputs
	misses    int              // bodies with other rule inputs
	frames    []slotFrame
}

// slotFrame holds the values of a region. What has no bit is absent.
type slotFrame struct {
	null, texts, integers, other uint64
	objects                      uint64 // of the others
	values                       [64]slotValue
}

func (f *slotFrame) reset() { f.null, f.texts, f.integers, f.other, f.objects = 0, 0, 0, 0, 0 }

// setInteger keeps a number.
func (f *slotFrame) setInteger(slot int32, value int64, start, end int) {
	f.integers |= 1 << slot
	v := &f.values[slot]
	v.integer, v.start, v.end, v.unescaped = value, int32(start), int32(end), false
}

// nonNull are the slots with a value other than null.
func (f *slotFrame) nonNull() uint64 { return f.texts | f.integers | f.other }

// slotValue is a value that rules need. It has no pointers, so that keeping it
// is nothing to the collector.
type slotValue struct {
	integer    int64
	start, end int32 // the text: of a string, without quotes; of the others, as it is
	index      int32 // of a string: which of the enumerated values it is, or -1
	unescaped  bool  // the text is in the scratch
}

// text returns the text of a value.
func (r *Reader) textOf(v *slotValue) []byte {
	if v.unescaped {
		return r.scratch[v.start:v.end]
	}
	return r.data[v.start:v.end]
}

// seenMembers are the members of an object.
type seenMembers struct {
	node           *schemaNode
	present, nulls uint64
	presence       int // in which presences like it are remembered
}

// NewReader returns a Reader for bodies that nest no deeper than maxDepth.
func NewReader(maxDepth int) *Reader {
	return &Reader{maxDepth: maxDepth, caches: map[*Plan]*planCache{}}
}

// ExchangeFacts are what rules need of the exchange of a body.
type ExchangeFacts struct {
	Time   time.Time // zero where unknown
	Status int
	Params map[string]string // of the path
}

// unknownTime stands for a time that is not known.
const unknownTime = math.MinInt64

// Read reads a body. It is false where the reference engine has to look at it,
// and then nothing else is known. What the Reader keeps of the body is good
// until the next one.
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
