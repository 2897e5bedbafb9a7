package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// What is known of bodies is what checking them gives, for any lifecycle, in single
// responses and in histories.
func TestEnginesAgreeOnLifecycles(t *testing.T) {
	var bodies, explained, counted int
	rapid.Check(t, func(t *rapid.T) {
		dates := rapid.Bool().Draw(t, "timestamps as dates")
		v, text := drawDescription(t, dates)
		e := newEngines(v, v.Documented())
		for range 12 {
			x := exchangeAt(written(t, drawLife(t, dates)))
			if rapid.Bool().Draw(t, "has a time") {
				x.Time = time.Unix(lifeBegin+rapid.Int64Range(-100, 10000).Draw(t, "time"), 0)
			}
			for range 2 {
				if diff := e.differ(x); diff != "" {
					t.Fatalf("%s\n%s\n%s", text, x.Response.Body.Bytes, diff)
				}
			}
			if diff := e.differOnMutants(t, x); diff != "" {
				t.Fatalf("%s\n%s\n%s", text, x.Response.Body.Bytes, diff)
			}
		}
		bodies, explained, counted = bodies+e.bodies, explained+e.explained, counted+e.counted
	})
	t.Logf("of %d bodies, %d were counted, %d were checked in full", bodies, counted, explained)
}

// For any lifecycle, and any order in which the responses are read: if their
// times differ, the same members contradict each other.
func TestHistoriesGoByTime(t *testing.T) {
	contradicting := 0
	rapid.Check(t, func(t *rapid.T) {
		v, text := drawDescription(t, false)
		var responses []*plumb.Exchange
		var order []int
		for i := range 6 {
			x := exchangeAt(written(t, drawLife(t, false)))
			x.Time = time.Unix(lifeBegin+int64(i)*1000, 0)
			responses = append(responses, x)
			order = append(order, i)
		}
		contradictions := func(order []int) map[string]bool {
			h := v.NewHistory()
			found := map[string]bool{}
			for _, i := range order {
				r := v.Check(responses[i])
				own := len(r.Findings)
				h.Add(&r)
				for _, f := range r.Findings[own:] {
					found[f.Rule+" "+f.Pointer+" "+f.Resource] = true
				}
			}
			return found
		}
		want := contradictions(order)
		got := contradictions(rapid.Permutation(order).Draw(t, "order"))
		if diff := gocmp.Diff(want, got); diff != "" {
			for _, x := range responses {
				t.Logf("%s", x.Response.Body.Bytes)
			}
			t.Fatalf("%s\n%s", text, diff)
		}
		contradicting += min(1, len(want))
	})
	assert.Greater(t, contradicting, 10)
}

// drawDescription draws a description with a lifecycle that makes sense.
func drawDescription(t *rapid.T, dates bool) (v *engine.Validator, text []byte) {
	stamp := map[string]any{"type": []any{"integer", "null"}, "format": "unixtime"}
	if dates {
		stamp = map[string]any{"type": []any{"string", "null"}, "format": "date-time"}
	}
	properties := map[string]any{
		"n": map[string]any{"type": "number"}, "m": map[string]any{},
		"o":  map[string]any{"type": "object", "properties": map[string]any{"at": stamp, "n": map[string]any{}}},
		"id": map[string]any{"type": []any{"string", "integer", "null"}}, "state": map[string]any{"type": "string"},
	}
	for _, name := range lifeStamps[:4] {
		properties[name[1:]] = stamp
	}
	text, err := json.Marshal(map[string]any{
		"openapi": "3.1.0", "info": map[string]any{"title": "Drawn", "version": "1"},
		"paths": map[string]any{"/a": map[string]any{"get": map[string]any{"responses": map[string]any{"200": map[string]any{
			"description": "ok", "content": map[string]any{"application/json": map[string]any{
				"schema": map[string]any{"type": "object", "properties": properties, "x-lifecycle": drawLifecycle(t)}}}}}}}},
	})
	require.NoError(t, err)
	d, err := spec.Load(fstest.MapFS{"openapi.json": {Data: text}}, "openapi.json", spec.Options{})
	require.NoError(t, err, "%s", text)
	if v, err = engine.New(d); err != nil && strings.Contains(err.Error(), "x-lifecycle: ") {
		t.Skip("the lifecycle makes no sense")
	}
	require.NoError(t, err, "%s", text)
	return v, text
}

