package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
)

var vcrpyFormat = Format{
	Name:   "vcrpy",
	Of:     "tests in Python",
	Sign:   "a line `interactions:`; in JSON, a member of that name",
	Record: "`@vcr.use_cassette('name.yaml')`, or pytest-recording.",
	Notes:  "A body that was written as data (`parsed_body`, as pydantic-ai does) is checked as the JSON of that data: its white space and repeated members are lost. A message of a WebSocket (`kind: message`) is not checked, and the report says so.",

	recognises: isVCRpy,
	read:       (*reader).vcrpy,
}

var goVCRFormat = Format{
	Name:   "go-vcr 2 to 4",
	Of:     "tests in Go",
	Sign:   "a line `interactions:`",
	Record: "`recorder.New(\"name\")`, as the transport of the client.",
}

// isVCRpy recognises a cassette, in YAML or JSON, by the name that vcrpy and
// go-vcr use for the interactions.
func isVCRpy(b beginning) bool {
	return b.isListOf("interactions", "request", "response", "kind") || b.hasKey("interactions:")
}

// vcrpy reads such a cassette.
func (r *reader) vcrpy() error { return r.cassette("interactions") }

// setParsedBody sets the body of x from one that the recorder has parsed as
// JSON and written as data, as pydantic-ai configures vcrpy (parsed_body). The
// white space and the repeated members of such a body are lost.
func (r *reader) setParsedBody(x *plumb.Exchange, n node) {
	text, locate, err := n.json(r.lim.Body)
	switch {
	case err != nil:
		line, _ := n.locate()(0)
		x.Defects = append(x.Defects, bodyDefect(err, "parsed_body is not JSON", plumb.Place{Line: line}))
		x.Response.Body = plumb.Body{Missing: unusableBody}
	case string(text) == "null":
		x.Response.Body.Missing = "the recorder writes null both for an empty body and for the JSON value null"
	default:
		x.Response.Body = plumb.Body{Bytes: text, Locate: locate}
	}
}

func (n yamlNode) json(limit int64) ([]byte, func(int) (int, int), error) {
	w := jsonWriter{limit: limit}
	if err := w.value(n.Node, 0); err != nil {
		return nil, nil, err
	}
	first := n.Line // not n itself, whose memory is used again
	return w.text, func(offset int) (int, int) {
		i, _ := slices.BinarySearchFunc(w.pieces, offset+1, func(p jsonPiece, n int) int { return p.start - n })
		line := first
		if i > 0 {
			line = w.pieces[i-1].line
		}
		return n.e.start.Line + max(0, line-n.prefix-1), 0
	}, nil
}

// jsonWriter writes YAML as JSON.
type jsonWriter struct {
	text   []byte
	limit  int64
	pieces []jsonPiece
}

// jsonPiece is the line on which a part of the text is written in YAML.
type jsonPiece struct {
	start int // in the text
	line  int
}

var errNesting = errors.New("it is nested too deeply")

func (w *jsonWriter) value(n *yaml.Node, depth int) error {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case depth > maxDepth:
		return errNesting
	case int64(len(w.text)) > w.limit:
		return errBodyLimit
	}
	w.pieces = append(w.pieces, jsonPiece{len(w.text), n.Line})
	switch n.Kind {
	case yaml.MappingNode:
		return w.list(n.Content, '{', '}', depth)
	case yaml.SequenceNode:
		return w.list(n.Content, '[', ']', depth)
	}
	w.text = append(w.text, scalarJSON(n)...)
	if int64(len(w.text)) > w.limit {
		return errBodyLimit
	}
	return nil
}

// list writes the items of a sequence, or the keys and values of a mapping.
func (w *jsonWriter) list(items []*yaml.Node, opening, closing byte, depth int) error {
	w.text = append(w.text, opening)
	for i, item := range items {
		switch {
		case opening == '{' && i%2 == 1:
			w.text = append(w.text, ':')
		case i > 0:
			w.text = append(w.text, ',')
		}
		if opening == '{' && i%2 == 0 {
			w.text = append(w.text, quoteJSON(item.Value)...)
			continue
		}
		if err := w.value(item, depth+1); err != nil {
			return err
		}
	}
	w.text = append(w.text, closing)
	return nil
}

// plainJSON matches the plain scalars that PyYAML writes for values that are
// not strings. YAML 1.2 has others (1e5, 0189), which PyYAML writes for
// strings.
var plainJSON = regexp.MustCompile(`^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?)?)$`)

// scalarJSON writes a scalar as JSON.
func scalarJSON(n *yaml.Node) []byte {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch isPlain := n.Style&(quoted|yaml.TaggedStyle) == 0; {
	case isPlain && (n.Value == "" || n.Value == "~"):
		return []byte("null")
	case isPlain && n.Value == ".nan":
		return []byte("NaN") // not JSON, but what the server sent
	case isPlain && plainJSON.MatchString(n.Value):
		return []byte(n.Value)
	}
	text, _ := yamlNode{Node: n}.scalar()
	return quoteJSON(text)
}

// quoteJSON writes a JSON string.
func quoteJSON(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // never fails for a string
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}
