package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
)

// FindingKey is what findings that are counted together have in common: the
// rule and the subject, which make up [plumb.Finding.Fingerprint], and where
// they were found.
type FindingKey struct {
	Rule      string
	Subject   plumb.Subject
	Operation string
	Status    int
	File      string // of the description
	Place     string // pointer in File
	Pointer   string
}

// KeyOf returns the key of a finding.
func KeyOf(f *plumb.Finding) FindingKey {
	return FindingKey{f.Rule, f.Subject, f.Operation, f.Status, f.Description.File, f.Description.Pointer, f.Pointer}
}

// Compare orders keys as reports order findings of one severity.
func (k FindingKey) Compare(o FindingKey) int {
	return cmp.Or(cmp.Compare(k.Rule, o.Rule),
		cmp.Compare(k.Subject.File, o.Subject.File), cmp.Compare(k.Subject.Pointer, o.Subject.Pointer), cmp.Compare(k.Subject.Name, o.Subject.Name),
		cmp.Compare(k.Pointer, o.Pointer), cmp.Compare(k.Operation, o.Operation),
		cmp.Compare(k.Status, o.Status), cmp.Compare(k.File, o.File), cmp.Compare(k.Place, o.Place))
}

// MostPlaces is the number of places at which the findings of one rule are
// listed. Of more places, those that are first in the order of keys are listed,
// and the findings at the others are counted.
const MostPlaces = 1000

// Beyond counts the findings of one rule in one exchange that are not listed,
// because they are at too many places.
type Beyond struct {
	Rule     string
	Severity plumb.Severity // the highest
	Count    int
}

// leaveOut removes the findings that are beyond MostPlaces, and counts them.
func (p *pass) leaveOut() {
	places := map[string]map[FindingKey]bool{}
	for i := range p.out.Findings {
		key := KeyOf(&p.out.Findings[i])
		if places[key.Rule] == nil {
			places[key.Rule] = map[FindingKey]bool{}
		}
		places[key.Rule][key] = true
	}
	for rule, keys := range places {
		if len(keys) > MostPlaces {
			last := slices.SortedFunc(maps.Keys(keys), FindingKey.Compare)[MostPlaces-1]
			p.leaveOutAfter(rule, last)
		}
	}
}

// leaveOutAfter removes the findings of a rule that come after the last one to
// keep.
func (p *pass) leaveOutAfter(rule string, last FindingKey) {
	if p.lastKept == nil {
		p.lastKept = map[string]FindingKey{}
	}
	p.lastKept[rule] = last
	p.out.Findings = slices.DeleteFunc(p.out.Findings, func(f plumb.Finding) bool {
		if f.Rule != rule || KeyOf(&f).Compare(last) <= 0 {
			return false
		}
		p.countBeyond(rule, f.Severity)
		return true
	})
}

// isBeyond reports whether a finding of the rule that runs is beyond
// MostPlaces. It then counts the finding.
func (p *pass) isBeyond(f *plumb.Finding) bool {
	last, some := p.lastKept[p.rule.ID]
	if !some {
		return false
	}
	of := plumb.Finding{Rule: p.rule.ID, Subject: f.Subject, Operation: p.out.Operation, Status: p.out.Status, Pointer: f.Pointer, Description: f.Description}
	if KeyOf(&of).Compare(last) <= 0 {
		return false
	}
	p.countBeyond(p.rule.ID, p.severity)
	return true
}

func (p *pass) countBeyond(rule string, severity plumb.Severity) {
	i := slices.IndexFunc(p.out.Beyond, func(b Beyond) bool { return b.Rule == rule })
	if i < 0 {
		i = len(p.out.Beyond)
		p.out.Beyond = append(p.out.Beyond, Beyond{Rule: rule})
	}
	b := &p.out.Beyond[i]
	b.Severity = max(b.Severity, severity)
	b.Count++
}
