package recording_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// TestTimeIsKept checks that the time of a response is read as it was written.
// A HAR has the start of an exchange and its duration, in milliseconds with a
// fraction. About one duration in eighty has no exact fraction, so the test
// tries many.
func TestTimeIsKept(t *testing.T) {
	start := time.Date(2025, time.March, 14, 15, 52, 49, 999_999_000, time.UTC)
	file := filepath.Join(t.TempDir(), "session.har")
	w, err := recording.CreateHAR(file, "test")
	require.NoError(t, err)
	var want []time.Time
	for n := range 2000 {
		took := time.Duration(n) * 7919 * time.Nanosecond
		want = append(want, start.Add(took))
		require.NoError(t, w.Add(recording.HAREntry{Started: start, Took: took, Exchange: &plumb.Exchange{
			Request:  plumb.Request{Method: http.MethodGet, URL: "http://127.0.0.1/v1/batches/batch_1"},
			Response: plumb.Response{Status: http.StatusOK, Header: http.Header{}, Body: plumb.Body{Bytes: []byte("{}")}},
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

func entry(n int) recording.HAREntry {
	return recording.HAREntry{
		RequestHeader: http.Header{"X-Empty": {""}, "Accept": {"a", "b"}},
		Started:       time.Unix(1741967569, 0),
		Took:          1500 * time.Millisecond,
		Proto:         "HTTP/1.1",
		Reason:        "Fine",
		Exchange: &plumb.Exchange{
			Request: plumb.Request{Method: http.MethodGet, URL: fmt.Sprintf("http://127.0.0.1/v1/%d?b=%%zz&a=1;c=2&&d&e=%%2B", n)},
			Response: plumb.Response{
				Status: http.StatusOK,
				Header: http.Header{"X-Empty": {""}},
				Body:   plumb.Body{Bytes: []byte(`{"id": "]}}"}`)},
			},
		},
	}
}

// exchanges returns the URLs that a reader finds in a file, and the rules of
// the defects.
func exchanges(t *testing.T, file string, text []byte) (urls, defects []string) {
	t.Helper()
	for x, err := range recording.Read(t.Context(), file, bytes.NewReader(text), recording.DefaultLimits) {
		require.NoError(t, err)
		if x.Request.URL != "" {
			urls = append(urls, x.Request.URL)
		}
		for _, d := range x.Defects {
			defects = append(defects, d.Rule)
		}
	}
	return urls, defects
}

// TestIncompleteRecordingIsValid checks that an incomplete recording is valid
// after each exchange, and that one cut off within the last exchange, as by
// kill -9, contains those before it.
func TestIncompleteRecordingIsValid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.har")
	require.NoError(t, os.WriteFile(file, []byte("of before"), 0o600))
	w, err := recording.CreateHAR(file, "test")
	require.NoError(t, err)
	var urls []string
	before := 0
	for n := range 4 {
		text, err := os.ReadFile(file + recording.Part)
		require.NoError(t, err)
		require.True(t, json.Valid(text), "%s", text)
		found, defects := exchanges(t, file, text)
		assert.Equal(t, urls, found)
		assert.Empty(t, defects)
		for cut := before; cut > 0 && cut < len(text); cut++ {
			found, _ := exchanges(t, file, text[:cut])
			if len(found) < n { // the last may be complete, with only brackets cut off
				require.ElementsMatch(t, urls[:n-1], found, "cut at %d", cut)
			}
		}
		before = len(text) - len("\n]}}\n")
		urls = append(urls, entry(n).Exchange.Request.URL)
		require.NoError(t, w.Add(entry(n)))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "of before", string(kept), "until the recording is complete")
	require.NoError(t, w.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	found, defects := exchanges(t, file, text)
	assert.Equal(t, urls, found)
	assert.Empty(t, defects)
	assert.NoFileExists(t, file+recording.Part)
}

// TestIncompleteRecordingIsKept checks that what a killed run has left is not
// overwritten.
func TestIncompleteRecordingIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.har")
	require.NoError(t, os.WriteFile(file+recording.Part, []byte("left"), 0o600))
	_, err := recording.CreateHAR(file, "test")
	assert.ErrorContains(t, err, file+".part already exists")
	text, err := os.ReadFile(file + recording.Part)
	require.NoError(t, err)
	assert.Equal(t, "left", string(text))

	_, err = recording.CreateHAR(filepath.Join(t.TempDir(), "nowhere", "session.har"), "test")
	assert.ErrorContains(t, err, "cannot be written")
}

// TestFields checks that each header, cookie and parameter has a name and a
// value, as in HAR 1.2, and is written as it was sent.
func TestFields(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.har")
	w, err := recording.CreateHAR(file, "test")
	require.NoError(t, err)
	require.NoError(t, w.Add(entry(1)))
	require.NoError(t, w.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	type pairs []map[string]string
	var got struct {
		Log struct {
			Creator map[string]string
			Entries []struct {
				StartedDateTime string
				Time            float64
				Request         struct {
					URL                  string
					Headers, QueryString pairs
				}
				Response struct {
					StatusText, HTTPVersion string
					Headers                 pairs
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Equal(t, map[string]string{"name": "plumb", "version": "test"}, got.Log.Creator)
	require.Len(t, got.Log.Entries, 1)
	e := got.Log.Entries[0]
	assert.Equal(t, "2025-03-14T15:52:49.000000000Z", e.StartedDateTime)
	assert.Equal(t, 1500.0, e.Time)
	assert.Equal(t, "Fine", e.Response.StatusText)
	assert.Equal(t, "HTTP/1.1", e.Response.HTTPVersion)
	assert.Equal(t, pairs{{"name": "X-Empty", "value": ""}}, e.Response.Headers)
	assert.Equal(t, pairs{{"name": "Accept", "value": "a"}, {"name": "Accept", "value": "b"}, {"name": "X-Empty", "value": ""}}, e.Request.Headers)
	assert.Equal(t, "http://127.0.0.1/v1/1?b=%zz&a=1;c=2&&d&e=%2B", e.Request.URL)
	assert.Equal(t, pairs{{"name": "b", "value": "%zz"}, {"name": "a", "value": "1;c=2"}, {"name": "d", "value": ""}, {"name": "e", "value": "+"}}, e.Request.QueryString)
}

// written writes a recording with one exchange, changes its text, and returns
// the exchange that is read from it.
func written(t *testing.T, x *plumb.Exchange, lim recording.Limits, change ...string) *plumb.Exchange {
	t.Helper()
	file := filepath.Join(t.TempDir(), "session.har")
	w, err := recording.CreateHAR(file, "test")
	require.NoError(t, err)
	require.NoError(t, w.Add(recording.HAREntry{Exchange: x, Target: "http://127.0.0.1/v1"}))
	require.NoError(t, w.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	in := strings.NewReplacer(change...).Replace(string(text))
	var found []*plumb.Exchange
	for x, err := range recording.Read(t.Context(), file, strings.NewReader(in), lim) {
		require.NoError(t, err)
		found = append(found, x)
	}
	require.Len(t, found, 1)
	return found[0]
}

// TestBodyIsKept checks that a body is read as it was checked, whatever it is
// and whatever its headers say, and that a body within the limit of bodies is
// also within the limit of entries.
func TestBodyIsKept(t *testing.T) {
	for _, body := range []string{
		"", "{}", "\x00\xff", "\x1f\x8b\x08 plain", `["1f8b08"]`, "a\u2028<&>\x01\ufffd", "[\"\xff\"]",
		strings.Repeat("\x01", int(recording.DefaultLimits.Body)), strings.Repeat("\xff", int(recording.DefaultLimits.Body)),
	} {
		x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "http://127.0.0.1/v1/batches"}}
		x.Response = plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(body)},
			Header: http.Header{"Content-Encoding": {"gzip"}, "Content-Length": {"123"}}}
		got := written(t, x, recording.DefaultLimits)
		assert.Equal(t, "http://127.0.0.1/v1", got.Request.Target)
		assert.Empty(t, got.Defects)
		assert.Empty(t, got.Response.Body.Missing)
		assert.True(t, body == string(got.Response.Body.Bytes), "%.40q", body)
	}

	x := &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`{"a":"\u0001"}`)}}}
	assert.Equal(t, "found", string(written(t, x, recording.DefaultLimits, `{\"a\":\"\\u0001\"}`, "found").Response.Body.Bytes), "text is for people to read")
}

// TestBodyThatWasChanged checks that what somebody changed in a recording
// counts as a fault of the recording.
func TestBodyThatWasChanged(t *testing.T) {
	x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "http://127.0.0.1/v1/batches"}}
	x.Response = plumb.Response{Status: 200, Header: http.Header{}, Body: plumb.Body{Bytes: []byte("\"\xff\"")}}
	lower := recording.DefaultLimits
	lower.Body = 2
	for name, tc := range map[string]struct {
		lim    recording.Limits
		change []string
		defect string
	}{
		"a lower limit": {lower, nil, "capture-limit"},
		"no text":       {recording.DefaultLimits, []string{`"text":"Iv8i"`, `"text":7`}, "capture-unreadable"},
		"not base64":    {recording.DefaultLimits, []string{"Iv8i", "!"}, "capture-unreadable"},
		"no body":       {recording.DefaultLimits, []string{`"text":`, `"note":`}, ""},
	} {
		got := written(t, x, tc.lim, tc.change...)
		assert.NotEmpty(t, got.Response.Body.Missing, name)
		if tc.defect == "" {
			assert.Empty(t, got.Defects, name)
			continue
		}
		require.Len(t, got.Defects, 1, name)
		assert.Equal(t, tc.defect, got.Defects[0].Rule, name)
		assert.NotZero(t, got.Defects[0].Place.Line, name)
	}
}

// BenchmarkAdd shows that adding an exchange does not take longer after many
// others.
func BenchmarkAdd(b *testing.B) {
	for _, before := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("after=%d", before), func(b *testing.B) {
			w, err := recording.CreateHAR(filepath.Join(b.TempDir(), "session.har"), "test")
			require.NoError(b, err)
			for n := range before {
				require.NoError(b, w.Add(entry(n)))
			}
			for b.Loop() {
				require.NoError(b, w.Add(entry(1)))
			}
		})
	}
}

