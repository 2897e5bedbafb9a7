package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/baseline"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// loadBaseline reads the baseline, if one is named.
func (c *check) loadBaseline() (err error) {
	if c.options.baseline != "" {
		c.baseline, err = c.options.readBaseline()
	}
	return err
}

func (o *options) readBaseline() (*baseline.Baseline, error) {
	b, err := baseline.Read(o.baseline)
	return b, o.locate("baseline", o.baseline, err)
}

// accept marks what the baseline accepts, and reports which of its entries have
// expired or are not needed. It returns whether any have expired.
func (c *check) accept(r *report.Report) (expired bool) {
	late, gone := c.baseline.Apply(r, c.today)
	for _, e := range late {
		c.notes = append(c.notes, fmt.Errorf("%s:%d: %s", c.options.baseline, e.Line, e.Overdue()))
	}
	for _, e := range gone {
		c.notes = append(c.notes, fmt.Errorf("%s:%d: %s at %s no longer occurs; \"plumb baseline prune\" removes such entries",
			c.options.baseline, e.Line, e.Rule, e.Place()))
	}
	return len(late) > 0
}

func (a *app) baselineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Manage the findings that are accepted until a date",
		Long: `A baseline is a file of findings that are known and accepted until a date, each
with a reason and an owner. With check --baseline FILE they do not count towards
the exit status; new findings do, and so do those whose entries have expired.

The file is YAML, which you can edit; comments are kept.`,
		Args: func(cmd *cobra.Command, args []string) error { return unknownCommand(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.baselineUpdateCommand(), a.baselinePruneCommand(), a.baselineListCommand())
	return cmd
}

// baselineDays is how long a finding is accepted unless a date is given.
const baselineDays = 90

