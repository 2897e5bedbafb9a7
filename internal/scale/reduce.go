package scale

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/wire"
)

// ErrInterrupted is the error of a step that the user has ended.
var ErrInterrupted = errors.New("interrupted; nothing of the outcome is valid")

// Reduce reads the observations of resources, those of one resource together, and writes
// verdicts and an outcome. Outcomes that are among the lines are added to it. The summary
// is one in which nothing was counted.
func (r *Run) Reduce(ctx context.Context, v *engine.Validator, h *engine.History, summary *outcome.Outcome, in Source, to Lines) error {
	step := &reduction{run: r, validator: v, history: h, own: summary, others: Sum{Run: r}, to: to, total: &Outcome{Summary: outcome.Empty(v.Digest(), summary.Keep())}}
	defer step.readings.close()
	defer step.begun.close()
	err := in(func(key string, record []byte) error {
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		return step.add(key, record)
	})
	if err != nil {
		return err
	}
	return step.end()
}

// reduction is a run of Reduce.
type reduction struct {
	run       *Run
	validator *engine.Validator
	history   *engine.History
	own       *outcome.Outcome // what the observations give
	total     *Outcome
	others    Sum // outcomes among the lines
	to        Lines
	begun     sorter // the keys of all resources

	// The resource whose observations are being read.
	text       string // its key; empty before the first
	key        engine.ResourceKey
	candidates []outcome.Candidate
	readings   sorter // what rules read of the responses: the place, and what was read
}

func (s *reduction) add(key string, record []byte) error {
	if key == OutcomeKey {
		return s.others.Line(key, record)
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
	if err := s.compare(); err != nil {
		return err
	}
	number, err := resourceOf(key)
	if err != nil {
		return err
	}
	s.text, s.key = key, number
	return s.begun.add(binary.BigEndian.AppendUint64(nil, uint64(number)))
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
		object, _ := outcome.ParseAlias(file)
		place := binary.BigEndian.AppendUint64(nil, uint64(object))
		place = binary.BigEndian.AppendUint64(place, r.Unsigned())
		return s.readings.add(place, r.Rest())
	}
	return errNotOfRun
}

// compare compares the responses of the resource.
func (s *reduction) compare() error {
	if s.text == "" {
		return nil
	}
	var comparison engine.ReadingComparison
	err := s.readings.each(func(data []byte) error {
		object := binary.BigEndian.Uint64(data)
		one, err := s.validator.ReadReading(data[16:], s.key, outcome.Alias(int(object)))
		if err != nil {
			return err
		}
		for _, doubt := range comparison.Next(s.history, one) {
			s.own.Doubt(&doubt)
			s.verdict(doubt.After.File, s.validator.AppendDoubt([]byte{ofDoubt}, &doubt))
		}
		return nil
	})
	s.own.Compare(s.history, s.key, s.candidates)
	s.history.Reset()
	s.candidates = s.candidates[:0]
	s.readings.reset()
	return err
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
	if err := s.compare(); err != nil {
		return err
	}
	if err := s.checkKeys(); err != nil {
		return err
	}
	for _, c := range s.own.TakeExpected() {
		s.verdict(c.Pair.After.File, s.validator.AppendContradiction([]byte{ofContradiction}, &c))
	}
	if err := errors.Join(s.total.Summary.Merge(s.own), s.others.AddTo(s.total)); err != nil {
		return err
	}
	return s.run.WriteOutcome(s.to, s.total)
}

// checkKeys checks that no resource has begun twice, and notes the smallest keys.
func (s *reduction) checkKeys() error {
	var smallest []uint64
	var last []byte
	err := s.begun.each(func(key []byte) error {
		number := binary.BigEndian.Uint64(key)
		if bytes.Equal(key, last) {
			return fmt.Errorf("the lines with the key %s are not together; sort or group the lines by key, which ends with the first tab", keyOf(engine.ResourceKey(number)))
		}
		last = append(last[:0], key...)
		if len(smallest) < mostKeys {
			smallest = append(smallest, number)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.total.addKeys(smallest)
}
