package proxy

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/live"
)

// TestBodiesInFlight checks that what the proxy keeps of responses that pass at
// the same time is bounded, and that the clients of those for which there is no
// room notice nothing.
func TestBodiesInFlight(t *testing.T) {
	const clients, half, room = 8, 300 << 10, 2 << 20
	part := strings.Repeat("x", half)
	var halfway sync.WaitGroup
	halfway.Add(clients)
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, part)
		http.NewResponseController(w).Flush()
		halfway.Wait() // until each client has a half
		_, _ = io.WriteString(w, part)
	}))
	r.room = live.NewRoom(room)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			resp, err := http.Get(r.url)
			if !assert.NoError(t, err) {
				return
			}
			defer resp.Body.Close()
			first := make([]byte, half)
			_, err = io.ReadFull(resp.Body, first)
			assert.NoError(t, err)
			halfway.Done()
			rest, err := io.ReadAll(resp.Body)
			assert.NoError(t, err)
			assert.Equal(t, part+part, string(first)+string(rest))
		})
	}
	all.Wait()
	r.finish()
	require.Len(t, r.entries, clients)
	kept := 0
	for _, e := range r.entries {
		switch body := e.Exchange.Response.Body; body.Missing {
		case "":
			kept++
			assert.Equal(t, part+part, string(body.Bytes))
		default:
			assert.Equal(t, "a body for which there was no room, since too much passed at the same time", body.Missing)
		}
	}
	assert.Positive(t, kept)
	assert.LessOrEqual(t, kept*2*half, room)
}
