package format

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

func enumFinding() result {
	f := plumb.Finding{
		Rule: "schema-enum", Severity: plumb.Error, Message: "the value is none of those that the description lists",
		Operation: "cancelBatch", Status: 200, Pointer: "/status",
		Subject:     plumb.Subject{File: "schemas/batch.json", Pointer: "/properties/status"},
		Description: plumb.Source{File: "schemas/batch.json", Line: 40, Pointer: "/properties/status/enum"},
		Occurrence: plumb.Occurrence{
			Place: plumb.Place{File: "a.har", Entry: 3, Line: 120, Column: 15}, Resource: "batch_1",
			Found: `"paused"`, Allowed: `"validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"`,
			Excerpt: plumb.Excerpt{Text: `  "status": "paused",`, Column: 12, Width: 8},
		},
	}
	return result{&plumb.Exchange{}, engine.Result{Bodies: 1, Operation: "cancelBatch", Status: 200, Findings: []plumb.Finding{f}}}
}

func nullFinding() result {
	f := plumb.Finding{
		Rule: "drift-null", Severity: plumb.Warning, Message: "an optional member is null", Pointer: "/errors",
		Subject: plumb.Subject{File: "schemas/batch.json", Pointer: "/properties/errors"},
	}
	f.Place = plumb.Place{File: "b.yml", Entry: 1}
	return result{&plumb.Exchange{}, engine.Result{Bodies: 1, Findings: []plumb.Finding{f}}}
}

func TestText(t *testing.T) {
	second, third := enumFinding(), enumFinding()
	second.r.Findings[0].Entry, second.r.Findings[0].Line = 4, 240
	third.r.Findings[0].File, third.r.Findings[0].Line = "b.har", 7
	skipped := result{&plumb.Exchange{}, engine.Result{Skipped: "the path is not described"}}

	got := render(t, "text", build(5, enumFinding(), second, third, nullFinding(), skipped), View{})
	want := `error[schema-enum] /status: the value is none of those that the description lists
   --> a.har:120:15 (entry 3)
    |
120 |   "status": "paused",
    |             ^^^^^^^^
    = found: "paused"
    = allowed: "validating", "failed", "in_progress", "finalizing", "completed", "expired",
        "cancelling", "cancelled"
    = in cancelBatch, status 200, of batch_1
    = described in schemas/batch.json:40 (/properties/status/enum)
    = and 2 more, in 2 files in all: :240:15, b.har:7:15

warning[drift-null] /errors: an optional member is null
  --> b.yml entry 1

5 exchanges read, 4 bodies checked, 1 skipped
  1 skipped: the path is not described
1 error, 1 warning, 0 infos, found 4 times
"plumb explain schema-enum" says more about a rule; --rule schema-enum=off turns it off.
`
	assert.Equal(t, want, got)
}

func TestTextOfAGoodRun(t *testing.T) {
	good := result{&plumb.Exchange{}, engine.Result{Bodies: 1}}
	assert.Equal(t, "no findings: 1 exchange read, 1 body checked\n", render(t, "text", build(1, good), View{}))
}

func TestTextQuietAndVerbose(t *testing.T) {
	second := enumFinding()
	second.r.Findings[0].Line = 240
	r := build(5, enumFinding(), second)
	assert.NotContains(t, render(t, "text", r, View{Quiet: true}), "read")
	verbose := render(t, "text", r, View{Verbose: true})
	assert.Equal(t, 2, strings.Count(verbose, "-->"))
	assert.NotContains(t, verbose, "more,")
}

// A finding that occurs in several operations or at several members says how
// often in each, and lists only the first of many.
func TestTextOfAFindingInManyPlaces(t *testing.T) {
	r := build(1, enumFinding())
	f := &r.Findings[0]
	f.Operations = []report.OperationCount{{Operation: "getOrder", Status: 200, Count: 1200}, {Operation: "listOrders", Count: 1}}
	f.Pointers = []report.PointerCount{{Count: 3}}
	for i := range 6 {
		f.Pointers = append(f.Pointers, report.PointerCount{Pointer: fmt.Sprint("/", i), Count: 1})
	}
	text := render(t, "text", r, View{})
	assert.Contains(t, text, "= operations: getOrder 200 (1,200), listOrders (1)\n")
	assert.Contains(t, text, "= members: the whole body (3), /0 (1), /1 (1), /2 (1), /3 (1), 2 more\n")
}

func TestTextSaysWhatIsLeftOut(t *testing.T) {
	r := build(5, enumFinding(), nullFinding())
	r.Limit(1)
	got := render(t, "text", r, View{})
	assert.NotContains(t, got, "drift-null")
	assert.Contains(t, got, "1 error, 1 warning, 0 infos, found 2 times; 1 of them not shown (--max-findings)")
}

