package outcome

import (
	"cmp"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// compared is what the comparison of the responses about resources gave. It can be
// merged, like an outcome: that of some resources with that of others.
type compared struct {
	findings findings
	lives    lives // of resources with findings
	doubtful lives // of those that may have findings
	told     map[engine.ResourceKey]*told
}

// told is what is reported of a resource in lives, or in those of the outcome.
type told struct {
	Key          engine.ResourceKey   `json:"key"`
	Findings     []string             `json:"findings"` // fingerprints of those in compared, sorted
	Observations []engine.Observation `json:"observations"`
}

func newCompared() *compared {
	return &compared{findings: newFindings(), told: map[engine.ResourceKey]*told{}}
}

// merge adds what the comparison of other resources gave. The lives are those of the
// outcome.
func (c *compared) merge(o *compared, keep int, of *lives) {
	c.findings.merge(&o.findings, keep)
	c.lives.merge(&o.lives)
	c.doubtful.merge(&o.doubtful)
	for key, t := range o.told {
		if known := c.told[key]; known != nil {
			known.Findings = joined(known.Findings, t.Findings)
			if len(t.Observations) > 0 {
				known.Observations = t.Observations
			}
			continue
		}
		copied := *t
		c.told[key] = &copied
	}
	c.dropUntold(of)
}

// dropUntold drops what is not reported, since there are too many resources.
func (c *compared) dropUntold(of *lives) {
	names := c.names(of)
	maps.DeleteFunc(c.told, func(key engine.ResourceKey, _ *told) bool {
		_, isTold := names[key]
		return !isTold && !c.doubtful.has(key)
	})
}

// names returns the resources that are reported, with their names as far as these are
// known.
func (c *compared) names(of *lives) map[engine.ResourceKey]string {
	names := map[engine.ResourceKey]string{}
	for _, all := range []*lives{of, &c.lives} {
		for _, one := range all.all() {
			names[one.Key] = max(names[one.Key], one.ID)
		}
	}
	return names
}

func joined(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// compared returns what the comparison of all responses gave.
func (o *Outcome) compared() *compared {
	if o.result == nil {
		o.result = o.compare()
	}
	return o.result
}

// compare compares the responses that the history holds.
func (o *Outcome) compare() *compared {
	all := newCompared()
	if o.base != nil {
		all.merge(o.base, o.keep, &o.lives)
	}
	if o.history == nil {
		return all
	}
	clean, names := redact.New(nil), o.fileNames()
	for c := range o.history.Contradictions(nil) {
		f := &c.Finding
		if name, ok := names[f.File]; ok {
			f.File = name
		}
		if all.count(&c, o.keep) {
			continue
		}
		one := c
		clean.Finding(&one.Finding)
		all.add(&one, o.requests[idOf(one.Finding.Place)], 1, o.keep)
	}
	for key := range all.names(&o.lives) {
		if observations := o.history.Life(key); len(observations) > 0 {
			all.told[key] = &told{key, []string{}, observations}
		}
	}
	for c := range o.history.Contradictions(func(key engine.ResourceKey) bool { return all.told[key] != nil }) {
		clean.Finding(&c.Finding)
		t := all.told[c.Resource]
		t.Findings = joined(t.Findings, []string{c.Finding.Fingerprint()})
	}
	return all
}

// count counts a contradiction that is known, and has all the occurrences that are kept.
// Most are so, and need not be cleaned, but for the file. It returns false for others.
func (c *compared) count(one *engine.Contradiction, keep int) bool {
	f := &one.Finding
	known := c.findings.get(engine.KeyOf(f))
	if known == nil || known.wants(f.Place, keep) || f.Message != known.Message || f.Allowed != known.Allowed || f.Severity.String() != known.Severity || compareSources(f.Description, known.Description) != 0 {
		return false
	}
	if c.lives.wants(f.Severity, f.Place) && !c.lives.hasBefore(f.Severity, one.Resource, f.Place) {
		return false
	}
	known.Count = sum(known.Count, 1)
	known.Files.add(f.File)
	return true
}

// add adds a contradiction, whose finding is clean, that occurred so many times.
func (c *compared) add(one *engine.Contradiction, asked Request, count, keep int) {
	f := &one.Finding
	found := newFinding(f)
	at := newOccurrence(f, asked)
	if !one.Seen {
		at.unseen = one
	}
	found.Occurrences, found.Count = []Occurrence{at}, count
	found.Files.add(f.File)
	c.findings.add(found, keep)
	if c.lives.wants(f.Severity, f.Place) {
		c.lives.add(f.Severity, life{ID: at.Resource, Key: one.Resource, File: at.File, Entry: at.Entry, Line: at.Line, Index: int(one.Pair.After.Index), Findings: []string{}, unseen: at.unseen})
	}
}

// Unseen returns the places of exchanges that are to be given to [Outcome.Look], as
// far as these can be read again: the report shows something of their bodies that
// was not known when they were added. Only file and entry are set.
func (o *Outcome) Unseen() []plumb.Place {
	var places []plumb.Place
	for _, c := range o.Expected() {
		o.history.Expect(c)
		places = append(places, plumb.Place{File: c.Pair.After.File, Entry: int(c.Pair.After.Entry)})
	}
	return places
}

// Expected returns the contradictions that the report shows without the bodies.
func (o *Outcome) Expected() []engine.Contradiction {
	wanted := map[*engine.Contradiction]bool{}
	c := o.compared()
	for _, f := range c.findings.all() {
		for i := range f.Occurrences {
			if unseen := f.Occurrences[i].unseen; unseen != nil {
				wanted[unseen] = true
			}
		}
	}
	for _, one := range c.lives.all() {
		if one.unseen != nil {
			wanted[one.unseen] = true
		}
	}
	all := make([]engine.Contradiction, 0, len(wanted))
	for one := range wanted {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b engine.Contradiction) int {
		x, y := &a.Pair.After, &b.Pair.After
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Entry, y.Entry), cmp.Compare(x.Line, y.Line), cmp.Compare(a.Resource, b.Resource), a.Compare(&b))
	})
	return all
}

// Look takes in the body of an exchange that [Outcome.Unseen] has named.
func (o *Outcome) Look(x *plumb.Exchange) {
	o.history.Look(x)
	o.result = nil
}
