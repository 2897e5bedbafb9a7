package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/plumbapi/plumb/spec"
)

// summaryVersion is that of the form of the file.
const summaryVersion = 1

// summaryFile is a summary as it is written.
type summaryFile struct {
	Version   int                `json:"plumbSummary"`
	Digest    string             `json:"description"`
	Exchanges int                `json:"exchanges"`
	Bodies    int                `json:"bodies"`
	Skipped   map[string]int     `json:"skipped"`
	Statuses  []*ObservedStatus  `json:"statuses"`
	Places    []*Observed        `json:"places"`
	Findings  []*ObservedFinding `json:"findings"`
}

// MarshalJSON writes the summary. Equal summaries are equal bytes.
func (s *Summary) MarshalJSON() ([]byte, error) {
	return json.Marshal(summaryFile{summaryVersion, s.Digest, s.Exchanges, s.Bodies, s.skipped, s.Statuses(), s.Places(), s.Findings()})
}

// ReadSummary reads what [Summary.MarshalJSON] wrote. The summary can be merged
// and looked at, and nothing can be added to it.
func ReadSummary(data []byte) (*Summary, error) {
	var f summaryFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a summary: %w", err)
	}
	switch {
	case f.Version == 0:
		return nil, errors.New("not a summary: it has no member plumbSummary")
	case f.Version != summaryVersion:
		return nil, fmt.Errorf("version %d of the summary's form is not known; this plumb reads version %d", f.Version, summaryVersion)
	case slices.Contains(f.Statuses, nil), slices.Contains(f.Places, nil), slices.Contains(f.Findings, nil):
		return nil, errors.New("not a summary: it has null where an object is due")
	}
	s := (&Validator{desc: &spec.Description{Digest: f.Digest}}).NewSummary()
	s.v = nil
	s.Exchanges, s.Bodies = f.Exchanges, f.Bodies
	for reason, n := range f.Skipped {
		s.skipped[reason] = n
	}
	for _, o := range f.Statuses {
		s.statuses[statusKey{o.Operation, o.Status}] = o
	}
	for _, o := range f.Findings {
		s.findings[o.key()] = o
	}
	part := &Summary{Digest: f.Digest, places: map[placeKey]*Observed{}}
	for _, o := range f.Places {
		part.places[o.key()] = o
	}
	return s, s.Merge(part) // which takes note of the members of each place
}
