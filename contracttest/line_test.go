package contracttest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// here returns the line of this file that is the given number of lines after
// the call.
func here(after int) string {
	_, _, line, _ := runtime.Caller(1)
	return "requested: line_test.go:" + strconv.Itoa(line+after)
}

// TestFailureNamesTheLineOfTheTest checks that a failure says which line of the
// test made the request, even through net/http.
func TestFailureNamesTheLineOfTheTest(t *testing.T) {
	url := answering(t, "application/json", paused) + "/v1/batches/batch_1"
	text := answering(t, "text/html", paused) + "/v1/batches/batch_1" // checked once it has been read
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, paused)
	})
	var line string
	for name, test := range map[string]func(testing.TB){
		"a client": func(t testing.TB) {
			line = here(1)
			resp, err := Client(t).Get(url)
			require.NoError(t, err)
			resp.Body.Close()
		},
		"a body of unknown length": func(t testing.TB) {
			line = here(1)
			resp, err := Client(t).Get(text)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		},
		"a handler": func(t testing.TB) {
			h := Handler(t, handler)
			line = here(1)
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/batches/batch_1", nil))
		},
	} {
		w := watch(t, test)
		require.NotEmpty(t, w.errors, name)
		for _, failure := range w.errors {
			assert.Contains(t, failure, line, name)
		}
	}

	// The goroutine of a server does not show which test made the request.
	w := watch(t, func(t testing.TB) {
		srv := httptest.NewServer(Handler(t, handler))
		defer srv.Close()
		get(t, http.DefaultClient, srv.URL+"/v1/batches/batch_1")
	})
	require.Len(t, w.errors, 1)
	assert.NotContains(t, w.errors[0], "requested:")
}
