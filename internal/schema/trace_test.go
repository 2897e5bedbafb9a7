package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// drawTraced draws a schema, and returns its text, too.
func drawTraced(t *rapid.T) (*Schema, string) {
	root, ok := drawOracleSchema(t, 3).(map[string]any)
	if !ok {
		root = map[string]any{}
	}
	root["$defs"] = map[string]any{"a": drawOracleSchema(t, 2), "b": drawOracleSchema(t, 2)}
	text, err := json.Marshal(root)
	require.NoError(t, err)
	// A dynamic reference keeps parts from being checked alone.
	text = []byte(strings.ReplaceAll(string(text), `"$dynamicRef":"#d"`, `"$comment":"d"`))
	s, err := alone(text)
	if err != nil {
		t.Skip("a schema with a circle")
	}
	return s, string(text)
}

func parsed(t require.TestingT, text string) *jsonvalue.Value {
	v, faults := jsonvalue.Parse([]byte(text), 100)
	require.Empty(t, faults, text)
	return v
}

// outcomeText is what there is to say of a value.
func outcomeText(o *Outcome) string {
	var b strings.Builder
	for _, f := range o.Failures {
		fmt.Fprintf(&b, "%s %q %s %q %t\n", f.Keyword, f.Path, f.Place.Pointer, f.Member, f.Tolerated)
	}
	for _, u := range o.Undocumented {
		fmt.Fprintf(&b, "undocumented %q %s %v\n", u.Path, u.Place.Pointer, u.Members)
	}
	return b.String()
}

// rewriter writes a value in another way, which a trace says makes no difference.
type rewriter struct {
	t       *rapid.T
	body    string
	trace   *Trace
	shapes  map[*jsonvalue.Value]*Shape
	pinned  map[*jsonvalue.Value]bool
	text    strings.Builder
	changes int
}

func newRewriter(t *rapid.T, s *Schema, body string, v *jsonvalue.Value) *rewriter {
	r := &rewriter{t: t, body: body, trace: s.Trace(v), shapes: map[*jsonvalue.Value]*Shape{}, pinned: map[*jsonvalue.Value]bool{}}
	for _, visit := range s.Shape.Visit(nil, v) {
		r.shapes[visit.Value] = visit.Shape
	}
	for _, pinned := range r.trace.Pinned {
		r.pinned[pinned] = true
	}
	return r
}

func (r *rewriter) write(v *jsonvalue.Value, depth int) {
	own := r.body[v.Start:v.End]
	if other, ok := r.other(v, depth); ok && !r.pinned[v] {
		if other != own {
			r.changes++
		}
		r.text.WriteString(other)
		return
	}
	if r.pinned[v] || len(v.Members)+len(v.Items) == 0 {
		r.text.WriteString(own)
		return
	}
	r.text.WriteByte(own[0])
	for i, m := range v.Members {
		if i > 0 {
			r.text.WriteByte(',')
		}
		r.text.WriteString(r.body[m.NameStart:m.Value.Start])
		r.write(m.Value, depth+1)
	}
	for i, item := range v.Items {
		if i > 0 {
			r.text.WriteByte(',')
		}
		r.write(item, depth+1)
	}
	r.text.WriteByte(own[len(own)-1])
}

// other returns another value, if one is found that has the same answers to all that was
// asked, or that the part accepts.
func (r *rewriter) other(v *jsonvalue.Value, depth int) (text string, ok bool) {
	switch v.Kind {
	case jsonvalue.String:
		quoted, _ := json.Marshal(rapid.SampledFrom(oracleTexts).Draw(r.t, "text"))
		text = string(quoted)
	case jsonvalue.Number:
		text = rapid.SampledFrom(oracleNumbers).Draw(r.t, "number")
	case jsonvalue.Array, jsonvalue.Object:
		part := r.trace.Part(v, r.shapes[v])
		text = drawBody(r.t, 2)
		return text, part != nil && depth > 0 && strings.Contains("{[", text[:1]) && part.Accepts(parsed(r.t, text))
	default:
		return "", false
	}
	other := parsed(r.t, text)
	for _, q := range r.trace.Questions {
		if q.Value == v && !q.HasSameAnswer(other) {
			return "", false
		}
	}
	return text, true
}

