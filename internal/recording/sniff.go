package recording

import (
	"bytes"
	"regexp"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

type format int

const (
	unknownFormat format = iota
	curlDump             // curl -i
	httpRR               // httprr of Go
	cassetteYAML         // VCR, vcrpy, go-vcr, php-vcr
	jsonLines            // one JSON value a line
	jsonValues           // JSON values one after the other, usually one: HAR, bodies, session records
)

var (
	statusLine   = regexp.MustCompile(`^HTTP/[0-9]+(?:\.[0-9]+)? +([0-9]{3})(?:\s|$)`)
	sequenceKey  = regexp.MustCompile(`(?m)^(?:http_)?interactions:`)
	sequenceItem = regexp.MustCompile(`^(?:---[^\n]*\n|#[^\n]*\n|\s)*-[ \t\r]*(?:[!#][^\n]*)?(?:\n\s*)?(?:request|response):`) // of a cassette that is a list
	sectionTitle = regexp.MustCompile(`^\[+[A-Za-z][^"{}\[\]]*\]+[ \t\r]*(?:[#;].*)?$`)
)

// sniff finds the format of a recording from its first bytes; whole tells
// that there are no others.
func sniff(head []byte, whole bool) format {
	text := bytes.TrimLeft(head, " \t\r\n")
	if len(text) == 0 {
		return unknownFormat
	}
	line, rest, more := bytes.Cut(text, []byte("\n"))
	switch c := text[0]; {
	case statusLine.Match(line):
		return curlDump
	case bytes.HasPrefix(line, []byte(httprrTitle)):
		return httpRR
	case c == '{':
		return sniffObject(text, line, rest, more, whole)
	case c == '[':
		if more && sectionTitle.Match(line) {
			return unknownFormat // the title of a section of an INI or TOML file
		}
		return jsonValues
	case sequenceKey.Match(head), sequenceItem.Match(head):
		return cassetteYAML
	}
	if v, faults := jsonvalue.Parse(line, 1); v != nil && len(faults) == 0 {
		return jsonLines
	}
	return unknownFormat
}

// sniffObject decides whether a text that begins with an object has one value
// a line. It has, when the first line is an object by itself, or when the
// first line is broken and the second is one.
func sniffObject(text, line, rest []byte, more, whole bool) format {
	if containerIn(text) != nil {
		return jsonValues
	}
	if !more && !whole || isOneValue(line) {
		return jsonLines
	}
	second, _, ended := bytes.Cut(rest, []byte("\n"))
	if bytes.HasPrefix(second, []byte("{")) && (isOneValue(second) || !ended && !whole) {
		return jsonLines
	}
	return jsonValues
}

// isOneValue tells whether the brackets and quotes of a line close at its end.
func isOneValue(line []byte) bool {
	var v valueScanner
	n, done := v.scan(line)
	return done && len(bytes.TrimSpace(line[n:])) == 0
}
