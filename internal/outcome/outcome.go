// Package outcome counts what a run has found. An [Outcome] can be merged with
// those of other runs: whatever the parts are in which exchanges are checked, and
// in whatever order and shape these are merged, it is the outcome of the whole.
package outcome

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// Limits on what an outcome distinguishes.
const (
	mostReasons  = 1000
	mostStatuses = 10_000
)

// Outcome is what a run has counted. Its size does not grow with the number of
// exchanges, except by that of its history.
//
// Outcomes are a commutative monoid under [Outcome.Merge], with the outcome
// that [New] returns as the neutral element: what [Outcome.MarshalJSON] writes
// of the whole does not depend on how it was put together.
//
// An Outcome is not safe for concurrent use.
type Outcome struct {
	Digest    string // of the description
	Exchanges int
	Bodies    int // bodies that were validated
	Masked    int // values in these that are [plumb.Masked]

	v    *engine.Validator // nil for an outcome that was read from a file
	keep int               // how many occurrences are kept of each finding

	skipped  counts
	statuses *smallest[statusKey, *ObservedStatus]
	unlisted int // exchanges with statuses beyond the limit
	places   map[placeKey]*Observed
	seen     map[engine.Seen]*Seen
	findings findings
	lives    lives

	history  *engine.History                                // nil if there is none
	requests map[exchangeID]Request                         // of exchanges that contradict earlier ones
	carried  map[engine.ResourceKey]*engine.ResourceHistory // merged histories, if there is no history to add them to
	base     *compared                                      // what the comparison of responses gave elsewhere, if any
	result   *compared                                      // what [Outcome.compared] returned; nil if that is out of date

	// What Add remembers of earlier exchanges, for speed.
	nodes    map[rootKey]*placeNode
	patterns map[*engine.Pattern]*repeated
	texts    map[string]string // cleaned texts, by the original texts
}

// Seen is how often a part of the description was seen.
type Seen struct {
	engine.Seen
	Count int // nulls included
	Nulls int
}

// New returns the outcome of a run that has checked nothing. It keeps the first
// keep occurrences of each finding.
func New(v *engine.Validator, keep int) *Outcome {
	o := Empty(v.Digest(), keep)
	o.v = v
	return o
}

// Empty does the same for a description that is not available: exchanges can be
// added if all their findings are known.
func Empty(digest string, keep int) *Outcome {
	return &Outcome{
		Digest:   digest,
		keep:     keep,
		skipped:  newCounts(mostReasons),
		statuses: newSmallest[statusKey, *ObservedStatus](mostStatuses, compareStatuses),
		places:   map[placeKey]*Observed{},
		seen:     map[engine.Seen]*Seen{},
		findings: newFindings(),
		requests: map[exchangeID]Request{},
		carried:  map[engine.ResourceKey]*engine.ResourceHistory{},
		nodes:    map[rootKey]*placeNode{},
		patterns: map[*engine.Pattern]*repeated{},
		texts:    map[string]string{},
	}
}

func compareStatuses(a, b statusKey) int {
	return cmp.Or(cmp.Compare(a.operation, b.operation), cmp.Compare(a.status, b.status))
}

// Keep returns how many occurrences are kept of each finding.
func (o *Outcome) Keep() int { return o.keep }

// Follow makes the history h a part of the outcome. Results must be given to h
// before they are added to the outcome. It must be called before anything is
// added.
func (o *Outcome) Follow(h *engine.History) {
	o.history = h
	var last cleaner // an exchange with one finding most often has several
	var place plumb.Place
	h.Clean = func(x *plumb.Exchange, f *plumb.Finding) {
		if last.x != x || place != x.Place { // readers use the memory of exchanges again
			last, place = cleaner{x: x}, x.Place
		}
		clean := &last
		own := f.Entry == x.Place.Entry && f.File == x.Place.File // else x is the earlier of the two exchanges
		if *f = cleaned(f, clean); own {
			o.requests[idOf(f.Place)] = o.request(clean)
		}
	}
}

// HasHistory reports whether responses were compared with each other.
func (o *Outcome) HasHistory() bool { return o.history != nil || o.base != nil }

