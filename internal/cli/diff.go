package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/report"
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

With --recordings, each change says how many recorded exchanges it affects. Then
follow the findings that the recordings give with one of the descriptions only, or
more often than with the other.

Exit status: 0 no change at or above --fail-on; 1 changes; 2 wrong usage, unreadable
input or a broken description.`,
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
		return slices.Contains([]string{"ref-root", "config", "schema", "server", "format", "fail-on", "jobs", "max-body", "max-entry", "max-ratio", "max-depth", "quiet"}, s.name)
	})
	cmd.Flags().StringArrayVar(&recordings, "recordings", nil, "recordings to weigh the changes by; can be repeated")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o, _, err := loadOptions(flags, a.getenv)
		if err != nil {
			return err
		}
		if o.format != "text" && o.format != "json" {
			return fmt.Errorf("--format: diff writes text and json, not %s", o.format)
		}
		o.reports, o.baseline, o.overlays, o.rules, o.noHistory = nil, "", nil, nil, false
		return a.diff(cmd.Context(), o, args[0], args[1], recordings)
	}
	return cmd
}

// diffReport is the report of plumb diff.
type diffReport struct {
	SchemaVersion int                `json:"schemaVersion"`
	Old           report.Description `json:"old"`
	New           report.Description `json:"new"`
	Changes       []specdiff.Change  `json:"changes"`
	Appear        []specdiff.Finding `json:"appear,omitzero"` // findings with NEW only; nil without recordings
	Go            []specdiff.Finding `json:"go,omitzero"`     // findings with OLD only; likewise
}

func (a *app) diff(ctx context.Context, o *options, before, after string, recordings []string) error {
	older, err := spec.LoadFile(before, o.refRoot)
	if err != nil {
		return err
	}
	newer, err := spec.LoadFile(after, o.refRoot)
	if err != nil {
		return err
	}
	r := &diffReport{SchemaVersion: 1, Old: describedBy(older), New: describedBy(newer)}
	if r.Changes, err = specdiff.Compare(older, newer); err != nil {
		return err
	}
	if len(recordings) > 0 {
		if err := a.weigh(ctx, o, r, before, after, recordings); err != nil {
			return err
		}
	}
	order := []string{"info", "warning", "error"}
	least := slices.Index(order, o.failOn)
	if least >= 0 && slices.ContainsFunc(r.Changes, func(c specdiff.Change) bool { return slices.Index(order, c.Severity) >= least }) {
		a.status = max(a.status, statusFindings)
	}
	if o.format == "json" {
		return report.EncodeJSON(a.out, r, "  ")
	}
	return writeDiff(a.out, r, len(recordings) > 0)
}

func describedBy(d *spec.Description) report.Description {
	return report.Description{Title: d.Title, Version: d.Version, Digest: d.Digest, Overlays: append([]string{}, d.Overlays...)}
}

// weigh checks the recordings against both descriptions.
func (a *app) weigh(ctx context.Context, o *options, r *diffReport, before, after string, recordings []string) error {
	reports := make([]*report.Report, 2)
	for i, file := range []string{before, after} {
		one := *o
		one.spec = file
		c := &check{app: a, options: &one}
		if err := c.prepare(recordings); err != nil {
			return err
		}
		reports[i] = c.collect(ctx, recordings)
		if i > 0 {
			c.notes = nil // the messages have been printed already
		}
		c.close()
	}
	specdiff.Weigh(r.Changes, reports[0], reports[1])
	r.Appear, r.Go = specdiff.More(reports[1], reports[0]), specdiff.More(reports[0], reports[1])
	return nil
}

// writeDiff writes the report as text.
func writeDiff(w io.Writer, r *diffReport, weighed bool) error {
	b := bufio.NewWriter(w)
	line := func(indent int, text string) {
		fmt.Fprintln(b, textfmt.Wrap(text, textfmt.Width, indent))
	}
	count := map[string]int{}
	for _, c := range r.Changes {
		count[c.Severity]++
		place := strings.TrimSpace(c.Method + " " + c.Path)
		if place != "" {
			place = " " + place
		}
		line(4, c.Severity+"["+textfmt.Printable(c.ID)+"]"+textfmt.Printable(place)+": "+textfmt.Printable(c.Text))
		if c.Recorded != nil {
			line(4, fmt.Sprintf("    affects %d of %s", c.Recorded.Count, textfmt.Count(c.Recorded.Of, "recorded exchange")))
		}
	}
	if len(r.Changes) == 0 {
		line(0, "no changes")
	} else {
		line(0, "\n"+textfmt.Count(count["error"], "error")+", "+textfmt.Count(count["warning"], "warning")+", "+textfmt.Count(count["info"], "info"))
	}
	if weighed {
		writeFindings(line, "\nfindings that appear", r.Appear)
		writeFindings(line, "findings that disappear", r.Go)
	}
	return b.Flush()
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
