package outcome

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// Limits on what is kept of bodies.
const (
	mostValues       = 16  // different values of a place, besides those that are documented
	longestValue     = 128 // in bytes; a place with a longer value counts as one with too many values
	mostUndocumented = 32  // undocumented members of one object; an object with more is taken for a map
	deepest          = 4   // levels within an undocumented member
)

// Observer records what bodies contain, in an outcome of its own. It is not
// safe for concurrent use.
type Observer struct {
	Outcome *Outcome
	bodies  redact.Bodies
}

// NewObserver returns an observer of bodies that v checks.
func NewObserver(v *engine.Validator) *Observer { return &Observer{Outcome: New(v, neutralKeep)} }

// Observe records what the body of an exchange contains, and nothing else: the
// result of checking the exchange goes to [Outcome.Add] of the outcome into
// which that of the observer is merged.
func (o *Observer) Observe(x *plumb.Exchange, r *engine.Result) {
	o.Outcome.observe(x, r, o.bodies.Bare(x))
}

// Observe does what an [Observer] does, but looks at each value for
// credentials.
func (o *Outcome) Observe(x *plumb.Exchange, r *engine.Result) { o.observe(x, r, false) }

func (o *Outcome) observe(x *plumb.Exchange, r *engine.Result, bare bool) {
	at := observer{Outcome: o, x: x, clean: valueCleaner(x), bare: bare, time: x.Time.Round(0).UTC()}
	if schema, list, ok := r.WellFormed(); ok {
		at.scan(r, schema, list)
	} else {
		at.parts()
	}
}

// observer records what one exchange contains.
type observer struct {
	*Outcome
	x     *plumb.Exchange
	clean func(*plumb.Finding)
	bare  bool
	time  time.Time // the time of the exchange
}

// valueCleaner returns a function that removes the credentials of an exchange
// from what is kept of it. Most values contain none: values are only examined
// one by one if the body contains a credential, or if the name of their member
// says that they are one.
func valueCleaner(x *plumb.Exchange) func(*plumb.Finding) {
	cleaner := sync.OnceValue(func() *redact.Cleaner { return redact.ForExchange(x) })
	clean := sync.OnceValue(func() bool {
		body := string(x.Response.Body.Bytes)
		return cleaner().Text(body) == body
	})
	return func(f *plumb.Finding) {
		if f.File != "" || f.Message != "" || !clean() || redact.SecretMember(cmp.Or(f.Named, f.Pointer), strings.Trim(f.Found, `"`)) {
			cleaner().Finding(f)
		}
	}
}
