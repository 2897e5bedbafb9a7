package template_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/engine/template"
)

// parse reads the text of a template in which holes are marked: ‹T:x› is a Text that is
// x here, and so on.
func parse(t require.TestingT, marked string) (text []byte, holes []template.Hole) {
	for {
		literal, rest, ok := strings.Cut(marked, "‹")
		text = append(text, literal...)
		if !ok {
			return text, holes
		}
		fill, rest, ok := strings.Cut(rest, "›")
		require.True(t, ok, marked)
		kind, fill, _ := strings.Cut(fill, ":")
		h := template.Hole{Kind: kinds[kind], Start: len(text), Depth: strings.Count(string(text), "{") + strings.Count(string(text), "[") - strings.Count(string(text), "}") - strings.Count(string(text), "]")}
		text = append(text, fill...)
		h.End = len(text)
		holes, marked = append(holes, h), rest
	}
}

var kinds = map[string]template.Kind{"T": template.Text, "N": template.Natural, "F": template.Number, "V": template.Value}

// found returns the index of the template that a text matches, and what is in its holes;
// -1 if it matches none.
func found(t require.TestingT, all []string, text string, depth int) (index int, fillings []string) {
	var s template.Set[int]
	for i, marked := range all {
		text, holes := parse(t, marked)
		*s.Add(text, holes) = i
	}
	m := template.Match{MaxDepth: depth}
	p := s.Find([]byte(text), &m)
	if p == nil {
		return -1, nil
	}
	for i := range m.Holes {
		fillings = append(fillings, string(m.Text(i)))
	}
	return *p, fillings
}

