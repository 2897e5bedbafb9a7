package spec_test

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const descriptions = "../fixtures/descriptions"

// Each file in bad/ is refused, or has warnings, with the text in the file
// beside it.
func TestBadDescriptions(t *testing.T) {
	folder := descriptions + "/bad"
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	seen := 0
	for _, entry := range entries {
		name := entry.Name()
		if path.Ext(name) == ".txt" {
			continue
		}
		seen++
		t.Run(name, func(t *testing.T) {
			d, err := spec.Load(os.DirFS(folder), name, spec.Options{})
			said := ""
			if err != nil {
				said = err.Error() + "\n"
			} else {
				for _, w := range d.Warnings {
					said += "warning: " + w.String() + "\n"
				}
			}
			require.NotEmpty(t, said)
			golden := filepath.Join(folder, strings.TrimSuffix(name, path.Ext(name))+".txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(said), 0o644))
			}
			want, readErr := os.ReadFile(golden)
			require.NoError(t, readErr)
			assert.Equal(t, string(want), said)
		})
	}
	assert.Greater(t, seen, 20)
}

func TestPlacesOfOneDescription(t *testing.T) {
	d, err := spec.LoadFile(descriptions+"/clinic/openapi.yaml", "")
	require.NoError(t, err)
	get := d.Find("GET", "/pets/7")
	require.NotNil(t, get.Operation)
	assert.Equal(t, plumb.Source{File: "openapi.yaml", Line: 20, Column: 3, Pointer: "/paths/~1pets~1{pet}"}, get.PathPlace)
	assert.Equal(t, plumb.Source{File: "paths/pet.yaml", Line: 4, Column: 3, Pointer: "/item/get"}, get.Operation.Place)
	response := get.Operation.Response(200)
	assert.Equal(t, plumb.Source{File: "paths/pet.yaml", Line: 24, Column: 3, Pointer: "/answers/pet"}, response.Place)
	media := response.MediaFor("application/json")
	assert.Equal(t, plumb.Source{File: "paths/pet.yaml", Line: 27, Column: 7, Pointer: "/answers/pet/content/application~1json"}, media.Place)
	assert.Equal(t, plumb.Source{File: "schemas/pet.yaml", Line: 1, Column: 1}, media.Schema)
	problem := get.Operation.Response(404)
	assert.Equal(t, plumb.Source{File: "responses.yaml", Line: 4, Column: 3, Pointer: "/problems/problem details"}, problem.Place)

	assert.Equal(t, plumb.Source{File: "schemas/pet.yaml", Line: 21, Column: 9, Pointer: "/definitions/Animal/properties/weight/exclusiveMinimum"},
		d.Place("schemas/pet.yaml", "/definitions/Animal/properties/weight/exclusiveMinimum"))
	owner := plumb.Source{File: "schemas/pet.yaml", Pointer: "/definitions/Animal/properties/owner"}
	assert.Equal(t, plumb.Source{File: "schemas/pet.yaml", Line: 37, Column: 13, Pointer: "/definitions/Animal/properties/owner/allOf/0"},
		d.Within(owner, "/anyOf/1/allOf/0"), "through the branch that the translation made")
	assert.Equal(t, plumb.Source{File: "schemas/pet.yaml", Line: 35, Column: 9, Pointer: "/definitions/Animal/properties/owner/nullable"},
		d.Within(owner, "/anyOf/0/type"))
	assert.Equal(t, plumb.Source{File: "schemas/pet.yaml", Line: 1, Column: 1, Pointer: "/oneOf"},
		d.Place("schemas/pet.yaml", "/oneOf/7/type"), "the nearest thing around what is not there")
	assert.Equal(t, plumb.Source{File: "other.yaml", Pointer: "/a"}, d.Place("other.yaml", "/a"))
	assert.Nil(t, d.SchemaText(plumb.Source{File: "other.yaml"}))
}

func TestResponsesInOrder(t *testing.T) {
	d, err := spec.LoadFile(descriptions+"/clinic.yaml", "")
	require.NoError(t, err)
	add := d.Find("POST", "/pets").Operation
	require.NotNil(t, add)
	for status, want := range map[int]string{201: "201", 200: "default", 404: "4XX", 499: "4XX", 500: "default", 40: "default", 4040: "default"} {
		assert.Equal(t, want, add.Response(status).Status, status)
	}
	get := d.Find("GET", "/pets/7").Operation
	assert.Nil(t, get.Response(500))
	ok := get.Response(200)
	for contentType, want := range map[string]string{
		"application/json":                "application/json",
		"Application/JSON; charset=utf-8": "application/json",
		" application/json ;x=y":          "application/json",
		"text/plain":                      "text/*",
		"TEXT/html;charset=utf-8":         "text/*",
		"application/problem+json":        "",
		"application/jsonp":               "",
		"text":                            "text/*",
		"":                                "",
	} {
		media := ok.MediaFor(contentType)
		if want == "" {
			assert.Nil(t, media, contentType)
		} else if assert.NotNil(t, media, contentType) {
			assert.Equal(t, want, media.Type, contentType)
		}
	}
	remove := d.Find("DELETE", "/pets/7").Operation
	assert.Equal(t, "DELETE /pets/{pet}", remove.ID)
	assert.Empty(t, remove.Response(204).Media)
	assert.Nil(t, remove.Response(204).MediaFor("application/json"))
}

