package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Text from outside cannot begin a line on standard error, where GitHub could
// take it for a command; it has no control characters and no credentials.
func TestSay(t *testing.T) {
	const outside = "a.har\n::error::all is lost\r\n::set-output name=x::y\x1b[31m token=hunter2-hunter2"
	for name, say := range map[string]func(a *app){
		"a text":              func(a *app) { a.say("%s is skipped", outside) },
		"bytes":               func(a *app) { a.say("%s", []byte(outside)) },
		"an error":            func(a *app) { a.say("%v", errors.New(outside)) },
		"a wrapped error":     func(a *app) { a.fail(fmt.Errorf("x: %w", errors.New(outside))) },
		"joined errors":       func(a *app) { a.fail(errors.Join(errors.New(outside), errors.New(outside))) },
		"joined in an error":  func(a *app) { a.fail(fmt.Errorf("--har: %w", errors.Join(errors.New(outside), errors.New("y")))) },
		"one that is a value": func(a *app) { a.say("%d of %s", 2, outside) },
	} {
		var messages bytes.Buffer
		say(&app{err: &messages})
		require.NotEmpty(t, messages.String(), name)
		for line := range strings.SplitSeq(strings.TrimSuffix(messages.String(), "\n"), "\n") {
			assert.True(t, strings.HasPrefix(line, "plumb: "), "%s: %q", name, line)
		}
		assert.NotContains(t, messages.String(), "\r", name)
		assert.NotContains(t, messages.String(), "\x1b", name)
		assert.NotContains(t, messages.String(), "hunter2", name)
	}
}

// Names of files, and what they contain, are printed without line breaks by
// each command.
func TestCommandsSayOutsideTextOnOneLine(t *testing.T) {
	const name = "x\n::error::file"
	for _, args := range [][]string{
		{"check", name}, {"check", "--spec", name, "a"}, {"check", "--config", name}, {"check", "--baseline", name, "."}, {"check", "--schema", name, "."},
		{"check", "--format", name}, {"check", "--rule", name}, {"check", "--" + name}, {"check", "--overlay", name, "."},
		{"drift", name}, {"drift", "--suggest", name + "/a", "."}, {"diff", name, name}, {"report", name}, {"baseline", "list", "--baseline", name},
		{"probe", "--base-url", name}, {"probe", "--base-url", "http://127.0.0.1:1", "--scenario", name}, {"proxy", "--target", name}, {"mock", "--fault", name},
		{"spec", "--spec", name}, {"explain", name}, {name},
	} {
		_, _, messages := command(t, t.TempDir(), args...)
		require.NotEmpty(t, messages, args)
		for line := range strings.SplitSeq(strings.TrimSuffix(messages, "\n"), "\n") {
			assert.True(t, strings.HasPrefix(line, "plumb: "), "%q: %q", args, line)
		}
	}
}

// The report counts the masked values in the bodies that were checked.
func TestMaskedValuesAreCounted(t *testing.T) {
	const body = `{"id":"batch_1","object":"batch","endpoint":"[redacted]","input_file_id":"[redacted]","completion_window":"24h","status":"validating","created_at":1741967569}`
	var out, messages bytes.Buffer
	Run(t.Context(), []string{"check", "--config", "", "--format", "json", "-"}, strings.NewReader(body+"\n"+body), &out, &messages, func(string) string { return "" })
	assert.Contains(t, out.String(), `"masked": 4`, messages.String())
}
