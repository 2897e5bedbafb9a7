// Package yamldoc reads files that have one YAML document, and says where one is
// broken and what to do.
package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// Fault is what is wrong with the text of a file.
type Fault struct {
	Line    int // from 1
	Column  int // from 1, in characters; where it is not known, that of the first character of the line
	Message string
}

// In returns the fault as an error with its place in a file.
func (f *Fault) In(file string) error {
	return fmt.Errorf("%s:%d:%d: %s", file, f.Line, f.Column, f.Message)
}

// versionDirective matches the directive for YAML 1.2, before the first document; the
// first group is all but the last digit.
var versionDirective = lazyregexp.New(`\A(\x{FEFF}?(?:(?:[#%][^\n]*|[ \t\r]*)\n)*?%YAML[ \t]+1\.)2\b`)

// Parse returns the document in a text, which is nil if the text has none. A second
// document is a fault; empty ones do not count.
func Parse(data []byte) (*yaml.Node, *Fault) {
	data = versionDirective().ReplaceAll(data, []byte("${1}1")) // all that the parser knows, and reads as 1.2
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var only, empty *yaml.Node
	for {
		doc, f := next(decoder, data)
		switch {
		case f != nil:
			return nil, f
		case doc == nil && only != nil:
			return only, nil
		case doc == nil:
			return empty, nil
		case doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Value == "":
			if empty == nil {
				empty = doc
			}
		case only != nil:
			return nil, &Fault{doc.Line, doc.Column, "a second YAML document begins here; only one document is read: remove one of the two, or put it in a file of its own"}
		default:
			only = doc
		}
	}
}

// next returns the next document, or nil after the last one.
func next(decoder *yaml.Decoder, data []byte) (*yaml.Node, *Fault) {
	var doc yaml.Node
	err := decoder.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		return nil, nil
	case err != nil:
		return nil, newFault(err, data)
	}
	return &doc, nil
}

// CheckKeys returns what is wrong with the keys of a mapping: one that is not text, or
// that occurs twice.
func CheckKeys(mapping *yaml.Node) *Fault {
	lines := map[string]int{}
	for i := 0; i < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		if key.Kind != yaml.ScalarNode {
			return &Fault{key.Line, key.Column, "a key must be text; put it in quotation marks"}
		}
		if line := lines[key.Value]; line != 0 {
			return &Fault{key.Line, key.Column, fmt.Sprintf("the key %q occurs twice, first in line %d; remove one of the two", key.Value, line)}
		}
		lines[key.Value] = key.Line
	}
	return nil
}