func TestFind(t *testing.T) {
	one := func(marked string) []string { return []string{marked} }
	number := []string{`{"a":‹N:1›}`, `{"a":‹F:1.5›}`, `{"a":‹V:[]›}`}
	reversed := []string{number[2], number[1], number[0]}
	for _, tt := range []struct {
		templates []string
		text      string
		index     int
		fillings  []string
	}{
		{one(`{}`), `{}`, 0, nil},
		{one(`{}`), " \t\r\n{} \n", 0, nil},
		{one(`{}`), `{ }`, -1, nil},
		{one(`{}`), `{}{}`, -1, nil},
		{one(`{}`), `{`, -1, nil},
		{one(`{}`), ``, -1, nil},
		{one(`{}`), "{}\x00", -1, nil},
		{one(`{}`), "{}\v", -1, nil},
		{nil, `{}`, -1, nil},

		// strings
		{one(`{"a":"‹T:x›"}`), `{"a":"x"}`, 0, []string{"x"}},
		{one(`{"a":"‹T:x›"}`), `{"a":""}`, 0, []string{""}},
		{one(`{"a":"‹T:x›"}`), `{"a":"a \" quote \\"}`, 0, []string{`a \" quote \\`}},
		{one(`{"a":"‹T:x›"}`), `{"a":"\ud834\udd1e é 𝄞"}`, 0, []string{`\ud834\udd1e é 𝄞`}},
		{one(`{"a":"‹T:x›"}`), `{"a":"\ud834"}`, -1, nil},
		{one(`{"a":"‹T:x›"}`), `{"a":"\x"}`, -1, nil},
		{one(`{"a":"‹T:x›"}`), "{\"a\":\"\xff\"}", -1, nil},
		{one(`{"a":"‹T:x›"}`), "{\"a\":\"longer than a word \xc3\"}", -1, nil},
		{one(`{"a":"‹T:x›"}`), "{\"a\":\"a\nb\"}", -1, nil},
		{one(`{"a":"‹T:x›"}`), `{"a":"x}`, -1, nil},
		{one(`{"a":"‹T:x›"}`), `{"a":"x"`, -1, nil},
		{one(`{"a":"‹T:x›"}`), `{"a":x}`, -1, nil},
		{one(`{"a":"‹T:x›"}`), `{"a":"x","b":"y"}`, -1, nil},
		{one(`{"a":"‹T:x›"}`), `{"a": "x"}`, -1, nil},

		// numbers
		{one(`{"a":‹N:1›}`), `{"a":0}`, 0, []string{"0"}},
		{one(`{"a":‹N:1›}`), `{"a":999999999999999}`, 0, []string{"999999999999999"}},
		{one(`{"a":‹N:1›}`), `{"a":1000000000000000}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":01}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":-1}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":-0}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":1.0}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":1e3}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":}`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":1`, -1, nil},
		{one(`{"a":‹N:1›}`), `{"a":`, -1, nil},
		{one(`{"a":‹F:1.5›}`), `{"a":1}`, 0, []string{"1"}},
		{one(`{"a":‹F:1.5›}`), `{"a":-1.5e+30}`, 0, []string{"-1.5e+30"}},
		{one(`{"a":‹F:1.5›}`), `{"a":01}`, -1, nil},
		{one(`{"a":‹F:1.5›}`), `{"a":1.}`, -1, nil},
		{one(`{"a":‹F:1.5›}`), `{"a":-}`, -1, nil},
		{one(`{"a":‹F:1.5›}`), `{"a":1e}`, -1, nil},
		{one(`{"a":‹F:1.5›}`), `{"a":1`, -1, nil},
		{one(`{"a":‹N:1›,"b":‹N:2›}`), `{"a":12345678,"b":123456789}                 `, 0, []string{"12345678", "123456789"}},

		// arrays and objects
		{one(`{"a":‹V:[]›}`), `{"a":[1,{"b":[]}]}`, 0, []string{`[1,{"b":[]}]`}},
		{one(`{"a":‹V:[]›}`), `{"a":{ "x" : 1 }}`, 0, []string{`{ "x" : 1 }`}},
		{one(`{"a":‹V:[]›}`), `{"a":{"x":1,"x":2}}`, -1, nil},
		{one(`{"a":‹V:[]›}`), `{"a":[{"x":1,"\u0078":2}]}`, -1, nil},
		{one(`{"a":‹V:[]›}`), "{\"a\":[\"\xff\"]}", -1, nil},
		{one(`{"a":‹V:[]›}`), `{"a":[1,]}`, -1, nil},
		{one(`{"a":‹V:[]›}`), `{"a":[1`, -1, nil},
		{one(`{"a":‹V:[]›}`), `{"a":1}`, -1, nil},
		{one(`{"a":‹V:[]›}`), `{"a":null}`, -1, nil},
		{one(`{"a":‹V:[]›}`), `{"a":[[[]]]}`, 0, []string{`[[[]]]`}}, // 4 levels
		{one(`{"a":‹V:[]›}`), `{"a":[[[[]]]]}`, -1, nil},
		{one(`{"a":[[‹V:[]›]]}`), `{"a":[[[]]]}`, 0, []string{`[]`}},
		{one(`{"a":[[‹V:[]›]]}`), `{"a":[[[[]]]]}`, -1, nil},

		// several with the same text before different kinds, whichever came first
		{number, `{"a":7}`, 0, []string{"7"}},
		{number, `{"a":7.5}`, 1, []string{"7.5"}},
		{number, `{"a":-7}`, 1, []string{"-7"}},
		{number, `{"a":1000000000000000}`, 1, []string{"1000000000000000"}},
		{number, `{"a":[7]}`, 2, []string{"[7]"}},
		{number, `{"a":"7"}`, -1, nil},
		{number, `{"a":`, -1, nil},
		{number, `{"a":01}`, -1, nil},
		{reversed, `{"a":7}`, 2, []string{"7"}},
		{reversed, `{"a":7.5}`, 1, []string{"7.5"}},
		{reversed, `{"a":[7]}`, 0, []string{"[7]"}},
		{[]string{`{"a":‹N:1›}`, `{"a":‹V:[]›}`}, `{"a":{}}`, 1, []string{"{}"}},
		{[]string{`{"a":‹V:[]›}`, `{"a":‹F:1.5›}`}, `{"a":7}`, 1, []string{"7"}},
		{[]string{`{"a":‹N:1›}`, `{"a":‹V:[]›}`}, `{"a":7.5}`, -1, nil},

		// text that is the beginning of another
		{[]string{`{"a":‹N:1›}`, `{"a":null}`, `{"a":"‹T:x›"}`, `{"a":true,"b":1}`, `{"a":true}`}, `{"a":7}`, 0, []string{"7"}},
		{[]string{`{"a":‹N:1›}`, `{"a":null}`, `{"a":"‹T:x›"}`, `{"a":true,"b":1}`, `{"a":true}`}, `{"a":null}`, 1, nil},
		{[]string{`{"a":‹N:1›}`, `{"a":null}`, `{"a":"‹T:x›"}`, `{"a":true,"b":1}`, `{"a":true}`}, `{"a":"y"}`, 2, []string{"y"}},
		{[]string{`{"a":‹N:1›}`, `{"a":null}`, `{"a":"‹T:x›"}`, `{"a":true,"b":1}`, `{"a":true}`}, `{"a":true,"b":1}`, 3, nil},
		{[]string{`{"a":‹N:1›}`, `{"a":null}`, `{"a":"‹T:x›"}`, `{"a":true,"b":1}`, `{"a":true}`}, `{"a":true}`, 4, nil},
		{[]string{`{"a":‹N:1›}`, `{"a":null}`, `{"a":"‹T:x›"}`, `{"a":true,"b":1}`, `{"a":true}`}, `{"a":false}`, -1, nil},
	} {
		index, fillings := found(t, tt.templates, tt.text, 4)
		assert.Equal(t, tt.index, index, "%q %q", tt.templates, tt.text)
		assert.Equal(t, tt.fillings, fillings, "%q %q", tt.templates, tt.text)
	}
}

// A text that is added again has the same leaf.
func TestAdd(t *testing.T) {
	var s template.Set[int]
	add := func(marked string) *int { return s.Add(parse(t, marked)) }
	first := add(`{"a":‹N:1›,"b":"‹T:x›"}`)
	assert.Same(t, first, add(`{"a":‹N:2›,"b":"‹T:›"}`))
	assert.NotSame(t, first, add(`{"a":‹F:2.5›,"b":"‹T:›"}`))
	assert.NotSame(t, first, add(`{"a":‹N:2›,"b":"x"}`))
	assert.Equal(t, 3, s.Size())
}

func TestKindOf(t *testing.T) {
	for number, want := range map[string]template.Kind{
		"0": template.Natural, "7": template.Natural, "999999999999999": template.Natural,
		"1000000000000000": template.Number, "-1": template.Number, "-0": template.Number, "1.0": template.Number, "1e3": template.Number,
	} {
		assert.Equal(t, want, template.KindOf(number), number)
	}
}

// drawn is the text of a value with holes.
type drawn struct {
	text   []byte
	holes  []template.Hole
	values []string
	names  int
}

func (d *drawn) hole(kind template.Kind, filling string, depth int) {
	d.values = append(d.values, filling)
	start := len(d.text)
	d.text = append(d.text, filling...)
	d.holes = append(d.holes, template.Hole{Kind: kind, Start: start, End: len(d.text), Depth: depth})
}

var fillings = map[template.Kind][]string{
	template.Text:    {"", "x", `\"`, `\\`, "é", `\u00e9\ud834\udd1e`, "a longer one, of several words", "[redacted]"},
	template.Natural: {"0", "1", "12345678", "1741967569", "999999999999999"},
	template.Number:  {"-1", "0.5", "-0", "1e3", "1.0", "123456789012345678901", "-12.5E-7"},
	template.Value:   {"[]", "{}", `[1, "x"]`, `{"a":{"b":null}}`, "[\n[]]"},
}

var allKinds = []template.Kind{template.Text, template.Natural, template.Number, template.Value}

// draw appends a value, some parts of which are holes.
func (d *drawn) draw(t *rapid.T, depth int) {
	write := func(text string) { d.text = append(d.text, text...) }
	if rapid.IntRange(0, 2).Draw(t, "hole") > 0 && depth > 0 {
		kind := rapid.SampledFrom(allKinds).Draw(t, "kind")
		filling := rapid.SampledFrom(fillings[kind]).Draw(t, "filling")
		if kind == template.Text {
			write(`"`)
		}
		d.hole(kind, filling, depth)
		if kind == template.Text {
			write(`"`)
		}
		return
	}
	open, end := "{", "}"
	switch kind := rapid.IntRange(0, 3).Draw(t, "literal"); {
	case depth > 0 && (kind < 2 || depth == 3):
		write(rapid.SampledFrom([]string{"null", "true", `"x"`, "1", "-1.5", "[]", "12"}).Draw(t, "scalar"))
		return
	case depth > 0 && kind == 2:
		open, end = "[", "]"
	}
	write(open)
	for i := range rapid.IntRange(0, 3).Draw(t, "length") {
		if i > 0 {
			write(rapid.SampledFrom([]string{",", ", "}).Draw(t, "comma"))
		}
		if open == "{" {
			d.names++
			write(fmt.Sprintf(`"%c%d":`, rapid.SampledFrom([]rune("aé")).Draw(t, "name"), d.names))
		}
		d.draw(t, depth+1)
	}
	write(end)
}

// refilled returns the text with other fillings of the same kinds.
func (d *drawn) refilled(t *rapid.T) (text []byte, values []string) {
	from := 0
	for _, h := range d.holes {
		filling := rapid.SampledFrom(fillings[h.Kind]).Draw(t, "other filling")
		values = append(values, filling)
		text = append(append(text, d.text[from:h.Start]...), filling...)
		from = h.End
	}
	return append(text, d.text[from:]...), values
}

// A text matches its template, as does any other with other fillings, and none that
// differs in another byte.
func TestAnyTemplate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d drawn
		d.draw(t, 0)
		require.True(t, json.Valid(d.text), "%s", d.text)
		var s template.Set[string]
		*s.Add(d.text, d.holes) = "own"
		m := template.Match{MaxDepth: 100}
		check := func(text []byte, values []string) {
			space := rapid.SampledFrom([]string{"", " ", "\r\n\t"}).Draw(t, "white space")
			text = append(append([]byte(space), text...), space...)
			leaf := s.Find(text, &m)
			require.NotNil(t, leaf, "%q: %q", d.text, text)
			require.Equal(t, "own", *leaf)
			require.Equal(t, len(space), m.Start)
			require.Len(t, m.Holes, len(values))
			for i, h := range m.Holes {
				require.Equal(t, d.holes[i].Kind, h.Kind)
				require.Equal(t, values[i], string(m.Text(i)))
				if h.Kind == template.Natural {
					require.Equal(t, values[i], fmt.Sprint(h.Number))
				}
			}
		}
		check(d.text, d.values)
		check(d.refilled(t))

		at := rapid.IntRange(0, len(d.text)-1).Draw(t, "at")
		for _, h := range d.holes {
			if h.Start <= at && at < h.End {
				return
			}
		}
		other := bytes.Clone(d.text)
		other[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if s.Find(other, &m) == nil {
			return
		}
		// The other byte can only be a part of a number, or of what is around a filling.
		require.True(t, json.Valid(other), "%q: %q", d.text, other)
		require.True(t, len(d.holes) > 0 && literalOf(other, m.Holes) == literalOf(d.text, fillingsOf(d.holes)), "%q: %q", d.text, other)
	})
}

