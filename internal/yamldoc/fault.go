package yamldoc

import (
	"bytes"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// parserMessage matches what the parser says: the line, where it names one, and the
// problem.
var parserMessage = lazyregexp.New(`^yaml: (?:line (\d+): )?(.*)`)

// unknownAnchor matches the problem with an alias that has no anchor.
var unknownAnchor = lazyregexp.New(`^unknown anchor '(.*)' referenced`)

// aboutToken matches problems that are about a token, and not about a character.
var aboutToken = lazyregexp.New("^(did not find expected ([',kn-]|<)|could not find expected)")

// mergeConflict matches how git marks a conflict.
var mergeConflict = lazyregexp.New(`(?m)^<<<<<<< `)

// newFault returns what the parser found wrong, and where.
func newFault(err error, data []byte) *Fault {
	problem, named := err.Error(), 0
	if m := parserMessage().FindStringSubmatch(problem); m != nil {
		named, _ = strconv.Atoi(m[1])
		problem = m[2]
	}
	if m := unknownAnchor().FindStringSubmatch(problem); m != nil {
		line, column := place(data, offsetOfAlias(m[1], data, err))
		return &Fault{line, column, "not YAML: the alias *" + m[1] + " has no anchor &" + m[1] + " before it; add the anchor, or put the text in quotation marks"}
	}
	if at := mergeConflict().FindIndex(data); at != nil {
		line, _ := place(data, at[0])
		return &Fault{line, 1, "not YAML: a merge conflict begins here; resolve it"}
	}
	line := lineOfProblem(problem, named, data)
	text := textOf(data, line)
	indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
	if tab := bytes.IndexByte(indent, '\t'); tab >= 0 {
		return &Fault{line, tab + 1, "not YAML: the line is indented with a tab; indent it with spaces"}
	}
	return &Fault{line, len(indent) + 1, "not YAML: " + advice(problem)}
}

// lineOfProblem returns the line in which a problem is. The line that the parser
// names, if it names one, is often that in which the value began.
func lineOfProblem(problem string, named int, data []byte) int {
	offset := consumed(data) - 1
	switch {
	case strings.HasPrefix(problem, "found unexpected end of stream") && named > 0:
		last, _ := place(data, len(data))
		return min(named, last) // in which the string begins
	case strings.HasPrefix(problem, "found incompatible YAML document"):
		offset = bytes.LastIndex(data[:offset+1], []byte("%YAML"))
	case aboutToken().MatchString(problem):
		const lookahead = 5 // how far the parser reads beyond the token that it rejects
		offset -= lookahead
		if named > 0 && !strings.HasPrefix(problem, "could not") {
			named++ // lines are counted from 0
		}
	}
	line, _ := place(data, offset)
	if last, _ := place(data, len(data)); named <= last { // the parser knows more line breaks
		line = max(line, named)
	}
	return line
}

// advice returns what is wrong and what to do, in place of a problem as the parser
// names it.
func advice(problem string) string {
	for _, known := range []struct{ problem, advice string }{
		{"did not find expected ',' or '}'", "a { is not closed, or a comma is missing before this; add the } or the comma"},
		{"did not find expected ',' or ']'", "a [ is not closed, or a comma is missing before this; add the ] or the comma"},
		{"did not find expected key", "a key is expected here; correct the indentation, or the quotation marks before it"},
		{"did not find expected '-'", "an item of the list is expected here, which begins with a hyphen; correct the indentation"},
		{"did not find expected node content", "a value is expected here; add it, close a [ or { before it, or put the text in quotation marks"},
		{"did not find expected <document start>", "this does not belong to the value before it; correct the indentation, or the quotation marks"},
		{"did not find expected alphabetic or numeric", "a value cannot begin with & or * alone; put it in quotation marks"},
		{"could not find expected ':'", "a key has no colon after it; add the colon, or correct the indentation"},
		{"mapping values are not allowed", "a colon is not expected here; put the text that has it in quotation marks, or correct the indentation"},
		{"mapping keys are not allowed", "a key is not expected here; put the text in quotation marks, or correct the indentation"},
		{"block sequence entries are not allowed", "an item of a list is not expected here; begin it in a line of its own, or put the text in quotation marks"},
		{"found unexpected end of stream", "a quotation mark that begins a string is not matched by one that ends it; add that"},
		{"found unexpected document indicator", "a quotation mark that begins a string is not matched by one that ends it; add that before this line"},
		{"found character that cannot start any token", "a value cannot begin with @, %, ` or a tab; put it in quotation marks"},
		{"found invalid Unicode character escape code", "an escape is not a character; write the character itself, and not the two halves of a surrogate pair"},
		{"did not find expected comment or line break", "after | or > only a digit, + or - can follow; begin the text in the next line"},
		{"did not find expected hexdecimal number", "the escape is not complete; write its hexadecimal digits, or two backslashes"},
		{"found unknown escape character", "a backslash and this letter are not an escape; write two backslashes, or single quotation marks"},
		{"found incompatible YAML document", "this version of YAML is not supported; remove the line that begins with %YAML"},
		{"found undefined tag handle", "no %TAG line defines this tag; remove the tag"},
		{"control characters are not allowed", `a control character is not allowed; remove it, or write it as an escape such as "\u0001"`},
	} {
		if strings.HasPrefix(problem, known.problem) {
			return known.advice
		}
	}
	if strings.Contains(problem, "UTF-8") {
		return "this is not UTF-8; save the file as UTF-8"
	}
	return problem + "; correct this line, or put the text in quotation marks"
}

// offsetOfAlias returns the offset of the alias that has no anchor, as an error about
// a text says. Comments that follow can have the same text.
func offsetOfAlias(name string, data []byte, failed error) int {
	read := consumed(data)
	all := regexp.MustCompile(regexp.QuoteMeta("*"+name)+`(?:[\s:,\]}]|$)`).FindAllIndex(data[:read], -1)
	if len(all) == 0 {
		return read - 1
	}
	// A text has the error from the alias on.
	i := sort.Search(len(all)-1, func(i int) bool { return fails(data[:all[i][1]], failed) })
	return all[i][0]
}

// fails reports whether the parser gives an error for a text.
func fails(data []byte, want error) bool {
	for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var discarded yaml.Node
		if err := decoder.Decode(&discarded); err != nil {
			return err.Error() == want.Error()
		}
	}
}

// place returns the line and the column of an offset, from 1, or those of the end
// where it is beyond that.
func place(data []byte, offset int) (line, column int) {
	before := data[:max(0, min(offset, len(data)-1))]
	line = bytes.Count(before, []byte("\n"))
	return line + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// textOf returns the text of a line, counted from 1.
func textOf(data []byte, number int) []byte {
	for n := 1; n < number; n++ {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return line
}

// consumed returns how many bytes the parser has read when it fails, if it gets
// them one at a time.
func consumed(data []byte) int {
	r := bytes.NewReader(data)
	var discarded yaml.Node
	for decoder := yaml.NewDecoder(oneByte{r}); decoder.Decode(&discarded) == nil; {
		discarded = yaml.Node{}
	}
	return len(data) - r.Len()
}

// oneByte reads one byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }
