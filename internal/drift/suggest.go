package drift

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/spec"
)

// Suggestion is an overlay that amends the description to what was observed.
// One difference can hide another, as a wrong type hides a wrong value: so the
// overlay grows in rounds of observing and amending.
type Suggestion struct {
	Unsettled []*Item // the drift that no amendment can settle

	report  *Report // the report of the first round
	actions []action
	tried   map[string]bool // the drift that was amended, by kind and place
}

// Amend adds actions that settle the drift of a report, which must be on the
// description with all earlier actions applied. It returns how many actions it
// has added: 0 if there is nothing left that it can settle.
func (s *Suggestion) Amend(desc *spec.Description, summary *outcome.Outcome, r *Report) (added int) {
	if s.report == nil {
		s.report, s.tried = r, map[string]bool{}
	}
	a := &amender{desc: desc, places: summary.Places(), statuses: summary.Statuses(), states: r.states, rewritten: map[string]bool{}}
	s.Unsettled = nil
	for _, item := range united(r.Drift) {
		at := item.finding.Description
		key := strings.Join([]string{item.Rule, item.Operation, strconv.Itoa(item.Status), item.Pointer, at.File, at.Pointer}, " ")
		if s.tried[key] || item.isBeyond() || !a.settle(item) {
			s.Unsettled = append(s.Unsettled, item)
			continue
		}
		s.tried[key] = !a.postponed
		a.postponed = false
	}
	a.finishStates()
	a.finishTypes()
	a.finishRequired()
	if len(a.actions) == 0 { // including those that other actions seemed to settle
		s.Unsettled = united(r.Drift)
	}
	s.actions = append(s.actions, a.actions...)
	return len(a.actions)
}

// Actions returns the number of actions in the overlay.
func (s *Suggestion) Actions() int { return len(s.actions) }

// united merges items that one amendment settles: those of several operations
// at one place of the description.
func united(items []Item) []*Item {
	var all []*Item
	byPlace := map[string]*Item{}
	for i := range items {
		item := items[i]
		key := item.Rule + " " + item.finding.Description.File + "#" + item.finding.Description.Pointer
		switch item.Kind {
		case "undocumented-status", "undocumented-operation", "undocumented-media-type":
			key += " " + item.Operation + " " + strconv.Itoa(item.Status)
		case "undocumented-member", "required":
			key += " " + lastOf(item.Pointer)
		}
		first := byPlace[key]
		if first == nil {
			byPlace[key] = &item
			all = append(all, &item)
			continue
		}
		if first.Operation != item.Operation {
			first.Operation, first.Status = "", 0
		}
		first.Count += item.Count
		first.Of += item.Of
		first.Span.Extend(item.Span)
		first.Examples = earlier(first.Examples, item.Examples)
		first.places = append(slices.Clip(first.places), item.places...)
		first.types = append(slices.Clip(first.types), item.types...)
		first.Found = addFound(first.Found, item.Found)
	}
	return all
}

// earlier returns the list of examples that begins earlier.
func earlier(a, b []outcome.Example) []outcome.Example {
	if len(a) == 0 || len(b) > 0 && cmp.Or(cmp.Compare(b[0].File, a[0].File), cmp.Compare(b[0].Entry, a[0].Entry), cmp.Compare(b[0].Line, a[0].Line)) < 0 {
		return b
	}
	return a
}

// addFound adds the values that are not in the list yet.
func addFound(all, more []Value) []Value {
	all = slices.Clone(all)
	for _, v := range more {
		if !slices.ContainsFunc(all, func(w Value) bool { return w.Value == v.Value }) {
			all = append(all, v)
		}
	}
	return all
}

// amender collects actions.
type amender struct {
	desc     *spec.Description
	places   []*outcome.Observed
	statuses []*outcome.ObservedStatus
	actions  []action

	types    []*typeChange     // by schema, in the order of their first difference
	required []*requiredChange // likewise
	states   []engine.StateMember
	lives    []*stateChange

	rewritten map[string]bool // targets of schemas whose constant was rewritten
	postponed bool            // the item must be settled in the next round
}

// action is an action of the overlay.
type action struct {
	target   string
	evidence []string // lines of its comment
	remove   bool
	update   *yaml.Node
}

// settle amends the description so that the item is no longer drift. It returns
// false if it cannot.
func (a *amender) settle(i *Item) bool {
	// Compare pointers only; the line does not matter.
	at := plumb.Source{File: i.finding.Description.File, Pointer: i.finding.Description.Pointer}
	switch i.Kind {
	case "undocumented-member":
		if i.Rule == "schema-write-only" {
			return a.act(at, i.evidence(), true, nil)
		}
		return a.addMember(i, at)
	case "undocumented-value":
		return i.Rule != "schema-discriminator" && a.addValues(i, at)
	case "undocumented-status":
		return a.addStatus(i, at)
	case "undocumented-operation":
		return a.addOperation(i, at)
	case "undocumented-media-type":
		return a.addMediaTypes(i, at)
	case "type":
		return lastOf(at.Pointer) == "type" && a.addTypes(i, above(at))
	case "null":
		return a.addNull(i, at)
	case "bound":
		return a.widen(i, at)
	case "required":
		return a.dropRequired(i, at)
	}
	return false
}

