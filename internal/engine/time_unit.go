package engine

import (
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var timeUnit = &Rule{
	ID:       "time-unit",
	Severity: plumb.Error,
	basis:    byStructure,
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
				if s := &r.timestamps[i]; s.problem != "" {
					f := placed("the timestamp is not a plausible time in its unit", t.Place, s.text+": "+s.problem, allowedTime(r.life, t))
					f.Subject = r.subject()
					p.report(p.valueAt(r.pathTo(t.Pointer)), f)
				}
			}
		})
	},
}

// allowedTime returns what the lifecycle allows for a timestamp, for display.
// isUnitProblem reports whether time-unit reports the value at a path, with a severity
// that is at least that of the rule that runs: the other finding would say the same.
func (p *pass) isUnitProblem(path []string) bool {
	if p.v.severityOf(timeUnit) < p.severity {
		return false
	}
	if p.unitProblems == nil {
		p.unitProblems = map[*jsonvalue.Value]bool{}
		for _, r := range p.resources {
			for i, t := range r.life.Timestamps {
				if r.timestamps[i].problem != "" {
					p.unitProblems[r.at(t.Pointer)] = true
				}
			}
		}
	}
	return p.unitProblems[p.root.At(path...)]
}

func allowedTime(life *lifecycle.Lifecycle, t lifecycle.Timestamp) string {
	if t.Text {
		return "an RFC 3339 time, such as 2025-03-14T15:52:49Z"
	}
	return unitNames[life.Unit] + " since 1970, from " + life.NotBefore.Format(time.DateOnly) + " to " + life.NotAfter.Format(time.DateOnly)
}
