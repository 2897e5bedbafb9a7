package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/baseline"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

func (a *app) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Validate recordings",
		Long: `Check recorded responses against the description, and report where they differ.

A PATH is a file, a folder (the recordings in and below it; DIR/... is the same),
a glob (with ** for any folders) or - for standard input. "plumb help formats"
lists the formats that are read.

Flags can be set in the environment, too (--fail-on as PLUMB_FAIL_ON), and in
plumb.yaml in the working folder or above it, as far as the root of the
repository. A flag takes precedence over the environment, the environment over the file.

Exit status: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage,
unreadable input or a description that checks nothing; 3 nothing was checked (0 with
--allow-empty). 2 takes precedence over 1, and 1 over 3.`,
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
		c := &check{app: a, options: o, config: config}
		if args, err = c.recordings(args); err != nil {
			return err
		}
		return c.run(cmd.Context(), args)
	}
	return cmd
}

// recordings returns the recordings that the command line names, or else those
// of the settings.
func (c *check) recordings(args []string) ([]string, error) {
	if len(args) == 0 {
		args = c.options.recordings
	}
	if len(args) == 0 {
		return nil, errors.New("no recordings are named; name files or folders, such as: plumb check recordings/ (- is standard input)")
	}
	return args, nil
}

// filesOf returns the files to read.
func (o *options) filesOf(paths []string) ([]recording.File, error) {
	files, err := recording.Files(paths)
	if of := (*recording.PathError)(nil); errors.As(err, &of) {
		err = o.locate("recordings", of.Path, err)
	}
	return files, err
}

// check is one run of the check command.
type check struct {
	*app
	options      *options
	config       string
	desc         *spec.Description
	validator    *engine.Validator
	history      *engine.History // nil with --no-history
	outcome      *outcome.Outcome
	observing    bool // whether what is in bodies is recorded
	files        []recording.File
	unrecognized map[string]bool    // the files that are not recordings
	baseline     *baseline.Baseline // nil if none is named
	today        time.Time          // the date of the report, on which the entries of the baseline are judged
	garbage      garbage
	found        func(*plumb.Exchange, *engine.Result) // called with each result, if not nil
	nameOf       func(alias string) string             // the name of the file that exchanges have an alias of; nil if they have its name

	// Files that the run reads and writes, apart from those of the settings.
	reads  []input
	writes []written

	// Messages that are printed after the report, where they are noticed.
	notes    []error
	failures []error
}

func (c *check) run(ctx context.Context, args []string) error {
	if err := c.prepare(args); err != nil {
		return err
	}
	c.conclude(c.collect(ctx, args))
	return nil
}

// conclude writes the report and the messages that follow it.
func (c *check) conclude(r *report.Report) {
	expired := c.baseline != nil && c.accept(r)
	if c.status = c.options.verdict(r); expired && c.options.failOn != "never" {
		c.status = statusFindings
	}
	if n := c.options.maxFindings; n > 0 {
		r.Limit(n)
	}
	if err := c.write(c.options, r); err != nil {
		c.failures = append(c.failures, err)
	}
	if err := c.writeSummary(); err != nil {
		c.failures = append(c.failures, err)
	}
	c.close()
}

// close prints the messages that follow the report.
func (c *check) close() {
	if err := c.closeHistory(); err != nil {
		c.failures = append(c.failures, err)
	}
	for _, err := range c.notes {
		c.say("%v", err)
	}
	for _, err := range c.failures {
		c.fail(err)
	}
}

// closeHistory removes the temporary file of the history. It returns what went wrong
// with that.
func (c *check) closeHistory() error {
	if c.history == nil {
		return nil
	}
	return errors.Join(c.history.Err(), c.history.Close())
}

// collect checks the recordings.
func (c *check) collect(ctx context.Context, args []string) *report.Report {
	bar := c.progress()
	c.garbage.off = c.getenv("GOGC") != ""
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
	p.repeats, p.seen = c.validator.NewStream(), c.outcome.Batch
	p.repeats.KeepOccurrences(c.options.maxOccurrences)
	if c.history == nil {
		p.repeats.WithoutHistory()
	}
	p.body = c.garbage.take
	var parts parts
	if c.observing {
		p.observe = func() observer { return parts.add(outcome.NewObserver(c.validator)) }
	}
	p.run(ctx, c.files, c)
	c.lookAgain(ctx, p)
	if err := parts.mergeInto(c.outcome); err != nil {
		c.failures = append(c.failures, err)
	}
	bar.finish()
	if ctx.Err() != nil {
		c.failures = append(c.failures, errors.New("interrupted; the report covers what was read until then"))
	}
	r := c.report()
	if len(c.unrecognized) == len(c.files) && !slices.ContainsFunc(c.files, func(f recording.File) bool { return f.Named }) {
		c.failures = append(c.failures, fmt.Errorf("%s: no recordings found; \"plumb help formats\" lists the formats that are read", strings.Join(args, ", ")))
	}
	return r
}

