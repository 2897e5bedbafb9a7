package scale

import (
	"fmt"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
)

// Verdicts are the exchanges of some objects that are to be looked at again.
type Verdicts struct {
	objects map[int]*objectVerdicts
	read    Tally
}

type objectVerdicts struct {
	contradictions []engine.Contradiction
	doubts         map[int64][]engine.Doubt // by the entry
	entries        map[int64]bool           // of contradictions
	settled        map[int64]bool           // entries of doubts that were looked at
	taken          bool
}

// NewVerdicts returns no verdicts.
func NewVerdicts() *Verdicts { return &Verdicts{objects: map[int]*objectVerdicts{}} }

// Add adds the verdict of a line. An outcome is passed over.
func (all *Verdicts) Add(r *Run, v *engine.Validator, key string, record []byte) error {
	if key == OutcomeKey {
		return nil
	}
	number, ok := numberOf(key)
	if !ok {
		return fmt.Errorf("it is not a verdict; give the lines of plumb reduce that begin with %s and a number", OutcomeKey)
	}
	data, err := r.open(key, record)
	if err != nil {
		return err
	}
	all.read.add(Tally{1, r.hash(key, record)})
	return all.add(v, number, data)
}

func (all *Verdicts) add(v *engine.Validator, number int, data []byte) error {
	of := all.objects[number]
	if of == nil {
		of = &objectVerdicts{doubts: map[int64][]engine.Doubt{}, entries: map[int64]bool{}, settled: map[int64]bool{}}
		all.objects[number] = of
	}
	switch {
	case len(data) > 0 && data[0] == ofContradiction:
		c, err := v.ReadContradiction(data[1:])
		if err != nil {
			return err
		}
		of.contradictions = append(of.contradictions, c)
		of.entries[c.Pair.After.Entry] = true
	case len(data) > 0 && data[0] == ofDoubt:
		d, err := v.ReadDoubt(data[1:])
		if err != nil {
			return err
		}
		of.doubts[d.After.Entry] = append(of.doubts[d.After.Entry], d)
	default:
		return errNotOfRun
	}
	return nil
}

// Take reports whether there are verdicts for an object, which will be read.
func (all *Verdicts) Take(number int) bool {
	of := all.objects[number]
	if of != nil {
		of.taken = true
	}
	return of != nil
}

// Untaken returns an error if there are verdicts for an object that will not be read.
func (all *Verdicts) Untaken() error {
	for _, number := range slices.Sorted(maps.Keys(all.objects)) {
		if !all.objects[number].taken {
			return fmt.Errorf("there are verdicts for the object %d, which is not named; give the manifest of the run, or the part with all objects that the verdicts are for", number)
		}
	}
	return nil
}

// Expect says that the exchanges of the objects will be looked at.
func (all *Verdicts) Expect(h *engine.History) {
	for _, of := range all.objects {
		for _, c := range of.contradictions {
			h.Expect(c)
		}
	}
}

// Look takes in an exchange of an object.
func (all *Verdicts) Look(x *plumb.Exchange, h *engine.History, o *outcome.Outcome) {
	number, ok := outcome.ParseAlias(x.Place.File)
	of := all.objects[number]
	if !ok || of == nil {
		return
	}
	entry := int64(x.Place.Entry)
	if of.entries[entry] {
		h.Look(x)
	}
	if doubts := of.doubts[entry]; len(doubts) > 0 {
		if r, ok := h.Settle(x, doubts); ok {
			of.settled[entry] = true
			o.AddLater(x, r)
		}
	}
}

// Write writes the outcome when all exchanges have been looked at. The error of an object
// that is not what it was when it was read first names it as name does.
func (all *Verdicts) Write(r *Run, o *outcome.Outcome, name func(number int) string, to Lines) error {
	for _, number := range slices.Sorted(maps.Keys(all.objects)) {
		of := all.objects[number]
		for _, c := range of.contradictions {
			if err := o.AddSeen(c); err != nil {
				return fmt.Errorf("%s, entry %d: %w", name(number), c.Pair.After.Entry, err)
			}
		}
		for _, entry := range slices.Sorted(maps.Keys(of.doubts)) {
			if !of.settled[entry] {
				return fmt.Errorf("%s, entry %d: %w", name(number), entry, outcome.ErrGone)
			}
		}
	}
	o.Detach()
	return r.WriteOutcome(to, &Outcome{Verdicts: Book{Read: all.read}, Summary: o})
}
