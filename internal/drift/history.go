package drift

import (
	"fmt"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
)

// History is how a difference changed over the runs that are kept.
type History struct {
	Since  string  `json:"since"`  // the name of the first run that had it
	Runs   []Count `json:"runs"`   // the earlier runs with it, the oldest first
	Course string  `json:"course"` // new, grows, shrinks or steady, compared with the previous run
}

// Count is how often a difference was seen in a run.
type Count struct {
	Run   string `json:"run"`
	Count int    `json:"count"`
	Of    int    `json:"of"`
}

// Run is an earlier run.
type Run struct {
	Name string `json:"name"`
	Gone []Gone `json:"gone"` // what the run had, and no later run has
}

// Gone is a difference that no longer occurs.
type Gone struct {
	Rule        string `json:"rule"`
	Pointer     string `json:"pointer"`
	Fingerprint string `json:"fingerprint"`
}

// itemKey identifies the same difference in different runs.
type itemKey struct {
	fingerprint, operation string
	status                 int
	pointer                string
}

func keyOf(f *outcome.Finding) itemKey {
	return itemKey{f.Fingerprint, f.Operation, f.Status, f.Pointer}
}

// Past is the summary of an earlier run, whose description may have been a
// different one.
type Past struct {
	Name    string
	Summary *outcome.Outcome
}

// Follow adds to each item since which run it exists, and whether it grows or
// shrinks. The earlier runs must be in the order of time.
func (r *Report) Follow(v *engine.Validator, past []Past) {
	r.Trend = []Run{}
	histories := map[itemKey]*History{}
	last := map[itemKey]int{} // index of the last run with it
	gone := map[itemKey]Gone{}
	for n, p := range past {
		r.Trend = append(r.Trend, Run{p.Name, []Gone{}})
		found, _ := findingsOf(p.Summary)
		o := newObserved(v, p.Summary, found)
		for _, f := range found {
			if kindOf(f.Rule) < 0 {
				continue
			}
			i := o.item(f)
			key := keyOf(f)
			h := histories[key]
			if h == nil {
				h = &History{Since: p.Name}
				histories[key] = h
			}
			h.Runs = append(h.Runs, Count{p.Name, i.Count, i.Of})
			last[key] = n
			gone[key] = Gone{f.Rule, f.Pointer, f.Fingerprint}
		}
	}
	for i := range r.Drift {
		item := &r.Drift[i]
		key := keyOf(item.finding)
		delete(gone, key)
		h := histories[key]
		if h == nil {
			item.History = &History{Runs: []Count{}, Course: "new"}
			continue
		}
		h.Course = course(h.Runs[len(h.Runs)-1], Count{Count: item.Count, Of: item.Of})
		item.History = h
	}
	for _, p := range past { // in the order of findings, not of a map
		found, _ := findingsOf(p.Summary)
		for _, f := range found {
			key := keyOf(f)
			if g, ok := gone[key]; ok {
				run := &r.Trend[last[key]]
				run.Gone = append(run.Gone, g)
				delete(gone, key)
			}
		}
	}
}

// course compares the shares in two runs; a difference of at most a hundredth
// is steady.
func course(before, now Count) string {
	share := func(c Count) float64 { return float64(c.Count) / float64(max(c.Of, 1)) }
	switch d := share(now) - share(before); {
	case d > 0.01:
		return "grows"
	case d < -0.01:
		return "shrinks"
	}
	return "steady"
}

// String returns the history as one line.
func (h *History) String() string {
	if h.Course == "new" {
		return "new: in no earlier run"
	}
	before := h.Runs[len(h.Runs)-1]
	return fmt.Sprintf("since %s; %s: %d of %d in %s", h.Since, h.Course, before.Count, before.Of, before.Run)
}
