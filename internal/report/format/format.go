package format

import (
	"io"

	"github.com/plumbapi/plumb/internal/report"
)

// View is how a report is shown to people. Formats for programs do not look
// at it.
type View struct {
	Width   int  // columns to fit the text into; 0 for 100
	Color   bool // mark with ANSI colours
	Verbose bool // show every occurrence that the report holds
	Quiet   bool // show findings only
}

var formats = []struct {
	name  string
	write func(io.Writer, *report.Report, View) error
}{
	{"text", writeText},
	{"json", writeJSON},
	{"ndjson", writeNDJSON},
	{"junit", writeJUnit},
	{"sarif", writeSARIF},
	{"github", writeGitHub},
	{"markdown", writeMarkdown},
	{"html", writeHTML},
}

// Formats returns the names of the formats there are.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes r in one of the [Formats].
func Write(w io.Writer, format string, r *report.Report, view View) error {
	for _, f := range formats {
		if f.name == format {
			return f.write(w, r, view)
		}
	}
	panic("report: no format " + format)
}
