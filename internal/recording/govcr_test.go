package recording

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

// TestCassetteOfGoVCR records with go-vcr itself.
func TestCassetteOfGoVCR(t *testing.T) {
	bodies := []string{
		`{"id":"batch_1","object":"batch"}`,
		"{\n  \"id\": \"batch_2\",\n  \"quoted\": \"it's \\\"so\\\"\"\n}\n",
		"",
		"\xff\xfe binary",
		string(pack(t, "gzip", []byte(`{"id":"batch_5"}`))),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var n int
		_, err := fmt.Sscanf(req.URL.Path, "/v1/batches/%d", &n)
		assert.NoError(t, err)
		if n == 4 {
			w.Header().Set("Content-Encoding", "gzip")
		}
		_, err = io.WriteString(w, bodies[n])
		assert.NoError(t, err)
	}))
	defer server.Close()

	path := filepath.Join(t.TempDir(), "cassette")
	rec, err := recorder.New(path, recorder.WithMode(recorder.ModeRecordOnly))
	require.NoError(t, err)
	for n := range bodies {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/v1/batches/%d?key=secret1", server.URL, n), nil)
		require.NoError(t, err)
		req.Header.Set("Accept-Encoding", "gzip") // so that the transport leaves gzip alone
		resp, err := rec.GetDefaultClient().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	require.NoError(t, rec.Stop())

	text, err := os.ReadFile(path + ".yaml")
	require.NoError(t, err)
	list := readFile(t, path+".yaml")
	require.Len(t, list, len(bodies))
	bodies[4] = `{"id":"batch_5"}`
	for n, x := range list {
		assert.Equal(t, http.MethodGet, x.Request.Method)
		assert.Equal(t, fmt.Sprintf("%s/v1/batches/%d?key=secret1", server.URL, n), x.Request.URL)
		assert.Equal(t, http.StatusOK, x.Response.Status)
		assert.Equal(t, bodies[n], string(x.Response.Body.Bytes))
		assert.Empty(t, x.Defects)
		assert.Equal(t, []string{"secret1"}, x.Secrets)
		assert.False(t, x.Time.IsZero())
		assertStart(t, text, x.Place)
		assert.Equal(t, n < 2, assertLocates(t, text, x.Response.Body) && n != 2)
	}
}
