package main

import (
	"fmt"
	"strings"
)

// limits collects the rows that do not reach what they have to. They do not end
// the run, since those after them are of interest, too.
type limits struct{ missed []string }

func (l *limits) miss(row, format string, args ...any) {
	l.missed = append(l.missed, "  "+row+": "+fmt.Sprintf(format, args...))
}

// least records a miss if a row has less than it has to have.
func (l *limits) least(row string, value, limit float64) {
	if value < limit {
		l.miss(row, "%.2f, and not at least %.2f", value, limit)
	}
}

// most records a miss if a row has more of something than is allowed.
func (l *limits) most(row, of string, value, limit float64) {
	if value > limit {
		l.miss(row, "%.3g %s, and not at most %.3g", value, of, limit)
	}
}

// check records a miss if a process failed or took too much memory.
func (l *limits) check(p *process) {
	if p.failed != nil {
		l.miss(p.name, "%v", p.failed)
	}
	if p.bound > 0 {
		l.most(p.name, "MB", float64(p.memory>>20), float64(p.bound>>20))
	}
}

func (l *limits) err() error {
	if len(l.missed) == 0 {
		return nil
	}
	return fmt.Errorf("%d rows do not reach what they have to:\n%s", len(l.missed), strings.Join(l.missed, "\n"))
}
