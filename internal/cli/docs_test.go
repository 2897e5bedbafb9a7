package cli

import (
	"bytes"
	"encoding/json"
	goflag "flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

var update = goflag.Bool("update", false, "rewrite the generated files of docs/")

const (
	schemaFile = "../../docs/plumb.schema.json"
	pageFile   = "../../docs/configuration.md"
	rulesFile  = "../../docs/rules.md"

	formatsFile  = "../../docs/formats.md"
	overlaysFile = "../../docs/overlays.md"
)

// around returns what comes before and after the generated part of a page,
// including the comments that delimit it.
func around(t *testing.T, page, end string) (before, after string) {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), "-update -->\n")
	require.True(t, ok)
	_, after, ok = strings.Cut(rest, end)
	require.True(t, ok)
	return before + "-update -->\n", end + after
}

// overlaysPage returns the page on overlays, with the descriptions that the
// built-in overlays have in their info.
func overlaysPage(t *testing.T) string {
	var b strings.Builder
	before, after := around(t, overlaysFile, "<!-- end of the overlays -->")
	b.WriteString(before + "\n| name | what it says |\n|---|---|\n")
	for _, name := range spec.Overlays() {
		o, err := spec.ReadOverlay(name)
		require.NoError(t, err)
		var document struct{ Info struct{ Description string } }
		require.NoError(t, yaml.Unmarshal(o.Data, &document))
		require.NotEmpty(t, document.Info.Description, "spec/overlays/%s.yaml needs a description under info, in a line", name)
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, document.Info.Description)
	}
	return b.String() + "\n" + after
}

// formatsPage returns the page on formats, with the texts that the readers
// have.
func formatsPage(t *testing.T) string {
	before, after := around(t, formatsFile, "<!-- end of the formats -->")
	var b strings.Builder
	b.WriteString(before + "\n| format | how it is recognised |\n|---|---|\n")
	for _, f := range recording.Formats() {
		anchor := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(f.Name), ".", ""), " ", "-")
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", f.Name, anchor, f.Sign)
	}
	for _, f := range recording.Formats() {
		fmt.Fprintf(&b, "\n## %s\n\nFor: %s.\n\nTo record: %s\n", f.Name, f.Of, f.Record)
		if f.Notes != "" {
			fmt.Fprintf(&b, "\n%s\n", f.Notes)
		}
	}
	return b.String() + "\n## Requests and times\n\n" + after
}

// rulesPage lists all rules, with the texts of plumb explain.
func rulesPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Rules\n\nThe rules of plumb and of its built-in description, in the words of `plumb explain`.\nThe severities are the defaults; `--rule ID=SEVERITY` and `rules:` in\n`plumb.yaml` set another, or turn a rule off.\n\n| rule | severity | finds that |\n|---|---|---|\n")
	rules := builtinRules(t)
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.ID, r.ID, r.Severity, r.Title)
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s\n\n**%s**: %s.\n\n%s\n", r.ID, r.Severity, r.Title, strings.TrimSpace(r.Text))
		if r.Fix != "" {
			fmt.Fprintf(&b, "\nTo fix it: %s\n", r.Fix)
		}
		fmt.Fprintf(&b, "\nExample:\n\n    %s\n", strings.ReplaceAll(strings.TrimSpace(r.Example), "\n", "\n    "))
	}
	return b.String()
}

// What docs/ says of settings and rules is generated from their definitions,
// and up to date.
func TestDocsFollowTheSource(t *testing.T) {
	for name, want := range map[string]string{schemaFile: configSchema(t), pageFile: configPage(), rulesFile: rulesPage(t), formatsFile: formatsPage(t), overlaysFile: overlaysPage(t)} {
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(want), 0o644))
		}
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "%s is stale; run: go test ./internal/cli -run Docs -update", name)
	}
}

// The schema for editors accepts the example of the page, and refuses what
// plumb refuses.
func TestConfigSchemaAgreesWithTheReader(t *testing.T) {
	schema, err := jsonschema.Compile(schemaFile)
	require.NoError(t, err)
	for _, tc := range []struct {
		text string
		good bool
	}{
		{exampleConfig, true},
		{"", true},
		{"fail-on: warning\n", true},
		{"fail-on: eror\n", false},
		{"fial-on: error\n", false},
		{"quiet: true\n", false},
		{"strict: 1\n", false},
		{"strict: true\n", true},
		{"jobs: -1\n", false},
		{"jobs: many\n", false},
		{"jobs: 1025\n", false},
		{"max-depth: 10000\n", true},
		{"max-depth: 10001\n", false},
		{"max-occurrences: 0\n", false},
		{"max-body: 4096\n", true},
		{"max-body: 1.5GB\n", false},
		{"max-body: 2 GB\n", true},
		{"rules: {schema-enum: off}\n", true},
		{"rules: {schema-enum: none}\n", false},
		{"rules: [schema-enum]\n", false},
		{"report: {json: out.json}\n", true},
		{"report: {sarif: out.json, html: out.html}\n", true},
		{"report: {pdf: out.pdf}\n", false},
		{"recordings: [a, b]\n", true},
		{"recordings: a\n", false},
		{"spec: [a]\n", false},
	} {
		var v any
		require.NoError(t, yaml.Unmarshal([]byte(tc.text), &v))
		if v == nil {
			v = map[string]any{}
		}
		name := t.TempDir() + "/plumb.yaml"
		require.NoError(t, os.WriteFile(name, []byte(tc.text), 0o600))
		schemaErr, readErr := schema.Validate(throughJSON(t, v)), readConfig(&options{}, name)
		assert.Equal(t, tc.good, readErr == nil, "%q: the reader says %v", tc.text, readErr)
		assert.Equal(t, tc.good, schemaErr == nil, "%q: the schema says %v", tc.text, schemaErr)
	}
}

