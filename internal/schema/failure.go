package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
)

// Undecided is the keyword of a failure that is none: whether the value
// satisfies its schema was not found out within the limits.
const Undecided = "undecided"

// Failure is one keyword that one value does not satisfy.
type Failure struct {
	Keyword string       // as written in the schema; "false" for the schema that nothing satisfies; or Undecided
	Place   plumb.Source // of the keyword
	Limit   string       // the keyword's value, as JSON text; of joined alternatives, all their values
	Values  []string     // where Keyword is type, enum or const: what is allowed; types by name, values as JSON text
	Path    []string     // names and indexes that lead to the value
	Member  string       // the member that is missing or must not be there, where the keyword is about one; see OfMember
	Name    bool         // it is the name of the member at Path that fails, not its value
	Reason  string       // the compiler's own words, for keywords that speak of schemas rather than values

	OfMember  bool // the keyword is about Member, whose name can be empty
	Tolerated bool // clients survive it, or it is no failure

	// Alternatives is how many anyOf or oneOf offered, of which none fits.
	// The failure is then of the one that came nearest.
	Alternatives int
}

func sortFailures(failures []Failure) []Failure {
	if len(failures) < 2 {
		return failures
	}
	// Of equal ones, the one that is by itself counts, not the one of an
	// alternative, whichever the compiler came to first.
	slices.SortFunc(failures, func(a, b Failure) int {
		return cmp.Or(compareFailures(a, b), cmp.Compare(a.Alternatives, b.Alternatives), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(failures, func(a, b Failure) bool { return compareFailures(a, b) == 0 })
}

func compareFailures(a, b Failure) int {
	return cmp.Or(
		slices.Compare(a.Path, b.Path),
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

// leaf is what is to be said of a keyword, whatever fails it.
type leaf struct {
	failure Failure // without what the value tells
}

// leafAt returns the leaf of a keyword of a schema; of none, that of the schema
// itself, which nothing satisfies.
func (s *Set) leafAt(n *node, keyword string) *leaf {
	key := leafKey{n, keyword}
	if known, ok := s.leaves.Load(key); ok {
		return known.(*leaf)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := &leaf{failure: Failure{Place: n.place, Keyword: "false"}}
	if f := &l.failure; keyword != "" {
		own, _, _ := strings.Cut(keyword, "/")
		f.Keyword, f.Place = plainKeyword(own), s.place(n.Location+"/"+keyword)
		f.Limit = JSONText(s.keyword(n.Location, own))
		switch f.Keyword {
		case "pattern": // as its author wrote it
			f.Limit = string(s.desc.Written(f.Place))
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
	s.leaves.Store(key, l)
	return l
}

type leafKey struct {
	schema  *node
	keyword string
}

// plainKeyword returns the name that a keyword has in descriptions.
func plainKeyword(keyword string) string {
	return strings.TrimPrefix(keyword, "x-ecma-")
}
