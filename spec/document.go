package spec

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Document is a description with its overlays applied, as one document, from
// which the targets of overlays select: the content of another file is where
// the first $ref to it was, and the other $refs refer to that place. It need
// not be valid.
type Document struct {
	Warnings []Warning
	IsJSON   bool // whether its main file is written in JSON, not in YAML

	root *node
}

// BuiltinDocument returns the built-in description of the Batch API, amended
// with the overlays.
func BuiltinDocument(overlays ...Overlay) (*Document, error) {
	return (&loader{fsys: Files, root: ".", overlays: overlays}).document(builtin)
}

// ReadDocument reads the description in a file of the operating system, as
// [LoadFile] does.
func ReadDocument(file, refRoot string, overlays ...Overlay) (d *Document, err error) {
	err = openFile(file, refRoot, overlays, func(l *loader, name string) error {
		d, err = l.document(name)
		return err
	})
	return d, err
}

func (l *loader) document(name string) (*Document, error) {
	main, _, _, err := l.amended(name)
	if err != nil {
		return nil, err
	}
	b := binder{view: newView(main.root), main: main, pointers: map[*node]string{}}
	b.view.eachPlace(func(n *node, _, pointer string) { b.pointers[n] = pointer })
	isJSON := path.Ext(name) == ".json" || json.Valid(bytes.TrimPrefix(main.data, byteOrderMark))
	return &Document{Warnings: l.warnings, IsJSON: isJSON, root: b.bind(main.root)}, nil
}

// binder makes one document from a view.
type binder struct {
	view     *view
	main     *file
	pointers map[*node]string // the first pointer to each node of the view
}

func (b *binder) bind(n *node) *node {
	moved := b.view.at(n) != n
	n = b.view.at(n)
	c := &node{kind: n.kind, text: n.text}
	for _, m := range n.members {
		switch {
		case moved && m.name == "$id":
			// In its own file, what begins with # was relative to the root of
			// the file. With the $id, it would still be relative to this
			// schema.
		case m.name == "$ref" && n.mark != nil && n.mark.target != nil:
			c.add(member{name: m.name, value: &node{kind: jsonvalue.String, text: b.reference(n, m.value.text)}})
		default:
			c.add(member{name: m.name, value: b.bind(m.value)})
		}
	}
	for _, item := range n.items {
		c.append(b.bind(item))
	}
	return c
}

// reference returns the $ref that refers, within the document, to what the $ref
// of n refers to.
func (b *binder) reference(n *node, written string) string {
	target := n.mark.target
	pointer, isHere := b.pointers[b.view.at(target)]
	switch {
	case n.mark.file == b.main && (target.mark.file == b.main || !isHere):
		return written
	case isHere:
		return "#" + (&url.URL{Fragment: pointer}).EscapedFragment()
	}
	u := url.URL{Path: relativePath(path.Dir(b.main.name), target.mark.file.name), Fragment: target.mark.place.Pointer}
	return u.String()
}

// relativePath returns the path from a folder to a file below the same root.
func relativePath(folder, file string) string {
	from, to := strings.Split(folder, "/"), strings.Split(file, "/")
	if folder == "." {
		from = nil
	}
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}

// JSON returns the document as JSON, indented by two spaces.
func (d *Document) JSON() ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, d.root.appendWritten(nil), "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// YAML returns the document as YAML, in block style.
func (d *Document) YAML() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(d.root.yaml()); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// yaml returns the node as a node of the YAML library.
func (n *node) yaml() *yaml.Node {
	switch n.kind {
	case jsonvalue.Object:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, m := range n.members {
			y.Content = append(y.Content, yamlText(m.name), m.value.yaml())
		}
		return inFlowIfEmpty(y)
	case jsonvalue.Array:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.items {
			y.Content = append(y.Content, item.yaml())
		}
		return inFlowIfEmpty(y)
	case jsonvalue.String:
		return yamlText(n.text)
	case jsonvalue.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: n.text}
	case jsonvalue.Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: n.text}
	}
	tag := "!!int"
	if strings.ContainsAny(n.text, ".eE") {
		tag = "!!float"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: n.text}
}

func inFlowIfEmpty(y *yaml.Node) *yaml.Node {
	if len(y.Content) == 0 {
		y.Style = yaml.FlowStyle
	}
	return y
}

// yamlText returns a node for a text: in block style if it has several lines,
// and in quotes with escapes if YAML would otherwise lose line breaks or
// indentation. The library chooses the style of all others.
func yamlText(text string) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	isIndented := strings.Contains(text, "\n") && strings.Trim(text, " \t\n") != strings.TrimSuffix(text, "\n")
	if isIndented || strings.ContainsAny(text, "\r\u0085\u2028\u2029\ufeff") {
		y.Style = yaml.DoubleQuotedStyle
	}
	return y
}
