package arazzo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// unresolvedError says that an expression within a text has no value.
type unresolvedError struct{ expression string }

func (e unresolvedError) Error() string { return e.expression + " has no value" }

// embedded matches an expression that is embedded in a text.
var embedded = lazyregexp.New(`\{\$[^{}]*\}`)

// resolve returns a value with its runtime expressions replaced by their
// values. A text that is one expression becomes its value, of whatever type;
// within other text it becomes text. Members and items whose expression leads
// to nothing are left out, as is the value itself: then it is not ok.
func (s *scope) resolve(value any) (resolved any, ok bool, err error) {
	switch v := value.(type) {
	case string:
		return s.resolveText(v)
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, value := range v {
			resolved, ok, err := s.resolve(value)
			if err != nil {
				return nil, false, err
			}
			if ok {
				object[name] = resolved
			}
		}
		return object, true, nil
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			resolved, ok, err := s.resolve(item)
			if err != nil {
				return nil, false, err
			}
			if ok {
				list = append(list, resolved)
			}
		}
		return list, true, nil
	}
	return value, true, nil
}

func (s *scope) resolveText(text string) (any, bool, error) {
	if e, ok := wholeExpression(text); ok {
		value, ok := s.value(e)
		return value, ok, nil
	}
	replaced, err := s.replaceEmbedded(text)
	return replaced, true, err
}

// wholeExpression returns the expression that a text consists of, with or
// without braces around it.
func wholeExpression(text string) (Expression, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{$") && strings.HasSuffix(text, "}") {
		text = text[1 : len(text)-1]
	}
	if !strings.HasPrefix(text, "$") || strings.ContainsAny(text, "{}") {
		return Expression{}, false
	}
	e, err := parseExpression(text)
	return e, err == nil
}

// replaceEmbedded replaces the expressions in a text. What only looks like one
// stays as it is.
func (s *scope) replaceEmbedded(text string) (string, error) {
	var err error
	replaced := embedded().ReplaceAllStringFunc(text, func(found string) string {
		e, parseErr := parseExpression(found[1 : len(found)-1])
		if parseErr != nil {
			return found
		}
		value, ok := s.value(e)
		if !ok && err == nil {
			err = unresolvedError{e.text}
		}
		return textOf(value)
	})
	return replaced, err
}

// payload returns the payload of a request with its expressions replaced. If it
// is not ok, there is none. A text that is a JSON document, where the media
// type is JSON or that of a form, is a template: what is in quotes there can be
// an expression of any type. If the text is not valid JSON, or has no
// expressions, it is a json.RawMessage, to be sent as it is.
func (s *scope) payload(b *Body) (payload any, ok bool, err error) {
	text, isText := b.Payload.(string)
	if isText && takesJSON(b.ContentType) && strings.ContainsAny(firstByte(text), "{[") && !isWhole(text) {
		payload, err = s.template(text)
		ok = true
	} else {
		payload, ok, err = s.resolve(b.Payload)
	}
	for _, r := range b.Replacements {
		if err != nil {
			break
		}
		payload, err = s.replace(payload, r)
	}
	return payload, ok, err
}

func isWhole(text string) bool {
	_, ok := wholeExpression(text)
	return ok
}

func firstByte(text string) string {
	text = strings.TrimSpace(text)
	return text[:min(1, len(text))]
}

// takesJSON reports whether a payload that is a JSON text is a value of that
// media type.
func takesJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (media == "application/json" || strings.HasSuffix(media, "+json") ||
		media == "application/x-www-form-urlencoded" || media == "multipart/form-data")
}

func (s *scope) template(text string) (any, error) {
	value, err := decodeJSON(text)
	if err != nil {
		replaced, err := s.replaceEmbedded(text)
		return json.RawMessage(replaced), err
	}
	if !strings.Contains(text, "$") {
		return json.RawMessage(text), nil
	}
	resolved, _, err := s.resolve(value)
	return resolved, err
}

func decodeJSON(text string) (any, error) {
	var value any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("there is more after the value")
	}
	return value, nil
}

// replace sets the value at a place of a payload.
func (s *scope) replace(payload any, r Replacement) (any, error) {
	value, ok, err := s.resolve(r.Value)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unresolvedError{textOf(r.Value)}
	}
	if r.Target == "" {
		return value, nil
	}
	root, err := ownCopy(payload)
	if err != nil {
		return nil, fmt.Errorf("the payload is not JSON, so nothing in it can be replaced: %w", err)
	}
	i := strings.LastIndexByte(r.Target, '/')
	parent, _ := pointed(root, r.Target[:i])
	name := jsonvalue.SplitPointer(r.Target[i:])[0]
	if object, ok := parent.(map[string]any); ok {
		object[name] = value
		return root, nil
	}
	if list, ok := parent.([]any); ok {
		if index, err := strconv.Atoi(name); err == nil && 0 <= index && index < len(list) {
			list[index] = value
			return root, nil
		}
	}
	return nil, fmt.Errorf("the payload has no place %s for a replacement", r.Target)
}

// ownCopy returns a payload that can be changed.
func ownCopy(payload any) (any, error) {
	if raw, ok := payload.(json.RawMessage); ok {
		return decodeJSON(string(bytes.TrimSpace(raw)))
	}
	return decodeJSON(string(encoded(payload)))
}
