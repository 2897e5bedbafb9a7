package cli

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/mock"
)

func (a *app) mockCommand() *cobra.Command {
	var addr, dialect string
	var faults []string
	var speed float64
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Serve a Batch API to try things on",
		Long: `Serve a Batch API that keeps its state in memory: upload a file, create a batch of
it, retrieve, list and cancel batches. Batches live through their states as those
of OpenAI do, and any API key will do.

With --fault, answers break one rule each; "--fault list" names the faults. With
--dialect, they are those of another vendor. The URL is printed on standard
output; the server runs until it is interrupted.`,
		Example: `  plumb mock --speed 600
  plumb mock --fault cancelled-without-timestamp
  plumb mock --dialect azure --addr 127.0.0.1:0`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:4010", "`ADDRESS` to listen at; the port 0 takes a free one")
	cmd.Flags().Float64Var(&speed, "speed", 1, "how many `TIMES` as fast as real the clock of the server runs")
	cmd.Flags().StringSliceVar(&faults, "fault", nil, "break the rule of this `NAME`; can be repeated, and \"list\" lists the names")
	cmd.Flags().StringVar(&dialect, "dialect", "", "answer as this `VENDOR` does: "+strings.Join(mock.Dialects(), ", "))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if slices.Contains(faults, "list") {
			return a.listFaults()
		}
		if speed <= 0 {
			return errors.New("--speed is not above 0")
		}
		server, err := mock.New(mock.Options{Now: mock.Fast(speed), Faults: faults, Dialect: dialect})
		if err != nil {
			return err
		}
		listener, err := listen(addr)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, urlOf(listener)+"/v1")
		return serve(cmd.Context(), listener, &http.Server{Handler: server, ErrorLog: a.logger()})
	}
	return cmd
}

func (a *app) listFaults() error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, f := range mock.Faults() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, f.Rule, f.Text)
	}
	return w.Flush()
}
