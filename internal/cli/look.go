package cli

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
)

// lookAgain reads exchanges again that contradict others and of whose bodies nothing is
// known any more, so that their findings show them. What comes from a pipe is gone.
func (c *check) lookAgain(ctx context.Context, p pipeline) {
	if c.history == nil || ctx.Err() != nil {
		return
	}
	wanted := map[string]map[int]bool{}
	for _, at := range c.outcome.Unseen() {
		if wanted[at.File] == nil {
			wanted[at.File] = map[int]bool{}
		}
		wanted[at.File][at.Entry] = true
	}
	files := slices.DeleteFunc(slices.Clone(c.files), func(f recording.File) bool {
		info, err := os.Stat(f.Path)
		return wanted[f.Path] == nil || err != nil || !info.Mode().IsRegular()
	})
	again := pipeline{
		limits: p.limits, schema: p.schema, jobs: p.jobs, budget: p.budget,
		open:  func(name string) (io.ReadCloser, error) { return c.open(name, progress{}) },
		check: func(*plumb.Exchange) engine.Result { return engine.Result{} },
	}
	if len(files) > 0 {
		again.run(ctx, files, &looker{c.outcome, wanted})
	}
}

// looker shows the outcome exchanges.
type looker struct {
	outcome *outcome.Outcome
	wanted  map[string]map[int]bool // the entries of files
}

func (l *looker) checked(x *plumb.Exchange, _ engine.Result) {
	if l.wanted[x.Place.File][x.Place.Entry] {
		l.outcome.Look(x)
	}
}

func (l *looker) ended(recording.File, error) {} // it was reported when it was first read
