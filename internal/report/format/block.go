package format

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// block is findings that people are shown together, in the order of the report:
// those of one rule that say the same and are remedied in the same way.
type block []*report.Finding

// blocks returns the findings in blocks, in the order of the first of each; with
// [View.Full] each by itself.
func blocks(findings []*report.Finding, view View) []block {
	type key struct {
		rule, severity, message, baseline string
	}
	var all []block
	at := map[key]int{}
	for _, f := range findings {
		of := key{f.Rule, f.Severity, f.Message, strings.Join(acceptanceNotes(f), "\n")}
		alone := view.Full || view.Verbose || len(f.Occurrences) == 0
		if i, known := at[of]; known && !alone {
			all[i] = append(all[i], f)
			continue
		}
		if !alone {
			at[of] = len(all)
		}
		all = append(all, block{f})
	}
	return all
}

// count returns how often the findings occur.
func (b block) count() (n int) {
	for _, f := range b {
		n += f.Count
	}
	return n
}

// spread says in which operations the findings occur, where these are several.
func (b block) spread() []spreading {
	total := map[report.OperationCount]int{} // by operation and status
	all := report.Finding{}
	for _, f := range b {
		for _, o := range f.Operations {
			total[report.OperationCount{Operation: o.Operation, Status: o.Status}] += o.Count
		}
	}
	for of, n := range total {
		of.Count = n
		all.Operations = append(all.Operations, of)
	}
	slices.SortFunc(all.Operations, func(a, b report.OperationCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	return spread(&all)
}

// row is a finding of a block as one line.
type row struct {
	Label string // the member, or what else tells the finding from the others
	Text  string // how often, and what differs from the other findings
}

// The values of the first occurrence of a finding.
func firstFound(f *report.Finding) string   { return f.Occurrences[0].Found }
func firstAllowed(f *report.Finding) string { return f.Occurrences[0].Allowed }

// agree reports whether all findings have the same text.
func (b block) agree(text func(f *report.Finding) string) bool {
	return !slices.ContainsFunc(b, func(f *report.Finding) bool { return text(f) != text(b[0]) })
}

// shared says what the findings of a block have in common: in what the first of
// them occurs, and what was found and is allowed in all of them.
func (b block) shared() []string {
	o := b[0].Occurrences[0]
	if !b.agree(firstFound) {
		o.Found = ""
	}
	if !b.agree(firstAllowed) {
		o.Allowed = ""
	}
	return differences(b[0], &o)
}

// rows returns the findings of a block as lines.
func (b block) rows() []row {
	showFound, showAllowed := !b.agree(firstFound), !b.agree(firstAllowed)
	rows := make([]row, len(b))
	for i, f := range b {
		var parts []string
		if showFound && firstFound(f) != "" {
			parts = append(parts, "found "+textfmt.Printable(firstFound(f)))
		}
		if showAllowed && firstAllowed(f) != "" {
			parts = append(parts, "allowed "+textfmt.Printable(firstAllowed(f)))
		}
		often := times(f.Count)
		if place := placeText(&f.Occurrences[0]); place != placeText(&b[0].Occurrences[0]) {
			if f.Count > 1 {
				often += ", first"
			}
			o, first := &f.Occurrences[0], &b[0].Occurrences[0]
			often += " at " + shortPlace(o, first.File)
			if o.File == first.File && o.Line == first.Line && o.Entry != first.Entry {
				often += fmt.Sprintf(" (entry %d)", o.Entry)
			}
		}
		parts = append(parts, often)
		if f.Description.File != "" {
			parts = append(parts, "described in "+textfmt.Printable(f.Description.File+":"+strconv.Itoa(f.Description.Line)))
		}
		rows[i] = row{labelOf(f), strings.Join(parts, ", ")}
	}
	return rows
}

// labelOf names a finding among those of its block: by its member, or else by what
// was called.
func labelOf(f *report.Finding) string {
	switch {
	case f.Pointer != "":
		return textfmt.Printable(f.Pointer)
	case changedOperation(f) != "":
		return changedOperation(f)
	case len(f.Operations) > 0 && f.Operations[0].Operation != "":
		return textfmt.Printable(f.Operations[0].Operation)
	}
	return "the whole body"
}

// changedOperation returns the method and the path of the operation that a change of
// the description is about; empty for what was found in a recording.
func changedOperation(f *report.Finding) string {
	if len(f.Occurrences) == 0 || f.Occurrences[0].Entry > 0 || f.Occurrences[0].Status > 0 {
		return ""
	}
	return requestText(&f.Occurrences[0])
}

// shortPlace is [placeText] without the file where that is known.
func shortPlace(o *report.Occurrence, file string) string {
	place := placeText(o)
	if o.File == file && o.Line != 0 {
		return strings.TrimPrefix(place, fileText(file))
	}
	return place
}

// remedy says what to change, and which overlay describes what was found; empty
// where plumb does not know.
func (b block) remedy(fix string) string {
	var names []string
	described := 0
	for _, f := range b {
		for _, name := range f.Overlays {
			names = insert(names, name)
		}
		described += min(len(f.Overlays), 1)
	}
	if described == 0 {
		return textfmt.Printable(fix)
	}
	for i := range names {
		names[i] = "--overlay " + textfmt.Printable(names[i])
	}
	what := "this"
	switch {
	case described < len(b):
		what = textfmt.Number(described) + " of these"
	case len(b) > 1:
		what = "all of these"
	}
	return strings.TrimSpace(textfmt.Printable(fix) + " Or check with " + strings.Join(names, " or ") + ", which describes " + what + ".")
}
