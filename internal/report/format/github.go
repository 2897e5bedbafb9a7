package format

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// writeGitHub writes a workflow command for each finding, which GitHub shows
// as an annotation of the recording's line, and the totals for the log.
func writeGitHub(w io.Writer, r *report.Report, view View) error {
	buf := bufio.NewWriter(w)
	for _, f := range shownFindings(r, View{}) {
		buf.WriteString(annotation(r, f, view) + "\n")
	}
	t := newText(buf, r, View{Explain: view.Explain})
	t.summary(r)
	t.buf.Flush()
	return buf.Flush()
}

// annotation returns the workflow command of a finding, at its first
// occurrence.
func annotation(r *report.Report, f *report.Finding, view View) string {
	command := map[string]string{"error": "error", "warning": "warning"}[f.Severity]
	if command == "" {
		command = "notice"
	}
	lines := []string{headline(f)}
	var properties []string
	property := func(name, value string) {
		properties = append(properties, name+"="+escapeProperty(value))
	}
	if len(f.Occurrences) > 0 {
		o := &f.Occurrences[0]
		if o.File != "-" {
			property("file", textfmt.Printable(view.fromRoot(o.File)))
			if o.Line != 0 {
				property("line", strconv.Itoa(o.Line))
			}
			if o.Column != 0 {
				property("col", strconv.Itoa(o.Column))
			}
		}
		lines = append(lines, details(f, o)...)
	}
	if f.Count > 1 {
		lines = append(lines, "found "+times(f.Count)+" in "+textfmt.Count(f.Files, "file"))
	}
	lines = append(lines, spreadLines(f)...)
	lines = append(lines, acceptanceNotes(f)...)
	if remedy := (block{f}).remedy(ruleOf(r, f).Fix); remedy != "" {
		lines = append(lines, "fix: "+remedy)
	}
	property("title", "plumb "+textfmt.Printable(f.Rule))
	return "::" + command + " " + strings.Join(properties, ",") + "::" + escapeData(strings.Join(lines, "\n"))
}

// The characters that would end a workflow command or a part of it.
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(s string) string     { return dataEscapes.Replace(s) }
func escapeProperty(s string) string { return propertyEscapes.Replace(s) }

// Outputs returns the totals as lines of NAME=NUMBER, as a step of a GitHub
// workflow gives its outputs.
func Outputs(r *report.Report) string {
	var b strings.Builder
	s := r.Summary
	for _, o := range []struct {
		name string
		n    int
	}{
		{"exchanges", s.Exchanges}, {"checked", s.Checked}, {"skipped", s.Skipped},
		{"errors", s.Errors}, {"warnings", s.Warnings}, {"infos", s.Infos}, {"suppressed", s.Suppressed}, {"occurrences", s.Occurrences},
	} {
		fmt.Fprintf(&b, "%s=%d\n", o.name, o.n)
	}
	return b.String()
}