func (a *app) baselineUpdateCommand() *cobra.Command {
	var reason, owner, expires string
	cmd := &cobra.Command{
		Use:   "update [PATH...]",
		Short: "Accept new findings, and update the counts of the others",
		Long: `Check the recordings, add an entry to the baseline for each finding that has
none, and bring the counts of the others up to date. The reason, the owner and the
date are those of the new entries; other entries keep theirs.`,
		Example: `  plumb baseline update --baseline accepted.yaml --owner ann --reason "ticket 12" recordings/`,
	}
	flags := addFlags(cmd.Flags(), checksBaseline)
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT` that says why the new findings are accepted")
	cmd.Flags().StringVar(&owner, "owner", "", "`NAME` of who is responsible for the new findings")
	cmd.Flags().StringVar(&expires, "expires", "", fmt.Sprintf("last `DATE` on which the new findings are accepted, such as 2030-12-31 (default %d days from now)", baselineDays))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		terms, err := a.terms(reason, owner, expires)
		if err != nil {
			return err
		}
		return a.rewriteBaseline(cmd.Context(), flags, args, func(b *baseline.Baseline, findings []report.Finding) error {
			missing := b.Missing(findings)
			if len(missing) > 0 && (reason == "" || owner == "") {
				return fmt.Errorf("%s; to accept, say why with --reason, and with --owner who is responsible", textfmt.Count(len(missing), "new finding"))
			}
			b.Update(findings, terms)
			for _, f := range missing {
				fmt.Fprintf(a.out, "accepted: %s[%s] %s\n", f.Severity, f.Rule, textfmt.Printable(cmp.Or(f.Pointer, f.Message)))
			}
			fmt.Fprintf(a.out, "%s, %d of them new\n", textfmt.Count(len(b.Entries), "entry"), len(missing))
			return nil
		})
	}
	return cmd
}

func (a *app) terms(reason, owner, expires string) (baseline.Terms, error) {
	terms := baseline.Terms{Reason: reason, Owner: owner}
	now, err := a.now()
	if err != nil {
		return terms, err
	}
	terms.Expires = now.Truncate(24*time.Hour).AddDate(0, 0, baselineDays)
	if expires != "" {
		if terms.Expires, err = baseline.ParseDate(expires); err != nil {
			return terms, fmt.Errorf("--expires: %w", err)
		}
	}
	return terms, nil
}

func (a *app) baselinePruneCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prune [PATH...]",
		Short: "Remove the entries whose findings no longer occur",
		Long: `Check the recordings, and remove the entries from the baseline whose findings do
not occur in them. Name all recordings, since plumb cannot know what is in others.`,
		Example: "  plumb baseline prune --baseline accepted.yaml recordings/",
	}
	flags := addFlags(cmd.Flags(), checksBaseline)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.rewriteBaseline(cmd.Context(), flags, args, func(b *baseline.Baseline, findings []report.Finding) error {
			gone := b.Prune(findings)
			for _, e := range gone {
				fmt.Fprintf(a.out, "removed: %s %s\n", textfmt.Printable(e.Rule), textfmt.Printable(e.Place()))
			}
			fmt.Fprintf(a.out, "%s, %d removed\n", textfmt.Count(len(b.Entries), "entry"), len(gone))
			return nil
		})
	}
	return cmd
}

// checksBaseline reports whether a setting is used by a check whose report is
// only used for the baseline.
func checksBaseline(s *setting) bool {
	return !slices.Contains([]string{"format", "report", "fail-on", "max-findings", "max-occurrences", "summary", "color", "verbose"}, s.name)
}

// rewriteBaseline checks the recordings, lets change adapt the baseline to the
// findings, and writes it.
func (a *app) rewriteBaseline(ctx context.Context, flags given, args []string, change func(*baseline.Baseline, []report.Finding) error) error {
	o, config, err := loadOptions(flags, a.getenv)
	if err != nil {
		return err
	}
	name := o.baseline
	if name == "" {
		return errors.New("no baseline is named; name the file with --baseline FILE")
	}
	if _, err := wholefile.Target(name); err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	if _, err := currentBaseline(name); err != nil { // before the check, which may take long
		return err
	}
	o.baseline, o.reports, o.summary = "", nil, "" // the findings are only used for the baseline
	c := &check{app: a, options: o, config: config}
	if args, err = c.recordings(args); err != nil {
		return err
	}
	if err := c.prepare(args); err != nil {
		return err
	}
	r := c.collect(ctx, args)
	if c.close(); c.status == statusFailed {
		return errors.New("the baseline is left as it was, because not all recordings could be read")
	}
	if r.Summary.Checked == 0 {
		a.status = o.nothing()
		return nil
	}
	return wholefile.Locked(name, func() error {
		b, err := currentBaseline(name) // another run may have changed it
		if err != nil {
			return err
		}
		if err := change(b, r.Findings); err != nil {
			return err
		}
		text, err := b.Bytes()
		if err != nil {
			return err
		}
		return wholefile.WriteBytes(name, text)
	})
}

// currentBaseline returns the baseline in a file, or an empty one if there is no
// such file.
func currentBaseline(name string) (*baseline.Baseline, error) {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return baseline.New(name), nil
	}
	return baseline.Read(name)
}

func (a *app) baselineListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the entries, the next to expire first",
		Example: "  plumb baseline list --baseline accepted.yaml",
		Args:    cobra.NoArgs,
	}
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return s.name == "baseline" || s.name == "config" })
	cmd.RunE = func(*cobra.Command, []string) error {
		o, _, err := loadOptions(flags, a.getenv)
		if err != nil {
			return err
		}
		if o.baseline == "" {
			return errors.New("no baseline is named; name the file with --baseline FILE")
		}
		b, err := o.readBaseline()
		if err != nil {
			return err
		}
		now, err := a.now()
		if err != nil {
			return err
		}
		slices.SortStableFunc(b.Entries, func(x, y *baseline.Entry) int { return x.Expires.Compare(y.Expires) })
		w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		clean := redact.New(nil)
		for _, e := range b.Entries {
			until := "until " + e.Expires.Format(time.DateOnly)
			if e.Expired(now) {
				until = "expired " + e.Expires.Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", until, textfmt.Printable(e.Rule), textfmt.Printable(e.Place()),
				textfmt.Printable(clean.Text(e.Owner)), textfmt.Printable(clean.Text(e.Reason)))
		}
		return w.Flush()
	}
	return cmd
}