// above returns the place of what a keyword or member is in.
func above(p plumb.Source) plumb.Source {
	p.Pointer = strings.TrimSuffix(parentOf(p.Pointer), "-")
	return p
}

// below returns the place of a member.
func below(p plumb.Source, name string) plumb.Source {
	p.Pointer += "/" + jsonvalue.EscapePointer(name)
	return p
}

// written returns what is at a place as YAML, or nil if there is nothing.
func (a *amender) written(p plumb.Source) *yaml.Node {
	text := a.desc.Written(p)
	if text == nil {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
		return nil
	}
	return blockStyle(doc.Content[0])
}

// blockStyle changes YAML that was made from JSON to block style.
func blockStyle(n *yaml.Node) *yaml.Node {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		n.SetString(n.Value)
	}
	for _, c := range n.Content {
		blockStyle(c)
	}
	return n
}

// act adds an action whose target is a place. It returns false if no target can
// select the place.
func (a *amender) act(p plumb.Source, evidence []string, remove bool, update *yaml.Node) bool {
	target := a.desc.Target(p)
	if target == "" {
		return false
	}
	a.actions = append(a.actions, action{target, evidence, remove, update})
	return true
}

// replace replaces keywords of a schema: those that are present and are not
// scalars are removed first, because an update would be merged with them.
func (a *amender) replace(p plumb.Source, evidence []string, gone []string, update *yaml.Node) bool {
	for _, keyword := range gone {
		if !a.act(below(p, keyword), evidence, true, nil) {
			return false
		}
		evidence = nil // the first action has it
	}
	return len(update.Content) == 0 || a.act(p, evidence, false, update)
}

// evidence returns the lines that say why an action is suggested.
func (i *Item) evidence() []string {
	lines := []string{fmt.Sprintf("%s: %s", i.place(), i.Message), "seen in " + ofText(i) + spanText(i.Span)}
	if len(i.Examples) > 0 {
		lines = append(lines, "first in "+exampleText(i.Examples[0])+foundText(i.Examples[0].Found))
	}
	return lines
}

func foundText(found string) string {
	if found == "" {
		return ""
	}
	return ": " + found
}

// Document returns the overlay, an OpenAPI Overlay 1.0 document.
func (s *Suggestion) Document() ([]byte, error) {
	r := s.report
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, action := range s.actions {
		n := mapping("target", str(action.target))
		if action.remove {
			n.Content = append(n.Content, scalar("remove"), scalar("true"))
		} else {
			n.Content = append(n.Content, scalar("update"), action.update)
		}
		n.HeadComment = comment(action.evidence)
		list.Content = append(list.Content, n)
	}
	root := mapping(
		"overlay", str("1.1.0"),
		"info", mapping("title", str("What was observed, beyond "+strings.TrimSpace(r.Description.Title+" "+r.Description.Version)), "version", str("1.0.0")),
		"actions", list,
	)
	root.HeadComment = comment([]string{
		fmt.Sprintf("Written by plumb drift --suggest, from %s with %s%s.", textfmt.Count(r.Summary.Exchanges, "exchange"), textfmt.Count(r.Summary.Checked, "checked body"), spanText(r.Summary.Span)),
		"Each action names its evidence. Review it before you make it part of the description.",
	})
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// comment returns lines as YAML comments.
func comment(lines []string) string {
	var out []string
	for _, line := range lines {
		out = append(out, strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7F || r == 0x85 || r == 0x2028 || r == 0x2029 {
				return ' '
			}
			return r
		}, line))
	}
	return strings.Join(out, "\n")
}

func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		n.Content = append(n.Content, str(pairs[i].(string)), pairs[i+1].(*yaml.Node))
	}
	return n
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

func scalar(value string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: value} }

// str returns a node for a string, in quotes if it would otherwise be read as
// another type.
func str(value string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(value)
	return n
}

// parsed returns a node for a value given as JSON text.
func parsed(text string) *yaml.Node {
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) == 0 {
		return str(text)
	}
	return blockStyle(doc.Content[0])
}

// get returns a member of a mapping, or nil.
func get(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// texts returns the text of a scalar, or of the items of a list.
func texts(n *yaml.Node) []string {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.ScalarNode:
		return []string{n.Value}
	}
	var all []string
	for _, item := range n.Content {
		all = append(all, item.Value)
	}
	return slices.Clip(all)
}
