package cli

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A mistake in plumb.yaml is told with its line and column, also where it shows only
// when a file is read.
func TestConfigurationMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("a.json", []byte(`{"id": "batch_1", "object": "batch"}`), 0o600))
	for config, want := range map[string]string{
		"report:\n  - sarif=a.sarif":     "plumb.yaml:2:3: report: expected formats with paths, such as {json: report.json}, not a list",
		"report: json":                   `plumb.yaml:1:9: report: expected formats with paths, such as {json: report.json}, not "json"`,
		"report: {json: [a]}":            `plumb.yaml:1:16: report: expected text after "json", not a list`,
		"report: {json: }":               `plumb.yaml:1:16: report: expected text after "json", not nothing`,
		"report:\n  json: nowhere/a":     "plumb.yaml:2:9: report: there is no folder nowhere to write a into; create it first",
		"report:\n  json: a.json":        "plumb.yaml:2:9: report: a.json is one of the recordings, which would be overwritten; name another file",
		"report: {json: a, text: a}":     "plumb.yaml:1:25: report: a is also the file of plumb.yaml:1:16: report, and one would overwrite the other; name two files",
		"spec: nope.yaml":                "plumb.yaml:1:7: spec: nope.yaml: there is no such file; name the main file of an OpenAPI description",
		"spec: [a.yaml]":                 "plumb.yaml:1:7: spec: expected a path, not a list",
		"spec: .":                        "plumb.yaml:1:7: spec: .: this is a folder; name the main file of the description",
		"baseline: nope.yaml":            `plumb.yaml:1:11: baseline: nope.yaml: there is no such baseline; "plumb baseline update --baseline nope.yaml" makes one`,
		"baseline: {a: b}":               "plumb.yaml:1:11: baseline: expected a path, not a mapping",
		"baseline: .":                    "plumb.yaml:1:11: baseline: .: the baseline cannot be read: this is a folder; name a file",
		"overlay: nope.yaml":             "plumb.yaml:1:10: overlay: expected a list, such as [nope.yaml], not \"nope.yaml\"",
		"overlay: [observed, nope.yaml]": "plumb.yaml:1:21: overlay: nope.yaml: the overlay cannot be read: there is no such file; name another, or one of the built-in overlays (azure, ",
		"overlay:\n  - nope":             `plumb.yaml:2:5: overlay: no overlay is named "nope"; the built-in ones are azure, `,
		"overlay: [{a: b}]":              "plumb.yaml:1:11: overlay: expected an overlay, not a mapping",
		"overlay: [.]":                   "plumb.yaml:1:11: overlay: .: the overlay cannot be read: this is a folder; name a file",
		"schema: Nope":                   `plumb.yaml:1:9: schema: "Nope" is not one of Batch, `,
		"server: [http://h:]":            `plumb.yaml:1:10: server: "http://h:" needs a port from 1 to 65535 after the colon, or no colon`,
		"server: [http://a.example, 1]":  `plumb.yaml:1:28: server: "1" is not the URL of a server`,
		"spec: https://a.example/b.yaml": "plumb.yaml:1:7: spec: https://a.example/b.yaml: ",
		"a: 1\n---\nb: 1":                "plumb.yaml:2:1: a second YAML document begins here; only one document is read: ",
		"jobs: *many":                    "plumb.yaml:1:7: not YAML: the alias *many has no anchor &many before it; add the anchor, ",
		"rules:\n  *-null: off":          "plumb.yaml:2:3: not YAML: the alias *-null has no anchor",
		"\tjobs: 1":                      "plumb.yaml:1:1: not YAML: the line is indented with a tab; indent it with spaces",
		"jobs: 1\njobs: 2":               `plumb.yaml:2:1: the key "jobs" occurs twice, first in line 1; remove one of the two`,
		"? [jobs]\n: 1":                  "plumb.yaml:1:3: a key must be text; put it in quotation marks",
	} {
		require.NoError(t, os.WriteFile("plumb.yaml", []byte(config+"\n"), 0o600))
		var messages strings.Builder
		status := Run(t.Context(), []string{"check", "a.json"}, nil, io.Discard, &messages, func(string) string { return "" })
		assert.Equal(t, statusFailed, status, config)
		assert.True(t, strings.HasPrefix(messages.String(), "plumb: "+want), "%s\n%s\n%s", config, messages.String(), want)
	}

	// So are the recordings that it names, which count where the command line has none.
	for config, want := range map[string]string{
		"recordings: [nope.har]":           "plumb.yaml:1:14: recordings: nope.har: there is no such file or folder; name a recording",
		"recordings:\n  - a.json\n  - n/*": "plumb.yaml:3:5: recordings: n/*: no file matches; ",
		"recordings: ['[a']":               "plumb.yaml:1:14: recordings: [a: this is neither a file nor a glob, since a bracket is not closed; ",
		"recordings: [/dev/null]":          "plumb.yaml:1:14: recordings: /dev/null: this is a device or a socket",
		"recordings: ['http://a.example']": "plumb.yaml:1:14: recordings: http://a.example: a recording is not fetched; ",
		"recordings: ['']":                 "plumb.yaml:1:14: recordings: the name is empty; name a file or folder",
	} {
		require.NoError(t, os.WriteFile("plumb.yaml", []byte(config+"\n"), 0o600))
		for _, command := range []string{"check", "drift"} {
			var messages strings.Builder
			status := Run(t.Context(), []string{command}, nil, io.Discard, &messages, func(string) string { return "" })
			assert.Equal(t, statusFailed, status, config)
			assert.True(t, strings.HasPrefix(messages.String(), "plumb: "+want), "%s\n%s\n%s", config, messages.String(), want)
		}
	}

	// Where a flag replaces the value, the message does not name the file.
	require.NoError(t, os.WriteFile("plumb.yaml", []byte("spec: nope.yaml\noverlay: [nope]\n"), 0o600))
	for want, flags := range map[string]string{
		"no.yaml: there is no such file":                    "--spec=no.yaml --overlay=observed",
		"--overlay: no.yaml: the overlay cannot be read: ":  "--overlay=no.yaml",
		"plumb.yaml:1:7: spec: nope.yaml: there is no such": "--overlay=observed",
	} {
		var messages strings.Builder
		Run(t.Context(), append(strings.Fields("check a.json"), strings.Fields(flags)...), nil, io.Discard, &messages, func(string) string { return "" })
		assert.True(t, strings.HasPrefix(messages.String(), "plumb: "+want), "%s\n%s", flags, messages.String())
	}
}
