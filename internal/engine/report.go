package engine

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// location is the part of the body that a finding is about.
type location struct {
	path  []string // from the root of the body, a missing member included
	start int      // offset of the part to show
	end   int

	keyword  plumb.Source // the keyword that is not satisfied; zero if there is none
	ofObject bool         // the member itself is missing, or not allowed
	name     bool         // the name of the member is at fault
}

// valueAt returns the location of the value that the path leads to; of the
// innermost value on the path that exists where it does not.
func (p *pass) valueAt(path []string) location {
	v, there := p.root, 0
	for ; there < len(path); there++ {
		next := v.At(path[there])
		if next == nil {
			break
		}
		v = next
	}
	at := location{path: path, start: v.Start, end: v.End}
	if there < len(path) || v.Kind == jsonvalue.Object || v.Kind == jsonvalue.Array {
		at.end = at.start + 1 // the bracket stands for all
	}
	return at
}

// nameAt returns the location of the name of a member; of the value where the
// path does not lead to a member.
func (p *pass) nameAt(path []string) location {
	around, name, ok := cutLast(path)
	if !ok {
		return p.valueAt(path)
	}
	object := p.root.At(around...)
	if object == nil || object.Kind != jsonvalue.Object {
		return p.valueAt(path)
	}
	i := object.Find(name)
	if i < 0 {
		return p.valueAt(path)
	}
	start := object.Members[i].NameStart
	return location{path: path, start: start, end: nameEnd(p.x.Response.Body.Bytes, start)}
}

// cutLast cuts the last token from a path. It is not ok where the path is
// empty.
func cutLast(path []string) (around []string, last string, ok bool) {
	n := len(path)
	if n == 0 {
		return nil, "", false
	}
	return path[:n-1], path[n-1], true
}

// report adds a finding of the rule that runs at a location. Its subject is the
// place that describes the value, unless the finding has one.
func (p *pass) report(at location, f plumb.Finding) {
	if p.rule.ID != "schema-type" && isMasked(p.x.Response.Body.Bytes, at) {
		return
	}
	to := p.locate(at)
	f.Pointer, f.Named = to.pointer, to.named
	if f.Subject == (plumb.Subject{}) {
		f.Subject = to.subject
	}
	if p.severity == plumb.Error {
		p.errorOffsets = append(p.errorOffsets, at.start)
	}
	if p.isBeyond(&f) {
		return
	}
	body := p.x.Response.Body
	f.Place, f.Offset = p.x.Place, at.start
	if body.Locate != nil {
		f.Line, f.Column = body.Locate(at.start)
	}
	f.Excerpt = excerpt(body.Bytes, at.start, at.end)
	if r := p.resourceAround(at.path); r != nil {
		f.Resource = r.id
	}
	p.addOfExchange(f)
}

// isMasked reports whether a part of a body is a string that contains
// [plumb.Masked].
func isMasked(body []byte, at location) bool {
	return at.start < at.end && at.end <= len(body) && body[at.start] == '"' && bytes.Contains(body[at.start:at.end], masked)
}

var masked = []byte(plumb.Masked)

// reportWhole adds a finding on the response as a whole.
func (p *pass) reportWhole(subject plumb.Subject, f plumb.Finding) {
	f.Subject = subject
	f.Place = p.x.Place
	p.addOfExchange(f)
}

// addOfExchange adds a finding with the operation and the status of the
// exchange.
func (p *pass) addOfExchange(f plumb.Finding) {
	f.Operation = p.out.Operation
	f.Status = p.out.Status
	p.file(f)
}

// file adds a finding of the rule that runs.
func (p *pass) file(f plumb.Finding) {
	f.Rule = p.rule.ID
	f.Severity = p.severity
	if p.out.Findings == nil {
		p.out.Findings = make([]plumb.Finding, 0, 1+len(p.nulls)+len(p.failures))
	}
	if len(p.out.Findings) >= max(p.leaveOutAt, 2*MostPlaces) {
		p.leaveOut()
		p.leaveOutAt = 2 * len(p.out.Findings)
	}
	p.out.Findings = append(p.out.Findings, f)
}

// placed returns a finding that names a place of the description. What was found
// is cut: it may name several values.
func placed(message string, description plumb.Source, found, allowed string) plumb.Finding {
	found = textfmt.Shorten(found, longestFound)
	return plumb.Finding{Message: message, Description: description, Occurrence: plumb.Occurrence{Found: found, Allowed: allowed}}
}

// longestFound is the largest size of what was found, in bytes.
const longestFound = 1000

func indexToken(i int) string { return strconv.Itoa(i) }

// excerpt returns the line that text[start:end] is in, or a part of a long
// line, for display.
func excerpt(text []byte, start, end int) plumb.Excerpt {
	const before, after = 40, 60
	if start >= len(text) {
		start = len(text)
		end = start
	}
	// No more of a long line is read than is shown, and the indentation.
	const indentation = 200
	lineStart := max(0, start-before-indentation)
	lineStart += bytes.LastIndexByte(text[lineStart:start], '\n') + 1
	to := min(len(text), max(start, min(end, start+after))+after)
	lineEnd := min(len(text), to+1)
	if i := bytes.IndexByte(text[start:lineEnd], '\n'); i >= 0 {
		lineEnd = start + i
		to = min(to, lineEnd)
	}
	end = min(end, to)
	from := max(lineStart, start-before)
	for from > lineStart && from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	for to < lineEnd && to > start && !utf8.RuneStart(text[to]) {
		to--
	}
	end = min(end, to)
	if from == lineStart { // leave out the indentation
		for from < start && (text[from] == ' ' || text[from] == '\t') {
			from++
		}
	}
	e := plumb.Excerpt{Column: start - from, Width: end - start}
	if part := text[from:to]; isPlainASCII(part) {
		e.Text = string(part)
	} else {
		head, mark := printable(text[from:start]), printable(text[start:end])
		e = plumb.Excerpt{Text: head + mark + printable(text[end:to]), Column: len(head), Width: len(mark)}
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

// printable returns text as valid UTF-8 without control characters. Unlike
// [textfmt.Printable] it escapes nothing: findings are data, and each format
// escapes what it has to.
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

// shorten cuts text to a length that fits on a line.
func shorten(text string) string { return textfmt.Shorten(text, 80) }

// foundText returns the text of a value for display: as it is, or the size of
// an array or object that is not short.
func (p *pass) foundText(path []string) string {
	v := p.root.At(path...)
	if v == nil {
		return ""
	}
	text := p.x.Response.Body.Bytes[v.Start:v.End]
	if p.text { // quotes are part of it
		return shorten(printable(text))
	}
	const short = 80
	switch {
	case v.Kind == jsonvalue.Object && len(text) > short:
		return "an object with " + plural(len(v.Members), "member")
	case v.Kind == jsonvalue.Array && len(text) > short:
		return "an array with " + plural(len(v.Items), "element")
	}
	return shorten(plain(printable(text)))
}

// plain returns the text of a JSON string without its quotes if it cannot be
// mistaken for another value; all other JSON text as it is.
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

// beginsAsJSON reports whether a JSON value can begin with c.
func beginsAsJSON(c byte) bool { return '0' <= c && c <= '9' || strings.IndexByte(`"{[-tfn`, c) >= 0 }

// plural counts things as [textfmt.Count] does, but without commas between
// thousands: what was found is data, which reports and summaries contain.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
