package scale

import (
	"encoding/binary"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/wire"
)

// The sorts of records, besides outcomes. The first byte of the data tells the sort.
const (
	ofResource      byte = iota // observation: what a history keeps of a resource in an object
	ofReading                   // observation: what rules read of a response
	ofContradiction             // verdict: a response that contradicts an earlier one
	ofDoubt                     // verdict: a response with which a rule may not hold
)

// Lines writes lines, each to where those with its key go.
type Lines interface {
	Line(key string, record []byte)
}

// Mapping writes what a map found in one object.
type Mapping struct {
	run       *Run
	validator *engine.Validator
	to        Lines
	outcome   *Outcome
	alias     string
	head      []byte // the number of the object
	readings  int
}

// Map begins an object. Its exchanges are added to the outcome and the history with the
// [Mapping.Alias] in place of the name of their file.
func (r *Run) Map(v *engine.Validator, object Object, o *outcome.Outcome, h *engine.History, to Lines) *Mapping {
	m := &Mapping{run: r, validator: v, to: to, outcome: &Outcome{Summary: o}, alias: outcome.Alias(object.Number)}
	object.Name = outcome.ShownName(object.Name)
	m.outcome.Objects = []Object{object}
	m.head = binary.AppendUvarint(nil, uint64(object.Number))
	if h != nil {
		h.Readings = m.reading
	}
	return m
}

// Alias stands for the name of the object's file.
func (m *Mapping) Alias() string { return m.alias }

// Object is the object as the outcome has it.
func (m *Mapping) Object() *Object { return &m.outcome.Objects[0] }

// reading writes what rules read of a response.
func (m *Mapping) reading(r engine.Reading) {
	data := append([]byte{ofReading}, m.head...)
	data = binary.AppendUvarint(data, uint64(m.readings))
	m.readings++
	m.write(keyOf(r.Resource), m.validator.AppendReading(data, &r))
}

func (m *Mapping) write(key string, data []byte) {
	record := m.run.seal(key, data)
	m.outcome.Observations.Written.add(Tally{1, m.run.hash(key, record)})
	m.to.Line(key, record)
}

// End writes the observations, and the outcome.
func (m *Mapping) End(h *engine.History) error {
	if h != nil {
		candidates := map[engine.ResourceKey][]outcome.Candidate{}
		for c := range m.outcome.Summary.Candidates() {
			candidates[c.Key] = append(candidates[c.Key], c)
		}
		for r := range h.Resources() {
			data := append([]byte{ofResource}, m.head...)
			data = appendCandidates(data, candidates[r.Key])
			m.write(keyOf(r.Key), m.validator.AppendResource(data, &r))
		}
		if err := h.Err(); err != nil {
			return err
		}
		m.outcome.Summary.Detach()
	}
	return m.run.WriteOutcome(m.to, m.outcome)
}

func appendCandidates(b []byte, all []outcome.Candidate) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, c := range all {
		b = append(b, byte(c.Severity))
		for _, n := range []int{c.Place.Entry, c.Place.Line, c.Index} {
			b = binary.AppendVarint(b, int64(n))
		}
	}
	return b
}

// readAlias reads the number of an object.
func readAlias(r *wire.Reader) string { return outcome.Alias(int(r.Unsigned())) }

func readCandidates(r *wire.Reader, file string) (all []outcome.Candidate) {
	for n := r.Unsigned(); n > 0 && !r.Failed(); n-- {
		c := outcome.Candidate{Severity: plumb.Severity(r.Byte())}
		c.Place = plumb.Place{File: file, Entry: int(r.Signed()), Line: int(r.Signed())}
		c.Index = int(r.Signed())
		if c.Severity < plumb.Off || c.Severity > plumb.Error {
			r.Fail()
		}
		all = append(all, c)
	}
	return all
}
