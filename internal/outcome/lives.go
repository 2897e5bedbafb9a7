package outcome

import (
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// mostLives bounds the number of resources whose timelines are kept, by the
// worst finding of one of their responses. Timelines without findings would say
// little, and make reports large.
var mostLives = [...]int{
	plumb.Error:   200,
	plumb.Warning: 50,
	plumb.Info:    50,
	plumb.Off:     10,
}

// lives holds the resources whose timelines are kept: for each severity, those
// that come first among the resources whose worst finding is of that severity.
type lives [plumb.Error + 1][]life

// life is where a resource first has a response with findings of some severity.
type life struct {
	ID       string               `json:"id"` // without credentials
	Keys     []engine.ResourceKey `json:"keys"`
	File     string               `json:"file"`
	Entry    int                  `json:"entry"`
	Line     int                  `json:"line"`
	Index    int                  `json:"index"`    // of the resource among those of the exchange
	Findings []string             `json:"findings"` // fingerprints of its findings there, sorted

	written uint64 // hash of the identity and the file as they are written; 0 where it is not known
}

func comparePlaces(a, b *life) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Index, b.Index), cmp.Compare(a.ID, b.ID))
}

// wants reports whether a resource in an exchange at this place can be among
// those that are kept.
func (l *lives) wants(severity plumb.Severity, at plumb.Place) bool {
	of := l[severity]
	if len(of) < mostLives[severity] {
		return true
	}
	last := &of[len(of)-1]
	return cmp.Or(cmp.Compare(at.File, last.File), cmp.Compare(at.Entry, last.Entry), cmp.Compare(at.Line, last.Line)) <= 0
}

// has reports whether a resource is known to have a finding of a severity earlier in
// the same file.
func (l *lives) has(severity plumb.Severity, one *life) bool {
	return slices.ContainsFunc(l[severity], func(known life) bool {
		return known.written == one.written && cmp.Or(cmp.Compare(known.Entry, one.Entry), cmp.Compare(known.Line, one.Line), cmp.Compare(known.Index, one.Index)) < 0
	})
}

// add records where a resource has a finding of a severity.
func (l *lives) add(severity plumb.Severity, one life) {
	of := l[severity]
	if i := slices.IndexFunc(of, func(known life) bool { return known.ID == one.ID }); i >= 0 {
		switch c := comparePlaces(&one, &of[i]); {
		case c > 0:
			return
		case c == 0:
			merged := slices.Concat(of[i].Findings, one.Findings)
			slices.Sort(merged)
			of[i].Findings = slices.Compact(merged)
			return
		}
		of = slices.Delete(of, i, i+1)
	}
	i, _ := slices.BinarySearchFunc(of, one, func(a, b life) int { return comparePlaces(&a, &b) })
	of = slices.Insert(of, i, one)
	l[severity] = of[:min(len(of), mostLives[severity])]
}

func (l *lives) merge(o *lives) {
	for severity, of := range o {
		for _, one := range of {
			l.add(plumb.Severity(severity), one)
		}
	}
}

// resources records the resources of the exchange, each once, with the worst of its
// findings there.
func (a *adder) resources() {
	if a.history == nil || len(a.r.Resources) == 0 {
		return
	}
	if len(a.r.Resources) == 1 { // most often
		a.live(a.r.Resources[0], 0, a.blamed())
		return
	}
	found := map[string][]plumb.Finding{}
	for _, f := range a.blamed() {
		found[f.Resource] = append(found[f.Resource], f)
	}
	recorded := map[string]bool{}
	for i, id := range a.r.Resources {
		if !recorded[id] {
			recorded[id] = true
			a.live(id, i, found[id])
		}
	}
}

// blamed returns the findings of the exchange that could be about its resources.
// Findings that the exchange shares with its pattern are about its only
// resource.
func (a *adder) blamed() []plumb.Finding {
	switch {
	case !a.r.Counted:
		return a.r.Findings
	case len(a.r.Resources) == 1 && a.r.Own == 0:
		return a.r.Pattern.Findings()
	case len(a.r.Resources) == 1:
		return slices.Concat(a.r.Pattern.Findings(), a.r.Findings[:a.r.Own])
	default:
		return nil
	}
}

