package engine

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// ruleOf returns the id of the rule that failures of a keyword belong to.
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
	case schema.Undecided:
		return "schema-undecided"
	}
	if limitWords[keyword] != "" {
		return "schema-limit"
	}
	return "schema-combination"
}

// reportFailures reports those failures of the body against its schema that
// belong to the rule.
func (p *pass) reportFailures(explain func(schema.Failure) plumb.Finding) {
	for _, f := range p.failures {
		if ruleOf(f.Keyword) != p.rule.ID {
			continue
		}
		var a at
		switch {
		case f.OfMember:
			a = p.nameAt(append(slices.Clip(f.Path), f.Member))
			a.ofObject = true
		case f.Name:
			a = p.nameAt(f.Path)
			a.name = true
		default:
			a = p.valueAt(f.Path)
		}
		a.keyword = f.Place
		finding := explain(f)
		if f.Alternatives > 0 {
			finding.Message += fmt.Sprintf(" (none of %d alternatives fits; this one came nearest)", f.Alternatives)
		}
		p.report(a, finding)
	}
}

// foundOf returns what was found: the name of a member where that is what
// fails, else what text says of the value.
func (p *pass) foundOf(f schema.Failure, text func(path []string) string) string {
	if _, name, ok := cutLast(f.Path); ok && f.Name {
		return "the name " + shorten(schema.JSONText(name))
	}
	return text(f.Path)
}

// foundWithType returns the value and its type.
func (p *pass) foundWithType(path []string) string {
	v := p.root.At(path...)
	if v == nil || v.Kind == jsonvalue.Null || v.Kind == jsonvalue.Object || v.Kind == jsonvalue.Array {
		return p.foundText(path)
	}
	return p.foundText(path) + " (" + v.Kind.String() + ")"
}

// foundSized returns the value, and of a string how long it is.
func (p *pass) foundSized(path []string) string {
	v := p.root.At(path...)
	if v == nil || v.Kind != jsonvalue.String {
		return p.foundText(path)
	}
	return p.foundText(path) + " (" + plural(utf8.RuneCountInString(v.Text), "character") + ")"
}

var schemaRequired = &Rule{
	ID:       "schema-required",
	Severity: plumb.Error,
	Title:    "a required member is missing",
	Text: `The description says that the object always has the member. Clients read it
without asking.`,
	Fix:     "Send the member in every response, or take it out of required in the description.",
	Example: `a Batch without "status"`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the required member is missing", f.Place, "no member "+schema.JSONText(f.Member), "")
		})
	},
}

var schemaType = &Rule{
	ID:       "schema-type",
	Severity: plumb.Error,
	Title:    "a value has the wrong type",
	Text: `The value is of another JSON type than the description says. An integer is a
number without a fraction, whether written 1 or 1.0. Null for a member that may
be left out is ` + "`drift-null`" + `, a warning.`,
	Fix:     "Send a value of the type that is allowed, or correct the type in the description.",
	Example: `{"created_at": "2025-03-14T15:52:49Z"}, where an integer is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value has the wrong type", f.Place, p.foundOf(f, p.foundWithType), typesOf(f))
		})
	},
}

var schemaEnum = &Rule{
	ID:       "schema-enum",
	Severity: plumb.Error,
	Title:    "a value is not one of those described",
	Text: `The description lists the values that there are. Clients that decode them into
an enumeration fail on any other. Settle it in the API, or by adding the value
to the description.`,
	Fix:     "Send one of the values that are allowed, or add the new one to the description.",
	Example: `{"status": "paused"}`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value is not one of those described", f.Place, p.foundOf(f, p.foundText), valuesOf(f))
		})
	},
}

var schemaConst = &Rule{
	ID:       "schema-const",
	Severity: plumb.Error,
	Title:    "a value is not the described constant",
	Text: `The description says that the member always has one certain value. Clients tell
by it what kind of object they hold.`,
	Fix:     "Send the one value that is described, or correct the description.",
	Example: `{"object": "batches"}, where "batch" is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value is not the described constant", f.Place, p.foundOf(f, p.foundText), valuesOf(f))
		})
	},
}

// limitWords say what a limit is a limit of.
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
	"minContains":      "too few elements of the array are as described",
	"maxContains":      "too many elements of the array are as described",
	"minProperties":    "the object has too few members",
	"maxProperties":    "the object has too many members",
}

