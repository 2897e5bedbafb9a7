package cli

import (
	"io"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// parts are the outcomes of a run, one for each goroutine that checks.
type parts struct {
	mu  sync.Mutex
	all []*part
}

// part is an outcome that is not changed any more once it was merged: a run
// that is interrupted does not wait for its goroutines.
type part struct {
	mu       sync.Mutex
	observer *outcome.Observer
}

// add returns an observer that adds to the outcome of o.
func (p *parts) add(o *outcome.Observer) observer {
	own := &part{observer: o}
	p.mu.Lock()
	p.all = append(p.all, own)
	p.mu.Unlock()
	return func(x *plumb.Exchange, r engine.Result) {
		own.mu.Lock()
		defer own.mu.Unlock()
		if own.observer != nil {
			own.observer.Observe(x, &r)
		}
	}
}

// mergeInto adds the parts to o.
func (p *parts) mergeInto(o *outcome.Outcome) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, own := range p.all {
		own.mu.Lock()
		err := o.Merge(own.observer.Outcome)
		own.observer = nil
		own.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// writeSummary writes the summary of the run, if it was asked for.
func (c *check) writeSummary() error {
	if c.options.summary == "" {
		return nil
	}
	return writeSummaryFile(c.options.summary, c.outcome)
}

func writeSummaryFile(name string, o *outcome.Outcome) error {
	return wholefile.Write(name, func(w io.Writer) error {
		if err := o.Write(w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "\n")
		return err
	})
}
