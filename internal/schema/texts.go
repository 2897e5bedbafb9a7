package schema

import (
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// texts are the keywords of strings: minLength, maxLength, pattern and, in drafts
// before 2019-09, contentEncoding and contentMediaType.
type texts struct {
	minLength, maxLength int // -1 if absent
	match                matcher
	pattern              string
	patternKeyword       string
	decode               func(string) ([]byte, error)
	isOfMedia            func([]byte) error
}

func (t *texts) compile(n *node) {
	t.minLength, t.maxLength = n.MinLength, n.MaxLength
	t.match, t.pattern = matcherOf(n.Schema)
	t.patternKeyword = "pattern"
	if n.Extensions[spec.PatternKeyword] != nil {
		t.patternKeyword = spec.PatternKeyword
	}
	if n.Draft != jsonschema.Draft2020 && n.Draft != jsonschema.Draft2019 {
		t.decode, t.isOfMedia = jsonschema.Decoders[n.ContentEncoding], jsonschema.MediaTypes[n.ContentMediaType]
	}
}

// text evaluates the keywords of strings.
func (p *program) text(e *evaluator, v *jsonvalue.Value, r *result) {
	t := &p.texts
	if t.minLength >= 0 || t.maxLength >= 0 {
		length := utf8.RuneCountInString(v.Text)
		if length < t.minLength {
			e.fail(r, p.node, "minLength", hard)
		}
		if t.maxLength >= 0 && length > t.maxLength {
			e.fail(r, p.node, "maxLength", hard)
		}
	}
	if t.match != nil {
		switch matches, decided := t.match(v.Text); {
		case !decided:
			e.undecided(r, p.node, tooManySteps(t.pattern))
		case !matches:
			e.fail(r, p.node, t.patternKeyword, hard)
		}
	}
	if t.decode != nil || t.isOfMedia != nil {
		p.content(e, v.Text, r)
	}
}

// content evaluates contentEncoding and contentMediaType. A text in an encoding that
// is not known is not looked into.
func (p *program) content(e *evaluator, text string, r *result) {
	content, decoded := []byte(text), p.node.ContentEncoding == ""
	if p.decode != nil {
		var err error
		if content, err = p.decode(text); err != nil {
			e.fail(r, p.node, "contentEncoding", hard).Reason = "the text is not in " + p.node.ContentEncoding
			return
		}
		decoded = true
	}
	if decoded && p.isOfMedia != nil && p.isOfMedia(content) != nil {
		e.fail(r, p.node, "contentMediaType", hard).Reason = "the text is not " + p.node.ContentMediaType
	}
}
