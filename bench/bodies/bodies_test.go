package bodies

import (
	"encoding/json"
	"testing"
)

// TestTimes checks that no response is earlier than what it says, and none of a
// batch earlier than the one before.
func TestTimes(t *testing.T) {
	g := New(1, 1)
	var before Response
	for range 1000 {
		r := g.NextResponse()
		var body map[string]any
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatal(err)
		}
		if at, ok := body[body["status"].(string)+"_at"].(float64); ok && r.Time.Unix() < int64(at) {
			t.Errorf("%s is sent at %v", r.Body, r.Time.Unix())
		}
		if r.ID == before.ID && r.Time.Before(before.Time) {
			t.Errorf("%s is sent before %s", r.Body, before.Body)
		}
		before = r
	}
}

// TestIDs checks that bodies of two seeds are about different batches.
func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	g := New(1, 1)
	for range 100 {
		seen[g.NextResponse().ID] = true
	}
	g = New(2, 1)
	for range 100 {
		if id := g.NextResponse().ID; seen[id] {
			t.Error(id, "occurs twice")
		}
	}
}
