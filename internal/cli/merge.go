package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/scale"
)

func (a *app) mergeCommand() *cobra.Command {
	var partial bool
	var manifest, in string
	cmd := &cobra.Command{
		Use:   "merge [flags] [FILE...]",
		Short: "Write the report of a run on many machines",
		Long: `Add the outcomes that plumb map and plumb reduce have written, and write the report:
the bytes that plumb check would have written of all recordings. The outcomes are the
lines with the key #, of all steps, on standard input or in FILEs; each stream ends with
the line that counts the others. Nothing may be missing, and nothing may be there twice.

With --partial an outcome is written as a line again, for another merge. With --in DIR
the outcomes are those of a folder that plumb map --out has made.

The exit status is 0 if the report is written, whatever it says, and 2 otherwise; plumb
report --fail-on gives the verdict on a JSON report.`,
		Example: `  plumb merge --run-key "$KEY" --manifest manifest --format json < outcomes > report.json
  plumb merge --in DIR --format json > report.json
  plumb report --fail-on error report.json`,
	}
	cmd.Flags().BoolVar(&partial, "partial", false, "write an outcome of some steps, in place of the report")
	cmd.Flags().StringVar(&manifest, "manifest", "", "manifest of the run, a `FILE`: objects that are missing are an error; without it, gaps in their numbers are")
	cmd.Flags().StringVar(&in, "in", "", "folder `DIR` of a run without an engine")
	s := a.addStep(cmd, "format", "report", "summary", "baseline", "max-findings", "color", "quiet", "verbose", "full")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if in != "" && (partial || manifest != "") {
			return errors.New("--partial and --manifest are for outcomes on standard input or in files; with --in, leave them out")
		}
		if in != "" {
			return s.mergeInFolder(cmd, in, args)
		}
		if err := s.load(); err != nil {
			return err
		}
		if len(args) == 0 {
			args = []string{"-"}
		}
		total, err := s.mergeFiles(cmd.Context(), args)
		if err != nil {
			return err
		}
		if partial {
			return a.writing(func(w *scale.Writer) error { return s.run.WriteOutcome(w, total) })
		}
		var objects []scale.Object
		if manifest != "" {
			if objects, err = a.manifest(cmd.Context(), manifest); err != nil {
				return err
			}
		}
		return s.report(total, objects)
	}
	return cmd
}

// mergeFiles adds the outcomes in files.
func (s *step) mergeFiles(ctx context.Context, names []string) (*scale.Outcome, error) {
	return s.sum(func(yield func(key string, record []byte) error) error {
		for _, name := range names {
			in, closer, err := s.lines(ctx, name)
			if err != nil {
				return err
			}
			err = in.Each(yield)
			if err = errors.Join(err, closer.Close()); err != nil {
				return err
			}
		}
		return nil
	})
}

// sum adds the outcomes of a source.
func (s *step) sum(in scale.Source) (*scale.Outcome, error) {
	sum := scale.Sum{Run: s.run}
	if err := in(sum.Line); err != nil {
		return nil, err
	}
	total := &scale.Outcome{Summary: s.newOutcome()}
	return total, sum.AddTo(total)
}

// report writes the report of the whole run, as check does.
func (s *step) report(total *scale.Outcome, manifest []scale.Object) (err error) {
	if err := total.Check(manifest); err != nil {
		return err
	}
	c := &check{app: s.app, options: s.options, desc: s.desc, validator: s.validator, unrecognized: map[string]bool{}}
	for _, object := range total.Objects {
		if s.options.summary != "" && !object.Observed {
			return fmt.Errorf("--summary: map did not record what the bodies of %s contain; give all maps --observe", object.Name)
		}
		c.files = append(c.files, recording.File{Path: object.Name})
		c.unrecognized[object.Name] = object.Unrecognized
		if object.Problem != "" {
			c.notes = append(c.notes, errors.New(object.Problem))
		}
	}
	if err := c.checkUses(); err != nil {
		return err
	}
	if c.today, err = c.now(); err != nil {
		return err
	}
	if err := c.loadBaseline(); err != nil {
		return err
	}
	named, err := total.Named()
	if err != nil {
		return fmt.Errorf("the outcome cannot be named: %w", err)
	}
	c.outcome = s.newOutcome()
	if err := c.outcome.Merge(named); err != nil {
		return err
	}
	c.conclude(c.report())
	if s.status != statusFailed {
		s.status = statusOK
	}
	return nil
}
