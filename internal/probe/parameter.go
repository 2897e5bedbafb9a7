package probe

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/spec"
)

// parameter is an argument with what the description says of how it is sent. One that
// is not described is sent like those that a description says nothing more about, but
// for objects, which are sent as JSON.
type parameter struct {
	name     string
	style    string
	explode  bool
	reserved bool // whether reserved characters are sent as they are
	value    any  // text, or a list or object of values
}

// parameterOf returns an argument as one of the described parameters, or as one that is
// not described.
func parameterOf(a arazzo.Argument, described []spec.Parameter) parameter {
	for _, d := range described {
		if d.In != a.In || d.Name != a.Name && !(d.In == "header" && strings.EqualFold(d.Name, a.Name)) {
			continue
		}
		p := parameter{name: a.Name, style: d.Style, explode: d.Explode, reserved: d.Reserved, value: a.Value}
		if d.Content != "" {
			p.value = contentText(d.Content, a.Value)
		}
		return p
	}
	p := parameter{name: a.Name, style: "simple", value: a.Value}
	if a.In == "query" {
		p.style, p.explode = "form", true
	}
	if _, ok := a.Value.(map[string]any); ok {
		p.value = textOf(a.Value)
	}
	return p
}

// contentText returns the value of a parameter that is described by a media type.
func contentText(contentType string, value any) string {
	if media, _, err := mime.ParseMediaType(contentType); err == nil && isJSON(media) {
		if text, err := json.Marshal(value); err == nil {
			return string(text)
		}
	}
	return textOf(value)
}

// path returns the parameter as a part of the path.
func (p *parameter) path() string {
	switch p.style {
	case "label":
		between := ","
		if p.explode {
			between = "."
		}
		return "." + p.list(between, escape)
	case "matrix":
		pairs := []string{escape(p.name) + "=" + p.list(",", escape)}
		if p.explode {
			pairs = p.pairs(escape, escape)
		}
		text := ""
		for _, pair := range pairs {
			text += ";" + strings.TrimSuffix(pair, "=") // that of an empty value
		}
		return text
	}
	return p.list(",", escape)
}

// query returns the parameter as pairs of the query: none for a list or object without
// values.
func (p *parameter) query() []string {
	object, isObject := p.value.(map[string]any)
	between, escaped := ",", escape
	if p.reserved {
		escaped = escapeReserving
	}
	switch {
	case p.isEmpty():
		return nil
	case isObject && p.style == "deepObject":
		deep := map[string]any{}
		for name, value := range object {
			deep[p.name+"["+name+"]"] = value
		}
		return (&parameter{value: deep}).pairs(escape, escaped)
	case p.explode || p.style == "deepObject":
		return p.pairs(escape, escaped)
	case p.style == "spaceDelimited":
		between = "%20"
	case p.style == "pipeDelimited":
		between = "%7C"
	}
	return []string{escape(p.name) + "=" + p.list(between, escaped)}
}

// header returns the parameter as the value of a header.
func (p *parameter) header() string {
	return p.list(",", unescaped)
}

// cookie returns the parameter as a part of the header Cookie: empty for a list or
// object without values. The style "cookie" of OpenAPI 3.2 escapes nothing.
func (p *parameter) cookie() string {
	escaped, between := escapeCookie, "&"
	if p.style == "cookie" {
		escaped, between = unescaped, "; "
	}
	switch {
	case p.isEmpty():
		return ""
	case !p.explode:
		return escaped(p.name) + "=" + p.list(",", escaped)
	}
	return strings.Join(p.pairs(escaped, escaped), between)
}

// isEmpty reports whether the value is a list or object without values.
func (p *parameter) isEmpty() bool {
	object, isObject := p.value.(map[string]any)
	return isObject && len(object) == 0 || len(textsOf(p.value)) == 0
}

// control returns a control character that a header or cookie cannot contain, and
// whether the value as it is sent has one.
func (p *parameter) control(in string) (c rune, ok bool) {
	text := ""
	switch in {
	case "header":
		text = p.header()
	case "cookie":
		text = p.cookie()
	}
	i := strings.IndexFunc(text, func(c rune) bool { return c < ' ' && (c != '\t' || in == "cookie") || c == 0x7f })
	if i < 0 {
		return 0, false
	}
	return rune(text[i]), true
}

// list returns the values, and of an object also the names, in one text. If the
// parameter is exploded, each name is joined with its value.
func (p *parameter) list(between string, escaped func(string) string) string {
	object, ok := p.value.(map[string]any)
	var all []string
	if !ok {
		for _, text := range textsOf(p.value) {
			all = append(all, escaped(text))
		}
		return strings.Join(all, between)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value := escaped(textOf(object[name]))
		if p.explode {
			all = append(all, escaped(name)+"="+value)
		} else {
			all = append(all, escaped(name), value)
		}
	}
	return strings.Join(all, between)
}

// pairs returns a name and a value for each value: the own name in an object, else
// that of the parameter.
func (p *parameter) pairs(escapedName, escaped func(string) string) []string {
	var all []string
	if object, ok := p.value.(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			all = append(all, escapedName(name)+"="+escaped(textOf(object[name])))
		}
		return all
	}
	for _, text := range textsOf(p.value) {
		all = append(all, escapedName(p.name)+"="+escaped(text))
	}
	return all
}

// escape escapes all of a text that a style could take for a delimiter, as RFC 6570 does.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// escapeReserving escapes a value of the query, but neither what is escaped already nor
// reserved characters, as allowReserved of OpenAPI 3.1 asks: apart from those that a
// query cannot contain, that separate its pairs, or that mean a space there.
func escapeReserving(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if strings.IndexByte(":/?@!$'()*,;=", c) >= 0 || c == '%' && isEscape(text[i:]) {
			b.WriteByte(c)
		} else {
			b.WriteString(escape(text[i : i+1]))
		}
	}
	return b.String()
}

// isEscape reports whether a text begins with an escaped character.
func isEscape(text string) bool {
	if len(text) < 3 {
		return false
	}
	_, err := url.QueryUnescape(text[:3])
	return err == nil
}

func unescaped(text string) string { return text }

// escapeCookie escapes what a cookie cannot contain, and what separates values.
func escapeCookie(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`",;\%&`, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
