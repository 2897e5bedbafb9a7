package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/schema"
)

// severities are those of findings, from the worst on.
var severities = []string{"error", "warning", "info"}

// Version is that of the JSON report: schemaVersion.
const Version = 2

// Read reads a JSON report. It takes any report of our version, also one by a
// newer plumb with members that this one does not know.
func Read(in io.Reader) (*Report, error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	if err := recognize(data); err != nil {
		return nil, err
	}
	r := &Report{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("not a JSON report as docs/report.schema.json has it: %w", located(data, err))
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	r.fill()
	return r, nil
}

// recognize says what data is where it is not a report.
func recognize(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("nothing is there; a JSON report is what \"plumb check --format json\" writes")
	}
	var head struct {
		SchemaVersion *int             `json:"schemaVersion"`
		Findings      *json.RawMessage `json:"findings"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&head); err != nil {
		return fmt.Errorf("not JSON, which \"plumb check --format json\" writes: %w", located(data, err))
	}
	rest := bytes.TrimSpace(data[dec.InputOffset():])
	switch {
	case head.SchemaVersion == nil:
		return errors.New("not a report: it has no schemaVersion; a JSON report is what \"plumb check --format json\" writes")
	case *head.SchemaVersion == 1:
		return errors.New("a report of schemaVersion 1, which groups findings in another way; check the recordings again with this plumb, or use the plumb that wrote the report")
	case *head.SchemaVersion != Version:
		return fmt.Errorf("a report of schemaVersion %d, and this plumb reads %d; use the plumb that wrote it", *head.SchemaVersion, Version)
	case len(rest) > 0 && head.Findings == nil:
		return errors.New("a report as lines (ndjson); another format is made from --format json")
	case len(rest) > 0:
		return errors.New("there is more than one JSON value; give one report at a time")
	}
	return nil
}

// located names the line of an error in a JSON text.
func located(data []byte, err error) error {
	var offset int64
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = syntax.Offset
	} else if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		offset = wrong.Offset
	} else {
		return err
	}
	line := 1 + bytes.Count(data[:max(0, min(offset, int64(len(data)))-1)], []byte("\n"))
	return fmt.Errorf("line %d: %w", line, err)
}

var fingerprintForm = lazyregexp.New(`^[0-9a-f]{16}$`)

// check wants what the formats rely on.
func (r *Report) check() error {
	if r.Tool.Name != "plumb" {
		return fmt.Errorf("a report of %q, not of plumb", r.Tool.Name)
	}
	for i, f := range r.Findings {
		if !slices.Contains(severities, f.Severity) {
			return fmt.Errorf("not a JSON report as docs/report.schema.json has it: findings[%d]: %q is not a severity", i, f.Severity)
		}
		if !fingerprintForm().MatchString(f.Fingerprint) {
			return fmt.Errorf("not a JSON report as docs/report.schema.json has it: findings[%d]: %q is not a fingerprint", i, f.Fingerprint)
		}
	}
	return nil
}

// fill makes the slices that the report lacks: none of a report is nil.
func (r *Report) fill() {
	fillSlice(&r.Description.Overlays)
	fillSlice(&r.Input.Names)
	fillSlice(&r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		fillSlice(&f.Operations)
		fillSlice(&f.Pointers)
		fillSlice(&f.Occurrences)
	}
	fillSlice(&r.Coverage.Operations)
	for i := range r.Coverage.Operations {
		fillSlice(&r.Coverage.Operations[i].Statuses)
	}
	fillSlice(&r.Coverage.Members)
	fillSlice(&r.Coverage.Values)
	for i := range r.Coverage.Values {
		v := &r.Coverage.Values[i].Value
		*v = compact(*v)
	}
	fillSlice(&r.Skipped)
	fillSlice(&r.Rules)
	fillSlice(&r.Resources)
	for i := range r.Resources {
		res := &r.Resources[i]
		fillSlice(&res.Findings)
		fillSlice(&res.Timestamps)
		fillSlice(&res.Observations)
	}
}

func fillSlice[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// compact returns a JSON text as the report had it before it was laid out for
// eyes.
func compact(text json.RawMessage) json.RawMessage {
	var s string
	var buf bytes.Buffer
	if bytes.HasPrefix(text, []byte(`"`)) && json.Unmarshal(text, &s) == nil {
		return json.RawMessage(schema.JSONText(s))
	}
	if json.Compact(&buf, text) != nil {
		return json.RawMessage("null")
	}
	return buf.Bytes()
}
