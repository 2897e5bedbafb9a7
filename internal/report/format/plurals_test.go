package format

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
)

var (
	tags       = regexp.MustCompile(`<[^>]*>`)
	onePlural  = regexp.MustCompile(`(?:^|[^\d,.:-])1 (?:errors|warnings|infos|occurrences|findings|exchanges|bodies|files)\b`)
	noSingular = regexp.MustCompile(`(?:^|[^\d,.:-])(?:0|[2-9]) (?:error|warning|info|occurrence|finding|exchange|body|file)\b`)
)

// A noun after a number is in the singular after 1, and in the plural after all others.
func TestPlurals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := build(2, rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")...)
		for i := range r.Findings {
			if rapid.Bool().Draw(t, "suppressed") {
				r.Suppress(&r.Findings[i], &report.Acceptance{Reason: "known", Owner: "ann", Expires: "2030-12-31"})
			}
		}
		for _, format := range Names() {
			text := tags.ReplaceAllString(render(t, format, r, View{}), "")
			assert.NotRegexp(t, onePlural, text, format)
			assert.NotRegexp(t, noSingular, text, format)
		}
	})
}
