package engine

import (
	"bytes"
	"hash/maphash"
	"slices"
	"sync/atomic"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

// Pattern is what exchanges have in common whose bodies differ from the
// description in the same ways: their findings, except for the occurrences.
type Pattern struct {
	findings []plumb.Finding
	settled  atomic.Bool
}

// newPattern returns the pattern of an exchange with findings; nil without any.
func newPattern(findings []plumb.Finding) *Pattern {
	if len(findings) == 0 {
		return nil
	}
	p := &Pattern{findings: slices.Clone(findings)}
	for i := range p.findings {
		f := &p.findings[i]
		f.Occurrence = plumb.Occurrence{Resource: f.Resource}
	}
	return p
}

// Findings returns the findings of each exchange of the pattern. Their
// occurrences are empty but for Resource, which is set to the identity of one
// of the resources where a finding is about a resource.
func (p *Pattern) Findings() []plumb.Finding { return p.findings }

// Done says that no more occurrences of the findings are needed: further
// exchanges of the pattern are counted without being explained.
func (p *Pattern) Done() { p.settled.Store(true) }

// found is what a Worker knows of bodies of a route that fit the description alike: the
// findings of rules whose basis is the structure.
type found struct {
	times     int  // how often there was such a body
	known     bool // what the findings are
	pattern   *Pattern
	check     int // the call of Check in which it was explained last
	explained int // how often in that call
}

// Limits on what is remembered of a route.
const (
	mostFound    = 1 << 12
	mostPatterns = 1 << 10
)

// isExplained reports whether another body need not be explained: the findings have the
// occurrences that are kept, or will have them when those of this call are added.
func (f *found) isExplained(w *Worker) bool {
	return f.known && (f.pattern == nil || f.pattern.settled.Load() || f.check == w.checks && f.explained >= w.stream.keepOccurrences)
}

// findings returns what is known of bodies that fit the description like that of a
// pass; nil where nothing can be known.
func (s *routeState) findings(p *pass) *found {
	if s == nil || !p.isOfStructure() {
		return nil
	}
	key := p.fit()
	f := s.found[key]
	if f == nil {
		if len(s.found) >= mostFound {
			s.found, s.patterns = map[uint64]*found{}, 0
		}
		f = &found{}
		s.found[key] = f
	}
	if f.times++; f.times > 1 && !f.known && s.patterns >= mostPatterns {
		return nil
	}
	return f
}

// learn makes the findings of a pass known, if bodies that fit alike come again.
func (s *routeState) learn(f *found, p *pass, check int) {
	if f == nil || f.times < 2 || !p.isPatterned() {
		return
	}
	if !f.known {
		f.known, f.pattern = true, newPattern(slices.DeleteFunc(slices.Clone(p.out.Findings), func(f plumb.Finding) bool { return p.v.guarded[f.Rule] }))
		s.patterns++
	}
	if f.check != check {
		f.check, f.explained = check, 0
	}
	f.explained++
	p.out.Pattern = f.pattern
}

// isOfStructure reports whether rules whose basis is the structure find the same in all
// bodies that fit the description alike.
func (p *pass) isOfStructure() bool {
	body := p.x.Response.Body.Bytes
	return p.v.learns && p.root != nil && p.schema != nil && !p.text && len(p.faults) == 0 && p.out.Skipped == "" &&
		len(p.failures)+len(p.nulls) <= mostAlike && !bytes.Contains(body, masked)
}

// mostAlike bounds how many findings of bodies are compared.
const mostAlike = 256

// isPatterned reports whether the findings of rules whose basis is the structure can be
// counted: those about several resources cannot.
func (p *pass) isPatterned() bool {
	return len(p.out.Beyond) == 0 && (len(p.resources) < 2 || len(p.out.Findings) == 0)
}

// foundByStructure reports whether no finding is that of a rule that looks at values.
func (p *pass) foundByStructure() bool {
	return p.isPatterned() && !slices.ContainsFunc(p.out.Findings, func(f plumb.Finding) bool { return p.v.guarded[f.Rule] })
}

// checkValues applies the rules that look at values only. It reports whether their
// findings are the same when all rules are applied: so it is but for rules of the
// description, which do not say again what is an error already.
func (p *pass) checkValues() bool {
	for _, r := range p.v.active {
		if r.basis == byGuard {
			p.rule, p.severity = r.Rule, r.severity
			r.run(p)
		}
	}
	n := len(p.out.Findings)
	if p.applyXRules(); len(p.out.Findings) > n || len(p.out.Beyond) > 0 {
		p.out.Findings, p.out.Beyond, p.errorOffsets = nil, nil, nil
		return false
	}
	p.finish()
	return true
}

// fit returns a hash of how the body fits the description: of all that rules whose basis
// is the structure look at.
func (p *pass) fit() uint64 {
	var h maphash.Hash
	h.SetSeed(structureSeed)
	text := func(s string) { maphash.WriteComparable(&h, s) }
	count := func(n int) { maphash.WriteComparable(&h, n) }
	path := func(tokens []string) {
		count(len(tokens))
		for _, token := range tokens {
			text(token)
		}
	}
	failures := func(all []schema.Failure) {
		count(len(all))
		for i := range all {
			f := &all[i]
			path(f.Path)
			text(f.Keyword)
			text(f.Place.File)
			text(f.Place.Pointer)
			text(f.Member)
			h.WriteByte(flags(f.Name, f.OfMember, f.Tolerated))
			count(f.Alternatives)
			text(f.Reason)
			text(f.Limit)
			if v := p.root.At(f.Path...); v != nil {
				h.WriteByte(byte(v.Kind))
			}
		}
	}
	failures(p.failures)
	failures(p.nulls)
	for _, u := range p.undocumented {
		path(u.Path)
		count(len(u.Members))
		for _, i := range u.Members {
			text(u.Object.Members[i].Name)
		}
	}
	for _, r := range p.resources {
		path(r.path)
		h.WriteByte(flags(r.id != "", r.state != nil))
		if r.state != nil {
			text(r.state.Name)
		}
		for i := range r.timestamps {
			t := &r.timestamps[i]
			h.WriteByte(flags(t.present, t.time.IsZero(), t.problem != "", t.isPlaceholder()))
		}
	}
	text(p.schema.labelText)
	return h.Sum64()
}

// flags returns a byte that is different for different flags.
func flags(all ...bool) (b byte) {
	for _, is := range all {
		b *= 2
		if is {
			b++
		}
	}
	return b
}
