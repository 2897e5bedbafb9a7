package engine

import (
	"encoding/json"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb/spec"
)

// chooseMedia finds the media type that describes the body, and how the body is
// to be read.
func (p *pass) chooseMedia() {
	body := p.x.Response.Body.Bytes
	contentType := p.x.Response.Header.Get("Content-Type")
	p.media = p.response.MediaFor(contentType)
	switch {
	case p.media != nil:
	case contentType == "": // recorders can drop headers
		p.media = assumedMedia(p.response, body)
	case looksLikeJSON(body): // checked even where its media type is wrong
		p.media = jsonMedia(p.response)
	}
	if p.media == nil {
		p.out.Skipped = "a media type that is not described"
		return
	}
	if !p.media.HasSchema {
		p.out.Skipped = "the description has no schema for the body"
		return
	}
	schema := p.v.bodies[p.media.Schema]
	sent := contentType
	if sent == "" {
		sent = p.media.Type
	}
	switch {
	case isJSON(sent) || isJSON(p.media.Type):
		p.schema = schema
	case isText(sent) && schema.onlyStrings():
		if !utf8.Valid(body) {
			p.out.Skipped = "text that is not UTF-8"
			return
		}
		p.schema, p.text = schema, true
	case looksLikeJSON(body) && (isText(sent) || contentType == "" && isRange(p.media.Type)):
		p.schema = schema
	case isPage(sent) && isRange(p.media.Type) && schema.noStrings():
		p.schemaNotText = true
		p.out.Skipped = "a media type that is not described"
	default:
		p.out.Skipped = "media types other than JSON"
	}
}

// onlyStrings reports whether all values of the schema are strings.
func (s *bodySchema) onlyStrings() bool {
	return slices.ContainsFunc(s.Types(), func(types []string) bool { return len(types) == 1 && types[0] == "string" })
}

// noStrings reports whether no value of the schema is a string.
func (s *bodySchema) noStrings() bool {
	return slices.ContainsFunc(s.Types(), func(types []string) bool { return !slices.Contains(types, "string") })
}

// assumedMedia returns the described media type that a body without a
// Content-Type is assumed to have: JSON if it is described, unless the body is
// not JSON and just one other media type is described.
func assumedMedia(r *spec.Response, body []byte) *spec.Media {
	media := jsonMedia(r)
	var others []*spec.Media
	for _, other := range r.Media {
		if other != media {
			others = append(others, other)
		}
	}
	if len(others) == 1 && (media == nil || !looksLikeJSON(body) && !json.Valid(body)) {
		return others[0]
	}
	return media
}

// jsonMedia returns the first described media type that is JSON, or a range that
// includes it.
func jsonMedia(r *spec.Response) *spec.Media {
	for _, m := range r.Media {
		if isJSON(m.Type) || isRange(m.Type) {
			return m
		}
	}
	return nil
}

func isJSON(contentType string) bool {
	t := mediaType(contentType)
	return t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json")
}

// isXML reports whether a media type is XML, other than a page or an image.
func isXML(contentType string) bool {
	t := mediaType(contentType)
	return t == "application/xml" || t == "text/xml" ||
		strings.HasSuffix(t, "+xml") && t != "application/xhtml+xml" && !strings.HasPrefix(t, "image/")
}

// isText reports whether a media type is a text, or a range of texts, but
// neither XML nor JSON.
func isText(contentType string) bool {
	return strings.HasPrefix(mediaType(contentType), "text/") && !isXML(contentType) && !isJSON(contentType)
}

// isPage reports whether a body of the media type is meant for people: a page,
// or plain text.
func isPage(contentType string) bool {
	t := mediaType(contentType)
	return t == "text/html" || t == "application/xhtml+xml" || t == "text/plain"
}

// isRange reports whether a described media type is a range, such as text/* or */*.
func isRange(described string) bool { return strings.Contains(described, "*") }

// mediaType returns a media type in lower case, without its parameters.
func mediaType(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		t = strings.TrimSpace(t)
	}
	return t
}
