package drift

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

const fixtures = "../../fixtures/drift/"

// described is a description of the fixtures, with overlays.
type described struct {
	desc *spec.Description
	v    *engine.Validator
}

func describe(t require.TestingT, file string, overlays ...spec.Overlay) described {
	d, err := spec.LoadFile(fixtures+file, "", overlays...)
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return described{d, v}
}

// observe summarizes exchanges, and returns the faults of each.
func (d described) observe(exchanges []*plumb.Exchange) (s *outcome.Outcome, faults map[string]bool) {
	s, faults = outcome.New(d.v, 3), map[string]bool{}
	for i, x := range exchanges {
		r := d.v.Check(x)
		s.Observe(x, &r)
		s.Add(x, r)
		for _, f := range r.Findings {
			if !IsDrift(f.Rule) {
				faults[fmt.Sprint(i, f.Rule)] = true
			}
		}
	}
	return s, faults
}

func (d described) drift(s *outcome.Outcome) *Report { return New(d.desc, d.v, s, "test") }

func recorded(t require.TestingT, file string) []*plumb.Exchange {
	f, err := os.Open(fixtures + file)
	require.NoError(t, err)
	defer f.Close()
	var all []*plumb.Exchange
	for x, err := range recording.Read(t.(*testing.T).Context(), file, f, recording.Limits{Body: 1 << 20, Entry: 1 << 20, Ratio: 10}) {
		require.NoError(t, err)
		all = append(all, x)
	}
	return all
}

func overlay(t require.TestingT, name string) spec.Overlay {
	data, err := os.ReadFile(fixtures + name)
	require.NoError(t, err)
	return spec.Overlay{Name: name, Data: data}
}

// TestSuggestGivesBackWhatWasRemoved checks that for a description from which
// one member, one value and one status were removed, exactly these are
// suggested, except for texts written by people.
func TestSuggestGivesBackWhatWasRemoved(t *testing.T) {
	for _, file := range []string{"openapi.yaml", "openapi-3.0.yaml"} {
		t.Run(file, func(t *testing.T) {
			whole := describe(t, file)
			exchanges := recorded(t, "exchanges.ndjson")
			s, _ := whole.observe(exchanges)
			require.Empty(t, whole.drift(s).Drift)

			less := describe(t, file, overlay(t, "removed.yaml"))
			s, _ = less.observe(exchanges)
			var suggested Suggestion
			assert.Equal(t, 3, suggested.Amend(less.desc, s, less.drift(s)))
			assert.Empty(t, suggested.Unsettled)
			text, err := suggested.Document()
			require.NoError(t, err)

			again := describe(t, file, overlay(t, "removed.yaml"), spec.Overlay{Name: "suggested.yaml", Data: text})
			for _, pointer := range []string{"/components", "/paths"} {
				place := plumb.Source{File: file, Pointer: pointer}
				want := strings.Replace(string(whole.desc.Written(place)), "There is no such order.", observedResponse, 1)
				assert.JSONEq(t, want, string(again.desc.Written(place)))
			}
		})
	}
}

// drawOrder makes an exchange of the shop, good or bad in any way.
func drawOrder(t *rapid.T) *plumb.Exchange {
	any := rapid.SampledFrom([]string{`null`, `true`, `7`, `-1.5`, `"x"`, `"A 1"`, `"a string that is long"`, `[]`, `[1, "b", null, {"c": 1}]`, `{}`, `{"d": {"e": [true]}}`, `"paid"`, `"lost"`, `"order"`})
	members := map[string]string{"id": `"o1"`, "state": `"open"`}
	for range rapid.IntRange(0, 6).Draw(t, "members") {
		name := rapid.SampledFrom([]string{"id", "state", "total", "note", "kind", "tags", "address", "placed_at", "paid_at", "colour", "size", "a/b~c'd"}).Draw(t, "name")
		if rapid.IntRange(0, 9).Draw(t, "missing") == 0 {
			delete(members, name)
			continue
		}
		members[name] = any.Draw(t, "value")
	}
	var parts []string
	for name, value := range members {
		quoted, _ := json.Marshal(name)
		parts = append(parts, string(quoted)+":"+value)
	}
	body := "{" + strings.Join(parts, ",") + "}"
	path := rapid.SampledFrom([]string{"/orders/o1", "/orders/o1", "/orders"}).Draw(t, "path")
	if path == "/orders" {
		body = "[" + body + "]"
	}
	contentType := rapid.SampledFrom([]string{"application/json", "application/json", "application/json", "text/html", "application/problem+json"}).Draw(t, "type")
	return &plumb.Exchange{
		Request: plumb.Request{Method: rapid.SampledFrom([]string{"GET", "GET", "GET", "DELETE"}).Draw(t, "method"), URL: "https://shop.example/v1" + path},
		Response: plumb.Response{
			Status: rapid.SampledFrom([]int{200, 200, 200, 404, 409}).Draw(t, "status"),
			Header: map[string][]string{"Content-Type": {contentType}},
			Body:   plumb.Body{Bytes: []byte(body)},
		},
		Place: plumb.Place{File: "a.har", Entry: 1, Line: 1},
	}
}

// With the suggested overlay, the same exchanges give no drift except what was
// reported as unsettled, and those that contradicted themselves still do.
func TestSuggestLaw(t *testing.T) {
	plain := map[string]described{"openapi.yaml": describe(t, "openapi.yaml"), "openapi-3.0.yaml": describe(t, "openapi-3.0.yaml")}
	settled := 0
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SampledFrom([]string{"openapi.yaml", "openapi-3.0.yaml"}).Draw(t, "file")
		d := plain[file]
		exchanges := rapid.SliceOfN(rapid.Custom(drawOrder), 1, 6).Draw(t, "exchanges")
		first, faults := d.observe(exchanges)
		var suggested Suggestion
		var text []byte
		amended, still := d, faults
		for summary := first; suggested.Amend(amended.desc, summary, amended.drift(summary)) > 0; {
			var err error
			text, err = suggested.Document()
			require.NoError(t, err)
			amended = describe(t, file, spec.Overlay{Name: "s.yaml", Data: text})
			summary, still = amended.observe(exchanges)
		}
		last, _ := amended.observe(exchanges)
		left := len(amended.drift(last).Drift)
		for _, i := range suggested.Unsettled {
			assert.Contains(t, []string{"schema-combination", "schema-enum", "schema-const", "http-media-type"}, i.Rule, "%s %s %v %s", i.Pointer, i.Allowed, i.Found, text)
		}
		assert.GreaterOrEqual(t, left, len(suggested.Unsettled))
		if len(suggested.Unsettled) == 0 {
			assert.Zero(t, left, string(text))
		}
		for f := range faults {
			assert.True(t, still[f], "%s is no longer found with\n%s", f, text)
		}
		settled += len(d.drift(first).Drift) - left
	})
	assert.Greater(t, settled, 20, "too few cases were checked")
}
