// Package cli is the plumb command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// Exit statuses.
const (
	statusOK       = 0 // nothing at or above --fail-on
	statusFindings = 1
	statusFailed   = 2 // wrong usage, unreadable input, broken description
	statusNothing  = 3 // nothing was checked
)

// app is one run of the command.
type app struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
	status int

	environment []string // as of [os.Environ], to name variables that are not settings

	memoryOfHistory int // bytes; what is beyond goes to a temporary file

	messageLock sync.Mutex // messages can come from several goroutines
}

// Main runs plumb with the arguments and in the environment of the process, and
// returns the exit status.
func Main(ctx context.Context) int {
	a := newApp(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	a.environment = os.Environ()
	return a.run(ctx, os.Args[1:])
}

// Run runs plumb with the arguments after its name, and returns the exit
// status. The report goes to out, and messages go to err.
func Run(ctx context.Context, args []string, in io.Reader, out, err io.Writer, getenv func(string) string) int {
	return newApp(in, out, err, getenv).run(ctx, args)
}

func newApp(in io.Reader, out, err io.Writer, getenv func(string) string) *app {
	return &app{in: in, out: out, err: err, getenv: getenv, memoryOfHistory: 8 << 20}
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	if len(args) == 0 || !strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // which parses flags twice
		takeOnce(root)
	}
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		a.fail(err)
	}
	return a.status
}

// fail prints an error message. The run may continue.
func (a *app) fail(err error) {
	a.status = statusFailed
	a.say("%v", err)
}

// say writes a message to standard error, without control characters and
// without what looks like a credential. Text from outside cannot begin a line
// of its own, where it could be taken for a command by GitHub: only line breaks
// in the format, and between joined errors, are written as such.
func (a *app) say(format string, args ...any) {
	if len(args) == 1 {
		if joined, ok := args[0].(interface{ Unwrap() []error }); ok && format == "%v" && isJoin(args[0].(error), joined.Unwrap()) {
			for _, err := range joined.Unwrap() {
				a.say(format, err)
			}
			return
		}
	}
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = oneLine(arg)
		case []byte:
			args[i] = oneLine(string(arg))
		case error, fmt.Stringer:
			args[i] = oneLine(fmt.Sprint(arg))
		}
	}
	message := strings.TrimRight(redact.New(nil).Text(fmt.Sprintf(format, args...)), "\n")
	a.messageLock.Lock()
	defer a.messageLock.Unlock()
	for line := range strings.SplitSeq(message, "\n") {
		fmt.Fprintln(a.err, "plumb: "+textfmt.Printable(line))
	}
}

// isJoin reports whether an error only joins others, as that of [errors.Join]
// does.
func isJoin(err error, of []error) bool {
	var lines []string
	for _, one := range of {
		lines = append(lines, one.Error())
	}
	return err.Error() == strings.Join(lines, "\n")
}

// oneLine returns a text whose lines are joined by spaces.
func oneLine(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		if i > 0 {
			lines[i] = strings.TrimSpace(line)
		}
	}
	return strings.Join(lines, " ")
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "plumb",
		Short: "Reports whether an API still matches its OpenAPI description",
		Long: `plumb reports whether an API still matches its OpenAPI description.

It checks recorded responses against the description and reports where they differ.
The description of the OpenAI Batch API is built in; --spec FILE uses any other OpenAPI
3.0, 3.1 or 3.2 description.`,
		Example:       "  plumb check recordings/\n  plumb check --spec openapi.yaml --fail-on warning session.har",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetUsageFunc(usage)
	showVersion := root.Flags().BoolP("version", "v", false, "version for plumb")
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if cmd.Flags().Lookup("config") != nil { // it has settings
			a.warnOfVariables(root)
		}
	}
	root.Args = func(_ *cobra.Command, args []string) error { return unknownCommand(root, args) }
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *showVersion {
			_, err := fmt.Fprintln(a.out, "plumb", version())
			return err
		}
		return cmd.Help()
	}
	root.AddCommand(a.checkCommand(), a.baselineCommand(), a.driftCommand(), a.diffCommand(), a.probeCommand(), a.proxyCommand(), a.mockCommand(), a.reportCommand(), a.mapCommand(), a.reduceCommand(), a.mergeCommand(), a.specCommand(), a.rulesCommand(), a.explainCommand(), a.versionCommand(), formatsTopic())
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args = cobra.ArbitraryArgs
			c.RunE = func(cmd *cobra.Command, args []string) error { return helpOrUnknown(cmd, args) }
		}
	}
	a.completeFlags(root)
	return root
}

// unknownCommand returns an error that says what the first argument could have
// meant.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return fmt.Errorf("%q is not a command; to check it, run: plumb check %s", args[0], args[0])
	}
	var known []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	if len(known) == 0 {
		return fmt.Errorf("%s has no command %q; to see its help, run: %s --help", root.CommandPath(), args[0], root.CommandPath())
	}
	return fmt.Errorf("unknown command %q%s (the commands are %s)", args[0], didYouMean(args[0], known), strings.Join(known, ", "))
}

// helpCommand returns the command help, which cobra's is, but for a mistyped command it
// fails.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		Long: `Help provides help for any command in the application.
Simply type plumb help [path to command] for full details.`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			if of, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				for _, c := range of.Commands() {
					if c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
						names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			return helpOrUnknown(of, rest)
		},
	}
}

// helpOrUnknown prints the help of a command that has only commands, or fails where
// an argument is not one of them.
func helpOrUnknown(cmd *cobra.Command, args []string) error {
	if err := unknownCommand(cmd, args); err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag() // so that the help has it
	return cmd.Help()
}

// flagError says what is wrong with a flag in our own words: which known flag is
// the nearest, and which values it takes.
func flagError(cmd *cobra.Command, err error) error {
	var twice *givenTwice
	var lacking *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	hint := ""
	switch {
	case errors.As(err, &twice):
		return twice
	case errors.As(err, &lacking):
		return fmt.Errorf("--%s needs a value%s", lacking.GetFlag().Name, valuesOf(lacking.GetFlag()))
	case errors.As(err, &invalid):
		return invalidValue(invalid)
	case errors.As(err, &unknown):
		if name := unknown.GetSpecifiedName(); unknown.GetSpecifiedShortnames() == "" {
			var known []string
			cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
			hint = didYouMean("--"+name, known)
			err = fmt.Errorf("unknown flag --%s", name)
		} else {
			err = fmt.Errorf("unknown flag -%s", name)
		}
	}
	return fmt.Errorf("%w%s (%q lists the flags)", err, hint, cmd.CommandPath()+" --help")
}

// invalidValue says which values a flag takes that was given another one.
func invalidValue(err *pflag.InvalidValueError) error {
	f := err.GetFlag()
	var number *strconv.NumError
	switch {
	case errors.As(err, &number):
		return fmt.Errorf("--%s: %q is not a number, such as %s", f.Name, err.GetValue(), f.DefValue)
	case f.Value.Type() == "duration":
		return fmt.Errorf("--%s: %q is not a time, such as 500ms, 30s or 2m", f.Name, err.GetValue())
	}
	return fmt.Errorf("--%s: %w", f.Name, errors.Unwrap(err))
}

// valuesOf says which values a flag takes: ", one of a, b", or ": URL".
func valuesOf(f *pflag.Flag) string {
	value := f.Value
	if once, ok := value.(*onceValue); ok {
		value = once.Value
	}
	if s, ok := value.(flagValue); ok && s.kind == choice {
		return ", one of " + strings.Join(s.choices, ", ")
	}
	name, _ := pflag.UnquoteUsage(f)
	return ": --" + f.Name + " " + name
}
