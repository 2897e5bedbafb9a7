package engine

import (
	"slices"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// Observation is what one response said of a resource's life.
type Observation struct {
	Place      plumb.Place // the line is that of the resource; there is no column
	Time       time.Time   // of the response, or of the one before it; zero where unknown
	State      string      // empty where it is none of the lifecycle's
	Timestamps []Timestamp
}

// Timestamp is a time that a resource tells of itself.
type Timestamp struct {
	Pointer string    // from the resource's object
	State   string    // whose beginning it records; empty where it is not a state's
	Time    time.Time // UTC
}

// Life returns what the responses said of a resource, in the order of time: of a
// life with many responses, a part of them.
func (h *History) Life(key ResourceKey) []Observation {
	r, ok := h.store.Resource(key)
	if !ok {
		return nil
	}
	var all []Observation
	for _, response := range thin(r.Responses) {
		all = append(all, newObservation(h.v.kinds[r.Kind], &response))
	}
	return all
}

// mostShown bounds how much of a life is told.
const mostShown = 32

// thin leaves out every second of too many responses; the first and the last are
// kept.
func thin(all []ResourceResponse) []ResourceResponse {
	for len(all) > mostShown {
		kept := all[:0]
		for i, s := range all {
			if i%2 == 0 || i == len(all)-1 {
				kept = append(kept, s)
			}
		}
		all = kept
	}
	return all
}

// stateEntered returns the state whose beginning a timestamp records.
func stateEntered(life *lifecycle.Lifecycle, pointer string) string {
	for _, s := range life.States() {
		if s.Entered == pointer {
			return s.Name
		}
	}
	return ""
}

func newObservation(t *tracked, r *ResourceResponse) Observation {
	o := Observation{Place: plumb.Place{File: r.File, Entry: int(r.Entry), Line: int(r.Line)}}
	values := t.Unpack(r.Packed)
	if state := stateOf(t.Life, values[0]); state != nil {
		o.State = state.Name
	}
	if r.Time != 0 {
		o.Time = time.UnixMilli(r.Time).UTC()
	}
	for i, pointer := range t.Members {
		for _, timestamp := range t.Life.Timestamps {
			if timestamp.Pointer != pointer {
				continue
			}
			v := values[i].Scalar()
			if v == nil {
				continue
			}
			if at := readStamp(v, timestamp.Text, t.Life).time; !at.IsZero() {
				o.Timestamps = append(o.Timestamps, Timestamp{pointer, stateEntered(t.Life, pointer), at})
			}
		}
	}
	slices.SortStableFunc(o.Timestamps, func(a, b Timestamp) int { return a.Time.Compare(b.Time) })
	return o
}
