package validator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
	"github.com/plumbapi/plumb/validator"
)

const day = 86400

// goodLives are the timestamps of good batches of each status, relative to
// their creation.
var goodLives = map[string]map[string]int64{
	"validating":  {},
	"in_progress": {"in_progress_at": 60},
	"finalizing":  {"in_progress_at": 60, "finalizing_at": 3600},
	"completed":   {"in_progress_at": 60, "finalizing_at": 3600, "completed_at": 3700},
	"failed":      {"failed_at": 5},
	"expired":     {"in_progress_at": 60, "finalizing_at": day, "expired_at": day + 607},
	"cancelling":  {"in_progress_at": 60, "cancelling_at": 90},
	"cancelled":   {"in_progress_at": 60, "cancelling_at": 90, "cancelled_at": 600},
}

// What the description of a batch forbids, written down a second time and in
// another way than in the description: as lists, not as moves.
var (
	ownStamp = map[string]string{
		"in_progress": "in_progress_at", "finalizing": "finalizing_at", "completed": "completed_at", "failed": "failed_at",
		"expired": "expired_at", "cancelling": "cancelling_at", "cancelled": "cancelled_at",
	}
	mayHave = map[string][]string{
		"validating":  {},
		"in_progress": {"in_progress_at"},
		"finalizing":  {"in_progress_at", "finalizing_at"},
		"completed":   {"in_progress_at", "finalizing_at", "completed_at"},
		"failed":      {"in_progress_at", "finalizing_at", "failed_at"},
		"expired":     {"in_progress_at", "finalizing_at", "expired_at"},
		"cancelling":  {"in_progress_at", "finalizing_at", "cancelling_at"},
		"cancelled":   {"in_progress_at", "finalizing_at", "cancelling_at", "cancelled_at"},
	}
	mustHave = map[string][]string{
		"finalizing": {"in_progress_at"}, "completed": {"in_progress_at", "finalizing_at"}, "cancelled": {"cancelling_at"},
	}
	chains = [][]string{
		{"created_at", "in_progress_at", "finalizing_at", "completed_at"},
		{"finalizing_at", "failed_at"}, {"in_progress_at", "failed_at"}, {"created_at", "failed_at"},
		{"finalizing_at", "expired_at"}, {"in_progress_at", "expired_at"}, {"created_at", "expired_at"},
		{"finalizing_at", "cancelling_at", "cancelled_at"}, {"in_progress_at", "cancelling_at"}, {"created_at", "cancelling_at"},
		{"in_progress_at", "cancelled_at"}, {"finalizing_at", "cancelled_at"}, {"created_at", "cancelled_at"},
		{"in_progress_at", "completed_at"}, {"created_at", "finalizing_at"}, {"created_at", "completed_at"},
		{"created_at", "expires_at"},
	}
)

// forbidden says what the description forbids about the timestamps of a batch.
func forbidden(status string, stamps map[string]int64) []string {
	var why []string
	plausible := func(name string) bool {
		t, ok := stamps[name]
		return ok && t >= 1577836800 && t <= 4102444800
	}
	for name := range stamps {
		if !plausible(name) {
			why = append(why, name+" is no time")
		}
		if strings.HasSuffix(name, "_at") && name != "created_at" && name != "expires_at" && stamps[name] != 0 && !slices.Contains(mayHave[status], name) {
			why = append(why, name+" is early")
		}
	}
	for _, name := range append(slices.Clone(mustHave[status]), ownStamp[status]) {
		if _, ok := stamps[name]; name != "" && !ok {
			why = append(why, name+" is missing")
		}
	}
	for _, chain := range chains {
		for i := 1; i < len(chain); i++ {
			if a, b := chain[i-1], chain[i]; plausible(a) && plausible(b) && stamps[a] > stamps[b] {
				why = append(why, b+" is before "+a)
			}
		}
	}
	return why
}

// Swapping, shifting, dropping, adding or scaling timestamps of a good batch
// is reported exactly when the description forbids what comes out.
func TestChangedTimestamps(t *testing.T) {
	d, err := spec.Builtin()
	require.NoError(t, err)
	v, err := validator.New(d, validator.WithRule("*", validator.Off), validator.WithRule("time-*", validator.Error), validator.WithRule("state-*", validator.Error), validator.WithRule("time-bound", validator.Off))
	require.NoError(t, err)

	rapid.Check(t, func(t *rapid.T) {
		status := rapid.SampledFrom(slices.Sorted(maps.Keys(goodLives))).Draw(t, "status")
		created := rapid.Int64Range(1577836800+day, 4000000000).Draw(t, "created")
		stamps := map[string]int64{"created_at": created, "expires_at": created + day}
		for name, after := range goodLives[status] {
			stamps[name] = created + after
		}
		names := []string{"created_at", "expires_at", "in_progress_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at"}
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			name := rapid.SampledFrom(names).Draw(t, "name")
			at, there := stamps[name]
			switch rapid.SampledFrom([]string{"swap", "shift", "drop", "add", "scale"}).Draw(t, "change") {
			case "swap":
				other := rapid.SampledFrom(names).Draw(t, "other")
				if with, ok := stamps[other]; ok && there {
					stamps[name], stamps[other] = with, at
				}
			case "shift":
				if there {
					stamps[name] = at + rapid.Int64Range(-2*day, 2*day).Draw(t, "by")
				}
			case "drop":
				if name != "created_at" { // its absence is a matter of the schema
					delete(stamps, name)
				}
			case "add":
				if !there {
					stamps[name] = created + rapid.Int64Range(-day, day).Draw(t, "after")
				}
			case "scale":
				if there {
					stamps[name] = at * rapid.SampledFrom([]int64{0, -1, 1000, 1000000}).Draw(t, "factor")
				}
			}
		}
		body := map[string]any{"id": "batch_1", "object": "batch", "endpoint": "/v1/x", "input_file_id": "f", "completion_window": "24h", "status": status}
		for name, at := range stamps {
			body[name] = at
		}
		text, err := json.Marshal(body)
		require.NoError(t, err)
		result := v.Check(&validator.Exchange{Response: validator.Response{Body: validator.Body{Bytes: text}}})
		require.Equal(t, 1, result.Bodies)
		why := forbidden(status, stamps)
		if (len(why) > 0) != (len(result.Findings) > 0) {
			var found []string
			for _, f := range result.Findings {
				found = append(found, fmt.Sprintf("%s %s: %s", f.Rule, f.Pointer, f.Found))
			}
			t.Fatalf("%s\nforbidden: %q\nreported: %q", text, why, found)
		}
	})
}
