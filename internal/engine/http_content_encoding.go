package engine

import "github.com/plumbapi/plumb"

var httpContentEncoding = &Rule{
	ID:       "http-content-encoding",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a body is not what its Content-Encoding says",
	Text: `The response says that its body is compressed, but the body is not, or it is
damaged or ends too early. Clients that decompress it fail, and cannot read what
was sent. The body was not checked further.

It is found where the body is read as it was sent: by ` + "`plumb proxy`" + ` and its
recordings, ` + "`plumb probe`" + ` and ` + "`contracttest`" + `. Most other recorders keep the header
and store the body decoded, which says nothing about the API.`,
	Fix:     "Compress the body as Content-Encoding says, or leave the header out.",
	Example: "Content-Encoding: gzip before a body that is plain JSON",
	run: func(p *pass) {
		if p.match.Path != "" { // nothing is known about other APIs
			p.reportDefects()
		}
	},
}
