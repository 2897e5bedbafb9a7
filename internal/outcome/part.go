package outcome

import (
	"errors"
	"iter"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// A run can be divided among machines. Each checks some of the exchanges; the outcome
// of that has no histories ([Outcome.Detach]). What responses said of one resource goes
// to one machine, which compares it ([Outcome.Compare]). The report shows the bodies of
// some of the responses that contradict others: these are looked at again where they
// are ([Outcome.AddSeen], [Outcome.AddLater]).

// Candidate is a resource whose timeline may be reported.
type Candidate struct {
	Key      engine.ResourceKey
	Severity plumb.Severity // of the worst of its findings
	Place    plumb.Place    // without the column
	Index    int            // of the resource among those of the exchange
}

// Candidates returns the resources whose timelines are to be reported, as far as the
// outcome is concerned.
func (o *Outcome) Candidates() iter.Seq[Candidate] {
	return func(yield func(Candidate) bool) {
		for severity, of := range o.lives {
			for _, one := range of {
				if !yield(Candidate{one.Key, plumb.Severity(severity), plumb.Place{File: one.File, Entry: one.Entry, Line: one.Line}, one.Index}) {
					return
				}
			}
		}
	}
}

// Detach drops the histories.
func (o *Outcome) Detach() {
	if o.history != nil && o.base == nil {
		o.base = newCompared()
	}
	o.history, o.result, o.requests = nil, nil, nil
}

// Doubt notes that a rule which compares two responses of a resource may not hold, before
// the resource is compared.
func (o *Outcome) Doubt(d *engine.Doubt) {
	if o.base == nil {
		o.base = newCompared()
	}
	at := plumb.Place{File: d.After.File, Entry: int(d.After.Entry), Line: int(d.After.Line)}
	if severity := o.v.SeverityOf(d.Rule); o.base.doubtful.wants(severity, at) {
		o.base.doubtful.add(severity, life{Key: d.Resource, File: at.File, Entry: at.Entry, Line: at.Line, Index: int(d.After.Index), Findings: []string{}})
	}
}

// Compare adds what a history gives of one resource, which is the only one it has.
func (o *Outcome) Compare(h *engine.History, key engine.ResourceKey, candidates []Candidate) {
	o.result = nil
	if o.base == nil {
		o.base = newCompared()
	}
	for _, c := range candidates {
		if o.lives.wants(c.Severity, c.Place) {
			o.lives.add(c.Severity, life{Key: key, File: c.Place.File, Entry: c.Place.Entry, Line: c.Place.Line, Index: c.Index, Findings: []string{}})
		}
	}
	var fingerprints []string
	for c := range h.Contradictions(nil) {
		o.base.add(&c, Request{}, 1, o.keep)
		fingerprints = append(fingerprints, c.Finding.Fingerprint())
	}
	if o.lives.has(key) || o.base.lives.has(key) || o.base.doubtful.has(key) {
		o.base.told[key] = &told{key, joined(nil, fingerprints), h.Life(key)}
		if len(o.base.told) > 4*mostTold {
			o.base.dropUntold(&o.lives)
		}
	}
}

// TakeExpected returns the contradictions whose occurrences are to be added by
// AddSeen, and drops these occurrences.
func (o *Outcome) TakeExpected() []engine.Contradiction {
	if o.base == nil {
		return nil
	}
	all := o.Expected()
	o.result = nil
	o.base.dropUntold(&o.lives)
	for _, of := range o.base.findings.byRule {
		for _, f := range of.values {
			f.Occurrences = f.Occurrences[:0]
		}
	}
	return all
}

// ErrGone is the error of a response that is not what it was before.
var ErrGone = errors.New("what contradicted other responses there is gone; the recording has changed since it was read first")

// AddSeen adds an occurrence of a contradiction that was counted elsewhere, of which a
// body was given to Look.
func (o *Outcome) AddSeen(c engine.Contradiction) error {
	f, ok := o.history.Seen(&c)
	if !ok {
		return ErrGone
	}
	if o.base == nil {
		o.base = newCompared()
	}
	redact.New(nil).Finding(&f)
	c.Finding, c.Seen = f, true
	o.base.add(&c, o.requests[idOf(f.Place)], 0, o.keep)
	return nil
}

// AddLater adds findings of an exchange, which was added elsewhere, together with
// earlier ones.
func (o *Outcome) AddLater(x *plumb.Exchange, r engine.Result) {
	a := adder{Outcome: o, x: x, r: &r, clean: cleaner{x: x}}
	for i := range r.Findings {
		a.finding(&r.Findings[i])
	}
	of := map[string][]*plumb.Finding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		of[f.Resource] = append(of[f.Resource], f)
	}
	for i, resource := range r.Resources {
		if own := of[resource.ID]; len(own) > 0 {
			a.liveWith(resource, i, own)
		}
	}
}
