package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Step leads from a value to one within it.
type Step struct {
	Name    string // of a member
	Element bool   // to any element of an array, instead
}

// mostKinds bounds the schemas that are asked for kinds: what takes more is not certain.
const mostKinds = 10_000

// Kinds returns the kinds of the values that a path leads to in values that fit the
// schemas of the shape. It leaves out only those that there certainly cannot be.
func (s *Shape) Kinds(path []Step) jsonvalue.Kinds {
	var all jsonvalue.Kinds
	asker := kindsAsker{}
	for _, root := range s.roots {
		all |= asker.kinds(root.Schema, path)
	}
	if asker.asked > mostKinds || all == 0 {
		return jsonvalue.AnyKind
	}
	return all
}

type kindsAsker struct{ asked int }

func (a *kindsAsker) kinds(c *jsonschema.Schema, path []Step) jsonvalue.Kinds {
	if a.asked++; c == nil || a.asked > mostKinds {
		return jsonvalue.AnyKind
	}
	all := a.own(c, path) & a.kinds(c.Ref, path)
	for _, part := range c.AllOf {
		all &= a.kinds(part, path)
	}
	return all & a.any(c.AnyOf, path) & a.any(c.OneOf, path)
}

// any returns the kinds by one of several schemas.
func (a *kindsAsker) any(schemas []*jsonschema.Schema, path []Step) jsonvalue.Kinds {
	if len(schemas) == 0 {
		return jsonvalue.AnyKind
	}
	var all jsonvalue.Kinds
	for _, c := range schemas {
		all |= a.kinds(c, path)
	}
	return all
}

// own returns the kinds by the keywords of a schema that say it themselves.
func (a *kindsAsker) own(c *jsonschema.Schema, path []Step) jsonvalue.Kinds {
	switch {
	case len(path) == 0:
		return kindsOfTypes(c) & kindsOfValues(c.Constant, len(c.Constant) > 0) & kindsOfValues(c.Enum, c.Enum != nil)
	case !path[0].Element:
		return a.member(c, path[0].Name, path[1:])
	case kindsOfTypes(c) == jsonvalue.Array.Set(): // what is within an object of any names is another thing
		if older, ok := c.Items.(*jsonschema.Schema); ok {
			return a.kinds(older, path[1:])
		}
		if c.Items == nil && len(c.PrefixItems) == 0 {
			return a.kinds(c.Items2020, path[1:])
		}
	}
	return jsonvalue.AnyKind
}

func (a *kindsAsker) member(c *jsonschema.Schema, name string, within []Step) jsonvalue.Kinds {
	if own := c.Properties[name]; own != nil {
		return a.kinds(own, within)
	}
	if additional, ok := c.AdditionalProperties.(*jsonschema.Schema); ok && len(c.PatternProperties) == 0 && c.Extensions[spec.PatternPropertiesKeyword] == nil {
		return a.kinds(additional, within)
	}
	return jsonvalue.AnyKind
}

func kindsOfTypes(c *jsonschema.Schema) jsonvalue.Kinds {
	if len(c.Types) == 0 {
		return jsonvalue.AnyKind
	}
	t := typesOf(c.Types)
	if t&integers != 0 {
		t |= 1 << jsonvalue.Number
	}
	return jsonvalue.Kinds(t & anyType)
}

// kindsOfValues returns the kinds of values that are enumerated, if any are.
func kindsOfValues(values []any, enumerated bool) jsonvalue.Kinds {
	if !enumerated {
		return jsonvalue.AnyKind
	}
	var all jsonvalue.Kinds
	for _, v := range values {
		switch v.(type) {
		case nil:
			all |= jsonvalue.Null.Set()
		case bool:
			all |= jsonvalue.Bool.Set()
		case string:
			all |= jsonvalue.String.Set()
		case []any:
			all |= jsonvalue.Array.Set()
		case map[string]any:
			all |= jsonvalue.Object.Set()
		default:
			all |= jsonvalue.Number.Set()
		}
	}
	return all
}
