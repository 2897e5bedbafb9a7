package outcome

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/plumbapi/plumb/internal/engine"
)

// fileVersion is the version of the file format.
const fileVersion = 4

// file is an outcome as it is written to a file.
type file struct {
	Version   int               `json:"plumbSummary"`
	Digest    string            `json:"description"`
	Keep      int               `json:"keep"`
	Exchanges int               `json:"exchanges"`
	Bodies    int               `json:"bodies"`
	Masked    int               `json:"masked"`
	Skipped   map[string]int    `json:"skipped"`
	Others    int               `json:"skippedForOtherReasons,omitempty"`
	Statuses  []*ObservedStatus `json:"statuses"`
	Unlisted  int               `json:"withOtherStatuses,omitempty"`
	Seen      []seenCount       `json:"seen"`
	Places    []*Observed       `json:"places"`
	Findings  []*Finding        `json:"findings"`
	Beyond    []Beyond          `json:"beyond"`
	Lives     lives             `json:"lives"`
	Compared  *comparedFile     `json:"compared,omitempty"` // what histories gave that are not in the file
	Files     []string          `json:"files"`              // the files of the histories
	Histories []history         `json:"histories"`
}

// comparedFile is what the comparison of responses gave.
type comparedFile struct {
	Findings []*Finding `json:"findings"`
	Beyond   []Beyond   `json:"beyond"`
	Lives    lives      `json:"lives"`
	Doubtful lives      `json:"doubtful"`
	Told     []*told    `json:"told"`
}

type seenCount struct {
	Schema  string `json:"schema"`
	Pointer string `json:"pointer"`
	Value   string `json:"value,omitempty"`
	Count   int    `json:"count"`
	Nulls   int    `json:"nulls,omitempty"`
}

// history is what is known of one resource.
type history struct {
	Key       engine.ResourceKey `json:"key"`
	Kind      int                `json:"kind"`
	Values    int                `json:"values"`
	Group     int                `json:"group,omitempty"`
	Responses []response         `json:"responses"`
}

type response struct {
	Time      int64  `json:"time,omitempty"`
	Own       int64  `json:"own,omitempty"` // relative to the time
	File      int    `json:"file"`
	Entry     int64  `json:"entry"`
	Line      int64  `json:"line"`
	Index     int64  `json:"index,omitempty"`
	Operation string `json:"operation,omitempty"`
	Status    int    `json:"status,omitempty"`
	Within    string `json:"within,omitempty"`
	Packed    []byte `json:"packed"`
}

// MarshalJSON returns the outcome as JSON. Equal outcomes give equal bytes.
func (o *Outcome) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := o.Write(&b)
	return b.Bytes(), err
}

