package cli

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/mock"
	"github.com/plumbapi/plumb/spec"
)

// readmeStatus is how each command of the README ends in the folder that
// testdata/readme.txtar holds, with plumb's own mock as the server.
var readmeStatus = map[string]string{
	"go run ./cmd/plumb check fixtures/recordings/cancel.har": "1",
	"make test": "not run: it runs this test",

	"go run github.com/plumbapi/plumb/cmd/plumb@latest check --fail-on error testdata/recordings": "0",

	"plumb check session.har":                                                           "0",
	"plumb check spec/cassettes/":                                                       "0",
	"plumb check --spec api.yaml 'logs/**/*.ndjson.gz'":                                 "0",
	"curl -si https://api.example.com/v1/batches/b1 | plumb check -":                    "0",
	"plumb probe --base-url https://staging.example.com/v1 --strict --overlay observed": "0",
	"plumb proxy --target https://staging.example.com/v1 --har candidate.har":           "0",
	"plumb check --strict --overlay observed --report html=plumb.html candidate.har":    "0",
	"plumb drift recordings/":                                                           "0",
	"plumb drift --suggest amend.yaml recordings/":                                      "0",
	"plumb check --overlay observed recordings/":                                        "0",
	"plumb spec --overlay observed":                                                     "0",
	"plumb check --baseline accepted.yaml recordings/":                                  "0",
	"plumb diff old.yaml new.yaml --recordings recordings/":                             "1",

	"make build": "not run: the tests on Spark build the command",
}

// The commands of the README run as they are.
func TestReadmeCommands(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := readmeFolder(t)
	server, err := mock.New(mock.Options{Speed: 600})
	require.NoError(t, err)
	staging := httptest.NewServer(server)
	t.Cleanup(staging.Close)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"b1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","completion_window":"24h","status":"validating","created_at":1741967569}`)
	}))
	t.Cleanup(api.Close)
	here := strings.NewReplacer("https://staging.example.com", staging.URL, "https://api.example.com", api.URL,
		"go run ./cmd/plumb", "cd '"+root+"' && plumb", "go run github.com/plumbapi/plumb/cmd/plumb@latest", "plumb")

	seen := map[string]bool{}
	for _, line := range commandsOf(string(text)) {
		want, known := readmeStatus[line]
		assert.True(t, known, "%s is not in the table of this test", line)
		seen[line] = true
		switch {
		case !known || strings.HasPrefix(want, "not run"):
		case strings.HasPrefix(line, "plumb proxy "):
			assert.Equal(t, want, readmeProxy(t, dir, here.Replace(line)), line)
		default:
			cmd := inFolder(dir, here.Replace(line))
			out, err := cmd.CombinedOutput()
			status := "0"
			if err != nil {
				status = exitStatus(err)
			}
			assert.Contains(t, want, status, "%s\n%s", line, out)
		}
	}
	for line := range readmeStatus {
		assert.True(t, seen[line], "%s is not in the README", line)
	}
}

// commandsOf returns the commands in the code blocks of a page: the lines of blocks
// without a language, without comments and prompts, and what jobs run.
func commandsOf(page string) []string {
	var all []string
	inBlock := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
			continue
		}
		if !inBlock {
			continue
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, "- run: "), "$ ")
		for _, program := range []string{"plumb ", "go run ", "make ", "curl "} {
			if strings.HasPrefix(line, program) {
				command, _, _ := strings.Cut(line, "   #")
				command, _, _ = strings.Cut(command, " # ")
				all = append(all, strings.TrimSpace(command))
			}
		}
	}
	return all
}

// readmeFolder returns a folder with the files that the README names.
func readmeFolder(t *testing.T) string {
	files, err := txtar.ParseFile("testdata/readme.txtar")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, txtar.Write(files, dir))
	plain, err := os.ReadFile(filepath.Join(dir, "logs/2025/march.ndjson"))
	require.NoError(t, err)
	f, err := os.Create(filepath.Join(dir, "logs/2025/march.ndjson.gz"))
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	_, err = z.Write(plain)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	return dir
}

// inFolder returns a command that a shell runs in a folder, in which plumb has a
// token and no other settings.
func inFolder(dir, line string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PLUMB_TOKEN=any", "CI=true", "NO_COLOR=1")
	return cmd
}

// readmeProxy runs a proxy, makes a request through it, and ends it. It returns the
// exit status.
func readmeProxy(t *testing.T, dir, line string) string {
	args := append(strings.Fields(line)[1:], "--addr", "127.0.0.1:0")
	args[len(args)-3] = filepath.Join(dir, args[len(args)-3]) // the recording
	ctx, end := context.WithCancel(t.Context())
	defer end()
	messages, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, args, strings.NewReader(""), io.Discard, writer, func(string) string { return "" })
		_ = writer.Close()
	}()
	in := bufio.NewReader(messages)
	first, err := in.ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, in) }()
	_, rest, ok := strings.Cut(first, "listening on ")
	require.True(t, ok, first)
	url, _, _ := strings.Cut(rest, ",")
	req, err := http.NewRequest(http.MethodGet, url+"/batches?limit=20", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer any")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	end()
	return strconv.Itoa(<-ended)
}

// blockAfter returns the first code block of a language after a text of the README.
func blockAfter(t *testing.T, text, language string) string {
	page, err := os.ReadFile(readme)
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(page), text)
	require.True(t, ok, text)
	_, rest, ok = strings.Cut(rest, "```"+language+"\n")
	require.True(t, ok, text)
	block, _, ok := strings.Cut(rest, "```")
	require.True(t, ok, text)
	return block
}

// The settings that the README shows can be read, and check what they name.
func TestReadmeSettings(t *testing.T) {
	dir := readmeFolder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, configName), []byte(blockAfter(t, "The settings of a project", "yaml")), 0o644))
	out, err := inFolder(dir, "plumb check -v").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "description: Shop 1")
	assert.Contains(t, string(out), "no findings: 1 exchange read, 1 body checked")
}

// The lifecycle that the README shows is one, and so are its rules.
func TestReadmeLifecycle(t *testing.T) {
	dir := readmeFolder(t)
	var extensions yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(blockAfter(t, "## Lifecycles and rules of your own", "yaml")), &extensions))
	text, err := os.ReadFile(filepath.Join(dir, "life.yaml"))
	require.NoError(t, err)
	var description yaml.Node
	require.NoError(t, yaml.Unmarshal(text, &description))
	order := description.Content[0].Content[7].Content[1].Content[1]
	order.Content = append(order.Content, extensions.Content[0].Content...)
	text, err = yaml.Marshal(&description)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "life.yaml"), text, 0o644))
	d, err := spec.LoadFile(filepath.Join(dir, "life.yaml"), "")
	require.NoError(t, err)
	require.Empty(t, d.Warnings)
	out, _ := inFolder(dir, "plumb check --spec life.yaml life.ndjson").CombinedOutput()
	assert.Contains(t, string(out), "order-amount")
	assert.Contains(t, string(out), "history-transition")
}
