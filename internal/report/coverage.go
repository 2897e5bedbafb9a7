package report

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// coverage is what of a description was seen.
type coverage struct {
	desc       *spec.Description
	documented engine.Documented
	statuses   []*outcome.ObservedStatus
	seen       map[engine.Seen]*outcome.Seen
}

func newCoverage(desc *spec.Description, documented engine.Documented, o *outcome.Outcome) *coverage {
	c := &coverage{desc: desc, documented: documented, statuses: o.Statuses(), seen: map[engine.Seen]*outcome.Seen{}}
	for _, s := range o.Seen() {
		c.seen[s.Seen] = s
	}
	return c
}

// count returns how often a place was seen, and how often it was null.
func (c *coverage) count(place engine.Seen) (count, nulls int) {
	if s := c.seen[place]; s != nil {
		return s.Count, s.Nulls
	}
	return 0, 0
}

func (c *coverage) report() Coverage {
	report := Coverage{Operations: []OperationCoverage{}, Members: []MemberCoverage{}, Values: []ValueCoverage{}}
	for _, m := range c.documented.Members {
		count, nulls := c.count(m)
		report.Members = append(report.Members, MemberCoverage{Schema: m.Schema, Pointer: m.Pointer, Count: count, Null: nulls})
	}
	for _, v := range c.documented.Values {
		count, _ := c.count(v)
		report.Values = append(report.Values, ValueCoverage{Schema: v.Schema, Pointer: v.Pointer, Value: json.RawMessage(v.Value), Count: count})
	}
	for _, op := range c.desc.Operations {
		report.Operations = append(report.Operations, c.operation(op))
	}
	c.reach(&report)
	return report
}

// reach finds the members and values that only operations have which were never
// seen. Where none of a schema was seen, and no such operation either, nothing
// is to be said of it.
func (c *coverage) reach(report *Coverage) {
	called := map[string]bool{}
	for _, s := range c.statuses {
		called[s.Operation] = true
	}
	members, values := c.documented.Within(func(id string) bool { return called[id] })
	reached := map[engine.Seen]bool{}
	for _, place := range slices.Concat(members, values) {
		reached[place] = true
	}
	schemas := map[string]bool{} // that were seen: bodies need not have an operation
	for _, m := range report.Members {
		schemas[m.Schema] = schemas[m.Schema] || m.Count > 0
	}
	for _, v := range report.Values {
		schemas[v.Schema] = schemas[v.Schema] || v.Count > 0
	}
	for i := range report.Members {
		m := &report.Members[i]
		m.Unreached = !schemas[m.Schema] && !reached[engine.Seen{Schema: m.Schema, Pointer: m.Pointer}]
	}
	for i := range report.Values {
		v := &report.Values[i]
		v.Unreached = !schemas[v.Schema] && !reached[engine.Seen{Schema: v.Schema, Pointer: v.Pointer, Value: string(v.Value)}]
	}
}

// operation counts by the statuses that were seen, in rising order, and then
// names the described ones that were not.
func (c *coverage) operation(op *spec.Operation) OperationCoverage {
	o := OperationCoverage{Operation: op.ID, Method: op.Method, Path: op.Path, Statuses: []StatusCoverage{}}
	applied := map[string]bool{}
	for _, seen := range c.statuses {
		if seen.Operation != op.ID {
			continue
		}
		status := seen.Status
		s := StatusCoverage{Status: "unknown", Count: seen.Count}
		if status != 0 {
			s.Status = strconv.Itoa(status)
			if described := op.Response(status); described != nil {
				s.Described = described.Status
				applied[described.Status] = true
			}
		}
		o.Count += s.Count
		o.Statuses = append(o.Statuses, s)
	}
	for _, described := range op.Responses {
		if !applied[described.Status] {
			o.Statuses = append(o.Statuses, StatusCoverage{Status: described.Status, Described: described.Status})
		}
	}
	return o
}