// isOf reports whether a finding is about a resource, in this response alone.
func (a *adder) isOf(f *plumb.Finding, id string) bool {
	return (f.Resource == id || f.Resource != "" && a.r.Counted) && !engine.IsHistory(f.Rule)
}

var writtenSeed = maphash.MakeSeed()

// live records a resource of the exchange.
func (a *adder) live(id string, index int, blamed []plumb.Finding) {
	worst := plumb.Off
	for i := range blamed {
		if f := &blamed[i]; f.Severity > worst && a.isOf(f, id) {
			worst = f.Severity
		}
	}
	if !a.lives.wants(worst, a.x.Place) {
		return
	}
	one := life{Entry: a.x.Place.Entry, Line: a.x.Place.Line, Index: index, Findings: []string{}}
	one.written = maphash.Comparable(writtenSeed, [2]string{id, a.x.Place.File})
	if a.lives.has(worst, &one) {
		return // most often, and finding all credentials takes long
	}
	one.ID, one.File, one.Keys = valid(a.clean.get().Text(id)), valid(a.clean.get().Text(a.x.Place.File)), a.history.Keys(id)
	for i := range blamed {
		f := &blamed[i]
		if a.isOf(f, id) {
			kept := cleaned(f, &a.clean)
			one.Findings = append(one.Findings, kept.Fingerprint())
		}
	}
	slices.Sort(one.Findings)
	one.Findings = slices.Compact(one.Findings)
	a.lives.add(worst, one)
}

// Resource is what was seen of one resource.
type Resource struct {
	ID           string
	Findings     []string // the fingerprints of some of its findings
	Observations []engine.Observation
}

// Resources returns the resources whose timelines are to be reported, those
// with the worst findings first. It is given the findings of the outcome.
func (o *Outcome) Resources(all []*Finding) []Resource {
	if o.history == nil {
		return nil
	}
	told := o.lives.clone()
	ids := map[engine.ResourceKey]string{}
	for _, of := range told {
		for _, one := range of {
			for _, key := range one.Keys {
				ids[key] = one.ID
			}
		}
	}
	contradictions := o.contradictions()
	idOf := func(c *contradiction) string {
		if id := ids[c.key]; id != "" {
			return id
		}
		return contradictions.clean.Text(c.written.Resource) // empty if it is not known any more
	}
	contradictions.each(func(c *contradiction) {
		if at := c.place(); told.wants(c.written.Severity, at) {
			if id := idOf(c); id != "" {
				told.add(c.written.Severity, life{ID: id, Keys: []engine.ResourceKey{c.key}, File: at.File, Entry: at.Entry, Line: at.Line})
			}
		}
	})
	findings := map[string][]string{} // by the identity of the resources that are told
	for _, of := range told {
		for _, one := range of {
			findings[one.ID] = nil
		}
	}
	contradictions.each(func(c *contradiction) {
		id := idOf(c)
		if known, isTold := findings[id]; isTold && id != "" {
			findings[id] = append(known, c.finding().Fingerprint)
		}
	})
	for _, f := range all {
		for _, occurrence := range f.Occurrences {
			if known, isTold := findings[occurrence.Resource]; isTold {
				findings[occurrence.Resource] = append(known, f.Fingerprint)
			}
		}
	}
	return o.tell(&told, findings)
}

// tell returns each of the resources once.
func (o *Outcome) tell(told *lives, findings map[string][]string) []Resource {
	var all []Resource
	known := map[string]int{}
	for severity := plumb.Error; severity >= plumb.Off; severity-- {
		for _, one := range told[severity] {
			i, again := known[one.ID]
			if !again {
				r := Resource{ID: one.ID, Findings: slices.Clone(findings[one.ID])}
				for _, key := range one.Keys {
					r.Observations = append(r.Observations, o.history.Life(key)...)
				}
				if len(r.Observations) == 0 {
					continue
				}
				i, known[one.ID] = len(all), len(all)
				all = append(all, r)
			}
			all[i].Findings = append(all[i].Findings, one.Findings...)
		}
	}
	for i := range all {
		slices.Sort(all[i].Findings)
		all[i].Findings = slices.Compact(all[i].Findings)
	}
	return all
}

func (l *lives) clone() (c lives) {
	c.merge(l)
	return c
}