// Merge adds what another outcome has counted, and does not change the other.
func (o *Outcome) Merge(p *Outcome) error {
	if o.Digest != p.Digest {
		return fmt.Errorf("the summaries are of different descriptions: one of %s, one of %s", o.Digest, p.Digest)
	}
	o.result = nil
	o.Exchanges = sum(o.Exchanges, p.Exchanges)
	o.Bodies = sum(o.Bodies, p.Bodies)
	o.Masked = sum(o.Masked, p.Masked)
	o.skipped.merge(&p.skipped)
	for _, status := range p.statuses.all() {
		o.mergeStatus(status)
	}
	o.unlisted = sum(o.unlisted, p.unlisted)
	for place, seen := range p.seen {
		o.see(place, seen.Count, seen.Nulls)
	}
	o.keep = min(o.keep, p.keep)
	o.settle()
	p.settle()
	o.findings.merge(&p.findings, o.keep)
	o.findings.truncate(o.keep)
	o.lives.merge(&p.lives)
	o.mergePlaces(p)
	if p.base != nil {
		if o.base == nil {
			o.base = newCompared()
		}
		o.base.merge(p.base, o.keep, &o.lives)
	}
	return o.mergeHistories(p)
}

// mergePlaces adds parents before children, because they know which members are
// too many.
func (o *Outcome) mergePlaces(p *Outcome) {
	for _, place := range p.Places() {
		if own := o.place(place.key(), place.Undocumented); own != nil {
			own.merge(place)
			if place.ManyMembers {
				o.dropMembers(own)
			}
		}
	}
}

func (o *Outcome) mergeStatus(s *ObservedStatus) {
	if own := o.status(s.Operation, s.Status, s.Count); own != nil {
		own.merge(s)
	}
}

// status returns the counts of a status, or nil if there are too many statuses;
// then the exchanges are counted as unlisted.
func (o *Outcome) status(operation string, status, exchanges int) *ObservedStatus {
	key := statusKey{operation, status}
	if known, ok := o.statuses.get(key); ok {
		return known
	}
	if !o.statuses.takes(key) {
		o.unlisted = sum(o.unlisted, exchanges)
		return nil
	}
	s := &ObservedStatus{Operation: operation, Status: status}
	if dropped, ok := o.statuses.set(key, s); ok {
		o.unlisted = sum(o.unlisted, dropped.Count)
	}
	return s
}

func (o *Outcome) see(place engine.Seen, count, nulls int) {
	s := o.seen[place]
	if s == nil {
		s = &Seen{Seen: place}
		o.seen[place] = s
	}
	s.Count = sum(s.Count, count)
	s.Nulls = sum(s.Nulls, nulls)
}

// Skip counts a file or an exchange that was not checked.
func (o *Outcome) Skip(reason string) { o.skipped.add(reason, 1) }

// Skipped returns how many exchanges and files were not validated, by reason.
func (o *Outcome) Skipped() map[string]int {
	all := map[string]int{}
	for reason, n := range o.skipped.values {
		all[reason] = n
	}
	if o.skipped.beyond > 0 {
		all["other reasons"] = sum(all["other reasons"], o.skipped.beyond)
	}
	return all
}

// Statuses returns the statuses of all operations, sorted.
func (o *Outcome) Statuses() []*ObservedStatus { return o.statuses.all() }

// Places returns the observations of all places, sorted by operation, status,
// schema and pointer, parents before children.
func (o *Outcome) Places() []*Observed {
	all := make([]*Observed, 0, len(o.places))
	for _, p := range o.places {
		p.settle()
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *Observed) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Pointer, b.Pointer))
	})
	return all
}

// Seen returns which parts of the description were seen, sorted.
func (o *Outcome) Seen() []*Seen {
	all := make([]*Seen, 0, len(o.seen))
	for _, s := range o.seen {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *Seen) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Value, b.Value))
	})
	return all
}

// Findings returns the findings, including those of histories, sorted by rule and
// place, and how many there are at places beyond the limit, sorted by rule.
func (o *Outcome) Findings() ([]*Finding, []Beyond) {
	all := o.withHistories()
	return all.all(), all.allBeyond()
}

// withHistories returns the findings together with those that the histories
// give.
func (o *Outcome) withHistories() *findings {
	o.settle()
	all := newFindings()
	all.merge(&o.findings, o.keep)
	all.merge(&o.compared().findings, o.keep)
	return &all
}

// neutralKeep keeps all occurrences.
const neutralKeep = math.MaxInt

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
