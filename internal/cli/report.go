package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/internal/wholefile"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report [FILE]",
		Short: "Convert a JSON report to another format",
		Long: `Read a JSON report, as check --format json writes it, and write it in another
format: the same bytes as check would have written in that format. Without a FILE,
or with -, the report is read from standard input.

Only flags are used here, not the environment or plumb.yaml. The exit status is 0 if
the report is written, whatever it says, and 2 otherwise. With --fail-on it is that of
check: 1 if there is a finding at or above the severity, or an acceptance that has
expired, 2 if a file could not be read to its end, and 3 if nothing was checked (0 with
--allow-empty).`,
		Example: `  plumb check --format json recordings/ > report.json
  plumb report report.json
  plumb report --report html=report.html --report junit=report.xml report.json
  plumb report --fail-on error report.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("report takes one JSON report, such as: plumb report --format html report.json")
			}
			return nil
		},
	}
	settings := []string{"format", "report", "color", "quiet", "verbose", "full", "fail-on", "allow-empty"}
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return slices.Contains(settings, s.name) })
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		flags["config"] = []string{""} // no configuration file
		o, _, err := loadOptions(flags, func(string) string { return "" })
		if err != nil {
			return err
		}
		name, u := "-", uses{reads: a.standardOutput()}
		if len(args) > 0 {
			name = args[0]
			u.reads = append(u.reads, reading("the report that is read", name))
		}
		if name == "-" {
			u.reads = append(u.reads, a.standardInput()...)
		}
		for _, out := range o.reports {
			u.writes = append(u.writes, written{out.origin, out.path})
		}
		if err := u.check(); err != nil {
			return err
		}
		r, err := a.readReport(name)
		if err != nil {
			return err
		}
		o.isReport = true
		if flags["fail-on"] != nil {
			a.status = o.verdict(r)
			if o.failOn != "never" && slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Expired != nil }) {
				a.status = statusFindings
			}
		}
		if err := a.write(o, r); err != nil || flags["fail-on"] == nil {
			return err
		}
		return wholeReport(r)
	}
	return cmd
}

// wholeReport returns an error if the report is not about all recordings.
func wholeReport(r *report.Report) error {
	for _, skipped := range r.Skipped {
		if skipped.Reason == unreadable {
			return fmt.Errorf("%s could not be read, or not to the end: the report is not about all recordings", textfmt.Count(skipped.Count, "file"))
		}
	}
	return nil
}

// readReport reads the JSON report in a file.
func (a *app) readReport(name string) (*report.Report, error) {
	in, shown := a.in, "standard input"
	if name != "-" {
		f, err := wholefile.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no such file; write one with: plumb check --report json=%s PATH", name, name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: the report cannot be read: %w", name, err)
		}
		defer f.Close()
		in, shown = io.Reader(f), name
	}
	r, err := report.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	return r, nil
}
