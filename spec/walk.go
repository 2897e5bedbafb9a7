package spec

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// file is one file of a description.
type file struct {
	name    string // slash-separated, from the root of the file system
	data    []byte
	root    *node
	dialect dialect
}

// mark is what the description says about a node.
type mark struct {
	kind    kind
	dialect dialect
	file    *file
	place   plumb.Source

	// target is what the node's $ref leads to; nil if there is none, or it
	// leads nowhere.
	target *node

	// For a schema: what its $dynamicRef leads to as written, and what its
	// $recursiveRef leads to; the outermost schema around it, and the base of
	// its own references.
	dynamicTarget, recursiveTarget, outermost *node
	base                                      base

	// whole marks an outermost schema that the compiler must get in one piece,
	// because it has references that depend on the schemas that led to them.
	whole bool

	// unusable marks an object whose $ref leads nowhere, so that what it
	// describes is not known.
	unusable bool

	// leftOut are the keywords of a schema that are not valid.
	leftOut []string

	discriminator *discriminator // nil without one

	// isAnyOf marks a schema whose oneOf is written as anyOf, because it cannot
	// be decided whether only one alternative matches.
	isAnyOf bool
}

func (m *mark) leaveOut(keyword string) { m.leftOut = append(m.leftOut, keyword) }

func (m *mark) isLeftOut(keyword string) bool { return slices.Contains(m.leftOut, keyword) }

// walker visits every OpenAPI object of a description, including those that
// $refs lead to, and marks it.
type walker struct {
	load  func(name string) (*file, error)
	root  string                   // folder outside of which no $ref may lead
	shown func(name string) string // returns the name of a file or folder as the user knows it

	visited  map[visit]bool
	homes    map[*node]kind // kinds of nodes by their position in the description, not by a $ref
	todo     []func()
	waiting  []ref   // references to an $id or an anchor, which are known when everything has been visited
	last     bool    // whether everything has been visited
	refs     []*node // objects with a $ref that leads somewhere
	schemas  []*node
	anchors  map[string]located // by absolute URL: schemas with an $id or an anchor
	dynamic  map[string][]*node // schemas by their $dynamicAnchor
	reported map[string]bool    // files whose own fault is among the warnings
	warned   map[string]bool    // messages that are reported only once
	patterns map[string]*ecmaregexp.Regexp
	warnings []Warning
	extended bool // whether there is an extension of ours
}

type visit struct {
	node *node
	kind kind
}

// position is the position of the walker.
type position struct {
	file    *file
	place   plumb.Source
	dialect dialect
	base    base

	outermost *node // of the schemas around; nil outside of schemas
	resource  *node // of the schemas around, the nearest with an $id, else the outermost
	recursive *node // of the schemas around, the nearest with a $recursiveAnchor
}

// located is a node and its position.
type located struct {
	node     *node
	position position
}

func (f *file) start() position {
	return position{
		file:    f,
		place:   plumb.Source{File: f.name, Line: f.root.line, Column: f.root.column},
		dialect: f.dialect,
		base:    f.base(),
	}
}

// at returns the position of what is under a token, given its line and column.
func (p position) at(token string, n *node, line, column int) position {
	p.place.Pointer = pointerTo(p.place.Pointer, token)
	p.place.Line, p.place.Column, p.place.Overlay = line, column, n.overlay
	return p
}

// walk visits the description in f, and everything that it refers to.
func (w *walker) walk(f *file) {
	w.visited, w.homes, w.reported = map[visit]bool{}, map[*node]kind{}, map[string]bool{}
	w.warned, w.patterns = map[string]bool{}, map[string]*ecmaregexp.Regexp{}
	w.anchors, w.dynamic = map[string]located{}, map[string][]*node{}
	w.checkDialect(f.root, "jsonSchemaDialect", f.start())
	w.visitHome(f.root, documentKind, f.start())
	for len(w.todo) > 0 {
		for len(w.todo) > 0 {
			next := w.todo[0]
			w.todo = w.todo[1:]
			next()
		}
		w.followAnchors()
	}
	w.giveUp()
	w.checkKinds()
	w.checkCycles()
	w.loosen()
	w.keepWhole()
	slices.SortStableFunc(w.warnings, func(a, b Warning) int { return comparePlaces(a.Place, b.Place) })
}

func (w *walker) visit(n *node, k kind, p position) {
	if w.visited[visit{n, k}] {
		return
	}
	w.visited[visit{n, k}] = true
	if k == schemaKind {
		around := p
		p = w.enterSchema(n, p)
		n.cut = n.cut || around.resource != nil && (p.resource == n || p.dialect != around.dialect)
		w.schemas = append(w.schemas, n)
	}
	if n.mark == nil || k == schemaKind {
		n.mark = &mark{kind: k, dialect: p.dialect, file: p.file, place: p.place, outermost: p.outermost, base: p.base}
	}
	if k == schemaKind {
		w.checkSchema(n, p)
	}
	if n.kind != jsonvalue.Object {
		// Null is treated like an empty object.
		if n.kind != jsonvalue.Null && k != schemaKind {
			w.fail(p.place, "%s must be an object, not %s", withArticle(string(k)), withArticle(n.kind.String()))
			n.mark.unusable = true
		}
		return
	}
	w.extended = w.extended || n.find("x-lifecycle") != nil || n.find("x-rules") != nil
	w.refer(n, k, p)
	for _, m := range n.members {
		if c, ok := childOf(k, m.name); ok {
			w.children(m.value, k, m.name, c, p.at(m.name, m.value, m.line, m.column))
		}
	}
}

// visitHome visits a node whose kind follows from its position in the
// description.
func (w *walker) visitHome(n *node, k kind, p position) {
	if _, ok := w.homes[n]; !ok {
		w.homes[n] = k
	}
	w.visit(n, k, p)
}

// children visits the objects in the member with that name.
func (w *walker) children(n *node, parent kind, name string, c child, p position) {
	switch {
	case c.form == one || c.form == oneOrList && n.kind != jsonvalue.Array:
		w.visitHome(n, c.kind, p)
	case n.kind == jsonvalue.Array && (c.form == list || c.form == oneOrList):
		for i, item := range n.items {
			w.visitHome(item, c.kind, p.at(strconv.Itoa(i), item, item.line, item.column))
		}
	case n.kind == jsonvalue.Object && (c.form == named || c.form == patterned):
		if _, ok := w.homes[n]; !ok {
			w.homes[n] = kind("map of " + textfmt.Plural(string(c.kind)))
		}
		for _, m := range n.members {
			isNames := name == "dependencies" && m.value.kind == jsonvalue.Array
			if (c.form == named || !isExtension(m.name)) && !isNames {
				w.visitHome(m.value, c.kind, p.at(m.name, m.value, m.line, m.column))
			}
		}
	case n.kind == jsonvalue.Null, parent == schemaKind:
	case c.form == list:
		w.fail(p.place, "%s must be a list, not %s", name, withArticle(n.kind.String()))
	default:
		w.fail(p.place, "%s must be an object, not %s", name, withArticle(n.kind.String()))
	}
}

func (w *walker) fail(p plumb.Source, format string, args ...any) {
	w.warnings = append(w.warnings, Warning{p, fmt.Sprintf(format, args...)})
}

// errorAt returns an error at a place; a line or column of 0 is not known.
func errorAt(file string, line, column int, message string) error {
	switch {
	case line == 0:
		return fmt.Errorf("%s: %s", file, message)
	case column == 0:
		return fmt.Errorf("%s:%d: %s", file, line, message)
	}
	return fmt.Errorf("%s:%d:%d: %s", file, line, column, message)
}
