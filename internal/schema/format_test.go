package schema

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"pgregory.net/rapid"
)

// TestUsualTimes checks that the usual form of a time is one as jsonschema/v5 has it.
func TestUsualTimes(t *testing.T) {
	for _, text := range []string{"2025-03-14T15:52:49Z", "2024-02-29T00:00:00Z", "2025-02-29T00:00:00Z", "2025-03-14T24:00:00Z", "2016-12-31T23:59:60Z", "2025-03-14T1:52:49.Z", "2025-03-14T15:52:4 Z"} {
		if got, want := isDateTime(text), jsonschema.Formats["date-time"](text); got != want {
			t.Errorf("%s: %v, not %v", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-9:. ]{2}:[0-6][0-9:. ]Z`).Draw(t, "text")
		if got, want := isDateTime(text), jsonschema.Formats["date-time"](text); got != want {
			t.Fatal(got, want)
		}
	})
}
