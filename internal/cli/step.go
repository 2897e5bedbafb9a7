package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/scale"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/spec"
)

// step is one step of a run that is divided among machines.
type step struct {
	*app
	flags     given
	key       string // of the run
	options   *options
	desc      *spec.Description
	validator *engine.Validator
	run       *scale.Run
}

// stepSettings are the settings that decide what a run finds. They must be the same in
// all steps.
var stepSettings = []string{
	"spec", "ref-root", "overlay", "schema", "server", "strict", "rule", "no-history", "history-scope",
	"max-occurrences", "max-body", "max-entry", "max-ratio", "max-depth",
}

// addStep adds the flags of a step, and of some further settings.
func (a *app) addStep(cmd *cobra.Command, further ...string) *step {
	s := &step{app: a}
	cmd.Flags().StringVar(&s.key, "run-key", "", "secret `KEY` of the run, any text, the same in all steps: without it nobody can tell which resources the lines are about")
	s.flags = addFlags(cmd.Flags(), func(of *setting) bool {
		return slices.Contains(stepSettings, of.name) || slices.Contains(further, of.name) || of.name == "config"
	})
	return s
}

// readOptions reads the settings. Only flags are used, and a configuration file only if a
// flag names it: all machines must have the same.
func (s *step) readOptions() (err error) {
	if s.flags["config"] == nil {
		s.flags["config"] = []string{""}
	}
	s.options, _, err = loadOptions(s.flags, func(string) string { return "" })
	return err
}

// load loads what all steps need.
func (s *step) load() (err error) {
	if s.key == "" {
		return errors.New("--run-key is not set; give all steps of the run one key, such as: --run-key \"$(openssl rand -hex 16)\", made once")
	}
	if err := s.readOptions(); err != nil {
		return err
	}
	s.options.runKey = s.key
	if s.desc == nil {
		if s.desc, err = loadDescription(s.options); err != nil {
			return err
		}
	}
	if s.validator, err = newValidator(s.desc, s.options); err != nil {
		return err
	}
	if err := s.options.checkSchema(s.validator); err != nil {
		return err
	}
	if rules := s.validator.ReadsWhole(); len(rules) > 0 && !s.options.noHistory {
		return fmt.Errorf("the rule %s reads all of self or oldSelf, which would send whole bodies from machine to machine; name the members that it reads, such as oldSelf.status, or turn it off with --rule %s=off", rules[0], rules[0])
	}
	if s.getenv("GOGC") == "" {
		debug.SetGCPercent(percentOfStep)
	}
	if s.getenv("GOMEMLIMIT") == "" {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		debug.SetMemoryLimit(int64(now.HeapAlloc) + memoryOfStep)
	}
	s.run = scale.NewRun(s.key, s.settings())
	return nil
}

// percentOfStep is how much the heap of a step grows between collections. There is little
// to keep, and an engine gives each step more memory than it takes.
const percentOfStep = 400

// memoryOfStep is the size of the heap, beside what is loaded, from which on garbage is
// collected as often as it takes not to exceed it, in bytes.
const memoryOfStep = 80 << 20

// settings returns all that the steps must agree on, as a text.
func (s *step) settings() string {
	o := s.options
	text, err := json.Marshal([]any{
		version(), s.validator.Digest(), o.schema, o.servers, o.strict, o.noHistory, o.historyScope,
		o.maxOccurrences, o.maxBody, o.maxEntry, o.maxRatio, o.maxDepth, o.redact, s.severities(),
	})
	if err != nil {
		panic(err) // these are texts and numbers
	}
	return string(text)
}

// severities returns the severities that are set for rules.
func (s *step) severities() (all []string) {
	for _, r := range s.options.rules {
		all = append(all, r.glob+"="+r.severity.String())
	}
	return all
}

// newHistory returns a history in which nothing was added.
func (s *step) newHistory() *engine.History {
	h := s.validator.NewHistory()
	h.Within(historyScopes[s.options.historyScope])
	return h
}

// newOutcome returns an outcome in which nothing was counted.
func (s *step) newOutcome() *outcome.Outcome {
	return outcome.New(s.validator, s.options.keep())
}

// keep is how many occurrences of a finding are kept.
func (o *options) keep() int { return max(o.maxOccurrences, leastKept) }

// lines opens a stream of lines.
func (a *app) lines(ctx context.Context, name string) (*scale.Reader, io.Closer, error) {
	if name == "-" || name == "" {
		return scale.NewReader(a.interruptible(ctx), "standard input"), io.NopCloser(nil), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: cannot be read: %w", name, wholefile.Cause(err))
	}
	return scale.NewReader(f, name), f, nil
}

// interruptible returns standard input, which gives an error when the user ends the run,
// even while nothing comes.
func (a *app) interruptible(ctx context.Context) io.Reader {
	from, to := io.Pipe()
	go func() {
		_, err := io.Copy(to, a.in)
		to.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { to.CloseWithError(scale.ErrInterrupted) })
	return from
}

// writing runs a step that writes lines to standard output. Only if all are written the
// last line is.
func (a *app) writing(write func(*scale.Writer) error) error {
	w := scale.NewWriter(a.out)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}
