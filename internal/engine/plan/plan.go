// Package plan reads bodies by a prepared plan: once, from left to right, on
// their bytes, and without allocating.
//
// A plan is compiled from the shape of a schema, its lifecycle and its rules.
// Reading a body gives its [Signature], what of the description it has, and
// the values that a history keeps. It does not explain anything, and what it
// is not sure of it declines: both are for the reference engine.
//
// What a keyword of JSON Schema compiles to and how it is executed are
// together: in value.go for keywords of any value, and in strings.go,
// numbers.go, objects.go and arrays.go for the others.
package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// Source is what a plan is compiled from.
type Source struct {
	Shape *schema.Shape

	// Where values of the schema are lists whose elements count as bodies of
	// their own: the shape of the elements, and the member that holds the array;
	// without a name the value is the array.
	Elements     *schema.Shape
	ElementsName string

	// Places are what coverage knows the members of a shape by, in their order,
	// and its enumerated values, given as JSON text.
	Places func(*schema.Shape) (members []Place, value func(text string) Place)

	Life  func(*schema.Shape) *lifecycle.Lifecycle
	Rules func(*schema.Shape) []Rule

	// Watched are the members whose values a history keeps, as pointers.
	Watched func(*lifecycle.Lifecycle) []string

	Whole []Rule // that compare the whole body with its request
}

// Rule is a rule of the description.
type Rule struct {
	Expression *expression.Expression
	At         []string // the member that it blames
}

// Plan is what bodies of one schema are read by. It is safe for concurrent
// use.
type Plan struct {
	Places []Place // of the description, that bodies can have

	root    *node
	nodes   []*node
	scopes  int // how many there are
	regions int // how deep regions nest
}

// Place is a member or a value that the description documents.
type Place struct {
	Schema  string // label
	Pointer string // from a value of the schema, array indexes as *
	Value   string // where it is a value: which, as JSON text
}

// most bounds the size of a plan: descriptions nest without end.
const most = 5000

// Compile makes a plan. The error says what it cannot express, and where.
func Compile(s *Source) (p *Plan, err error) {
	c := &compiler{Source: s, plan: &Plan{}, places: map[Place]int32{}}
	defer func() {
		if reason, ok := unplannedOf(recover()); ok {
			p, err = nil, reason
		}
	}()
	at := position{region: c.newRegion(nil)}
	c.plan.root = c.node(s.Shape, at)
	if len(s.Whole) > 0 {
		c.plan.root.whole = true
		c.scope(c.plan.root, nil, s.Whole, at)
	}
	if c.plan.root.opaque != "" {
		c.fail("%s", c.plan.root.opaque)
	}
	c.plan.regions = c.deepest
	for _, n := range c.plan.nodes {
		n.prepare()
	}
	return c.plan, nil
}

// unplanned is why a plan cannot be made.
type unplanned string

func (u unplanned) Error() string { return string(u) }

// unplannedOf returns the reason that a recovered panic gives. A panic of any
// other kind is a bug, and is passed on.
func unplannedOf(recovered any) (reason unplanned, ok bool) {
	if recovered == nil {
		return "", false
	}
	if reason, ok = recovered.(unplanned); !ok {
		panic(recovered)
	}
	return reason, true
}

func (c *compiler) fail(format string, args ...any) { panic(unplanned(fmt.Sprintf(format, args...))) }

type compiler struct {
	*Source
	plan    *Plan
	places  map[Place]int32
	keys    deviation
	deepest int
}

// region is a part of a body in which every place is there once at most: the
// body but for the elements of its arrays and the members of the caller's own,
// each of which is a region of its own. It holds the values that lifecycles
// and rules need.
type region struct {
	depth int
	slots int
}

func (c *compiler) newRegion(outer *region) *region {
	r := &region{}
	if outer != nil {
		r.depth = outer.depth + 1
	}
	c.deepest = max(c.deepest, r.depth)
	return r
}

// slot returns the number of a new slot.
func (c *compiler) slot(r *region) int {
	if r.slots == 64 {
		c.fail("more than 64 values that rules need")
	}
	r.slots++
	return r.slots - 1
}

// position is where the compiler is in the description.
type position struct {
	pointer   string // from the root of the body
	uncovered bool   // coverage does not come here
	region    *region
	open      []*schema.Shape
}

func (p position) member(name string) position {
	p.pointer += "/" + jsonvalue.EscapePointer(name)
	return p
}

// place returns the number of a place; -1 where coverage does not come.
func (c *compiler) place(at position, key Place) int32 {
	if at.uncovered {
		return -1
	}
	n, ok := c.places[key]
	if !ok {
		n = int32(len(c.plan.Places))
		c.places[key] = n
		c.plan.Places = append(c.plan.Places, key)
	}
	return n
}

