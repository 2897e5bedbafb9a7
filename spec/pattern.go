package spec

import (
	"fmt"
	"strings"

	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// In the text of a schema these keywords replace pattern, patternProperties and
// additionalProperties if Go's regular expressions cannot express a pattern.
const (
	PatternKeyword              = "x-ecma-pattern"
	PatternPropertiesKeyword    = "x-ecma-patternProperties"
	AdditionalPropertiesKeyword = "x-ecma-additionalProperties"
)

// In the text of a schema these keywords stand for what the author of the
// description means, beyond what the keywords of JSON Schema say.
const (
	LooseNullKeyword     = "x-loose-null"    // true: null is allowed by nullable without a type
	DiscriminatorKeyword = "x-discriminator" // with URLs of schemas
)

// checkPatterns compiles the patterns of a schema, and warns about those that
// cannot be used.
func (w *walker) checkPatterns(n *node, p position) {
	if m := n.find("pattern"); m != nil && m.value.kind == jsonvalue.String {
		if fault := w.compilePattern(m.value.text); fault != "" {
			w.fail(n.placeOf("pattern"), "%s; the keyword is left out", fault)
			n.mark.leaveOut("pattern")
		}
	}
	m := n.find("patternProperties")
	if m == nil || m.value.kind != jsonvalue.Object {
		return
	}
	at := p.at(m.name, m.value, m.line, m.column)
	for _, property := range m.value.members {
		if fault := w.compilePattern(property.name); fault != "" {
			w.fail(at.at(property.name, property.value, property.line, property.column).place, "%s; patternProperties is left out", fault)
			n.leaveOutProperties(m.name)
		}
	}
}

// compilePattern compiles a pattern, keeps it, and returns what is wrong with
// it.
func (w *walker) compilePattern(pattern string) (fault string) {
	if w.patterns[pattern] != nil {
		return ""
	}
	re, err := ecmaregexp.Compile(pattern)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not a regular expression of ECMA-262: %v", pattern, err)
	case re.Doubt() != "":
		return fmt.Sprintf("%q does not mean in ECMA-262 what its author probably meant: %s", pattern, re.Doubt())
	}
	w.patterns[pattern] = re
	return ""
}

// pattern writes the keyword pattern.
func (s *schemaWriter) pattern(w *objectWriter, pattern string) {
	if re := s.patterns[pattern].RE2(); re != nil {
		s.text(w, "pattern", re.String())
	} else {
		s.text(w, PatternKeyword, pattern)
	}
}

// patternProperties writes the keyword patternProperties.
func (s *schemaWriter) patternProperties(w *objectWriter, n *node, m member) {
	if s.needsECMA(n) {
		w.name(PatternPropertiesKeyword)
	} else {
		w.name(m.name)
	}
	inner := objectWriter{b: w.b}
	written := map[string]bool{}
	for _, property := range m.value.members {
		name := property.name
		if !s.needsECMA(n) {
			name = s.patterns[name].RE2().String()
		}
		for written[name] { // two patterns can have the same form in Go
			name += "(?:)"
		}
		written[name] = true
		inner.name(name)
		inner.b = s.within(inner.b, property.value)
	}
	w.b = inner.end()
}

// needsECMA reports whether a schema has patternProperties that Go's regular
// expressions cannot express.
func (s *schemaWriter) needsECMA(n *node) bool {
	properties := n.get("patternProperties")
	if properties == nil || n.mark.isLeftOut("patternProperties") {
		return false
	}
	for _, property := range properties.members {
		if s.patterns[property.name].RE2() == nil {
			return true
		}
	}
	return false
}

// patternProperty returns the member of patternProperties that corresponds to a
// name in the text of a schema.
func (d *Description) patternProperty(properties *node, name string) *member {
	for i := range properties.members {
		m := &properties.members[i]
		if re := d.patterns[m.name]; re != nil && re.RE2() != nil && re.RE2().String() == name {
			return m
		}
	}
	return nil
}

// sourceKeyword returns the name in the description of a keyword in the text of
// a schema.
func sourceKeyword(keyword string) string {
	switch keyword {
	case LooseNullKeyword:
		return "nullable"
	case DiscriminatorKeyword:
		return "discriminator"
	case PatternKeyword, PatternPropertiesKeyword, AdditionalPropertiesKeyword:
		return strings.TrimPrefix(keyword, "x-ecma-")
	}
	return keyword
}
