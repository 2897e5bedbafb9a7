package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/report"
)

// writeJSON writes the report as one JSON object, for programs and for eyes.
func writeJSON(w io.Writer, r *report.Report, _ View) error {
	return encode(w, r, "  ")
}

// writeNDJSON writes one JSON object a line: what made the report, each
// finding, the totals.
func writeNDJSON(w io.Writer, r *report.Report, _ View) error {
	var buf bytes.Buffer
	head := struct {
		SchemaVersion int                `json:"schemaVersion"`
		Tool          report.Tool        `json:"tool"`
		Description   report.Description `json:"description"`
	}{r.SchemaVersion, r.Tool, r.Description}
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
		if err := encode(&buf, line, ""); err != nil {
			return err
		}
	}
	_, err := w.Write(buf.Bytes())
	return err
}

// EncodeJSON writes v as JSON for programs and for eyes, as the reports are.
func EncodeJSON(w io.Writer, v any) error { return encode(w, v, "  ") }

// encode writes v as JSON that is safe to look at: characters that a terminal
// acts on, and those that cannot be seen, are escaped.
func encode(w io.Writer, v any, indent string) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeUnprintable(buf.Bytes()))
	return err
}

// escapeUnprintable escapes the characters of a JSON text that are not
// printable. Outside strings there are none but line feeds.
func escapeUnprintable(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r != '\n' && !report.IsPrintable(r) {
			out = append(out, text[done:i]...)
			if r > 0xFFFF {
				r -= 0x10000
				out = fmt.Appendf(out, `\u%04x`, 0xD800+r>>10)
				r = 0xDC00 + r&0x3FF
			}
			out = fmt.Appendf(out, `\u%04x`, r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}
