package engine

import (
	"bytes"
	"slices"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// seenBody is an object in a body that tells of a resource, and what the history keeps
// of it.
type seenBody struct {
	Moment
	packed []byte
	self   *jsonvalue.Value // nil where the body is not well-formed
	body   []byte
}

// lastSeen is what the last response of a resource said, as far as rules with oldSelf
// need it.
type lastSeen struct {
	text   []byte // what they read
	time   int64
	file   string
	packed []byte // what the history keeps
}

// compareBodies evaluates the rules that look at oldSelf, the same resource in the
// response before. A response that is older than the last one is left out. Only for a
// finding the pass of the body is needed, in which the resource is.
func (h *History) compareBodies(t *tracked, key ResourceKey, now seenBody, open func() (*pass, *resource)) {
	rules := h.v.overTime[t.shape]
	if len(rules) == 0 || now.self == nil {
		return
	}
	if h.Readings != nil {
		h.Readings(Reading{key, t.Number, now.Moment, bytes.Clone(now.packed), h.readsOf(t.shape).append(nil, now.self, now.body)})
		return
	}
	last := h.last[key]
	switch {
	case last == nil:
		last = &lastSeen{}
		h.last[key] = last
	case h.store.BeginsAnew(t.Kind, last.file, last.packed, now.File, now.packed):
	case last.time > now.Time:
		return
	default:
		h.applyOverTime(rules, last, now.self, open)
	}
	last.text = h.readsOf(t.shape).append(last.text[:0], now.self, now.body)
	last.time, last.file, last.packed = now.Time, now.File, append(last.packed[:0], now.packed...)
}

func (h *History) applyOverTime(rules []*xRule, last *lastSeen, self *jsonvalue.Value, open func() (*pass, *resource)) {
	h.before.Reset()
	old, _ := h.before.ParseAt(last.text, 0, h.v.maxDepth)
	if old == nil { // it has a name twice
		old, _ = jsonvalue.Parse(last.text, h.v.maxDepth)
	}
	for _, x := range rules {
		variables := &expression.Variables{Self: self, OldSelf: old}
		if x.expression.Uses(expression.Request) || x.expression.Uses(expression.Response) {
			p, _ := open()
			variables = p.variables(self)
			variables.OldSelf = old
		}
		if holds, ok := x.expression.Holds(variables); holds && ok {
			continue
		}
		if p, r := open(); r != nil {
			variables = p.variables(r.value)
			variables.OldSelf = old
			p.applyXRule(x, r.path, variables)
		}
	}
}

// readMembers are the members of a resource that rules read as oldSelf, and where
// readings are given away, as self.
type readMembers struct {
	names []string
	whole bool // whether they read all of it
}

func (h *History) readsOf(shape *schema.Shape) *readMembers {
	r := h.reads[shape]
	if r == nil {
		r = &readMembers{}
		h.reads[shape] = r
		for _, x := range h.v.overTime[shape] {
			r.whole = r.whole || x.expression.ReadsWhole(expression.OldSelf)
			paths := x.expression.Reads(expression.OldSelf)
			if h.Readings != nil {
				paths = append(paths, x.expression.Reads(expression.Self)...)
			}
			for _, path := range paths {
				r.names = append(r.names, path[0])
			}
		}
	}
	return r
}

// append appends what is read of an object, as a JSON text: without what else is in the
// body, unless all of it is read.
func (r *readMembers) append(text []byte, self *jsonvalue.Value, body []byte) []byte {
	if r.whole {
		return append(text, body[self.Start:self.End]...)
	}
	text = append(text, '{')
	for i := range self.Members {
		m := &self.Members[i]
		if !slices.Contains(r.names, m.Name) {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(text, body[m.NameStart:m.Value.End]...)
	}
	return append(text, '}')
}
