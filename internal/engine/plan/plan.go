// Package plan reads bodies with a compiled plan: in one pass over their bytes,
// without building a tree and without allocating.
//
// A plan is compiled from the shape of a schema, its lifecycle and its rules.
// Reading a body yields its [Signature], the documented places that occur in
// it, and the values that a history keeps. A plan explains nothing, and declines
// a body that it cannot decide about: both are left to the reference engine.
//
// The compilation of a keyword of JSON Schema and its execution are in one
// file: value.go for keywords that apply to any value, and strings.go,
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

	// Elements is the shape of the elements where values of the schema are
	// lists whose elements count as bodies of their own, and ElementsName is the
	// member that holds the array: empty where the value itself is the array.
	Elements     *schema.Shape
	ElementsName string

	// Places returns the places that coverage counts for a shape: those of its
	// members, in their order, and that of each enumerated value, which is given
	// as JSON text.
	Places func(*schema.Shape) (members []Place, value func(text string) Place)

	Lifecycle func(*schema.Shape) *lifecycle.Lifecycle
	Rules     func(*schema.Shape) []Rule

	// Watched returns the pointers of the members whose values a history keeps.
	Watched func(*lifecycle.Lifecycle) []string

	BodyRules []Rule // those of the response, which apply to the body as a whole
}

// Rule is a rule of the description.
type Rule struct {
	Expression *expression.Expression
	At         []string // path of the member that its findings are reported at
}

// Plan is what bodies of one schema are read with. It is safe for concurrent
// use.
type Plan struct {
	Places []Place // the documented places that bodies can have

	root   *schemaNode
	nodes  []*schemaNode
	checks int // number of objectChecks
	depth  int // of the most deeply nested region
}

// Place is a member or a value that the description documents.
type Place struct {
	Schema  string // label
	Pointer string // from a value of the schema, array indexes as *
	Value   string // JSON text of an enumerated value; empty for a member
}

// maxNodes bounds the size of a plan, since descriptions can nest without
// limit.
const maxNodes = 5000

// Compile compiles a plan. The error says what in the description a plan cannot
// express.
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

// unsupportedError says why no plan can be compiled. The compiler panics with
// it.
type unsupportedError string

func (u unsupportedError) Error() string { return string(u) }

// unsupportedOf returns the error that a recovered panic holds. A panic with
// any other value is a bug, and is passed on.
func unsupportedOf(recovered any) (reason unsupportedError, ok bool) {
	if recovered == nil {
		return "", false
	}
	if reason, ok = recovered.(unsupportedError); !ok {
		panic(recovered)
	}
	return reason, true
}

// fail gives up the plan, or the checks that are being compiled.
func (c *compiler) fail(format string, args ...any) {
	panic(unsupportedError(fmt.Sprintf(format, args...)))
}

// compiler compiles one plan.
type compiler struct {
	*Source
	plan          *Plan
	places        map[Place]int32
	nextDeviation deviation
	maxDepth      int
}

// slotRegion is a part of a body in which each place occurs at most once. The
// elements of an array are regions of their own, and so is the value of each
// member that is not described by its name; the rest of the body is one region.
// A region has slots for the values that lifecycles and rules need.
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

// newSlot adds a slot to a region, and returns its number.
func (c *compiler) newSlot(r *slotRegion) int {
	if r.slots == 64 {
		c.fail("rules that need more than 64 values")
	}
	r.slots++
	return r.slots - 1
}

// schemaPosition is where the compiler is in the description.
type schemaPosition struct {
	pointer   string // from the root of the body
	uncovered bool   // coverage does not count what is here
	region    *slotRegion
	enclosing []*schema.Shape // those that the position is in
}

func (p schemaPosition) member(name string) schemaPosition {
	p.pointer += "/" + jsonvalue.EscapePointer(name)
	return p
}

// placeNumber returns the index of a place in Plan.Places; -1 where coverage
// does not count it.
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

