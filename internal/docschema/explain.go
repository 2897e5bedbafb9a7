package docschema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/nearest"
)

// explainer turns the errors of the schema library, which are about schemas,
// into faults of a document.
type explainer struct {
	schema   *Schema
	text     any // of the schema
	document any
}

// violation is one keyword that a value of the document does not satisfy.
type violation struct {
	keyword string // its name
	schema  string // pointer to the schema that contains it
	value   string // pointer to the value
	message string // of the library
}

// explain returns the fault that explains a document best.
func (e *explainer) explain(failed *jsonschema.ValidationError) *Fault {
	all := e.violations(failed)
	if i := slices.IndexFunc(all, e.isUnknownMember); i >= 0 {
		return e.fault(all[i])
	}
	for _, v := range all {
		if v.keyword != "unevaluatedProperties" {
			return e.fault(v)
		}
	}
	return e.fault(all[0])
}

// explainAll returns a fault for each violation.
func (e *explainer) explainAll(failed *jsonschema.ValidationError) []*Fault {
	all := e.violations(failed)
	misspelt := map[string]bool{} // the objects that have an unknown member
	for _, v := range all {
		if e.isUnknownMember(v) {
			object, _ := lastToken(v.value)
			misspelt[object] = true
		}
	}
	var faults []*Fault
	for _, v := range all {
		if v.keyword != "required" || !misspelt[v.value] {
			faults = append(faults, e.fault(v))
		}
	}
	slices.SortStableFunc(faults, func(a, b *Fault) int { return strings.Compare(a.Pointer, b.Pointer) })
	return faults
}

// violations returns the violations that an error consists of. Of the
// alternatives of a combination it takes those of the one that has the fewest.
func (e *explainer) violations(failed *jsonschema.ValidationError) []violation {
	v := e.violation(failed)
	if len(failed.Causes) == 0 {
		if v.keyword == "additionalProperties" {
			return e.unknownMembers(v)
		}
		return []violation{v}
	}
	if v.keyword != "oneOf" && v.keyword != "anyOf" {
		var all []violation
		for _, cause := range failed.Causes {
			all = append(all, e.violations(cause)...)
		}
		return all
	}
	if len(e.choices(v)) > 0 {
		return []violation{v}
	}
	branches := map[string][]violation{}
	for _, cause := range failed.Causes {
		branch := branchOf(failed.KeywordLocation, cause.KeywordLocation)
		branches[branch] = append(branches[branch], e.violations(cause)...)
	}
	names := slices.Sorted(maps.Keys(branches))
	return branches[slices.MinFunc(names, func(a, b string) int { return cmp.Compare(len(branches[a]), len(branches[b])) })]
}

// branchOf returns the number of the alternative in which a cause is.
func branchOf(combination, cause string) string {
	branch, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(cause, combination), "/"), "/")
	return branch
}

func (e *explainer) violation(failed *jsonschema.ValidationError) violation {
	_, pointer, _ := strings.Cut(failed.AbsoluteKeywordLocation, "#")
	if schema, _, ok := strings.Cut(pointer, "/dependentRequired/"); ok {
		return violation{"dependentRequired", schema, failed.InstanceLocation, failed.Message}
	}
	parent, keyword := lastToken(pointer)
	return violation{keyword, parent, failed.InstanceLocation, failed.Message}
}

// unknownMembers returns a violation for each member of an object that must not have it.
func (e *explainer) unknownMembers(v violation) []violation {
	object, _ := at(e.document, v.value).(map[string]any)
	known := e.members(v.schema)
	var all []violation
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(known, name) {
			all = append(all, violation{"unevaluatedProperties", v.schema, v.value + "/" + jsonvalue.EscapePointer(name), v.message})
		}
	}
	return all
}

// isUnknownMember reports whether a violation is a member that its object must
// not have. The library also reports members that it did not get to.
func (e *explainer) isUnknownMember(v violation) bool {
	_, name := lastToken(v.value)
	return v.keyword == "unevaluatedProperties" && !strings.HasPrefix(name, "x-") && !slices.Contains(e.members(v.schema), name)
}

