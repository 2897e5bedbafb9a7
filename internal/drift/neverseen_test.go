package drift

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// neverSeen returns what the exchanges leave unseen.
func (d described) neverSeen(exchanges []*plumb.Exchange) NeverSeen {
	s, _ := d.observe(exchanges)
	return d.drift(s).NeverSeen
}

func TestValuesThatWereNeverSeen(t *testing.T) {
	d := thingsWith(t, "3.1.0", "{type: [string, 'null'], enum: [a, b, null]}")
	b := Valued{"Thing", "/x", []byte(`"b"`)}
	for name, tt := range map[string]struct {
		values []string
		want   []Valued
	}{
		"one of two":                     {[]string{`"a"`}, []Valued{b}},
		"both":                           {[]string{`"a"`, `"b"`}, []Valued{}},
		"others":                         {[]string{`"c"`}, []Valued{{"Thing", "/x", []byte(`"a"`)}, b}},
		"no value":                       {[]string{`null`}, []Valued{}},
		"more than are known one by one": {append(sequenceOf(100), `"a"`), []Valued{}},
	} {
		got := []Valued{}
		for _, v := range d.neverSeen(valuesOf(tt.values...)).Values {
			if string(v.Value) != "null" {
				got = append(got, v)
			}
		}
		assert.Equal(t, tt.want, got, name)
	}
}

func TestMembersThatWereNeverSeen(t *testing.T) {
	d := thingsWith(t, "3.1.0", "{type: [object, 'null'], properties: {y: {type: [integer, 'null']}}}")
	x, y := Member{"Thing", "/x"}, Member{"Thing", "/x/y"}
	for value, want := range map[string]struct{ never, null []Member }{
		`{"y": 1}`:    {[]Member{}, []Member{}},
		`{"y": null}`: {[]Member{}, []Member{y}},
		`{}`:          {[]Member{y}, []Member{}},
		`null`:        {[]Member{}, []Member{x}}, // there was no object that could have had y
	} {
		got := d.neverSeen(valuesOf(value))
		assert.Equal(t, want.never, got.Members, value)
		assert.Equal(t, want.null, got.OnlyNull, value)
	}
	assert.Equal(t, []string{"getB"}, d.neverSeen(valuesOf(`{}`)).Operations)
}

// A response whose status is not known is one of its operation, but not one of
// the described responses, even if a default is described.
func TestResponsesThatWereNeverSeen(t *testing.T) {
	desc, err := spec.Load(fstest.MapFS{"a.yaml": {Data: []byte(`
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /a: {get: {operationId: getA, responses: {'200': {description: One.}, 4XX: {description: None.}, default: {description: Any.}}}}
`)}}, "a.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	for status, want := range map[int][]string{
		0:   {"200", "4XX", "default"},
		200: {"4XX", "default"},
		404: {"200", "default"},
		500: {"200", "4XX"},
	} {
		x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/a"}, Response: plumb.Response{Status: status}}
		never := described{desc, v}.neverSeen([]*plumb.Exchange{x})
		var got []string
		for _, r := range never.Responses {
			got = append(got, r.Status)
		}
		assert.Equal(t, want, got, status)
		assert.Empty(t, never.Operations, status)
	}
}
