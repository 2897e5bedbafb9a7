package plumb_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/plumbapi/plumb"

// layers are the packages from the lowest to the highest: each imports those
// of lower layers only.
var layers = [][]string{
	{"", "/schemas", "/internal/ecmaregexp", "/internal/hostiletest", "/internal/jsonvalue", "/internal/nearest", "/internal/startup"},
	{"/internal/expression", "/internal/redact"},
	{"/spec", "/internal/recording"},
	{"/internal/schema"},
	{"/internal/lifecycle"},
	{"/internal/engine/plan"},
	{"/internal/engine"},
	{"/validator", "/internal/outcome"},
	{"/internal/report"},
	{"/internal/baseline", "/internal/drift", "/internal/specdiff", "/internal/live", "/internal/mock"},
	{"/internal/probe", "/internal/proxy"},
	{"/internal/cli", "/contracttest"},
	{"/cmd/plumb"},
}

// keepers names the package that alone imports a library.
var keepers = map[string]string{
	"github.com/oasdiff/oasdiff":               "/internal/specdiff", // which gives it kin-openapi's documents
	"github.com/getkin/kin-openapi":            "/internal/specdiff",
	"github.com/santhosh-tekuri/jsonschema/v5": "/internal/schema",
	"github.com/spf13/cobra":                   "/internal/cli",
	"github.com/owenrumney/go-sarif":           "/internal/report",
}

func TestImportsPointOneWay(t *testing.T) {
	rank := map[string]int{}
	for i, layer := range layers {
		for _, p := range layer {
			rank[module+p] = i
		}
	}
	packages := list(t)
	require.Greater(t, len(packages), 5)
	for _, p := range packages {
		if strings.HasPrefix(p.ImportPath, module+"/fixtures/") {
			continue // programs that write fixtures
		}
		own, ok := rank[p.ImportPath]
		if !assert.True(t, ok, "%s has no layer", p.ImportPath) {
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) {
				assert.Less(t, rank[imported], own, "%s imports %s", p.ImportPath, imported)
			}
			for library, keeper := range keepers {
				if imported == library || strings.HasPrefix(imported, library+"/") {
					assert.Equal(t, module+keeper, p.ImportPath, "%s imports %s", p.ImportPath, imported)
				}
			}
		}
		if p.ImportPath == module+"/internal/engine" {
			for _, imported := range p.Imports {
				assert.NotContains(t, []string{"os", "io/fs", "net", "time/tzdata"}, imported, "the engine does no I/O")
			}
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	require.NoError(t, err)
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
