package format

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/report"
)

// typeFinding returns a finding of a member that has the wrong type.
func typeFinding(pointer, found, allowed string, line int) result {
	r := enumFinding()
	f := &r.r.Findings[0]
	f.Rule, f.Message, f.Pointer, f.Subject.Pointer = "schema-type", "the value has the wrong type", pointer, "/properties"+pointer
	f.Description = plumb.Source{File: "api.yaml", Line: 7 + line, Pointer: "/properties" + pointer}
	f.Found, f.Occurrence.Allowed, f.Line, f.Resource = found, allowed, line, ""
	f.Excerpt = plumb.Excerpt{Text: pointer, Column: 0, Width: 1}
	r.x.Request = plumb.Request{Method: "GET", URL: "https://example.com/a"}
	return r
}

// A block shows what its findings have in common once, and of each what differs.
func TestTextOfABlock(t *testing.T) {
	other := typeFinding("/y", "8 (number)", "integer", 4) // in another exchange of the line
	other.r.Findings[0].Column, other.r.Findings[0].Entry = 90, 8
	r := build(5, other, typeFinding("/a", `"1" (string)`, "integer", 4), typeFinding("/a", `"1" (string)`, "integer", 9), typeFinding("/long", `"2" (string)`, "integer", 4), typeFinding("/x", "7 (number)", "integer", 5))
	r.Rules = []report.Rule{{ID: "schema-type", Fix: "Send the type."}}
	got := render(t, "text", r, View{})
	want := `error[schema-type] 4 findings: the value has the wrong type
  --> a.har:4:15 (entry 3)
   |
 4 | /a
   | ^
   = allowed: integer
   = in GET https://example.com/a (cancelBatch), status 200
   = /a     found "1" (string), 2 times, described in api.yaml:11
   = /long  found "2" (string), once, described in api.yaml:11
   = /x     found 7 (number), once at :5:15, described in api.yaml:12
   = /y     found 8 (number), once at :4:90 (entry 8), described in api.yaml:11
   = fix: Send the type.
   = --full shows each of the 4 findings

`
	assert.True(t, strings.HasPrefix(got, want), got)
	for _, view := range []View{{Full: true}, {Verbose: true}} {
		assert.Equal(t, 4, strings.Count(render(t, "text", r, view), "error[schema-type] /"))
	}
}

// What to do names the overlays that describe what was found, and how much of it.
func TestRemedy(t *testing.T) {
	none, one, both := &report.Finding{}, &report.Finding{Overlays: []string{"observed"}}, &report.Finding{Overlays: []string{"azure", "observed"}}
	for _, tt := range []struct {
		of   block
		want string
	}{
		{block{none, none}, "Fix it."},
		{block{one}, "Fix it. Or check with --overlay observed, which describes this."},
		{block{one, one}, "Fix it. Or check with --overlay observed, which describes all of these."},
		{block{one, none, one}, "Fix it. Or check with --overlay observed, which describes 2 of these."},
		{block{both}, "Fix it. Or check with --overlay azure or --overlay observed, which describes this."},
	} {
		assert.Equal(t, tt.want, tt.of.remedy("Fix it."))
	}
}

// Blocks have all findings, each once, in the order of the report, and only such that
// say the same.
func TestBlocksHaveAllFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := build(2, rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")...)
		for i := range r.Findings {
			if rapid.Bool().Draw(t, "suppressed") {
				r.Suppress(&r.Findings[i], &report.Acceptance{Reason: "known", Owner: "ann", Expires: "2030-12-31"})
			}
			if rapid.Bool().Draw(t, "without occurrences") {
				r.Findings[i].Occurrences = []report.Occurrence{}
			}
		}
		all := shownFindings(r, View{Verbose: true})
		counted := map[*report.Finding]int{}
		for _, b := range blocks(all, View{}) {
			for _, f := range b {
				counted[f]++
				assert.Equal(t, [3]string{b[0].Rule, b[0].Severity, b[0].Message}, [3]string{f.Rule, f.Severity, f.Message})
				assert.Equal(t, b[0].Suppressed != nil, f.Suppressed != nil)
			}
			if len(b) > 1 {
				assert.Len(t, b.rows(), len(b))
			}
		}
		for _, f := range all {
			assert.Equal(t, 1, counted[f])
		}
		assert.Len(t, blocks(all, View{Full: true}), len(all))
	})
}
