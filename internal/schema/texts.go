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
	encoded              bool // there is a contentEncoding
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
		t.encoded = n.ContentEncoding != ""
		t.decode, t.isOfMedia = jsonschema.Decoders[n.ContentEncoding], jsonschema.MediaTypes[n.ContentMediaType]
	}
}

// text evaluates the keywords of strings.
func (p *program) text(e *evaluator, v *jsonvalue.Value, r *result) {
	if !p.texts.isOpen() {
		return
	}
	a := e.ask(&p.texts, v)
	if a == satisfied {
		return
	}
	if a&tooShort != 0 {
		e.fail(r, p.node, "minLength", hard)
	}
	if a&tooLong != 0 {
		e.fail(r, p.node, "maxLength", hard)
	}
	if a&undecidedMatch != 0 {
		e.undecided(r, p.node, tooManySteps(p.pattern))
	}
	if a&noMatch != 0 {
		e.fail(r, p.node, p.patternKeyword, hard)
	}
	if a&notEncoded != 0 {
		e.fail(r, p.node, "contentEncoding", hard).Reason = "the text is not in " + p.node.ContentEncoding
	}
	if a&notOfMedia != 0 {
		e.fail(r, p.node, "contentMediaType", hard).Reason = "the text is not " + p.node.ContentMediaType
	}
}

// What can be wrong with a string.
const (
	tooShort answer = 1 << iota
	tooLong
	noMatch
	undecidedMatch
	notEncoded
	notOfMedia
)

// isOpen reports whether some keyword is about strings.
func (t *texts) isOpen() bool {
	return t.minLength >= 0 || t.maxLength >= 0 || t.match != nil || t.decode != nil || t.isOfMedia != nil
}

func (t *texts) ask(v *jsonvalue.Value) answer {
	a := satisfied
	if t.minLength >= 0 || t.maxLength >= 0 {
		length := len(v.Text)
		if length >= t.minLength { // else it has not enough characters either
			length = utf8.RuneCountInString(v.Text)
		}
		if length < t.minLength {
			a |= tooShort
		}
		if t.maxLength >= 0 && length > t.maxLength {
			a |= tooLong
		}
	}
	if t.match != nil {
		switch matches, decided := t.match(v.Text); {
		case !decided:
			a |= undecidedMatch
		case !matches:
			a |= noMatch
		}
	}
	if t.decode != nil || t.isOfMedia != nil {
		a |= t.content(v.Text)
	}
	return a
}

// content evaluates contentEncoding and contentMediaType. A text in an encoding that
// is not known is not looked into.
func (t *texts) content(text string) answer {
	content, decoded := []byte(text), !t.encoded
	if t.decode != nil {
		var err error
		if content, err = t.decode(text); err != nil {
			return notEncoded
		}
		decoded = true
	}
	if decoded && t.isOfMedia != nil && t.isOfMedia(content) != nil {
		return notOfMedia
	}
	return satisfied
}
