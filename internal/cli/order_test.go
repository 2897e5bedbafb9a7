package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const orders = `openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /o:
    post:
      operationId: create
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/O'}}}}}
  /o/{id}:
    get:
      operationId: read
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/O'}}}}}
components:
  schemas:
    O:
      type: object
      properties: {id: {type: string}, status: {enum: [open, done]}, n: {type: integer, minimum: 0}}
      x-lifecycle: {identity: /id, state: /status, initial: open, states: {open: {next: [done]}, done: {}}, neverDecreases: [/n]}
`

// The report is the same in whatever order files are given, even if responses
// about one resource are in different files.
func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("api.yaml", orders)
	line := func(second int, request string, status int, body string) string {
		return fmt.Sprintf(`{"time":"2025-01-01T00:00:%02dZ","request":{%s},"response":{"status":%d,"headers":{"Content-Type":"application/json"},"body":%s}}`+"\n", second, request, status, body)
	}
	const create, read = `"method":"POST","url":"/o"`, `"method":"GET","url":"/o/x"`
	write("a.ndjson", line(3, create, 201, `{"id":"x","status":"open","n":5}`)+line(9, read, 200, `{"id":"x","status":"open","n":-1,"z":1}`))
	write("b.ndjson", line(1, read, 200, `{"id":"x","status":"done","n":7}`)+line(5, create, 201, `{"id":"y","status":"done","n":"7"}`))
	write("c.ndjson", line(2, create, 201, `{"id":"x","status":"open","n":6}`)+line(4, read, 200, `{"id":"y","status":"shut","n":6,"z":2}`))
	want := ""
	for _, files := range [][]string{
		{"a.ndjson", "b.ndjson", "c.ndjson"}, {"a.ndjson", "c.ndjson", "b.ndjson"}, {"b.ndjson", "a.ndjson", "c.ndjson"},
		{"b.ndjson", "c.ndjson", "a.ndjson"}, {"c.ndjson", "a.ndjson", "b.ndjson"}, {"c.ndjson", "b.ndjson", "a.ndjson"},
	} {
		for _, jobs := range []string{"1", "2"} {
			code, stdout, stderr := command(t, dir, append([]string{"check", "--spec", "api.yaml", "--format", "json", "--jobs", jobs}, files...)...)
			require.Equal(t, 1, code, stderr)
			if want == "" {
				want = stdout
				require.Contains(t, want, "history-transition")
			}
			assert.Equal(t, want, stdout, "%v", files)
		}
	}
}
