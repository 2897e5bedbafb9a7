package engine

import (
	"math"
	"sync"
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
