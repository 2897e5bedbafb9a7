package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
)

// FindingKey is what findings have in common that are counted together: rule and
// subject, of which [plumb.Finding.Fingerprint] is made, and where it was found.
type FindingKey struct {
	Rule      string
	Subject   plumb.Subject
	Operation string
	Status    int
	File      string // of the description
	Place     string // in it
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

// MostPlaces is at how many places the findings of one rule are told apart. Of
// more, those that are first in the order of keys are, and the rest is counted.
const MostPlaces = 1000

// Beyond counts the findings of one rule in one exchange that are left out, since
// they are at too many places.
type Beyond struct {
	Rule     string
	Severity plumb.Severity // the highest
	Count    int
}

// leaveOut leaves out the findings of each rule that are at too many places.
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

// leaveOutAfter leaves out the findings of a rule after the last that is kept.
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

// isBeyond reports whether a finding of the rule that runs is left out, since it is
// at one of too many places. It is then counted.
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
