package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// arrays are the keywords of arrays: items and prefixItems, additionalItems of older
// drafts, contains, minItems, maxItems, uniqueItems and unevaluatedItems.
type arrays struct {
	minItems, maxItems       int // -1 if absent
	unique                   bool
	prefix                   []*node
	items                    *node // of the elements after those; or nil
	noMore                   bool  // there must be no others
	open                     bool  // the others may be anything, and count as evaluated
	contains                 *node
	minContains, maxContains int // -1 if absent
	containsEvaluates        bool
	unevaluatedItems         *node
}

func (a *arrays) compile(n *node) {
	a.minItems, a.maxItems, a.unique = n.MinItems, n.MaxItems, n.UniqueItems
	a.prefix, a.items = n.set.nodesOf(n.firstItems()), n.set.nodeOf(n.Items2020)
	if older, ok := n.Items.(*jsonschema.Schema); ok {
		a.items = n.set.node(older)
	}
	switch additional := n.AdditionalItems.(type) {
	case bool:
		a.noMore, a.open = !additional, additional
	case *jsonschema.Schema:
		a.items = n.set.node(additional)
	}
	a.contains, a.containsEvaluates = n.set.nodeOf(n.Contains), n.ContainsEval
	a.minContains, a.maxContains = n.MinContains, n.MaxContains
	a.unevaluatedItems = n.set.nodeOf(n.UnevaluatedItems)
}

// array evaluates the keywords of arrays but for unevaluatedItems.
func (p *program) array(e *evaluator, v *jsonvalue.Value, r *result) {
	a := &p.arrays
	if len(v.Items) < a.minItems {
		e.fail(r, p.node, "minItems", hard)
	}
	if a.maxItems >= 0 && len(v.Items) > a.maxItems {
		e.fail(r, p.node, "maxItems", hard)
	}
	if a.unique {
		e.pin(v)
		if hasEqual(v.Items) {
			e.fail(r, p.node, "uniqueItems", hard)
		}
	}
	for i, item := range v.Items {
		of := a.items
		if i < len(a.prefix) {
			of = a.prefix[i]
		}
		if of == nil {
			break
		}
		r.covered.add(i)
		r.addWithin(e.within(of, v, i, item))
	}
	if a.noMore && len(v.Items) > len(a.prefix) {
		e.fail(r, p.node, "additionalItems", hard)
	}
	if a.open || a.items != nil {
		r.covered.all()
	}
	if a.contains != nil {
		p.containing(e, v, r)
	}
}

// containing evaluates contains, minContains and maxContains.
func (p *program) containing(e *evaluator, v *jsonvalue.Value, r *result) {
	matched, open := 0, ""
	e.judging++
	for i, item := range v.Items {
		switch found := e.within(p.contains, v, i, item); {
		case found.strict():
			matched++
			if p.containsEvaluates {
				r.covered.add(i)
			}
		case found.failures+found.tolerated == 0:
			open = found.undecided
		}
	}
	e.judging--
	switch {
	case open != "":
		e.undecided(r, p.node, open)
	case matched < p.minContains:
		e.fail(r, p.node, "minContains", hard)
	case p.maxContains >= 0 && matched > p.maxContains:
		e.fail(r, p.node, "maxContains", hard)
	}
}

// hasEqual reports whether two of the values are equal.
func hasEqual(values []*jsonvalue.Value) bool {
	known := make(map[string]bool, len(values))
	var text []byte
	for _, v := range values {
		text = appendCanonical(text[:0], v)
		if known[string(text)] {
			return true
		}
		known[string(text)] = true
	}
	return false
}

// unevaluated evaluates unevaluatedItems and unevaluatedProperties: when all else
// that could look at a member or element has done so.
func (p *program) unevaluated(e *evaluator, v *jsonvalue.Value, r *result) {
	switch {
	case v.Kind == jsonvalue.Array && p.unevaluatedItems != nil:
		for i, item := range v.Items {
			if !r.covered.evaluated.has(i) {
				r.addWithin(e.within(p.unevaluatedItems, v, i, item))
			}
		}
		r.covered.all()
	case v.Kind == jsonvalue.Object && p.unevaluatedProperties != nil:
		for i := range v.Members {
			if !r.covered.evaluated.has(i) && isLast(v, i) {
				p.other(e, "unevaluatedProperties", p.unevaluatedProperties, v, i, r)
			}
		}
		r.covered.all()
	}
}
