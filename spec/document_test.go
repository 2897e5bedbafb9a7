package spec

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// drawNode draws any JSON value.
func drawNode(t *rapid.T, depth int) *node {
	kinds := []jsonvalue.Kind{jsonvalue.Null, jsonvalue.Bool, jsonvalue.Number, jsonvalue.String}
	if depth > 0 {
		kinds = append(kinds, jsonvalue.Array, jsonvalue.Object)
	}
	n := &node{kind: rapid.SampledFrom(kinds).Draw(t, "kind"), size: 1}
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", "on", "No", "null", "~", "1.0", "0x1F", "1e3", "2001-01-01", "<<", "=", "- a", "# a", "a: b", " a\n  b\n", "a\n\n", "\n a", "a\tb\n\tc", "%a", "@a", "{", "\u2028", "a\r\nb", "---\na", "x\u0085y", "\ufeff"}),
		rapid.StringMatching("[ -~\n\té☺\U0001F600]{0,20}"))
	switch n.kind {
	case jsonvalue.Null:
		n.text = "null"
	case jsonvalue.Bool:
		n.text = rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	case jsonvalue.Number:
		n.text = rapid.SampledFrom([]string{"0", "-1", "1.50", "0.0", "1e3", "1E-7", "123456789012345678901234567890", "-0.1e+10"}).Draw(t, "number")
	case jsonvalue.String:
		n.text = text.Draw(t, "text")
	case jsonvalue.Array:
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			n.append(drawNode(t, depth-1))
		}
	case jsonvalue.Object:
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			n.add(member{name: text.Draw(t, "name"), value: drawNode(t, depth-1)})
		}
	}
	return n
}

// What is printed, as JSON or YAML, is read back unchanged: members keep their
// order, and numbers their digits.
func TestDocumentIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Document{root: &node{kind: jsonvalue.Object}}
		d.root.add(member{name: "openapi", value: drawNode(t, 3)})
		want := string(d.root.appendWritten(nil))
		for _, write := range []func() ([]byte, error){d.JSON, d.YAML} {
			text, err := write()
			require.NoError(t, err)
			again, _, f := read(text, false)
			require.Nil(t, f, "%s", text)
			require.Equal(t, want, string(again.appendWritten(nil)), "%s", text)
		}
	})
}

// documentOf returns the printed document of a description in several files.
func documentOf(t *testing.T, files map[string]string) string {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	d, err := (&loader{fsys: fsys, root: "."}).document("api/main.yaml")
	require.NoError(t, err)
	return string(d.root.appendWritten(nil))
}

func TestDocumentOfSeveralFiles(t *testing.T) {
	const head = "openapi: 3.1.0\npaths: {}\ncomponents:\n  schemas:\n"
	for name, tt := range map[string]struct {
		main, other, third string
		want               string // the schemas of the document
	}{
		"a file is where the first $ref to it is": {
			"    A: {properties: {b: {$ref: b.yaml}}}\n    B: {$ref: b.yaml}\n", "type: object\n", "{}",
			`{"A":{"properties":{"b":{"$ref":"#/components/schemas/B"}}},"B":{"type":"object"}}`},
		"files that lead to each other": {
			"    A: {$ref: b.yaml}\n", "{properties: {c: {$ref: ../c.yaml}}}\n", "{properties: {b: {$ref: api/b.yaml}, a: {$ref: 'api/main.yaml#/components/schemas/A'}}}",
			`{"A":{"properties":{"c":{"properties":{"b":{"$ref":"#/components/schemas/A"},"a":{"$ref":"#/components/schemas/A"}}}}}}`},
		"a part of a file that leads to another part of it": {
			"    A: {$ref: 'b.yaml#/x'}\n    B: {$ref: 'b.yaml#/x'}\n", "x: {items: {$ref: '#/y'}}\ny: {items: {$ref: '#/x'}, contains: {$ref: '#/y'}}\n", "{}",
			`{"A":{"items":{"items":{"$ref":"#/components/schemas/A"},"contains":{"$ref":"#/components/schemas/A/items"}}},"B":{"$ref":"#/components/schemas/A"}}`},
		"a part that leads to the whole, which holds it": {
			"    A: {$ref: 'b.yaml#/$defs/x'}\n", "$defs: {x: {items: {$ref: '#'}}}\n", "{}",
			`{"A":{"items":{"$ref":"b.yaml"}}}`},
		"a name that a URL spells in its own way": {
			"    'A {b}/c': {$ref: b.yaml}\n    B: {$ref: b.yaml}\n    C: {$ref: '#/components/schemas/B'}\n", "{not: {$ref: '#'}}", "{}",
			`{"A {b}/c":{"not":{"$ref":"#/components/schemas/A%20%7Bb%7D~1c"}},"B":{"$ref":"#/components/schemas/A%20%7Bb%7D~1c"},"C":{"$ref":"#/components/schemas/B"}}`},
		"what is beside a $ref remains there": {
			"    A: {title: a, $ref: b.yaml}\n    B: {items: {title: b, $ref: b.yaml}}\n", "{items: {title: c, $ref: ../c.yaml}}", "{}",
			`{"A":{"title":"a","$ref":"b.yaml"},"B":{"items":{"title":"b","$ref":"b.yaml"}}}`},
		"an $id does not move with its file": {
			"    A: {$ref: b.yaml}\n", "{$id: https://example.com/b, $defs: {x: {}}, items: {$ref: '#/$defs/x'}}", "{}",
			`{"A":{"$defs":{"x":{}},"items":{"$ref":"#/components/schemas/A/$defs/x"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := documentOf(t, map[string]string{"api/main.yaml": head + tt.main, "api/b.yaml": tt.other, "c.yaml": tt.third})
			assert.Equal(t, `{"openapi":"3.1.0","paths":{},"components":{"schemas":`+tt.want+`}}`, got)
		})
	}
}

func TestRelativePath(t *testing.T) {
	for _, tt := range [][3]string{{".", "a.yaml", "a.yaml"}, {"x", "x/a.yaml", "a.yaml"}, {"x/y", "x/a.yaml", "../a.yaml"}, {"x", "y/z/a.yaml", "../y/z/a.yaml"}, {".", "y/a.yaml", "y/a.yaml"}} {
		assert.Equal(t, tt[2], relativePath(tt[0], tt[1]))
	}
}
