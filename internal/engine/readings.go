package engine

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Reading is what rules with oldSelf read of one response about a resource. A history
// whose Readings is set gives them away, to be compared with those of other runs.
type Reading struct {
	Resource ResourceKey
	Shape    int // index of what is tracked, whose rules they are
	Moment
	Packed  []byte // what the history keeps
	Text    []byte // a JSON object with the members that are read
	Request []byte // the request as rules read it, as JSON; nil if none does
}

// Doubt is a pair of responses about a resource, in which a rule with oldSelf may not
// hold.
type Doubt struct {
	Resource ResourceKey
	Shape    int
	After    Moment
	Old      []byte // what the rule reads of the response before, as a JSON object
	Rule     string
}

// ReadsWhole returns the rules with oldSelf that read all of it or of self, and not just
// some members.
func (v *Validator) ReadsWhole() []string {
	var all []string
	for _, rules := range v.overTime {
		for _, r := range rules {
			if r.expression.ReadsWhole(expression.OldSelf) || r.expression.ReadsWhole(expression.Self) {
				all = append(all, r.ID)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// SeverityOf returns the severity of a rule's findings; Off where there is no such rule.
func (v *Validator) SeverityOf(id string) plumb.Severity {
	if i := slices.IndexFunc(v.rules, func(r *Rule) bool { return r.ID == id }); i >= 0 {
		return v.severityOf(v.rules[i])
	}
	return plumb.Off
}

// ReadingComparison applies the rules with oldSelf to what was read of one resource. Its
// zero value is ready for use.
type ReadingComparison struct{ before *Reading }

// Next returns where a rule may not hold in the next reading, in the order of reading.
func (c *ReadingComparison) Next(h *History, now Reading) (doubts []Doubt) {
	t := h.v.shaped[now.Shape]
	before := c.before
	if before != nil && h.store.BeginsAnew(t.Kind, before.File, before.Packed, now.File, now.Packed) {
		before = nil
	}
	if before != nil && before.Time > now.Time {
		return nil
	}
	c.before = &now
	if before == nil {
		return nil
	}
	self, _ := jsonvalue.Parse(now.Text, h.v.maxDepth)
	old, _ := jsonvalue.Parse(before.Text, h.v.maxDepth)
	for _, r := range t.rules {
		if r.mayFail(&now, self, old) {
			own := newOverTime([]*xRule{r})
			doubts = append(doubts, Doubt{now.Resource, now.Shape, now.Moment, own.appendRead(nil, old, before.Text), r.ID})
		}
	}
	return doubts
}

// notUTF8 is what JSON has in place of bytes that are not UTF-8.
var notUTF8 = []byte(`\ufffd`)

// mayFail reports whether the rule does not hold. It may hold all the same, if the body
// has an error of its own where the rule looks.
func (r *xRule) mayFail(now *Reading, self, old *jsonvalue.Value) bool {
	if bytes.Contains(now.Request, notUTF8) {
		return true
	}
	variables := &expression.Variables{Self: self, OldSelf: old, Status: now.Origin.Status}
	variables.Request = func() (all map[string]any) {
		_ = json.Unmarshal(now.Request, &all) // as it was written
		return all
	}
	holds, ok := r.expression.Holds(variables)
	return !holds || !ok
}

// Settle applies the rules that are in doubt to an exchange. The findings of the result
// are those of the rules, and no others. It is not ok if a resource is not there.
func (h *History) Settle(x *plumb.Exchange, doubts []Doubt) (out Result, ok bool) {
	p := newPass(h.v, x)
	p.read()
	p.check() // what is an error already has no other finding
	n := len(p.out.Findings)
	known := slices.DeleteFunc(slices.Clone(p.resources), func(r *resource) bool { return r.id == "" })
	for i := range doubts {
		d := &doubts[i]
		index := d.After.Index
		if index < 0 || index >= int64(len(known)) || !isIn(&d.After, x, index) {
			return Result{}, false
		}
		r := known[index]
		t := h.v.tracked[r.life]
		if t.index != d.Shape || t.Key([]byte(r.id)) != d.Resource {
			return Result{}, false
		}
		if j := slices.IndexFunc(t.rules, func(r *xRule) bool { return r.ID == d.Rule }); j >= 0 {
			variables := p.variables(r.value)
			variables.OldSelf, _ = jsonvalue.Parse(d.Old, h.v.maxDepth)
			p.applyXRule(t.rules[j], r.path, variables)
		}
	}
	out = p.out
	out.Findings, out.Own = out.Findings[n:], 0
	return out, true
}
