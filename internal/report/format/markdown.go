package format

import (
	"fmt"
	"io"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// mostMarkdown is how many bytes a comment on a pull request may have, less a
// little for a caller's own words. GitHub counts characters, which are fewer.
const mostMarkdown = 65536 - 512

// writeMarkdown writes the report as a comment on a pull request: the totals
// and as many findings as fit.
func writeMarkdown(w io.Writer, r *report.Report, view View) error {
	head, tail := markdownHead(r), markdownTail(r)
	var b strings.Builder
	b.WriteString(head)
	left := mostMarkdown - len(head) - len(tail) - 200 // for what is left out
	shown := 0
	for _, found := range blocks(shownFindings(r, View{}), View{Full: view.Full}) {
		text, listed := markdownBlock(r, found, left)
		if left -= len(text); left < 0 {
			break
		}
		b.WriteString(text)
		shown += listed
	}
	if rest := r.Summary.Errors + r.Summary.Warnings + r.Summary.Infos - shown; rest > 0 {
		fmt.Fprintf(&b, "%s not shown here; the other formats have all that the run kept.\n\n", capital(textfmt.Count(rest, "more finding")))
	}
	b.WriteString(tail)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownHead(r *report.Report) string {
	var b strings.Builder
	s := r.Summary
	verdict := "no findings"
	if s.Errors+s.Warnings+s.Infos > 0 {
		verdict = textfmt.Count(s.Errors, "error") + ", " + textfmt.Count(s.Warnings, "warning") + ", " + textfmt.Count(s.Infos, "info")
	} else if s.Suppressed > 0 {
		verdict = "no new findings"
	} else if s.Checked == 0 && r.Comparison == nil {
		verdict = "nothing was checked"
	}
	fmt.Fprintf(&b, "## plumb: %s\n\n", verdict)
	var told []string
	if read := r.Read(); read != "" {
		told = append(told, read)
	}
	if s.Occurrences > 0 && r.Comparison == nil {
		told = append(told, "found "+times(s.Occurrences))
	}
	if s.Suppressed > 0 {
		told = append(told, textfmt.Number(s.Suppressed)+" accepted by the baseline")
	}
	if len(told) > 0 {
		b.WriteString(capital(strings.Join(told, "; ")) + ". ")
	}
	if c := r.Comparison; c != nil {
		fmt.Fprintf(&b, "What is new in %s (%s) since %s (%s).\n\n", nameOf(&c.New.Description), code(fileText(c.New.File)), nameOf(&c.Old.Description), code(fileText(c.Old.File)))
	} else {
		fmt.Fprintf(&b, "Checked against %s.\n\n", nameOf(&r.Description))
	}
	if text := uncheckedText(r.Description); text != "" {
		fmt.Fprintf(&b, "%s.\n\n", escapeMarkdown(text))
	}
	return b.String()
}

// nameOf names a description by its title and version.
func nameOf(d *report.Description) string {
	return code(textfmt.Shorten(strings.TrimSpace(d.Title+" "+d.Version), 500))
}

// markdownBlock returns an item of a list: a finding, or several that are shown
// together, as many as there is room for.
func markdownBlock(r *report.Report, found block, room int) (text string, listed int) {
	var b strings.Builder
	f := found[0]
	remedy := found.remedy(ruleOf(r, f).Fix)
	room -= 6*len(remedy) + 200 // an escaped character has up to six bytes
	item := func(text string) { b.WriteString("  - " + text + "\n") }
	fmt.Fprintf(&b, "- **%s** %s", f.Severity, code(f.Rule))
	if len(found) > 1 {
		b.WriteString(" " + textfmt.Count(len(found), "finding"))
	} else if f.Pointer != "" {
		b.WriteString(" " + code(f.Pointer))
	} else if changed := changedOperation(f); r.Comparison != nil && changed != "" {
		b.WriteString(" " + code(changed))
	}
	b.WriteString(": " + escapeMarkdown(f.Message))
	switch {
	case len(found) > 1:
		fmt.Fprintf(&b, " (%s)", times(found.count()))
	case f.Count > 1:
		fmt.Fprintf(&b, " (%s in %s)", times(f.Count), textfmt.Count(f.Files, "file"))
	}
	b.WriteString("\n")
	if len(f.Occurrences) > 0 {
		item(markdownOccurrence(&f.Occurrences[0], found.agree(firstFound), found.agree(firstAllowed)))
	}
	if listed = 1; len(found) == 1 {
		if where := describedAt(f); where != "" {
			item("described in " + code(where))
		}
		for _, line := range spreadLines(f) {
			item(escapeMarkdown(line))
		}
	} else {
		rows := found.rows()
		for listed = 0; listed < len(rows) && b.Len() < room; listed++ {
			item(code(textfmt.Shorten(rows[listed].Label, 500)) + ": " + escapeMarkdown(textfmt.Shorten(rows[listed].Text, 1000)))
		}
	}
	for _, note := range acceptanceNotes(f) {
		item(escapeMarkdown(note))
	}
	if remedy != "" {
		item("fix: " + escapeMarkdown(remedy))
	}
	return b.String() + "\n", listed
}

// markdownOccurrence says where an occurrence is, and what differs there.
func markdownOccurrence(o *report.Occurrence, showFound, showAllowed bool) string {
	text := "at " + code(placeText(o))
	if request := requestText(o); request != "" {
		text += ", in " + code(textfmt.Shorten(request, 500))
	}
	if showFound && o.Found != "" {
		text += ", found " + code(o.Found)
	}
	if showAllowed && o.Allowed != "" {
		text += ", allowed " + code(o.Allowed)
	}
	return text
}

// markdownTail says what the run has not seen.
func markdownTail(r *report.Report) string {
	var b strings.Builder
	if r.Comparison != nil && r.Summary.Exchanges == 0 {
		return ""
	}
	c := r.Coverage
	operations := "Seen of the description: " + share(c.Operations, "operation", func(o report.OperationCoverage) int { return o.Count })
	if unreachedText(c) != "" { // most of a large API
		operations += "; of what these respond with"
	}
	fmt.Fprintf(&b, "%s, %s, %s.\n", operations,
		share(reachedMembers(c), "documented member", func(m report.MemberCoverage) int { return m.Count }),
		share(reachedValues(c), "documented value", func(v report.ValueCoverage) int { return v.Count }))
	const most = 10
	for i, s := range r.Skipped {
		if i == most {
			fmt.Fprintf(&b, "- skipped for %s\n", textfmt.Count(len(r.Skipped)-most, "more reason"))
			break
		}
		fmt.Fprintf(&b, "- %s skipped: %s\n", textfmt.Number(s.Count), code(textfmt.Shorten(s.Reason, 500)))
	}
	return b.String()
}

// share says how many of the things were seen.
func share[T any](all []T, noun string, count func(T) int) string {
	seen := 0
	for _, one := range all {
		if count(one) > 0 {
			seen++
		}
	}
	return textfmt.Number(seen) + " of " + textfmt.Count(len(all), noun)
}

// code returns s as a code span, in which nothing has a meaning.
func code(s string) string {
	s = textfmt.Printable(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if s == "" || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.Trim(s, " ") != s {
		s = " " + s + " "
	}
	return fence + s + fence
}

// escapeMarkdown takes the meaning from what is Markdown, HTML or a mention.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range textfmt.Printable(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~&@:", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
