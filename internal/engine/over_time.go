package engine

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// overTime are the rules of the description that look at oldSelf, the same resource in the
// response before, and what they read of it and of self.
type overTime struct {
	rules []*xRule
	names []string // of the members that are read
	whole bool     // whether all of the object is read
}

func newOverTime(rules []*xRule) overTime {
	o := overTime{rules: rules}
	for _, x := range rules {
		for _, variable := range []string{expression.Self, expression.OldSelf} {
			o.whole = o.whole || x.expression.ReadsWhole(variable)
			for _, path := range x.expression.Reads(variable) {
				o.names = append(o.names, path[0])
			}
		}
	}
	return o
}

// eachRead calls yield for the parts of a body that are read of an object in it: each from
// the name of a member to the end of its value, or the whole object.
func (o *overTime) eachRead(self *jsonvalue.Value, yield func(start, end int)) {
	if o.whole {
		yield(self.Start, self.End)
		return
	}
	for i := range self.Members {
		if m := &self.Members[i]; slices.Contains(o.names, m.Name) {
			yield(m.NameStart, m.Value.End)
		}
	}
}

// appendRead appends what is read of an object in a body, as a JSON text.
func (o *overTime) appendRead(text []byte, self *jsonvalue.Value, body []byte) []byte {
	r := o.reader(text)
	o.eachRead(self, func(start, end int) { r.add(body[start:end]) })
	return r.end()
}

// readText makes a JSON text of the parts of an object that are read.
type readText struct {
	text    []byte
	members bool // whether the parts are members
	some    bool // whether there is a part already
}

func (o *overTime) reader(text []byte) readText {
	if !o.whole {
		text = append(text, '{')
	}
	return readText{text: text, members: !o.whole}
}

func (r *readText) add(part []byte) {
	if r.some {
		r.text = append(r.text, ',')
	}
	r.text, r.some = append(r.text, part...), true
}

func (r *readText) end() []byte {
	if r.members {
		return append(r.text, '}')
	}
	return r.text
}

// lastSeen is what the last response of a resource said, as far as rules with oldSelf
// need it.
type lastSeen struct {
	read   []byte
	time   int64
	file   string
	packed []byte // what the history keeps
}

// compareRead evaluates the rules that look at oldSelf, on what they read of a resource.
// A response that is older than the last one is left out. Only for a finding the pass of
// the body is needed, in which the resource is.
func (h *History) compareRead(t *tracked, key ResourceKey, at Moment, x *plumb.Exchange, now lastSeen, open func() (*pass, *resource)) {
	if h.Readings != nil {
		h.Readings(Reading{key, t.index, at, bytes.Clone(now.packed), bytes.Clone(now.read), h.requestOf(t, x)})
		return
	}
	last := h.last[key]
	switch {
	case last == nil:
		last = &lastSeen{}
		h.last[key] = last
	case h.store.BeginsAnew(t.Kind, last.file, last.packed, now.file, now.packed):
	case last.time > now.time:
		return
	default:
		self, old := h.parseRead(&h.self, now.read), h.parseRead(&h.oldSelf, last.read)
		h.applyOverTime(t.overTime.rules, self, old, open)
	}
	last.read, last.packed = append(last.read[:0], now.read...), append(last.packed[:0], now.packed...)
	last.time, last.file = now.time, now.file
}

// requestOf returns the request of an exchange as the rules of a resource read it.
func (h *History) requestOf(t *tracked, x *plumb.Exchange) []byte {
	if !slices.ContainsFunc(t.rules, func(r *xRule) bool { return r.expression.Uses(expression.Request) }) {
		return nil
	}
	p := newPass(h.v, x)
	p.identify()
	text, err := json.Marshal(p.celRequest())
	if err != nil {
		return nil // it has texts only
	}
	return text
}

func (h *History) parseRead(parser *jsonvalue.Parser, text []byte) *jsonvalue.Value {
	parser.Reset()
	if v, _ := parser.ParseAt(text, 0, h.v.maxDepth); v != nil {
		return v
	}
	v, _ := jsonvalue.Parse(text, h.v.maxDepth) // it has a name twice
	return v
}

func (h *History) applyOverTime(rules []*xRule, self, old *jsonvalue.Value, open func() (*pass, *resource)) {
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
