package format

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// mostSpread is how many operations and pointers of a finding people are shown.
const mostSpread = 5

// spreading says in which operations, or at which members, a finding occurs.
type spreading struct{ What, Text string }

func (s spreading) String() string { return s.What + ": " + s.Text }

// spread says where a finding occurs, where that is in several operations or at
// several members.
func spread(f *report.Finding) []spreading {
	var all []spreading
	list := func(what string, n int, item func(i int) (name string, count int)) {
		if n < 2 {
			return
		}
		var items []string
		for i := range min(n, mostSpread) {
			name, count := item(i)
			items = append(items, textfmt.Printable(name)+" ("+textfmt.Number(count)+")")
		}
		if n > mostSpread {
			items = append(items, textfmt.Number(n-mostSpread)+" more")
		}
		all = append(all, spreading{what, strings.Join(items, ", ")})
	}
	list("operations", len(f.Operations), func(i int) (string, int) {
		o := f.Operations[i]
		name := o.Operation
		if o.Status != 0 {
			name = strings.TrimSpace(name + " " + strconv.Itoa(o.Status))
		}
		return name, o.Count
	})
	list("members", len(f.Pointers), func(i int) (string, int) {
		p := f.Pointers[i]
		return cmp.Or(p.Pointer, "the whole body"), p.Count
	})
	return all
}

// spreadLines are the lines of spread.
func spreadLines(f *report.Finding) []string {
	var lines []string
	for _, s := range spread(f) {
		lines = append(lines, s.String())
	}
	return lines
}