func fillingsOf(holes []template.Hole) (all []template.Filling) {
	for _, h := range holes {
		all = append(all, template.Filling{Kind: h.Kind, Start: int32(h.Start), End: int32(h.End)})
	}
	return all
}

// literalOf returns a text without what is in its holes.
func literalOf(text []byte, holes []template.Filling) string {
	var b strings.Builder
	from := 0
	for _, h := range holes {
		b.Write(text[from:h.Start])
		fmt.Fprintf(&b, "<%d>", h.Kind)
		from = int(h.End)
	}
	b.Write(text[from:])
	return b.String()
}

// Of several templates, a text finds the one that it is of.
func TestAnyTemplates(t *testing.T) {
	hits, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var s template.Set[string]
		var texts []*drawn
		for range rapid.IntRange(2, 8).Draw(t, "templates") {
			d := &drawn{}
			d.draw(t, 0)
			*s.Add(d.text, d.holes) = literalOf(d.text, fillingsOf(d.holes))
			texts = append(texts, d)
		}
		m := template.Match{MaxDepth: 100}
		for range 10 {
			d := rapid.SampledFrom(texts).Draw(t, "of")
			text, _ := d.refilled(t)
			all++
			leaf := s.Find(text, &m)
			if leaf == nil {
				continue // it begins like another one
			}
			hits++
			require.Equal(t, *leaf, literalOf(text, m.Holes))
		}
	})
	assert.Greater(t, hits, all*9/10, "of %d", all)
}

