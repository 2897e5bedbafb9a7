package cli

import (
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
order otherwise; the last one counts them.

docs/scale.md explains how a run is divided.

Exit status: 0 all was written, the last line too; 2 anything else.`,
		Example: "  plumb reduce --run-key \"$KEY\" < mapped > reduced",
		Args:    cobra.NoArgs,
	}
	s := a.addStep(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := s.load(); err != nil {
			return err
		}
		in, closer, err := a.lines("-")
		if err != nil {
			return err
		}
		defer closer.Close()
		return a.writing(func(w *scale.Writer) error { return s.reduce(in, w) })
	}
	return cmd
}

func (s *step) reduce(in *scale.Reader, to scale.Lines) error {
	h := s.newHistory()
	if h == nil {
		return errors.New("with --no-history there is nothing to reduce; give the outcomes of plumb map to plumb merge")
	}
	return s.run.Reduce(s.validator, h, s.newOutcome(), in, to)
}
