package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/spec"
)

// write writes the report to standard output and to the files that are asked
// for. If a file cannot be written, it goes on with the others.
func (a *app) write(o *options, r *report.Report) error {
	view := format.View{Full: o.full, Verbose: o.verbose, Quiet: o.quiet}
	var failed []error
	for _, out := range o.reports {
		if err := writeFile(out, r, view); err != nil {
			failed = append(failed, err)
		}
	}
	view.Width, view.Color = a.terminal(o.color)
	if err := format.Write(a.out, o.format, r, view); err != nil {
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
	clean := redact.ForExchange(x)
	message := fmt.Sprintf("%s entry %d skipped: %s", clean.Text(x.Place.File), x.Place.Entry, clean.Text(r.Skipped))
	if x.Request.Method != "" {
		message += ": " + clean.Text(x.Request.Method) + " " + clean.Text(x.Request.URL)
	}
	c.say("%s", message)
}

// writable checks early for what would prevent a report from being written in
// the end.
func writable(path string) error { return writableAs("report", path) }

// writableAs does the same for the file that a flag names.
func writableAs(flag, path string) error {
	// A link is not followed: the report would replace what is there, which
	// must not be a device such as /dev/stdout.
	switch info, err := os.Lstat(path); {
	case err != nil:
	case info.IsDir():
		return fmt.Errorf("--%s: %s is a folder; name a file in it", flag, path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("--%s: %s is a link or a device, which the report would replace; name a file (standard output has --format)", flag, path)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("--%s: there is no folder %s to write %s into; create it first", flag, filepath.Dir(path), filepath.Base(path))
	}
	return nil
}

// writeFile writes a report to a file.
func writeFile(out output, r *report.Report, view format.View) error {
	return writeWhole(out.path, func(w io.Writer) error { return format.Write(w, out.format, r, view) })
}

// writeWhole writes a file completely or not at all: readers never see a part
// of it.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("%s cannot be written: %w", path, err)
		}
	}()
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
