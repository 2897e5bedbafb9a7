package drift

import (
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/redact"
)

// addValues adds values to those that are enumerated.
func (a *amender) addValues(i *Item, at plumb.Source) bool {
	if len(i.Found) == 0 {
		return false // too many for an enumeration
	}
	if slices.ContainsFunc(i.Found, func(v Value) bool { return strings.Contains(v.Value, redact.Mark) }) {
		return false // the values were not kept
	}
	schema := above(at)
	var values []*yaml.Node
	for _, v := range i.Found {
		values = append(values, parsed(v.Value))
	}
	amended := false
	switch lastOf(at.Pointer) {
	case "const":
		values = slices.Insert(values, 0, a.written(at))
		a.rewritten[a.desc.Target(schema)] = true
		amended = a.replace(schema, i.evidence(), []string{"const"}, mapping("enum", sequence(values...)))
	case "enum":
		values = slices.DeleteFunc(values, func(v *yaml.Node) bool { return contains(a.written(at), v) })
		amended = len(values) > 0 && a.act(at, i.evidence(), false, sequence(values...))
	case "anyOf", "oneOf": // alternatives of which each has one value
		for n, v := range values {
			values[n] = mapping("enum", sequence(v))
		}
		amended = a.act(at, i.evidence(), false, sequence(values...))
	}
	return amended && a.addStates(schema, i)
}

// contains reports whether a list has a scalar.
func contains(list, value *yaml.Node) bool {
	return list != nil && slices.ContainsFunc(list.Content, func(n *yaml.Node) bool {
		return n.Kind == yaml.ScalarNode && n.ShortTag() == value.ShortTag() && n.Value == value.Value
	})
}

// stateChange is what the states of a lifecycle are to have in addition.
type stateChange struct {
	lifecycle plumb.Source
	fresh     []string
}

// addStates records that the values are states of each lifecycle whose state the
// schema describes. It returns false if the states cannot be amended.
func (a *amender) addStates(schema plumb.Source, i *Item) bool {
	for _, m := range a.states {
		if !slices.ContainsFunc(m.Schemas, func(p plumb.Source) bool { return p.File == schema.File && p.Pointer == schema.Pointer }) {
			continue
		}
		if a.desc.Target(m.Lifecycle) == "" {
			return false
		}
		k := slices.IndexFunc(a.lives, func(c *stateChange) bool { return c.lifecycle == m.Lifecycle })
		if k < 0 {
			k = len(a.lives)
			a.lives = append(a.lives, &stateChange{lifecycle: m.Lifecycle})
		}
		c := a.lives[k]
		states := a.written(below(m.Lifecycle, "states"))
		for _, v := range i.Found {
			name := parsed(v.Value)
			if name.ShortTag() == "!!str" && get(states, name.Value) == nil && !slices.Contains(c.fresh, name.Value) {
				c.fresh = append(c.fresh, name.Value)
			}
		}
	}
	return true
}

// finishStates writes the new states, one action for each lifecycle. It allows
// all transitions, since which there are was not observed.
func (a *amender) finishStates() {
	evidence := []string{"Which transitions there are to and from the new states was not observed: all are allowed."}
	for _, c := range a.lives {
		update, names := mapping(), []string{}
		states := a.written(below(c.lifecycle, "states"))
		for n := 0; n < len(states.Content); n += 2 {
			name := states.Content[n].Value
			names = append(names, name)
			if get(states.Content[n+1], "next") != nil {
				update.Content = append(update.Content, str(name), mapping("next", strs(c.fresh)))
			}
		}
		names = append(names, c.fresh...)
		for _, name := range c.fresh {
			others := slices.DeleteFunc(slices.Clone(names), func(other string) bool { return other == name })
			update.Content = append(update.Content, str(name), mapping("next", strs(others)))
		}
		if len(c.fresh) > 0 {
			a.act(below(c.lifecycle, "states"), evidence, false, update)
		}
	}
}

func strs(values []string) *yaml.Node {
	list := sequence()
	for _, v := range values {
		list.Content = append(list.Content, str(v))
	}
	return list
}

// typeOfShown returns the JSON type of a value as findings show it: strings mostly
// without quotes. It returns "" if the type is not known.
func typeOfShown(found string) string {
	switch {
	case found == "" || strings.Contains(found, redact.Mark):
		return ""
	case found[0] == '{' || strings.HasPrefix(found, "an object with "):
		return "object"
	case found[0] == '[' || strings.HasPrefix(found, "an array with "):
		return "array"
	case found[0] == '"' || !json.Valid([]byte(found)):
		return "string"
	case found == "null":
		return "null"
	case found == "true" || found == "false":
		return "boolean"
	case strings.ContainsAny(found, ".eE"):
		return "number"
	}
	return "integer"
}
