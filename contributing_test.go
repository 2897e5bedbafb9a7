package plumb_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestContributing follows each recipe of CONTRIBUTING.md to the letter in a
// copy of the tree. What a recipe adds must work at the first try, and no other
// files may change than the recipe says: one file, a line in a list where Go
// needs one, and fixtures.
func TestContributing(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the command, and runs tests of its own")
	}
	page, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	c := newCopy(t)
	var commands []string
	for _, r := range []recipe{
		{
			title:    "Add a rule",
			source:   "internal/engine/json_unsafe_integer.go",
			lists:    map[string]int{"internal/engine/rule.go": 1},
			fixtures: []string{"fixtures/rules/json-unsafe-integer/silent/largest.ndjson", "fixtures/rules/json-unsafe-integer/reported/larger.ndjson"},
		},
		{
			title:    "Add a format of recordings",
			source:   "internal/recording/tape.go",
			lists:    map[string]int{"internal/recording/formats.go": 1},
			fixtures: []string{"fixtures/formats/tape/calls.json"},
		},
		{
			title:    "Add a dialect",
			source:   "spec/overlays/acme.yaml",
			fixtures: []string{"fixtures/vendors/acme.ndjson"},
		},
	} {
		for _, command := range c.follow(t, string(page), r) {
			if !slices.Contains(commands, command) {
				commands = append(commands, command)
			}
		}
	}
	written := c.files(t)
	for _, command := range commands {
		c.run(t, command)
	}
	assert.Equal(t, []string{
		"docs/configuration.md", "docs/formats.md", "docs/overlays.md", "docs/plumb.schema.json", "docs/rules.md",
		"fixtures/formats/tape/calls.json.want",
		"fixtures/rules/json-unsafe-integer/reported/larger.txt",
		"fixtures/vendors/acme.txt",
	}, changed(written, c.files(t)), "what the commands generate")
	c.run(t, "go build -o plumb ./cmd/plumb")

	t.Run("rule", func(t *testing.T) {
		const id, folder = "json-unsafe-integer", "fixtures/rules/json-unsafe-integer"
		assert.Equal(t, []string{id}, c.check(t, folder+"/reported"))
		assert.Empty(t, c.check(t, folder+"/silent"))
		assert.Contains(t, c.run(t, "./plumb rules"), "\n"+id+" ")
		assert.Contains(t, c.run(t, "./plumb explain "+id), id+" (warning): ")
		c.run(t, "go test ./internal/engine -run EnginesAgreeOnFixtures")
	})
	t.Run("format", func(t *testing.T) {
		assert.Equal(t, []string{"schema-enum"}, c.check(t, "fixtures/formats/tape/calls.json"))
		assert.Contains(t, c.run(t, "./plumb help formats"), "\n  Tape ")
	})
	t.Run("dialect", func(t *testing.T) {
		const recording = "fixtures/vendors/acme.ndjson"
		assert.NotEmpty(t, c.check(t, recording))
		assert.Empty(t, c.check(t, "--overlay acme "+recording))
		assert.Contains(t, c.run(t, "./plumb check --help"), "(acme,")
		require.NoError(t, os.WriteFile(filepath.Join(c.dir, "plumb.yaml"), []byte("overlay: [acme]\n"), 0o600))
		assert.Empty(t, c.check(t, recording), "named in plumb.yaml")
	})
}

// recipe is a section of the page, and the files that it has people change.
type recipe struct {
	title    string
	source   string         // the file that it writes
	lists    map[string]int // how many lines it adds to which files
	fixtures []string
}

// sourceCopy is a copy of the tree.
type sourceCopy struct{ dir string }

func newCopy(t *testing.T) *sourceCopy {
	c := &sourceCopy{t.TempDir()}
	require.NoError(t, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git" || d.Name() == "node_modules":
			return skipped(d)
		case d.IsDir():
			return os.MkdirAll(filepath.Join(c.dir, name), 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(c.dir, name), data, info.Mode())
	}))
	return c
}

func skipped(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// files returns the contents of the files of the copy, by name.
func (c *sourceCopy) files(t *testing.T) map[string]string {
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(c.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		short, err := filepath.Rel(c.dir, name)
		all[filepath.ToSlash(short)] = string(data)
		return err
	}))
	return all
}

