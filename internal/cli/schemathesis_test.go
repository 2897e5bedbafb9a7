package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/mock"
)

// creatable is an overlay with which generated requests create batches.
const creatable = `overlay: 1.0.0
info: {title: what the mock accepts, version: "1"}
actions:
  - target: $.components.schemas.BatchCreateRequest.properties
    update:
      input_file_id: {enum: [%s]}
      endpoint: {enum: [/v1/responses, /v1/embeddings]}
      completion_window: {enum: [24h]}
`

// upload uploads a file of requests, and returns its id.
func upload(t *testing.T, url string) string {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "in.jsonl")
	require.NoError(t, err)
	_, err = io.WriteString(part, `{"custom_id":"1","method":"POST","url":"/v1/responses","body":{"model":"m"}}`)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	req, err := http.NewRequest(http.MethodPost, url, &form)
	require.NoError(t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer any")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	var file struct{ ID string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&file))
	return file.ID
}

// TestSchemathesis checks that Schemathesis, which sends requests as the
// description allows and forbids them, finds nothing wrong with the mock.
//
// Two of its checks do not fit. The description names no error of most
// operations, so that each is a status_code_conformance; and a valid request
// can be about a file or a batch that does not exist, which
// positive_data_acceptance does not know.
func TestSchemathesis(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("schemathesis")
	if err != nil {
		t.Skip("there is no schemathesis here; pip install schemathesis")
	}
	server, err := mock.New(mock.Options{})
	require.NoError(t, err)
	srv := httptest.NewServer(server)
	defer srv.Close()
	dir := t.TempDir()
	overlay := filepath.Join(dir, "overlay.yaml")
	require.NoError(t, os.WriteFile(overlay, []byte(fmt.Sprintf(creatable, upload(t, srv.URL+"/v1/files"))), 0o600))
	description, err := os.Create(filepath.Join(dir, "api.yaml"))
	require.NoError(t, err)
	status := Run(t.Context(), []string{"spec", "--config", "", "--overlay", "observed", "--overlay", overlay}, nil, description, io.Discard, func(string) string { return "" })
	require.Equal(t, statusOK, status)
	require.NoError(t, description.Close())

	cmd := exec.Command(program, "run", description.Name(), "--url", srv.URL+"/v1", "--header", "Authorization: Bearer any",
		"--exclude-checks", "status_code_conformance,positive_data_acceptance", "--continue-on-failure", "--max-examples", "20", "--seed", "1", "--no-color")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}
