package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
)

// Undecided is the keyword of a failure that says that it was not found out, within
// the limits, whether the value satisfies its schema.
const Undecided = "undecided"

// Failure is one keyword that one value does not satisfy.
type Failure struct {
	Keyword string       // as written in the schema; "false" for the schema false; or Undecided
	Place   plumb.Source // of the keyword
	Limit   string       // the keyword's value, as JSON text; for joined alternatives, all their values
	Values  []string     // what is allowed, if Keyword is type, enum or const: names of types, or values as JSON text
	Path    []string     // names and indexes that lead to the value
	Member  string       // the member that is missing or forbidden, if the keyword is about one; see OfMember
	Name    bool         // whether the name of the member at Path fails, and not its value
	Reason  string       // more about it, for keywords about schemas rather than values

	OfMember  bool // whether the keyword is about Member, whose name can be empty
	Tolerated bool // whether clients survive it, or it is no failure at all

	// Alternatives is the number of alternatives of an anyOf or oneOf of which
	// none matches. The failure is then that of the nearest one.
	Alternatives int
}

// demand is what a value does not do, wherever that is written.
type demand struct {
	path, keyword, member, limit string
	name, ofMember, tolerated    bool
}

type demands map[demand]bool

func (f *Failure) demand() demand {
	d := demand{
		path: strings.Join(f.Path, "\x00"), keyword: f.Keyword, member: f.Member, limit: f.Limit,
		name: f.Name, ofMember: f.OfMember, tolerated: f.Tolerated,
	}
	if f.OfMember {
		d.limit = "" // which also names others
	}
	return d
}

// sortFailures returns the failures in order, each once.
func sortFailures(failures []Failure) []Failure {
	if len(failures) == 0 {
		return nil
	}
	order := make([]*Failure, len(failures))
	for i := range failures {
		order[i] = &failures[i]
	}
	// Of equal failures keep the one that is not of an alternative, whichever
	// was found first.
	slices.SortFunc(order, func(a, b *Failure) int {
		if c := compareFailures(a, b); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.Alternatives, b.Alternatives), cmp.Compare(a.Reason, b.Reason))
	})
	order = slices.CompactFunc(order, func(a, b *Failure) bool { return compareFailures(a, b) == 0 })
	sorted := make([]Failure, len(order))
	for i, f := range order {
		sorted[i] = *f
	}
	return sorted
}

func compareFailures(a, b *Failure) int {
	if c := slices.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Member, b.Member),
		cmp.Compare(a.Keyword, b.Keyword),
		cmp.Compare(a.Place.File, b.Place.File),
		cmp.Compare(a.Place.Pointer, b.Place.Pointer),
		compareBools(a.Name, b.Name),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// failureOf returns the failure of a keyword of a schema, without what depends on the
// value; without a keyword, that of the schema itself, which nothing satisfies.
func (s *Set) failureOf(n *node, keyword string) *Failure {
	if known := n.failures.Load(); known != nil {
		if f := (*known)[keyword]; f != nil {
			return f
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &Failure{Place: n.place, Keyword: "false"}
	if keyword != "" {
		own, _, _ := strings.Cut(keyword, "/")
		f.Keyword, f.Place = plainKeyword(own), s.place(n.Location+"/"+keyword)
		f.Limit = JSONText(s.keyword(n.Location, own))
		switch f.Keyword {
		case "pattern": // as its author wrote it
			f.Limit = string(s.desc.Written(f.Place))
		case "minContains":
			if s.keyword(n.Location, own) == nil { // contains alone
				f.Limit, f.Place = "1", s.place(n.Location+"/contains")
			}
		case "type":
			f.Values = n.Types
		case "const":
			f.Values = []string{f.Limit}
		case "enum":
			for _, v := range n.Enum {
				f.Values = append(f.Values, JSONText(v))
			}
		}
	}
	all := map[string]*Failure{keyword: f}
	if known := n.failures.Load(); known != nil {
		for keyword, f := range *known {
			all[keyword] = f
		}
	}
	n.failures.Store(&all)
	return f
}

// plainKeyword returns the name that a keyword has in descriptions.
func plainKeyword(keyword string) string {
	return strings.TrimPrefix(keyword, "x-ecma-")
}
