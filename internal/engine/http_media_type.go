package engine

import (
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

var httpMediaType = &Rule{
	ID:       "http-media-type",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a media type is not described",
	Text: `The Content-Type of the response is not one of those that the description has
for its status. A proxy's HTML page under status 200 is the usual case: clients fail
when they decode it. So is a page, or plain text, where ` + "`*/*`" + ` is described with
a schema that allows no string. Parameters matter only where described
media types differ in them, and charset never does.

Where headers were recorded, but no Content-Type, the finding is only an info: the
body is checked as JSON if the description has JSON.`,
	Fix:     "Send the media type that is described, or add the one that is sent to the description.",
	Example: "Content-Type: text/html, where application/json is described",
	run: func(p *pass) {
		contentType := p.x.Response.Header.Get("Content-Type")
		body := &p.x.Response.Body
		if p.response == nil || len(p.response.Media) == 0 || len(body.Bytes) == 0 || hasNoBody(p.x.Request.Method, p.out.Status) {
			return
		}
		switch {
		case p.schemaNotText:
			p.reportWhole(subjectAt(p.media.Place, mediaType(contentType)), placed("the media type is described, but its schema does not allow a string", p.media.Place, shorten(contentType), mediaTypes(p.response)))
		case contentType != "" && p.response.MediaFor(contentType) == nil:
			p.reportWhole(subjectAt(p.response.Place, mediaType(contentType)), placed("the media type is not described", p.response.Place, shorten(contentType), mediaTypes(p.response)))
		case p.media != nil && unlabelled(&p.x.Response):
			p.setSeverity(plumb.Info)
			p.reportWhole(subjectAt(p.media.Place, ""), placed("the response does not say its media type", p.media.Place, "no Content-Type", mediaTypes(p.response)))
		}
	},
}

func mediaTypes(r *spec.Response) string {
	var types []string
	for _, m := range r.Media {
		types = append(types, m.Type)
	}
	return strings.Join(types, ", ")
}
