package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var captureLimit = &Rule{
	ID:       "capture-limit",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a recording exceeds a limit",
	Text: `A body or an entry is larger or nests deeper than plumb reads, or is compressed
to a suspicious degree. It was not checked; the rest was. The limits keep a
hostile or broken recording from using up the memory. Raise them with
` + "`--max-body`, `--max-entry`, `--max-ratio` and `--max-depth`" + `.`,
	Fix:     "Raise the limit that is named (--max-body, --max-entry, --max-ratio, --max-depth), or leave the entry out.",
	Example: "a body of 20 MiB, where --max-body is 16 MiB",
	run: func(p *pass) {
		p.reportDefects()
		p.reportFaults("the arrays and objects of the body nest too deeply to be checked", jsonvalue.TooDeep)
	},
}
