package drift

import (
	"encoding/json"
	"slices"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// NeverSeen is what the description has and no response had: about these parts,
// a run without findings proves nothing.
type NeverSeen struct {
	Operations []string `json:"operations"` // nothing else is listed for these
	Responses  []Answer `json:"responses"`  // of operations that were seen
	Schemas    []string `json:"schemas"`    // of operations that were seen
	Members    []Member `json:"members"`    // of objects that were seen
	OnlyNull   []Member `json:"onlyNull"`
	Values     []Valued `json:"values"` // of members that were seen
}

// Answer is a described response.
type Answer struct {
	Operation string `json:"operation"`
	Status    string `json:"status"`
}

// Member is a documented member of a schema: of the one in which it is written.
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
	o.neverSeenPlaces(&n)
	n.Schemas = o.neverSeenSchemas(desc)
	return n
}

// neverSeenSchemas returns the names of schemas of operations that were seen,
// of which no body was seen.
func (o *observed) neverSeenSchemas(desc *spec.Description) []string {
	called, seen := map[string]bool{}, map[string]bool{}
	for _, s := range o.statuses {
		called[s.Operation] = true
	}
	for _, p := range o.places {
		seen[p.Schema] = true
	}
	all := []string{}
	for _, op := range desc.Operations {
		if !called[op.ID] {
			continue
		}
		for _, name := range o.v.ResponseSchemas(op) {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// sums is what was seen of the places of the description, summed over all
// operations.
type sums struct {
	members map[engine.Seen]*memberSum
	values  map[engine.Seen]*valueSum
}

type memberSum struct {
	objects     bool // whether there were objects that could have had the member
	count, null int
}

type valueSum struct {
	asked bool // whether there was a value
	many  bool // whether not all values are known
	seen  bool
}

func (s *sums) member(m engine.Seen) *memberSum {
	if s.members[m] == nil {
		s.members[m] = &memberSum{}
	}
	return s.members[m]
}

func (s *sums) value(v engine.Seen) *valueSum {
	if s.values[v] == nil {
		s.values[v] = &valueSum{}
	}
	return s.values[v]
}

func (o *observed) sums() *sums {
	all := &sums{members: map[engine.Seen]*memberSum{}, values: map[engine.Seen]*valueSum{}}
	for _, p := range o.places {
		if p.Undocumented {
			continue
		}
		d := o.described(p.Schema, p.Pointer)
		if d.Member != (engine.Seen{}) {
			m := all.member(d.Member)
			m.count += p.Count
			m.null += p.Null()
		}
		if p.Types["object"] > 0 {
			for _, m := range d.Members {
				all.member(m).objects = true
			}
			// A summary lists the elements of a list under their own schema;
			// the member that holds them was seen if the list was.
			if list, ok := o.v.ElementsOf(p.Schema); ok && p.Pointer == "" {
				all.member(list).count++
			}
		}
		for _, v := range d.Values {
			value := all.value(v)
			value.asked = value.asked || p.Count > p.Null()
			value.many = value.many || p.Many
			value.seen = value.seen || p.Values[v.Value] > 0
		}
	}
	return all
}

// neverSeenPlaces lists members of objects that were seen, and values of
// members that had any. It does not list what is in a member that was never
// seen.
func (o *observed) neverSeenPlaces(n *NeverSeen) {
	sums := o.sums()
	documented := o.v.Documented()
	for _, d := range documented.Members {
		switch s := sums.members[d]; {
		case s == nil || !s.objects:
		case s.count == 0:
			n.Members = append(n.Members, Member{d.Schema, d.Pointer})
		case s.count == s.null:
			n.OnlyNull = append(n.OnlyNull, Member{d.Schema, d.Pointer})
		}
	}
	for _, d := range documented.Values {
		if s := sums.values[d]; s != nil && s.asked && !s.many && !s.seen {
			n.Values = append(n.Values, Valued{d.Schema, d.Pointer, json.RawMessage(d.Value)})
		}
	}
}