// run runs commands in the copy and returns their standard output. Exit status
// 1 means that there are findings, and is not a failure of plumb.
func (c *sourceCopy) run(t *testing.T, commands string) string {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", commands)
	cmd.Dir = c.dir
	// Without the path of the folder in what is compiled, later runs can use
	// the build cache.
	cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -trimpath -vet=off", "GOWORK=off")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 || !strings.HasPrefix(commands, "./plumb") && err != nil {
		require.NoError(t, err, "%s\n%s%s", commands, out, errs.String())
	}
	return string(out)
}

// check runs plumb check and returns the rules of the findings.
func (c *sourceCopy) check(t *testing.T, args string) []string {
	t.Helper()
	var report struct {
		Summary  struct{ Checked int }
		Findings []struct{ Rule string }
	}
	require.NoError(t, json.Unmarshal([]byte(c.run(t, "./plumb check --format json "+args)), &report))
	assert.NotZero(t, report.Summary.Checked)
	var ids []string
	for _, f := range report.Findings {
		ids = append(ids, f.Rule)
	}
	return ids
}

// follow writes the files of a recipe, and returns its commands.
func (c *sourceCopy) follow(t *testing.T, page string, r recipe) (commands []string) {
	t.Helper()
	lists := map[string]int{}
	var written []string
	for _, b := range blocksOf(t, page, r.title) {
		file := filepath.Join(c.dir, filepath.FromSlash(b.file))
		switch b.language {
		case "sh":
			commands = append(commands, b.text)
		case "diff":
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			amended, lines := b.apply(t, string(text))
			lists[b.file] += lines
			require.NoError(t, os.WriteFile(file, []byte(amended), 0o600))
		default:
			require.NoFileExists(t, file)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
			require.NoError(t, os.WriteFile(file, []byte(b.text), 0o600))
			written = append(written, b.file)
		}
	}
	assert.Equal(t, append([]string{r.source}, r.fixtures...), written, "%s: the files to write", r.title)
	assert.Len(t, lists, len(r.lists), "%s: the files to change", r.title)
	for file, lines := range r.lists {
		assert.Equal(t, lines, lists[file], "%s: the lines to add to %s", r.title, file)
	}
	return commands
}

// changed returns the names of the files that are new or whose content has
// changed.
func changed(before, after map[string]string) []string {
	var names []string
	for name, text := range after {
		if old, ok := before[name]; !ok || old != text {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// block is a block of code in a recipe: a file to write, lines to add to a file
// (diff), or commands to run (sh).
type block struct {
	language string
	file     string // the last file that is named in the text before the block
	text     string
}

var (
	fence    = regexp.MustCompile("(?ms)^( *)```([a-z]+)\n(.*?)^ *```$")
	fileName = regexp.MustCompile("`([a-z_]+(?:/[A-Za-z0-9_.-]+)+)`")
)

// blocksOf returns the blocks of a section of the page.
func blocksOf(t *testing.T, page, title string) []block {
	section := between(t, page+"\n## ", "\n## "+title+"\n", "\n## ")
	var all []block
	before := 0
	for _, m := range fence.FindAllStringSubmatchIndex(section, -1) {
		indentation, b := section[m[2]:m[3]], block{language: section[m[4]:m[5]]}
		for line := range strings.Lines(section[m[6]:m[7]]) {
			b.text += strings.TrimPrefix(line, indentation)
		}
		if names := fileName.FindAllStringSubmatch(section[before:m[0]], -1); len(names) > 0 {
			b.file = names[len(names)-1][1]
		}
		require.True(t, b.file != "" || b.language == "sh", "no file is named before a block of %q", title)
		all, before = append(all, b), m[1]
	}
	require.NotEmpty(t, all, title)
	return all
}

// apply adds the lines of a diff to a text, and returns how many lines were
// added.
func (b block) apply(t *testing.T, text string) (amended string, lines int) {
	var old, amendment strings.Builder
	for line := range strings.Lines(b.text) {
		kind, rest := line[0], line[1:]
		require.Contains(t, " +", string(kind), "a recipe only adds lines: %q", line)
		amendment.WriteString(rest)
		if kind == ' ' {
			old.WriteString(rest)
		} else {
			lines++
		}
	}
	require.Equal(t, 1, strings.Count(text, old.String()), "%s has these lines once:\n%s", b.file, &old)
	return strings.Replace(text, old.String(), amendment.String(), 1), lines
}

// between returns the text between start and end.
func between(t *testing.T, text, start, end string) string {
	_, rest, ok := strings.Cut(text, start)
	require.True(t, ok, "%q is not in %q", start, text)
	part, _, ok := strings.Cut(rest, end)
	require.True(t, ok, "%q is not after %q", end, start)
	return part
}
