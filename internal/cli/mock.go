package cli

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/mock"
)

func (a *app) mockCommand() *cobra.Command {
	var addr, dialect string
	var faults []string
	speed := factor(1)
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Serve a mock Batch API",
		Long: `Serve a Batch API that keeps its state in memory: upload a file, create a batch of
it, retrieve, list and cancel batches. Batches go through the same states as at
OpenAI, and any API key is accepted. With --speed above 1, a batch stays in each
state until a response has shown it, and for a real second after that, so that a
client which polls sees all states.

With --fault, responses have the named fault; "--fault list" lists the faults and the
rules that they break. With --dialect, the server responds as that vendor does. Its
URL is printed on standard output; it runs until it is interrupted.`,
		Example: `  plumb mock --speed 600
  plumb mock --fault cancelled-without-timestamp
  plumb mock --dialect azure --addr 127.0.0.1:0`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:4010", "`ADDRESS` to listen on; port 0 chooses a free port")
	cmd.Flags().Var(&speed, "speed", "how many `TIMES` faster than real time the clock of the server runs, from "+fmt.Sprint(mock.Slowest)+" to "+fmt.Sprint(mock.Fastest))
	cmd.Flags().StringSliceVar(&faults, "fault", nil, "respond with the fault of this `NAME`; can be repeated, and \"list\" lists the names")
	cmd.Flags().StringVar(&dialect, "dialect", "", "respond as this `VENDOR` does: "+strings.Join(mock.Dialects(), ", "))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if slices.Contains(faults, "list") {
			return a.listFaults()
		}
		server, err := mock.New(mock.Options{Speed: float64(speed), Faults: faults, Dialect: dialect})
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

// factor is the value of a flag that is a speed of the mock.
type factor float64

func (f *factor) String() string { return strconv.FormatFloat(float64(*f), 'g', -1, 64) }

func (f *factor) Set(text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= mock.Slowest && n <= mock.Fastest) { // NaN, too
		return fmt.Errorf("%q is not a number from %g to %d, such as 600", text, mock.Slowest, mock.Fastest)
	}
	*f = factor(n)
	return nil
}

// Type returns what the help calls the value.
func (*factor) Type() string { return "float" }
