package format

import (
	"bytes"
	"io"

	"github.com/plumbapi/plumb/internal/report"
)

// writeJSON writes the report as one JSON object, for programs and for eyes.
func writeJSON(w io.Writer, r *report.Report, _ View) error {
	return report.EncodeJSON(w, r, "  ")
}

// writeNDJSON writes one JSON object a line: what made the report, each
// finding, the totals.
func writeNDJSON(w io.Writer, r *report.Report, _ View) error {
	var buf bytes.Buffer
	head := struct {
		SchemaVersion int                `json:"schemaVersion"`
		Tool          report.Tool        `json:"tool"`
		Date          string             `json:"date,omitempty"`
		Description   report.Description `json:"description"`
		Input         report.Input       `json:"input"`
	}{r.SchemaVersion, r.Tool, r.Date, r.Description, r.Input}
	tail := struct {
		Summary  report.Summary   `json:"summary"`
		Coverage report.Coverage  `json:"coverage"`
		Skipped  []report.Skipped `json:"skipped"`

		Rules     []report.Rule     `json:"rules"`
		Resources []report.Resource `json:"resources"`
	}{r.Summary, r.Coverage, r.Skipped, r.Rules, r.Resources}
	lines := []any{head}
	for i := range r.Findings {
		lines = append(lines, &r.Findings[i])
	}
	for _, line := range append(lines, tail) {
		if err := report.EncodeJSON(&buf, line, ""); err != nil {
			return err
		}
	}
	_, err := w.Write(buf.Bytes())
	return err
}
