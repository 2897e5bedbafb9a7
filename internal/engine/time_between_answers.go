package engine

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/spec"
)

var timeBetweenAnswers = &Rule{
	ID:       "time-between-answers",
	Severity: plumb.Warning,
	Title:    "a state began when no answer says so",
	Text: `The timestamp of a state is not between two answers: the last one in which the
resource had not been in the state, and the first one with the timestamp. If the
answer is that to the request which created the resource, the timestamp of the initial
state is the time of the answer; if a 201 is described, no other status says so. It may be a minute too early, since answers take time,
and two seconds too late. An answer has the time of its Date header or, if it has none,
that of the recorder. One that took more than a minute, or that
answers a request with an Idempotency-Key, has none. The clock that sets the
timestamps is wrong, or they are computed from something else. If time-future or
time-skew is enabled, timestamps later than the answer are left to it, and so are
those in the wrong order to time-order. There is one finding for the resource, which
lists the members.`,
	Fix:     "Correct the clock that sets the timestamp, or set it when the state begins.",
	Example: `{"status": "open"} at 12:00, and {"status": "paid", "paid_at": "2025-03-14T11:00:01Z"} at 12:01`,
	history: func(c *comparison) {
		if c.After.Own == 0 || len(c.Changes) == 0 || c.Changes[0].Member != 0 {
			return
		}
		from, to := stateOf(c.Life, c.Changes[0].Before), stateOf(c.Life, c.Changes[0].After)
		if to == nil {
			return
		}
		for _, change := range c.Changes[1:] {
			s := c.Entered[change.Member]
			if s == nil || change.Before.IsSet() || !change.After.IsSet() {
				continue
			}
			earliest, what := c.Before, "the last answer without it"
			if c.isFirst() && s == to && s.Name == c.Life.Initial {
				earliest, what = c.After, "the answer to the request that created the resource"
			} else if from == nil || !c.Life.Precedes(from.Name, s.Name) || c.Life.Precedes(to.Name, s.Name) || c.Before.Own == 0 {
				continue
			}
			c.checkBetween(s, change.After, earliest, what)
		}
	},
}

// isFirst reports whether there is no earlier response of the resource.
func (c *comparison) isFirst() bool { return c.Before == Moment{} }

// How far a timestamp may be from the answers around it. They, and it, may have been
// rounded to seconds. And an answer says what was so while it was made, but has the time
// at which it was complete, by a clock that can be another one than that of the answer
// before: a slow one, or a recorder's.
const (
	slackAfter  = 2 * time.Second
	slackBefore = time.Minute
)

// answerTime returns when what a response says was so; zero where that is not known: the
// server may have made the answer, and what it says, at any time of a long exchange, and
// may repeat an earlier answer to a request with the same Idempotency-Key.
func answerTime(x *plumb.Exchange) time.Time {
	if !tellsTime(x) {
		return time.Time{}
	}
	return ownTime(x)
}

// tellsTime reports whether the time of an answer says when what it says was so.
func tellsTime(x *plumb.Exchange) bool {
	return x.Took <= slackBefore && x.Request.Header.Get("Idempotency-Key") == ""
}

// checkBetween reports a timestamp that is earlier than an answer in which the state had
// not begun, or later than the one that has it.
func (c *comparison) checkBetween(s *lifecycle.State, value history.Value, earliest Moment, what string) {
	written := value.Scalar()
	if written == nil {
		return
	}
	stamp := readStamp(written, c.Life.Timestamps[s.At].Text, c.Life)
	if stamp.time.IsZero() {
		return
	}
	if c.isDisordered(s.At, stamp.time) {
		return
	}
	from, to := time.UnixMilli(earliest.Own).UTC(), time.UnixMilli(c.After.Own).UTC()
	bound, side := from, " before "
	switch {
	case stamp.time.Before(from.Add(-slackBefore)):
	case stamp.time.After(to.Add(slackAfter)) && !c.isFutureReported(stamp.time.Sub(to)):
		bound, side, what = to, " after ", "the first answer with it"
	default:
		return
	}
	c.add(contradiction{
		member:  lifecycle.Member{Pointer: s.Entered, Place: s.Place},
		message: "the timestamp is not between the answers around it",
		text: stamp.describe(s.Entered) + " is " + timeBetween(bound, stamp.time) + side + what +
			" (" + bound.Format(time.DateTime) + " UTC" + c.placeOfBefore() + ")",
		allowed:    allowedBetween(from, to),
		ofResource: true,
	})
}

// isDisordered reports whether time-order reports that a timestamp, which has this time,
// is in the wrong order with another one of the response.
func (c *comparison) isDisordered(i int, at time.Time) bool {
	if c.Latter == nil || !c.v.isEnabled(timeOrder) {
		return false
	}
	timeOf := func(i int) time.Time {
		t := c.Life.Timestamps[i]
		if m := slices.Index(c.Members, t.Pointer); m >= 0 {
			if written := c.Latter[m].Scalar(); written != nil {
				return readStamp(written, t.Text, c.Life).time
			}
		}
		return time.Time{}
	}
	return slices.ContainsFunc(c.Life.Before, func(p lifecycle.Pair) bool {
		if p.LaterAt == i {
			earlier := timeOf(p.EarlierAt)
			return !earlier.IsZero() && at.Before(earlier)
		}
		later := timeOf(p.LaterAt)
		return p.EarlierAt == i && !later.IsZero() && later.Before(at)
	})
}

// isFutureReported reports whether a timestamp that is so much later than the answer is
// reported by a rule about one answer.
func (c *comparison) isFutureReported(ahead time.Duration) bool {
	if ahead > clockSlack {
		return c.v.isEnabled(timeFuture)
	}
	return c.v.isEnabled(timeSkew)
}

func allowedBetween(from, to time.Time) string {
	if from.Equal(to) {
		return to.Format(time.DateTime) + " UTC, at most a minute before or 2 s after"
	}
	return "from a minute before " + from.Format(time.DateTime) + " to 2 s after " + to.Format(time.DateTime) + " UTC"
}

// placeOfBefore names the earlier answer; empty where there is none.
func (c *comparison) placeOfBefore() string {
	m := c.Before
	if (m == Moment{}) {
		return ""
	}
	m.Time = 0
	return ", " + c.v.where(m)
}

// creates returns a function that reports whether responses of an origin answer
// requests that created the resource: they are of operations with the method POST on
// the path of a collection. What is posted below a resource may change only that, even
// if the status is 201. If 201 is described, another status may be that of a resource
// which there was before.
func (v *Validator) creates() func(history.Origin) bool {
	collections, creating := map[string]bool{}, map[string]*spec.Operation{}
	for _, op := range v.desc.Operations {
		if at := strings.LastIndex(op.Path, "/{"); at >= 0 && strings.HasSuffix(op.Path, "}") {
			collections[op.Path[:at]] = true
		}
	}
	for _, op := range v.desc.Operations {
		if op.Method == "POST" && !strings.HasSuffix(op.Path, "}") && collections[strings.TrimSuffix(op.Path, "/")] {
			creating[op.ID] = op
		}
	}
	return func(o history.Origin) bool {
		op := creating[o.Operation]
		if op == nil || strings.Contains(o.Within, "*") || o.Status/100 != 2 {
			return false
		}
		created := op.Response(http.StatusCreated)
		return o.Status == http.StatusCreated || created == nil || created.Status != "201"
	}
}
