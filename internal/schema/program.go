package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/spec"
)

// program is a schema in a form that is quick to evaluate. What a keyword compiles to
// and how it is evaluated are together: in literals.go for the
// keywords of any value, in texts.go, numbers.go, arrays.go and objects.go for
// those of one type, in combinations.go for those that combine schemas, and in
// dynamic.go for references that depend on how they were reached.
type program struct {
	node *node

	never       bool // nothing satisfies the schema
	loosensNull bool // null satisfies it by a nullable to which the letter gives no meaning

	literals
	texts
	numbers
	arrays
	objects
	combinations
	dynamics

	ref *node
}

// program returns that of the schema, which is compiled when it is first needed.
func (n *node) program() *program {
	if p := n.compiled.Load(); p != nil {
		return p
	}
	n.set.mu.Lock()
	defer n.set.mu.Unlock()
	if p := n.compiled.Load(); p != nil {
		return p
	}
	p := &program{node: n}
	c := n.Schema
	p.never = c.Always != nil && !*c.Always
	p.loosensNull = n.set.keyword(c.Location, spec.LooseNullKeyword) == true
	p.ref = n.set.nodeOf(c.Ref)
	p.literals.compile(n)
	p.texts.compile(n)
	p.numbers.compile(n)
	p.arrays.compile(n)
	p.objects.compile(n)
	p.combinations.compile(n)
	p.dynamics.compile(n)
	n.compiled.Store(p)
	return p
}

// nodeOf returns the node of a schema; nil of none.
func (s *Set) nodeOf(compiled *jsonschema.Schema) *node {
	if compiled == nil {
		return nil
	}
	return s.node(compiled)
}

// inPlaceOf returns a schema and those that apply together with it; none of none.
func (s *Set) inPlaceOf(compiled *jsonschema.Schema) []*node {
	if compiled == nil {
		return nil
	}
	return s.node(compiled).inPlace
}

func (s *Set) nodesOf(compiled []*jsonschema.Schema) []*node {
	var all []*node
	for _, c := range compiled {
		all = append(all, s.node(c))
	}
	return all
}

// named is a schema under a name.
type named struct {
	name   string
	schema *node
}

// namedNodes returns schemas by their names, in order.
func (s *Set) namedNodes(compiled map[string]*jsonschema.Schema) []named {
	var all []named
	for _, name := range slices.Sorted(maps.Keys(compiled)) {
		all = append(all, named{name, s.node(compiled[name])})
	}
	return all
}

// matcher reports whether a text matches a pattern; it is not decided if that takes too
// many steps.
type matcher func(text string) (matches, decided bool)

func matcherOf(c *jsonschema.Schema) (match matcher, pattern string) {
	if own, ok := c.Extensions[spec.PatternKeyword].(ecmaPattern); ok {
		return own.re.Match, own.re.String()
	}
	if c.Pattern == nil {
		return nil, ""
	}
	return func(text string) (bool, bool) { return c.Pattern.MatchString(text), true }, c.Pattern.String()
}

// tooManySteps says that a pattern is not decided.
func tooManySteps(pattern string) string {
	return "the pattern " + strings.TrimSpace(JSONText(pattern)) + " takes too many steps"
}
