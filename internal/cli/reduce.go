package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/scale"
)

func (a *app) reduceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reduce [flags]",
		Short: "Compare the responses about resources, in a run on many machines",
		Long: `Read the lines of plumb map from standard input, those with one key together, and
write lines: for each response whose body the report is to show a verdict, which
plumb map --verdicts reads, and an outcome for plumb merge. The lines may come in any
order otherwise; the last one counts them. With --in DIR --partition J they are those of
a folder.

docs/scale.md explains how a run is divided.

Exit status: 0 all was written, the last line too; 2 anything else.`,
		Example: "  plumb reduce --run-key \"$KEY\" < mapped > reduced",
		Args:    cobra.NoArgs,
	}
	var in string
	var partition int
	cmd.Flags().StringVar(&in, "in", "", "folder `DIR` that plumb map --out has made")
	cmd.Flags().IntVar(&partition, "partition", 0, "with --in, the number `J` of this reduce, from 0")
	s := a.addStep(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if in != "" {
			return s.reduceInFolder(cmd, in, partition)
		}
		if cmd.Flags().Changed("partition") {
			return errors.New("--partition is for a run in a folder; give --in DIR, too")
		}
		if err := s.load(); err != nil {
			return err
		}
		lines := scale.NewReader(a.interruptible(cmd.Context()), "standard input")
		return a.writing(func(w *scale.Writer) error { return s.reduce(cmd.Context(), lines.Each, w) })
	}
	return cmd
}

func (s *step) reduce(ctx context.Context, in scale.Source, to scale.Lines) error {
	return s.run.Reduce(ctx, s.validator, s.newHistory(), s.newOutcome(), in, to)
}
