package cli

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Each command that takes the URL of a server refuses what cannot be one.
func TestServerURLs(t *testing.T) {
	t.Chdir(t.TempDir())
	for url, want := range map[string]string{
		"ftp://h":        "is not the URL of a server",
		"localhost:8080": "is not the URL of a server",
		"http://":        "names no host; give one after the two slashes, such as http://127.0.0.1:4010/v1",
		"http://:80":     "names no host",
		"http://h:":      "needs a port from 1 to 65535 after the colon, or no colon",
		"http://h:0":     "needs a port from 1 to 65535",
		"http://h:99999": "needs a port from 1 to 65535",
		"http://h:http":  `is not a URL: invalid port ":http" after host; give one such as`,
		"http://a b/":    "is not a URL: invalid character",
	} {
		for _, args := range [][]string{
			{"check", "-", "--server"}, {"drift", "-", "--server"}, {"probe", "--base-url"}, {"proxy", "--target"},
			{"probe", "--base-url", "http://127.0.0.1:1", "--server"},
		} {
			var messages strings.Builder
			status := Run(t.Context(), append(args, url), strings.NewReader("{}"), io.Discard, &messages, func(string) string { return "" })
			assert.Equal(t, statusFailed, status, "%v %s", args, url)
			message, _ := strings.CutPrefix(messages.String(), "plumb: "+args[len(args)-1]+": \""+url+"\" ")
			assert.True(t, strings.HasPrefix(message, want), "%v %s\n%s", args, url, messages.String())
		}
	}
}
