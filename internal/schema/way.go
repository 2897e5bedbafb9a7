package schema

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Way is how a description leads from an object or array to a value in it.
type Way struct {
	Place plumb.Source // under properties, additionalProperties, items and so on; zero if no schema describes the value
	Shape *Shape       // nil if no schema describes the value
	Key   bool         // whether the name of the member is data, like the keys of a map
}

// WayTo returns the way to the member with a name. If several alternatives
// describe the member, it is the way through the one that contains the keyword,
// or else through the first.
func (s *Shape) WayTo(name string, keyword plumb.Source) Way {
	shape, undocumented := s.Member(name)
	w := Way{Shape: shape, Key: !undocumented && s.byName[name] == nil}
	var ways []described
	if m := s.byName[name]; m != nil {
		ways = m.ways
	}
	if len(ways) == 0 {
		ways = s.described(func(n *node) []*jsonschema.Schema { return n.patternsOf(name) })
	}
	if len(ways) == 0 {
		ways = s.described((*node).ofOthers)
	}
	w.Place = chosen(ways, keyword)
	return w
}

// WayToItem returns the way to the element with an index.
func (s *Shape) WayToItem(index int, keyword plumb.Source) Way {
	ways := s.described(func(n *node) []*jsonschema.Schema {
		if first := n.firstItems(); index < len(first) {
			return first[index : index+1]
		}
		return nil
	})
	if len(ways) == 0 {
		ways = s.described((*node).otherItems)
	}
	return Way{Shape: s.Item(index), Place: chosen(ways, keyword)}
}

// patternsOf returns the schemas of patternProperties that apply to a name.
func (n *node) patternsOf(name string) []*jsonschema.Schema {
	var all []*jsonschema.Schema
	for _, re := range slices.SortedFunc(maps.Keys(n.PatternProperties), compareRegexps) {
		if re.MatchString(name) {
			all = append(all, n.PatternProperties[re])
		}
	}
	if p, ok := n.Extensions[spec.PatternPropertiesKeyword].(ecmaProperties); ok {
		for _, property := range p.patterned {
			if matched, _ := property.re.Match(name); matched {
				all = append(all, property.schema)
			}
		}
	}
	return all
}

func compareRegexps(a, b *regexp.Regexp) int { return strings.Compare(a.String(), b.String()) }

// ofOthers returns the schemas of the members that are not described by name.
func (n *node) ofOthers() []*jsonschema.Schema {
	additional, _ := n.AdditionalProperties.(*jsonschema.Schema)
	all := []*jsonschema.Schema{additional, n.UnevaluatedProperties}
	if p, ok := n.Extensions[spec.PatternPropertiesKeyword].(ecmaProperties); ok {
		all = append(all, p.additional)
	}
	return all
}

// firstItems returns the schemas of the first elements.
func (n *node) firstItems() []*jsonschema.Schema {
	if older, ok := n.Items.([]*jsonschema.Schema); ok { // before 2020-12
		return older
	}
	return n.PrefixItems
}

// otherItems returns the schemas of the elements after the first.
func (n *node) otherItems() []*jsonschema.Schema {
	older, _ := n.Items.(*jsonschema.Schema)
	additional, _ := n.AdditionalItems.(*jsonschema.Schema)
	return []*jsonschema.Schema{n.Items2020, older, additional, n.UnevaluatedItems, n.Contains}
}

// described is a schema for a value, and the schema of the object or array that
// contains the value.
type described struct{ around, own *node }

// described returns the schemas that list returns for the nodes of the shape.
func (s *Shape) described(list func(*node) []*jsonschema.Schema) []described {
	s.set.mu.RLock()
	defer s.set.mu.RUnlock()
	var all []described
	for _, n := range s.nodes {
		for _, sub := range list(n) {
			if sub == nil {
				continue
			}
			if own := s.set.byURL[sub.Location]; own != nil {
				all = append(all, described{n, own})
			}
		}
	}
	return all
}

// chosen returns the place of the schema that contains a keyword, or else of
// the one that is beside the keyword, or else of the first.
func chosen(all []described, keyword plumb.Source) plumb.Source {
	if len(all) == 0 {
		return plumb.Source{}
	}
	if len(all) == 1 || keyword.File == "" {
		return all[0].own.place
	}
	for _, d := range all {
		if slices.ContainsFunc(d.own.inPlace, func(n *node) bool { return isWithin(keyword, n.place) }) {
			return d.own.place
		}
	}
	beside := func(d described) int {
		if isWithin(keyword, d.around.place) {
			return len(d.around.place.Pointer)
		}
		return -1
	}
	return slices.MaxFunc(all, func(a, b described) int { return cmp.Compare(beside(a), beside(b)) }).own.place
}

func isWithin(p, around plumb.Source) bool {
	return p.File == around.File && strings.HasPrefix(p.Pointer+"/", around.Pointer+"/")
}

// Enclosing returns the place of the nearest schema of a member or an element
// that contains a place, as far as its pointer tells, or zero.
func Enclosing(p plumb.Source) plumb.Source {
	tokens := jsonvalue.SplitPointer(p.Pointer)
	for i := len(tokens) - 1; i >= 0; i-- {
		end := i + 1
		switch tokens[i] {
		case "properties", "patternProperties", "prefixItems":
			end++
		case "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "additionalItems", "contains":
			if i > 0 && tokens[i-1] == "properties" {
				continue // this token is the name of a member
			}
		default:
			continue
		}
		if end > len(tokens) {
			continue
		}
		pointer := ""
		for _, token := range tokens[:end] {
			pointer += "/" + jsonvalue.EscapePointer(token)
		}
		return plumb.Source{File: p.File, Pointer: pointer}
	}
	return plumb.Source{}
}
