package validator

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// at is a place in the body that a finding speaks of.
type at struct {
	path  []string // from the root of the body, the member that is missing included
	start int      // offset of the part to show
	end   int
}

// valueAt is the place of the value that the path leads to; the nearest that
// exists where it does not.
func (p *pass) valueAt(path []string) at {
	for n := len(path); ; n-- {
		if v := p.root.At(path[:n]...); v != nil {
			a := at{path, v.Start, v.End}
			if n < len(path) || v.Kind == jsonvalue.Object || v.Kind == jsonvalue.Array {
				a.end = a.start + 1 // the bracket stands for all
			}
			return a
		}
	}
}

// nameAt is the place of the name of a member that exists.
func (p *pass) nameAt(path []string) at {
	n := len(path) - 1
	object := p.root.At(path[:n]...)
	if object != nil && object.Kind == jsonvalue.Object {
		for i := len(object.Members) - 1; i >= 0; i-- {
			if m := object.Members[i]; m.Name == path[n] {
				end := bytes.LastIndexByte(p.x.Response.Body.Bytes[m.NameStart:m.Value.Start], '"')
				return at{path, m.NameStart, m.NameStart + max(end, 0) + 1}
			}
		}
	}
	return p.valueAt(path)
}

// report records that the exchange does not satisfy the rule that runs.
func (p *pass) report(a at, f Finding) {
	f.Pointer = p.pointer(a.path)
	if p.severity == Error {
		p.errorsAt = append(p.errorsAt, a.start)
	}
	body := p.x.Response.Body
	f.Place = p.x.Place
	if body.Locate != nil {
		f.Line, f.Column = body.Locate(a.start)
	}
	f.Excerpt = excerpt(body.Bytes, a.start, a.end)
	for _, r := range p.resources { // the innermost, which comes last
		if len(a.path) >= len(r.path) && slices.Equal(a.path[:len(r.path)], r.path) {
			f.Resource = r.id
		}
	}
	p.add(f)
}

// reportWhole records a finding on the response as a whole.
func (p *pass) reportWhole(f Finding) {
	f.Place = p.x.Place
	p.add(f)
}

func (p *pass) add(f Finding) {
	f.Operation = p.out.Operation
	f.Status = p.out.Status
	p.file(f)
}

// file records a finding of the rule that runs, as it is.
func (p *pass) file(f Finding) {
	f.Rule = p.rule.ID
	f.Severity = p.severity
	if p.out.Findings == nil {
		p.out.Findings = make([]Finding, 0, 1+len(p.nulls)+len(p.failures))
	}
	p.out.Findings = append(p.out.Findings, f)
}

// pointer returns the path as a JSON pointer in the object that was checked,
// with array indexes as *.
func (p *pass) pointer(path []string) string {
	if p.root == nil {
		return ""
	}
	value := p.root
	skip := 0
	if len(p.units) > 0 {
		if prefix := p.units[0].path; len(prefix) > 0 && len(path) >= len(prefix) && slices.Equal(path[:len(prefix)-1], prefix[:len(prefix)-1]) {
			skip = len(prefix)
		}
	}
	var b strings.Builder
	for i, token := range path {
		if i >= skip {
			b.WriteByte('/')
			if value != nil && value.Kind == jsonvalue.Array {
				b.WriteByte('*')
			} else {
				b.WriteString(jsonvalue.EscapePointer(token))
			}
		}
		if value != nil {
			value = value.At(token)
		}
	}
	return b.String()
}

// placed returns a finding on the body that names a place of the description.
func placed(message string, description spec.Place, found, allowed string) Finding {
	return Finding{Message: message, Description: description, Occurrence: Occurrence{Found: found, Allowed: allowed}}
}

func indexToken(i int) string { return strconv.Itoa(i) }

// excerpt returns the line that text[start:end] stands in, or where that is
// long a part of it, fit to be shown.
func excerpt(text []byte, start, end int) Excerpt {
	const before, after = 40, 60
	if start >= len(text) {
		start = len(text)
		end = start
	}
	lineStart := bytes.LastIndexByte(text[:start], '\n') + 1
	lineEnd := len(text)
	if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
		lineEnd = start + i
	}
	end = min(end, lineEnd)
	from := max(lineStart, start-before)
	to := min(lineEnd, max(start, min(end, start+after))+after)
	for from > lineStart && from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	for to < lineEnd && to > start && !utf8.RuneStart(text[to]) {
		to--
	}
	end = min(end, to)
	if from == lineStart { // indentation shows nothing
		for from < start && (text[from] == ' ' || text[from] == '\t') {
			from++
		}
	}
	e := Excerpt{Column: start - from, Width: end - start}
	if part := text[from:to]; isPlainASCII(part) {
		e.Text = string(part)
	} else {
		head, mark := printable(text[from:start]), printable(text[start:end])
		e = Excerpt{head + mark + printable(text[end:to]), len(head), len(mark)}
	}
	const cut = "…"
	if len(bytes.TrimSpace(text[lineStart:from])) > 0 {
		e.Text = cut + e.Text
		e.Column += len(cut)
	}
	if to < lineEnd {
		e.Text += cut
	}
	e.Text = strings.TrimRight(e.Text, " ")
	return e
}

// printable returns text as valid UTF-8 without control characters.
func printable(text []byte) string {
	if isPlainASCII(text) {
		return string(text)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(text), "\uFFFD"))
}

func isPlainASCII(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// shorten returns text cut to a length that fits into a line.
func shorten(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	cut := most
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// foundText returns the text of a value for people: as it stands, or of arrays
// and objects that are not short the size.
func (p *pass) foundText(path []string) string {
	v := p.root.At(path...)
	if v == nil {
		return ""
	}
	text := p.x.Response.Body.Bytes[v.Start:v.End]
	const short = 80
	switch {
	case v.Kind == jsonvalue.Object && len(text) > short:
		return "an object with " + plural(len(v.Members), "member")
	case v.Kind == jsonvalue.Array && len(text) > short:
		return "an array with " + plural(len(v.Items), "element")
	}
	return shorten(plain(printable(text)))
}

// plain returns the text of a JSON string without its quotes, where nobody
// could take it for another value; all other JSON text as it is.
func plain(text string) string {
	if !strings.HasPrefix(text, `"`) {
		return text
	}
	var s string
	if inner := text[1:max(1, len(text)-1)]; strings.HasSuffix(text, `"`) && !strings.ContainsAny(inner, `\"`) && isPlainASCII([]byte(inner)) {
		s = inner
	} else if json.Unmarshal([]byte(text), &s) != nil {
		return text
	}
	if s == "" || s != strings.TrimSpace(s) || s != printable([]byte(s)) || beginsAsJSON(s[0]) && (json.Valid([]byte(s)) || strings.ContainsAny(s[:1], `"{[`)) {
		return text
	}
	return s
}

// beginsAsJSON tells whether a JSON value can begin with a byte.
func beginsAsJSON(c byte) bool { return '0' <= c && c <= '9' || strings.IndexByte(`"{[-tfn`, c) >= 0 }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
