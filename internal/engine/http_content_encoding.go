package engine

import "github.com/plumbapi/plumb"

var httpContentEncoding = &Rule{
	ID:       "http-content-encoding",
	Severity: plumb.Error,
	Title:    "a body is not what its Content-Encoding says",
	Text: `The response says that its body is compressed, and it is not, or it is damaged or
ends too early. Clients fail when they undo the coding: what was sent is lost to
them. The body was not checked further.

It is found where the body is seen as it was sent: by ` + "`plumb proxy`" + ` and its
recordings, ` + "`plumb probe`" + ` and ` + "`contracttest`" + `. Most other recorders keep the header
and store the body decoded, which says nothing about the API.`,
	Fix:     "Compress the body as Content-Encoding says, or leave the header out.",
	Example: "Content-Encoding: gzip before a body that is plain JSON",
	run: func(p *pass) {
		if p.match.Path != "" { // of another API nothing is known
			p.reportDefects()
		}
	},
}
