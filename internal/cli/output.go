package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/validator"
)

// write writes the report to standard output and to the files that are asked
// for. It goes on after a file that cannot be written.
func (c *check) write(r *report.Report) error {
	view := report.View{Verbose: c.options.verbose, Quiet: c.options.quiet}
	var failed []error
	for _, out := range c.options.reports {
		if err := writeFile(out, r, view); err != nil {
			failed = append(failed, err)
		}
	}
	view.Width, view.Color = c.terminal()
	if err := report.Write(c.out, c.options.format, r, view); err != nil {
		failed = append(failed, fmt.Errorf("standard output: %w", err))
	}
	return errors.Join(failed...)
}

// terminal returns how wide standard output is (0: no terminal), and whether
// to use colours.
func (c *check) terminal() (width int, color bool) {
	if f, ok := c.out.(*os.File); ok && isTerminal(f) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			width = w
		}
		color = c.getenv("NO_COLOR") == "" && c.getenv("CI") == "" && c.getenv("TERM") != "dumb"
	}
	switch c.options.color {
	case "always":
		color = true
	case "never":
		color = false
	}
	return width, color
}

// skipped says on standard error why an exchange was not checked.
func (c *check) skipped(x *validator.Exchange, r validator.Result) {
	clean := redact.New(x.Secrets)
	message := fmt.Sprintf("%s entry %d skipped: %s", x.Place.File, x.Place.Entry, clean.Text(r.Skipped))
	if x.Request.Method != "" {
		message += ": " + x.Request.Method + " " + clean.Text(x.Request.URL)
	}
	c.say("%s", message)
}

// writable tells early what would keep a report from being written in the end.
func writable(path string) error {
	// A link is not followed: the report takes the place of what is there, and
	// that must not be a device such as /dev/stdout.
	switch info, err := os.Lstat(path); {
	case err != nil:
	case info.IsDir():
		return fmt.Errorf("--report: %s is a folder; name a file in it", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("--report: %s is a link or a device, which the report would replace; name a file (standard output has --format)", path)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("--report: there is no folder %s to write %s into; create it first", filepath.Dir(path), filepath.Base(path))
	}
	return nil
}

// writeFile writes a report whole or not at all: readers never see a part of
// it.
func writeFile(out output, r *report.Report, view report.View) (err error) {
	f, err := os.CreateTemp(filepath.Dir(out.path), "."+filepath.Base(out.path)+".*")
	if err != nil {
		return fmt.Errorf("%s: the report cannot be written: %w", out.path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("%s: the report cannot be written: %w", out.path, err)
		}
	}()
	if err := report.Write(f, out.format, r, view); err != nil {
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
	return os.Rename(f.Name(), out.path)
}
