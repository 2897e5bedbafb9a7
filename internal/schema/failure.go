package schema

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Failure is one keyword that one value does not satisfy.
type Failure struct {
	Keyword string       // as written in the schema; "false" for the schema false; or Undecided
	Place   plumb.Source // of the keyword
	Limit   string       // the keyword's value, as JSON text; for joined alternatives, all their values
	Values  []string     // what is allowed, if Keyword is type, enum or const: names of types, or values as JSON text
	Path    []string     // names and indexes that lead to the value
	Member  string       // the member that is missing or forbidden, if the keyword is about one; see OfMember
	Name    bool         // whether the name of the member at Path fails, and not its value
	Reason  string       // the compiler's own message, for keywords about schemas rather than values

	OfMember bool // whether the keyword is about Member, whose name can be empty

	// Alternatives is the number of alternatives of an anyOf or oneOf of which
	// none matches. The failure is then that of the nearest one.
	Alternatives int
}

// Validate returns every way in which v does not satisfy the schema, each once,
// ordered by path, keyword and place; nil if it does. If none of several
// alternatives (anyOf, oneOf) matches, it returns the failures of the nearest
// one.
func (s *Schema) Validate(v *jsonvalue.Value) []Failure { return s.ValidateVisits(s.Visit(v)) }

// ValidateVisits does the same for a value whose visits are known.
func (s *Schema) ValidateVisits(all Visits) []Failure {
	if s.set.dynamic.Load() {
		return sortFailures(s.Shape.failures(all[0].Value))
	}
	var failures []Failure
	for i := 0; i < len(all); i++ {
		shape, value := all[i].Shape, all[i].Value
		found := shape.verdict(value)
		if found == accepted {
			continue
		}
		prefix := all.Path(i)
		if found == lacking {
			failures = shape.missing(value, prefix, failures)
			continue
		}
		for _, f := range shape.failures(value) {
			f.Path = append(prefix[:len(prefix):len(prefix)], f.Path...)
			failures = append(failures, f)
		}
		for end := int32(i); i+1 < len(all) && all[i+1].parent >= end; {
			i++ // it validated everything within, too
		}
	}
	return sortFailures(failures)
}