// What there is to say of a value depends on nothing but its structure, what is pinned,
// and the answers; of a part of it that is checked alone, it depends on that check.
func TestTraceSaysAll(t *testing.T) {
	changes := 0
	rapid.Check(t, func(t *rapid.T) {
		s, text := drawTraced(t)
		for range 6 {
			body := drawBody(t, 3)
			v := parsed(t, body)
			r := newRewriter(t, s, body, v)
			r.write(v, 0)
			changes += min(r.changes, 1)
			other := r.text.String()
			require.Equal(t, outcomeText(s.Validate(v)), outcomeText(s.Validate(parsed(t, other))), "%s\n%s\n%s", text, body, other)
		}
	})
	assert.Greater(t, changes, 50)
}

// A member that a schema describes by itself has nothing to say of it exactly where its
// part accepts it.
func TestPartsAcceptWhatIsValid(t *testing.T) {
	accepted, rejected := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		member, err := json.Marshal(drawOracleSchema(t, 2))
		require.NoError(t, err)
		text := strings.ReplaceAll(`{"type": "object", "properties": {"m": `+string(member)+`}, "$defs": {"a": {"type": "object"}, "b": {"minProperties": 1}}}`, `"$dynamicRef":"#d"`, `"$comment":"d"`)
		s, err := alone([]byte(text))
		if err != nil {
			t.Skip("a schema with a circle")
		}
		var part *Part
		for range 12 {
			body := drawBody(t, 2)
			v := parsed(t, `{"m":`+body+`}`)
			if m := v.Member("m"); m != nil && m.Kind < jsonvalue.Array {
				continue
			}
			says := outcomeText(s.Validate(v))
			if part == nil {
				shape, _ := s.Shape.Member("m")
				part = s.Trace(v).Part(v.Members[0].Value, shape)
				require.Equal(t, says == "", part != nil, "%s\n%s\n%s", text, body, says)
				continue
			}
			if accepts := part.Accepts(v.Members[0].Value); accepts {
				require.Empty(t, says, "%s\n%s", text, body)
				accepted++
			} else {
				rejected++
				require.True(t, says != "" || part.flat != nil, "%s\n%s", text, body)
			}
		}
	})
	assert.Positive(t, accepted)
	assert.Positive(t, rejected)
}

// drawFlat draws a schema of maps.
func drawFlat(t *rapid.T) string {
	scalar := func(name string) string {
		return rapid.SampledFrom([]string{
			`{}`, `{"type":"string"}`, `{"type":["string","integer"],"maxLength":2}`, `{"type":"string","pattern":"^a"}`, `{"type":["integer","null"],"minimum":1}`, `{"type":"number","multipleOf":0.5}`,
			`{"type":"string","format":"date"}`, `{"allOf":[{"type":"string"},{"minLength":1}]}`, `{"$ref":"#/$defs/short"}`, `{"type":"boolean"}`, `{"type":"string","enum":["a","b"]}`, `false`, `{"type":["object","string"]}`,
		}).Draw(t, name)
	}
	keywords := []string{`"$defs":{"short":{"type":"string","maxLength":1}}`}
	for _, keyword := range []string{
		`"type":"object"`, `"additionalProperties":` + scalar("values"), `"propertyNames":` + scalar("names"), `"minProperties":1`, `"maxProperties":2`,
		`"allOf":[{"additionalProperties":` + scalar("other values") + `},{"propertyNames":` + scalar("other names") + `}]`, `"type":["object","null"]`, `"enum":[{"a":"b"}]`,
	} {
		if rapid.IntRange(0, 2).Draw(t, "has "+keyword) > 0 {
			keywords = append(keywords, keyword)
		}
	}
	return "{" + strings.Join(keywords, ",") + "}"
}

