package format

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/textfmt"
)

// command is a workflow command as GitHub reads it.
type command struct {
	name       string
	properties map[string]string
	message    string
}

func parseCommands(t require.TestingT, text string) []command {
	data := strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n")
	property := strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",")
	var all []command
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "::") {
			continue
		}
		head, message, ok := strings.Cut(line[2:], "::")
		require.True(t, ok, line)
		name, list, _ := strings.Cut(head, " ")
		c := command{name: name, properties: map[string]string{}, message: data.Replace(message)}
		for _, p := range strings.Split(list, ",") {
			key, value, ok := strings.Cut(p, "=")
			require.True(t, ok, "%s in %s", p, line)
			c.properties[key] = property.Replace(value)
		}
		all = append(all, c)
	}
	return all
}

// GitHub reads back from the commands what went in, and no text of a recording
// is a command.
func TestGitHubCommandsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := nastyReport(t)
		commands := parseCommands(t, render(t, "github", r, View{}))
		require.Len(t, commands, len(r.Findings))
		for i, c := range commands {
			f := r.Findings[i]
			o := f.Occurrences[0]
			assert.Equal(t, map[string]string{"error": "error", "warning": "warning", "info": "notice"}[f.Severity], c.name)
			assert.Equal(t, "plumb schema-enum", c.properties["title"])
			if o.File == "-" {
				continue
			}
			assert.Equal(t, textfmt.Printable(o.File), c.properties["file"])
			if o.Line != 0 {
				assert.Equal(t, strconv.Itoa(o.Line), c.properties["line"])
			}
			if o.Column != 0 {
				assert.Equal(t, strconv.Itoa(o.Column), c.properties["col"])
			}
			assert.Contains(t, c.message, headline(&f))
			if o.Found != "" {
				assert.Contains(t, c.message, "found: "+textfmt.Printable(o.Found))
			}
		}
	})
}

func TestGitHubOutputs(t *testing.T) {
	r := build(2, enumFinding(), nullFinding())
	assert.Equal(t, "exchanges=2\nchecked=2\nskipped=0\nerrors=1\nwarnings=1\ninfos=0\nsuppressed=0\noccurrences=2\n", Outputs(r))
}
