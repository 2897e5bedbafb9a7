package spec

import (
	"encoding/json"

	pathspec "github.com/theory/jsonpath/spec"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// view is a description as one document, which is what the targets of an
// overlay see: a part of another file is where a $ref to it is, as a bundler
// would put it. Where several $refs lead to one part, it is at the one nearest
// to the root, and the others remain. A $ref within the main file remains.
type view struct {
	root    *node
	instead map[*node]*node          // what is in the place of a $ref
	objects map[*node]map[string]any // the plain value of each object
	size    int                      // how many values there are at most
}

// newView makes the view of a description whose files have been walked.
func newView(main *node) *view {
	v := &view{root: main, instead: map[*node]*node{}, objects: map[*node]map[string]any{}, size: main.count()}
	(&bundler{view: v, main: main, taken: map[*node]bool{}, roots: map[location]bool{}, above: map[location]bool{}}).run()
	return v
}

// bundler finds out which $refs are replaced with what they lead to. None of
// the outcome holds itself: nothing of the main file replaces a $ref, and what
// replaces a $ref in another file is nowhere else in the view.
type bundler struct {
	view *view
	main *node

	taken map[*node]bool    // what has replaced a $ref
	roots map[location]bool // the places of these
	above map[location]bool // all that these are a part of

	queue []*node // breadth first, so that the $ref nearest to the root counts
	later []*node // $refs within a file that is not the main one
}

// location is a place without its line.
type location struct{ file, pointer string }

func (b *bundler) run() {
	b.queue = []*node{b.main}
	for len(b.queue)+len(b.later) > 0 {
		for len(b.queue) > 0 {
			n := b.queue[0]
			b.queue = b.queue[1:]
			for _, m := range n.members {
				b.enter(m.value)
			}
			for _, item := range n.items {
				b.enter(item)
			}
		}
		for _, ref := range b.later {
			if target := leadsTo(ref); !b.isShown(target) {
				b.replace(ref, target)
			}
		}
		b.later = nil
	}
}

func (b *bundler) enter(n *node) {
	target := leadsTo(n)
	switch {
	case target == nil || target.mark.file == b.main.mark.file:
		b.queue = append(b.queue, n)
	case n.mark.file == b.main.mark.file && !b.taken[target], n.mark.file != target.mark.file && !b.isShown(target):
		b.replace(n, target)
	case n.mark.file == target.mark.file:
		b.later = append(b.later, n)
	}
}

func (b *bundler) replace(ref, target *node) {
	b.view.instead[ref] = target
	b.view.size += target.count()
	b.queue = append(b.queue, target)
	b.taken[target] = true
	place := location{target.mark.file.name, target.mark.place.Pointer}
	b.roots[place] = true
	for ; place.pointer != ""; b.above[place] = true {
		place.pointer = parentPointer(place.pointer)
	}
}

// isShown reports whether something of a file, or a part of it, is in the view.
func (b *bundler) isShown(n *node) bool {
	place := location{n.mark.file.name, n.mark.place.Pointer}
	if b.above[place] {
		return true
	}
	for {
		if b.roots[place] {
			return true
		}
		if place.pointer == "" {
			return false
		}
		place.pointer = parentPointer(place.pointer)
	}
}

// leadsTo returns what a lone $ref leads to, or nil.
func leadsTo(n *node) *node {
	if n.mark == nil || n.mark.target == nil || !refAlone(n) {
		return nil
	}
	if target := settle(n); target != nil && target.mark != nil {
		return target
	}
	return nil
}

// at is what the view shows where the description has n.
func (v *view) at(n *node) *node {
	if target, ok := v.instead[n]; ok {
		return target
	}
	return n
}

// plain returns what the view shows where the description has n, as plain
// values of Go. Those of an object remain the same map when it changes.
func (v *view) plain(n *node) any {
	switch n = v.at(n); n.kind {
	case jsonvalue.Object:
		values, ok := v.objects[n]
		if !ok {
			values = make(map[string]any, len(n.members))
			v.objects[n] = values
			v.refresh(n)
		}
		return values
	case jsonvalue.Array:
		values := make([]any, len(n.items))
		for i, item := range n.items {
			values[i] = v.plain(item)
		}
		return values
	case jsonvalue.String:
		return n.text
	case jsonvalue.Number:
		return json.Number(n.text)
	case jsonvalue.Bool:
		return n.text == "true"
	}
	return nil
}

// refresh makes the plain value of an object that of its members now.
func (v *view) refresh(n *node) {
	values, ok := v.objects[n]
	if !ok {
		return // it will be made when it is asked for
	}
	clear(values)
	for _, m := range n.members {
		values[m.name] = v.plain(m.value)
	}
}

// found is one node of the view that a JSONPath selects.
type found struct {
	node   *node   // the value
	held   *node   // what its parent holds: the value, or the $ref to it
	chain  []*node // all that it is in, from the root
	inside role    // what its parent is
	name   string  // in its parent; empty for items
}

// find follows a normalized path.
func (v *view) find(path pathspec.NormalizedPath) found {
	f := found{node: v.root, held: v.root}
	r := role{kind: documentKind}
	for _, selector := range path {
		parent := f.node
		f.chain, f.inside, f.name = append(f.chain, parent), r, ""
		switch s := selector.(type) {
		case pathspec.Name:
			f.name = string(s)
			f.held = parent.get(f.name)
		case pathspec.Index:
			f.held = parent.items[s]
		}
		f.node = v.at(f.held)
		r = r.child(parent, f.name)
	}
	return f
}

// role is what the description says of the node.
func (f *found) role() role {
	if len(f.chain) == 0 {
		return role{kind: documentKind}
	}
	return f.inside.child(f.chain[len(f.chain)-1], f.name)
}

// changed makes the plain values follow a change in the last node of a chain.
func (v *view) changed(chain []*node) {
	for i := len(chain) - 1; i >= 0; i-- {
		if chain[i].kind == jsonvalue.Object { // what is below are lists, which are made anew
			v.refresh(chain[i])
			return
		}
	}
}
