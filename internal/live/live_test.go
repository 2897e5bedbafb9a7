package live

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

func response(contentType string, length int64, body io.Reader) *http.Response {
	return &http.Response{
		StatusCode:    200,
		Header:        http.Header{"Content-Type": {contentType}},
		ContentLength: length,
		Body:          io.NopCloser(body),
	}
}

func request(t require.TestingT) *http.Request {
	req, err := http.NewRequest("get", "https://host/v1/batches?api-key=secret-key", nil)
	require.NoError(t, err)
	return req
}

func TestNew(t *testing.T) {
	req := request(t)
	req.Header.Set("Authorization", "Bearer secret-token")
	before := time.Now()
	x := New(req, 200, http.Header{"Date": {"Fri, 14 Mar 2025 15:52:50 GMT"}})
	assert.Equal(t, "GET", x.Request.Method)
	assert.False(t, x.Time.Before(before), "the time is not that of the Date header")
	assert.Equal(t, []string{"Bearer secret-token", "secret-key", "secret-token"}, x.Secrets)
}

func TestEnds(t *testing.T) {
	lim := recording.Limits{Body: 100}
	for _, tc := range []struct {
		contentType string
		length      int64
		want        bool
	}{
		{"application/json", -1, true},
		{"application/problem+json; charset=utf-8", -1, true},
		{"text/html", 0, true},
		{"", 0, true},
		{"text/html", 100, true},
		{"text/html", 101, false},
		{"text/html", -1, false},
		{"", -1, false},
		{"text/event-stream", 10, false},
		{"application/x-ndjson", -1, false},
		{"application/octet-stream", -1, false},
	} {
		assert.Equal(t, tc.want, Ends(response(tc.contentType, tc.length, nil), lim), "%s %d", tc.contentType, tc.length)
	}
}

// TestBodiesPassUnchanged checks, for any body, limit and way of reading, that
// the reader gets what was sent, and that the exchange has the whole body or
// says why not.
func TestBodiesPassUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.String().Draw(t, "body")
		lim := recording.Limits{Body: rapid.Int64Range(1, 20).Draw(t, "limit"), Ratio: 1000}
		broken := rapid.Bool().Draw(t, "broken")
		ahead := rapid.Bool().Draw(t, "ahead")
		failure := errors.New("connection reset")
		var sent io.Reader = strings.NewReader(body)
		if broken {
			sent = io.MultiReader(sent, iotest.ErrReader(failure))
		}
		if rapid.Bool().Draw(t, "slowly") {
			sent = iotest.OneByteReader(sent)
		}
		resp := response("text/plain", -1, sent)
		var seen []*plumb.Exchange
		if ahead {
			x, _ := Read(request(t), resp, lim)
			seen = append(seen, x)
		} else {
			Follow(request(t), resp, lim, nil, func(x *plumb.Exchange) { seen = append(seen, x) })
		}
		got, err := io.ReadAll(resp.Body)
		require.Equal(t, body, string(got))
		require.Equal(t, broken, errors.Is(err, failure))
		require.NoError(t, resp.Body.Close())
		require.Len(t, seen, 1)
		switch b := seen[0].Response.Body; {
		case int64(len(body)) > lim.Body:
			require.Equal(t, tooLarge, b.Missing)
		case broken:
			require.Equal(t, BrokenOff, b.Missing)
		default:
			require.Empty(t, b.Missing)
			require.Equal(t, body, string(b.Bytes))
		}
	})
}

func TestUnreadBody(t *testing.T) {
	resp := response("text/plain", -1, strings.NewReader("long"))
	var seen []*plumb.Exchange
	Follow(request(t), resp, recording.DefaultLimits, nil, func(x *plumb.Exchange) { seen = append(seen, x) })
	_, err := io.ReadFull(resp.Body, make([]byte, 2))
	require.NoError(t, err)
	assert.Empty(t, seen)
	require.NoError(t, resp.Body.Close())
	require.NoError(t, resp.Body.Close())
	require.Len(t, seen, 1)
	assert.Equal(t, unread, seen[0].Response.Body.Missing)
}

// TestBadlyCodedBody checks that a body which is not compressed as its head
// says is a fault of the server, whether or not net/http decompresses it, and
// that a body which breaks off is not.
func TestBadlyCodedBody(t *testing.T) {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, err := io.WriteString(w, strings.Repeat("text ", 100))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	good := compressed.String()
	for name, tc := range map[string]struct {
		body   string
		length int // 0 for that of the body
		want   string
	}{
		"good":           {good, 0, ""},
		"not compressed": {`{"id":"batch_1"}`, 0, "http-content-encoding"},
		"damaged":        {good[:len(good)-5] + "12345", 0, "http-content-encoding"},
		"broken off":     {good[:10], len(good), ""},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", strconv.Itoa(max(len(tc.body), tc.length)))
			_, _ = io.WriteString(w, tc.body)
		}))
		for _, asSent := range []bool{false, true} {
			for _, ahead := range []bool{false, true} {
				client := &http.Transport{DisableCompression: asSent, DisableKeepAlives: true}
				req, err := http.NewRequest(http.MethodGet, server.URL, nil)
				require.NoError(t, err)
				resp, err := client.RoundTrip(req)
				require.NoError(t, err)
				var x *plumb.Exchange
				if ahead {
					x, _ = Read(req, resp, recording.DefaultLimits)
				} else {
					Follow(req, resp, recording.DefaultLimits, nil, func(seen *plumb.Exchange) { x = seen })
					_, _ = io.ReadAll(resp.Body)
				}
				resp.Body.Close()
				if tc.want == "" {
					assert.Empty(t, x.Defects, name)
					continue
				}
				if assert.Len(t, x.Defects, 1, name) {
					assert.Equal(t, tc.want, x.Defects[0].Rule, name)
				}
			}
		}
		server.Close()
	}
}
