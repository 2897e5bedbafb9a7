package drift

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/outcome"
)

// addMember describes a member. at is the place of the properties of its
// object, or of the keyword that forbids other members.
func (a *amender) addMember(i *Item, at plumb.Source) bool {
	object := at
	if last := lastOf(at.Pointer); last == "properties" || last == "additionalProperties" || last == "unevaluatedProperties" {
		object = above(at)
	}
	nullable := a.desc.Nullable(object)
	member := a.inferred(i.places, nullable)
	if i.isElsewhereDescribed() { // what was seen at the places is not only of this member
		member = a.schemaOf(typesIn(i.types), nil, nullable)
	}
	return a.act(object, i.evidence(), false, mapping("properties", mapping(lastOf(i.Pointer), member)))
}

// typeChange is what a schema has to allow in addition.
type typeChange struct {
	schema   plumb.Source
	types    []string // besides those that are described; null is one of them
	evidence []string
}

func (a *amender) change(schema plumb.Source, i *Item) *typeChange {
	k := slices.IndexFunc(a.types, func(c *typeChange) bool { return c.schema == schema })
	if k < 0 {
		k = len(a.types)
		a.types = append(a.types, &typeChange{schema: schema})
	}
	a.types[k].evidence = append(a.types[k].evidence, i.evidence()...)
	return a.types[k]
}

// addTypes records the types that were seen. An integer is a number.
func (a *amender) addTypes(i *Item, schema plumb.Source) bool {
	if a.rewritten[a.desc.Target(schema)] {
		a.postponed = true
		return true
	}
	if a.desc.Target(schema) == "" {
		return false
	}
	c := a.change(schema, i)
	for _, v := range i.Found {
		c.types = append(c.types, v.Value)
	}
	return true
}

func (a *amender) addNull(i *Item, schema plumb.Source) bool {
	if a.rewritten[a.desc.Target(schema)] {
		a.postponed = true
		return true
	}
	if a.desc.Target(schema) == "" || !a.canBeNull(schema) {
		return false
	}
	c := a.change(schema, i)
	c.types = append(c.types, "null")
	return true
}

// canBeNull reports whether plumb can make the schema allow null.
func (a *amender) canBeNull(schema plumb.Source) bool {
	w := a.written(schema)
	return get(w, "type") != nil || get(w, "enum") != nil || get(w, "const") != nil || get(w, "$ref") != nil || get(w, "anyOf") != nil
}

