package schema

import (
	"maps"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// objects are the keywords of objects: properties, patternProperties,
// additionalProperties, propertyNames, required, dependentRequired, dependentSchemas,
// dependencies of older drafts, minProperties, maxProperties and
// unevaluatedProperties.
type objects struct {
	minProperties, maxProperties int // -1 if absent
	required                     []string
	properties                   map[string]*node
	patterns                     []patternNode
	additional                   *node  // of other members; or nil
	additionalKeyword            string // under which that is
	closed, openMembers          bool   // there must be no others; they may be anything
	names                        *node
	dependentRequired            []dependency
	dependentSchemas             []named
	unevaluatedProperties        *node
	mentioned                    map[string]bool // members that no schema describes, but some keyword names
}

// patternNode is what patternProperties says of the names that match.
type patternNode struct {
	match   matcher
	pattern string
	schema  *node
}

// dependency is what dependentRequired says of objects with a member.
type dependency struct {
	name     string
	keyword  string // with the name
	required []string
}

func (o *objects) compile(n *node) {
	o.minProperties, o.maxProperties, o.required = n.MinProperties, n.MaxProperties, n.Required
	o.properties = map[string]*node{}
	for name, c := range n.Properties {
		o.properties[name] = n.set.node(c)
	}
	for _, re := range slices.SortedFunc(maps.Keys(n.PatternProperties), compareRegexps) {
		match := func(text string) (bool, bool) { return re.MatchString(text), true }
		o.patterns = append(o.patterns, patternNode{match, re.String(), n.set.node(n.PatternProperties[re])})
	}
	switch additional := n.AdditionalProperties.(type) {
	case bool:
		o.closed, o.openMembers = !additional, additional
	case *jsonschema.Schema:
		o.additional = n.set.node(additional)
	}
	o.additionalKeyword = "additionalProperties"
	if p, ok := n.Extensions[spec.PatternPropertiesKeyword].(ecmaProperties); ok {
		for _, property := range p.patterned {
			o.patterns = append(o.patterns, patternNode{property.re.Match, property.re.String(), n.set.node(property.schema)})
		}
		if p.additional != nil {
			o.additional, o.additionalKeyword = n.set.node(p.additional), spec.AdditionalPropertiesKeyword
		}
	}
	o.names = n.set.nodeOf(n.PropertyNames)
	o.unevaluatedProperties = n.set.nodeOf(n.UnevaluatedProperties)
	o.compileDependencies(n)
	o.compileMentions(n)
}

func (o *objects) compileDependencies(n *node) {
	add := func(keyword, name string, required []string) {
		o.dependentRequired = append(o.dependentRequired, dependency{name, keyword + "/" + escapeToken(name), required})
	}
	for _, name := range slices.Sorted(maps.Keys(n.DependentRequired)) {
		add("dependentRequired", name, n.DependentRequired[name])
	}
	o.dependentSchemas = n.set.namedNodes(n.DependentSchemas)
	for _, name := range slices.Sorted(maps.Keys(n.Dependencies)) {
		switch d := n.Dependencies[name].(type) {
		case []string:
			add("dependencies", name, d)
		case *jsonschema.Schema:
			o.dependentSchemas = append(o.dependentSchemas, named{name, n.set.node(d)})
		}
	}
}

// compileMentions finds the names of members that keywords other than those which
// describe members name: who wrote them knows of the member.
func (o *objects) compileMentions(n *node) {
	o.mentioned = map[string]bool{}
	mention := func(names ...string) {
		for _, name := range names {
			o.mentioned[name] = true
		}
	}
	mention(n.Required...)
	for _, d := range o.dependentRequired {
		mention(append(d.required, d.name)...)
	}
	for _, d := range o.dependentSchemas {
		mention(d.name)
	}
	for _, names := range n.set.inPlaceOf(n.PropertyNames) {
		for _, value := range append(slices.Clone(names.Constant), names.Enum...) {
			if name, ok := value.(string); ok {
				mention(name)
			}
		}
	}
	if d, ok := n.set.keyword(n.Location, spec.DiscriminatorKeyword).(map[string]any); ok {
		if name, ok := d["propertyName"].(string); ok {
			mention(name)
		}
	}
	for _, condition := range n.set.inPlaceOf(n.If) {
		mention(condition.Required...)
		mention(slices.Collect(maps.Keys(condition.Properties))...)
	}
}

// isLast reports whether a member is the last one with its name, which counts.
func isLast(object *jsonvalue.Value, index int) bool {
	return !object.Repeated || object.Find(object.Members[index].Name) == index
}

// object evaluates the keywords of objects but for unevaluatedProperties.
func (p *program) object(e *evaluator, v *jsonvalue.Value, r *result) {
	o := &p.objects
	p.countMembers(e, v, r)
	for _, name := range o.required {
		if v.Find(name) < 0 {
			p.missing(e, "required", name, r)
		}
	}
	for i := range v.Members {
		if isLast(v, i) {
			p.member(e, v, i, r)
		}
	}
	if o.closed || o.openMembers || o.additional != nil {
		r.covered.all()
	}
	r.covered.describes = r.covered.describes || len(o.properties)+len(o.patterns) > 0
	for _, d := range o.dependentRequired {
		if v.Find(d.name) < 0 {
			continue
		}
		for i, name := range d.required {
			if v.Find(name) < 0 {
				p.missing(e, d.keyword+"/"+strconv.Itoa(i), name, r)
			}
		}
	}
	for _, d := range o.dependentSchemas {
		if v.Find(d.name) >= 0 {
			r.add(e.apply(d.schema, v))
		}
	}
}

// missing records that a required member is missing. Responses do not have those that
// are for requests only; but neither does such an object match the schema.
func (p *program) missing(e *evaluator, keyword, name string, r *result) {
	if slices.ContainsFunc(e.applied[e.here:], func(n *node) bool { return n.hidesMember(name) }) {
		r.tolerated++
		return
	}
	f := e.fail(r, p.node, keyword, hard)
	f.Member, f.OfMember = name, true
}

// canHide reports whether the object here can lack so many members because they are
// for requests only.
func (e *evaluator) canHide(count int, v *jsonvalue.Value) bool {
	hidden := map[string]bool{}
	for _, n := range e.applied[e.here:] {
		for _, part := range n.parts {
			o := &part.program().objects
			if o.hidesAnyNumber() {
				return true
			}
			for name, own := range o.properties {
				if own.writeOnly() != nil && v.Find(name) < 0 {
					hidden[name] = true
				}
			}
		}
	}
	return len(hidden) >= count
}

// hidesAnyNumber reports whether members that are not named are for requests only.
func (o *objects) hidesAnyNumber() bool {
	return o.additional != nil && o.additional.writeOnly() != nil ||
		slices.ContainsFunc(o.patterns, func(p patternNode) bool { return p.schema.writeOnly() != nil })
}

// countMembers evaluates minProperties and maxProperties. A repeated member counts
// once.
func (p *program) countMembers(e *evaluator, v *jsonvalue.Value, r *result) {
	if p.minProperties < 0 && p.maxProperties < 0 {
		return
	}
	count := len(v.Members)
	if v.Repeated {
		count = 0
		for i := range v.Members {
			if isLast(v, i) {
				count++
			}
		}
	}
	if count < p.minProperties {
		if e.canHide(p.minProperties-count, v) {
			r.tolerated++ // as in missing
		} else {
			e.fail(r, p.node, "minProperties", hard)
		}
	}
	if p.maxProperties >= 0 && count > p.maxProperties {
		e.fail(r, p.node, "maxProperties", hard)
	}
}

// member evaluates what the schema says of a member and of its name.
func (p *program) member(e *evaluator, v *jsonvalue.Value, i int, r *result) {
	m := &v.Members[i]
	if p.names != nil {
		p.nameOf(e, v, i, r)
	}
	described := false
	if own := p.properties[m.Name]; own != nil {
		described = true
		p.described(e, own, v, i, r)
	}
	for k := range p.patterns {
		pattern := &p.patterns[k]
		switch matches, decided := pattern.match(m.Name); {
		case !decided:
			described = true
			e.undecided(r, p.node, tooManySteps(pattern.pattern))
		case matches:
			described = true
			p.described(e, pattern.schema, v, i, r)
		}
	}
	switch {
	case described:
		r.covered.add(i)
	case p.closed:
		p.forbid(e, p.node, "additionalProperties", m.Name, r)
	case p.additional != nil:
		p.other(e, p.additionalKeyword, p.additional, v, i, r)
	case p.mentioned[m.Name]:
		r.covered.documented.add(i)
	}
}

// forMember returns the schemas for a member with a name.
func (o *objects) forMember(name string) []*node {
	var all []*node
	if own := o.properties[name]; own != nil {
		all = append(all, own)
	}
	for _, pattern := range o.patterns {
		if matches, _ := pattern.match(name); matches {
			all = append(all, pattern.schema)
		}
	}
	if all == nil && o.additional != nil {
		all = append(all, o.additional)
	}
	return all
}

// described evaluates a member by a schema for it.
func (p *program) described(e *evaluator, n *node, v *jsonvalue.Value, i int, r *result) {
	value := v.Members[i].Value
	if hidden := n.writeOnly(); hidden != nil && e.judging == 0 {
		e.path = append(e.path, step{v, i})
		e.collect(e.set.failureOf(hidden, "writeOnly"), true)
		e.path = e.path[:len(e.path)-1]
	}
	found := e.within(n, v, i, value)
	if value.Kind == jsonvalue.Null && found.failures > 0 && e.nullIsDrift(v.Members[i].Name) {
		found = score{tolerated: found.failures + found.tolerated}
	}
	r.addWithin(found)
}

// other evaluates a member that is described by what is said of all others.
func (p *program) other(e *evaluator, keyword string, n *node, v *jsonvalue.Value, i int, r *result) {
	if n.program().never {
		p.forbid(e, p.node, keyword, v.Members[i].Name, r)
		return
	}
	p.described(e, n, v, i, r)
}

// forbid records that a member must not be there.
func (p *program) forbid(e *evaluator, n *node, keyword, name string, r *result) {
	f := e.fail(r, n, keyword, hard)
	f.Keyword, f.Limit, f.Member, f.OfMember = plainKeyword(keyword), "", name, true
}

// nameOf evaluates propertyNames for the name of a member.
func (p *program) nameOf(e *evaluator, v *jsonvalue.Value, i int, r *result) {
	if len(e.names) == cap(e.names) {
		e.names = make([]jsonvalue.Value, 0, 32)
	}
	e.names = append(e.names, jsonvalue.Value{Kind: jsonvalue.String, Text: v.Members[i].Name})
	name := &e.names[len(e.names)-1]
	outer := e.name
	e.name = name
	r.addWithin(e.within(p.names, v, i, name))
	e.name = outer
}

// nullIsDrift reports whether null for a member of the object here, whose schema does
// not allow it, is a difference that tolerant clients survive.
func (e *evaluator) nullIsDrift(name string) bool {
	if shape := e.shapeHere(); shape != nil {
		if m := shape.Named(name); m != nil {
			return m.NullIsDrift()
		}
	}
	return false
}

// undescribed are the members of an object that no schema mentions.
type undescribed struct {
	Undocumented
	describes bool // whether some member is described by its name
}

// describe records which members of an object a schema documents, together with
// those that it applies. If several schemas are for the same object, a member is
// documented if one of them documents it.
func (e *evaluator) describe(n *node, v *jsonvalue.Value, covered *coverage) {
	at, ok := e.objectOf[v]
	if !ok {
		if e.objectOf == nil {
			e.objectOf = map[*jsonvalue.Value]int{}
		}
		at = len(e.objects)
		e.objectOf[v] = at
		e.objects = append(e.objects, e.undescribed(n, v, covered))
	}
	known := &e.objects[at]
	known.describes = known.describes || covered.describes
	known.Members = slices.DeleteFunc(known.Members, covered.documented.has)
}

// undescribed returns the members of an object that a schema does not mention.
func (e *evaluator) undescribed(n *node, v *jsonvalue.Value, covered *coverage) undescribed {
	var u undescribed
	for i := range v.Members {
		if isLast(v, i) && !covered.documented.has(i) {
			u.Members = append(u.Members, i)
		}
	}
	if u.Members != nil {
		u.Path, u.Place, u.Object = e.pathHere(), n.place, v
		if shape := e.shapeHere(); shape != nil {
			u.Place = shape.Place
		}
	}
	return u
}

// undocumented returns the members that no schema which applies mentions, in the order
// of the objects.
func (e *evaluator) undocumented() []Undocumented {
	var all []Undocumented
	for i := range e.objects {
		if o := &e.objects[i]; o.describes && len(o.Members) > 0 {
			all = append(all, o.Undocumented)
		}
	}
	slices.SortFunc(all, func(a, b Undocumented) int { return a.Object.Start - b.Object.Start })
	return all
}
