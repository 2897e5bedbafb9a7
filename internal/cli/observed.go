package cli

import (
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
)

// observedFiles are what was observed in the files that are being read, by their
// aliases: on each goroutine that checks.
type observedFiles struct {
	mu    sync.Mutex
	parts []map[string]*outcome.Observer
}

// add returns an observer for one goroutine.
func (o *observedFiles) add(v *engine.Validator) observer {
	own := map[string]*outcome.Observer{}
	o.mu.Lock()
	o.parts = append(o.parts, own)
	o.mu.Unlock()
	return func(x *plumb.Exchange, r engine.Result) {
		o.mu.Lock()
		of := own[x.Place.File]
		if of == nil {
			of = outcome.NewObserver(v)
			own[x.Place.File] = of
		}
		o.mu.Unlock()
		of.Observe(x, &r)
	}
}

// mergeInto adds what was observed in a file, all of whose exchanges were checked.
func (o *observedFiles) mergeInto(alias string, to *outcome.Outcome) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, own := range o.parts {
		if of := own[alias]; of != nil {
			delete(own, alias)
			if err := to.Merge(of.Outcome); err != nil {
				return err
			}
		}
	}
	return nil
}