func throughJSON(t *testing.T, v any) any {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

type object map[string]any

func configSchema(t *testing.T) string {
	properties := object{}
	for i := range settings {
		s := &settings[i]
		if s.sources&file == 0 {
			continue
		}
		p := valueSchema(s)
		p["description"] = sentence(s.help)
		properties[s.fileKey()] = p
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "plumb.yaml",
		"description":          "Configuration of plumb. Relative paths are relative to the folder of the file.",
		"type":                 "object",
		"additionalProperties": false,
		"properties":           properties,
	}))
	return buf.String()
}

func valueSchema(s *setting) object {
	switch s.kind {
	case choice:
		return object{"enum": s.choices, "default": s.preset}
	case boolean:
		return object{"type": "boolean", "default": s.preset == "true"}
	case count:
		schema := object{"type": "integer", "minimum": s.least, "default": json.Number(s.preset)}
		if s.most > 0 {
			schema["maximum"] = s.most
		}
		return schema
	case size:
		return object{"type": []string{"integer", "string"}, "minimum": 1, "pattern": "^[0-9]+ *([kKmMgGtT]([iI]?[bB])?|[bB])?$", "default": s.preset}
	case paths, overlays, servers, redactions:
		return object{"type": "array", "items": object{"type": "string"}}
	case reports:
		properties := object{}
		for _, f := range settingNamed("format").choices {
			properties[f] = object{"type": "string", "minLength": 1}
		}
		return object{"type": "object", "additionalProperties": false, "properties": properties}
	case severity:
		return object{"type": "object", "additionalProperties": object{"enum": severities()}}
	}
	return object{"type": "string"}
}

func settingNamed(name string) *setting {
	for i := range settings {
		if settings[i].name == name {
			return &settings[i]
		}
	}
	panic("no setting " + name)
}

const exampleConfig = `spec: api/openapi.yaml
recordings:
  - testdata/recordings
fail-on: warning
rules:
  drift-*: info
  http-status: error
report:
  json: build/plumb.json
`

func configPage() string {
	var b strings.Builder
	b.WriteString(`# Configuration

Each setting has one name. It is a flag (` + "`--fail-on`" + `), an environment variable
(` + "`PLUMB_FAIL_ON`" + `) and a key of the file ` + "`plumb.yaml`" + ` (` + "`fail-on`" + `). A flag takes precedence over the
environment, and the environment over the file. A flag that takes one value must not be given
twice. Severities of rules are combined instead: if several match a rule, the last one
counts, in the order file, environment, flags.

` + "`plumb.yaml`" + ` is looked for in the working folder and above it, as far as the root of
the repository (the folder with ` + "`.git`" + `); outside a repository, in the working folder
only. Relative paths in it are relative to its own folder. An unknown key is an error.
Editors can check the file against ` + "`docs/plumb.schema.json`" + `.

` + "```yaml\n" + exampleConfig + "```" + `

In the environment, values of a list are separated by commas:
` + "`PLUMB_RULE='drift-*=off,http-status=error'`. A variable that begins with `PLUMB_` and is not a\nsetting is named in a warning." + `

| setting | sources | value | default | what it does |
|---|---|---|---|---|
`)
	for i := range settings {
		s := &settings[i]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.name, sourceNames(s), valueText(s), s.preset, sentence(s.help))
	}
	b.WriteString(`
Sizes are numbers of bytes with a unit: ` + "`16MiB`" + ` and ` + "`16M`" + ` count in 1024, ` + "`16MB`" + ` in 1000.

The environment variables ` + "`NO_COLOR`" + ` and ` + "`CI`" + ` turn colours off; ` + "`CI`" + `
also turns off the progress bar.
`)
	return b.String()
}

func sourceNames(s *setting) string {
	var names []string
	if s.sources&flag != 0 {
		name := "`--" + s.name + "`"
		if s.short != "" {
			name += ", `-" + s.short + "`"
		}
		names = append(names, name)
	}
	if s.sources&environment != 0 {
		names = append(names, "`"+s.variable()+"`")
	}
	if s.sources&file != 0 {
		names = append(names, "`"+s.fileKey()+":`")
	}
	return strings.Join(names, "<br>")
}

func valueText(s *setting) string {
	switch s.kind {
	case choice:
		return "`" + strings.Join(s.choices, "`, `") + "`"
	case count:
		if s.most > 0 {
			return fmt.Sprintf("a whole number from %d to %d", s.least, s.most)
		}
		return fmt.Sprintf("a whole number from %d on", s.least)
	case reports:
		return "`FORMAT=PATH`; in the file a mapping"
	case severity:
		return "`GLOB=SEVERITY`; in the file a mapping"
	}
	return s.kind.String()
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }
