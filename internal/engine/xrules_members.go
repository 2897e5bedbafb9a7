package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/nearest"
	"github.com/plumbapi/plumb/internal/schema"
)

// xRuleMembers finds the members that expressions name and no schema describes, and the
// operations that no value of a member can be an operand of. A rule can be applied to
// several shapes: one that it fits is enough.
type xRuleMembers struct {
	order  []*xRule
	known  map[plumb.Source]map[string]bool // by the place of the rule: the paths that a shape has
	hints  map[plumb.Source]map[string]string
	misuse map[plumb.Source]error // by the place of the rule: nil where a shape fits
}

// add takes in the shape of an object that a rule is applied to.
func (m *xRuleMembers) add(r *xRule, shape *schema.Shape) {
	if m.known == nil {
		m.known, m.hints, m.misuse = map[plumb.Source]map[string]bool{}, map[plumb.Source]map[string]string{}, map[plumb.Source]error{}
	}
	isNew := m.known[r.place] == nil
	if isNew {
		m.known[r.place], m.hints[r.place] = map[string]bool{}, map[string]string{}
		m.order = append(m.order, r)
	}
	if isNew || m.misuse[r.place] != nil {
		err := r.expression.Misuse(func(path []string) jsonvalue.Kinds { return shape.Kinds(steps(path[1:])) })
		if isNew || err == nil { // the first error is that of the main media type
			m.misuse[r.place] = err
		}
	}
	for _, path := range namedBy(r) {
		if known, others := isNamed(shape, path); known {
			m.known[r.place][expression.Written(path)] = true
		} else {
			m.hints[r.place][expression.Written(path)] = hint(path, others)
		}
	}
}

// steps returns the names on a path as a shape has them.
func steps(path []string) []schema.Step {
	all := make([]schema.Step, len(path))
	for i, name := range path {
		all[i] = schema.Step{Name: name, Element: isElement(name)}
	}
	return all
}

// errors returns an error for each member that no schema describes. What is in such a
// member is not looked at. Where all are described, it returns what can never be
// evaluated.
func (m *xRuleMembers) errors(errorAt func(at plumb.Source, message string) error) error {
	var errs []error
	for _, r := range m.order {
		unknown := map[string]bool{}
		for _, path := range namedBy(r) {
			written := expression.Written(path)
			if m.known[r.place][written] {
				continue
			}
			unknown[written] = true
			if slices.ContainsFunc(prefixes(path[:len(path)-1]), func(object []string) bool { return unknown[expression.Written(object)] }) {
				continue
			}
			errs = append(errs, errorAt(r.written, fmt.Sprintf("%s names %s, which is not described%s", r.ID, written, m.hints[r.place][written])))
		}
		if err := m.misuse[r.place]; err != nil && len(unknown) == 0 {
			errs = append(errs, errorAt(r.written, fmt.Sprintf("%s can never be evaluated: %v; correct it, or write dyn(...) around a value of another type than its schema says", r.ID, err)))
		}
	}
	return errors.Join(errs...)
}

// namedBy returns the paths to all members that the expression of a rule names, each once.
func namedBy(r *xRule) [][]string {
	var all [][]string
	seen := map[string]bool{}
	for _, named := range r.expression.Named() {
		for _, path := range prefixes(named) {
			if written := expression.Written(path); !seen[written] {
				seen[written] = true
				all = append(all, path)
			}
		}
	}
	return all
}

// prefixes returns the paths to the members on a path, that of the last one included.
func prefixes(path []string) [][]string {
	var all [][]string
	for i := 1; i < len(path); i++ {
		if !isElement(path[i]) {
			all = append(all, path[:i+1])
		}
	}
	return all
}

// hint names the member that is meant, or the members that there are.
func hint(path, names []string) string {
	object, name := path[:len(path)-1], path[len(path)-1]
	if near := nearest.To(name, names); near != "" {
		return "; did you mean " + expression.Written(append(slices.Clone(object), near)) + "?"
	}
	const most = 8 // that are listed
	if len(names) == 0 || len(names) > most {
		return ""
	}
	return "; the members of " + expression.Written(object) + " are " + strings.Join(names, ", ")
}

// variableMembers are the members of the variables that are not data.
var variableMembers = map[string][]string{
	expression.Request:  {"method", "params", "query"},
	expression.Response: {"status"},
}

// isNamed reports whether the last member of a path can be there, as far as that is
// known, and returns the names of the members that can.
func isNamed(shape *schema.Shape, path []string) (known bool, others []string) {
	if names, fixed := variableMembers[path[0]]; fixed {
		return len(path) != 2 || slices.Contains(names, path[1]), names
	}
	for i, name := range path[1:] {
		if shape == nil {
			return true, nil
		}
		if isElement(name) {
			shape = anyItem(shape, name)
			continue
		}
		inner, undocumented := shape.Member(name)
		if undocumented {
			if i < len(path)-2 { // an object that is not described is said by itself
				return false, nil
			}
			for _, m := range shape.Members {
				others = append(others, m.Name)
			}
			return false, others
		}
		shape = inner
	}
	return true, nil
}

func isElement(name string) bool {
	return name == expression.First || name == expression.Last || name == expression.Element
}

// anyItem returns the shape of elements of an array; nil where they have several, or none.
func anyItem(shape *schema.Shape, element string) *schema.Shape {
	first, others := shape.Item(0), shape.Item(math.MaxInt)
	if element == expression.First || first == others {
		return first
	}
	return nil
}
