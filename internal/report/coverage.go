package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// coverage counts what of a description was seen.
type coverage struct {
	desc       *spec.Description
	documented engine.Documented
	statuses   map[operationStatus]int
	members    []MemberCoverage
	values     []ValueCoverage
	member     map[engine.Seen]int // index in members
	value      map[engine.Seen]int // index in values
}

type operationStatus struct {
	operation string
	status    int
}

func newCoverage(desc *spec.Description, documented engine.Documented) *coverage {
	c := &coverage{
		desc:       desc,
		documented: documented,
		statuses:   map[operationStatus]int{},
		members:    []MemberCoverage{},
		values:     []ValueCoverage{},
		member:     map[engine.Seen]int{},
		value:      map[engine.Seen]int{},
	}
	for _, m := range documented.Members {
		c.member[m] = len(c.members)
		c.members = append(c.members, MemberCoverage{Schema: m.Schema, Pointer: m.Pointer})
	}
	for _, v := range documented.Values {
		c.value[v] = len(c.values)
		c.values = append(c.values, ValueCoverage{Schema: v.Schema, Pointer: v.Pointer, Value: json.RawMessage(v.Value)})
	}
	return c
}

func (c *coverage) add(r *engine.Result) {
	if r.Operation != "" {
		c.statuses[operationStatus{r.Operation, r.Status}]++
	}
	for _, seen := range r.Seen {
		c.see(seen, 1)
	}
}

// see counts a value that stood at a place of the description. That a member
// was there and which value it had are said one by one.
func (c *coverage) see(seen engine.Seen, times int) {
	if seen.Value != "" {
		if i, ok := c.value[seen]; ok {
			c.values[i].Count += times
		}
		return
	}
	null := seen.Null
	seen.Null = false
	if i, ok := c.member[seen]; ok {
		c.members[i].Count += times
		if null {
			c.members[i].Null += times
		}
	}
}

func (c *coverage) report() Coverage {
	report := Coverage{
		Operations: []OperationCoverage{},
		Members:    slices.Clone(c.members),
		Values:     slices.Clone(c.values),
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
	for key := range c.statuses {
		called[key.operation] = true
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

// seenOperations returns the operations that were seen, or those that were not.
func (c *Coverage) seenOperations(seen bool) []OperationCoverage {
	var all []OperationCoverage
	for _, o := range c.Operations {
		if o.Count > 0 == seen {
			all = append(all, o)
		}
	}
	return all
}

// reachedMembers and reachedValues are those that the operations which were
// seen can have.
func (c *Coverage) reachedMembers() []MemberCoverage {
	return slices.DeleteFunc(slices.Clone(c.Members), func(m MemberCoverage) bool { return m.Unreached })
}

func (c *Coverage) reachedValues() []ValueCoverage {
	return slices.DeleteFunc(slices.Clone(c.Values), func(v ValueCoverage) bool { return v.Unreached })
}

// unreached says how much of the description is left out of the above; empty
// where nothing is.
func (c *Coverage) unreached() string {
	members, values := len(c.Members)-len(c.reachedMembers()), len(c.Values)-len(c.reachedValues())
	if members+values == 0 {
		return ""
	}
	return Plural(members, "documented member") + " and " + Plural(values, "documented value") + " of operations that were never seen are not listed."
}

// operation counts by the statuses that were seen, in rising order, and then
// names the described ones that were not.
func (c *coverage) operation(op *spec.Operation) OperationCoverage {
	o := OperationCoverage{Operation: op.ID, Method: op.Method, Path: op.Path, Statuses: []StatusCoverage{}}
	applied := map[string]bool{}
	var seen []int
	for key := range c.statuses {
		if key.operation == op.ID {
			seen = append(seen, key.status)
		}
	}
	slices.SortFunc(seen, cmp.Compare[int])
	for _, status := range seen {
		s := StatusCoverage{Status: "unknown", Count: c.statuses[operationStatus{op.ID, status}]}
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
