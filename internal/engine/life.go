package engine

import (
	"cmp"
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

// Keys returns the keys that resources with an identity have: one for each kind
// of resources, in the order in which the description has them.
func (h *History) Keys(id string) []ResourceKey {
	keys := make([]ResourceKey, len(h.v.kinds))
	for i, w := range h.v.kinds {
		keys[i] = w.key([]byte(id))
	}
	return keys
}

// Life returns what the responses said of a resource, in the order of time: of a
// life with many responses, a part of them.
func (h *History) Life(key ResourceKey) []Observation {
	encoded := h.timelines.get(key)
	if encoded == nil {
		return nil
	}
	t := readTimeline(encoded)
	w := h.v.kinds[t.kind]
	var all []Observation
	for _, s := range thin(h.needed(w, t)) {
		all = append(all, h.observation(w, s))
	}
	return all
}

// mostShown bounds how much of a life is told.
const mostShown = 32

// thin leaves out every second of too many observations; the first and the last
// are kept.
func thin(all []observation) []observation {
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

func comparePlaces(a, b plumb.Source) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Pointer, b.Pointer))
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

func (h *History) observation(w *tracked, s observation) Observation {
	o := Observation{
		Place: plumb.Place{File: h.files[s.file], Entry: int(s.entry), Line: int(s.line)},
	}
	life := w.life
	if life.StateNamed(s.cells[0].name()) != nil {
		o.State = s.cells[0].name()
	}
	if s.time != 0 {
		o.Time = time.UnixMilli(s.time).UTC()
	}
	for i, pointer := range w.members {
		for _, t := range life.Timestamps {
			if t.Pointer != pointer {
				continue
			}
			v := s.cells[i].value()
			if v == nil {
				continue
			}
			if at := readStamp(v, t.Text, life).time; !at.IsZero() {
				o.Timestamps = append(o.Timestamps, Timestamp{pointer, stateEntered(life, pointer), at})
			}
		}
	}
	slices.SortStableFunc(o.Timestamps, func(a, b Timestamp) int { return a.Time.Compare(b.Time) })
	return o
}
