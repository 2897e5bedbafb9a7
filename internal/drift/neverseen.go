package drift

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/spec"
)

// NeverSeen is what the description has and no response had: of that, a run
// without findings proves nothing.
type NeverSeen struct {
	Operations []string `json:"operations"`
	Responses  []Answer `json:"responses"` // of operations that were seen
	Schemas    []string `json:"schemas"`
	Members    []Member `json:"members"` // of schemas and members that were seen
	OnlyNull   []Member `json:"onlyNull"`
	Values     []Valued `json:"values"` // of members that were seen
}

// Answer is a described response.
type Answer struct {
	Operation string `json:"operation"`
	Status    string `json:"status"`
}

// Member is a documented member.
type Member struct {
	Schema  string `json:"schema"`
	Pointer string `json:"pointer"`
}

// Valued is a documented value of a member.
type Valued struct {
	Schema  string          `json:"schema"`
	Pointer string          `json:"pointer"`
	Value   json.RawMessage `json:"value"`
}

func (o *observed) neverSeen(desc *spec.Description) NeverSeen {
	n := NeverSeen{Operations: []string{}, Responses: []Answer{}, Schemas: []string{}, Members: []Member{}, OnlyNull: []Member{}, Values: []Valued{}}
	for _, op := range desc.Operations {
		answered := map[string]bool{}
		seen := false
		for _, s := range o.statuses {
			if s.Operation != op.ID {
				continue
			}
			seen = true
			if r := op.Response(s.Status); r != nil && s.Status != 0 {
				answered[r.Status] = true
			}
		}
		if !seen {
			n.Operations = append(n.Operations, op.ID)
			continue
		}
		for _, r := range op.Responses {
			if !answered[r.Status] {
				n.Responses = append(n.Responses, Answer{op.ID, r.Status})
			}
		}
	}
	o.neverSeenMembers(&n)
	return n
}

// sum is what was seen of a member in all operations.
type sum struct {
	count, null int
	values      map[string]bool
	many        bool
}

func (o *observed) sums() map[Member]*sum {
	sums := map[Member]*sum{}
	for _, p := range o.places {
		key := Member{p.Schema, p.Pointer}
		if sums[key] == nil {
			sums[key] = &sum{values: map[string]bool{}}
		}
		s := sums[key]
		s.count += p.Count
		s.null += p.Null()
		s.many = s.many || p.Many
		for value := range p.Values {
			s.values[value] = true
		}
	}
	return sums
}

// neverSeenMembers names the topmost only: of a member that was never seen,
// neither were its own.
func (o *observed) neverSeenMembers(n *NeverSeen) {
	sums := o.sums()
	documented := o.v.Documented()
	there := func(m Member) bool { return sums[m] != nil && sums[m].count > sums[m].null }
	for _, d := range documented.Members {
		m := Member{d.Schema, d.Pointer}
		root := Member{d.Schema, ""}
		switch s := sums[m]; {
		case sums[root] == nil:
			if !slices.Contains(n.Schemas, d.Schema) {
				n.Schemas = append(n.Schemas, d.Schema)
			}
		case s == nil && o.elements(m, sums), s == nil && !there(Member{d.Schema, strings.TrimSuffix(parentOf(d.Pointer), "/*")}):
		case s == nil:
			n.Members = append(n.Members, m)
		case s.count == s.null:
			n.OnlyNull = append(n.OnlyNull, m)
		}
	}
	for _, d := range documented.Values {
		m := Member{d.Schema, d.Pointer}
		if there(m) && !sums[m].many && !sums[m].values[d.Value] {
			n.Values = append(n.Values, Valued{d.Schema, d.Pointer, json.RawMessage(d.Value)})
		}
	}
}

// elements tells whether a member holds bodies of their own, which a summary
// has under the name of their schema. A list that was seen had the member.
func (o *observed) elements(m Member, sums map[Member]*sum) bool {
	name, ok := o.v.ElementsOf(m.Schema)
	return ok && m.Pointer == "/"+name
}