// node is what a plan says of the values at one place.
type node struct {
	id     int
	opaque string // why the plan does not know what is right here; empty where it does
	plain  bool   // a single schema describes the place
	base   deviation
	slot   int32 // where to keep the value; -1: nowhere
	region *region

	types  kinds
	values []value // that are enumerated
	enums  [][]bool

	quick                quick
	minLength, maxLength []int
	patterns             []matcher
	formats              []string // of texts
	int32                bool     // the format of integers is int32
	bounded              bool     // it has a format of numbers with a bound that an int64 cannot pass

	minimum, maximum []limit

	members       []member
	byName        map[string]int
	required      uint64 // bits of members
	minCount      []int
	maxCount      []int
	names         *node
	patterned     []patterned
	rest          *node
	closed        bool
	undocumented  bool // members without a description are worth telling
	scopes        []*scope
	covered       bool
	prefix        []*node
	items         *node
	minItems      []int
	maxItems      []int
	units         bool // its elements are bodies of their own
	whole         bool // rules look at it even if it is null
	size          int32
	firsts, lasts []copied
}

// deviation returns that of the nth way to differ at the place.
func (n *node) deviation(way uint64) Signature { return (n.base + deviation(way)).signature() }

// The ways to differ at a place; limits and enums follow, and then members.
const (
	wayKind    = iota      // and one for each kind
	wayClosed  = iota + 8  // a member that is forbidden
	wayUnknown             // a member that is not documented
	wayName                // the name of a member
	wayLimit   = iota + 16 // one for each limit
	wayEnum    = wayLimit + 64
	wayMissing = wayEnum + 64
	wayNull    = wayMissing + 64
	waysEnd    = wayNull + 64
)

func (c *compiler) newKey(ways int) deviation {
	key := c.keys
	c.keys += deviation(ways)
	return key
}

// anything is where no schema says anything.
var anything = &node{slot: -1, size: -1, types: allKinds}

func (c *compiler) newNode() *node {
	n := &node{id: len(c.plan.nodes), slot: -1, size: -1, types: allKinds, base: c.newKey(waysEnd)}
	if len(c.plan.nodes) == most {
		c.fail("the description has more than %d places", most)
	}
	c.plan.nodes = append(c.plan.nodes, n)
	return n
}

// node compiles the shape of a place.
func (c *compiler) node(shape *schema.Shape, at position) *node {
	if shape == nil {
		return anything
	}
	n := c.newNode()
	n.region = at.region
	if slices.Contains(at.open, shape) {
		n.opaque = "a schema that contains itself"
		return n
	}
	at.open = append(slices.Clip(at.open), shape)
	d, keyword := shape.Demands()
	if d == nil {
		n.opaque = "the keyword " + keyword
		return n
	}
	n.plain = d.Plain
	c.kinds(n, d)
	c.values(n, shape, d, at)
	c.strings(n, d)
	c.numbers(n, d)
	c.objects(n, shape, d, at)
	c.arrays(n, d, at)
	if n.opaque == "" {
		c.scope(n, c.Life(shape), c.Rules(shape), at)
	}
	return n
}

// prepare notes what can be seen when everything is compiled.
func (n *node) prepare() {
	n.quick = n.quickString()
	for i := range n.members {
		n.members[i].prepare()
	}
}

// opaquely makes the place one that only the reference engine knows.
func (n *node) opaquely(format string, args ...any) {
	if n.opaque == "" {
		n.opaque = fmt.Sprintf(format, args...)
	}
}

// find returns the node that a path of member names leads to.
func (c *compiler) find(n *node, path []string) *node {
	for _, name := range path {
		if n.opaque != "" || n == anything {
			return nil
		}
		if _, err := strconv.Atoi(name); err == nil {
			c.fail("/%s could be an element", name)
		}
		i, ok := n.byName[name]
		if !ok {
			c.fail("a rule reads %s, which is not described", name)
		}
		n = n.members[i].node
	}
	return n
}

// slotAt returns the slot for the value that the path leads to.
func (c *compiler) slotAt(n *node, path []string, r *region) int32 {
	found := c.find(n, path)
	if found == nil || found == anything {
		return int32(c.slot(r)) // what comes there is declined
	}
	if found.region != r {
		c.fail("a rule reads into another region")
	}
	if found.slot < 0 {
		found.slot = int32(c.slot(r))
	}
	return found.slot
}

// Why says at which places the plan cannot follow the description.
func (p *Plan) Why() []string {
	var all []string
	for _, n := range p.nodes {
		if n.opaque != "" {
			all = append(all, n.opaque)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// decodedString returns the string that a JSON text is.
func decodedString(text string) (string, bool) {
	var s string
	if text == "" || text[0] != '"' || json.Unmarshal([]byte(text), &s) != nil {
		return "", false
	}
	return s, true
}

// matcher reports whether a text matches a pattern.
type matcher interface{ Match([]byte) bool }
