package engine

import (
	"slices"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var timeUnit = &Rule{
	ID:       "time-unit",
	Severity: plumb.Error,
	Title:    "a timestamp is in the wrong unit, or not a plausible time",
	Text: `A member with the format unixtime counts seconds, unless the description says
otherwise, and is within the range that its ` + "`x-lifecycle`" + ` calls plausible.
Milliseconds, microseconds, zeros, negative numbers and dates as text are wrong.
A zero is a placeholder: leave the member out until the time is known. There is
one finding for the resource, which lists the members.`,
	Fix:     "Send the timestamp in the described unit, or describe its unit under timestamps of x-lifecycle.",
	Example: `{"created_at": 1741967569000}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			for i, t := range r.life.Timestamps {
				s := &r.timestamps[i]
				if s.problem == "" {
					continue
				}
				// If the value has an error already, for its type, this is the same.
				if at := p.valueAt(r.pathTo(t.Pointer)); !slices.Contains(p.errorOffsets, at.start) {
					f := placed("the timestamp is not a plausible time in its unit", t.Place, s.text+": "+s.problem, allowedTime(r.life, t))
					f.Subject = r.subject()
					p.report(at, f)
				}
			}
		})
	},
}

// allowedTime returns what the lifecycle allows for a timestamp, for display.
func allowedTime(life *lifecycle.Lifecycle, t lifecycle.Timestamp) string {
	if t.Text {
		return "an RFC 3339 time, such as 2025-03-14T15:52:49Z"
	}
	return unitNames[life.Unit] + " since 1970, from " + life.NotBefore.Format(time.DateOnly) + " to " + life.NotAfter.Format(time.DateOnly)
}
