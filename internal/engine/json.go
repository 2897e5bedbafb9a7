package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var jsonSyntax = &Rule{
	ID:       "json-syntax",
	Severity: plumb.Error,
	Title:    "a body is not JSON",
	Text: `The body breaks the grammar of RFC 8259, or ends before its value does. No
client can decode it, and nothing else of it can be checked.`,
	Fix:     "Send the body as valid JSON: correct it at the mark.",
	Example: `{"id": "batch_1", "status": "completed",}`,
	run: func(p *pass) {
		p.reportFaults("the body is not JSON", jsonvalue.Syntax, jsonvalue.Truncated)
	},
}

var jsonDuplicateKey = &Rule{
	ID:       "json-duplicate-key",
	Severity: plumb.Error,
	Title:    "a member stands in its object twice",
	Text: `Which of the two counts is up to each decoder: some take the first, most the
last, some refuse the body. So clients of one answer disagree. Names are
compared after their escapes are undone. The checks of values look at the last.`,
	Fix:     "Send the member once.",
	Example: `{"status": "completed", "st\u0061tus": "failed"}`,
	run: func(p *pass) {
		p.reportFaults("the member stands in its object more than once", jsonvalue.DuplicateKey)
	},
}

var jsonTrailingData = &Rule{
	ID:       "json-trailing-data",
	Severity: plumb.Error,
	Title:    "there are bytes after the JSON value",
	Text: `A body is one JSON value and white space. Decoders that read a stream do not
notice what follows, others refuse the body.`,
	Fix:     "End the body after its JSON value.",
	Example: `{"id": "batch_1"}{"id": "batch_2"}`,
	run: func(p *pass) {
		p.reportFaults("there are bytes after the JSON value", jsonvalue.Trailing)
	},
}

var jsonInvalidUTF8 = &Rule{
	ID:       "json-invalid-utf8",
	Severity: plumb.Error,
	Title:    "a string is not valid Unicode",
	Text: `JSON is UTF-8 (RFC 8259, section 8.1), and an escape for one half of a
surrogate pair stands for no character. Decoders replace, drop or refuse such
text, so its value differs between clients.`,
	Fix:     "Encode the body in UTF-8, and characters beyond U+FFFF as a whole pair of escapes.",
	Example: `{"name": "\ud83d"}`,
	run: func(p *pass) {
		p.reportFaults("the text is not valid Unicode", jsonvalue.InvalidUTF8)
	},
}

// reportFaults reports those faults of the body's text that are of the kinds.
// Where the text is no JSON at all, the body as a whole is the place.
func (p *pass) reportFaults(message string, kinds ...jsonvalue.FaultKind) {
	for _, fault := range p.faults {
		if !slices.Contains(kinds, fault.Kind) {
			continue
		}
		end := fault.Offset + 1
		if fault.Kind == jsonvalue.DuplicateKey {
			end = nameEnd(p.x.Response.Body.Bytes, fault.Offset)
		}
		f := plumb.Finding{Message: message}
		f.Found = fault.Message
		p.report(at{path: fault.Path, start: fault.Offset, end: end}, f)
	}
}

// nameEnd returns the offset after the string that begins at start.
func nameEnd(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
