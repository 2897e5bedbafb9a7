package outcome

import (
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// resources returns the histories of all resources, by key, with the names of
// files as in reports.
func (o *Outcome) resources() iter.Seq[engine.ResourceHistory] {
	return func(yield func(engine.ResourceHistory) bool) {
		for _, key := range slices.Sorted(maps.Keys(o.carried)) {
			if !yield(*o.carried[key]) {
				return
			}
		}
		if o.history == nil {
			return
		}
		names := o.fileNames()
		for r := range o.history.Resources() {
			for i := range r.Responses {
				r.Responses[i].File = names[r.Responses[i].File]
			}
			if !yield(r) {
				return
			}
		}
	}
}

// fileNames returns the names that files have in reports.
func (o *Outcome) fileNames() map[string]string {
	clean, names := redact.New(nil), map[string]string{}
	for _, file := range o.history.Files() {
		names[file] = valid(clean.Text(file))
	}
	return names
}

// files returns the names of the files of all histories, sorted.
func (o *Outcome) files() []string {
	all, wanted := map[string]bool{}, math.MaxInt
	if o.history != nil {
		wanted = len(o.history.Files())
	}
	for r := range o.resources() {
		for i := range r.Responses {
			all[r.Responses[i].File] = true
		}
		if len(all) == wanted {
			break // most often after the first resource
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// mergeHistories adds the resources of another outcome.
func (o *Outcome) mergeHistories(p *Outcome) error {
	for r := range p.resources() {
		if o.history != nil {
			if err := o.history.Merge(r); err != nil {
				return err
			}
			continue
		}
		if known := o.carried[r.Key]; known != nil {
			if known.Group != r.Group {
				return engine.ErrScope
			}
			known.Add(r.Responses)
		} else {
			o.carried[r.Key] = &r
		}
	}
	return nil
}