// What matches is JSON in UTF-8, without a repeated name, and is the template but for
// what is in its holes.
func FuzzFind(f *testing.F) {
	marked := []string{
		`{"id":"‹T:x›","n":‹N:1›,"f":‹F:1.5›,"v":‹V:[]›,"e":null}`, `{"id":"‹T:x›","n":‹F:1.5›}`, `{"id":"‹T:x›","n":‹V:{}›}`,
		`{"id":"one","n":1}`, `{"id":‹N:1›}`, `{"id":null}`, `{}`, `{"l":[‹N:1›,‹N:2›,[‹V:[]›]]}`,
	}
	var s template.Set[string]
	for _, one := range marked {
		text, holes := parse(f, one)
		f.Add(text)
		*s.Add(text, holes) = literalOf(text, fillingsOf(holes))
	}
	for _, text := range []string{`{"l":[1,2,[{"a":[{}]}]]}`, ` {"id":"\u00e9","n":{"a":1,"a":2}}`, `{"id":"one","n":12}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m := template.Match{MaxDepth: 6}
		leaf := s.Find(text, &m)
		if leaf == nil {
			return
		}
		assert.True(t, json.Valid(text))
		assert.True(t, utf8.Valid(text))
		assert.Equal(t, *leaf, literalOf(bytes.Trim(text, " \t\r\n"), shifted(m.Holes, m.Start)))
	})
}

func shifted(holes []template.Filling, by int) (all []template.Filling) {
	for _, h := range holes {
		h.Start, h.End = h.Start-int32(by), h.End-int32(by)
		all = append(all, h)
	}
	return all
}
