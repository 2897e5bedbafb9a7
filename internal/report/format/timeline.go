package format

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/report"
)

// timeline is the drawing of a resource's life: a lane with the states as the
// timestamps tell them, and one with the states as responses showed them.
// Lengths are in pixels. Between two times there is room that grows with the
// logarithm of what lies between them, so that seconds and days are both seen.
type timeline struct {
	Width    int
	Told     []bar  // by the timestamps
	Seen     []bar  // in responses
	Ticks    []tick // timestamps
	Dots     []tick // responses
	Unplaced []*report.Finding

	rows int // of labels of timestamps
}

// bar is a state along time.
type bar struct {
	X, Width int
	State    string
	Open     bool // it has no known end
}

// tick is one time.
type tick struct {
	X      int
	Row    int // of the label: labels of one row do not overlap
	Label  string
	Time   time.Time
	Faults []*report.Finding // that contradict it
}

const (
	captions = 112 // before the lanes
	margin   = 8
	tickRoom = 72 // at least, after a timestamp
	barRoom  = 72 // after a response with a new state
	dotRoom  = 14 // after another response
	lastRoom = 150

	labelRow = 13 // height of a row of labels
)

// labelWidth is about how wide a label is drawn, with some room after it.
func labelWidth(label string) int { return 7*utf8.RuneCountInString(label) + 12 }

// newTimeline draws the life of r; findings are all of the report by their
// fingerprints. It returns nil where no time is known.
func newTimeline(r *report.Resource, findings map[string]*report.Finding) *timeline {
	x, width := scale(r)
	if len(x) == 0 {
		return nil
	}
	t := &timeline{Width: width}
	t.told(r, x)
	t.seen(r, x)
	t.mark(r, findings)
	for _, at := range t.Marks() {
		t.Width = max(t.Width, at.X+labelWidth("✗ "+at.Rules()))
	}
	return t
}

// scale gives each time of a life its place.
func scale(r *report.Resource) (x map[time.Time]int, width int) {
	room := map[time.Time]float64{}
	state := ""
	for i, o := range r.Observations {
		if o.Time.IsZero() {
			continue
		}
		room[o.Time.UTC()] = dotRoom
		if i == 0 || o.State != state {
			room[o.Time.UTC()] = barRoom
		}
		state = o.State
	}
	for _, s := range r.Timestamps {
		room[s.Time.UTC()] = tickRoom
	}
	times := make([]time.Time, 0, len(room))
	for at := range room {
		times = append(times, at)
	}
	slices.SortFunc(times, time.Time.Compare)
	x = map[time.Time]int{}
	at := float64(captions)
	for i, now := range times {
		if i > 0 {
			apart := now.Sub(times[i-1]).Seconds()
			at += max(room[times[i-1]], 22*math.Log10(1+apart))
		}
		x[now] = int(at)
	}
	return x, int(at) + lastRoom
}

// told makes bars of the timestamps of states: each lasts until the next.
func (t *timeline) told(r *report.Resource, x map[time.Time]int) {
	end := t.Width - margin
	var taken []int // of each row of labels, from the left
	for _, s := range r.Timestamps {
		at := tick{X: x[s.Time.UTC()], Label: strings.TrimPrefix(s.Pointer, "/"), Time: s.Time}
		if at.Row = slices.IndexFunc(taken, func(to int) bool { return to <= at.X }); at.Row < 0 {
			at.Row = len(taken)
			taken = append(taken, 0)
		}
		taken[at.Row] = at.X + labelWidth(at.Label)
		t.Width, t.rows = max(t.Width, taken[at.Row]), len(taken)
		t.Ticks = append(t.Ticks, at)
		if s.State == "" {
			continue
		}
		if n := len(t.Told); n > 0 {
			t.Told[n-1].Width = x[s.Time.UTC()] - t.Told[n-1].X
			t.Told[n-1].Open = false
		}
		t.Told = append(t.Told, bar{X: x[s.Time.UTC()], Width: end - x[s.Time.UTC()], State: s.State, Open: true})
	}
}

