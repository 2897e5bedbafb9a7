package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/spec"
)

// printer writes what a run has to say in the format of a name.
type printer func(w io.Writer, name string, view format.View) error

// write writes the report to standard output and to the files that are asked
// for. If a file cannot be written, it goes on with the others.
func (a *app) write(o *options, r *report.Report) error {
	return a.print(o, r, func(w io.Writer, name string, view format.View) error { return format.Write(w, name, r, view) })
}

// print does the same with what a printer writes. The report is what GitHub is
// told.
func (a *app) print(o *options, r *report.Report, in printer) error {
	view := format.View{Full: o.full, Verbose: o.verbose, Quiet: o.quiet, Explain: a.explainer(o), FromRoot: a.repository().file}
	var failed []error
	for _, out := range o.reports {
		if err := writeFile(out, in, view); err != nil {
			failed = append(failed, err)
		}
	}
	view.Width, view.Color = a.terminal(o.color)
	if err := in(a.out, o.format, view); err != nil {
		failed = append(failed, fmt.Errorf("standard output: %w", err))
	}
	if o.format == "github" {
		failed = append(failed, a.tellGitHub(r))
	}
	return errors.Join(failed...)
}

// terminal returns how wide standard output is (0: no terminal), and whether
// to use colours.
func (a *app) terminal(when string) (width int, color bool) {
	if f, ok := a.out.(*os.File); ok && isTerminal(f) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			width = w
		}
		color = a.getenv("NO_COLOR") == "" && a.getenv("CI") == "" && a.getenv("TERM") != "dumb"
	}
	switch when {
	case "always":
		color = true
	case "never":
		color = false
	}
	return width, color
}

// warn prints the warnings about the description.
func (a *app) warn(warnings []spec.Warning) {
	for _, line := range report.WarningLines(warnings) {
		a.say("warning: %s", line)
	}
}

// skipped says on standard error why an exchange was not checked.
func (c *check) skipped(x *plumb.Exchange, r engine.Result) {
	clean, file := redact.ForExchange(x), x.Place.File
	if c.nameOf != nil {
		file = c.nameOf(file)
	}
	message := fmt.Sprintf("%s entry %d skipped: %s", clean.Text(file), x.Place.Entry, clean.Text(r.Skipped))
	if x.Request.Method != "" {
		message += ": " + textfmt.Shorten(clean.Text(x.Request.Method)+" "+clean.Text(x.Request.URL), mostShown)
	}
	c.say("%s", message)
}

// mostShown is the largest size of a text from outside in a message, in bytes.
const mostShown = 1000

// writeFile writes a report to a file.
func writeFile(out output, in printer, view format.View) error {
	return wholefile.Write(out.path, func(w io.Writer) error { return in(w, out.format, view) })
}
