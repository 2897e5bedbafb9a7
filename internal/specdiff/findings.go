package specdiff

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// Side is one of the two descriptions.
type Side struct {
	Description *spec.Description
	File        string // its main file, from where plumb runs, with slashes
}

// Report returns the changes as the findings of a report of a date, for the formats
// in which check writes its own: each at its operation in the new description, or in
// the old one where the new one has it no longer.
func Report(changes []Change, before, after Side, version string, date time.Time) *report.Report {
	r := report.NewComparison(before.File, after.File, before.Description, after.Description, version, date)
	for i := range changes {
		c := &changes[i]
		f := c.finding(before, after)
		c.Fingerprint, c.Description = f.Fingerprint, f.Description
		r.Findings = append(r.Findings, f)
		if !slices.ContainsFunc(r.Rules, func(known report.Rule) bool { return known.ID == c.ID }) {
			r.Rules = append(r.Rules, report.Rule{ID: c.ID, Severity: c.Severity, Title: strings.ReplaceAll(c.ID, "-", " ")})
		}
	}
	slices.SortFunc(r.Rules, func(a, b report.Rule) int { return cmp.Compare(a.ID, b.ID) })
	r.Sum()
	return r
}

// Accept marks the changes that the baseline has marked in a report.
func Accept(changes []Change, marked *report.Report) {
	for i := range changes {
		k := slices.IndexFunc(marked.Findings, func(f report.Finding) bool { return f.Fingerprint == changes[i].Fingerprint })
		if k >= 0 {
			changes[i].Suppressed, changes[i].Expired = marked.Findings[k].Suppressed, marked.Findings[k].Expired
		}
	}
}

func (c *Change) finding(before, after Side) report.Finding {
	side := after
	operation, at := side.operation(c)
	if operation == "" && c.Method != "" {
		side = before
		operation, at = side.operation(c)
	}
	place := report.NewPlace(at)
	place.File = side.path(at)
	subject := plumb.Finding{Rule: c.ID, Subject: plumb.Subject{File: at.File, Pointer: at.Pointer, Name: c.Text}}
	f := report.Finding{
		Rule: c.ID, Severity: c.Severity, Message: c.Text, Fingerprint: subject.Fingerprint(),
		Operations: []report.OperationCount{}, Pointers: []report.PointerCount{}, Count: 1, Files: 1, Description: place,
		Occurrences: []report.Occurrence{{File: side.path(at), Line: at.Line, Column: at.Column, Operation: operation, Method: c.Method, URL: c.Path}},
	}
	if operation != "" {
		f.Operations = append(f.Operations, report.OperationCount{Operation: operation, Count: 1})
	}
	return f
}

// operation returns the operation that a change is about, and its place: the
// beginning of the description where it is about none.
func (s Side) operation(c *Change) (id string, at plumb.Source) {
	for _, o := range s.Description.Operations {
		if o.Method == c.Method && o.Path == c.Path {
			return o.ID, o.Place
		}
	}
	return "", plumb.Source{File: s.Description.File, Line: 1, Column: 1}
}

// path returns the path of a file of the description, from where plumb runs.
func (s Side) path(at plumb.Source) string {
	if at.Overlay != "" {
		return at.Overlay
	}
	return path.Join(path.Dir(s.File), at.File)
}
