package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/drift"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/spec"
)

// canSuggest returns an error if an overlay cannot be checked, for which the
// recordings are read a second time.
func (d *driftRun) canSuggest(summaries []drift.Past) error {
	if len(summaries) > 0 {
		return errors.New("--suggest: the overlay is checked against the recordings, and a summary does not contain them; name the recordings")
	}
	names := append([]string{d.options.spec}, d.options.overlays...)
	for _, f := range d.files {
		names = append(names, f.Path)
	}
	for _, name := range names {
		if name == "-" {
			return errors.New("--suggest: the overlay is checked against the recordings, and standard input is read only once; name a file")
		}
		if info, err := os.Stat(name); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
			return fmt.Errorf("--suggest: the overlay is checked against the recordings, and %s, a pipe, is read only once; name a file", name)
		}
	}
	return nil
}

// mostRounds is how often an overlay is amended and checked again. Each round
// settles what the round before has uncovered.
const mostRounds = 8

// suggest writes the overlay that settles the drift, if it does so: with it,
// the recordings give no drift, and the other findings are still found.
func (d *driftRun) suggest(ctx context.Context, name string, args []string, r *drift.Report) error {
	var s drift.Suggestion
	var text []byte
	before := r.Faults
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
		defer now.closeHistory()
		r = drift.New(now.desc, now.validator, now.outcome, version())
	}
	for _, i := range s.Unsettled {
		d.notes = append(d.notes, fmt.Errorf("not settled by the overlay: %s at %s: %s", i.Rule, strings.TrimSpace(i.Operation+" "+i.Pointer), i.Message))
	}
	if s.Actions() == 0 {
		d.notes = append(d.notes, fmt.Errorf("%s is not written: there is nothing to amend", name))
		return nil
	}
	if err := lostFaults(before, r.Faults); err != nil {
		return fmt.Errorf("%s is not written: with it, %w", name, err)
	}
	err := wholefile.WriteBytes(name, text)
	if err == nil {
		d.notes = append(d.notes, overlayWritten(name, len(s.Unsettled), r.Faults))
	}
	return err
}

// lostFaults returns an error if there are fewer findings of some rule that is not
// about drift with the overlay than there were before. Those of histories may be
// fewer: states can come with it.
func lostFaults(before, after []drift.Fault) error {
	for _, f := range before {
		if engine.IsHistory(f.Rule) {
			continue
		}
		left := 0
		if i := slices.IndexFunc(after, func(g drift.Fault) bool { return g.Rule == f.Rule }); i >= 0 {
			left = after[i].Count
		}
		if left < f.Count {
			return fmt.Errorf("%d of %s of %s, which plumb check shows, would no longer be found", f.Count-left, textfmt.Count(f.Count, "finding"), f.Rule)
		}
	}
	return nil
}

// overlayWritten says what an overlay settles, and what it does not.
func overlayWritten(name string, unsettled int, rest []drift.Fault) error {
	text := name + " is written, and checked against these recordings: with it there is no drift"
	if unsettled > 0 {
		text += fmt.Sprintf(" but the named (%d)", unsettled)
	}
	var faults []string
	for _, f := range rest {
		faults = append(faults, fmt.Sprintf("%s (%d)", f.Rule, f.Count))
	}
	if len(faults) > 0 {
		text += "; the findings that are not drift, which an overlay does not settle, are still there: " + strings.Join(faults, ", ")
	}
	return errors.New(text)
}

// amended checks the recordings again, with an overlay.
func (d *driftRun) amended(ctx context.Context, name string, overlay []byte, args []string) (*check, error) {
	o := *d.options
	o.amendments = append(slices.Clone(o.amendments), spec.Overlay{Name: name, Data: overlay})
	o.summary, o.verbose = "", false
	again := &check{app: d.app, options: &o, config: d.config}
	if err := again.prepare(args); err != nil {
		return nil, fmt.Errorf("the description cannot be used with it: %w", err)
	}
	again.files = d.files
	again.observing = true
	again.collect(ctx, args)
	if again.history != nil {
		again.failures = append(again.failures, again.history.Err())
	}
	return again, errors.Join(again.failures...)
}
