package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// mostLives bounds the resources whose lives a report tells: those with an
// error, with another finding, without any. All that went well would say
// little, and make the report large.
var mostLives = [...]int{
	plumb.Error:   200,
	plumb.Warning: 50,
	plumb.Info:    50,
	plumb.Off:     10,
}

// lives chooses the resources whose lives are told.
type lives struct {
	history *engine.History  // nil: none are told
	tracked map[string]*life // by the identity as the server spells it
	last    found            // what was looked up last
	counts  [plumb.Error + 1]int
	files   map[string]string // names without credentials
}

type found struct {
	id   string
	life *life // nil where it is not tracked
}

type life struct {
	id       string // without credentials
	order    int    // of being seen
	severity plumb.Severity
	findings map[*group]bool
}

// see takes down that a resource was in a body.
func (l *lives) see(id, file string, clean *cleaner) {
	if l.track(id, plumb.Off, clean) == nil {
		return
	}
	if _, known := l.files[file]; !known {
		l.files[file] = valid(clean.get().Text(file))
	}
}

// blame is a finding that a resource has.
type blame struct {
	id       string
	severity plumb.Severity
	group    *group
}

// blame takes down what findings the resources of an exchange have. In which
// order does not matter: not every exchange gives its findings in the same.
func (l *lives) blame(all []blame, clean *cleaner) {
	for severity := plumb.Error; severity > plumb.Off; severity-- {
		for _, b := range all {
			if b.severity == severity {
				l.track(b.id, severity, clean)
			}
		}
	}
	for _, b := range all {
		if life := l.find(b.id); life != nil {
			life.findings[b.group] = true
		}
	}
}

// wants tells whether findings of these severities about a resource change what
// is told.
func (l *lives) wants(id string, severities []plumb.Severity) bool {
	if l.history == nil {
		return false
	}
	return l.find(id) != nil || slices.ContainsFunc(severities, func(s plumb.Severity) bool { return l.counts[s] < mostLives[s] })
}

// track returns the life of a resource if it is among those to be told. One
// with a worse finding than before has another chance.
func (l *lives) track(id string, severity plumb.Severity, clean *cleaner) *life {
	if l.history == nil {
		return nil
	}
	known := l.find(id)
	if known != nil && known.severity >= severity || l.counts[severity] >= mostLives[severity] {
		return known
	}
	if known == nil {
		known = &life{id: valid(clean.get().Text(id)), order: len(l.tracked), findings: map[*group]bool{}}
		id = strings.Clone(id) // it can be part of a long text
		l.tracked[id] = known
		l.last = found{id, known}
	} else {
		l.counts[known.severity]--
	}
	known.severity = severity
	l.counts[severity]++
	return known
}

// find returns the life of a resource if it is tracked. It is asked for the
// same several times in a row.
func (l *lives) find(id string) *life {
	if l.last.id != id {
		l.last = found{id, l.tracked[id]}
	}
	return l.last.life
}

// report tells the lives, those with the worst findings first.
func (l *lives) report() []Resource {
	all := []Resource{}
	ids := slices.SortedFunc(maps.Keys(l.tracked), func(a, b string) int {
		x, y := l.tracked[a], l.tracked[b]
		return cmp.Or(cmp.Compare(y.severity, x.severity), cmp.Compare(x.order, y.order))
	})
	for _, id := range ids {
		if seen := l.history.Life(id); len(seen) > 0 {
			all = append(all, l.resource(l.tracked[id], seen))
		}
	}
	return all
}

func (l *lives) resource(of *life, seen []engine.Observation) Resource {
	r := Resource{ID: of.id, Findings: []string{}, Timestamps: []Timestamp{}, Observations: []Observation{}}
	for _, g := range slices.SortedFunc(maps.Keys(of.findings), compareGroups) {
		r.Findings = append(r.Findings, g.first.Fingerprint())
	}
	for _, o := range seen {
		file, known := l.files[o.Place.File]
		if !known {
			file = valid(redact.New(nil).Text(o.Place.File))
		}
		r.Observations = append(r.Observations, Observation{File: file, Entry: o.Place.Entry, Line: o.Place.Line, State: o.State, Time: o.Time})
		for _, t := range o.Timestamps {
			stamp := Timestamp(t)
			if !slices.Contains(r.Timestamps, stamp) {
				r.Timestamps = append(r.Timestamps, stamp)
			}
		}
	}
	slices.SortStableFunc(r.Timestamps, func(a, b Timestamp) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Pointer, b.Pointer))
	})
	return r
}
