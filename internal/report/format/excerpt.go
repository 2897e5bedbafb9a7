package format

import (
	"strconv"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// excerpt shows the line of an occurrence with carets under the marked part.
func (t *text) excerpt(severity string, o *report.Occurrence) {
	before, marked, after := split(o.Excerpt)
	room := max(t.view.Width-t.gutter-3, 20)
	before, marked, after = fit(before, marked, after, room)

	blank := strings.Repeat(" ", t.gutter)
	label := blank
	if o.Line != 0 {
		n := strconv.Itoa(o.Line)
		label = blank[len(n)+1:] + n + " "
	}
	bar := t.style.frame("|")
	carets := strings.Repeat("^", max(textfmt.Columns(marked), 1))
	t.line(blank + bar)
	t.line(t.style.frame(label) + bar + " " + before + marked + after)
	t.line(blank + bar + " " + strings.Repeat(" ", textfmt.Columns(before)) + t.style.severity(severity, carets))
}

// split returns the parts of an excerpt, ready to be shown. Tabs become
// spaces: how wide a terminal draws them depends on where they are.
func split(e *report.Excerpt) (before, marked, after string) {
	start := min(max(e.Column, 0), len(e.Text))
	end := start + min(max(e.Width, 0), len(e.Text)-start)
	show := func(s string) string { return textfmt.Printable(strings.ReplaceAll(s, "\t", "    ")) }
	return show(e.Text[:start]), show(e.Text[start:end]), show(e.Text[end:])
}

// fit shortens the parts of a line to so many columns, those around the mark
// first.
func fit(before, marked, after string, room int) (string, string, string) {
	wb, wm, wa := textfmt.Columns(before), textfmt.Columns(marked), textfmt.Columns(after)
	if wb+wm+wa <= room {
		return before, marked, after
	}
	marked = head(marked, room)
	rest := room - textfmt.Columns(marked)
	// What is before the mark says more than what is after it: the
	// name of the member.
	forAfter := min(wa, rest/3)
	before = tail(before, rest-forAfter)
	return before, marked, head(after, rest-textfmt.Columns(before))
}

const ellipsis = "…"

// head returns the beginning of s, at most width columns wide.
func head(s string, width int) string {
	if textfmt.Columns(s) <= width {
		return s
	}
	kept, at := 0, 0
	g := uniseg.NewGraphemes(s)
	for g.Next() && at+g.Width() <= width-1 {
		at += g.Width()
		_, kept = g.Positions()
	}
	if width < 1 {
		return ""
	}
	return s[:kept] + ellipsis
}

// tail returns the end of s, at most width columns wide.
func tail(s string, width int) string {
	excess := textfmt.Columns(s) - width
	if excess <= 0 {
		return s
	}
	if width < 1 {
		return ""
	}
	from := 0
	g := uniseg.NewGraphemes(s)
	for excess+1 > 0 && g.Next() {
		excess -= g.Width()
		_, from = g.Positions()
	}
	return ellipsis + s[from:]
}
