package har_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/har"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/validator"
)

// A HAR has the start of an exchange and how long it took, in milliseconds with
// a fraction; the time of the response that is read from it is the one written.
// One duration of eighty has no exact fraction, so many are tried.
func TestTimeIsKept(t *testing.T) {
	start := time.Date(2025, time.March, 14, 15, 52, 49, 999_999_000, time.UTC)
	file := filepath.Join(t.TempDir(), "session.har")
	w, err := har.Create(file, "test")
	require.NoError(t, err)
	var want []time.Time
	for n := range 2000 {
		took := time.Duration(n) * 7919 * time.Nanosecond
		want = append(want, start.Add(took))
		require.NoError(t, w.Add(har.Entry{Took: took, Exchange: &validator.Exchange{
			Time:     start.Add(took),
			Request:  validator.Request{Method: http.MethodGet, URL: "http://127.0.0.1/v1/batches/batch_1"},
			Response: validator.Response{Status: http.StatusOK, Header: http.Header{}, Body: validator.Body{Bytes: []byte("{}")}},
		}}))
	}
	require.NoError(t, w.Close())

	in, err := os.Open(file)
	require.NoError(t, err)
	defer in.Close()
	read := 0
	for x, err := range recording.Read(t.Context(), file, in, recording.DefaultLimits) {
		require.NoError(t, err)
		require.Equal(t, want[read], x.Time.UTC(), "entry %d", read)
		read++
	}
	assert.Len(t, want, read)
}
