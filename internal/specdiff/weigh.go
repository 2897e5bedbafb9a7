package specdiff

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/plumbapi/plumb/internal/report"
)

// Recorded is how many recorded exchanges a change affects.
type Recorded struct {
	Count int `json:"count"` // exchanges of the operation, and of the status if there is one
	Of    int `json:"of"`    // all exchanges
}

// Weigh sets for each change of an operation how many recorded exchanges it
// affects, and moves, among equally severe changes, those that affect more to
// the front. The reports must be of the same recordings, checked against the
// two descriptions.
func Weigh(changes []Change, before, after *report.Report) {
	for i := range changes {
		c := &changes[i]
		if c.Method == "" {
			continue
		}
		c.Recorded = &Recorded{Of: before.Summary.Exchanges}
		for _, r := range []*report.Report{before, after} {
			for _, op := range r.Coverage.Operations {
				if op.Method == c.Method && unnamed(op.Path) == unnamed(c.Path) {
					c.Recorded.Count = max(c.Recorded.Count, answers(op, c.Status))
				}
			}
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(compareSeverity(a, b), cmp.Compare(b.weight(), a.weight()))
	})
}

func (c *Change) weight() int {
	if c.Recorded == nil {
		return 0
	}
	return c.Recorded.Count
}

// answers counts the exchanges of an operation with a status: an exact one, or
// a range or default, as in the description. Without a status it counts all.
func answers(op report.OperationCoverage, status string) int {
	if status == "" {
		return op.Count
	}
	n := 0
	for _, s := range op.Statuses {
		if s.Status == status || s.Described == status {
			n += s.Count
		}
	}
	return n
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// unnamed returns a path without the names of its parameters, which can change.
func unnamed(path string) string { return parameter.ReplaceAllString(path, "{}") }

// Finding is a finding that recordings give more often under one description
// than under the other.
type Finding struct {
	Rule      string `json:"rule"`
	Severity  string `json:"severity"`
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	Pointer   string `json:"pointer"`
	Message   string `json:"message"`
	Count     int    `json:"count"` // how many more there are
}

// findingPlace is what equal findings under two descriptions have in common,
// although the descriptions are different files in which operations can be
// renamed: for a response as a whole the operation and the status, for a value
// the pointer.
type findingPlace struct {
	rule, operation string
	status          int
	pointer         string
}

// More returns the findings of which r has more than other, which must be a
// report on the same recordings under another description.
func More(r, other *report.Report) []Finding {
	known, own := counts(other), counts(r)
	names := operations(r)
	all := []Finding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		more := 0
		for at := range places(f, names) {
			more += max(0, own[at]-known[at])
			known[at] = max(known[at], own[at]) // count it once only
		}
		if more > 0 {
			all = append(all, Finding{Rule: f.Rule, Severity: f.Severity, Operation: f.Operation(), Status: f.Status(), Pointer: f.Pointer, Message: f.Message, Count: more})
		}
	}
	return all
}

func counts(r *report.Report) map[findingPlace]int {
	names := operations(r)
	all := map[findingPlace]int{}
	for i := range r.Findings {
		for at, n := range places(&r.Findings[i], names) {
			all[at] += n
		}
	}
	return all
}

// places returns how often a finding occurs at each place.
func places(f *report.Finding, names map[string]string) map[findingPlace]int {
	all := map[findingPlace]int{}
	for _, p := range f.Pointers {
		if p.Pointer != "" {
			all[findingPlace{rule: f.Rule, pointer: p.Pointer}] += p.Count
		}
	}
	if len(all) > 0 {
		return all
	}
	for _, o := range f.Operations {
		operation := o.Operation
		if name, ok := names[operation]; ok {
			operation = name
		}
		all[findingPlace{rule: f.Rule, operation: unnamed(operation), status: o.Status}] += o.Count
	}
	if len(all) == 0 { // found in bare bodies
		all[findingPlace{rule: f.Rule}] = f.Count
	}
	return all
}

// operations returns, for each operation, the name that it would have without
// an operationId.
func operations(r *report.Report) map[string]string {
	names := map[string]string{}
	for _, op := range r.Coverage.Operations {
		names[op.Operation] = op.Method + " " + op.Path
	}
	return names
}