// seen makes bars of responses that showed one state after the other.
func (t *timeline) seen(r *report.Resource, x map[time.Time]int) {
	end := t.Width - margin
	for _, o := range r.Observations {
		if o.Time.IsZero() {
			continue
		}
		at := x[o.Time.UTC()]
		t.Dots = append(t.Dots, tick{X: at, Label: placeText(&report.Occurrence{File: o.File, Entry: o.Entry, Line: o.Line}), Time: o.Time})
		state := o.State
		if state == "" {
			state = "(no known state)"
		}
		n := len(t.Seen)
		if n > 0 && t.Seen[n-1].State == state {
			continue
		}
		if n > 0 {
			t.Seen[n-1].Width = at - t.Seen[n-1].X
			t.Seen[n-1].Open = false
		}
		t.Seen = append(t.Seen, bar{X: at, Width: end - at, State: state, Open: true})
	}
}

// mark puts each finding on the timestamp that it is about, else on the
// response that it was found in; the rest stays beside the drawing.
func (t *timeline) mark(r *report.Resource, findings map[string]*report.Finding) {
	for _, fingerprint := range r.Findings {
		f := findings[fingerprint]
		if f == nil {
			continue
		}
		if !contradicts(f) || !t.markTick(f, r) && !t.markDot(f, r) {
			t.Unplaced = append(t.Unplaced, f)
		}
	}
}

// contradicts reports whether a finding is about what the resource says of its
// own life, not about the form of a body.
func contradicts(f *report.Finding) bool {
	return f.Severity == "error" || slices.Contains([]string{"time", "state", "history"}, groupOf(f.Rule))
}

func (t *timeline) markTick(f *report.Finding, r *report.Resource) bool {
	for i, s := range r.Timestamps {
		if s.Pointer == f.Pointer {
			t.Ticks[i].Faults = append(t.Ticks[i].Faults, f)
			return true
		}
	}
	return false
}

func (t *timeline) markDot(f *report.Finding, r *report.Resource) bool {
	dot := 0
	for _, o := range r.Observations {
		if o.Time.IsZero() {
			continue
		}
		for _, at := range f.Occurrences {
			if at.Resource == r.ID && at.File == o.File && at.Entry == o.Entry {
				t.Dots[dot].Faults = append(t.Dots[dot].Faults, f)
				return true
			}
		}
		dot++
	}
	return false
}

// Marks are the places with contradictions, from the left.
func (t *timeline) Marks() []tick {
	var marks []tick
	for _, at := range slices.Concat(t.Ticks, t.Dots) {
		if len(at.Faults) > 0 {
			marks = append(marks, at)
		}
	}
	slices.SortStableFunc(marks, func(a, b tick) int { return a.X - b.X })
	for i := range marks {
		marks[i].Row = i
	}
	return marks
}

// Top is where the lanes begin: below a line for each mark.
func (t *timeline) Top() int { return 16*len(t.Marks()) + 6 }

// SeenTop is where the lane of the responses begins, from the top of the lanes.
func (t *timeline) SeenTop() int { return 40 + labelRow*max(t.rows, 1) }

// Height is that of the drawing.
func (t *timeline) Height() int { return t.Top() + t.SeenTop() + 30 }

// Y is where the line of text of a mark is.
func (t tick) Y() int { return 16*t.Row + 13 }

// LabelY is where the label of a timestamp is, from the top of the lanes.
func (t tick) LabelY() int { return 40 + labelRow*t.Row }

// Rules names the rules that the findings at a place are of.
func (t tick) Rules() string {
	var names []string
	for _, f := range t.Faults {
		if !slices.Contains(names, f.Rule) {
			names = append(names, f.Rule)
		}
	}
	return strings.Join(names, ", ")
}
