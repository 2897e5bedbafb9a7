package spec

import (
	"fmt"
	"strings"

	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// In the text of a schema these keywords have the place of pattern,
// patternProperties and additionalProperties where a pattern is one that Go's
// regular expressions cannot express.
const (
	PatternKeyword              = "x-ecma-pattern"
	PatternPropertiesKeyword    = "x-ecma-patternProperties"
	AdditionalPropertiesKeyword = "x-ecma-additionalProperties"
)

// In the text of a schema these keywords are what the description says for readers of
// JSON Schema, and means for those of responses.
const (
	LooseNullKeyword     = "x-loose-null"    // true: null is allowed, though by the letter it is not
	DiscriminatorKeyword = "x-discriminator" // with URLs for names
)

// checkPatterns compiles the patterns of a schema, and warns of those that
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

// compilePattern makes a pattern known, and returns what is wrong with it.
func (w *walker) compilePattern(pattern string) (fault string) {
	if w.patterns[pattern] != nil {
		return ""
	}
	re, err := ecmaregexp.Compile(pattern)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not a regular expression of ECMA-262: %v", pattern, err)
	case re.Doubt() != "":
		return fmt.Sprintf("%q means something else in ECMA-262 than its author can have meant: %s", pattern, re.Doubt())
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
		for written[name] { // two patterns can mean the same
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

// patternProperty returns the member of patternProperties that has a name in a
// schema's text.
func (d *Description) patternProperty(properties *node, name string) *member {
	for i := range properties.members {
		m := &properties.members[i]
		if re := d.patterns[m.name]; re != nil && re.RE2() != nil && re.RE2().String() == name {
			return m
		}
	}
	return nil
}

// sourceKeyword is the name that a keyword of a schema's text has in the
// description.
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
