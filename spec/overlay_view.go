package spec

import (
	"encoding/json"

	"github.com/plumbapi/plumb/internal/jsonpath"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// view is a description as one document, from which the targets of an overlay
// select: a part of another file is in the place of a $ref to it, as a bundler
// would put it. If several $refs lead to one part, it is in the place of the
// one nearest to the root, and the others remain. A $ref within the main file
// remains.
type view struct {
	root    *node
	instead map[*node]*node          // what replaces a $ref
	objects map[*node]map[string]any // the value of each object as a Go value
	size    int                      // an upper bound of the number of values
}

// newView makes the view of a description whose files have been walked.
func newView(main *node) *view {
	v := &view{root: main, instead: map[*node]*node{}, objects: map[*node]map[string]any{}, size: main.count()}
	(&bundler{view: v, main: main, taken: map[*node]bool{}, roots: map[location]bool{}, above: map[location]bool{}}).run()
	return v
}

// bundler determines which $refs are replaced by what they lead to. The result
// contains no cycles: nothing of the main file replaces a $ref, and what
// replaces a $ref in another file is nowhere else in the view.
type bundler struct {
	view *view
	main *node

	taken map[*node]bool    // nodes that have replaced a $ref
	roots map[location]bool // the places of these
	above map[location]bool // the places of everything that contains them

	queue []*node // breadth first, so that the $ref nearest to the root counts
	later []*node // $refs within a file that is not the main one
}

// location is a place without line and column.
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

// isShown reports whether a part of a file, or something in that part, is in
// the view.
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

// leadsTo returns what a $ref with nothing beside it leads to, or nil.
func leadsTo(n *node) *node {
	if n.mark == nil || n.mark.target == nil || !refAlone(n) {
		return nil
	}
	if target := settle(n); target != nil && target.mark != nil {
		return target
	}
	return nil
}

// at returns what the view shows in place of n.
func (v *view) at(n *node) *node {
	if target, ok := v.instead[n]; ok {
		return target
	}
	return n
}

// plain returns what the view shows in place of n, as a Go value. For an object
// it is always the same map, even after a change.
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

// refresh updates the Go value of an object to its present members.
func (v *view) refresh(n *node) {
	values, ok := v.objects[n]
	if !ok {
		return // it has not been asked for yet
	}
	clear(values)
	for _, m := range n.members {
		values[m.name] = v.plain(m.value)
	}
}

// found is a node of the view that a JSONPath selects.
type found struct {
	node   *node   // the value
	held   *node   // the node in the parent: the value itself, or the $ref to it
	chain  []*node // all nodes that contain it, from the root
	inside role    // the role of its parent
	name   string  // name in its parent; empty for items
}

// find returns the node at a normalized path.
func (v *view) find(path jsonpath.NormalizedPath) found {
	f := found{node: v.root, held: v.root}
	r := role{kind: documentKind}
	for _, selector := range path {
		parent := f.node
		f.chain, f.inside, f.name = append(f.chain, parent), r, ""
		switch s := selector.(type) {
		case jsonpath.Name:
			f.name = string(s)
			f.held = parent.get(f.name)
		case jsonpath.Index:
			f.held = parent.items[s]
		}
		f.node = v.at(f.held)
		r = r.child(parent, f.name)
	}
	return f
}

// role returns the role of the node.
func (f *found) role() role {
	if len(f.chain) == 0 {
		return role{kind: documentKind}
	}
	return f.inside.child(f.chain[len(f.chain)-1], f.name)
}

// changed updates the Go values after a change in the last node of a chain.
func (v *view) changed(chain []*node) {
	for i := len(chain) - 1; i >= 0; i-- {
		if chain[i].kind == jsonvalue.Object { // below are only lists, whose Go values are made again
			v.refresh(chain[i])
			return
		}
	}
}
