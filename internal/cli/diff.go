package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/internal/specdiff"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/spec"
)

func (a *app) diffCommand() *cobra.Command {
	var recordings []string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two descriptions",
		Long: `Report how the description in the file NEW differs from that in OLD. oasdiff decides
how severe a change is: an error breaks clients, a warning may, an info does not.

The severity of a change can be set by its name, as that of a rule (--rule).

With --recordings, each change says how many recorded exchanges it affects. Then
follow the findings that the recordings give with one of the descriptions only, or
more often than with the other.

Exit status: 0 no change at or above --fail-on, and no such finding that appears; 1
changes or findings; 2 wrong usage, unreadable input or a broken description.`,
		Example: `  plumb diff v1.yaml v2.yaml
  plumb diff v1.yaml v2.yaml --recordings recordings/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("diff takes two descriptions, such as: plumb diff v1.yaml v2.yaml")
			}
			return nil
		},
	}
	flags := addFlags(cmd.Flags(), func(s *setting) bool {
		return !slices.Contains([]string{"spec", "overlay", "summary", "allow-empty"}, s.name)
	})
	cmd.Flags().StringArrayVar(&recordings, "recordings", nil, "weigh the changes by the recordings at `PATH`; can be repeated")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o, config, err := loadOptions(flags, a.getenv)
		if err != nil {
			return err
		}
		u := uses{reads: append(a.standardOutput(), reading("a description that is compared", args[0]), reading("a description that is compared", args[1]))}
		for _, path := range recordings {
			u.reads = append(u.reads, reading("one of the recordings", path))
		}
		for _, out := range o.reports {
			u.writes = append(u.writes, written{out.origin, out.path})
		}
		if err := u.check(); err != nil {
			return err
		}
		o.overlays, o.summary = nil, "" // those of a configuration file
		d := &diffRun{app: a, options: o, config: config, recordings: recordings}
		return d.run(cmd.Context(), args[0], args[1])
	}
	return cmd
}

// diffReport is the report of plumb diff.
type diffReport struct {
	SchemaVersion int                `json:"schemaVersion"`
	Date          string             `json:"date"` // on which it was made
	Old           report.Compared    `json:"old"`
	New           report.Compared    `json:"new"`
	Changes       []specdiff.Change  `json:"changes"`
	Appear        []specdiff.Finding `json:"appear,omitzero"` // findings with NEW only; nil without recordings
	Go            []specdiff.Finding `json:"go,omitzero"`     // findings with OLD only; likewise
}

// diffRun is one run of the diff command.
type diffRun struct {
	*app
	options    *options
	config     string
	recordings []string
	today      time.Time // the date of the report, on which the entries of the baseline are judged
}

func (d *diffRun) run(ctx context.Context, before, after string) (err error) {
	if d.today, err = d.now(); err != nil {
		return err
	}
	older, err := spec.LoadFile(before, d.options.refRoot)
	if err != nil {
		return err
	}
	newer, err := spec.LoadFile(after, d.options.refRoot)
	if err != nil {
		return err
	}
	r := &diffReport{SchemaVersion: 1}
	if r.Changes, err = specdiff.Compare(older, newer); err != nil {
		return err
	}
	ofRecordings := d.gradeChanges(r)
	var weighed *report.Report
	switch {
	case len(d.recordings) > 0:
		if weighed, err = d.weigh(ctx, r, before, after, ofRecordings); err != nil {
			return err
		}
	case len(ofRecordings) > 0: // which must be rules all the same
		one := *d.options
		one.spec, one.rules = after, ofRecordings
		if _, _, err := load(&one); err != nil {
			return err
		}
	}
	all := specdiff.Report(r.Changes, sideOf(older, before), sideOf(newer, after), version(), d.today)
	r.Date, r.Old, r.New = all.Date, all.Comparison.Old, all.Comparison.New
	if weighed != nil {
		all.Join(weighed)
	}
	return d.conclude(r, all)
}

func sideOf(d *spec.Description, file string) specdiff.Side {
	return specdiff.Side{Description: d, File: filepath.ToSlash(file)}
}

// gradeChanges applies the settings of rules to the changes, and returns those that
// are about the findings of recordings.
func (d *diffRun) gradeChanges(r *diffReport) (rest []ruleSetting) {
	severities := map[string]plumb.Severity{}
	for _, set := range d.options.rules {
		ids := specdiff.IDs(set.glob)
		for _, id := range ids {
			severities[id] = set.severity
		}
		if len(ids) == 0 || engine.IsRule(set.glob) {
			rest = append(rest, set)
		}
	}
	kept := []specdiff.Change{}
	for _, c := range r.Changes {
		severity, isSet := severities[c.ID]
		switch {
		case isSet && severity == plumb.Off:
			continue
		case isSet:
			c.Severity = severity.String()
		}
		if d.options.strict && c.Severity == plumb.Warning.String() {
			c.Severity = plumb.Error.String()
		}
		kept = append(kept, c)
	}
	specdiff.Sort(kept)
	r.Changes = kept
	return rest
}

// weigh checks the recordings against both descriptions, and returns the report of
// the findings that appear with the new one.
func (d *diffRun) weigh(ctx context.Context, r *diffReport, before, after string, rules []ruleSetting) (*report.Report, error) {
	reports := make([]*report.Report, 2)
	for i, file := range []string{before, after} {
		one := *d.options
		one.spec, one.rules, one.reports, one.baseline = file, rules, nil, ""
		c := &check{app: d.app, options: &one, config: d.config}
		if err := c.prepare(d.recordings); err != nil {
			return nil, err
		}
		reports[i] = c.collect(ctx, d.recordings)
		if i > 0 {
			c.notes = nil // the messages have been printed already
		}
		c.close()
	}
	specdiff.Weigh(r.Changes, reports[0], reports[1])
	r.Appear, r.Go = specdiff.More(reports[1], reports[0]), specdiff.More(reports[0], reports[1])
	reports[1].Only(func(f *report.Finding) bool {
		return slices.ContainsFunc(r.Appear, func(a specdiff.Finding) bool {
			return a.Rule == f.Rule && a.Pointer == f.Pointer && a.Message == f.Message
		})
	})
	return reports[1], nil
}

// conclude writes the report, and sets the exit status.
func (d *diffRun) conclude(r *diffReport, all *report.Report) error {
	c := &check{app: d.app, options: d.options, today: d.today}
	if err := c.loadBaseline(); err != nil {
		return err
	}
	expired := false
	if c.baseline != nil { // whose other entries are of other runs
		late, _ := c.baseline.Apply(all, c.today)
		for _, e := range late {
			d.say("%s:%d: %s", d.options.baseline, e.Line, e.Overdue())
		}
		expired = len(late) > 0
		specdiff.Accept(r.Changes, all)
	}
	failed := d.status
	if d.status = c.options.verdict(all); expired && d.options.failOn != "never" {
		d.status = statusFindings
	}
	if d.status == statusNothing { // a comparison needs no recordings
		d.status = statusOK
	}
	d.status = max(d.status, failed)
	if n := d.options.maxFindings; n > 0 {
		all.Limit(n)
	}
	return d.print(d.options, all, func(w io.Writer, name string, view format.View) error {
		switch name {
		case "text":
			return d.writeText(w, r, all, view)
		case "json":
			return report.EncodeJSON(w, r, "  ")
		}
		return format.Write(w, name, all, view)
	})
}

// writeText writes the report as text. Its totals are those of the other formats:
// of the changes and of the findings that appear, which the exit status is about.
func (d *diffRun) writeText(w io.Writer, r *diffReport, all *report.Report, view format.View) error {
	b := bufio.NewWriter(w)
	line := func(indent int, text string) {
		fmt.Fprintln(b, textfmt.Wrap(text, textfmt.Width, indent))
	}
	shown, hidden := 0, 0
	for _, c := range r.Changes {
		if c.Suppressed != nil && !view.Verbose {
			continue
		}
		if n := d.options.maxFindings; n > 0 && shown == n {
			hidden++
			continue
		}
		shown++
		place := strings.TrimSpace(c.Method + " " + c.Path)
		if place != "" {
			place = " " + place
		}
		line(4, view.Severity(c.Severity, c.Severity+"["+textfmt.Printable(c.ID)+"]")+textfmt.Printable(place)+": "+textfmt.Printable(c.Text))
		line(8, "    in "+textfmt.Printable(c.Description.String()))
		if c.Recorded != nil {
			line(4, fmt.Sprintf("    affects %d of %s", c.Recorded.Count, textfmt.Count(c.Recorded.Of, "recorded exchange")))
		}
		for _, note := range report.Notes(c.Suppressed, c.Expired) {
			line(4, "    "+note)
		}
	}
	if !view.Quiet {
		if len(r.Changes) == 0 {
			line(0, "no changes")
		}
		if len(r.Changes)+len(r.Appear) > 0 {
			line(0, "\n"+diffTotals(r, all.Summary, hidden))
		}
	}
	if len(d.recordings) > 0 {
		line(0, "\n"+all.Read())
		writeFindings(line, "findings that appear", r.Appear)
		writeFindings(line, "findings that disappear", r.Go)
	}
	return b.Flush()
}

// diffTotals counts the changes and the findings that appear. Of the changes, hidden
// are not shown.
func diffTotals(r *diffReport, s report.Summary, hidden int) string {
	totals := textfmt.Count(s.Errors, "error") + ", " + textfmt.Count(s.Warnings, "warning") + ", " + textfmt.Count(s.Infos, "info")
	if len(r.Appear) > 0 {
		totals += ", with the findings that appear"
	}
	if s.Suppressed > 0 {
		totals += "; " + textfmt.Number(s.Suppressed) + " accepted by the baseline"
	}
	if hidden > 0 {
		totals += "; " + textfmt.Number(hidden) + " not shown (--max-findings)"
	}
	return totals
}

func writeFindings(line func(indent int, text string), title string, findings []specdiff.Finding) {
	if len(findings) == 0 {
		line(0, title+": none")
		return
	}
	line(0, title+":")
	for _, f := range findings {
		place := f.Pointer
		if f.Operation != "" {
			place = strings.TrimSpace(f.Operation + " " + strconv.Itoa(f.Status) + " " + place)
		}
		line(6, "  "+f.Severity+"["+textfmt.Printable(f.Rule)+"] "+textfmt.Printable(place)+": "+textfmt.Printable(f.Message)+" ("+textfmt.Number(f.Count)+")")
	}
}
