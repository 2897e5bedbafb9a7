package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var timeOrder = &Rule{
	ID:       "time-order",
	Severity: plumb.Error,
	basis:    byGuard,
	Title:    "timestamps are in the wrong order",
	Text: `A timestamp is earlier than one that must precede it: the timestamp of a state
that comes first by the moves of the lifecycle, or the one before it in a chain
that the description gives. Equal times are fine. Of several timestamps that are
too late, the finding names the latest.`,
	Fix:     "Correct the earlier of the two timestamps, or the later: one of them is wrong.",
	Example: `{"cancelling_at": 1741967570, "cancelled_at": 1741967569}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			worst := r.disordered(r.life.Before)
			for _, t := range r.life.Timestamps {
				if pair, ok := worst[t.Pointer]; ok {
					difference := timeBetween(r.timestamp(pair.Earlier).time, r.timestamp(pair.Later).time)
					p.report(p.valueAt(r.pathTo(t.Pointer)), placed("the timestamp is earlier than one that must precede it", pair.Place,
						r.describe(pair.Later)+" is "+difference+" before "+r.describe(pair.Earlier), "no time before "+pair.Earlier))
				}
			}
		})
	},
}

// disordered returns, by the later timestamp, those of the pairs of timestamps that are
// in the wrong order; of several with one later timestamp, the one whose earlier
// timestamp is the latest.
func (r *resource) disordered(pairs []lifecycle.Pair) map[string]lifecycle.Pair {
	var worst map[string]lifecycle.Pair
	for i := range pairs {
		pair := pairs[i]
		earlier, later := &r.timestamps[pair.EarlierAt], &r.timestamps[pair.LaterAt]
		if earlier.time.IsZero() || later.time.IsZero() || !later.time.Before(earlier.time) {
			continue
		}
		if known, ok := worst[pair.Later]; !ok || earlier.time.After(r.timestamps[known.EarlierAt].time) {
			if worst == nil {
				worst = map[string]lifecycle.Pair{}
			}
			worst[pair.Later] = pair
		}
	}
	return worst
}
