package cli

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/hostiletest"
)

// What net/http logs by itself is printed as a message of ours, on one line.
func TestLogIsSaid(t *testing.T) {
	var said shared
	before := log.Writer()
	undo := (&app{err: &said}).takeLog()
	log.Print("one\r\n::error::two\x1b[1m")
	assert.Equal(t, "plumb: one ::error::two\\x1b[1m\n", said.String())

	server := httptest.NewServer(http.HandlerFunc(hostiletest.SendMore))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{}}
	resp, err := client.Get(server.URL)
	require.NoError(t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	assert.Eventually(t, func() bool { return strings.Contains(said.String(), "plumb: Unsolicited response") }, time.Minute, time.Millisecond)
	undo()
	assert.Equal(t, before, log.Writer())
}