func load(t testing.TB, text string) *spec.Description {
	t.Helper()
	return loadFiles(t, map[string]string{"api.yaml": text})
}

// loadFiles loads api.yaml from a set of files.
func loadFiles(t testing.TB, files map[string]string) *spec.Description {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	d, err := spec.Load(fsys, "api.yaml", spec.Options{})
	require.NoError(t, err)
	return d
}

// What is wrong with a description matters only if it hides what we need.
func TestCarelessDescriptions(t *testing.T) {
	d := load(t, `
openapi: 3.0
info:
  version: 1.10
  contact: none
tags: what
x-any: {$ref: nowhere}
servers:
  - url: http://localhost:{port}
    description: [1]
    variables:
      port: {default: 8080, enum: [8080, 80]}
paths:
  x-note: {get: 1}
  /null:
  /list:
    summary: [a]
    get:
      tags: 7
      parameters:
        - {in: query}
      responses:
        200:
        "2xx":
          description: 7
          content:
            application/json: {schema: }
            text/csv: {schema: true, example: {$ref: nowhere}}
            text/plain:
        x-note: 1
      callbacks:
        done: {'{$request.body#/url}': {post: {responses: {'200': {description: ok}}}}}
    Post: {}
    x-note: {responses: 1}
    put: {operationId: 12}
`)
	assert.Equal(t, "1.10", d.Version)
	assert.Equal(t, "3.0", d.OpenAPI)
	require.Len(t, d.Operations, 2)
	list := d.Operations[0]
	assert.Equal(t, "GET /list", list.ID)
	require.Len(t, list.Responses, 2)
	assert.Equal(t, "2XX", list.Responses[1].Status)
	media := list.Responses[1].Media
	require.Len(t, media, 3)
	assert.Equal(t, "application/json", media[0].Type)
	assert.False(t, media[0].HasSchema)
	assert.True(t, media[1].HasSchema)
	assert.Equal(t, "/paths/~1list/get/responses/2xx/content/text~1csv/schema", media[1].Schema.Pointer)
	assert.Equal(t, "12", d.Operations[1].ID)
	assert.NotNil(t, d.Find("GET", "http://localhost:8080/list").Operation)
}

func TestPathItemsOfComponents(t *testing.T) {
	d := load(t, `
openapi: 3.2.0
paths:
  /a:
    $ref: '#/components/pathItems/A%20~1%25'
    post: {operationId: own}
  /b: {$ref: '#/x-shared/1'}
  /c:
    additionalOperations:
      COPY: {operationId: copy}
    query:
      operationId: query
      responses:
        '200': {content: {application/json: {$ref: '#/components/mediaTypes/M'}}}
components:
  pathItems:
    A /%:
      get: {operationId: a, responses: {'200': {$ref: '#/x-shared/0/ok'}}}
  mediaTypes:
    M: {schema: {$ref: '#/components/schemas/S'}}
  schemas:
    S: {$ref: '#/x-shared/2/T'}
x-shared:
  - ok: {description: fine, content: {a/b: {schema: {$ref: '#/components/schemas/S'}}}}
  - get: {operationId: b}
  - T: {type: object}
`)
	var ids []string
	for _, o := range d.Operations {
		ids = append(ids, o.ID)
	}
	assert.ElementsMatch(t, []string{"a", "own", "b", "copy", "query"}, ids)
	a := d.Find("GET", "/a").Operation
	require.Len(t, a.Responses, 1)
	assert.Equal(t, "/x-shared/0/ok", a.Responses[0].Place.Pointer)
	assert.Equal(t, "/x-shared/2/T", a.Responses[0].Media[0].Schema.Pointer)
	query := d.Find("QUERY", "/c").Operation
	assert.Equal(t, "/x-shared/2/T", query.Responses[0].Media[0].Schema.Pointer)
}

func TestRefWithSiblings(t *testing.T) {
	text := `
paths:
  /a:
    get:
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/A', description: with a sibling}}}}
components:
  schemas:
    A: {type: object}
`
	schema := func(d *spec.Description) string { return d.Operations[0].Responses[0].Media[0].Schema.Pointer }
	assert.Equal(t, "/components/schemas/A", schema(load(t, "openapi: 3.0.4"+text)))
	assert.Equal(t, "/paths/~1a/get/responses/200/content/application~1json/schema", schema(load(t, "openapi: 3.1.1"+text)))
}