// finishTypes writes the changes of types, one action for each schema.
func (a *amender) finishTypes() {
	for _, c := range a.types {
		w := a.written(c.schema)
		described := texts(get(w, "type"))
		all := slices.Clone(described)
		null := false
		for _, t := range c.types {
			null = null || t == "null"
			if t != "null" && !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
		if slices.Contains(all, "number") {
			all = slices.DeleteFunc(all, func(t string) bool { return t == "integer" })
		}
		if a.desc.Nullable(c.schema) {
			a.widenTypes30(c, w, described, all, null)
		} else {
			a.widenTypes(c, w, described, all, null)
		}
	}
}

// widenTypes makes a schema of JSON Schema allow more types.
func (a *amender) widenTypes(c *typeChange, w *yaml.Node, described, all []string, null bool) {
	update, gone := mapping(), []string{}
	if null && !slices.Contains(all, "null") {
		all = append(all, "null")
	}
	if len(described) > 0 && !slices.Equal(all, described) {
		gone = append(gone, "type")
		update.Content = append(update.Content, scalar("type"), typeNode(all))
	}
	if null {
		gone = append(gone, nullInValues(w, update)...)
	}
	if ref := get(w, "$ref"); null && ref != nil {
		gone = append(gone, "$ref")
		update.Content = append(update.Content, scalar("anyOf"), sequence(mapping("$ref", ref), mapping("type", str("null"))))
	} else if anyOf := get(w, "anyOf"); null && anyOf != nil {
		update.Content = append(update.Content, scalar("anyOf"), sequence(mapping("type", str("null"))))
	}
	a.replace(c.schema, c.evidence, gone, update)
}

// nullInValues adds null to enumerated values, and returns the keywords that
// must be removed for that.
func nullInValues(w, update *yaml.Node) (gone []string) {
	isNull := func(n *yaml.Node) bool { return n.Tag == "!!null" }
	if values := get(w, "enum"); values != nil && !slices.ContainsFunc(values.Content, isNull) {
		update.Content = append(update.Content, scalar("enum"), sequence(scalar("null")))
	}
	if constant := get(w, "const"); constant != nil {
		update.Content = append(update.Content, scalar("enum"), sequence(constant, scalar("null")))
		return []string{"const"}
	}
	return nil
}

// widenTypes30 makes a schema of OpenAPI 3.0 allow more types. OpenAPI 3.0 has
// neither lists of types nor the type null, and ignores what is beside a $ref.
func (a *amender) widenTypes30(c *typeChange, w *yaml.Node, described, all []string, null bool) {
	update, gone := mapping(), []string{}
	if ref := get(w, "$ref"); ref != nil {
		gone = append(gone, "$ref")
		update.Content = append(update.Content, scalar("allOf"), sequence(mapping("$ref", ref)))
	}
	if len(described) > 0 && !slices.Equal(all, described) {
		gone = append(gone, "type")
		if len(all) == 1 {
			update.Content = append(update.Content, scalar("type"), str(all[0]))
		} else {
			var alternatives []*yaml.Node
			for _, t := range all {
				alternatives = append(alternatives, typed30(t))
			}
			update.Content = append(update.Content, scalar("anyOf"), sequence(alternatives...))
		}
	}
	if null {
		update.Content = append(update.Content, scalar("nullable"), scalar("true"))
		gone = append(gone, nullInValues(w, update)...)
	}
	a.replace(c.schema, c.evidence, gone, update)
}

func typed30(t string) *yaml.Node {
	n := mapping("type", str(t))
	if t == "array" { // for which OpenAPI 3.0 requires items
		n.Content = append(n.Content, scalar("items"), mapping())
	}
	return n
}

func typeNode(types []string) *yaml.Node {
	if len(types) == 1 {
		return str(types[0])
	}
	list := sequence()
	for _, t := range types {
		list.Content = append(list.Content, str(t))
	}
	list.Style = yaml.FlowStyle
	return list
}

// requiredChange is what a schema must no longer require.
type requiredChange struct {
	schema   plumb.Source
	names    []string
	evidence []string
}

func (a *amender) dropRequired(i *Item, at plumb.Source) bool {
	if lastOf(at.Pointer) != "required" || a.desc.Target(at) == "" {
		return false
	}
	schema := above(at)
	k := slices.IndexFunc(a.required, func(c *requiredChange) bool { return c.schema == schema })
	if k < 0 {
		k = len(a.required)
		a.required = append(a.required, &requiredChange{schema: schema})
	}
	c := a.required[k]
	c.names = append(c.names, lastOf(i.Pointer))
	c.evidence = append(c.evidence, i.evidence()...)
	return true
}

func (a *amender) finishRequired() {
	for _, c := range a.required {
		update := mapping()
		rest := sequence()
		for _, name := range texts(a.written(below(c.schema, "required"))) {
			if !slices.Contains(c.names, name) {
				rest.Content = append(rest.Content, str(name))
			}
		}
		if len(rest.Content) > 0 {
			update = mapping("required", rest)
		}
		a.replace(c.schema, c.evidence, []string{"required"}, update)
	}
}

// widen sets a limit to what was observed.
func (a *amender) widen(i *Item, at plumb.Source) bool {
	if i.Rule == "time-bound" {
		if i.finding.Lasted == nil {
			return false
		}
		seconds := strconv.FormatFloat(math.Ceil(i.finding.Lasted.Max), 'f', -1, 64)
		return a.act(at, i.evidence(), false, mapping("atMost", str("PT"+seconds+"S")))
	}
	keyword, schema := lastOf(at.Pointer), above(at)
	if strings.HasSuffix(schema.Pointer, "/propertyNames") {
		return false // the names were not kept
	}
	var r *outcome.Range
	for _, p := range i.places {
		one := map[string]*outcome.Range{
			"minLength": p.Length, "maxLength": p.Length, "minItems": p.Size, "maxItems": p.Size, "minProperties": p.Size, "maxProperties": p.Size,
			"minimum": p.Number, "maximum": p.Number, "exclusiveMinimum": p.Number, "exclusiveMaximum": p.Number,
		}[keyword]
		if one != nil && r != nil {
			one = &outcome.Range{Min: min(r.Min, one.Min), Max: max(r.Max, one.Max)}
		}
		if one != nil {
			r = one
		}
	}
	switch {
	case keyword == "pattern" || keyword == "format" || keyword == "multipleOf" || keyword == "uniqueItems":
		return a.act(at, i.evidence(), true, nil)
	case r == nil:
		return false
	case strings.HasPrefix(keyword, "exclusive"):
		bound := map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}[keyword]
		return a.replace(schema, i.evidence(), []string{keyword}, mapping(bound, scalar(limitText(bound, r))))
	}
	return a.act(schema, i.evidence(), false, mapping(keyword, scalar(limitText(keyword, r))))
}

func limitText(keyword string, r *outcome.Range) string {
	n := r.Max
	if strings.HasPrefix(keyword, "min") {
		n = r.Min
	}
	if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		return fmt.Sprintf("%.0f", n)
	}
	return strconv.FormatFloat(n, 'g', -1, 64)
}
