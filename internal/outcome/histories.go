package outcome

import (
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// contradiction is a finding that a history gives. Cleaning it takes longer than finding
// it, and most are only counted.
type contradiction struct {
	key     engine.ResourceKey
	written plumb.Finding // with its credentials
	all     *contradictions
}

// contradictions are those of the histories of an outcome.
type contradictions struct {
	*Outcome
	clean *redact.Cleaner
	files map[string]string // the names of files without credentials
}

func (o *Outcome) contradictions() *contradictions {
	return &contradictions{o, redact.New(nil), map[string]string{}}
}

// each calls yield for all contradictions.
func (all *contradictions) each(yield func(*contradiction)) {
	if all.history == nil {
		return
	}
	for key, f := range all.history.Contradictions() {
		yield(&contradiction{key, f, all})
	}
}

// file returns the name of the file without credentials.
func (c *contradiction) file() string {
	name, ok := c.all.files[c.written.File]
	if !ok {
		name = c.all.clean.Text(c.written.File)
		c.all.files[c.written.File] = name
	}
	return name
}

// place returns where the contradiction is, without credentials.
func (c *contradiction) place() plumb.Place {
	return plumb.Place{File: c.file(), Entry: c.written.Entry, Line: c.written.Line}
}

// finding returns the finding without credentials.
func (c *contradiction) finding() *Finding {
	f := c.written
	c.all.clean.Finding(&f)
	one := newFinding(&f)
	one.Occurrences = []Occurrence{newOccurrence(&f, c.all.requests[idOf(f.Place)])}
	one.Count = 1
	one.Files.add(f.File)
	return one
}

// addTo adds the finding to others. Most often it is known, and has all the occurrences
// that are kept.
func (c *contradiction) addTo(all *findings, keep int) {
	f := &c.written
	if known := all.get(engine.KeyOf(f)); known != nil && !known.wants(c.place(), keep) && f.Message == known.Message && f.Allowed == known.Allowed && f.Severity.String() == known.Severity && compareSources(f.Description, known.Description) == 0 {
		known.Count = sum(known.Count, 1)
		known.Files.add(c.file())
		return
	}
	all.add(c.finding(), keep)
}

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