func sortFailures(failures []Failure) []Failure {
	if len(failures) < 2 {
		return failures
	}
	// Of equal failures keep the one that is not of an alternative, whichever
	// the compiler found first.
	slices.SortFunc(failures, func(a, b Failure) int {
		return cmp.Or(compareFailures(a, b), cmp.Compare(a.Alternatives, b.Alternatives), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(failures, func(a, b Failure) bool { return compareFailures(a, b) == 0 })
}

// failures returns the failures that the compiled schemas of the shape find.
// Their paths begin at the value.
func (s *Shape) failures(v *jsonvalue.Value) []Failure {
	if v.Kind == jsonvalue.Null { // by far the most common failure, and always the same
		s.ofNull.Do(func() { s.nullFailures = s.findFailures(v) })
		return s.nullFailures
	}
	return s.findFailures(v)
}

// missing appends failures for the required members that the object at the path
// does not have.
func (s *Shape) missing(object *jsonvalue.Value, path []string, failures []Failure) []Failure {
	for _, n := range s.nodes {
		for _, name := range n.Required {
			if object.Member(name) == nil {
				f := s.set.leafAt(n.Location+"/required", false).failure
				f.Path, f.Member, f.OfMember = path, name, true
				failures = append(failures, f)
			}
		}
	}
	return failures
}

func (s *Shape) findFailures(v *jsonvalue.Value) []Failure {
	var failures []Failure
	if hasLongNumber(v) {
		for _, n := range s.roots {
			failures = append(failures, Failure{Keyword: Undecided, Place: n.place, Reason: "a number is too long to compute with"})
		}
		return failures
	}
	value := decoded(v)
	for _, n := range s.roots {
		if excessive(n.Schema, v) {
			failures = append(failures, Failure{Keyword: Undecided, Place: n.place,
				Reason: "its alternatives within alternatives are too many to try"})
			continue
		}
		reason, err := n.decide(value)
		if reason != "" {
			failures = append(failures, Failure{Keyword: Undecided, Place: n.place, Reason: reason})
		}
		if err == nil {
			continue
		}
		var invalid *jsonschema.ValidationError
		if errors.As(err, &invalid) {
			e := explainer{set: s.set, root: v}
			failures = append(failures, e.leaves(invalid)...)
		} else { // a schema that refers to itself without end
			failures = append(failures, Failure{Keyword: "$ref", Place: n.place, Reason: strings.ReplaceAll(err.Error(), baseURL, "")})
		}
	}
	return failures
}

// decide validates a value. If that cannot be decided, the reason says why.
func (n *node) decide(value any) (reason string, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case undecided:
			reason = r.reasonOf()
		default:
			panic(r)
		}
	}()
	return "", n.Validate(value)
}

func compareFailures(a, b Failure) int {
	return cmp.Or(
		slices.Compare(a.Path, b.Path),
		cmp.Compare(a.Member, b.Member),
		cmp.Compare(a.Keyword, b.Keyword),
		cmp.Compare(a.Place.File, b.Place.File),
		cmp.Compare(a.Place.Pointer, b.Place.Pointer),
		compareBools(a.Name, b.Name),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// decoded returns the value as the compiler needs it.
func decoded(v *jsonvalue.Value) any {
	switch v.Kind {
	case jsonvalue.Bool:
		return v.True
	case jsonvalue.Number:
		return boundedNumber(v.Text)
	case jsonvalue.String:
		return v.Text
	case jsonvalue.Array:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = decoded(item)
		}
		return items
	case jsonvalue.Object:
		members := make(map[string]any, len(v.Members))
		for _, m := range v.Members {
			members[m.Name] = decoded(m.Value)
		}
		return members
	}
	return nil
}

// explainer converts the compiler's tree of errors to failures.
type explainer struct {
	set  *Set
	root *jsonvalue.Value
}

// leaves returns the failures at the leaves of the tree.
func (e *explainer) leaves(err *jsonschema.ValidationError) []Failure {
	keyword := lastKeyword(err.AbsoluteKeywordLocation)
	if len(err.Causes) == 0 {
		return e.leaf(err)
	}
	switch {
	case err.Message == "": // it only groups its causes
	case err.Message == "anyOf failed", err.Message == "oneOf failed":
		return e.nearest(err)
	case keyword == "minContains" || keyword == "contains":
		return e.leaf(err) // its causes only say why each element does not match
	}
	var all []Failure
	for _, cause := range err.Causes {
		all = append(all, e.leaves(cause)...)
	}
	return all
}

func lastKeyword(location string) string {
	return location[strings.LastIndexByte(location, '/')+1:]
}

// nearest chooses one of several alternatives of which none matches. If they
// only require different types or values of the value itself, that is one
// failure.
func (e *explainer) nearest(err *jsonschema.ValidationError) []Failure {
	path, _ := e.instance(err)
	var best []Failure
	bestDistance := []int(nil)
	joined := Failure{Path: path, Place: e.set.place(err.AbsoluteKeywordLocation)}
	for _, cause := range err.Causes {
		branch := e.leaves(cause)
		if d := distance(branch, path); bestDistance == nil || slices.Compare(d, bestDistance) < 0 {
			best, bestDistance = branch, d
		}
		own := Failure{}
		if len(branch) == 1 && slices.Equal(branch[0].Path, path) && !branch[0].Name {
			own = branch[0]
		}
		switch kind := own.Keyword; {
		case kind == "type", kind == "enum", kind == "const":
			if kind == "const" {
				kind = "enum"
			}
			if joined.Keyword == "" {
				joined.Keyword = kind
			} else if joined.Keyword != kind {
				joined.Keyword = "mixed"
			}
			for _, v := range own.Values {
				if !slices.Contains(joined.Values, v) {
					joined.Values = append(joined.Values, v)
				}
			}
		default:
			joined.Keyword = "mixed"
		}
	}
	if joined.Keyword == "type" || joined.Keyword == "enum" {
		joined.Limit = strings.Join(joined.Values, ", ")
		return []Failure{joined}
	}
	for i := range best {
		best[i].Alternatives = max(best[i].Alternatives, len(err.Causes))
	}
	return best
}

// distance returns how far a value at path is from an alternative with these
// failures; smaller is nearer. The first number is whether the value is of
// another type altogether, then follows how many constants differ (a
// discriminator), then the number of failures.
func distance(failures []Failure, path []string) []int {
	var wrongKind, wrongConstant int
	for _, f := range failures {
		switch f.Keyword {
		case "type", "false":
			if slices.Equal(f.Path, path) {
				wrongKind++
			}
		case "const", "enum":
			if len(f.Path) <= len(path)+1 {
				wrongConstant++
			}
		}
	}
	return []int{wrongKind, wrongConstant, len(failures)}
}

// leaf is what a failure says about a keyword, whatever value fails it.
type leaf struct {
	schema  *jsonschema.Schema
	tokens  []string // from the keyword on; empty if the schema itself fails
	failure Failure  // without what depends on the value
}

// leafAt returns the leaf of the keyword at a location.
func (s *Set) leafAt(location string, negated bool) *leaf {
	key := leafKey{location, negated}
	if known, ok := s.leaves.Load(key); ok {
		return known.(*leaf)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := &leaf{failure: Failure{Place: s.place(location)}}
	if negated { // the location of the keyword is that of a schema, too
		l.schema, l.tokens = s.schemaOf(strings.TrimSuffix(location, "/not"))
		l.tokens = append(l.tokens, "not")
	} else {
		l.schema, l.tokens = s.schemaOf(location)
	}
	if f := &l.failure; len(l.tokens) > 0 && l.schema != nil {
		f.Keyword = l.tokens[0]
		f.Limit = JSONText(s.keyword(l.schema.Location, f.Keyword))
		if f.Keyword == "pattern" || f.Keyword == spec.PatternKeyword { // show it as its author wrote it
			f.Keyword, f.Limit = "pattern", string(s.desc.Written(f.Place))
		}
		switch f.Keyword {
		case "type":
			f.Values = l.schema.Types
		case "const":
			f.Values = []string{f.Limit}
		case "enum":
			for _, v := range l.schema.Enum {
				f.Values = append(f.Values, JSONText(v))
			}
		}
	}
	s.leaves.Store(key, l)
	return l
}

type leafKey struct {
	location string
	negated  bool
}

// leaf returns the failures for an error without causes: several if the
// compiler names several members at once.
func (e *explainer) leaf(err *jsonschema.ValidationError) []Failure {
	l := e.set.leafAt(err.AbsoluteKeywordLocation, err.Message == "not failed")
	f := l.failure
	f.Path, f.Name = e.instance(err)
	f.Reason = err.Message
	if len(l.tokens) == 0 || l.schema == nil {
		f.Keyword, f.Reason = "false", ""
		if n := len(f.Path); n > 0 && !f.Name {
			switch keyword := lastKeyword(err.KeywordLocation); keyword {
			case "unevaluatedProperties", spec.AdditionalPropertiesKeyword:
				f.Keyword = strings.TrimPrefix(keyword, "x-ecma-")
				f.Member, f.OfMember, f.Path = f.Path[n-1], true, f.Path[:n-1]
			}
		}
		return []Failure{f}
	}
	switch f.Keyword {
	case "required":
		return e.expand(f, l.schema.Required, func(object *jsonvalue.Value, name string) bool { return object.Member(name) == nil })
	case "dependentRequired":
		if i, err := strconv.Atoi(l.tokens[len(l.tokens)-1]); err == nil && len(l.tokens) == 3 {
			f.Member, f.OfMember = l.schema.DependentRequired[l.tokens[1]][i], true
		}
	case "additionalProperties":
		var names []string
		if object := e.root.At(f.Path...); object != nil {
			for _, m := range object.Members {
				names = append(names, m.Name)
			}
		}
		return e.expand(f, names, func(_ *jsonvalue.Value, name string) bool { return !describes(l.schema, name) })
	}
	return []Failure{f}
}

// expand returns a copy of f for each of the names that fails.
func (e *explainer) expand(f Failure, names []string, fails func(object *jsonvalue.Value, name string) bool) []Failure {
	object := e.root.At(f.Path...)
	if object == nil {
		return []Failure{f}
	}
	var all []Failure
	for _, name := range names {
		if fails(object, name) {
			f.Member, f.OfMember = name, true
			all = append(all, f)
		}
	}
	return all
}

func describes(schema *jsonschema.Schema, name string) bool {
	if schema.Properties[name] != nil {
		return true
	}
	for re := range schema.PatternProperties {
		if re.MatchString(name) {
			return true
		}
	}
	return false
}

// schemaOf splits the location of a keyword into the schema and the tokens from
// the keyword on. There are none if the location is that of a schema.
func (s *Set) schemaOf(location string) (*jsonschema.Schema, []string) {
	var tokens []string
	for {
		if n := s.byURL[location]; n != nil {
			return n.Schema, tokens
		}
		slash := strings.LastIndexByte(location, '/')
		if slash < strings.IndexByte(location, '#') {
			return nil, nil
		}
		token := jsonvalue.SplitPointer("/" + unescapeFragment(location[slash+1:]))[0]
		tokens = append([]string{token}, tokens...)
		location = location[:slash]
	}
}
