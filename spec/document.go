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

// Document is a description with its overlays applied, as the one document
// that the targets of overlays see: what another file has is where the first
// $ref to it was, and the other $refs lead there. Nothing has to be in it that
// could be checked.
type Document struct {
	Warnings []Warning
	IsJSON   bool // its main file is written in JSON, not in YAML

	root *node
}

// BuiltinDocument returns the built-in description of the Batch API, amended
// with the overlays.
func BuiltinDocument(overlays ...Overlay) (*Document, error) {
	return (&loader{fsys: Files, root: ".", overlays: overlays}).document(builtin)
}

// ReadDocument reads the description in a file of the machine as [LoadFile]
// does.
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

// binder makes one document of a view.
type binder struct {
	view     *view
	main     *file
	pointers map[*node]string // of each node of the view, the first one
}

func (b *binder) bind(n *node) *node {
	moved := b.view.at(n) != n
	n = b.view.at(n)
	c := &node{kind: n.kind, text: n.text}
	for _, m := range n.members {
		switch {
		case moved && m.name == "$id":
			// In its own file, what begins with # was read from the root of the
			// file. With the $id, it would be read from here still.
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

// reference returns the $ref that leads from the document to where the $ref of
// n leads.
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

// relativePath returns the path that leads from a folder to a file of the same
// root.
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

// yaml returns the node as the YAML library has it.
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

// yamlText writes a text in block style where it has lines, and in quotes with
// escapes where YAML would not give back its line breaks or its indentation.
// The library chooses for the rest.
func yamlText(text string) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	isIndented := strings.Contains(text, "\n") && strings.Trim(text, " \t\n") != strings.TrimSuffix(text, "\n")
	if isIndented || strings.ContainsAny(text, "\r\u0085\u2028\u2029\ufeff") {
		y.Style = yaml.DoubleQuotedStyle
	}
	return y
}
