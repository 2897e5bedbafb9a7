package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var jsonInvalidUTF8 = &Rule{
	ID:       "json-invalid-utf8",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a string is not valid Unicode",
	Text: `JSON is UTF-8 (RFC 8259, section 8.1), and an escape for one half of a
surrogate pair is not a character. Decoders replace, drop or refuse such
text, so its value differs between clients.`,
	Fix:     "Encode the body in UTF-8, and characters beyond U+FFFF as a whole pair of escapes.",
	Example: `{"name": "\ud83d"}`,
	run: func(p *pass) {
		p.reportFaults("the text is not valid Unicode", jsonvalue.InvalidUTF8)
	},
}
