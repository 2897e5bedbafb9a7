package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
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

// What the description of a batch forbids, written a second time and in another
// form than in the description: as lists, not as moves.
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

// forbidden returns what the description forbids about the timestamps of a
// batch.
func forbidden(status string, timestamps map[string]int64) []string {
	var why []string
	plausible := func(name string) bool {
		t, ok := timestamps[name]
		return ok && t >= 1577836800 && t <= 4102444800
	}
	for name := range timestamps {
		if !plausible(name) {
			why = append(why, name+" is no time")
		}
		if strings.HasSuffix(name, "_at") && name != "created_at" && name != "expires_at" && timestamps[name] != 0 && !slices.Contains(mayHave[status], name) {
			why = append(why, name+" is early")
		}
	}
	for _, name := range append(slices.Clone(mustHave[status]), ownStamp[status]) {
		if _, ok := timestamps[name]; name != "" && !ok {
			why = append(why, name+" is missing")
		}
	}
	for _, chain := range chains {
		for i := 1; i < len(chain); i++ {
			if a, b := chain[i-1], chain[i]; plausible(a) && plausible(b) && timestamps[a] > timestamps[b] {
				why = append(why, b+" is before "+a)
			}
		}
	}
	return why
}

// paths are the states that good batches pass, each with when it is seen.
var paths = map[string][]string{
	"completed": {"validating", "in_progress", "finalizing", "completed"},
	"failed":    {"validating", "failed"},
	"expired":   {"validating", "in_progress", "expired"},
	"cancelled": {"validating", "in_progress", "cancelling", "cancelled"},
}

// If some timestamps in the responses of a correct life are changed, cleared or
// left out, there is a finding if and only if a response is forbidden by itself
// or contradicts another one, whichever is read first.
func TestChangedHistories(t *testing.T) {
	v := builtin(t, engine.WithRule("*", plumb.Off), engine.WithRule("time-*", plumb.Error), engine.WithRule("state-*", plumb.Error),
		engine.WithRule("history-*", plumb.Error), engine.WithRule("time-bound", plumb.Off),
		engine.WithRule("time-between-answers", plumb.Off)) // the answers come days later
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom(slices.Sorted(maps.Keys(paths))).Draw(t, "end")
		const created = int64(1741967569)
		var responses []map[string]any
		for _, status := range paths[end] {
			body := map[string]any{"id": "batch_1", "object": "batch", "endpoint": "/v1/x", "input_file_id": "f", "completion_window": "24h", "status": status, "created_at": created, "expires_at": created + day}
			for name, after := range goodLives[status] {
				body[name] = created + after
			}
			responses = append(responses, body)
		}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			changed := rapid.SampledFrom(responses).Draw(t, "response")
			var names []string
			for name := range changed {
				if strings.HasSuffix(name, "_at") && name != "created_at" {
					names = append(names, name)
				}
			}
			if len(names) == 0 {
				continue
			}
			slices.Sort(names)
			name := rapid.SampledFrom(names).Draw(t, "name")
			at, ok := changed[name].(int64)
			switch rapid.SampledFrom([]string{"shift", "clear", "leave out"}).Draw(t, "change") {
			case "shift":
				if ok {
					changed[name] = at + rapid.Int64Range(-100, 100).Draw(t, "by")
				}
			case "clear":
				changed[name] = nil
			case "leave out":
				delete(changed, name)
			}
		}

		var why []string
		for j, body := range responses {
			stamps := map[string]int64{}
			for name, value := range body {
				if at, ok := value.(int64); ok {
					stamps[name] = at
				}
			}
			why = append(why, forbidden(body["status"].(string), stamps)...)
			// A response without the member says nothing: the last response
			// with it counts.
			for name, after := range body {
				if !strings.HasSuffix(name, "_at") {
					continue
				}
				for _, earlier := range slices.Backward(responses[:j]) {
					before, was := earlier[name]
					if !was {
						continue
					}
					if before != after && (name == "expires_at" || before != nil) {
						why = append(why, fmt.Sprintf("%s: %v, then %v", name, before, after))
					}
					break
				}
			}
		}
		var found []string
		h := v.NewHistory()
		order := make([]int, len(responses)) // in which they are read
		for i := range order {
			order[i] = i
		}
		for _, i := range rapid.Permutation(order).Draw(t, "order") {
			text, err := json.Marshal(responses[i])
			require.NoError(t, err)
			at := time.Unix(created+10*day+int64(i)*3600, 0)
			r := v.Check(&plumb.Exchange{Time: at, Response: plumb.Response{Body: plumb.Body{Bytes: text}}})
			h.Add(&r)
			for _, f := range r.Findings {
				found = append(found, f.Rule+" "+f.Pointer+": "+f.Found)
			}
		}
		if (len(why) > 0) != (len(found) > 0) {
			t.Fatalf("%v\nforbidden: %q\nreported: %q", responses, why, found)
		}
	})
}

// If timestamps of a correct batch are swapped, shifted, dropped, added or
// scaled, there is a finding if and only if the description forbids the
// outcome.
func TestChangedTimestamps(t *testing.T) {
	v := builtin(t, engine.WithRule("*", plumb.Off), engine.WithRule("time-*", plumb.Error), engine.WithRule("state-*", plumb.Error), engine.WithRule("time-bound", plumb.Off))

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
				if name != "created_at" { // the schema requires it
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
		result := v.Check(&plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: text}}})
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
