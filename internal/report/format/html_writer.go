package format

import (
	"bufio"
	"fmt"
	"html"

	"github.com/plumbapi/plumb/internal/textfmt"
)

// The page is written without html/template: its reflection keeps each exported
// method of each type in the command, a seventh of its size.

// markup is HTML that this package has written. Nothing but a constant or an
// embedded file may be converted to it.
type markup string

type htmlWriter struct{ w *bufio.Writer }

// add adds markup, formatted as by [fmt.Fprintf]. The values are text: whatever
// they contain, it is shown, be it in an element or in a quoted attribute. A
// value may be markup itself.
func (h *htmlWriter) add(format markup, values ...any) {
	for i, v := range values {
		if _, ok := v.(markup); !ok {
			values[i] = html.EscapeString(textfmt.Printable(fmt.Sprint(v)))
		}
	}
	fmt.Fprintf(h.w, string(format), values...)
}
