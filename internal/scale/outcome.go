package scale

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/outcome"
)

// Outcome is what some steps of a run have found. Outcomes of one run can be merged in
// any order and shape.
type Outcome struct {
	Objects      []Object // that were checked, by their numbers
	Observations Book
	Verdicts     Book
	Keys         []uint64 // the smallest keys of resources that were reduced, sorted
	Summary      *outcome.Outcome
}

// Object is a file of exchanges.
type Object struct {
	Number       int    `json:"number"` // in the manifest, from 0
	Name         string `json:"name"`
	Unrecognized bool   `json:"unrecognized,omitempty"` // it is not a recording
	Observed     bool   `json:"observed,omitempty"`     // what its bodies contain was recorded
	Problem      string `json:"problem,omitempty"`      // what was wrong with it
}

// Book counts the lines of one sort that steps wrote, and those that steps read. They
// are equal when nothing is missing, and nothing was read twice.
type Book struct {
	Written Tally `json:"written"`
	Read    Tally `json:"read"`
}

// Tally is a number of lines, and the sum of their hashes.
type Tally struct {
	Lines int    `json:"lines"`
	Sum   uint64 `json:"sum"`
}

func (t *Tally) add(o Tally) {
	t.Lines += o.Lines
	t.Sum += o.Sum
}

// outcomeFile is the JSON form of an Outcome.
type outcomeFile struct {
	Objects      []Object        `json:"objects"`
	Observations Book            `json:"observations"`
	Verdicts     Book            `json:"verdicts"`
	Keys         []uint64        `json:"keys"`
	Summary      json.RawMessage `json:"summary"`
}

// MarshalJSON returns the outcome as JSON. Equal outcomes give equal bytes.
func (o *Outcome) MarshalJSON() ([]byte, error) {
	summary, err := json.Marshal(o.Summary)
	if err != nil {
		return nil, err
	}
	return json.Marshal(outcomeFile{append([]Object{}, o.Objects...), o.Observations, o.Verdicts, append([]uint64{}, o.Keys...), summary})
}

// UnmarshalJSON sets the outcome to that in a JSON text.
func (o *Outcome) UnmarshalJSON(text []byte) error {
	var f outcomeFile
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	summary, err := outcome.Read(f.Summary)
	if err != nil {
		return err
	}
	*o = Outcome{f.Objects, f.Observations, f.Verdicts, f.Keys, summary}
	return nil
}

// WriteOutcome writes an outcome as a line, which nobody without the key of the run can
// read.
func (r *Run) WriteOutcome(to Lines, o *Outcome) error {
	text, err := o.MarshalJSON()
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return err
	}
	w.Write(text)
	if err := w.Close(); err != nil {
		return err
	}
	to.Line(OutcomeKey, r.seal(OutcomeKey, packed.Bytes()))
	return nil
}

// readOutcome reads the record of an outcome.
func (r *Run) readOutcome(record []byte) (*Outcome, error) {
	packed, err := r.open(OutcomeKey, record)
	if err != nil {
		return nil, err
	}
	o := &Outcome{}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err == nil {
		err = o.UnmarshalJSON(text)
	}
	if err != nil {
		return nil, fmt.Errorf("the outcome cannot be read: %w", err)
	}
	return o, nil
}

// Sum adds outcomes of a run. Each is merged with the sum of as many others, since a sum
// of very many is large.
type Sum struct {
	Run *Run

	parts []*Outcome // of 1, 2, 4, 8 ...; nil where there is none
}

// Line adds the outcome of a line.
func (s *Sum) Line(key string, record []byte) error {
	if key != OutcomeKey {
		return fmt.Errorf("it is not an outcome: plumb reduce reads observations, and plumb map --verdicts reads verdicts; give plumb merge what is left, the lines with the key %s", OutcomeKey)
	}
	one, err := s.Run.readOutcome(record)
	if err != nil {
		return err
	}
	for i, part := range s.parts {
		if part == nil {
			s.parts[i] = one
			return nil
		}
		if err := part.Merge(one); err != nil {
			return err
		}
		one, s.parts[i] = part, nil
	}
	s.parts = append(s.parts, one)
	return nil
}

// AddTo adds the sum to an outcome.
func (s *Sum) AddTo(total *Outcome) error {
	for _, part := range s.parts {
		if part == nil {
			continue
		}
		if err := total.Merge(part); err != nil {
			return err
		}
	}
	return nil
}