func exchangeAt(body []byte) *plumb.Exchange {
	x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/a"}}
	x.Response.Status, x.Response.Body.Bytes = 200, body
	return x
}

const lifeBegin = 1741967569

var (
	lifeStates = []string{"new", "active", "paused", "done"}
	lifeStamps = []string{"/new_at", "/active_at", "/paused_at", "/done_at", "/o/at"}
)

// drawLifecycle draws an x-lifecycle, which need not make sense.
func drawLifecycle(t *rapid.T) map[string]any {
	some := func(name string, from []string, least, most int) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), least, most, rapid.ID).Draw(t, name)
	}
	members := append([]string{"/n", "/m", "/o", "/o/n", "/id"}, lifeStamps...)
	states := map[string]any{}
	for i, name := range lifeStates {
		state := map[string]any{}
		if rapid.IntRange(0, 3).Draw(t, "has a timestamp") > 0 {
			state["entered"] = lifeStamps[i]
		}
		if rest := lifeStates[i+1:]; len(rest) > 0 && rapid.IntRange(0, 4).Draw(t, "goes on") > 0 {
			next := some("next", rest, 1, len(rest))
			if rapid.IntRange(0, 5).Draw(t, "goes back") == 0 {
				next = append(next, lifeStates[i])
			}
			state["next"] = next
		}
		if state["entered"] != nil && state["next"] != nil && rapid.IntRange(0, 2).Draw(t, "is bounded") == 0 {
			state["atMost"] = "PT10M"
		}
		states[name] = state
	}
	life := map[string]any{
		"identity": "/id", "state": "/state", "initial": "new", "states": states,
		"neverChanges": some("never changes", members, 0, 3), "setOnce": some("set once", members, 0, 3), "neverDecreases": some("never decreases", []string{"/n", "/o/n", "/m"}, 0, 2),
	}
	if rapid.Bool().Draw(t, "has an order") {
		life["order"] = []any{some("order", lifeStamps, 2, 3)}
	}
	return life
}

// drawLife draws a response, most often one with few faults.
func drawLife(t *rapid.T, dates bool) map[string]any {
	anything := rapid.SampledFrom([]any{nil, 0, -1, 1.5, 7, "", "x", "new", lifeBegin * 1000, []any{}, map[string]any{}, true, "2025-03-14T15:52:49Z", json.Number("1741967569.0")})
	stamp := func() any {
		at := lifeBegin + int64(rapid.SampledFrom([]int{0, 1, 60, 599, 600, 601, 700, 7000}).Draw(t, "after"))
		if dates {
			return time.Unix(at, 0).UTC().Format(time.RFC3339)
		}
		return at
	}
	body := map[string]any{"id": rapid.SampledFrom([]any{"a", "b", 7, "\u00e9\n"}).Draw(t, "id"), "state": rapid.SampledFrom(lifeStates).Draw(t, "state")}
	inner := map[string]any{}
	for _, name := range lifeStamps[:4] {
		if rapid.Bool().Draw(t, name) {
			body[name[1:]] = stamp()
		}
	}
	if rapid.Bool().Draw(t, "inner timestamp") {
		inner["at"] = stamp()
	}
	body["o"] = inner
	for _, name := range []string{"id", "state", "new_at", "done_at", "n", "m", "o", "other"} {
		switch rapid.IntRange(0, 19).Draw(t, name) {
		case 0:
			body[name] = anything.Draw(t, "any value")
		case 1:
			delete(body, name)
		}
	}
	if rapid.Bool().Draw(t, "has numbers") {
		body["n"], inner["n"] = rapid.SampledFrom([]any{1, 2, 2.5}).Draw(t, "n"), rapid.SampledFrom([]any{1, 2, "x", json.Number("1e2")}).Draw(t, "inner n")
	}
	return body
}
