package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/drift"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

// faults holds the exchanges that contradict themselves, with the rule that
// says so. A nil value records nothing.
type faults map[fault]bool

type fault struct {
	file  string
	entry int
	rule  string
}

func (f faults) add(x *plumb.Exchange, r engine.Result) {
	if f == nil {
		return
	}
	findings := r.Findings
	if r.Counted {
		findings = append(slices.Clip(findings), r.Pattern.Findings()...)
	}
	for i := range findings {
		if rule := findings[i].Rule; !drift.IsDrift(rule) && !engine.IsHistory(rule) {
			f[fault{x.Place.File, x.Place.Entry, rule}] = true
		}
	}
}

// canSuggest returns an error if an overlay cannot be checked, for which the
// recordings are read a second time.
func (d *driftRun) canSuggest(summaries []drift.Past) error {
	if len(summaries) > 0 {
		return errors.New("--suggest: the overlay is checked against the recordings, and a summary does not hold them; name the recordings")
	}
	if slices.ContainsFunc(d.files, func(f recording.File) bool { return f.Path == "-" }) {
		return errors.New("--suggest: the overlay is checked against the recordings, and standard input is read only once; name a file")
	}
	return nil
}

// mostRounds is how often an overlay is amended and checked again. Each round
// settles what the round before has uncovered.
const mostRounds = 8

// suggest writes the overlay that settles the drift, if it does so: with it,
// the recordings give no drift, and those that contradicted themselves still
// do.
func (d *driftRun) suggest(ctx context.Context, name string, args []string, r *drift.Report) error {
	var s drift.Suggestion
	var text []byte
	now := &d.check
	for round := 0; s.Amend(now.desc, now.outcome, r) > 0; round++ {
		if round == mostRounds {
			return fmt.Errorf("%s is not written: after %d rounds there is still drift", name, mostRounds)
		}
		var err error
		if text, err = s.Document(); err != nil {
			return err
		}
		if now, err = d.amended(ctx, name, text, args); err != nil {
			return fmt.Errorf("%s is not written: %w", name, err)
		}
		r = drift.New(now.desc, now.validator, now.outcome, version())
	}
	for _, i := range s.Unsettled {
		d.notes = append(d.notes, fmt.Errorf("not settled by the overlay: %s at %s: %s", i.Rule, strings.TrimSpace(i.Operation+" "+i.Pointer), i.Message))
	}
	if s.Actions() == 0 {
		d.notes = append(d.notes, fmt.Errorf("%s is not written: there is nothing to amend", name))
		return nil
	}
	for f := range d.faults {
		if !now.faults[f] {
			return fmt.Errorf("%s is not written: with it, %s entry %d no longer breaks %s", name, f.file, f.entry, f.rule)
		}
	}
	err := writeWhole(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err == nil {
		d.notes = append(d.notes, fmt.Errorf("%s is written, and checked against these recordings: with it there is no drift%s, and what contradicts itself (%d) is still found",
			name, except(len(s.Unsettled)), len(d.faults)))
	}
	return err
}

func except(unsettled int) string {
	if unsettled == 0 {
		return ""
	}
	return fmt.Sprintf(" but the named (%d)", unsettled)
}

// amended checks the recordings again, with an overlay.
func (d *driftRun) amended(ctx context.Context, name string, overlay []byte, args []string) (*check, error) {
	o := *d.options
	o.amendments = append(slices.Clone(o.amendments), spec.Overlay{Name: name, Data: overlay})
	o.summary, o.verbose = "", false
	again := &check{app: d.app, options: &o, config: d.config, faults: faults{}}
	if err := again.prepare(args); err != nil {
		return nil, fmt.Errorf("the description cannot be used with it: %w", err)
	}
	again.files = d.files
	again.observing = true
	again.collect(ctx, args)
	return again, errors.Join(again.failures...)
}
