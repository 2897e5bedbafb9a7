package engine

import (
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// compare applies the rules of histories to two responses, the body of one of
// which is at hand.
func (h *History) compare(key ResourceKey, p *pass, r *resource, pair *history.Pair, laterAtHand bool) {
	c := comparison{v: h.v, tracked: h.v.tracked[r.life], Pair: pair, yield: func(c contradiction) {
		h.place(&c, pair)
		p.use(c.rule)
		if p.severity == plumb.Off {
			return
		}
		p.file(c.atHand(h.v, p, r, laterAtHand))
		h.sight(sightingOf(key, &c, pair), p.x, p.out.Findings[len(p.out.Findings)-1], laterAtHand)
	}}
	c.apply()
}

// comparison is two responses of a resource, for rules to look at.
type comparison struct {
	*history.Pair
	*tracked
	v       *Validator
	differs bool  // there is something to report
	rule    *Rule // that runs
	yield   func(contradiction)
}

// apply applies the rules.
func (c *comparison) apply() {
	for _, c.rule = range c.v.history {
		c.rule.history(c)
	}
}

// members calls yield for the members of one list of the lifecycle that
// changed. The first of the list is the nth that is kept.
func (c *comparison) members(list []lifecycle.Member, n int, yield func(m lifecycle.Member, before, after history.Value)) {
	for _, change := range c.Changes {
		if i := change.Member - n; i >= 0 && i < len(list) {
			yield(list[i], change.Before, change.After)
		}
	}
}

// report records that the later response cannot follow the earlier one.
func (c *comparison) report(m lifecycle.Member, message string, from, to history.Value, allowed string) {
	c.add(contradiction{member: m, message: message, from: from, to: to, allowed: allowed})
}

// add records a contradiction.
func (c *comparison) add(one contradiction) {
	c.differs = true
	if c.yield != nil {
		one.rule = c.rule
		c.yield(one)
	}
}

var historyTransition = &Rule{
	ID:       "history-transition",
	Severity: plumb.Error,
	Title:    "a resource made a move that is not allowed",
	Text: `Two responses of one resource show states between which no moves of its
lifecycle lead. Polls may skip states, so any number of moves may lie between
two responses; but nothing leads out of a final state, and nothing back.`,
	Fix:     "Correct the state that the server reports; if the move is allowed, add it to next of the state before.",
	Example: `{"status": "cancelled"}, and later {"status": "in_progress"}`,
	history: func(c *comparison) {
		if len(c.Changes) == 0 || c.Changes[0].Member != 0 {
			return
		}
		before, after := c.Changes[0].Before, c.Changes[0].After
		from, to := stateOf(c.Life, before), stateOf(c.Life, after)
		if from == nil || to == nil || c.Life.Reaches(from.Name, to.Name) {
			return
		}
		allowed := from.Name + " is final"
		if !from.Final() {
			allowed = "after " + from.Name + ": " + strings.Join(from.Next, ", ") + ", and what comes after these"
		}
		c.report(lifecycle.Member{Pointer: c.Life.State, Place: from.Place}, "the resource made a move that is not allowed", before, after, allowed)
	},
}

// stateOf returns the state that a value names; nil where it is none.
func stateOf(life *lifecycle.Lifecycle, v history.Value) *lifecycle.State {
	if name, ok := v.Text(); ok {
		return life.StateNamed(name)
	}
	return nil
}

var historyChanged = &Rule{
	ID:       "history-changed",
	Severity: plumb.Error,
	Title:    "a member changed that never changes",
	Text: `Two responses of one resource differ in a member that keeps its value for the
life of the resource (neverChanges in ` + "`x-lifecycle`" + `). The order of the members
of an object does not matter, and a response without the member says nothing:
then the last one before it that has the member counts.`,
	Fix:     "Keep the value in all responses; if it may change, take the member out of neverChanges.",
	Example: `{"created_at": 1741967569}, and later {"created_at": 1741967570}`,
	history: func(c *comparison) {
		c.members(c.Life.NeverChanges, 1, func(m lifecycle.Member, before, after history.Value) {
			if !before.IsAbsent() && !after.IsAbsent() {
				c.report(m, "a member changed that never changes", before, after, "the value that it had")
			}
		})
	},
}

var historySetOnce = &Rule{
	ID:       "history-set-once",
	Severity: plumb.Error,
	Title:    "a member that is set once changed or was cleared",
	Text: `The member had a value, and a later response of the same resource has another
one or null. So it is with the timestamps of states, and with the members under
setOnce in ` + "`x-lifecycle`" + `.`,
	Fix:     "Keep the value once it is set; if it may change, take the member out of setOnce.",
	Example: `{"cancelling_at": 1741967569}, and later {"cancelling_at": null}`,
	history: func(c *comparison) {
		c.members(c.Life.SetOnce, 1+len(c.Life.NeverChanges), func(m lifecycle.Member, before, after history.Value) {
			if before.IsSet() && !after.IsAbsent() {
				c.report(m, "a member that is set once changed or was cleared", before, after, "the value that it had")
			}
		})
	},
}

var historyDecreased = &Rule{
	ID:       "history-decreased",
	Severity: plumb.Error,
	Title:    "a number fell that never falls",
	Text: `A later response of the same resource has a smaller number in a member that only
grows (neverDecreases in ` + "`x-lifecycle`" + `).`,
	Fix:     "Keep the count from falling; if it may fall, take the member out of neverDecreases.",
	Example: `{"completed": 5}, and later {"completed": 4}`,
	history: func(c *comparison) {
		c.members(c.Life.NeverDecreases, 1+len(c.Life.NeverChanges)+len(c.Life.SetOnce), func(m lifecycle.Member, before, after history.Value) {
			from, wasNumber := before.Number()
			to, isNumber := after.Number()
			if wasNumber && isNumber && to < from {
				c.report(m, "a number fell that never falls", before, after, "at least what it was")
			}
		})
	},
}
