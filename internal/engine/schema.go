package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

// ruleOf returns the id of the rule that reports failures of a keyword.
func ruleOf(keyword string) string {
	switch keyword {
	case "required", "dependentRequired", "dependencies":
		return "schema-required"
	case "type":
		return "schema-type"
	case "enum":
		return "schema-enum"
	case "const":
		return "schema-const"
	case "pattern":
		return "schema-pattern"
	case "additionalProperties", "unevaluatedProperties":
		return "schema-additional-member"
	case "format":
		return "schema-format"
	case "writeOnly":
		return "schema-write-only"
	case "discriminator":
		return "schema-discriminator"
	case "nullable":
		return "schema-nullable"
	case schema.Undecided:
		return "schema-undecided"
	}
	if limitWords[keyword] != "" {
		return "schema-limit"
	}
	return "schema-combination"
}

// reportFailures reports those failures of the body against its schema that
// belong to the rule that runs, and of which all conditions are true.
func (p *pass) reportFailures(explain func(schema.Failure) plumb.Finding, conditions ...func(schema.Failure) bool) {
	for _, f := range p.failures {
		if ruleOf(f.Keyword) != p.rule.ID || slices.ContainsFunc(conditions, func(is func(schema.Failure) bool) bool { return !is(f) }) {
			continue
		}
		var at location
		switch {
		case f.OfMember:
			at = p.nameAt(append(slices.Clip(f.Path), f.Member))
			at.ofObject = true
		case f.Name:
			at = p.nameAt(f.Path)
			at.name = true
		default:
			at = p.valueAt(f.Path)
		}
		at.keyword = f.Place
		finding := explain(f)
		if f.Alternatives > 0 {
			finding.Message += fmt.Sprintf(" (none of %d alternatives fits; this one is the closest)", f.Alternatives)
		}
		p.report(at, finding)
	}
}

// foundOf returns what was found: the name of a member where the name fails,
// else what text returns for the value.
func (p *pass) foundOf(f schema.Failure, text func(path []string) string) string {
	if _, name, ok := cutLast(f.Path); ok && f.Name {
		return "the name " + shorten(schema.JSONText(name))
	}
	return text(f.Path)
}

// limitWords say which limit a keyword sets, as messages about a value that
// exceeds it.
var limitWords = map[string]string{
	"minimum":          "the number is too small",
	"exclusiveMinimum": "the number is too small",
	"maximum":          "the number is too large",
	"exclusiveMaximum": "the number is too large",
	"multipleOf":       "the number is not a multiple",
	"minLength":        "the string is too short",
	"maxLength":        "the string is too long",
	"minItems":         "the array has too few elements",
	"maxItems":         "the array has too many elements",
	"uniqueItems":      "elements of the array are equal",
	"minContains":      "too few elements of the array fit the description of contains",
	"maxContains":      "too many elements of the array fit the description of contains",
	"minProperties":    "the object has too few members",
	"maxProperties":    "the object has too many members",
}

// valuesOf returns the values that a failure allows, as a list for display.
func valuesOf(f schema.Failure) string {
	values := make([]string, len(f.Values))
	for i, v := range f.Values {
		values[i] = plain(v)
	}
	return strings.Join(values, ", ")
}

// typesOf returns the types that a failure allows, as a list for display.
func typesOf(f schema.Failure) string {
	return strings.Join(f.Values, " or ")
}
