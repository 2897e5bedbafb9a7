package probe

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// TestRequestsSayWhatTheyExpect checks that each request has a header with the
// statuses that its step expects.
func TestRequestsSayWhatTheyExpect(t *testing.T) {
	for criteria, want := range map[string]string{
		"":                                "",
		"- condition: $statusCode == 404": "404",
		"- condition: $statusCode >= 400": "400-599",
		"- {context: $statusCode, condition: '^(200|409)$', type: regex}":                                            "200, 409",
		"- {context: $statusCode, condition: '^(200|4..)$', type: regex}\n          - condition: $statusCode != 409": "200, 400-408, 410-499",
		"- condition: $statusCode == 200\n          - condition: $response.body#/a == 1":                             "200",
		"- condition: $response.body#/a == 1":                                                                        "",
		"- condition: $statusCode == 700":                                                                            "",
	} {
		var got []string
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = append(got, r.Header.Get("Plumb-Expected-Status"))
		}))
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "api.yaml"), []byte("openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {}}}}\n"), 0o600))
		if criteria != "" {
			criteria = "        successCriteria:\n          " + criteria + "\n"
		}
		file := filepath.Join(dir, "scenario.yaml")
		require.NoError(t, os.WriteFile(file, []byte(strings.Join([]string{
			"arazzo: 1.0.1", "info: {title: a, version: '1'}", "sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]",
			"workflows:", "  - workflowId: w", "    steps:", "      - stepId: s", "        operationId: a", criteria,
		}, "\n")), 0o600))
		doc, err := Load(file, nil)
		require.NoError(t, err, criteria)
		p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, MaxRequests: 9, Timeout: time.Minute, Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
		_ = p.Run(t.Context(), &doc.Scenarios[0]) // it may not be met
		srv.Close()
		assert.Equal(t, []string{want}, slices.Compact(got), criteria)
	}
}
