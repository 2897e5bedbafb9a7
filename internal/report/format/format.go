// Package format writes reports in the formats for people and for other
// programs.
package format

import (
	"io"

	"github.com/plumbapi/plumb/internal/report"
)

// View is how a report is shown to people. Of it, formats for programs look only
// at FromRoot.
type View struct {
	Width   int  // columns to fit the text into; 0 for 100
	Color   bool // mark with ANSI colours
	Full    bool // show each finding by itself, not those of one rule and one remedy together
	Verbose bool // show every occurrence that the report holds, which includes Full
	Quiet   bool // show findings only

	// Explain returns the command that explains a rule; empty where none is known to.
	// Nil means that plumb explain needs nothing but the rule.
	Explain func(rule string) string

	// FromRoot returns the name of a file as seen from the root of its repository,
	// for the formats that GitHub reads: it finds files by no other name. Nil leaves
	// names as they are, from the working folder.
	FromRoot func(name string) string
}

func (v View) explain(rule string) string {
	if v.Explain == nil {
		return "plumb explain " + rule
	}
	return v.Explain(rule)
}

func (v View) fromRoot(name string) string {
	if v.FromRoot == nil {
		return name
	}
	return v.FromRoot(name)
}

// Severity marks a text with the colour of a severity, if there are colours.
func (v View) Severity(severity, text string) string { return style(v.Color).severity(severity, text) }

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

// Names returns the names of the formats.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes r in the format of a name, which is one of [Names].
func Write(w io.Writer, name string, r *report.Report, view View) error {
	for _, f := range formats {
		if f.name == name {
			return f.write(w, r, view)
		}
	}
	panic("format: there is no format " + name)
}
