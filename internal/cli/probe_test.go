package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pets = `openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}}
    post:
      operationId: addPet
      requestBody: {content: {application/json: {example: {name: Rex}}}}
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
components:
  schemas:
    Pet: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}}}
`

const petScenario = `arazzo: 1.0.1
info: {title: Pets, version: "1"}
sourceDescriptions: [{name: pets-api, url: 'https://example.com/openapi.yaml', type: openapi}]
workflows:
  - workflowId: find
    inputs: {type: object, properties: {id: {type: integer, default: 1}}}
    steps:
      - stepId: get
        operationId: $sourceDescriptions.pets-api.GetPet
        parameters: [{name: id, in: path, value: $inputs.id}]
        successCriteria: [{condition: $statusCode == 200}, {condition: $response.body#/id == $inputs.id}]
`

// petServer serves the pets, below /v1. It returns its URL, and the requests
// that it has received.
func petServer(t *testing.T) (address string, received *[]string) {
	t.Helper()
	received = &[]string{}
	srv := httptest.NewServer(http.StripPrefix("/v1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*received = append(*received, r.Method+" "+r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"id": 2, "name": "Rex"}`)
		case r.URL.Path == "/pets":
			_, _ = io.WriteString(w, `[{"id": 1}]`)
		default:
			_, _ = io.WriteString(w, `{"id": 1, "name": "Tom", "owner": null}`)
		}
	})))
	t.Cleanup(srv.Close)
	return srv.URL, received
}

// probed runs plumb probe in a folder with the description of the pets and the
// scenario.
func probed(t *testing.T, args ...string) (status int, out, messages string) {
	t.Helper()
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("pets.yaml", []byte(pets), 0o600))
	require.NoError(t, os.WriteFile("find.yaml", []byte(petScenario), 0o600))
	var stdout, stderr bytes.Buffer
	status = Run(context.Background(), append([]string{"probe", "--config", ""}, args...), nil, &stdout, &stderr, func(string) string { return "" })
	return status, stdout.String(), stderr.String()
}

// TestProbeOfOwnDescription checks that with a description of one's own and no
// scenario its own operations are called, and none of the Batch API.
func TestProbeOfOwnDescription(t *testing.T) {
	address, received := petServer(t)
	status, out, messages := probed(t, "--base-url", address+"/v1", "--spec", "pets.yaml")
	assert.Equal(t, []string{"GET /pets"}, *received)
	assert.Equal(t, statusFindings, status)
	assert.Contains(t, out, "error[schema-required] /name")
	assert.Equal(t, "plumb: not run: POST /pets (needs --create), GET /pets/{id} (lacks an example of id)\n", messages)

	*received = nil
	_, _, messages = probed(t, "--base-url", address+"/v1", "--spec", "pets.yaml", "--create")
	assert.Equal(t, []string{"GET /pets", "POST /pets"}, *received)
	assert.Equal(t, "plumb: not run: GET /pets/{id} (lacks an example of id)\n", messages)

	status, _, messages = probed(t, "--base-url", address+"/wrong", "--spec", "pets.yaml")
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, messages, "each request was answered with 404, 405 or 501; --base-url is everything before the paths of the description")
}

// TestProbeOfManyOperations checks that operations that are not called are
// counted, and only named if asked for.
func TestProbeOfManyOperations(t *testing.T) {
	address, _ := petServer(t)
	var b strings.Builder
	b.WriteString("openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\npaths:\n  /pets: {get: {responses: {'200': {description: ok}}}}\n")
	for _, name := range []string{"a", "b", "c", "d"} {
		b.WriteString("  /" + name + ": {post: {responses: {'200': {description: ok}}}, delete: {responses: {'200': {description: ok}}}}\n")
	}
	file := filepath.Join(t.TempDir(), "many.yaml")
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	_, _, messages := probed(t, "--base-url", address+"/v1", "--spec", file)
	assert.Equal(t, "plumb: not run: 4 operations (need --create), 4 operations (need a scenario); -v names them\n", messages)
	_, _, messages = probed(t, "--base-url", address+"/v1", "--spec", file, "-v")
	assert.Contains(t, messages, "not run: POST /a (needs --create), DELETE /a (needs a scenario), ")
}

// TestProbeWithTheBuiltinScenarios checks that the built-in scenarios are run
// with a description that has their operations.
func TestProbeWithTheBuiltinScenarios(t *testing.T) {
	var received []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received = append(received, r.Method+" "+r.URL.Path)
		_, _ = io.WriteString(w, `{}`)
	}))
	defer srv.Close()
	file := filepath.Join(t.TempDir(), "batches.yaml")
	for id, want := range map[string][]string{
		"listBatches": {"GET /batches", "GET /batches", "GET /batches"}, // list, no-credentials, and the operation itself
		"getBatches":  {"GET /batches"},                                 // of another API
	} {
		received = nil
		require.NoError(t, os.WriteFile(file, []byte("openapi: 3.0.3\ninfo: {title: B, version: '1'}\npaths: {/batches: {get: {operationId: "+id+", responses: {'200': {description: ok}}}}}\n"), 0o600))
		_, _, messages := probed(t, "--base-url", srv.URL, "--spec", file)
		assert.Equal(t, want, received, id)
		assert.Empty(t, messages)
	}
}

// TestProbeWithSources checks that --source names the file of a source
// description that is at a URL.
func TestProbeWithSources(t *testing.T) {
	address, received := petServer(t)
	args := []string{"--base-url", address + "/v1", "--spec", "pets.yaml", "--scenario", "find.yaml"}
	status, out, messages := probed(t, append(args, "--source", "pets-api=pets.yaml")...)
	assert.Equal(t, []string{"GET /pets/1"}, *received)
	assert.Equal(t, statusOK, status, out)
	assert.Equal(t, "plumb: warning: find.yaml:8:9: there is no operation \"GetPet\"; \"getPet\" is used, which differs in case only\n", messages)

	status, out, _ = probed(t, append(args, "--source", "pets-api=pets.yaml", "--input", "id=7")...)
	assert.Equal(t, statusFindings, status)
	assert.Contains(t, out, "= allowed: $response.body#/id == $inputs.id")

	for want, more := range map[string][]string{
		"find.yaml:3:22: source description \"pets-api\": https://example.com/openapi.yaml is not the path of a file, and nothing is fetched; save what is there, and name the file: --source pets-api=FILE": nil,
		`--source: "pet-api" is not one of pets-api; did you mean "pets-api"?`: {"--source", "pets-api=pets.yaml", "--source", "pet-api=x.yaml"},
		`--source: "pets-api" does not have the form NAME=FILE`:                {"--source", "pets-api"},
		"--source: pets-api is given twice, as a.yaml and as b.yaml":           {"--source", "pets-api=a.yaml", "--source", "pets-api=b.yaml"},
		`source description "pets-api": nope.yaml: there is no such file`:      {"--source", "pets-api=nope.yaml"},
		"the input id must be of the type integer, in JSON":                    {"--source", "pets-api=pets.yaml", "--input", "id=x"},
	} {
		status, _, messages = probed(t, append(args, more...)...)
		assert.Equal(t, statusFailed, status, want)
		assert.Contains(t, messages, want)
	}
	status, _, messages = probed(t, "--base-url", address, "--scenario", "list", "--source", "a=b")
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, messages, "--source: the built-in scenarios have their descriptions; name a file with --scenario")
}
