package contracttest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/mock"
)

// useBatches uses a mock as a client does: it follows a batch to its end, and
// cancels one before the work begins, one during it, and one too late.
func useBatches(t *testing.T, client *http.Client, url string, wait func(time.Duration)) {
	call := func(method, path, contentType string, body io.Reader) map[string]any {
		req, err := http.NewRequest(method, url+path, body)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer test-credential")
		req.Header.Set("Content-Type", contentType)
		resp, err := client.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		var answer map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&answer) // some faults break it
		return answer
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "in.jsonl")
	require.NoError(t, err)
	_, _ = io.WriteString(part, `{"custom_id":"1","method":"POST","url":"/v1/responses","body":{"model":"m"}}`)
	require.NoError(t, w.Close())
	file := call("POST", "/v1/files", w.FormDataContentType(), &form)["id"].(string)
	// The ids follow from the order in which things are made.
	for _, cancelAfter := range []time.Duration{0, 20 * time.Second, 2 * time.Minute} {
		call("POST", "/v1/batches", "application/json", strings.NewReader(`{"input_file_id":"`+file+`","endpoint":"/v1/responses","completion_window":"24h"}`))
		id := "batch_0000000000000000000000000000000" + map[time.Duration]string{0: "2", 20 * time.Second: "3", 2 * time.Minute: "4"}[cancelAfter]
		for range cancelAfter / (4 * time.Second) {
			wait(4 * time.Second)
			call("GET", "/v1/batches/"+id, "", nil)
		}
		call("POST", "/v1/batches/"+id+"/cancel", "", nil)
		for range 3 {
			wait(5 * time.Minute)
			call("GET", "/v1/batches/"+id, "", nil)
		}
		call("GET", "/v1/batches?limit=2", "", nil)
	}
}

// TestFaultsOfTheMock checks that each fault of the mock fails a test, by the
// rule that it is for, and that a mock without faults does not.
func TestFaultsOfTheMock(t *testing.T) {
	run := func(t *testing.T, faults ...string) *watched {
		now := time.Date(2025, 11, 3, 9, 0, 0, 0, time.UTC)
		server, err := mock.New(mock.Options{Now: func() time.Time { return now }, Faults: faults})
		require.NoError(t, err)
		srv := httptest.NewServer(server)
		defer srv.Close()
		return watch(t, func(tb testing.TB) {
			useBatches(t, Client(tb, WithFailOn(Info), WithRule("drift-null", Off), WithRule("time-bound", Off)), srv.URL, func(d time.Duration) { now = now.Add(d) })
		})
	}
	good := run(t)
	require.Len(t, good.errors, 1, "the 409 is not described")
	assert.Contains(t, good.errors[0], "http-status")
	for _, fault := range mock.Faults() {
		t.Run(fault.Name, func(t *testing.T) {
			errors := run(t, fault.Name).errors
			assert.Contains(t, strings.Join(errors, "\n"), "plumb: "+fault.Rule)
			if fault.Rule == "http-status" {
				assert.Contains(t, strings.Join(errors, "\n"), map[string]string{"created-201": "201", "cancel-of-finished-fails": "500"}[fault.Name])
			}
		})
	}
}
