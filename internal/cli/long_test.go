package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/report/format"
)

// longTexts are exchanges with a very long text in every place that a report
// shows: names, ids, numbers and texts of bodies, what the request and the headers
// say, and values that a history compares.
func longTexts(t *testing.T) string {
	long := strings.Repeat("x", 100_000)
	body := func(id string, with map[string]any) map[string]any {
		b := map[string]any{"id": id, "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1",
			"completion_window": "24h", "status": "validating", "created_at": 1700000000}
		for name, value := range with {
			b[name] = value
		}
		return b
	}
	var lines bytes.Buffer
	to := json.NewEncoder(&lines)
	add := func(method, url string, header map[string]string, body any) {
		require.NoError(t, to.Encode(map[string]any{
			"request":  map[string]any{"method": method, "url": url},
			"response": map[string]any{"status": 200, "headers": header, "body": body},
		}))
	}
	const url = "https://api.openai.com/v1/batches/b"
	typed := map[string]string{"Content-Type": "application/json"}
	for _, b := range []map[string]any{
		body("batch_"+long, map[string]any{"status": "completed", "in_progress_at": 1700000001, "finalizing_at": 1700000002, "completed_at": 1700000003}),
		body("batch_"+long, map[string]any{"status": "in_progress", "in_progress_at": 1700000001}),
		body("batch_1", map[string]any{long: 1}),
		body("batch_2", map[string]any{"metadata": map[string]any{long: long}}),
		body("batch_3", map[string]any{"status": long}),
		body("batch_4", map[string]any{"created_at": json.Number(strings.Repeat("1", 100_000))}),
		body("batch_5", map[string]any{"created_at": json.Number("0." + strings.Repeat("1", 100_000))}),
		body("batch_6", map[string]any{"errors": map[string]any{"object": long, "data": []any{map[string]any{"code": 7, long: []int{1}}}}}),
		body("batch_7", map[string]any{"input_file_id": long}),
		body("batch_7", map[string]any{"input_file_id": "other" + long}),
		body("batch_8", map[string]any{"request_counts": map[string]any{"total": json.Number(strings.Repeat("1", 100_000)), "completed": -1, "failed": long}}),
	} {
		add("GET", url, typed, b)
	}
	add("GET", url+long, typed, body("batch_9", nil))
	add("GET", "https://api.openai.com/v1/"+long, typed, body("batch_9", nil))
	add(long, url, typed, body("batch_9", nil))
	add("GET", url, map[string]string{"Content-Type": long}, body("batch_9", nil))
	add("GET", url, map[string]string{"Content-Type": "application/json", long: long, "Date": long}, body("batch_9", nil))
	return lines.String()
}

// Nothing that a person reads shows a text from outside in its whole length.
func TestLongTextsAreCut(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("long.ndjson", []byte(longTexts(t)), 0o600))
	commands := [][]string{
		{"drift", "long.ndjson"}, {"drift", "--format", "json", "long.ndjson"},
		{"baseline", "update", "--baseline", "accepted.yaml", "--owner", "ann", "--reason", "known", "long.ndjson"},
		{"baseline", "list", "--baseline", "accepted.yaml"},
	}
	for _, name := range format.Names() {
		commands = append(commands, []string{"check", "-v", "--format", name, "long.ndjson"})
	}
	isLong := func(text string) bool {
		return strings.Contains(text, strings.Repeat("x", 1001)) || strings.Contains(text, strings.Repeat("1", 1001))
	}
	for _, args := range commands {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			var out, messages bytes.Buffer
			status := Run(context.Background(), args, strings.NewReader(""), &out, &messages, func(string) string { return "" })
			assert.Less(t, status, statusFailed, messages.String())
			assert.False(t, isLong(out.String()), "%d bytes", out.Len())
			assert.False(t, isLong(messages.String()))
		})
	}
	accepted, err := os.ReadFile("accepted.yaml")
	require.NoError(t, err)
	assert.False(t, isLong(string(accepted)))
}

// With --max-findings every format leaves the other findings out, and says so.
func TestMaxFindingsInEveryFormat(t *testing.T) {
	t.Chdir(t.TempDir())
	const batch = `{"object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","completion_window":"24h","created_at":1700000000,`
	require.NoError(t, os.WriteFile("in.ndjson", []byte(
		batch+`"id":"batch_1","status":"paused"}`+"\n"+
			batch+`"id":"batch_2","status":"validating","one_more":1}`+"\n"+
			batch+`"id":"batch_3","status":"validating","another":1}`+"\n"), 0o600))
	says := map[string]string{"json": `"omitted": 2,`, "ndjson": `"omitted":2,`, "sarif": `"omitted": 2,`,
		"junit": `name="omitted" value="2"`, "markdown": "2 more findings not shown", "html": "not in this report (--max-findings): 2 findings"}
	for _, name := range format.Names() {
		t.Run(name, func(t *testing.T) {
			var out, messages bytes.Buffer
			args := []string{"check", "--max-findings", "1", "--format", name, "in.ndjson"}
			assert.Equal(t, statusFindings, Run(context.Background(), args, strings.NewReader(""), &out, &messages, func(string) string { return "" }), messages.String())
			assert.Contains(t, out.String(), cmp.Or(says[name], "2 of them not shown (--max-findings)"))
			assert.Contains(t, out.String(), "paused")
			assert.NotContains(t, out.String(), "one_more")
			assert.NotContains(t, out.String(), "another\"")
		})
	}
}