// TestEntryWithoutStart checks that an entry whose start is not a time has none,
// however long it took.
func TestEntryWithoutStart(t *testing.T) {
	for _, start := range []string{`"startedDateTime": "", `, `"startedDateTime": "soon", `, ``} {
		in := `{"log": {"version": "1.2", "entries": [{` + start + `"time": 100, "request": {"method": "GET", "url": "https://a.example/x", "headers": []}, "response": {"status": 200, "headers": [], "content": {"size": 2, "mimeType": "application/json", "text": "{}"}}}]}}`
		for x, err := range recording.Read(t.Context(), "a.har", strings.NewReader(in), recording.DefaultLimits) {
			require.NoError(t, err)
			assert.True(t, x.Time.IsZero(), "%s: %v", start, x.Time)
		}
	}
}

// TestEntryTook checks that an exchange lasts as long as its entry says.
func TestEntryTook(t *testing.T) {
	in := `{"log": {"version": "1.2", "entries": [{"startedDateTime": "2025-03-14T09:00:00Z", "time": 180000, "request": {"method": "GET", "url": "https://a.example/x", "headers": []}, "response": {"status": 200, "headers": [], "content": {"size": 2, "mimeType": "application/json", "text": "{}"}}}]}}`
	for x, err := range recording.Read(t.Context(), "a.har", strings.NewReader(in), recording.DefaultLimits) {
		require.NoError(t, err)
		assert.Equal(t, 3*time.Minute, x.Took)
		assert.Equal(t, time.Date(2025, 3, 14, 9, 3, 0, 0, time.UTC), x.Time.UTC())
	}
}
