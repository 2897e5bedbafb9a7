package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// amendments returns the built-in description with each of the overlays.
func amendments(t *testing.T, names ...string) (all []Amendment) {
	for _, name := range names {
		overlay, err := spec.ReadOverlay(name)
		require.NoError(t, err)
		all = append(all, Amendment{name, overlay.Data, func() (*spec.Description, error) { return spec.Builtin(overlay) }})
	}
	return all
}

// A finding names the built-in overlay that describes what was found, and only
// where it does.
func TestFindingsNameTheOverlayThatDescribesThem(t *testing.T) {
	answer := func(method, url string, status int, body string) *plumb.Exchange {
		x := &plumb.Exchange{Request: plumb.Request{Method: method, URL: url}, Place: plumb.Place{File: "a.har", Entry: 1}}
		x.Response.Status, x.Response.Body.Bytes = status, []byte(body)
		return x
	}
	const url = "https://api.openai.com/v1/batches/b"
	for _, tt := range []struct {
		name string
		x    *plumb.Exchange
		want map[string][]string // by rule and pointer
	}{
		{"null", answer("GET", url, 200, batch("b", "validating", `,"model":null,"errors":null`)),
			map[string][]string{"drift-null /model": {"observed"}, "drift-null /errors": {"observed"}}},
		{"null that two describe", answer("GET", url, 200, batch("b", "validating", `,"errors":null`)),
			map[string][]string{"drift-null /errors": {"observed"}}},
		{"member of a vendor", answer("GET", url, 200, batch("b", "validating", `,"expected_completion_at":"2025-03-14T12:00:00Z"`)),
			map[string][]string{"drift-undocumented-member /expected_completion_at": {"voyage"}}},
		{"null that none describes", answer("GET", url, 200, batch("b", "validating", `,"output_file_id":7,"errors":{"data":null}`)),
			map[string][]string{"schema-type /output_file_id": nil, "drift-null /errors/data": nil}},
		{"member", answer("GET", url, 200, batch("b", "validating", `,"progress":7,"x":1`)),
			map[string][]string{"drift-undocumented-member /progress": {"together"}, "drift-undocumented-member /x": nil}},
		{"status", answer("POST", url+"/cancel", 409, `{"error":{"message":"m","type":"t","param":null,"code":null}}`),
			map[string][]string{"http-status ": {"observed"}}},
		{"other status", answer("POST", url+"/cancel", 418, `{"error":{"message":"m","type":"t","param":null,"code":null}}`),
			map[string][]string{"http-status ": nil}},
		{"value", answer("GET", url, 200, batch("b", "calling", "")),
			map[string][]string{"schema-enum /status": {"cerebras"}}},
		{"other value", answer("GET", url, 200, batch("b", "paused", "")),
			map[string][]string{"schema-enum /status": nil}},
		{"bound", answer("GET", url, 200, batch("b", "cancelled", `,"in_progress_at":1700000001,"cancelling_at":1700000002,"cancelled_at":1700000902`)),
			map[string][]string{"time-bound /cancelled_at": {"observed"}}},
		{"longer", answer("GET", url, 200, batch("b", "cancelled", `,"in_progress_at":1700000001,"cancelling_at":1700000002,"cancelled_at":1700009902`)),
			map[string][]string{"time-bound /cancelled_at": nil}},
	} {
		desc, err := spec.Builtin()
		require.NoError(t, err)
		v, err := engine.New(desc)
		require.NoError(t, err)
		o := outcome.New(v, 3)
		o.Add(tt.x, v.Check(tt.x))
		run := Run{Description: desc, Documented: v.Documented(), Version: "v1", Occurrences: 1}
		got := func() map[string][]string {
			found := map[string][]string{}
			for _, f := range New(run, o).Findings {
				found[f.Rule+" "+f.Pointer] = f.Overlays
			}
			return found
		}
		for _, overlays := range got() {
			assert.Nil(t, overlays, "%s: nobody asked", tt.name)
		}
		run.Amendments = amendments(t, "observed", "azure", "cerebras", "together", "voyage")
		all := got()
		for finding, want := range tt.want {
			overlays, found := all[finding]
			require.True(t, found, "%s: %s is not among %v", tt.name, finding, all)
			assert.ElementsMatch(t, want, overlays, "%s: %s", tt.name, finding)
		}
	}
}

// Overlays that cannot describe a finding are not loaded.
func TestUselessOverlaysAreNotLoaded(t *testing.T) {
	var loaded []string
	all := amendments(t, "observed", "azure", "cerebras", "together", "voyage")
	for i, a := range all {
		all[i].Load = func() (*spec.Description, error) {
			loaded = append(loaded, a.Overlay)
			return a.Load()
		}
	}
	finding := func(rule, pointer, name string) *group {
		return &group{first: &outcome.Finding{Rule: rule, Subject: plumb.Subject{Name: name}, Description: plumb.Source{File: "schemas/batch.json", Pointer: pointer}}}
	}
	for _, tt := range []struct {
		group *group
		want  []string
	}{
		{finding("drift-null", "/properties/errors", "errors"), []string{"observed"}},
		{finding("drift-undocumented-member", "/properties", "cancel_reason"), nil},
		{finding("drift-undocumented-member", "/properties", "expected_completion_at"), []string{"voyage"}},
		{finding("http-status", "", "418"), nil},
		{finding("time-order", "", ""), nil},
	} {
		loaded = nil
		suggestOverlays(make([]Finding, 1), []*group{tt.group}, all)
		assert.Equal(t, tt.want, loaded, "%s %s", tt.group.first.Rule, tt.group.first.Subject.Name)
	}
}
