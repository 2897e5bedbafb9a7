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

	Lifecycle func(*schema.Shape) *lifecycle.Lifecycle
	Rules     func(*schema.Shape) []Rule

	// Watched are the members whose values a history keeps, as pointers.
	Watched func(*lifecycle.Lifecycle) []string

	BodyRules []Rule // that compare the whole body with its request
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

	root   *schemaNode
	nodes  []*schemaNode
	checks int // how many there are
	depth  int // how deep regions nest
}

// Place is a member or a value that the description documents.
type Place struct {
	Schema  string // label
	Pointer string // from a value of the schema, array indexes as *
	Value   string // where it is a value: which, as JSON text
}

// maxNodes bounds the size of a plan: descriptions nest without end.
const maxNodes = 5000

// Compile makes a plan. The error says what it cannot express, and where.
func Compile(s *Source) (p *Plan, err error) {
	c := &compiler{Source: s, plan: &Plan{}, places: map[Place]int32{}}
	defer func() {
		if reason, ok := unsupportedOf(recover()); ok {
			p, err = nil, reason
		}
	}()
	pos := schemaPosition{region: c.newRegion(nil)}
	c.plan.root = c.compileNode(s.Shape, pos)
	if len(s.BodyRules) > 0 {
		c.plan.root.checksNull = true
		c.compileChecks(c.plan.root, nil, s.BodyRules, pos)
	}
	if c.plan.root.opaque != "" {
		c.fail("%s", c.plan.root.opaque)
	}
	c.plan.depth = c.maxDepth
	for _, n := range c.plan.nodes {
		n.prepare()
	}
	return c.plan, nil
}

// unsupportedError is why a plan cannot be made.
type unsupportedError string

func (u unsupportedError) Error() string { return string(u) }

// unsupportedOf returns the reason that a recovered panic gives. A panic of any
// other kind is a bug, and is passed on.
func unsupportedOf(recovered any) (reason unsupportedError, ok bool) {
	if recovered == nil {
		return "", false
	}
	if reason, ok = recovered.(unsupportedError); !ok {
		panic(recovered)
	}
	return reason, true
}

func (c *compiler) fail(format string, args ...any) {
	panic(unsupportedError(fmt.Sprintf(format, args...)))
}

type compiler struct {
	*Source
	plan          *Plan
	places        map[Place]int32
	nextDeviation deviation
	maxDepth      int
}

// slotRegion is a part of a body in which every place is there once at most: the
// body but for the elements of its arrays and the members of the caller's own,
// each of which is a slotRegion of its own. It holds the values that lifecycles
// and rules need.
type slotRegion struct {
	depth int
	slots int
}

func (c *compiler) newRegion(outer *slotRegion) *slotRegion {
	r := &slotRegion{}
	if outer != nil {
		r.depth = outer.depth + 1
	}
	c.maxDepth = max(c.maxDepth, r.depth)
	return r
}

// newSlot returns the number of a new newSlot.
func (c *compiler) newSlot(r *slotRegion) int {
	if r.slots == 64 {
		c.fail("more than 64 values that rules need")
	}
	r.slots++
	return r.slots - 1
}

// schemaPosition is where the compiler is in the description.
type schemaPosition struct {
	pointer   string // from the root of the body
	uncovered bool   // coverage does not come here
	region    *slotRegion
	enclosing []*schema.Shape
}

func (p schemaPosition) member(name string) schemaPosition {
	p.pointer += "/" + jsonvalue.EscapePointer(name)
	return p
}