// members returns the names of the members that a schema describes, sorted.
func (e *explainer) members(schema string) []string {
	properties, _ := at(e.text, schema+"/properties").(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

// fault says in words what a violation is.
func (e *explainer) fault(v violation) *Fault {
	f := &Fault{Pointer: v.value}
	keyword, value := at(e.text, v.schema+"/"+v.keyword), at(e.document, v.value)
	switch v.keyword {
	case "unevaluatedProperties":
		var name string
		f.Pointer = v.value
		_, name = lastToken(v.value)
		f.Message = e.unknown(v.schema, name)
	case "required":
		f.Message = fmt.Sprintf("%s has no member %q", e.subject(v), missing(keyword, value))
	case "type":
		f.Message = fmt.Sprintf("%s must be %s, not %s", e.subject(v), kinds(keyword), kindOf(value))
		if _, single := keyword.(string); single && keyword == "string" && isScalar(value) {
			f.Message += "; put it in quotes"
		}
	case "enum", "const":
		f.Message = fmt.Sprintf("%s must be %s, not %s", e.subject(v), oneOf(keyword), quoted(value))
	case "pattern":
		f.Message = fmt.Sprintf("%s is %s; it must be %s", e.subject(v), quoted(value), e.form(v, keyword))
	case "minItems":
		f.Message = e.subject(v) + " must have at least " + atLeast(keyword, "one item", "items")
	case "minProperties":
		f.Message = e.subject(v) + " must have at least " + atLeast(keyword, "one member", "members")
	case "minLength":
		f.Message = e.subject(v) + " must not be empty"
	case "uniqueItems":
		first, second := equalItems(v.message)
		f.Pointer += "/" + strconv.Itoa(second)
		f.Message = fmt.Sprintf("this is equal to item %d of the list; remove one of them", first+1)
	case "dependentRequired":
		f.Message = e.subject(v) + " has the member \"type\" but no member \"context\""
	case "oneOf":
		f.Message = fmt.Sprintf("%s must have exactly one of the members %s", e.subject(v), strings.Join(e.choices(v), ", "))
	default:
		f.Message = fmt.Sprintf("%s: %s", e.subject(v), v.message)
	}
	return f
}

// unknown says that an object has a member that the specification does not
// have, which is usually misspelt.
func (e *explainer) unknown(schema, name string) string {
	allowed := e.members(schema)
	if len(allowed) == 0 {
		return fmt.Sprintf("the member %q is not part of %s", name, e.schema.Name)
	}
	owner := e.noun(schema)
	if e.schema.Name != "" {
		owner += " (" + e.schema.Name + ")"
	}
	text := fmt.Sprintf("%s has no member %q; it may have %s", owner, name, strings.Join(allowed, ", "))
	if near := nearest.To(name, allowed); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return text
}

// subject names the value of a violation: by its own name in the document, or
// by that of the schema.
func (e *explainer) subject(v violation) string {
	_, name := lastToken(v.value)
	if _, isItem := index(name); name != "" && !isItem {
		return strconv.Quote(name)
	}
	return "the " + strings.TrimPrefix(strings.TrimPrefix(e.noun(v.schema), "a "), "an ")
}

// definition matches the place of a definition in a schema.
var definition = lazyregexp.New(`^/\$defs/([^/]+)`)

// noun returns what a schema is the schema of, with an article.
func (e *explainer) noun(schema string) string {
	if ref, _ := at(e.text, schema+"/$ref").(string); strings.HasSuffix(ref, "-object") {
		schema = strings.TrimPrefix(ref, "#")
	}
	if title, _ := at(e.text, schema+"/title").(string); title != "" {
		return withArticle(title)
	}
	m := definition().FindStringSubmatch(schema)
	if m == nil {
		return withArticle(e.schema.noun)
	}
	return withArticle(strings.ReplaceAll(strings.TrimSuffix(m[1], "-object"), "-", " "))
}

func withArticle(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiouA") {
		return "an " + noun
	}
	return "a " + noun
}

// choices returns the names of the members of which an object must have one, if
// a combination is about nothing else.
func (e *explainer) choices(v violation) []string {
	branches, _ := at(e.text, v.schema+"/"+v.keyword).([]any)
	var names []string
	for _, b := range branches {
		branch, _ := b.(map[string]any)
		required, _ := branch["required"].([]any)
		if len(branch) != 1 || len(required) != 1 {
			return nil
		}
		names = append(names, required[0].(string))
	}
	return names
}

// missing returns the first name of a list of required ones that an object does
// not have.
func missing(required, object any) string {
	members, _ := object.(map[string]any)
	names, _ := required.([]any)
	for _, name := range names {
		if _, ok := members[name.(string)]; !ok {
			return name.(string)
		}
	}
	return ""
}

// kinds returns the types of a type keyword in words.
func kinds(keyword any) string {
	words := map[string]string{"string": "text", "boolean": "true or false", "array": "a list", "object": "an object", "integer": "a whole number", "number": "a number", "null": "null"}
	names, _ := keyword.([]any)
	if name, ok := keyword.(string); ok {
		names = []any{name}
	}
	var all []string
	for _, name := range names {
		all = append(all, words[name.(string)])
	}
	return strings.Join(all, " or ")
}

// kindOf returns what a value is, with an article.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

func isScalar(value any) bool {
	switch value.(type) {
	case nil, []any, map[string]any:
		return false
	}
	return true
}

// quoted returns a value as a message shows it.
func quoted(value any) string {
	const maxLength = 100
	text, err := json.Marshal(value)
	if err != nil || len(text) > maxLength {
		return kindOf(value)
	}
	return string(text)
}

// oneOf returns the values of an enum or a const in words.
func oneOf(keyword any) string {
	values, ok := keyword.([]any)
	if !ok {
		return quoted(keyword)
	}
	var all []string
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return "one of " + strings.Join(all, ", ")
}

// atLeast returns a number of things that there must be.
func atLeast(number any, one, many string) string {
	if number == 1.0 {
		return one
	}
	return fmt.Sprint(number, " ", many)
}

// form returns in words what a pattern of a schema demands.
func (e *explainer) form(v violation, pattern any) string {
	if title, _ := at(e.text, v.schema+"/title").(string); title != "" {
		return withArticle(title)
	}
	switch pattern {
	case `^\$`:
		return "a JSONPath, which begins with $"
	case `^[A-Za-z0-9_\-]+$`, `^[a-zA-Z0-9\.\-_]+$`:
		return "a name of letters, digits, hyphens and underscores"
	}
	return fmt.Sprintf("text that matches %v", pattern)
}

// twoItems matches the library's message about items that are equal.
var twoItems = lazyregexp.New(`(\d+) and (\d+)`)

func equalItems(message string) (first, second int) {
	if m := twoItems().FindStringSubmatch(message); m != nil {
		first, _ = strconv.Atoi(m[1])
		second, _ = strconv.Atoi(m[2])
	}
	return first, second
}

// index returns the index that a token of a pointer is, if it is one.
func index(token string) (int, bool) {
	i, err := strconv.Atoi(token)
	return i, err == nil && i >= 0
}