func TestRefRoot(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	write("api/v1/openapi.yaml", "openapi: 3.1.0\npaths:\n  /a: {get: {responses: {'200': {$ref: ../shared.yaml#/ok}}}}\n")
	write("api/shared.yaml", "ok: {description: fine}\n")
	write("secret.yaml", "ok: {description: secret}\n")

	api := filepath.Join(dir, "api/v1/openapi.yaml")
	d, err := spec.LoadFile(api, "")
	require.NoError(t, err)
	require.Len(t, d.Warnings, 1)
	assert.Contains(t, d.Warnings[0].String(), filepath.ToSlash(api)+":3:34: ")
	assert.Contains(t, d.Warnings[0].String(), "--ref-root")
	assert.True(t, d.Operations[0].Responses[0].Unusable)

	d, err = spec.LoadFile(api, filepath.Join(dir, "api"))
	require.NoError(t, err)
	assert.Equal(t, "v1/openapi.yaml", d.Operations[0].Place.File)
	assert.Equal(t, "shared.yaml", d.Operations[0].Responses[0].Place.File)

	_, err = spec.LoadFile(api, filepath.Join(dir, "api/v1/sub"))
	require.ErrorContains(t, err, "--ref-root")
	_, err = spec.LoadFile(filepath.Join(dir, "none.yaml"), "")
	require.ErrorContains(t, err, "there is no such file")
	_, err = spec.LoadFile(filepath.Join(dir, "none", "none.yaml"), "")
	require.ErrorContains(t, err, "there is no such file")
	_, err = spec.LoadFile("https://api.example.com/openapi.yaml", "")
	require.ErrorContains(t, err, "is not fetched; save it")
	_, err = spec.LoadFile(dir, "")
	require.ErrorContains(t, err, "this is a folder")

	// A link does not let a $ref lead out of the folder.
	require.NoError(t, os.Remove(filepath.Join(dir, "api/shared.yaml")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "secret.yaml"), filepath.Join(dir, "api/shared.yaml")))
	d, err = spec.LoadFile(api, filepath.Join(dir, "api"))
	require.NoError(t, err)
	assert.Contains(t, d.Warnings[0].Message, "escapes")
	// The description itself may be a link, since the user has named it.
	link := filepath.Join(dir, "link.yaml")
	require.NoError(t, os.Symlink(filepath.Join(dir, "api/v1/openapi.yaml"), link))
	d, err = spec.LoadFile(link, "")
	require.NoError(t, err)
	assert.Contains(t, d.Warnings[0].Message, "leads outside")
}

func TestRefRootIsAFolder(t *testing.T) {
	files := fstest.MapFS{
		"api/a.yaml":  {Data: []byte("openapi: 3.1.0\npaths: {/a: {$ref: ../api2/b.yaml}}\n")},
		"api2/b.yaml": {Data: []byte("get: {}\n")},
	}
	_, err := spec.Load(files, "api/a.yaml", spec.Options{})
	require.ErrorContains(t, err, "outside the folder api;")
	_, err = spec.Load(files, "api/a.yaml", spec.Options{RefRoot: "."})
	require.NoError(t, err)
}

func TestOrder(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
paths:
  /z:
    put:
      responses:
        default: {}
        5XX: {}
        '500': {}
        4XX: {}
        '200': {content: {text/plain: {}, application/json: {}, image/*: {}}}
    get: {}
  /a: {post: {}}
components: {schemas: {Z: {}, A: {}}}
`)
	var operations, statuses, media []string
	for _, o := range d.Operations {
		operations = append(operations, o.ID)
	}
	for _, r := range d.Operations[0].Responses {
		statuses = append(statuses, r.Status)
	}
	for _, m := range d.Operations[0].Responses[0].Media {
		media = append(media, m.Type)
	}
	assert.Equal(t, []string{"PUT /z", "GET /z", "POST /a"}, operations)
	assert.Equal(t, []string{"200", "500", "4XX", "5XX", "default"}, statuses)
	assert.Equal(t, []string{"text/plain", "application/json", "image/*"}, media)
	assert.Equal(t, "Z", d.Schemas[0].Name)
}

func TestDigest(t *testing.T) {
	files := fstest.MapFS{
		"api.yaml":   {Data: []byte("openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}}\n")},
		"a.yaml":     {Data: []byte("get: {}\n")},
		"other.yaml": {Data: []byte("x")},
	}
	digest := func() string {
		d, err := spec.Load(files, "api.yaml", spec.Options{})
		require.NoError(t, err)
		return d.Digest
	}
	first := digest()
	files["other.yaml"] = &fstest.MapFile{Data: []byte("y")}
	assert.Equal(t, first, digest(), "a file that is not read")
	files["a.yaml"] = &fstest.MapFile{Data: []byte("put: {}\n")}
	assert.NotEqual(t, first, digest(), "a file that is")
}
