package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/validator"
)

func (a *app) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Validate recordings",
		Long: `Hold recorded responses against the description, and report what breaks it.

A PATH is a file, a folder (the recordings in and below it), a glob (with ** for
any folders) or - for standard input. "plumb help formats" lists the formats that
are read.

Flags can be set in the environment, too (--fail-on as PLUMB_FAIL_ON), and in
plumb.yaml in the working folder or above it, as far as the root of the
repository. A flag goes before the environment, the environment before the file.

Exit status: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage,
unreadable input or a broken description; 3 nothing was checked.`,
		Example: `  plumb check recordings/
  plumb check --fail-on warning --report json=plumb.json 'testdata/**/*.har'
  curl -si https://api.example.com/v1/batches/b1 | plumb check -`,
	}
	flags := addFlags(cmd.Flags(), func(*setting) bool { return true })
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o, config, err := loadOptions(flags, a.getenv)
		if err != nil {
			return err
		}
		if len(args) == 0 {
			args = o.recordings
		}
		if len(args) == 0 {
			return errors.New("no recordings are named; name files or folders, such as: plumb check recordings/ (- is standard input)")
		}
		c := &check{app: a, options: o, config: config}
		return c.run(cmd.Context(), args)
	}
	return cmd
}

// check is one run of the check command.
type check struct {
	*app
	options   *options
	config    string
	validator *validator.Validator
	history   *validator.History // nil with --no-history
	builder   *report.Builder
	files     []recording.File

	// Both are said after the report, where they are seen.
	notes    []error
	failures []error
}

func (c *check) run(ctx context.Context, args []string) error {
	if err := c.prepare(args); err != nil {
		return err
	}
	bar := c.progress()
	p := pipeline{
		validator: c.validator,
		limits: recording.Limits{
			Body:  c.options.maxBody,
			Entry: c.options.maxEntry,
			Ratio: int64(c.options.maxRatio),
		},
		schema: c.options.schema,
		jobs:   c.options.jobs,
		budget: 32 << 20,
		open:   func(name string) (io.ReadCloser, error) { return c.open(name, bar) },
	}
	if p.jobs == 0 {
		p.jobs = runtime.GOMAXPROCS(0)
	}
	p.run(ctx, c.files, c)
	bar.finish()
	if ctx.Err() != nil {
		c.failures = append(c.failures, errors.New("interrupted; the report covers what was read until then"))
	}
	r := c.builder.Report()
	if r.Summary.Exchanges == 0 && !slices.ContainsFunc(c.files, func(f recording.File) bool { return f.Named }) {
		c.failures = append(c.failures, fmt.Errorf("%s: there are no recordings in it; see \"plumb help formats\" for what is read", strings.Join(args, ", ")))
	}
	c.status = c.verdict(r)
	if n := c.options.maxFindings; n > 0 {
		r.Limit(n)
	}
	if err := c.write(r); err != nil {
		c.failures = append(c.failures, err)
	}
	for _, err := range c.notes {
		c.say("%v", err)
	}
	for _, err := range c.failures {
		c.fail(err)
	}
	return nil
}

// prepare loads all that can be wrong before anything is read.
func (c *check) prepare(args []string) (err error) {
	if c.files, err = recording.Files(args); err != nil {
		return err
	}
	for _, out := range c.options.reports {
		if err := writable(out.path); err != nil {
			return err
		}
	}
	desc, v, err := load(c.options)
	if err != nil {
		return err
	}
	if name := c.options.schema; name != "" {
		if ok, names := v.HasSchema(name); !ok {
			return fmt.Errorf("--schema: %w", oneOf(name, names))
		}
	}
	c.validator = v
	if !c.options.noHistory {
		c.history = v.NewHistory()
	}
	c.builder = report.New(desc, v.Documented(), version(), c.options.maxOccurrences)
	if c.options.verbose {
		name := c.options.spec
		if name == "" {
			name = "built in"
		}
		c.say("description: %s %s (%s)", desc.Title, desc.Version, name)
		if c.config != "" {
			c.say("configuration: %s", c.config)
		}
		c.say("recordings: %d", len(c.files))
	}
	return nil
}

// checked takes the result of one exchange; they come in the order of reading.
func (c *check) checked(x *validator.Exchange, r validator.Result) {
	if c.history != nil {
		c.history.Add(&r)
	}
	c.builder.Add(x, r)
	if r.Skipped != "" && c.options.verbose {
		c.skipped(x, r)
	}
}

// ended takes the error that ended the reading of a file.
func (c *check) ended(f recording.File, err error) {
	switch {
	case errors.Is(err, recording.ErrEmpty):
		c.builder.Skip("an empty file")
	case errors.Is(err, recording.ErrUnknownFormat) && !f.Named:
		c.builder.Skip("not a recording")
	default:
		c.builder.Skip("a file that cannot be read, or not to its end")
		c.failures = append(c.failures, err)
		return
	}
	if f.Named || c.options.verbose {
		c.notes = append(c.notes, err)
	}
}

// verdict returns the exit status that the report calls for.
func (c *check) verdict(r *report.Report) int {
	s := r.Summary
	at := map[string]int{
		"error":   s.Errors,
		"warning": s.Errors + s.Warnings,
		"info":    s.Errors + s.Warnings + s.Infos,
	}[c.options.failOn]
	switch {
	case at > 0:
		return statusFindings
	case s.Checked == 0:
		return statusNothing
	}
	return statusOK
}