var schemaLimit = &Rule{
	ID:       "schema-limit",
	Severity: plumb.Error,
	Title:    "a described limit is broken",
	Text: `A number, the length of a string (in characters, not bytes), or the count of
elements or members is beyond what the description allows.`,
	Fix:     "Keep the value within the limit, or correct the limit in the description.",
	Example: "metadata with 17 members, where maxProperties is 16",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			message := limitWords[f.Keyword]
			if f.Name {
				message = "the name of a member breaks a limit"
			}
			return placed(message, f.Place, p.foundOf(f, p.foundSized), f.Keyword+" "+f.Limit)
		})
	},
}

var schemaPattern = &Rule{
	ID:       "schema-pattern",
	Severity: plumb.Error,
	Title:    "a string does not match the described pattern",
	Text: `The description gives a regular expression for the string, in the syntax of
ECMAScript. It need not match the whole string unless it says so with ^ and $.`,
	Fix:     "Send a value that matches the pattern, or correct the pattern in the description.",
	Example: `{"id": "1"}, where ^batch_ is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the string does not match the described pattern", f.Place, p.foundOf(f, p.foundText), f.Limit)
		})
	},
}

var schemaAdditionalMember = &Rule{
	ID:       "schema-additional-member",
	Severity: plumb.Error,
	Title:    "a member is there that the description forbids",
	Text: `The description closes the object with additionalProperties or
unevaluatedProperties. A member that is merely not described is
` + "`drift-undocumented-member`" + `, a warning.`,
	Fix:     "Take the member out of the response, or describe it.",
	Example: `{"id": "batch_1", "debug": true}, where additionalProperties is false`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			path := append(slices.Clip(f.Path), f.Member)
			return placed("the description forbids further members", f.Place, p.foundText(path), "")
		})
	},
}

// combinationWords put the keywords that combine schemas into words.
var combinationWords = map[string]string{
	"oneOf":    "the value fits more than one of the alternatives",
	"anyOf":    "the value fits none of the alternatives",
	"not":      "the value is of a kind that the description rules out",
	"contains": "no element of the array is as described",
	"false":    "the description allows no value here",
	"$ref":     "the schema refers to itself without end",
}

var schemaCombination = &Rule{
	ID:       "schema-combination",
	Severity: plumb.Error,
	Title:    "a value does not fit a combination of schemas",
	Text: `The value fits two alternatives of a oneOf, fits what a not rules out, or
stands where nothing may. Where none of several alternatives fits, the finding
is that of the alternative that came nearest, under its own rule.`,
	Fix:     "Make the value fit the description, or correct the alternatives there.",
	Example: "a value that fits both schemas of a oneOf",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			message := combinationWords[f.Keyword]
			if message == "" {
				message = "the value breaks " + f.Keyword
			}
			return placed(message, f.Place, p.foundOf(f, p.foundText), allowedByCombination(f))
		})
	},
}

var schemaUndecided = &Rule{
	ID:       "schema-undecided",
	Severity: plumb.Warning,
	Title:    "a value cannot be checked within the limits",
	Text: `Whether the value is as described takes more work than is done for one body:
alternatives within alternatives that refer to themselves, a regular expression
that goes back and forth over a long text, or a number of more than 1,000 digits.
The value was not checked; the rest was. The limits are of steps, not of time, so the outcome is always the
same.`,
	Fix:     "Tell the alternatives apart by a constant, write the pattern without nested repetitions, or bound the length.",
	Example: "500 levels of a oneOf whose alternatives all refer to it",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value cannot be checked: "+f.Reason, f.Place, p.foundText(f.Path), "")
		})
	},
}

func allowedByCombination(f schema.Failure) string {
	switch f.Keyword {
	case "not":
		return shorten("not " + f.Limit)
	case "oneOf":
		return "exactly one alternative; " + strings.ReplaceAll(f.Reason, "valid against schemas", "the value fits those")
	}
	return f.Reason
}

// valuesOf lists the values that a failure allows.
func valuesOf(f schema.Failure) string {
	values := make([]string, len(f.Values))
	for i, v := range f.Values {
		values[i] = plain(v)
	}
	return strings.Join(values, ", ")
}

// typesOf lists the types that a failure allows.
func typesOf(f schema.Failure) string {
	return strings.Join(f.Values, " or ")
}
