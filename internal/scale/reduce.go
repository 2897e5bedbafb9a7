package scale

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/wire"
)

// Source gives lines, and after the last one [io.EOF]. A record is good until the next
// line.
type Source interface {
	Next() (key string, record []byte, err error)
	At(err error) error // says where the line is that the error is about
}

// Reduce reads the observations of resources, those of one resource together, and writes
// verdicts and an outcome. Outcomes that are among the lines are added to it. The summary
// is one in which nothing was counted.
func (r *Run) Reduce(v *engine.Validator, h *engine.History, summary *outcome.Outcome, in Source, to Lines) error {
	step := &reduction{run: r, validator: v, history: h, own: summary, to: to, total: &Outcome{Summary: outcome.Empty(v.Digest(), summary.Keep())}}
	for {
		key, record, err := in.Next()
		if errors.Is(err, io.EOF) {
			return step.end()
		}
		if err != nil {
			return err
		}
		if err := step.add(key, record); err != nil {
			return in.At(err)
		}
	}
}

// reduction is a run of Reduce.
type reduction struct {
	run       *Run
	validator *engine.Validator
	history   *engine.History
	own       *outcome.Outcome // what the observations give
	total     *Outcome
	to        Lines
	begun     []uint64 // the keys of all resources

	// The resource whose observations are being read.
	text       string // its key; empty before the first
	key        engine.ResourceKey
	candidates []outcome.Candidate
	readings   []reading
}

// reading is what rules read of a response, and the number that it has in its object.
type reading struct {
	engine.Reading
	number uint64
}

func (s *reduction) add(key string, record []byte) error {
	if key == OutcomeKey {
		o, err := s.run.readOutcome(record)
		if err != nil {
			return err
		}
		return s.total.Merge(o)
	}
	if key[:1] == OutcomeKey {
		return errors.New("it is a verdict, which plumb map --verdicts reads, and not plumb reduce")
	}
	if key != s.text {
		if err := s.begin(key); err != nil {
			return err
		}
	}
	data, err := s.run.open(key, record)
	if err != nil {
		return err
	}
	s.total.Observations.Read.add(Tally{1, s.run.hash(key, record)})
	return s.observe(data)
}

// begin begins another resource.
func (s *reduction) begin(key string) error {
	s.compare()
	number, err := resourceOf(key)
	if err != nil {
		return err
	}
	s.begun = append(s.begun, uint64(number))
	s.text, s.key = key, number
	return nil
}

// observe adds an observation of the resource.
func (s *reduction) observe(data []byte) error {
	r := wire.NewReader(data)
	sort, file := r.Byte(), readAlias(r)
	switch sort {
	case ofResource:
		s.candidates = append(s.candidates, readCandidates(r, file)...)
		if r.Failed() {
			return errNotOfRun
		}
		one, err := s.history.ReadResource(r.Rest(), s.key, file)
		if err != nil {
			return err
		}
		return s.history.Merge(one)
	case ofReading:
		number := r.Unsigned()
		one, err := s.validator.ReadReading(r.Rest(), s.key, file)
		if err != nil {
			return err
		}
		s.readings = append(s.readings, reading{one, number})
		return nil
	}
	return errNotOfRun
}

// compare compares the responses of the resource.
func (s *reduction) compare() {
	if s.text == "" {
		return
	}
	slices.SortFunc(s.readings, func(a, b reading) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.number, b.number)) })
	readings := make([]engine.Reading, len(s.readings))
	for i := range s.readings {
		readings[i] = s.readings[i].Reading
	}
	doubts := s.history.CompareReadings(readings)
	s.own.Compare(s.history, s.key, s.candidates, doubts)
	for i := range doubts {
		s.verdict(doubts[i].After.File, s.validator.AppendDoubt([]byte{ofDoubt}, &doubts[i]))
	}
	s.history.Reset()
	s.candidates, s.readings = s.candidates[:0], s.readings[:0]
}

// verdict writes a verdict for the object that a file is.
func (s *reduction) verdict(file string, data []byte) {
	number, _ := outcome.ParseAlias(file)
	key := objectKey(number)
	record := s.run.seal(key, data)
	s.total.Verdicts.Written.add(Tally{1, s.run.hash(key, record)})
	s.to.Line(key, record)
}

func (s *reduction) end() error {
	s.compare()
	slices.Sort(s.begun)
	for i := 1; i < len(s.begun); i++ {
		if s.begun[i] == s.begun[i-1] {
			return fmt.Errorf("the lines with the key %s are not together; sort or group the lines by key, which ends with the first tab", keyOf(engine.ResourceKey(s.begun[i])))
		}
	}
	if err := s.total.addKeys(s.begun[:min(len(s.begun), mostKeys)]); err != nil {
		return err
	}
	for _, c := range s.own.TakeExpected() {
		s.verdict(c.Pair.After.File, s.validator.AppendContradiction([]byte{ofContradiction}, &c))
	}
	if err := s.total.Summary.Merge(s.own); err != nil {
		return err
	}
	return s.run.WriteOutcome(s.to, s.total)
}
