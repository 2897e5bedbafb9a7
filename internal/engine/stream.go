package engine

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/plumbapi/plumb"
)

// Stream checks many exchanges. Its results are those of [Validator.Check],
// except that findings with enough occurrences are only counted. It is safe for
// concurrent use.
type Stream struct {
	v               *Validator
	keepOccurrences int // see KeepOccurrences

	withoutHistory bool

	mu       sync.Mutex
	released []*Results // to be used again
}

// NewStream returns a Stream that has checked nothing yet.
func (v *Validator) NewStream() *Stream { return &Stream{v: v, keepOccurrences: math.MaxInt} }

// KeepOccurrences sets how many exchanges with the same pattern are explained
// in one call of [Worker.Check]; further ones are only counted. It must be
// called before the first check.
func (st *Stream) KeepOccurrences(n int) {
	st.keepOccurrences = max(n, 1)
}

// WithoutHistory says that the results are not added to a history, so they need
// not hold what a history keeps. It must be called before the first check.
func (st *Stream) WithoutHistory() { st.withoutHistory = true }

// Pattern is what exchanges have in common whose bodies differ from the
// description in the same ways: their findings, except for the occurrences.
type Pattern struct {
	findings []plumb.Finding
	settled  atomic.Bool
}

// newPattern returns the pattern of an exchange with findings; nil without any.
func newPattern(findings []plumb.Finding) *Pattern {
	if len(findings) == 0 {
		return nil
	}
	p := &Pattern{findings: slices.Clone(findings)}
	for i := range p.findings {
		f := &p.findings[i]
		f.Occurrence = plumb.Occurrence{Resource: f.Resource}
	}
	return p
}

// Findings returns the findings of each exchange of the pattern. Their
// occurrences are empty but for Resource, which is set to the identity of one
// of the resources where a finding is about a resource.
func (p *Pattern) Findings() []plumb.Finding { return p.findings }

// Done says that no more occurrences of the findings are needed: further
// exchanges of the pattern are counted without being explained.
func (p *Pattern) Done() { p.settled.Store(true) }
