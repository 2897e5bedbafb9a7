// Package openaitest tests contracttest, the mock and the proxy with the
// clients that people really use. It is a separate module, since these clients
// have many dependencies.
package openaitest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/contracttest"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/mock"
	"github.com/plumbapi/plumb/internal/proxy"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

const secret = "sk-very-secret-key-of-the-test-123"

// serve starts a recording proxy in front of the mock, whose clock runs faster
// by the factor speed. stop returns what the proxy found, and the recording.
func serve(t *testing.T, speed float64) (base string, stop func() (found map[string]int, file string)) {
	t.Helper()
	server, err := mock.New(mock.Options{Speed: speed})
	require.NoError(t, err)
	target := httptest.NewServer(server)
	t.Cleanup(target.Close)
	to, err := url.Parse(target.URL)
	require.NoError(t, err)

	file := filepath.Join(t.TempDir(), "session.har")
	recorder, err := recording.CreateHAR(file, "test")
	require.NoError(t, err)
	check := newCheck(t)
	p := proxy.New(proxy.Options{
		Target: to,
		Limits: recording.DefaultLimits,
		Record: func(e recording.HAREntry) {
			assert.NoError(t, recorder.Add(e))
			check.add(e.Exchange)
		},
		Check:   check.v.Check,
		Checked: func(*plumb.Exchange, engine.Result) {},
		Failed:  func(err error) { t.Error(err) },
	})
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	return front.URL + "/v1", func() (map[string]int, string) {
		p.Close(time.Minute)
		require.NoError(t, recorder.Close())
		return check.found, file
	}
}

// check counts findings, by everything that must be the same live and in the
// recording.
type check struct {
	v       *engine.Validator
	history *engine.History
	found   map[string]int
}

func newCheck(t *testing.T) *check {
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	return &check{v, v.NewHistory(), map[string]int{}}
}

func (c *check) add(x *plumb.Exchange) {
	r := c.v.Check(x)
	c.history.Add(&r)
	c.found["bodies"] += r.Bodies
	for _, f := range r.Findings {
		c.found[f.Severity.String()+" "+f.Rule+" "+f.Operation+" "+f.Pointer]++
	}
}

// sameAsRecorded compares what was found live with what a check of the
// recording finds.
func sameAsRecorded(t *testing.T, live map[string]int, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(text), secret)
	recorded := newCheck(t)
	for x, err := range recording.Read(context.Background(), file, strings.NewReader(string(text)), recording.DefaultLimits) {
		require.NoError(t, err)
		recorded.add(x)
	}
	assert.Equal(t, live, recorded.found)
	assert.Greater(t, live["bodies"], 5)
	for finding := range live {
		assert.NotContains(t, finding, "error ")
	}
}

// TestOpenAIGo creates, follows and cancels batches on the mock through the
// proxy, with the Go client of OpenAI.
func TestOpenAIGo(t *testing.T) {
	base, stop := serve(t, 600)
	client := openai.NewClient(option.WithBaseURL(base), option.WithAPIKey(secret), option.WithHTTPClient(contracttest.Client(t)))
	ctx := t.Context()
	file, err := client.Files.New(ctx, openai.FileNewParams{
		Purpose: openai.FilePurposeBatch,
		File:    strings.NewReader(`{"custom_id":"1","method":"POST","url":"/v1/responses","body":{"model":"gpt-4o-mini"}}` + "\n"),
	})
	require.NoError(t, err)
	create := func() string {
		batch, err := client.Batches.New(ctx, openai.BatchNewParams{
			InputFileID:      file.ID,
			Endpoint:         openai.BatchNewParamsEndpointV1Responses,
			CompletionWindow: openai.BatchNewParamsCompletionWindow24h,
			Metadata:         map[string]string{"from": "openai-go"},
		})
		require.NoError(t, err)
		assert.Equal(t, openai.BatchStatusValidating, batch.Status)
		return batch.ID
	}
	follow := func(id string, end openai.BatchStatus) *openai.Batch {
		for {
			batch, err := client.Batches.Get(ctx, id)
			require.NoError(t, err)
			if batch.Status == end {
				return batch
			}
			require.NotContains(t, []openai.BatchStatus{openai.BatchStatusCompleted, openai.BatchStatusFailed, openai.BatchStatusCancelled}, batch.Status)
		}
	}
	cancelled := create()
	batch, err := client.Batches.Cancel(ctx, cancelled)
	require.NoError(t, err)
	assert.Equal(t, openai.BatchStatusCancelling, batch.Status)
	follow(cancelled, openai.BatchStatusCancelled)

	completed := follow(create(), openai.BatchStatusCompleted)
	content, err := client.Files.Content(ctx, completed.OutputFileID)
	require.NoError(t, err)
	defer content.Body.Close()
	var result struct {
		CustomID string `json:"custom_id"`
	}
	require.NoError(t, json.NewDecoder(content.Body).Decode(&result))
	assert.Equal(t, "1", result.CustomID)

	_, err = client.Batches.Cancel(ctx, completed.ID)
	var refused *openai.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusConflict, refused.StatusCode)

	seen := 0
	pages := client.Batches.ListAutoPaging(ctx, openai.BatchListParams{Limit: openai.Int(1)})
	for pages.Next() {
		seen++
	}
	require.NoError(t, pages.Err())
	assert.Equal(t, 2, seen)

	live, recorded := stop()
	sameAsRecorded(t, live, recorded)
}

// TestOpenAINode does the same with the client for Node, if Node is installed.
func TestOpenAINode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("node/node_modules/openai"); err != nil {
		t.Skip("the openai package is not installed; run: npm ci --prefix contracttest/internal/openaitest/node")
	}
	base, stop := serve(t, 600)
	cmd := exec.Command(node, "node/batch.mjs")
	cmd.Env = append(os.Environ(), "OPENAI_BASE_URL="+base, "OPENAI_API_KEY="+secret)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "cancelled completed 409 2\n", string(out))
	live, recorded := stop()
	sameAsRecorded(t, live, recorded)
}
