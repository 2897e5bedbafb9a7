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

// What is kept of bodies at most.
const (
	mostValues       = 16  // different values of a place, beside those that are documented
	longestValue     = 128 // bytes; a place with longer ones has many
	mostUndocumented = 32  // undocumented members of one object; more are no fixed set
	deepest          = 4   // levels within an undocumented member
)

// Observer takes down what is in bodies, for an outcome of its own. It is not safe
// for concurrent use.
type Observer struct {
	Outcome *Outcome
	bodies  redact.Bodies
}

// NewObserver returns an observer of bodies that v checks.
func NewObserver(v *engine.Validator) *Observer { return &Observer{Outcome: New(v, neutralKeep)} }

// Observe takes down what is in the body of an exchange, and nothing else: the
// result of checking it is for [Outcome.Add] of the outcome that the observer's is
// merged into.
func (o *Observer) Observe(x *plumb.Exchange, r *engine.Result) {
	o.Outcome.observe(x, r, o.bodies.Bare(x))
}

// Observe does what an [Observer] does. Each value is looked at for credentials.
func (o *Outcome) Observe(x *plumb.Exchange, r *engine.Result) { o.observe(x, r, false) }

func (o *Outcome) observe(x *plumb.Exchange, r *engine.Result, bare bool) {
	at := observer{Outcome: o, x: x, clean: valueCleaner(x), bare: bare, time: x.Time.Round(0).UTC()}
	if schema, list, ok := r.ReadByPlan(); ok {
		at.scan(r, schema, list)
	} else {
		at.parts()
	}
}

// observer takes down what one exchange holds.
type observer struct {
	*Outcome
	x     *plumb.Exchange
	clean func(*plumb.Finding)
	bare  bool
	time  time.Time // of the exchange
}

// valueCleaner returns what removes the credentials of an exchange from what is
// taken of it. Most values hold none: they are only looked at by themselves
// where the body holds one, or where the name of their member says so.
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