// The caret is under the mark, whatever comes before it.
func TestCaretStandsUnderTheMark(t *testing.T) {
	for _, tc := range []struct{ name, before, marked, wantLine string }{
		{"plain", `"s": `, `"x"`, `"s": "x"`},
		{"wide", `"状態": `, `"x"`, `"状態": "x"`},
		{"wide mark", `"s": `, `"停止"`, `"s": "停止"`},
		{"combining", "\"e\u0301\": ", `1`, "\"e\u0301\": 1"},
		{"tabs", "\t\t\"s\": ", `1`, `        "s": 1`},
		{"control", "\x1b[31m\"s\": ", `1`, `\x1b[31m"s": 1`},
		{"right to left", "\u202e\"s\": ", `1`, `\u202e"s": 1`},
		{"nothing marked", `{"s": 1`, ``, `{"s": 1`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res := enumFinding()
			res.r.Findings[0].Excerpt = plumb.Excerpt{Text: tc.before + tc.marked, Column: len(tc.before), Width: len(tc.marked)}
			lines := strings.Split(render(t, "text", build(1, res), View{}), "\n")
			line, carets := strings.TrimPrefix(lines[3], "120 | "), strings.TrimPrefix(lines[4], "    | ")
			assert.Equal(t, tc.wantLine, line)
			before := strings.TrimSuffix(line, textfmt.Printable(tc.marked))
			assert.Equal(t, strings.Repeat(" ", uniseg.StringWidth(before))+strings.Repeat("^", max(1, uniseg.StringWidth(tc.marked))), carets)
		})
	}
}

func TestExcerptFitsTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := func(label string) string { return rapid.StringMatching(`[a-z "世界]{0,90}`).Draw(t, label) }
		before, marked, after := part("before"), part("marked"), part("after")
		room := rapid.IntRange(20, 120).Draw(t, "room")
		b, m, a := fit(before, marked, after, room)
		if w := uniseg.StringWidth(b + m + a); w > room {
			t.Fatalf("%d columns, more than %d: %q %q %q", w, room, b, m, a)
		}
		if uniseg.StringWidth(before+marked+after) <= room && b+m+a != before+marked+after {
			t.Fatalf("shortened without need")
		}
		if uniseg.StringWidth(marked) <= room && m != marked {
			t.Fatalf("the mark was shortened without need")
		}
	})
}

func TestLongPathsAreNotBroken(t *testing.T) {
	res := enumFinding()
	res.r.Findings[0].File = strings.Repeat("long folder/", 20) + "a.har"
	assert.Contains(t, render(t, "text", build(1, res), View{Width: 40}), "--> "+res.r.Findings[0].File+":120:15")
}

func TestColorsAreBalanced(t *testing.T) {
	r := build(1, enumFinding(), nullFinding())
	plain, colored := render(t, "text", r, View{}), render(t, "text", r, View{Color: true})
	assert.NotContains(t, plain, "\x1b")
	assert.Contains(t, colored, "\x1b[1;31m")
	stripped := colored
	for _, code := range []string{"0", "1", "1;31", "1;33", "32", "34"} {
		stripped = strings.ReplaceAll(stripped, "\x1b["+code+"m", "")
	}
	assert.Equal(t, plain, stripped)
}

// Whatever is in a recording, a terminal sees printable characters only.
func TestNothingActsOnTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nasty := func(label string) string {
			return rapid.StringOf(rapid.SampledFrom([]rune("ab\x1b\x00\r\n\x07\u009b\x7f\u202e\u2066\u200b\u2028\ufeff世\U000e0001"))).Draw(t, label) + rapid.SampledFrom([]string{"", "\xff", "\x9b"}).Draw(t, label)
		}
		f := plumb.Finding{Rule: "schema-enum", Severity: plumb.Error, Message: nasty("message"), Pointer: nasty("pointer"), Operation: nasty("operation")}
		f.Description = plumb.Source{File: nasty("description"), Pointer: nasty("place")}
		f.File, f.Line, f.Resource, f.Found, f.Allowed = nasty("file"), 3, nasty("resource"), nasty("found"), nasty("allowed")
		f.Excerpt = plumb.Excerpt{Text: nasty("excerpt"), Width: 1}
		r := build(1, result{&plumb.Exchange{}, engine.Result{Findings: []plumb.Finding{f}, Skipped: nasty("reason")}})
		for _, format := range Names() {
			var buf strings.Builder
			require.NoError(t, Write(&buf, format, r, View{}))
			for _, c := range buf.String() {
				if c != '\n' && !unicode.IsGraphic(c) {
					t.Fatalf("%s shows %q:\n%q", format, c, buf.String())
				}
			}
		}
	})
}

// What fits exactly is left as it is; an ellipsis takes a column of its own.
func TestFitsExactly(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{head("abcde", 5), "abcde"},
		{head("abcdef", 5), "abcd…"},
		{head("日本語字", 5), "日本…"},
		{head("日本語字", 6), "日本…"},
		{tail("abcde", 5), "abcde"},
		{tail("abcdef", 5), "…cdef"},
		{tail("日本語字", 5), "…語字"},
		{tail("日本語字", 6), "…語字"},
		{head("ab", 1) + tail("ab", 1), "……"},
		{head("ab", 0) + tail("ab", 0), ""},
	} {
		assert.Equal(t, tt.want, tt.got)
	}
}