// Merge adds another outcome of the run.
func (o *Outcome) Merge(p *Outcome) error {
	objects := slices.Concat(o.Objects, p.Objects)
	slices.SortFunc(objects, func(a, b Object) int { return a.Number - b.Number })
	for i := 1; i < len(objects); i++ {
		if before, one := &objects[i-1], &objects[i]; before.Number == one.Number {
			return fmt.Errorf("the object %d, %s, was counted twice; give each outcome once", one.Number, one.Name)
		}
	}
	o.Objects = objects
	if err := o.addKeys(p.Keys); err != nil {
		return err
	}
	o.Observations.Written.add(p.Observations.Written)
	o.Observations.Read.add(p.Observations.Read)
	o.Verdicts.Written.add(p.Verdicts.Written)
	o.Verdicts.Read.add(p.Verdicts.Read)
	return o.Summary.Merge(p.Summary)
}

// mostKeys is how many keys an outcome has of those that were reduced: enough to notice
// where lines were not brought together by their keys.
const mostKeys = 256

// addKeys adds the keys of another reduce.
func (o *Outcome) addKeys(keys []uint64) error {
	for _, key := range keys {
		i, known := slices.BinarySearch(o.Keys, key)
		if known {
			return errors.New("the lines with one key were read by two reduces, or an outcome of plumb reduce was counted twice; all lines with a key must go to one reduce")
		}
		if i < mostKeys {
			o.Keys = slices.Insert(o.Keys, i, key)
			o.Keys = o.Keys[:min(len(o.Keys), mostKeys)]
		}
	}
	return nil
}

// Check reports what is missing in the outcome of a whole run, and what was counted
// twice. The objects are those of the manifest; if there is none, the numbers of the
// objects must have no gaps.
func (o *Outcome) Check(manifest []Object) error {
	if err := o.checkObjects(manifest); err != nil {
		return err
	}
	for _, b := range []struct {
		book                *Book
		lines, writer, step string
	}{
		{&o.Observations, "observations", "map", "reduce"},
		{&o.Verdicts, "verdicts", "reduce", "map --verdicts"},
	} {
		written, read := b.book.Written, b.book.Read
		switch {
		case read.Lines < written.Lines:
			return fmt.Errorf("of %d %s, which plumb %s wrote, only %d were read: an outcome of plumb %s is missing", written.Lines, b.lines, b.writer, read.Lines, b.step)
		case read.Lines > written.Lines:
			return fmt.Errorf("%d %s were read, and plumb %s wrote only %d: an outcome of plumb %s was counted twice, or one of plumb %s is missing", read.Lines, b.lines, b.writer, written.Lines, b.step, b.writer)
		case read != written:
			return fmt.Errorf("the %s that were read are not those that plumb %s wrote: some were lost, and others doubled; start plumb %s again", b.lines, b.writer, b.step)
		}
	}
	return nil
}

// mostNamed bounds how many missing objects an error names.
const mostNamed = 10

func (o *Outcome) checkObjects(manifest []Object) error {
	if len(o.Objects) == 0 {
		return errors.New("there is no outcome of plumb map among the lines; give the outcomes of all steps")
	}
	known := map[int]string{}
	for _, one := range o.Objects {
		known[one.Number] = one.Name
	}
	var missing []string
	if manifest == nil {
		for n := 0; n < len(o.Objects); n++ {
			if _, ok := known[n]; !ok {
				missing = append(missing, fmt.Sprint(n))
			}
		}
	}
	for _, one := range manifest {
		switch name, ok := known[one.Number]; {
		case !ok:
			missing = append(missing, fmt.Sprintf("%d (%s)", one.Number, one.Name))
		case name != outcome.ShownName(one.Name):
			return fmt.Errorf("the object %d is %s in the manifest, and %s in the outcome; give the manifest of the run", one.Number, one.Name, name)
		}
		delete(known, one.Number)
	}
	if manifest != nil && len(known) > 0 {
		return fmt.Errorf("the outcome has %d objects that are not in the manifest; give the manifest of the run", len(known))
	}
	if len(missing) == 0 {
		return nil
	}
	named := strings.Join(missing[:min(len(missing), mostNamed)], ", ")
	if len(missing) > mostNamed {
		named += fmt.Sprintf(" and %d others", len(missing)-mostNamed)
	}
	return fmt.Errorf("no outcome is of the objects %s; give the outcomes of all maps", named)
}

// Named returns the summary of the outcome, with the names of the objects.
func (o *Outcome) Named() (*outcome.Outcome, error) {
	names := map[int]string{}
	for _, one := range o.Objects {
		names[one.Number] = one.Name
	}
	return o.Summary.Named(names)
}
