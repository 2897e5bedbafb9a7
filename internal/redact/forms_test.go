package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// TestFormsNeedTheirWords checks that each text that a pattern matches contains
// one of the words that the form needs.
func TestFormsNeedTheirWords(t *testing.T) {
	for _, form := range forms {
		pattern := form.pattern()
		matched := 0
		rapid.Check(t, func(t *rapid.T) {
			s := rapid.StringMatching(strings.NewReplacer(`\b`, "", `[^\n]*?`, " ?").Replace(pattern.String())).Draw(t, "text")
			if !pattern.MatchString(s) {
				return
			}
			matched++
			assert.NotZero(t, formWords(s)&form.needs, "%q matches %s", s, pattern)
		})
		assert.Greater(t, matched, 10, "%s", pattern)
	}
}

// TestForms checks that a credential of each form is found anywhere in a text,
// and nothing else.
func TestForms(t *testing.T) {
	around := []string{"%", " %", "is %, and", `"%"`, `{"note": "%"}`, "text\n%\nmore"}
	for _, form := range forms {
		for _, format := range around {
			if strings.HasPrefix(form.example, "…") && format != "%" {
				continue // this form is only at the beginning of a text
			}
			bare := strings.NewReplacer("<", "", ">", "").Replace(form.example)
			text := strings.ReplaceAll(format, "%", bare)
			var want strings.Builder
			for part := range strings.SplitSeq(strings.ReplaceAll(format, "%", form.example), "<") {
				_, rest, ok := strings.Cut(part, ">")
				if ok {
					want.WriteString(Mark)
					part = rest
				}
				want.WriteString(part)
			}
			assert.Equal(t, want.String(), new(Cleaner).Text(text), "%s: %q", form.of, text)
		}
	}
}