// placeNumber returns the number of a placeNumber; -1 where coverage does not come.
func (c *compiler) placeNumber(at schemaPosition, key Place) int32 {
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

// schemaNode is what a plan says of the values at one place.
type schemaNode struct {
	id     int
	opaque string // why the plan does not know what is right here; empty where it does
	single bool   // a single schema describes the place
	base   deviation
	slot   int32 // where to keep the value; -1: nowhere
	region *slotRegion

	kinds      kindSet
	enumValues []enumValue // that are enumerated
	enums      [][]bool

	acceptedLengths      acceptedLengths
	minLength, maxLength []int
	patterns             []textMatcher

	minimum, maximum []numberLimit

	members             []memberPlan
	byName              map[string]int
	required            uint64 // bits of members
	minMembers          []int
	maxMembers          []int
	memberNames         *schemaNode
	patternMembers      []patternMembers
	additional          *schemaNode
	forbidsOthers       bool
	reportsUndocumented bool // members without a description are worth telling
	checks              []*objectChecks
	covered             bool
	prefixItems         []*schemaNode
	items               *schemaNode
	minItems            []int
	maxItems            []int
	elementsAreBodies   bool // its elements are bodies of their own
	checksNull          bool // rules look at it even if it is null
	sizeSlot            int32
	fromFirst, fromLast []slotCopy
}

// deviation returns that of the nth way to differ at the place.
func (n *schemaNode) deviation(number uint64) Signature {
	return (n.base + deviation(number)).signature()
}

// The ways to differ at a place; limits and enums follow, and then members.
const (
	deviationType         = iota      // and one for each kind
	deviationForbidden    = iota + 8  // a member that is forbidden
	deviationUndocumented             // a member that is not documented
	deviationName                     // the name of a member
	deviationLimit        = iota + 16 // one for each limit
	deviationEnum         = deviationLimit + 64
	deviationMissing      = deviationEnum + 64
	deviationNull         = deviationMissing + 64
	deviationsPerNode     = deviationNull + 64
)

func (c *compiler) newDeviations(count int) deviation {
	first := c.nextDeviation
	c.nextDeviation += deviation(count)
	return first
}

// anything is where no schema says anything.
var anything = &schemaNode{slot: -1, sizeSlot: -1, kinds: allKinds}

func (c *compiler) newNode() *schemaNode {
	n := &schemaNode{id: len(c.plan.nodes), slot: -1, sizeSlot: -1, kinds: allKinds, base: c.newDeviations(deviationsPerNode)}
	if len(c.plan.nodes) == maxNodes {
		c.fail("the description has more than %d places", maxNodes)
	}
	c.plan.nodes = append(c.plan.nodes, n)
	return n
}

// compileNode compiles the shape of a place.
func (c *compiler) compileNode(shape *schema.Shape, at schemaPosition) *schemaNode {
	if shape == nil {
		return anything
	}
	n := c.newNode()
	n.region = at.region
	if slices.Contains(at.enclosing, shape) {
		n.opaque = "a schema that contains itself"
		return n
	}
	at.enclosing = append(slices.Clip(at.enclosing), shape)
	d, keyword := shape.Demands()
	if d == nil {
		n.opaque = "the keyword " + keyword
		return n
	}
	n.single = d.Plain
	c.compileType(n, d)
	c.compileEnum(n, shape, d, at)
	c.compileString(n, d)
	c.compileNumber(n, d)
	c.compileObject(n, shape, d, at)
	c.compileArray(n, d, at)
	if n.opaque == "" {
		c.compileChecks(n, c.Lifecycle(shape), c.Rules(shape), at)
	}
	return n
}

// prepare notes what can be seen when everything is compiled.
func (n *schemaNode) prepare() {
	n.acceptedLengths = n.lengthsAccepted()
	for i := range n.members {
		n.members[i].prepare()
	}
}

// markOpaque makes the place one that only the reference engine knows.
func (n *schemaNode) markOpaque(format string, args ...any) {
	if n.opaque == "" {
		n.opaque = fmt.Sprintf(format, args...)
	}
}

// find returns the node that a path of member names leads to.
func (c *compiler) find(n *schemaNode, path []string) *schemaNode {
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

// slotOf returns the slot for the value that the path leads to.
func (c *compiler) slotOf(n *schemaNode, path []string, r *slotRegion) int32 {
	found := c.find(n, path)
	if found == nil || found == anything {
		return int32(c.newSlot(r)) // what comes there is declined
	}
	if found.region != r {
		c.fail("a rule reads into another region")
	}
	if found.slot < 0 {
		found.slot = int32(c.newSlot(r))
	}
	return found.slot
}

// OpaqueParts says at which places the plan cannot follow the description.
func (p *Plan) OpaqueParts() []string {
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

// textMatcher reports whether a text matches a pattern.
type textMatcher interface{ Match([]byte) bool }