// Write writes what [Outcome.MarshalJSON] returns, without having all histories in
// memory.
func (o *Outcome) Write(to io.Writer) error {
	o.settle()
	f := file{
		Version: fileVersion, Digest: o.Digest, Keep: o.keep, Exchanges: o.Exchanges, Bodies: o.Bodies, Masked: o.Masked,
		Skipped: o.skipped.values, Others: o.skipped.beyond, Statuses: o.Statuses(), Unlisted: o.unlisted,
		Seen: []seenCount{}, Places: o.Places(), Findings: o.findings.all(), Beyond: o.findings.allBeyond(), Lives: o.lives,
		Compared: o.base.file(), Files: o.files(), Histories: []history{},
	}
	for _, s := range o.Seen() {
		f.Seen = append(f.Seen, seenCount{s.Schema, s.Pointer, s.Value, s.Count, s.Nulls})
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	head, _ := bytes.CutSuffix(text, []byte("]}")) // the histories are the last
	w := bufio.NewWriter(to)
	w.Write(head)
	separator := ""
	for r := range o.resources() {
		text, err := json.Marshal(newHistory(&r, f.Files))
		if err != nil {
			return err
		}
		w.WriteString(separator)
		w.Write(text)
		separator = ","
	}
	w.WriteString("]}")
	return w.Flush() // returns the first error of all
}

func (c *compared) file() *comparedFile {
	if c == nil {
		return nil
	}
	f := &comparedFile{Findings: c.findings.all(), Beyond: c.findings.allBeyond(), Lives: c.lives, Doubtful: c.doubtful, Told: []*told{}}
	for _, key := range slices.Sorted(maps.Keys(c.told)) {
		f.Told = append(f.Told, c.told[key])
	}
	return f
}

// read returns what was written, as that of an outcome with these lives.
func (f *comparedFile) read(keep int) (*compared, error) {
	if f == nil {
		return nil, nil
	}
	if slices.Contains(f.Findings, nil) || slices.Contains(f.Told, nil) {
		return nil, errNull
	}
	c := newCompared()
	for _, found := range f.Findings {
		found.Count = sum(found.Count, 0)
		c.findings.add(found, keep)
	}
	for _, b := range f.Beyond {
		c.findings.count(b.Rule, b.Severity, b.Count)
	}
	c.lives.merge(&f.Lives)
	c.doubtful.merge(&f.Doubtful)
	for _, t := range f.Told {
		c.told[t.Key] = t
	}
	return c, nil
}

var errNull = errors.New("not a summary: it has null where an object is expected")

// newHistory returns the history of a resource. The files are sorted.
func newHistory(r *engine.ResourceHistory, files []string) history {
	h := history{Key: r.Key, Kind: r.Kind, Values: r.Values, Group: r.Group}
	for _, s := range r.Responses {
		file, _ := slices.BinarySearch(files, s.File)
		h.Responses = append(h.Responses, response{s.Time, s.Own - s.Time, file, s.Entry, s.Line, s.Index, s.Origin.Operation, s.Origin.Status, s.Origin.Within, s.Packed})
	}
	return h
}

// Read reads what [Outcome.MarshalJSON] has written. The outcome can be merged
// and written again, but exchanges cannot be added to it.
func Read(data []byte) (*Outcome, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a summary: %w", err)
	}
	switch {
	case f.Version == 0:
		return nil, errors.New("not a summary: it has no member plumbSummary")
	case f.Version != fileVersion:
		return nil, fmt.Errorf("summary version %d is not supported; this plumb reads version %d", f.Version, fileVersion)
	case slices.Contains(f.Statuses, nil), slices.Contains(f.Places, nil), slices.Contains(f.Findings, nil):
		return nil, errNull
	}
	o := Empty(f.Digest, f.Keep)
	o.Exchanges, o.Bodies, o.Masked = sum(f.Exchanges, 0), sum(f.Bodies, 0), sum(f.Masked, 0)
	for reason, n := range f.Skipped {
		o.skipped.add(reason, n)
	}
	o.skipped.beyond = sum(o.skipped.beyond, f.Others)
	for _, s := range f.Statuses {
		o.mergeStatus(s)
	}
	o.unlisted = sum(o.unlisted, f.Unlisted)
	for _, s := range f.Seen {
		o.see(engine.Seen{Schema: s.Schema, Pointer: s.Pointer, Value: s.Value}, s.Count, s.Nulls)
	}
	for _, found := range f.Findings {
		found.Count = sum(found.Count, 0)
		o.findings.add(found, o.keep)
	}
	for _, b := range f.Beyond {
		o.findings.count(b.Rule, b.Severity, b.Count)
	}
	o.lives.merge(&f.Lives)
	part := &Outcome{places: map[placeKey]*Observed{}}
	for _, p := range f.Places {
		part.places[p.key()] = p
	}
	o.mergePlaces(part) // mergePlaces also records the members of each place
	var err error
	if o.base, err = f.Compared.read(o.keep); err != nil {
		return nil, err
	}
	return o, o.readHistories(&f)
}

func (o *Outcome) readHistories(f *file) error {
	for _, h := range f.Histories {
		r := engine.ResourceHistory{Key: h.Key, Kind: h.Kind, Values: h.Values, Group: h.Group}
		for _, s := range h.Responses {
			if s.File < 0 || s.File >= len(f.Files) {
				return errors.New("not a summary: a history refers to a file that the summary does not list")
			}
			r.Responses = append(r.Responses, engine.ResourceResponse{
				Moment: engine.Moment{
					Time: s.Time, Own: s.Time + s.Own, File: f.Files[s.File], Entry: s.Entry, Line: s.Line, Index: s.Index,
					Origin: engine.Origin{Operation: s.Operation, Status: s.Status, Within: s.Within},
				},
				Packed: s.Packed,
			})
		}
		if err := r.Check(); err != nil {
			return fmt.Errorf("not a summary: %w", err)
		}
		o.carried[r.Key] = &r
	}
	return nil
}
