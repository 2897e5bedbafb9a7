package outcome

import (
	"cmp"
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

// mostTold bounds the number of resources that lives can hold.
var mostTold = func() (n int) {
	for _, most := range mostLives {
		n += most
	}
	return n
}()

// lives holds the resources whose timelines are kept: for each severity, those
// that come first among the resources whose worst finding is of that severity.
type lives [plumb.Error + 1][]life

// life is where a resource first has a response with findings of some severity.
type life struct {
	ID       string             `json:"id"` // without credentials; empty where it is not known
	Key      engine.ResourceKey `json:"key"`
	File     string             `json:"file"`
	Entry    int                `json:"entry"`
	Line     int                `json:"line"`
	Index    int                `json:"index"`    // of the resource among those of the exchange
	Findings []string           `json:"findings"` // fingerprints of its findings there, sorted

	unseen  *engine.Contradiction // of which the body is not known, if any
	written string                // the file as it is written; empty where that is not known
}

func comparePlaces(a, b *life) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Key, b.Key))
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

// hasEarlier reports whether a resource is known to have a finding of a severity earlier
// in the same file.
func (l *lives) hasEarlier(severity plumb.Severity, key engine.ResourceKey, at plumb.Place, index int) bool {
	return slices.ContainsFunc(l[severity], func(known life) bool {
		return known.Key == key && known.written == at.File && cmp.Or(cmp.Compare(known.Entry, at.Entry), cmp.Compare(known.Line, at.Line), cmp.Compare(known.Index, index)) < 0
	})
}

// hasBefore reports whether a resource is known to have a finding of a severity before a
// place.
func (l *lives) hasBefore(severity plumb.Severity, key engine.ResourceKey, at plumb.Place) bool {
	return slices.ContainsFunc(l[severity], func(known life) bool {
		return known.Key == key && cmp.Or(cmp.Compare(known.File, at.File), cmp.Compare(known.Entry, at.Entry), cmp.Compare(known.Line, at.Line)) < 0
	})
}

// add records where a resource has a finding of a severity.
func (l *lives) add(severity plumb.Severity, one life) {
	of := l[severity]
	if i := slices.IndexFunc(of, func(known life) bool { return known.Key == one.Key }); i >= 0 {
		switch c := comparePlaces(&one, &of[i]); {
		case c > 0:
			return
		case c == 0:
			of[i].Findings = joined(of[i].Findings, one.Findings)
			of[i].ID = max(of[i].ID, one.ID)
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
	alone, overTime := a.blamed()
	if len(a.r.Resources) == 1 { // most often
		a.live(a.r.Resources[0], 0, alone, overTime)
		return
	}
	recorded := map[engine.ResourceKey]bool{}
	for i, r := range a.r.Resources {
		if !recorded[r.Key] {
			recorded[r.Key] = true
			a.live(r, i, alone, overTime)
		}
	}
}

// blamed returns the findings of the exchange that could be about its resources: those
// that it has alone, and those that a history has added. Findings that the exchange
// shares with its pattern are about its only resource.
func (a *adder) blamed() (alone, overTime []plumb.Finding) {
	own := min(a.r.Own, len(a.r.Findings))
	alone, overTime = a.r.Findings[:own], a.r.Findings[own:]
	switch {
	case !a.r.Counted:
	case len(a.r.Resources) > 1:
		alone = nil
	case own == 0:
		alone = a.r.Pattern.Findings()
	default:
		alone = slices.Concat(a.r.Pattern.Findings(), alone)
	}
	return alone, overTime
}

// live records a resource of the exchange, with the findings that its response has
// alone, and those together with an earlier response.
func (a *adder) live(r engine.Resource, index int, alone, overTime []plumb.Finding) {
	a.liveWith(r, index, ofResource(alone, func(f *plumb.Finding) bool { return f.Resource == r.ID || f.Resource != "" && a.r.Counted }))
	if with := ofResource(overTime, func(f *plumb.Finding) bool { return f.Resource == r.ID && !engine.IsHistory(f.Rule) }); len(with) > 0 {
		a.liveWith(r, index, with)
	}
}

// ofResource returns those of the findings that are about a resource.
func ofResource(all []plumb.Finding, is func(*plumb.Finding) bool) (some []*plumb.Finding) {
	for i := range all {
		if is(&all[i]) {
			some = append(some, &all[i])
		}
	}
	return some
}

// liveWith records a resource of the exchange with some of its findings.
func (a *adder) liveWith(r engine.Resource, index int, found []*plumb.Finding) {
	worst := plumb.Off
	for _, f := range found {
		worst = max(worst, f.Severity)
	}
	if !a.lives.wants(worst, a.x.Place) || a.lives.hasEarlier(worst, r.Key, a.x.Place, index) {
		return // most often, and finding all credentials takes long
	}
	one := life{
		ID:   valid(a.clean.get().Text(r.ID)),
		Key:  r.Key,
		File: valid(a.clean.get().Text(a.x.Place.File)), Entry: a.x.Place.Entry, Line: a.x.Place.Line,
		Index: index, Findings: []string{}, written: a.x.Place.File,
	}
	for _, f := range found {
		kept := cleaned(f, &a.clean)
		one.Findings = append(one.Findings, kept.Fingerprint())
	}
	one.Findings = joined(one.Findings, nil)
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
func (o *Outcome) Resources(found []*Finding) []Resource {
	if !o.HasHistory() {
		return nil
	}
	c := o.compared()
	names := c.names(&o.lives)
	findings := map[string][]string{} // by the name of the resource
	for _, f := range found {
		for _, occurrence := range f.Occurrences {
			findings[occurrence.Resource] = append(findings[occurrence.Resource], f.Fingerprint)
		}
	}
	reported := o.lives.clone()
	reported.merge(&c.lives)
	var all []Resource
	known := map[engine.ResourceKey]int{}
	for _, one := range reported.all() {
		name, t := names[one.Key], c.told[one.Key]
		if name == "" || t == nil {
			continue
		}
		i, again := known[one.Key]
		if !again {
			i, known[one.Key] = len(all), len(all)
			all = append(all, Resource{ID: name, Findings: joined(findings[name], t.Findings), Observations: t.Observations})
		}
		all[i].Findings = joined(all[i].Findings, one.Findings)
	}
	return all
}

// all returns the lives, those with the worst findings first.
func (l *lives) all() []life {
	var all []life
	for severity := plumb.Error; severity >= plumb.Off; severity-- {
		all = append(all, l[severity]...)
	}
	return all
}

// has reports whether a resource is among the lives.
func (l *lives) has(key engine.ResourceKey) bool {
	for _, of := range l {
		if slices.ContainsFunc(of, func(one life) bool { return one.Key == key }) {
			return true
		}
	}
	return false
}

func (l *lives) clone() (c lives) {
	c.merge(l)
	return c
}
