package outcome

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// contradiction is a finding that the history of a resource gives.
type contradiction struct {
	key     engine.ResourceKey
	finding *Finding
}

// contradictions returns the findings that the histories give.
func (o *Outcome) contradictions() (all []contradiction) {
	if o.history == nil {
		return nil
	}
	clean := redact.New(nil)
	for key, f := range o.history.Contradictions() {
		clean.Finding(&f)
		one := newFinding(&f)
		one.Occurrences = []Occurrence{newOccurrence(&f)}
		one.Count = 1
		one.Files.add(f.File)
		all = append(all, contradiction{key, one})
	}
	return all
}

// resourceHistories returns the histories of all resources, by key, with the
// names of files as in reports.
func (o *Outcome) resourceHistories() []engine.ResourceHistory {
	var all []engine.ResourceHistory
	if o.history != nil {
		clean, names := redact.New(nil), map[string]string{}
		for r := range o.history.Resources() {
			for i := range r.Responses {
				file := &r.Responses[i].File
				name, known := names[*file]
				if !known {
					name = valid(clean.Text(*file))
					names[*file] = name
				}
				*file = name
			}
			all = append(all, r)
		}
	}
	for _, r := range o.carried {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b engine.ResourceHistory) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// mergeHistories adds the resources of another outcome.
func (o *Outcome) mergeHistories(p *Outcome) error {
	for _, r := range p.resourceHistories() {
		if o.history != nil {
			if err := o.history.Merge(r); err != nil {
				return err
			}
			continue
		}
		if known := o.carried[r.Key]; known != nil {
			known.Add(r.Responses)
		} else {
			o.carried[r.Key] = &r
		}
	}
	return nil
}
