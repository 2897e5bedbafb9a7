package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/drift"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/internal/wholefile"
)

func (a *app) driftCommand() *cobra.Command {
	var suggest, history string
	cmd := &cobra.Command{
		Use:   "drift [PATH...]",
		Short: "Report where responses and description differ",
		Long: `Check recorded responses against the description, and report where the two differ,
summed over all of them: with counts, shares, first and last time, and an example.
Then follows what is described and was never seen. Text and JSON are summed in this
way; the other formats are those of check, with the findings that are drift.

A PATH is a recording, as for check, or a summary that --summary has written, of this
command or of check. Summaries must be of the same description; they are merged.

Exit status: 0 no drift at or above --fail-on; 1 drift, or accepted drift that has
expired; 2 wrong usage, unreadable
input or a description that checks nothing; 3 nothing was checked (0 with --allow-empty).`,
		Example: `  plumb drift recordings/
  plumb drift --suggest amendment.yaml recordings/
  plumb drift monday.summary tuesday.summary
  plumb drift --history drift/ recordings/`,
	}
	flags := addFlags(cmd.Flags(), func(*setting) bool { return true })
	fileFlag(cmd.Flags(), &suggest, "suggest", "write an overlay to `FILE` that amends the description to what was observed")
	fileFlag(cmd.Flags(), &history, "history", "keep a summary of the run in the folder `DIR`, and report since when each difference exists and whether it grows")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o, config, err := loadOptions(flags, a.getenv)
		if err != nil {
			return err
		}
		d := &driftRun{check: check{app: a, options: o, config: config}, history: history}
		if args, err = d.recordings(args); err != nil {
			return err
		}
		return d.run(cmd.Context(), args, suggest)
	}
	return cmd
}

// driftRun is one run of the drift command.
type driftRun struct {
	check
	history string // folder of earlier summaries; may be empty
}

func (d *driftRun) run(ctx context.Context, args []string, suggest string) error {
	if suggest != "" {
		d.writes = append(d.writes, written{"--suggest", suggest})
	}
	if err := d.prepare(args); err != nil {
		return err
	}
	past, err := d.past()
	if err != nil {
		return err
	}
	d.observing = true
	summaries := d.takeSummaries()
	if suggest != "" {
		if err := d.canSuggest(summaries); err != nil {
			return err
		}
	}
	if len(d.files) > 0 || len(summaries) == 0 {
		d.collect(ctx, args)
	}
	for _, s := range summaries {
		if err := d.outcome.Merge(s.Summary); err != nil {
			return fmt.Errorf("%s: %w; give the --spec and --overlay that it was made with", s.Name, err)
		}
	}
	r := drift.New(d.desc, d.validator, d.outcome, version())
	if d.history != "" {
		r.Follow(d.validator, past)
	}
	if err := d.writeReport(r); err != nil {
		d.failures = append(d.failures, err)
	}
	if err := d.keep(past); err != nil {
		d.failures = append(d.failures, err)
	}
	if d.options.summary != "" {
		if err := writeSummaryFile(d.options.summary, d.outcome); err != nil {
			d.failures = append(d.failures, err)
		}
	}
	if suggest != "" && len(d.failures) == 0 {
		if err := d.suggest(ctx, suggest, args, r); err != nil {
			d.failures = append(d.failures, err)
		}
	}
	d.close()
	return nil
}

// writeReport writes the report, and sets the exit status. Text and JSON have a form
// of their own; the other formats are those of check, with the findings that are
// drift.
func (d *driftRun) writeReport(r *drift.Report) error {
	findings := d.check.report()
	expired := d.baseline != nil && d.accept(findings)
	findings.Only(func(f *report.Finding) bool { return drift.IsDrift(f.Rule) })
	if d.status = d.verdict(findings); expired && d.options.failOn != "never" {
		d.status = statusFindings
	}
	shown := *r
	shown.Drift = slices.Clone(r.Drift) // the suggestion is made of all
	shown.Accept(findings)
	shown.Limit(d.options.maxFindings, d.options.maxOccurrences)
	if n := d.options.maxFindings; n > 0 {
		findings.Limit(n)
	}
	return d.print(d.options, findings, func(w io.Writer, name string, view format.View) error {
		switch name {
		case "text":
			return drift.WriteText(w, &shown, drift.View{Color: view.Color, Verbose: view.Verbose, Quiet: view.Quiet})
		case "json":
			return drift.WriteJSON(w, &shown)
		}
		return format.Write(w, name, findings, view)
	})
}

// takeSummaries reads the files that are summaries, and leaves the recordings
// in the list.
func (d *driftRun) takeSummaries() []drift.Past {
	var summaries []drift.Past
	d.files = slices.DeleteFunc(d.files, func(f recording.File) bool {
		if f.Path == "-" || !isSummary(f.Path) {
			return false
		}
		s, err := readSummaryFile(f.Path)
		if err != nil {
			d.failures = append(d.failures, err)
		} else {
			summaries = append(summaries, drift.Past{Name: f.Path, Summary: s})
		}
		return true
	})
	return summaries
}

// summaryBeginning is how summaries begin, without white space.
const summaryBeginning = `{"plumbSummary":`

// isSummary reports whether a file is a summary, and not a recording, by its
// first bytes. A FIFO is a recording: what is read of it is gone.
func isSummary(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head)
	compact := bytes.Join(bytes.Fields(head[:n]), nil)
	return bytes.HasPrefix(compact, []byte(summaryBeginning))
}

func readSummaryFile(name string) (*outcome.Outcome, error) {
	data, err := wholefile.Read(name)
	if err != nil {
		return nil, fmt.Errorf("%s: the summary cannot be read: %w", name, err)
	}
	s, err := outcome.Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}
