package spec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// file is one file of a description.
type file struct {
	name    string // slash-separated, from the root of what it was read from
	data    []byte
	root    *node
	dialect dialect
}

// dialect is the language of a schema.
type dialect int

const (
	openAPI30 dialect = iota
	openAPI31         // JSON Schema 2020-12; the words of OpenAPI 3.0 are understood too
	declared          // what the $schema of the schema says
)

// mark is what the description says a node is.
type mark struct {
	kind    kind
	dialect dialect
	file    *file
	place   Place

	// target is what the node's $ref leads to; nil without a $ref, and where
	// the schema compiler has to find it.
	target *node
}

// walker visits everything that a description says is an object of OpenAPI,
// through every $ref, and marks it.
type walker struct {
	load  func(name string) (*file, error)
	root  string                   // folder outside which no $ref may lead
	shown func(name string) string // how the user knows a file or folder

	visited  map[visit]bool
	todo     []func()
	refs     []*node         // objects with a $ref that leads somewhere
	unfound  []unfound       // $refs that do not
	ids      map[string]bool // the $id of each schema, absolute
	reported map[string]bool // files whose own fault is among the problems
	problems []problem
}

type visit struct {
	node *node
	kind kind
}

// position is where the walker is.
type position struct {
	file    *file
	place   Place
	dialect dialect
	base    base
}

func (f *file) start() position {
	return position{
		file:    f,
		place:   Place{File: f.name, Line: f.root.line, Column: f.root.column},
		dialect: f.dialect,
		base:    f.base(),
	}
}

// at is the position of what stands under a token, from a line and column on.
func (p position) at(token string, n *node, line, column int) position {
	p.place.Pointer = pointerTo(p.place.Pointer, token)
	p.place.Line, p.place.Column, p.place.Overlay = line, column, n.overlay
	return p
}

// walk visits the description in f, and all that it refers to.
func (w *walker) walk(f *file) error {
	w.visited, w.ids, w.reported = map[visit]bool{}, map[string]bool{}, map[string]bool{}
	w.visit(f.root, documentKind, f.start())
	for len(w.todo) > 0 {
		next := w.todo[0]
		w.todo = w.todo[1:]
		next()
	}
	w.checkUnfound()
	w.checkCycles()
	return w.err()
}

func (w *walker) visit(n *node, k kind, p position) {
	if w.visited[visit{n, k}] {
		return
	}
	w.visited[visit{n, k}] = true
	if k == schemaKind {
		p = w.enterSchema(n, p)
	}
	if n.mark == nil || k == schemaKind {
		n.mark = &mark{kind: k, dialect: p.dialect, file: p.file, place: p.place}
	}
	if n.kind != jsonvalue.Object {
		// Null is as good as an empty object, and what a schema may be is for
		// its compiler to say.
		if n.kind != jsonvalue.Null && k != schemaKind {
			w.fail(p.place, "%s must be an object, not %s", withArticle(string(k)), withArticle(n.kind.String()))
		}
		return
	}
	if k.canRefer() {
		w.refer(n, k, p)
	}
	for _, m := range n.members {
		if c, ok := childOf(k, m.name); ok {
			w.children(m.value, k, m.name, c, p.at(m.name, m.value, m.line, m.column))
		}
	}
}

// children visits what stands under the member with that name.
func (w *walker) children(n *node, parent kind, name string, c child, p position) {
	switch {
	case c.form == one || c.form == oneOrList && n.kind != jsonvalue.Array:
		w.visit(n, c.kind, p)
	case n.kind == jsonvalue.Array && (c.form == list || c.form == oneOrList):
		for i, item := range n.items {
			w.visit(item, c.kind, p.at(strconv.Itoa(i), item, item.line, item.column))
		}
	case n.kind == jsonvalue.Object && (c.form == named || c.form == patterned):
		for _, m := range n.members {
			if c.form == named || !isExtension(m.name) {
				w.visit(m.value, c.kind, p.at(m.name, m.value, m.line, m.column))
			}
		}
	case n.kind == jsonvalue.Null, parent == schemaKind:
	case c.form == list:
		w.fail(p.place, "%s must be a list, not %s", name, withArticle(n.kind.String()))
	default:
		w.fail(p.place, "%s must be an object, not %s", name, withArticle(n.kind.String()))
	}
}

// problem is one thing that makes a description unusable.
type problem struct {
	place   Place
	message string
}

func (w *walker) fail(p Place, format string, args ...any) {
	w.problems = append(w.problems, problem{p, fmt.Sprintf(format, args...)})
}

const maxProblems = 10

// err returns the first problems, file by file and line by line.
func (w *walker) err() error {
	slices.SortStableFunc(w.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.place.File, b.place.File), cmp.Compare(a.place.Line, b.place.Line), cmp.Compare(a.place.Column, b.place.Column))
	})
	var errs []error
	for i, p := range w.problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("and %d more errors of this kind", len(w.problems)-i))
			break
		}
		errs = append(errs, errorAt(w.source(p.place), p.place.Line, p.place.Column, p.message))
	}
	return errors.Join(errs...)
}

// source is the file that the lines of a place are in, as the user knows it.
func (w *walker) source(p Place) string {
	if p.Overlay != "" {
		return p.Overlay
	}
	return w.shown(p.File)
}

// errorAt says what is wrong at a place; a line or column of 0 is not known.
func errorAt(file string, line, column int, message string) error {
	switch {
	case line == 0:
		return fmt.Errorf("%s: %s", file, message)
	case column == 0:
		return fmt.Errorf("%s:%d: %s", file, line, message)
	}
	return fmt.Errorf("%s:%d:%d: %s", file, line, column, message)
}