// A flat map is evaluated as any other schema.
func TestFlatMaps(t *testing.T) {
	flat, accepted := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawFlat(t)
		s, err := alone([]byte(text))
		if err != nil {
			t.Skip("a keyword occurs twice")
		}
		f := flatMapOf([]*node{s.node})
		if f == nil {
			return
		}
		flat++
		for range 10 {
			var members []string
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "ab", "abc", ""}), 0, 3, rapid.ID).Draw(t, "names") {
				members = append(members, fmt.Sprintf("%q:%s", name, rapid.SampledFrom([]string{`"a"`, `"a"`, `"abc"`, `""`, `"2025-03-14"`, "1", "0", "1.0", "1.5", "0.3", "null", "true", "{}", "[]"}).Draw(t, "value")))
			}
			body := "{" + strings.Join(members, ",") + "}"
			v := parsed(t, body)
			says := outcomeText(s.Validate(v))
			if f.accepts(&evaluator{}, v) {
				accepted++
				require.Empty(t, says, "%s\n%s", text, body)
			} else {
				require.True(t, says != "" || strings.Contains(text, `"enum":[{`), "%s\n%s", text, body)
			}
		}
	})
	assert.Greater(t, flat, 10)
	assert.Greater(t, accepted, 10)
}

// Names of one object do not share what was found of them, whichever way leads to the
// schema for them.
func TestNamesAreDistinct(t *testing.T) {
	for _, text := range []string{
		`{"propertyNames": {"$ref": "#/$defs/n"}, "$defs": {"n": {"maxLength": 2}}}`,
		`{"propertyNames": {"allOf": [{"$ref": "#/$defs/n"}, {"anyOf": [{"$ref": "#/$defs/n"}, false]}]}, "$defs": {"n": {"maxLength": 2}}}`,
		`{"allOf": [{"propertyNames": {"$ref": "#/$defs/n"}}, {"propertyNames": {"$ref": "#/$defs/n"}}], "$defs": {"n": {"maxLength": 2}}}`,
	} {
		s, err := alone([]byte(text))
		require.NoError(t, err)
		for body, want := range map[string][]string{
			`{"ab": 1, "abc": 2, "cd": 3, "cde": 4}`: {"abc", "cde"},
			`{"abc": 1, "ab": 2}`:                    {"abc"},
			`{"a": 1, "b": 2}`:                       nil,
			manyNames(100) + `"abc": 1}`:             {"abc"}, // more than the evaluator has room for at once
		} {
			for range 2 { // with an evaluator that was used before
				var got []string
				for _, f := range s.Validate(parsed(t, body)).Failures {
					if assert.True(t, f.Name) && (len(got) == 0 || got[len(got)-1] != f.Path[0]) {
						got = append(got, f.Path[0])
					}
				}
				assert.Equal(t, want, got, "%s %s", text, body)
			}
		}
	}
}

func manyNames(n int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range n {
		fmt.Fprintf(&b, `"%02d": 0, `, i)
	}
	return b.String()
}

// Answers say which keywords fail.
func TestAnswersAreFailures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keywords := map[string]string{"minLength": "1", "maxLength": "2", "pattern": `"^a"`, "minimum": "1", "maximum": "2", "exclusiveMinimum": "0", "exclusiveMaximum": "3", "multipleOf": "0.5", "format": `"date"`}
		var own []string
		for _, name := range []string{"minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"} {
			if rapid.Bool().Draw(t, name) {
				own = append(own, fmt.Sprintf("%q:%s", name, keywords[name]))
			}
		}
		text := "{" + strings.Join(own, ",") + "}"
		s, err := alone([]byte(text))
		require.NoError(t, err)
		v := parsed(t, drawBody(t, 0))
		trace := s.Trace(v)
		says := outcomeText(s.Validate(v))
		failing := false
		for _, q := range trace.Questions {
			require.Same(t, v, q.Value)
			require.True(t, q.HasSameAnswer(v))
			failing = failing || q.answer != satisfied
			if isNatural := v.Kind == jsonvalue.Number && isNatural(v.Text); isNatural && !q.IsOpen() {
				require.True(t, q.HasSameAnswer(&jsonvalue.Value{Kind: jsonvalue.Number, Text: "999999999999999"}), text)
				require.True(t, q.HasSameAnswer(&jsonvalue.Value{Kind: jsonvalue.Number, Text: "0"}), text)
			}
		}
		require.Equal(t, failing, says != "", "%s %s", text, says)
	})
}
