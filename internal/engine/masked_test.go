package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// Resources with masked identities are not taken for one resource: they have no
// history, in either engine.
func TestMaskedIdentityGivesNoHistory(t *testing.T) {
	v := builtin(t)
	for id, contradicts := range map[string]bool{
		"batch_1":                     true,
		plumb.Masked:                  false,
		"of " + plumb.Masked + " two": false,
	} {
		life := lifeOf(id)
		done, begun := life[4], life[1]
		begun.Time = done.Time
		done.Place.Entry, begun.Place.Entry = 1, 2
		h, e := v.NewHistory(), newEngines(v, v.Documented())
		for range 2 { // in the second round, it is known what they were like
			var rules []string
			for _, x := range []*plumb.Exchange{done, begun} {
				require.Empty(t, e.differ(x), id)
				r := v.Check(x)
				assert.Equal(t, contradicts, len(r.Resources) > 0, "%s: %v", id, r.Resources)
				h.Add(&r)
				for _, f := range r.Findings {
					rules = append(rules, f.Rule)
				}
			}
			if contradicts {
				assert.Contains(t, rules, "history-transition", id)
			} else {
				assert.Empty(t, rules, id)
			}
		}
		lives := slices.Collect(h.Resources())
		assert.Equal(t, contradicts, len(lives) > 0, id)
	}
}

// A masked value contradicts no other value, whichever is read first; the value
// before it counts.
func TestMaskedValueSaysNothingToHistory(t *testing.T) {
	v := builtin(t)
	output := func(x *plumb.Exchange, id string) *plumb.Exchange {
		with := *x
		with.Response.Body.Bytes = []byte(strings.Replace(string(x.Response.Body.Bytes), "file-out", id, 1))
		return &with
	}
	for name, c := range map[string]struct {
		outputs []string
		want    []string
	}{
		"first":            {[]string{plumb.Masked, "file-a"}, nil},
		"last":             {[]string{"file-a", plumb.Masked}, nil},
		"a part":           {[]string{"file-a of a long " + plumb.Masked, "file-a"}, nil},
		"between others":   {[]string{"file-a", plumb.Masked, "file-b"}, []string{"history-set-once"}},
		"none":             {[]string{"file-a", "file-b"}, []string{"history-set-once"}},
		"between the same": {[]string{"file-a", plumb.Masked, "file-a"}, nil},
	} {
		h, e := v.NewHistory(), newEngines(v, v.Documented())
		var rules []string
		for i, id := range c.outputs {
			x := output(lifeOf("batch_1")[4], id)
			x.Place.Entry = i + 1
			require.Empty(t, e.differ(x), name)
			r := v.Check(x)
			h.Add(&r)
			for _, f := range r.Findings {
				rules = append(rules, f.Rule)
			}
		}
		assert.Equal(t, c.want, rules, name)
	}
}

// Findings at a member whose name is masked do not affect other findings.
func TestMaskedNames(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"a.yaml": {Data: []byte(`
openapi: 3.1.0
info: {title: A, version: '1'}
paths: {}
components:
  schemas:
    Open: {type: object, required: [need], properties: {id: {type: integer}}, propertyNames: {maxLength: 4}}
    Closed: {type: object, properties: {id: {type: integer}}, additionalProperties: false}
`)}}, "a.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	for _, c := range []struct {
		schema, body string
		want         []string
	}{
		{"Open", `{"[redacted]":"x"}`, []string{"schema-required /need"}},
		{"Open", `{"need":1,"[redacted]":"x"}`, nil},
		{"Open", `{"need":1,"of [redacted]":1,"[redacted]":2,"long_name":3}`, []string{"drift-undocumented-member /long_name", "schema-limit /long_name"}},
		{"Closed", `{"[redacted]":1}`, nil},
		{"Closed", `{"id":"x","[redacted]":"x"}`, []string{"schema-type /id"}},
	} {
		x := &plumb.Exchange{Schema: c.schema, Response: plumb.Response{Body: plumb.Body{Bytes: []byte(c.body)}}}
		var got []string
		for _, f := range v.Check(x).Findings {
			got = append(got, f.Rule+" "+f.Pointer)
		}
		slices.Sort(got)
		assert.Equal(t, c.want, got, c.body)
		e := newEngines(v, v.Documented())
		for range 2 {
			assert.Empty(t, e.differ(x), c.body)
		}
	}
}
