package rfc3339

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestSeconds checks that texts of the usual form are the times that time.Parse reads,
// and that others are refused.
func TestSeconds(t *testing.T) {
	check := func(t interface{ Fatal(...any) }, text string) {
		unix, ok := Seconds(text)
		at, err := time.Parse(time.RFC3339, text)
		switch {
		case ok && (err != nil || !time.Unix(unix, 0).UTC().Equal(at)):
			t.Fatal(text, unix, at, err)
		case !ok && err == nil && at.Year() > 0 && text == at.UTC().Format(time.RFC3339):
			t.Fatal(text, "is refused")
		}
	}
	for day := time.Date(1, 1, 1, 23, 59, 58, 0, time.UTC); day.Year() < 10000; day = day.AddDate(0, 0, 13) {
		check(t, day.Format(time.RFC3339))
	}
	for _, text := range []string{"", "2025-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2025-03-14T24:00:00Z", "2016-12-31T23:59:60Z", "2025-03-14T1:52:49.Z", "2025-03-14T15:52:4 Z", "2025-00-14T15:52:40Z", "2025-13-14T15:52:40Z"} {
		check(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`[0-9]{4}[-0-9][0-1][0-9]-[0-3][0-9:]T[0-2][0-9]:[0-9:. ]{2}:[0-6][0-9:. ]Z`).Draw(t, "text"))
	})
}