// schemaNode is what a plan says about the values at one place: the schemas
// that describe it, compiled.
type schemaNode struct {
	id     int
	opaque string // why values here are declined; empty where they are not
	single bool   // only one schema describes the place
	base   deviation
	slot   int32 // that keeps the value; -1 for none
	region *slotRegion

	kinds      kindSet
	enumValues []enumValue
	enums      [][]bool // for each enum or const, which of the values it allows

	acceptedLengths      acceptedLengths
	minLength, maxLength []int
	patterns             []textMatcher
	formats              []string // of strings
	int32                bool     // whether a format requires integers of 32 bits
	bounded              bool     // whether it has a format of numbers with bounds

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
	reportsUndocumented bool // a member that is not described is a finding
	checks              []*objectChecks
	covered             bool
	prefixItems         []*schemaNode
	items               *schemaNode
	minItems            []int
	maxItems            []int
	elementsAreBodies   bool  // each element counts as a body of its own
	checksNull          bool  // rules apply even where the value is null
	sizeSlot            int32 // that keeps the number of elements; -1 for none
	fromFirst, fromLast []slotCopy
}

// deviation returns the signature of the deviation with that number at the
// place.
func (n *schemaNode) deviation(number uint64) Signature {
	return (n.base + deviation(number)).signature()
}

// The numbers of the deviations at a place. Several of them are the first of a
// range: of kinds, of limits, of enums, or of members.
const (
	deviationType         = iota                  // plus the kind of the value
	deviationForbidden    = iota + 8              // a member that is forbidden
	deviationUndocumented                         // a member that is not documented
	deviationName                                 // the name of a member
	deviationLimit        = iota + 16             // plus the index of the limit
	deviationEnum         = deviationLimit + 64   // plus the index of the enum
	deviationMissing      = deviationEnum + 64    // plus the index of the member
	deviationNull         = deviationMissing + 64 // likewise
	deviationsPerNode     = deviationNull + 64
)

// newDeviations reserves the numbers of so many deviations, and returns the
// first.
func (c *compiler) newDeviations(count int) deviation {
	first := c.nextDeviation
	c.nextDeviation += deviation(count)
	return first
}

// anything is the node of values that no schema describes.
var anything = &schemaNode{slot: -1, sizeSlot: -1, kinds: allKinds}

func (c *compiler) newNode() *schemaNode {
	n := &schemaNode{id: len(c.plan.nodes), slot: -1, sizeSlot: -1, kinds: allKinds, base: c.newDeviations(deviationsPerNode)}
	if len(c.plan.nodes) == maxNodes {
		c.fail("the description has more than %d places", maxNodes)
	}
	c.plan.nodes = append(c.plan.nodes, n)
	return n
}

// compileNode compiles the shape at a position.
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

// prepare computes what depends on the whole plan being compiled.
func (n *schemaNode) prepare() {
	n.acceptedLengths = n.lengthsAccepted()
	for i := range n.members {
		n.members[i].prepare()
	}
}

// markOpaque makes the plan decline all values at the place. The first reason
// is kept.
func (n *schemaNode) markOpaque(format string, args ...any) {
	if n.opaque == "" {
		n.opaque = fmt.Sprintf(format, args...)
	}
}

// find returns the node that a path of member names leads to; nil where the
// path leads through a place that the plan declines, or that nothing describes.
func (c *compiler) find(n *schemaNode, path []string) *schemaNode {
	for _, name := range path {
		if n.opaque != "" || n == anything {
			return nil
		}
		if _, err := strconv.Atoi(name); err == nil {
			c.fail("a rule that reads /%s, which could be an element", name)
		}
		i, ok := n.byName[name]
		if !ok {
			c.fail("a rule that reads %s, which is not described", name)
		}
		n = n.members[i].node
	}
	return n
}

// slotOf returns the slot of the value that a path leads to.
func (c *compiler) slotOf(n *schemaNode, path []string, r *slotRegion) int32 {
	found := c.find(n, path)
	if found == nil || found == anything {
		return int32(c.newSlot(r)) // never filled
	}
	if found.region != r {
		c.fail("a rule that reads into an element, or into a member of any name")
	}
	if found.slot < 0 {
		found.slot = int32(c.newSlot(r))
	}
	return found.slot
}

// OpaqueParts returns the reasons why the plan declines values at some places,
// sorted.
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

// decodedString returns the string that a JSON text encodes.
func decodedString(text string) (string, bool) {
	var s string
	if text == "" || text[0] != '"' || json.Unmarshal([]byte(text), &s) != nil {
		return "", false
	}
	return s, true
}

// textMatcher reports whether a text matches a pattern.
type textMatcher interface{ Match([]byte) bool }