// prepare loads everything that can be wrong before any recording is read.
func (c *check) prepare(args []string) (err error) {
	if c.files, err = c.options.filesOf(args); err != nil {
		return err
	}
	c.unrecognized = map[string]bool{}
	desc, v, err := load(c.options)
	if err != nil {
		return err
	}
	c.desc, c.validator = desc, v
	if err := c.checkUses(); err != nil {
		return err
	}
	c.warn(v.Warnings())
	if err := c.options.checkSchema(v); err != nil {
		return err
	}
	if c.today, err = c.now(); err != nil {
		return err
	}
	if err := c.loadBaseline(); err != nil {
		return err
	}
	c.observing = c.options.summary != ""
	c.outcome = outcome.New(v, c.options.keep())
	if !c.options.noHistory {
		c.history = v.NewHistory()
		c.history.Within(historyScopes[c.options.historyScope])
		c.history.Bound(c.memoryOfHistory)
		c.outcome.Follow(c.history)
	}
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

var historyScopes = map[string]engine.HistoryScope{"auto": engine.ScopeLife, "run": engine.ScopeRun, "file": engine.ScopeFile}

// checkSchema reports whether there is a schema of the name that is set.
func (o *options) checkSchema(v *engine.Validator) error {
	if name := o.schema; name != "" {
		if ok, names := v.HasSchema(name); !ok {
			if len(names) == 0 {
				return fmt.Errorf("%s: there is no schema %q: the description has none in components/schemas; leave it out", o.from("schema", name), name)
			}
			return fmt.Errorf("%s: %w", o.from("schema", name), oneOf(name, names))
		}
	}
	return nil
}

// leastKept is how many occurrences of a finding are kept at least, whatever
// --max-occurrences says: drift shows as many.
const leastKept = 3

// report returns the report on what has been checked so far.
func (c *check) report() *report.Report {
	run := report.Run{
		Description: c.desc, Documented: c.validator.Documented(), Version: version(), Occurrences: c.options.maxOccurrences,
		Date: c.today, Target: c.options.target,
	}
	if c.options.spec == "" {
		run.Amendments = c.amendments()
	}
	for _, f := range c.files {
		if !c.unrecognized[f.Path] {
			run.Inputs = append(run.Inputs, f.Path)
		}
	}
	return report.New(run, c.outcome)
}

// amendments returns the built-in description with each of the overlays that are not
// applied, first with that of its own servers.
func (c *check) amendments() (all []report.Amendment) {
	names := slices.DeleteFunc(spec.Overlays(), func(name string) bool { return name == spec.Observed })
	for _, name := range append([]string{spec.Observed}, names...) {
		overlay, err := spec.ReadOverlay(name)
		if err != nil || slices.Contains(c.options.overlays, name) {
			continue
		}
		all = append(all, report.Amendment{Overlay: name, Text: overlay.Data, Load: func() (*spec.Description, error) {
			o := *c.options
			o.overlays = append(slices.Clip(o.overlays), name)
			return loadDescription(&o)
		}})
	}
	return all
}

// checked takes the result of one exchange. Results come in the order of
// reading.
func (c *check) checked(x *plumb.Exchange, r engine.Result) {
	if c.history != nil {
		c.history.Add(&r)
		c.garbage.follow(c.history.Size())
	}
	if c.found != nil {
		c.found(x, &r)
	}
	c.outcome.Add(x, r)
	if r.Skipped != "" && c.options.verbose {
		c.skipped(x, r)
	}
}

// ended takes the error with which the reading of a file ended.
func (c *check) ended(f recording.File, err error) {
	switch {
	case errors.Is(err, recording.ErrEmpty):
		c.unrecognized[f.Path] = true
		c.skip("an empty file")
	case errors.Is(err, recording.ErrUnknownFormat) && !f.Named:
		c.unrecognized[f.Path] = true
		c.skip("not a recording")
	case errors.Is(err, fs.ErrPermission) && !f.Named:
		c.unrecognized[f.Path] = true
		c.skip("a file or folder that may not be read")
		c.notes = append(c.notes, err)
		return
	default:
		c.skip(unreadable)
		c.failures = append(c.failures, err)
		return
	}
	if f.Named || c.options.verbose {
		c.notes = append(c.notes, err)
	}
}

// unreadable is the reason of files with which a check fails.
const unreadable = "a file that cannot be read, or not to its end"

// skip counts a file that has no exchanges.
func (c *check) skip(reason string) { c.outcome.Skip(reason) }

// verdict returns the exit status for a report.
func (o *options) verdict(r *report.Report) int {
	s := r.Summary
	at := map[string]int{
		"error":   s.Errors,
		"warning": s.Errors + s.Warnings,
		"info":    s.Errors + s.Warnings + s.Infos,
	}[o.failOn]
	switch {
	case at > 0:
		return statusFindings
	case s.Checked == 0:
		return o.nothing()
	}
	return statusOK
}

// nothing returns the exit status of a run that has checked nothing.
func (o *options) nothing() int {
	if o.allowEmpty {
		return statusOK
	}
	return statusNothing
}
